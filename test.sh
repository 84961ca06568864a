#!/usr/bin/env bash
# Passes the tests: sets up what they need (as root on Debian 12, the packages too), then runs them all.
set -euo pipefail
cd "$(dirname "$0")"

# Modules and programs that the tests compile: fetched and built once, then cached.
tests/scripts/inputs.sh >/dev/null

# Every test, on a runtime with hardware bounds checks: what WAMR is by default.
cargo test --workspace --locked "$@"

# What judges software bounds checks, once more on a runtime that has no others.
cargo test --locked -p wamr-shim --features software-bounds-checks "$@"
CWAMRC_TEST_RUNTIME=software-bounds-checks \
    cargo test --workspace --locked --test spec --test run --test differential "$@"

# And 64-bit memories, which take a runtime of their own.
CWAMRC_TEST_RUNTIME=memory64 cargo test --workspace --locked --test spec "$@" -- memory64/
