//! WASI programs: streams, arguments, environment, directories, exit codes.

use crate::support::{load, runtime};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write, pipe};
use std::os::unix::ffi::OsStrExt;
use std::{env, process};
use wamr_shim::{InstanceConfig, Val, WasiConfig};

/// Imports and helpers for programs: `write` prints memory, `exit` ends the program.
const PRELUDE: &str = r#"
    (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read"
        (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get"
        (func $args_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get"
        (func $environ_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 1)
    (func $write (param $fd i32) (param $start i32) (param $length i32)
        (i32.store (i32.const 0) (local.get $start))
        (i32.store (i32.const 4) (local.get $length))
        (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))
            (then (unreachable))))
    (func $read (param $fd i32) (param $start i32) (param $length i32) (result i32)
        (i32.store (i32.const 0) (local.get $start))
        (i32.store (i32.const 4) (local.get $length))
        (if (call $fd_read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))
            (then (unreachable)))
        (i32.load (i32.const 8)))
"#;

/// Runs a program and returns its exit code and what it wrote to standard output.
fn run(body: &str, wasi: WasiConfig) -> (i32, String) {
    let module = load(&runtime(), &format!("(module {PRELUDE} {body})"));
    let (mut output, file) = pipe().expect("a pipe");
    let config = InstanceConfig { wasi: wasi.stdout(file), ..InstanceConfig::default() };
    let instance = module.instantiate(&config).expect("it instantiates");
    let code = instance.run_main(&[]).expect("no trap");
    // Closes the last writing end, so that reading ends.
    drop((instance, config));
    let mut text = String::new();
    output.read_to_string(&mut text).expect("UTF-8");
    (code, text)
}

#[test]
fn hello_with_arguments_and_environment() {
    let body = r#"
        (data (i32.const 1000) "hello\n")
        (func (export "_start")
            (call $write (i32.const 1) (i32.const 1000) (i32.const 6))
            (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
            (drop (call $args_get (i32.const 100) (i32.const 2000)))
            (call $write (i32.const 1) (i32.const 2000) (i32.load (i32.const 20)))
            (drop (call $environ_sizes_get (i32.const 16) (i32.const 20)))
            (drop (call $environ_get (i32.const 100) (i32.const 2000)))
            (call $write (i32.const 1) (i32.const 2000) (i32.load (i32.const 20))))"#;
    let wasi = WasiConfig::new().args(["program", "one", "zwölf"]).env("NAME", "a=b");
    assert_eq!(run(body, wasi), (0, "hello\nprogram\0one\0zwölf\0NAME=a=b\0".to_owned()));
    assert_eq!(run(body, WasiConfig::new()), (0, "hello\n".to_owned()));
}

/// WASI passes bytes on, whatever they mean.
#[test]
fn texts_that_are_no_utf_8() {
    let body = r#"
        (func (export "_start")
            (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
            (drop (call $args_get (i32.const 100) (i32.const 2000)))
            (drop (call $environ_sizes_get (i32.const 24) (i32.const 28)))
            (drop (call $environ_get (i32.const 100) (i32.const 2008)))
            (call $exit_if_not (i32.const 2000) (i64.const 0x00806100ff006170))
            (call $exit_if_not (i32.const 2008) (i64.const 0x00fe3dc3)))
        (func $exit_if_not (param i32 i64)
            (if (i64.ne (i64.load (local.get 0)) (local.get 1))
                (then (call $proc_exit (i32.const 1)))))"#;
    let bytes = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
    let wasi = WasiConfig::new().arg("pa").arg(bytes(b"\xff")).arg(bytes(b"a\x80"));
    let wasi = wasi.env(bytes(b"\xc3"), bytes(b"\xfe"));
    assert_eq!(run(body, wasi), (0, String::new()));
}

#[test]
fn exit_codes() {
    for code in [0, 1, 42, 255] {
        let body = format!(
            r#"(func (export "_start") (call $proc_exit (i32.const {code})) (unreachable))"#
        );
        assert_eq!(run(&body, WasiConfig::new()), (code, String::new()));
    }
}

#[test]
fn proc_exit_ends_any_call() {
    let text = r#"(func (export "f") (param i32) (call $proc_exit (local.get 0)) (unreachable))
        (func (export "g") (result i32) (i32.const 1))"#;
    let module = load(&runtime(), &format!("(module {PRELUDE} {text})"));
    let instance = module.instantiate(&InstanceConfig::default()).expect("it instantiates");
    for code in [3, 0] {
        let trap = instance.call("f", &[Val::I32(code)]).unwrap_err();
        assert_eq!(trap.exit_code, Some(code));
        assert_eq!(instance.call("g", &[]), Ok(vec![Val::I32(1)]));
    }
}

#[test]
fn standard_input_and_error() {
    let body = r#"(func (export "_start") (local $length i32)
        (local.set $length (call $read (i32.const 0) (i32.const 500) (i32.const 100)))
        (call $write (i32.const 2) (i32.const 500) (local.get $length)))"#;
    let (input, mut writer) = pipe().expect("a pipe");
    let (mut errors, file) = pipe().expect("a pipe");
    writer.write_all(b"from the host").expect("room in the pipe");
    drop(writer);
    let (code, output) = run(body, WasiConfig::new().stdin(input).stderr(file));
    let mut text = String::new();
    errors.read_to_string(&mut text).expect("UTF-8");
    assert_eq!((code, output.as_str(), text.as_str()), (0, "", "from the host"));
}

#[test]
fn preopened_directories() {
    let dir = env::temp_dir().join(format!("wamr-shim-wasi-{}", process::id()));
    fs::create_dir_all(&dir).expect("a directory");
    let write = |name: &str, text: &str| {
        File::create(dir.join(name)).and_then(|mut file| file.write_all(text.as_bytes()))
    };
    write("file.txt", "in the directory").expect("a file");
    // The first directory is file descriptor 3; the path is 8 bytes long, the rights are reading.
    let body = r#"
        (data (i32.const 300) "file.txt")
        (func (export "_start") (local $length i32)
            (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 300) (i32.const 8)
                    (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 20))
                (then (call $proc_exit (i32.const 9))))
            (local.set $length
                (call $read (i32.load (i32.const 20)) (i32.const 500) (i32.const 100)))
            (call $write (i32.const 1) (i32.const 500) (local.get $length)))"#;
    let host = dir.to_str().expect("UTF-8");
    let outcome = run(body, WasiConfig::new().preopened_dir(host, "/data"));
    let without = run(body, WasiConfig::new());
    fs::remove_dir_all(&dir).expect("the directory is ours");
    assert_eq!(outcome, (0, "in the directory".to_owned()));
    assert_eq!(without, (9, String::new()));
}

#[test]
fn a_missing_directory_is_an_error() {
    let module = load(&runtime(), &format!("(module {PRELUDE} (func (export \"_start\")))"));
    for wasi in [
        WasiConfig::new().preopened_dir("/nonexistent/directory", "/data"),
        WasiConfig::new().preopened_dir("/tmp", "a::b"),
        WasiConfig::new().arg("a\0b"),
    ] {
        let config = InstanceConfig { wasi, ..InstanceConfig::default() };
        module.instantiate(&config).expect_err("no instance");
    }
}

#[test]
fn a_trap_of_the_program_is_no_exit() {
    let module =
        load(&runtime(), &format!("(module {PRELUDE} (func (export \"_start\") (unreachable)))"));
    let instance = module.instantiate(&InstanceConfig::default()).expect("it instantiates");
    let trap = instance.run_main(&[]).unwrap_err();
    assert_eq!((trap.message.as_str(), trap.exit_code), ("unreachable", None));
}

#[test]
fn main_without_wasi_gets_its_arguments() {
    // Returns 10 * argc + length of the second argument. WAMR puts the strings into its heap.
    let module = load(
        &runtime(),
        r#"(module (memory (export "memory") 1)
            (global (export "__heap_base") i32 (i32.const 1024))
            (global (export "__data_end") i32 (i32.const 1024))
            (func $length (param i32) (result i32) (local i32)
                (loop $next (result i32)
                    (if (result i32) (i32.load8_u (i32.add (local.get 0) (local.get 1)))
                        (then (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br $next))
                        (else (local.get 1)))))
            (func (export "main") (param i32 i32) (result i32)
                (i32.add (i32.mul (local.get 0) (i32.const 10))
                    (call $length (i32.load offset=4 (local.get 1))))))"#,
    );
    let config = InstanceConfig { heap_size: 16 * 1024, ..InstanceConfig::default() };
    let instance = module.instantiate(&config).expect("it instantiates");
    assert_eq!(instance.run_main(&["program", "four"]), Ok(24));
}

#[test]
fn a_program_without_entry_point_does_not_run() {
    let module = load(&runtime(), "(module)");
    let instance = module.instantiate(&InstanceConfig::default()).expect("it instantiates");
    let trap = instance.run_main(&[]).unwrap_err();
    assert!(trap.message.contains("lookup the entry point symbol"), "{trap}");
}
