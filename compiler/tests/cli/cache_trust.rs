//! Which cached functions are trusted: those in the user's own folder, and those sealed with the
//! key. Anyone who could write other entries would decide which code runs.
//!
//! The tests change the owner of files, which requires root, as in CI.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::sandbox::{CWAMRC, Done, Sandbox};

/// A user that exists on every system, and as which nobody is logged in.
const SOMEBODY: u32 = 65534;

const MODULE: &str = r#"(module
    (func (export "f") (result i32) (i32.const 7))
    (func (export "g") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))"#;

fn expected() -> Vec<u8> {
    let wasm = wat::parse_str(MODULE).expect("the module is well-formed");
    cwamrc::compile(&wasm, &cwamrc::Options::new()).expect("it compiles").into_bytes()
}

/// Gives a file away.
fn give(path: &Path) {
    lchown(path, Some(SOMEBODY), Some(SOMEBODY)).expect("this test has to be run as root");
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is ours");
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

/// A sandbox with the module, and with its compiled functions in the folder `cache`.
fn prepared() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", MODULE);
    compile(&sandbox, &["--cache-dir=cache"]).silent();
    let folder = sandbox.path("cache");
    assert_eq!(packs(&folder).len(), 1);
    (sandbox, folder)
}

fn compile(sandbox: &Sandbox, flags: &[&str]) -> Done {
    let done = sandbox.cwamrc(&[flags, &["--target=x86_64", "-o", "out.aot", "in.wat"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(sandbox.read("out.aot") == expected());
    done
}

fn packs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let mut packs: Vec<_> = entries.map(|entry| entry.path()).collect();
    packs.sort();
    packs
}

/// Asserts that the functions in `folder` are not used, that none is added, and that a warning
/// contains `why`.
#[track_caller]
fn refused(sandbox: &Sandbox, folder: &str, why: &str) {
    let before = packs(&sandbox.path(folder));
    let done = compile(sandbox, &["-v", &format!("--cache-dir={folder}")]);
    let warning = "warning: compiled functions are not kept: ";
    let warnings: Vec<&str> = done.stderr.lines().filter(|it| it.starts_with(warning)).collect();
    assert!(matches!(warnings[..], [line] if line.contains(why)), "{}", done.stderr);
    assert!(done.stderr.contains("cache: 0 functions found, 2 not;"), "{}", done.stderr);
    assert_eq!(packs(&sandbox.path(folder)), before, "nothing is added or removed");
}

/// Asserts that the functions in `folder` are used.
#[track_caller]
fn used(sandbox: &Sandbox, flags: &[&str]) {
    let done = compile(sandbox, &[&["-v"], flags].concat());
    assert!(done.stderr.contains("cache: 2 functions found, 0 not;"), "{}", done.stderr);
    assert!(!done.stderr.contains("warning"), "{}", done.stderr);
}

#[test]
fn a_folder_of_somebody_else() {
    let (sandbox, folder) = prepared();
    used(&sandbox, &["--cache-dir=cache"]);
    give(&folder);
    refused(&sandbox, "cache", "it belongs to user 65534, and this is user 0");
}

#[test]
fn a_pack_of_somebody_else() {
    let (sandbox, folder) = prepared();
    give(&packs(&folder)[0]);
    refused(&sandbox, "cache", "it belongs to user 65534, and this is user 0; remove it");
}

#[test]
fn what_others_can_write() {
    let (sandbox, folder) = prepared();
    for bits in [0o770, 0o707, 0o777, 0o1777] {
        mode(&folder, bits);
        refused(&sandbox, "cache", &format!("others can write to it (mode {bits:03o})"));
    }
    mode(&folder, 0o755);
    used(&sandbox, &["--cache-dir=cache"]);
    for bits in [0o620, 0o602] {
        mode(&packs(&folder)[0], bits);
        refused(&sandbox, "cache", &format!("others can write to it (mode {bits:03o})"));
    }
    mode(&packs(&folder)[0], 0o644);
    used(&sandbox, &["--cache-dir=cache"]);
}

/// Others could replace the folder.
#[test]
fn a_folder_on_the_way() {
    let (sandbox, folder) = prepared();
    let way = sandbox.path("way");
    fs::create_dir(&way).unwrap();
    fs::rename(folder, way.join("cache")).unwrap();
    for bits in [0o777, 0o772] {
        mode(&way, bits);
        refused(
            &sandbox,
            "way/cache",
            &format!("way is not trusted: others can write to it (mode {bits:03o})"),
        );
    }
    // With the sticky bit, anyone may add files, but only remove their own.
    mode(&way, 0o1777);
    used(&sandbox, &["--cache-dir=way/cache"]);
    give(&way);
    refused(&sandbox, "way/cache", "way is not trusted: it belongs to user 65534");
    mode(&way, 0o755);
    refused(&sandbox, "way/cache", "way is not trusted: it belongs to user 65534");
}

#[test]
fn links() {
    let (sandbox, folder) = prepared();
    let shared = sandbox.path("shared");
    fs::create_dir(&shared).unwrap();
    mode(&shared, 0o1777);
    for target in [folder.clone(), PathBuf::from("../cache"), PathBuf::from("../shared/../cache/.")]
    {
        let link = shared.join("link");
        symlink(&target, &link).unwrap();
        used(&sandbox, &["--cache-dir=shared/link"]);
        give(&link);
        refused(&sandbox, "shared/link", "link is not trusted: it is a link that belongs to");
        fs::remove_file(link).unwrap();
    }
    symlink("round", shared.join("round")).unwrap();
    let done = compile(&sandbox, &["--cache-dir=shared/round"]);
    assert!(done.stderr.contains("Too many levels of symbolic links"), "{}", done.stderr);
    // A link owned by root does not bypass the check of the folder that it leads to.
    symlink("/tmp", shared.join("tmp")).unwrap();
    let done = compile(&sandbox, &["--cache-dir=shared/tmp"]);
    assert!(done.stderr.contains("/tmp is not trusted: others can write"), "{}", done.stderr);
}

/// An entry that has the name of a pack but is not a regular file is neither followed nor waited
/// for.
#[test]
fn packs_that_are_no_files() {
    let (sandbox, folder) = prepared();
    let pack = packs(&folder).remove(0);
    let elsewhere = sandbox.path("elsewhere");
    fs::rename(&pack, &elsewhere).unwrap();
    symlink(&elsewhere, &pack).unwrap();
    let not_found = || {
        let done = compile(&sandbox, &["-v", "--cache-dir=cache"]);
        assert!(done.stderr.contains("cache: 0 functions found, 2 not;"), "{}", done.stderr);
    };
    not_found();
    fs::remove_file(&pack).unwrap();
    let made = Command::new("mkfifo").arg(&pack).status().expect("coreutils has mkfifo");
    assert!(made.success());
    not_found();
    // The same functions make a pack with the same name.
    used(&sandbox, &["--cache-dir=cache"]);
}

#[test]
fn folders_are_made_for_the_user_alone() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", MODULE);
    let script = "umask 0; $CWAMRC --cache-dir=a/b/cache -o out.aot in.wat";
    sandbox.shell(script).silent();
    for folder in ["a", "a/b", "a/b/cache"] {
        assert_eq!(mode_of(&sandbox.path(folder)), 0o700, "{folder}");
    }
    assert_eq!(mode_of(&packs(&sandbox.path("a/b/cache"))[0]), 0o600);
}

/// Runs the command as another user.
fn as_somebody(sandbox: &Sandbox, flags: &[&str]) -> Output {
    let command = sandbox.path("cwamrc");
    if !command.exists() {
        fs::copy(CWAMRC, &command).expect("the command can be copied");
    }
    let mut compile = Command::new(&command);
    compile.args(flags).args(["-v", "--target=x86_64", "-o", "-", "in.wat"]);
    compile.current_dir(sandbox.path("")).uid(SOMEBODY).gid(SOMEBODY);
    let done = compile.output().expect("this test has to be run as root");
    assert!(done.status.success() && done.stdout == expected(), "{done:?}");
    done
}

#[test]
fn a_user_without_rights() {
    let (sandbox, folder) = prepared();
    mode(&sandbox.path(""), 0o755);
    mode(&folder, 0o755);
    mode(&packs(&folder)[0], 0o644);
    let messages = |folder: &str| {
        let done = as_somebody(&sandbox, &[&format!("--cache-dir={folder}")]);
        String::from_utf8(done.stderr).expect("messages are UTF-8")
    };
    let text = messages("cache");
    assert!(text.contains("it belongs to user 0, and this is user 65534"), "{text}");
    let own = sandbox.path("own");
    fs::create_dir(&own).unwrap();
    give(&own);
    mode(&own, 0o775);
    // A group of the user may write to a folder on the path.
    let text = messages("own/deep/cache");
    assert!(text.contains("cache: 0 functions found") && !text.contains("warning"), "{text}");
    let text = messages("own/deep/cache");
    assert!(text.contains("cache: 2 functions found") && !text.contains("warning"), "{text}");
    chown(&own, None, Some(100)).unwrap();
    let text = messages("own/deep/cache");
    assert!(text.contains("own is not trusted: others can write to it"), "{text}");
}

/// Writes a key file that only its owner can read.
fn key(sandbox: &Sandbox, name: &str, secret: &[u8]) {
    sandbox.file(name, secret);
    mode(&sandbox.path(name), 0o600);
}

#[test]
fn a_folder_that_is_shared_by_a_key() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", MODULE);
    for (name, secret) in [("one", [1; 32]), ("same", [1; 32]), ("other", [2; 32])] {
        key(&sandbox, name, &secret);
    }
    give(&sandbox.path("same"));
    let shared = sandbox.path("shared");
    fs::create_dir(&shared).unwrap();
    for path in [&shared, &sandbox.path("")] {
        mode(path, 0o777);
    }
    let one = ["--cache-dir=shared", "--cache-key=one"];
    let done = as_somebody(&sandbox, &["--cache-dir=shared", "--cache-key=same"]);
    assert!(!String::from_utf8_lossy(&done.stderr).contains("warning"), "{done:?}");
    used(&sandbox, &one);
    // With another key, or without one, no entry is used.
    let done = compile(&sandbox, &["-v", "--cache-dir=shared", "--cache-key=other"]);
    assert!(done.stderr.contains("cache: 0 functions found, 2 not;"), "{}", done.stderr);
    assert!(done.stderr.contains("was not sealed with this key"), "{}", done.stderr);
    refused(&sandbox, "shared", "others can write to it");
    // Someone without the key changes a byte.
    let pack = packs(&shared).remove(0);
    let mut bytes = fs::read(&pack).unwrap();
    bytes[0] ^= 1;
    fs::write(&pack, bytes).unwrap();
    let done = compile(&sandbox, &[&["-v"], &one[..]].concat());
    assert!(done.stderr.contains("cache: 1 functions found, 1 not;"), "{}", done.stderr);
    assert!(done.stderr.contains("was not sealed with this key; remove it"), "{}", done.stderr);
    fs::remove_file(pack).unwrap();
    compile(&sandbox, &one).silent();
    used(&sandbox, &one);
}

#[test]
fn what_is_no_key() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", MODULE);
    key(&sandbox, "short", &[1; 31]);
    key(&sandbox, "open", &[1; 32]);
    mode(&sandbox.path("open"), 0o640);
    key(&sandbox, "given", &[1; 32]);
    give(&sandbox.path("given"));
    for (name, why) in [
        ("short", "a key needs at least 32 bytes; this one has 31"),
        ("open", "only its owner may have access to the key file (mode 600, not 640)"),
        ("given", "the key file must belong to the user; this one belongs to user 65534"),
        ("missing", "No such file or directory"),
        (".", "invalid"),
    ] {
        let flag = format!("--cache-key={name}");
        let error = sandbox.cwamrc(&[&flag, "-o", "out.aot", "in.wat"]).failed();
        assert!(error.contains("cannot use the key of the cache: "), "{error}");
        assert!(error.contains(why) && error.ends_with(&format!(", in {name}")), "{error}");
    }
}
