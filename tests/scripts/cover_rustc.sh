#!/usr/bin/env bash
# cargo calls this instead of rustc: this project's crates and the parsers that it uses are compiled with
# libFuzzer's coverage, and nothing else. Cranelift without coverage is several times faster, and what a fuzzer
# must reach are the crates that read the input.
set -euo pipefail

rustc=$1
shift
# Build scripts and procedural macros are compiled without --target, and run without libFuzzer.
case " $* " in
    *" --target "*) ;;
    *) exec "$rustc" "$@" ;;
esac
case " $* " in
    *" --crate-name cwamrc "* | *" --crate-name wamr_abi "* | *" --crate-name capi_in_rust "* | \
        *" --crate-name wasmparser "* | *" --crate-name object "* | *" --crate-name gimli "*)
        set -- "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
            -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
            -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1
        ;;
esac
exec "$rustc" "$@"
