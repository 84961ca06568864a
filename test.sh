#!/usr/bin/env bash
# Passes the tests: sets up what they need (as root on Debian 12, the packages too), then runs them all.
set -euo pipefail
cd "$(dirname "$0")"

# Modules and programs that the tests compile: fetched and built once, then cached.
tests/scripts/inputs.sh >/dev/null
exec tests/scripts/run.py
