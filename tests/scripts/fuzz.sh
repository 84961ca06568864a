#!/usr/bin/env bash
# Compares modules compiled in every way with interpreters, for as long as it is told to:
# tests/scripts/fuzz.sh --hours=8. See docs/testing.md.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

tests/scripts/inputs.sh >/dev/null
exec cargo run --locked -p cwamrc-tests --bin fuzz -- "$@"
