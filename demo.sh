#!/usr/bin/env bash
# Compiles CPython, 26 MB of wasm from npm, to a native .aot file and runs a program with it in WAMR.
# Sets up what that takes: as root on Debian 12, the packages too.
set -euo pipefail
cd "$(dirname "$0")"

inputs=$(tests/scripts/inputs.sh python)
package=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["npm"]["python"])' <<<"$inputs")

cargo build --release --locked -p cwamrc
mkdir -p target/demo
echo '+ cwamrc -v -o target/demo/python.aot python.wasm'
time target/release/cwamrc -v -o target/demo/python.aot "$package/dist/python.wasm"
echo '+ cwamrc run --dir=. target/demo/python.aot examples/pi.py 60'
target/release/cwamrc run --dir=. target/demo/python.aot examples/pi.py 60
