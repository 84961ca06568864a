#!/usr/bin/env bash
# Builds the wheel for PyPI in FOLDER, installs it into a fresh environment, and tests it there:
# tests/scripts/wheel.sh FOLDER. The build is a release build of Cranelift: some eight minutes of a
# processor.
set -euo pipefail

[ $# = 1 ] || { echo "usage: wheel.sh FOLDER" >&2 && exit 2; }
folder=$(mkdir -p "$1" && cd "$1" && pwd)
project=$(dirname "$(readlink -f "$0")")/../../packages/python

rm -rf "$folder/environment" "$folder"/*.whl
python3 -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir="$folder" "$project"
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check "$folder"/*.whl
cd "$folder"
PATH=$folder/environment/bin:$PATH \
    "$folder/environment/bin/python" -W error -m unittest discover --start-directory="$project/tests"
ls -l "$folder"/*.whl
