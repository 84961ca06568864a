#!/usr/bin/env bash
# Runs the C programs of the tests in iwasm of older WAMR releases, on all three targets, and compares
# what they print with their native builds.
#
#   tests/scripts/releases.sh WAMR BUILD RELEASE...
#
# WAMR is a clone of WAMR's repository with its tags, BUILD a folder for build output, RELEASE 2.0.0 and so
# on. `cwamrc` must be on the PATH or in CWAMRC, and tests/scripts/inputs.sh must have run. It needs
# cmake and what the tests need.
set -euo pipefail

[ $# -ge 3 ] || { echo "usage: $0 WAMR BUILD RELEASE..." >&2; exit 2; }
wamr=$1 build=$(realpath -m "$2")
shift 2
cwamrc=${CWAMRC:-cwamrc}
inputs=${XDG_CACHE_HOME:-$HOME/.cache}/cwamrc-test-inputs/built
machines="x86_64 aarch64 riscv64"

# iwasm RELEASE MACHINE: builds it, unless it exists.
iwasm() {
    local source=$build/source-$1 folder=$build/$1-$2 compiler=$2-linux-gnu-gcc target simd=1 libraries=
    case $2 in
        x86_64) target=X86_64 ;;
        aarch64) target=AARCH64 ;;
        # WAMR does not support SIMD there, and gcc calls a library for 16-bit atomic operations.
        riscv64) target=RISCV64_LP64D simd=0 libraries=-latomic ;;
    esac
    [ -x "$folder/iwasm" ] && return
    if [ ! -d "$source" ]; then
        mkdir -p "$source"
        git -C "$wamr" archive "WAMR-$1" | tar -x -C "$source"
    fi
    cmake -S "$source/product-mini/platforms/linux" -B "$folder" \
        -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_C_COMPILER="$compiler" -DCMAKE_ASM_COMPILER="$compiler" \
        -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-w \
        -DCMAKE_EXE_LINKER_FLAGS=-static -DCMAKE_C_STANDARD_LIBRARIES="$libraries" \
        -DWAMR_BUILD_TARGET="$target" -DWAMR_BUILD_SIMD="$simd" -DWAMR_BUILD_AOT=1 \
        -DWAMR_BUILD_INTERP=1 -DWAMR_BUILD_FAST_INTERP=0 -DWAMR_BUILD_LIBC_WASI=1 \
        -DWAMR_BUILD_LIB_WASI_THREADS=1 -DWAMR_BUILD_REF_TYPES=1 -DWAMR_BUILD_BULK_MEMORY=1 \
        -DWAMR_BUILD_TAIL_CALL=1 >"$folder.log" 2>&1
    cmake --build "$folder" --target iwasm >>"$folder.log" 2>&1 \
        || { tail -n 20 "$folder.log" >&2; return 1; }
}

# outcome COMMAND...: its output and exit code.
outcome() {
    local code=0
    timeout 300 "$@" </dev/null 2>/dev/null || code=$?
    echo "exit code $code"
}

# check RELEASE MACHINE PROGRAM FLAG...: increments `runs`, and `wrong` after a failure.
check() {
    local release=$1 machine=$2 program=$3 emulator=
    shift 3
    [ "$machine" = "$(uname -m)" ] || emulator=qemu-$machine
    "$cwamrc" --target="$machine" --wamr-version="$release" "$@" -o "$build/program.aot" \
        "$program/program.wasm"
    outcome $emulator "$build/$release-$machine/iwasm" --stack-size=1048576 "$build/program.aot" \
        >"$build/actual"
    outcome "$program/native" >"$build/expected"
    runs=$((runs + 1))
    if ! cmp -s "$build/actual" "$build/expected"; then
        wrong=$((wrong + 1))
        echo "WAMR $release, $machine, $(basename "$program"), $*: wrong output" >&2
    fi
}

runs=0 wrong=0
for release in "$@"; do
    for machine in $machines; do
        iwasm "$release" "$machine"
        for program in "$inputs"/*-o2-* "$inputs"/*-features-* "$inputs"/*-simd-* "$inputs"/lua-* \
            "$inputs"/sqlite-*; do
            case $machine-$program in riscv64-*-simd-*) continue ;; esac
            check "$release" "$machine" "$program" --opt-level=3
            check "$release" "$machine" "$program" --opt-level=0 --bounds-checks=1
        done
        echo "WAMR $release, $machine: $runs runs so far, $wrong wrong"
    done
done
[ "$runs" -gt 0 ] && [ "$wrong" -eq 0 ]
