#!/usr/bin/env bash
# Compares compiled modules, in every mode, with interpreters for the given time:
# tests/scripts/fuzz.sh --hours=8. See docs/testing.md.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

tests/scripts/inputs.sh >/dev/null
exec cargo run --locked -p cwamrc-tests --bin fuzz -- "$@"
