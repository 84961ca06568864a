#!/usr/bin/env bash
# Provides wamrc, WAMR's own LLVM-based compiler, and prints its path.
#
# An existing one is used: $WAMRC, or else `wamrc` on the PATH. Otherwise llvm-baseline is built
# against Debian's LLVM 19 by llvm.py, about a minute on two cores, into a cache:
# $CWAMRC_LLVM_CACHE, by default ${XDG_CACHE_HOME:-$HOME/.cache}/cwamrc-llvm. Missing Debian packages are
# installed when that is possible (root, apt-get).
set -euo pipefail

if [ -n "${WAMRC:-}" ]; then
    command -v "$WAMRC" || { echo "error: WAMRC is $WAMRC, which is no program" >&2; exit 1; }
    exit
fi
if command -v wamrc; then
    exit
fi

here=$(dirname "$(readlink -f "$0")")
source "$here/../../tests/scripts/packages.sh"

need python3 python3 --version
need gcc gcc --version
need g++ g++ --version
need libc6-dev test -e /usr/include/stdio.h
need llvm-19-dev test -e /usr/lib/llvm-19/include/llvm/Config/llvm-config.h
install_missing

exec python3 "$here/llvm.py"
