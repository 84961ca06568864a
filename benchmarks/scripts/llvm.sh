#!/usr/bin/env bash
# Brings wamrc, WAMR's own compiler on LLVM, and prints its path.
#
# One that is there already is used: $WAMRC, else `wamrc` on the PATH. Otherwise llvm-baseline is built
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

missing=()
need() { # <package> <test that holds once it is installed>...
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

need python3 python3 --version
need gcc gcc --version
need g++ g++ --version
need libc6-dev test -e /usr/include/stdio.h
need llvm-19-dev test -e /usr/lib/llvm-19/include/llvm/Config/llvm-config.h

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "error: missing ${missing[*]}" >&2
        echo "hint: install these Debian 12 packages, or run this script as root there" >&2
        exit 1
    fi
    echo "installing ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    wait=(-o DPkg::Lock::Timeout=900)
    {
        apt-get "${wait[@]}" update
        apt-get "${wait[@]}" install -y --no-install-recommends "${missing[@]}"
    } >&2
fi

exec python3 "$(dirname "$(readlink -f "$0")")/llvm.py"
