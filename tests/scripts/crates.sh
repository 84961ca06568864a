#!/usr/bin/env bash
# Makes the packages for crates.io, unpacks them, and builds a program outside of the tree that has
# nothing but these packages: it compiles a module and runs it in WAMR. Without network access, so
# cargo's registry must have the dependencies. FOLDER keeps everything for the next time.
#
# The program is built with the profile, the features (same-features) and the target folder of the
# workspace's tests, so that dependencies which they have compiled are not compiled again.
set -euo pipefail

[ $# = 1 ] || { echo "usage: crates.sh FOLDER" >&2 && exit 2; }
folder=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$(readlink -f "$0")")/../.."
root=$PWD
export CARGO_NET_OFFLINE=true

# With a folder of its own for results, no other cargo is waited for.
cargo package --quiet --package=cwamrc --package=cwamrc-capi \
    --package=wamr-abi --package=wamr-build --package=wamr-shim \
    --locked --allow-dirty --no-verify --target-dir="$folder/target"

# Cargo looks at the times of files only, so these are written again only if they have changed.
unpacked=$folder/unpacked
rm -rf "$folder/new"
mkdir -p "$folder/new"
for package in "$folder"/target/package/*.crate; do
    tar --extract --gzip --touch --directory="$folder/new" --file="$package"
done
if diff --recursive --brief "$folder/new" "$unpacked" >/dev/null 2>&1; then
    rm -r "$folder/new"
else
    rm -rf "$unpacked"
    mv "$folder/new" "$unpacked"
fi

consumer=$folder/consumer
mkdir -p "$consumer"
cp "$root/tests/tests/packages/consumer.rs" "$consumer/main.rs"
{
    cat <<'MANIFEST'
[package]
name = "consumer"
version = "0.0.0"
edition = "2024"

[[bin]]
name = "consumer"
path = "main.rs"

[dependencies]
cwamrc = { version = "0.1", default-features = false }
wamr-shim = "0.1"
wat = "1"
MANIFEST
    printf 'same-features = { path = "%s/tests/same-features" }\n\n[workspace]\n\n' "$root"
    sed -n '/^\[profile\.dev/,/^$/p' "$root/Cargo.toml" | sed '/wasmi/,/^$/d'
    for name in cwamrc wamr-abi wamr-build wamr-shim; do
        printf '[profile.dev.package.%s]\nopt-level = 1\n\n' "$name"
    done
    cat <<'MANIFEST'

[patch.crates-io]
MANIFEST
    for name in cwamrc wamr-abi wamr-build wamr-shim; do
        printf '%s = { path = "%s" }\n' "$name" "$(echo "$unpacked/$name"-[0-9]*)"
    done
} >"$consumer/Cargo.toml.new"
# The same versions of dependencies as in the workspace, which have been fetched.
if ! cmp --quiet "$consumer/Cargo.toml.new" "$consumer/Cargo.toml"; then
    mv "$consumer/Cargo.toml.new" "$consumer/Cargo.toml"
fi
cp "$root/Cargo.lock" "$consumer/Cargo.lock"
cargo run --quiet --manifest-path="$consumer/Cargo.toml" --target-dir="${CARGO_TARGET_DIR:-$root/target}"
