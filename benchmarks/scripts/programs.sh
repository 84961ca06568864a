#!/usr/bin/env bash
# Builds the programs that benchmarks run, and prints their paths as JSON.
#
# tests/scripts/inputs.sh installs what is missing (the same tools build the tests' programs);
# programs.py does the rest. The cache is $CWAMRC_BENCHMARK_PROGRAMS, by default
# ${XDG_CACHE_HOME:-$HOME/.cache}/cwamrc-benchmark-programs.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
"$here/../../tests/scripts/inputs.sh" >/dev/null
exec python3 "$here/programs.py"
