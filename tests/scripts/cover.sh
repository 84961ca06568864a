#!/usr/bin/env bash
# Runs the fuzz targets guided by coverage, one after the other, and keeps a small corpus:
# tests/scripts/cover.sh --seconds=600 module capi. Without names, all targets. See tests/fuzz/README.md.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

usage() {
    cat >&2 <<'TEXT'
usage: cover.sh [--seconds=60] [--runs=N] [--budget=5000] [--keep] [TARGET...]
--seconds=N  the time for each target
--runs=N     ends a target after so many inputs, or after the time
--budget=N   the most bytes of the corpus of a target that is written to tests/fuzz/corpus
--keep       leaves tests/fuzz/corpus as it is
TEXT
    exit 2
}

seconds=60 runs=-1 budget=5000 keep=
targets=()
for argument in "$@"; do
    case $argument in
        --seconds=*) seconds=${argument#*=} ;;
        --runs=*) runs=${argument#*=} ;;
        --budget=*) budget=${argument#*=} ;;
        --keep) keep=1 ;;
        -*) usage ;;
        *) targets+=("$argument") ;;
    esac
done
if [ ${#targets[@]} = 0 ]; then
    for file in tests/fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

# What one run finds, the next starts from.
state=$PWD/target/cover
mkdir -p "$state"
host=$(rustc -vV | sed -n 's/^host: //p')
bins=("${targets[@]/#/--bin=}")
RUSTC_WRAPPER=$PWD/tests/scripts/cover_rustc.sh cargo build --release --locked \
    --manifest-path=tests/fuzz/Cargo.toml --target-dir="$state/build" --target="$host" "${bins[@]}"

# The last line of LOG with the number after NAME.
number() { sed -n "s/.*$1:* *\([0-9][0-9]*\).*/\1/p" "$2" | tail -1; }

cover() {
    local target=$1 program=$state/build/$host/release/$1 log=$state/$1.log
    local corpus=$state/corpus/$1 kept=tests/fuzz/corpus/$1 findings=$state/findings/$1
    mkdir -p "$corpus" "$findings"
    CWAMRC_FUZZ_SEEDS=$corpus "$program" 2>/dev/null
    if [ -d "$kept" ]; then cp "$kept"/* "$corpus"; fi
    # An input that takes a minute, or 4 GB, is a finding. The runtime handles its faults itself.
    "$program" "$corpus" -max_total_time="$seconds" -runs="$runs" -timeout=60 -rss_limit_mb=4096 \
        -artifact_prefix="$findings/" -print_final_stats=1 >"$log" 2>&1 || true
    printf '%-12s %12s %8s %9s\n' "$target" "$(number stat::number_of_executed_units "$log")" \
        "$(number cov "$log")" "$(find "$findings" -type f ! -name 'slow-unit-*' | wc -l)"
    # What adds nothing is dropped, and of the rest, the inputs that add most for their size are kept.
    local merged=$state/merged/$target features=$state/$target.features
    rm -rf "$merged" "$features"
    mkdir -p "$merged"
    "$program" -merge=1 -set_cover_merge=1 -merge_control_file="$features" -timeout=60 -rss_limit_mb=4096 \
        -artifact_prefix="$findings/" "$merged" "$corpus" >>"$log" 2>&1
    if [ -z "$keep" ]; then
        tests/scripts/cover_choose.py --budget="$budget" "$features" "$kept"
    fi
    # Seeds are written again; the others are the next run's start.
    rm -rf "$corpus"
    mv "$merged" "$corpus"
}

printf '%-12s %12s %8s %9s\n' target inputs edges findings
for target in "${targets[@]}"; do cover "$target"; done
