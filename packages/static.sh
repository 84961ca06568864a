#!/usr/bin/env bash
# Builds the command as one static program that runs on any Linux, and prints its path:
# packages/static.sh [--target=TRIPLE]. The target is x86_64-unknown-linux-musl if none is named.
# The program has no `run` and no `explore`, so no C compiler is needed for it, only a linker.
set -euo pipefail

target=x86_64-unknown-linux-musl
case ${1-} in
    '') ;;
    --target=?*) target=${1#*=} ;;
    *) echo "usage: static.sh [--target=TRIPLE]" >&2 && exit 2 ;;
esac
cd "$(dirname "$(readlink -f "$0")")/.."

library=$(rustc --print sysroot)/lib/rustlib/$target/lib
if ! compgen -G "$library/libstd-*" >/dev/null && ! rustup target add "$target" >&2; then
    echo "error: Rust's standard library for $target cannot be installed: no static build" >&2
    exit 1
fi
cargo build --release --locked --package=cwamrc --no-default-features --features=cli \
    --target="$target" >&2
program=${CARGO_TARGET_DIR:-target}/$target/release/cwamrc
if readelf --program-headers "$program" | grep --quiet INTERP; then
    echo "error: $program is not static: it asks for a dynamic loader" >&2
    exit 1
fi
echo "$program"
