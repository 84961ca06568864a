#!/usr/bin/env bash
# Makes the packages for npm from a program, installs them in an empty folder, and tests them there:
# tests/scripts/npm.sh FOLDER PROGRAM. PROGRAM is a `cwamrc` for this machine, such as the one that
# tests/scripts/static.sh builds.
set -euo pipefail

[ $# = 2 ] || { echo "usage: npm.sh FOLDER PROGRAM" >&2 && exit 2; }
folder=$(mkdir -p "$1" && cd "$1" && pwd)
program=$(readlink -f "$2")
sources=$(dirname "$(readlink -f "$0")")/../../packages/npm

platform=$(node -p 'process.platform + "-" + process.arch')
node "$sources/pack.mjs" "$folder/packages" "$platform=$program"
rm -rf "$folder/installed"
mkdir "$folder/installed"
cd "$folder/installed"
npm init --yes >/dev/null
# The package of the platform is not in the registry yet: given by hand, it satisfies the dependency.
npm install --silent --no-audit --no-fund --offline \
    "$folder/packages/cwamrc-$platform"-*.tgz "$folder"/packages/cwamrc-[0-9]*.tgz
cp "$sources/test/installed.mjs" .
node --test installed.mjs
