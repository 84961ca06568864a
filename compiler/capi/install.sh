#!/usr/bin/env bash
# Builds libcwamrc.so and libcwamrc.a and installs them, with cwamrc.h, a pkg-config file, a CMake
# package and the licence, and prints the paths of what it has installed.
set -euo pipefail

usage='usage: install.sh [--prefix=DIR] [--libdir=DIR] [--includedir=DIR] [--profile=NAME]

  --prefix=DIR      where to install; /usr/local if not given
  --libdir=DIR      libraries, below the prefix; lib if not given
  --includedir=DIR  the header, below the prefix; include if not given
  --profile=NAME    profile of cargo; if not given, an optimised one whose panics do not end the host

$DESTDIR, if set, is put in front of all paths when files are copied, as packagers want it.'

misuse() {
    printf 'error: %s\n\n%s\n' "$1" "$usage" >&2
    exit 2
}

prefix=/usr/local libdir=lib includedir=include profile=
for argument in "$@"; do
    case $argument in
        --prefix=/*) prefix=${argument#*=} ;;
        --prefix*) misuse "--prefix wants an absolute path, as in --prefix=/usr/local" ;;
        --libdir=?*) libdir=${argument#*=} ;;
        --includedir=?*) includedir=${argument#*=} ;;
        --profile=?*) profile=${argument#*=} ;;
        --help | -h)
            printf '%s\n' "$usage"
            exit
            ;;
        *) misuse "unknown argument $argument" ;;
    esac
done

cd "$(dirname "$(readlink -f "$0")")"
if [ -z "$profile" ]; then
    # Only the workspace has the profile capi, and only there does a panic end the process otherwise.
    workspace=$(cargo locate-project --workspace --message-format=plain)
    [ "$workspace" = "$PWD/Cargo.toml" ] && profile=release || profile=capi
fi
# The tests name a package more, so that cargo need not compile all dependencies anew.
cargo build --quiet --locked --package cwamrc-capi ${CWAMRC_INSTALL_WITH:+--package "$CWAMRC_INSTALL_WITH"} \
    --profile "$profile"
metadata=$(cargo metadata --no-deps --offline --format-version=1)
field() { # <name of a text in cargo's answer that occurs once>
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$metadata"
}
built=$(field target_directory)/$([ "$profile" = dev ] && echo debug || echo "$profile")
version=$(cargo pkgid --offline --package cwamrc-capi)
version=${version##*[#@]}
# As build.rs names it.
interface=${version%%.*}
[ "$interface" != 0 ] || interface=$(cut -d . -f 1,2 <<<"$version")

into=${DESTDIR:-}$prefix
cmake=$into/$libdir/cmake/cwamrc
documents=$into/share/doc/libcwamrc
put() { # <mode> <file> <its place>
    install -m "$1" "$2" "$3"
    printf '%s\n' "$3"
}
link() { # <what it points to> <the link>
    ln -sf "$1" "$2"
    printf '%s\n' "$2"
}
install -d "$into/$libdir/pkgconfig" "$cmake" "$into/$includedir" "$documents"
put 644 include/cwamrc.h "$into/$includedir/cwamrc.h"
put 644 "$built/libcwamrc.a" "$into/$libdir/libcwamrc.a"
put 755 "$built/libcwamrc.so" "$into/$libdir/libcwamrc.so.$version"
link "libcwamrc.so.$version" "$into/$libdir/libcwamrc.so.$interface"
link "libcwamrc.so.$interface" "$into/$libdir/libcwamrc.so"
put 644 LICENSE "$documents/LICENSE"
for template in cwamrc.pc cwamrc-config.cmake cwamrc-config-version.cmake; do
    case $template in *.pc) folder=$into/$libdir/pkgconfig ;; *) folder=$cmake ;; esac
    sed -e "s|@PREFIX@|$prefix|g" -e "s|@LIBDIR@|$libdir|g" -e "s|@INCLUDEDIR@|$includedir|g" \
        -e "s|@VERSION@|$version|g" -e "s|@INTERFACE@|$interface|g" \
        "templates/$template" >"$folder/$template"
    printf '%s\n' "$folder/$template"
done
