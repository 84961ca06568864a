//! The function cache as the command uses it: on by default, disabled by one flag, and never the
//! cause of a failure, whatever happens to its folder or to the processes that use it.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::sandbox::{CWAMRC, Sandbox};

const FUNCTIONS: usize = 60;

/// A module with this many functions, all different, of which the last depends on `variant`.
fn module(variant: usize) -> String {
    let function = |number: usize| {
        let constant = if number == FUNCTIONS - 1 { 100_000 + variant } else { number };
        let steps = "(local.set 0 (i32.rotl (i32.mul (local.get 0) (local.get 1)) (local.get 1)))";
        format!(
            r#"(func (export "f{number}") (param i32 i32) (result i32)
                (local.set 1 (i32.const {constant})) {} (local.get 0))"#,
            steps.repeat(40)
        )
    };
    format!("(module {})", (0..FUNCTIONS).map(function).collect::<String>())
}

/// The file for the module according to the library, which uses no cache.
fn expected(variant: usize) -> Vec<u8> {
    let wasm = wat::parse_str(module(variant)).expect("the module is well-formed");
    cwamrc::compile(&wasm, &cwamrc::Options::new()).expect("it compiles").into_bytes()
}

const COMPILE: [&str; 4] = ["--target=x86_64", "-o", "out.aot", "in.wat"];

/// The line about the cache that `-v` prints, if there is one.
fn cache_line(sandbox: &Sandbox, flags: &[&str]) -> Option<String> {
    let done = sandbox.cwamrc(&[&["-v"], flags, &COMPILE].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    done.stderr.lines().find(|line| line.starts_with("cache: ")).map(str::to_owned)
}

fn found(found: usize) -> String {
    format!("cache: {found} functions found, {} not; ", FUNCTIONS - found)
}

#[test]
fn functions_are_found_again() {
    let sandbox = Sandbox::new();
    for (variant, hits) in [(0, 0), (0, FUNCTIONS), (1, FUNCTIONS - 1), (0, FUNCTIONS)] {
        sandbox.file("in.wat", module(variant));
        let line = cache_line(&sandbox, &[]).expect("the cache is on");
        assert!(line.starts_with(&found(hits)), "{line}");
        assert!(sandbox.read("out.aot") == expected(variant));
    }
}

#[cfg(feature = "run")]
#[test]
fn programs_that_are_run_are_found_again() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", r#"(module (func (export "f") (result i32) (i32.const 7)))"#);
    for line in ["cache: 0 functions found, 1 not;", "cache: 1 functions found, 0 not;"] {
        let done = sandbox.cwamrc(&["run", "-v", "--invoke=f", "in.wat"]);
        assert_eq!((done.code, done.stdout_text()), (0, "0x7:i32\n"));
        assert!(done.stderr.contains(line), "{}", done.stderr);
    }
}

#[test]
fn off() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module(0));
    assert_eq!(cache_line(&sandbox, &["--no-cache"]), None);
    let script = "CWAMRC_NO_CACHE=1 $CWAMRC -v -o out.aot in.wat";
    assert!(!sandbox.shell(script).stderr.contains("cache"));
    assert_eq!(fs::read_dir(sandbox.cache()).unwrap().count(), 0);
    // A variable that says no.
    let script = "CWAMRC_NO_CACHE=0 $CWAMRC -v -o out.aot in.wat";
    assert!(sandbox.shell(script).stderr.contains(&found(0)));
}

/// The cache does not store unwind information, so functions for object files are not cached.
#[test]
fn object_files() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module(0));
    assert_eq!(cache_line(&sandbox, &["--format=object"]), None);
    assert_eq!(fs::read_dir(sandbox.cache()).unwrap().count(), 0);
}

#[test]
fn the_folder_for_caches_of_the_user() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module(0));
    let script = "unset CWAMRC_CACHE_DIR XDG_CACHE_HOME; HOME=$PWD $CWAMRC -o out.aot in.wat";
    sandbox.shell(script).silent();
    assert_eq!(fs::read_dir(sandbox.path(".cache/cwamrc")).unwrap().count(), 1);
    let private = fs::metadata(sandbox.path(".cache/cwamrc")).unwrap().permissions().mode();
    assert_eq!(private & 0o777, 0o700);
    let script = "unset CWAMRC_CACHE_DIR; XDG_CACHE_HOME=$PWD/xdg $CWAMRC -o out.aot in.wat";
    sandbox.shell(script).silent();
    assert_eq!(fs::read_dir(sandbox.path("xdg/cwamrc")).unwrap().count(), 1);
}

/// Asserts success, the correct file, and one line about the cache, which is a warning.
#[track_caller]
fn warned(sandbox: &Sandbox, script: &str, why: &str) {
    let done = sandbox.shell(script);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let lines: Vec<&str> = done.stderr.lines().collect();
    let [line] = lines[..] else { panic!("{}", done.stderr) };
    assert!(line.starts_with("warning: compiled functions are not kept: "), "{line}");
    assert!(line.contains(why) && line.ends_with(", in in.wat"), "{line}");
    assert!(done.stdout == expected(0));
}

#[test]
fn a_folder_that_cannot_be_made() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module(0));
    sandbox.file("file", "");
    let script = "$CWAMRC --target=x86_64 --cache-dir=file/cache -o - in.wat";
    warned(&sandbox, script, "file/cache: Not a directory");
}

#[test]
fn a_limit_that_is_too_small() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module(0));
    let script = "$CWAMRC --target=x86_64 --cache-size=0 -o - in.wat";
    warned(&sandbox, script, "more than the limit of 0 bytes");
    assert_eq!(fs::read_dir(sandbox.cache()).unwrap().count(), 0);
}

/// Files cannot grow beyond 1 KiB, as if the disk became full at that point.
#[test]
fn a_full_disk() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module(0));
    let script = "trap '' XFSZ; ulimit -f 2; exec $CWAMRC --target=x86_64 -o - in.wat";
    warned(&sandbox, script, "File too large");
    assert_eq!(fs::read_dir(sandbox.cache()).unwrap().count(), 0);
}

/// Root can write everywhere, so the command is run as another user.
#[test]
fn a_folder_that_is_read_only() {
    const NOBODY: u32 = 65534;
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module(0));
    assert_eq!(cache_line(&sandbox, &[]).map(|line| line.starts_with(&found(0))), Some(true));
    let command = sandbox.path("cwamrc");
    fs::copy(CWAMRC, &command).expect("the command can be copied");
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    if is_root() {
        let packs = fs::read_dir(sandbox.cache()).unwrap().map(|entry| entry.unwrap().path());
        for path in packs.chain([sandbox.cache().to_owned()]) {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    for (path, bits) in [(sandbox.cache(), 0o555), (sandbox.path("").as_path(), 0o755)] {
        mode(path, bits).unwrap();
    }
    for entry in fs::read_dir(sandbox.cache()).unwrap() {
        mode(&entry.unwrap().path(), 0o444).unwrap();
    }
    let compile = |variant| {
        sandbox.file("in.wat", module(variant));
        let mut compile = Command::new(&command);
        compile.args(["-v", "--target=x86_64", "-o", "-", "in.wat"]);
        compile.current_dir(sandbox.path("")).env("CWAMRC_CACHE_DIR", sandbox.cache());
        if is_root() {
            compile.uid(NOBODY).gid(NOBODY);
        }
        let done = compile.output().expect("the command starts");
        assert!(done.status.success() && done.stdout == expected(variant));
        String::from_utf8(done.stderr).expect("messages are UTF-8")
    };
    // All functions are in the cache, so nothing has to be written.
    let messages = compile(0);
    assert!(messages.contains(&found(FUNCTIONS)) && !messages.contains("warning"), "{messages}");
    let messages = compile(1);
    assert!(messages.contains(&found(FUNCTIONS - 1)), "{messages}");
    assert!(messages.contains("warning: compiled functions are not kept: "), "{messages}");
    mode(sandbox.cache(), 0o755).unwrap();
}

/// Whether this process runs as root.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.is_some_and(|ids| ids.split_whitespace().nth(1) == Some("0"))
}

/// Eight processes at a time. Many are killed, some of them while they write.
#[test]
fn many_processes_that_are_killed() {
    const PROCESSES: usize = 8;
    const ROUNDS: usize = 9;
    let sandbox = Sandbox::new();
    for variant in 0..PROCESSES {
        sandbox.file(&format!("{variant}.wat"), module(variant));
    }
    let expected: Vec<_> = (0..PROCESSES).map(expected).collect();
    thread::scope(|scope| {
        for (variant, expected) in expected.iter().enumerate() {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let child = start(sandbox, variant);
                    match round % 3 {
                        0 => {
                            kill_after(child, Duration::from_millis((37 * variant + round) as u64))
                        }
                        1 => kill_while_it_writes(child, sandbox.cache()),
                        _ => {
                            let done = child.wait_with_output().expect("it ends");
                            assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
                            assert!(done.stdout == *expected, "variant {variant}");
                        }
                    }
                }
            });
        }
    });
    sandbox.file("in.wat", module(0));
    let line = cache_line(&sandbox, &[]).expect("the cache is on");
    assert!(line.starts_with(&found(FUNCTIONS)), "{line}");
    assert!(sandbox.read("out.aot") == expected[0]);
    removes_what_was_left(&sandbox);
}

fn start(sandbox: &Sandbox, variant: usize) -> Child {
    let mut command = Command::new(CWAMRC);
    command.args(["--target=x86_64", "--threads=1", "-o", "-"]).arg(format!("{variant}.wat"));
    command.current_dir(sandbox.path("")).env("CWAMRC_CACHE_DIR", sandbox.cache());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

fn kill_after(mut child: Child, time: Duration) {
    thread::sleep(time);
    let _ = child.kill();
    child.wait().expect("it ends");
}

/// Kills the process as soon as any process has a temporary file in the folder, or this one has
/// ended.
fn kill_while_it_writes(mut child: Child, folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(5);
    let ended = |child: &mut Child| child.try_wait().expect("it can be asked").is_some();
    while temporary(folder) == 0 && !ended(&mut child) && Instant::now() < deadline {
        thread::yield_now();
    }
    let _ = child.kill();
    child.wait().expect("it ends");
}

fn temporary(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".new-")).count()
}

/// Temporary files of killed processes are removed when they are old.
fn removes_what_was_left(sandbox: &Sandbox) {
    fs::write(sandbox.cache().join(".new-left"), "half a file").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(24 * 3600);
    for entry in fs::read_dir(sandbox.cache()).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with(".new-") {
            File::options().write(true).open(entry.path()).unwrap().set_modified(long_ago).unwrap();
        }
    }
    sandbox.file("in.wat", module(99));
    cache_line(sandbox, &[]);
    assert_eq!(temporary(sandbox.cache()), 0);
}
