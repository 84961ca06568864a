#!/usr/bin/env bash
# That the command and the library for C compile for macOS and Windows, and that those for Windows
# make the same files as the command for Linux: tests/scripts/hosts.sh PROGRAM. PROGRAM is a `cwamrc`
# for this machine. Debian's mingw-w64 links for Windows, and Debian's wine runs the result. It takes
# the standard libraries of these targets, from rustup.
set -euo pipefail

[ $# = 1 ] || { echo "usage: hosts.sh PROGRAM" >&2 && exit 2; }
here_program=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "$0")")/../.."
source tests/scripts/packages.sh
need gcc-mingw-w64-x86-64 x86_64-w64-mingw32-gcc --version
need wine64 test -x /usr/lib/wine/wine64
install_missing

libraries=$(rustc --print sysroot)/lib/rustlib
windows=x86_64-pc-windows-gnu
for target in aarch64-apple-darwin "$windows"; do
    if [ ! -d "$libraries/$target" ] && ! rustup target add "$target" >&2; then
        echo "error: Rust's standard library for $target cannot be installed: nothing was tried" >&2
        exit 1
    fi
done

# Dependencies are hardly optimised: little is compiled with the result.
cargo=(cargo --config 'profile.dev.package."*".opt-level=1')
features=(--package=cwamrc --package=cwamrc-capi --no-default-features --features=cwamrc/cli)
echo "== compiles for macOS"
"${cargo[@]}" check --locked "${features[@]}" --target=aarch64-apple-darwin
echo "== compiles for Windows"
"${cargo[@]}" build --locked "${features[@]}" --target="$windows"
built=$(readlink -f "${CARGO_TARGET_DIR:-target}/$windows/debug")
header=$PWD/compiler/capi/include

folder=$(mktemp -d)
trap '/usr/lib/wine/wineserver64 --kill || true; rm -rf "$folder"' EXIT
mkdir "$folder/program" "$folder/files"
program=$folder/program/cwamrc.exe
cp "$built/cwamrc.exe" "$built/cwamrc.dll" "$folder/program"
export WINEPREFIX=$folder/prefix WINEDEBUG=-all
cd "$folder/files"
# Rust's standard library gets random numbers from a library that Windows has, and Debian 12's wine
# has not.
cat >prng.c <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return RtlGenRandom(data, size);
}
C
x86_64-w64-mingw32-gcc -shared -o "$folder/program/bcryptprimitives.dll" prng.c -ladvapi32
rm prng.c
cwamrc_exe() { # <arguments>
    /usr/lib/wine/wine64 "$program" "$@"
}
cwamrc_exe --version >version.txt || { echo "error: the program does not start" >&2 && exit 1; }
fail() {
    echo "error: $*" >&2
    exit 1
}
same() { # <file of Windows> <file of Linux>
    cmp "$1" "$2" || fail "the program for Windows made another file: $1"
}
ends_with() { # <exit code> <text on standard error> <arguments>
    local code=0
    cwamrc_exe "${@:3}" >out.txt 2>err.txt || code=$?
    [ "$code" = "$1" ] || fail "exit code $code, not $1: ${*:3}: $(cat err.txt)"
    grep --quiet --fixed-strings -- "$2" err.txt || fail "no \"$2\" in: $(cat err.txt)"
}

cat >app.wat <<'WAT'
(module
  (memory (export "memory") 1)
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add
        (call $fib (i32.sub (local.get 0) (i32.const 1)))
        (call $fib (i32.sub (local.get 0) (i32.const 2))))))))
WAT
for target in x86_64 aarch64 riscv64; do
    for flags in --opt-level=0 --opt-level=3 --bounds-checks=1 --format=object; do
        echo "== the same file: $target $flags"
        "$here_program" --no-cache --target=$target $flags -o linux.aot app.wat
        cwamrc_exe --target=$target $flags -o windows.aot app.wat 2>err.txt || fail "$(cat err.txt)"
        same windows.aot linux.aot
        [ ! -s err.txt ] || fail "unasked for: $(cat err.txt)"
    done
done

echo "== paths and streams"
"$here_program" --no-cache --target=x86_64 -o linux.aot app.wat
mkdir "a folder"
cp app.wat "a folder/modül.wat"
cwamrc_exe --target=x86_64 -o 'a folder\größe.aot' 'a folder\modül.wat'
same "a folder/größe.aot" linux.aot
cwamrc_exe --target=x86_64 -o "Z:${PWD//\//\\}\\absolute.aot" app.wat
same absolute.aot linux.aot
(cd "a folder" && cwamrc_exe --target=x86_64 'modül.wat')
same "a folder/modül.aot" linux.aot
# An existing file is replaced, and bytes such as line ends pass unchanged.
cwamrc_exe --target=aarch64 -o absolute.aot app.wat
cwamrc_exe --target=x86_64 -o absolute.aot app.wat
same absolute.aot linux.aot
cwamrc_exe --target=x86_64 -o - - <app.wat >stream.aot
same stream.aot linux.aot
cwamrc_exe inspect absolute.aot | grep --quiet x86_64 || fail "inspect names no machine"
cwamrc_exe --target=x86_64,aarch64 -o set.aot app.wat
same set_x86_64.aot linux.aot
[ -s set_aarch64.aot ] || fail "no file for the second target"

echo "== errors"
ends_with 1 "cannot read none.wasm" none.wasm --target=x86_64
ends_with 2 "unexpected argument '--none'" --none app.wat
ends_with 2 "code for this machine is not supported: windows on x86_64" -o host.aot app.wat
ends_with 2 "--target=x86_64, for example, makes code for Linux" -o host.aot app.wat
ends_with 2 "code for this machine is not supported" --target=x86_64 --cpu=native -o host.aot app.wat
[ ! -e host.aot ] || fail "a file for Windows was made"
printf '\0asm\1\0\0\0\1' >cut.wasm
ends_with 1 "wasm offset" --target=x86_64 cut.wasm
ends_with 1 "none" --target=x86_64 -o 'none\app.aot' app.wat

echo "== a cache is refused, and does no harm"
cwamrc_exe --target=x86_64 --cache-dir=cache -o cached.aot app.wat 2>err.txt
same cached.aot linux.aot
grep --quiet warning err.txt || fail "nothing says that there is no cache"
[ ! -e cache ] || fail "a cache was made"
echo "== the library for C"
cat >library.c <<'C'
#include <cwamrc.h>
#include <stdio.h>

int main(void) {
    static const uint8_t empty[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    cwamrc_options_t *options = cwamrc_options_new();
    cwamrc_artifact_t *artifact;
    cwamrc_error_t *error = cwamrc_compile(empty, sizeof(empty), options, &artifact);
    if (!error) error = cwamrc_artifact_write_file(artifact, "library.aot");
    if (error) {
        printf("failed: %s\n", cwamrc_error_message(error));
        return 1;
    }
    error = cwamrc_options_set_host(options);
    printf("%s\n", error ? cwamrc_error_message(error) : "no error");
    return 0;
}
C
x86_64-w64-mingw32-gcc -Wall -Werror -I"$header" -o "$folder/program/library.exe" library.c \
    -L"$built" -lcwamrc
/usr/lib/wine/wine64 "$folder/program/library.exe" >out.txt || fail "$(cat out.txt)"
printf '\0asm\1\0\0\0' >empty.wasm
"$here_program" --no-cache --target=x86_64 -o linux.aot empty.wasm
same library.aot linux.aot
grep --quiet "code for this machine is not supported" out.txt || fail "made for Windows: $(cat out.txt)"
echo "all passed"
