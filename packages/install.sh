#!/usr/bin/env bash
# Installs the command with its manual page, shell completions and licences, and prints the paths of
# what it has installed.
set -euo pipefail

usage='usage: install.sh [--prefix=DIR] [--wamrc] [--program=FILE]

  --prefix=DIR    where to install; /usr/local if not given
  --wamrc         install a link to the command that is called wamrc, too, for build scripts that
                  look for that name
  --program=FILE  a cwamrc that is built already; if not given, cargo builds one, with all commands

$DESTDIR, if set, is put in front of all paths when files are copied, as packagers want it.'

misuse() {
    printf 'error: %s\n\n%s\n' "$1" "$usage" >&2
    exit 2
}

prefix=/usr/local wamrc=false program=
for argument in "$@"; do
    case $argument in
        --prefix=/*) prefix=${argument#*=} ;;
        --prefix*) misuse "--prefix wants an absolute path, as in --prefix=/usr/local" ;;
        --wamrc) wamrc=true ;;
        --program=?*) program=$(readlink -f "${argument#*=}") ;;
        --help | -h)
            printf '%s\n' "$usage"
            exit
            ;;
        *) misuse "unknown argument $argument" ;;
    esac
done

cd "$(dirname "$(readlink -f "$0")")/.."
if [ -z "$program" ]; then
    cargo build --release --quiet --locked --package=cwamrc
    program=${CARGO_TARGET_DIR:-target}/release/cwamrc
fi

into=${DESTDIR:-}$prefix
put() { # <mode> <file> <its place>
    install -D -m "$1" "$2" "$3"
    printf '%s\n' "$3"
}
generated=$(mktemp)
trap 'rm -f "$generated"' EXIT
printed() { # <its place> <arguments of the command, which prints it>
    "$program" "${@:2}" >"$generated"
    put 644 "$generated" "$1"
}
put 755 "$program" "$into/bin/cwamrc"
if $wamrc; then
    ln -sf cwamrc "$into/bin/wamrc"
    printf '%s\n' "$into/bin/wamrc"
fi
printed "$into/share/man/man1/cwamrc.1" man
printed "$into/share/bash-completion/completions/cwamrc" completions bash
printed "$into/share/zsh/site-functions/_cwamrc" completions zsh
printed "$into/share/fish/vendor_completions.d/cwamrc.fish" completions fish
put 644 LICENSE "$into/share/doc/cwamrc/LICENSE"
put 644 THIRD-PARTY.md "$into/share/doc/cwamrc/THIRD-PARTY.md"
