#!/usr/bin/env bash
# Builds the programs in Kotlin that benchmarks run, and prints their paths as JSON.
#
# tests/scripts/inputs.sh installs and fetches what is missing; kotlin.py does the rest, into the
# cache of programs.sh.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
"$here/../../tests/scripts/inputs.sh" >/dev/null
exec python3 "$here/kotlin.py"
