#!/usr/bin/env bash
# Passes the tests: sets up what they need (as root on Debian 12, the packages too), then runs them all.
set -euo pipefail
cd "$(dirname "$0")"

# Every test, on a runtime with hardware bounds checks: what WAMR is by default.
cargo test --workspace --locked "$@"

# The tests that judge software bounds checks once more, on a runtime that has no others.
CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/software-bounds-checks" \
    cargo test --locked -p wamr-shim -p cwamrc-tests --features software-bounds-checks \
    --test spec --test run --test differential "$@"
