#!/usr/bin/env bash
# Fetches and builds the real modules and programs that tests and benchmarks use, and prints their
# paths as JSON. With the name of an npm package in tests/programs/inputs.toml, fetches only that
# one.
#
# Installs missing Debian packages when it may (root, apt-get); inputs.py does the rest.
# The cache is $CWAMRC_TEST_INPUTS, by default ${XDG_CACHE_HOME:-$HOME/.cache}/cwamrc-test-inputs.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
source "$here/packages.sh"

need python3 python3 -c 'import tomllib'
need ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
need nodejs node --version
need npm npm --version
if [ $# -eq 0 ]; then
    need python3-venv python3 -c 'import ensurepip, venv'
    need clang-19 clang-19 --version
    need lld-19 wasm-ld-19 --version
    need wasi-libc test -e /usr/lib/wasm32-wasi/libc.a
    need libclang-rt-19-dev-wasm32 \
        test -e /usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a
    need libc6-dev test -e /usr/include/stdio.h
    need libsodium-dev test -e /usr/include/sodium.h
    need openssl openssl version
    need gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc --version
    need libc6-dev-arm64-cross test -e /usr/aarch64-linux-gnu/lib/libc.a
    need gcc-riscv64-linux-gnu riscv64-linux-gnu-gcc --version
    need libc6-dev-riscv64-cross test -e /usr/riscv64-linux-gnu/lib/libc.a
    need qemu-user qemu-riscv64 --version
    need g++ g++ --version
    need make make --version
    need cmake cmake --version
    need pkg-config pkg-config --version
    need valgrind valgrind --version
    need wabt wasm-validate --version
    # For Kotlin's compiler.
    need default-jre-headless java -version
    # 187 MB in 174 packages, in addition to the others.
    need chromium chromium --version
fi
install_missing

exec python3 "$here/inputs.py" "$@"
