//! Attempts of a hostile program to reach files and descriptors that it was not given.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::sandbox::{Done, Sandbox};

/// The text explains what the program does with its arguments.
const PATHS: &str = include_str!("programs/paths.wat");

const SECRET: &str = "the secret";

/// A folder `open`, which programs are given, that contains links leading out of it. The secret is
/// next to it.
fn with_ways_out() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("paths.wat", PATHS);
    sandbox.file("secret.txt", SECRET);
    for folder in ["open", "open/sub", "other"] {
        fs::create_dir(sandbox.path(folder)).unwrap();
    }
    sandbox.file("open/inside.txt", "inside");
    let links = [
        ("../secret.txt", "open/link"),
        ("..", "open/up"),
        ("link", "open/chain"),
        ("sub/../../secret.txt", "open/crooked"),
        ("inside.txt", "open/honest"),
        ("circle", "open/circle"),
    ];
    for (target, link) in links {
        symlink(target, sandbox.path(link)).unwrap();
    }
    symlink(sandbox.path("secret.txt"), sandbox.path("open/absolute")).unwrap();
    symlink("/", sandbox.path("open/root")).unwrap();
    sandbox
}

fn run(sandbox: &Sandbox, engine: &str, arguments: &[&str]) -> Done {
    sandbox.cwamrc(&[&["run", engine, "--dir=open", "paths.wat"], arguments].concat())
}

const ENGINES: [&str; 2] = ["--engine=compile", "--engine=interpreter"];

/// All entries below `folder`: files with their content, links with their target.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_symlink() {
            found.insert(name, fs::read_link(&path).unwrap().display().to_string());
        } else if path.is_dir() {
            found.extend(tree(&path));
            found.insert(name, String::new());
        } else {
            found.insert(name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
        }
    }
    found
}

#[test]
fn paths_do_not_lead_out_of_a_directory() {
    let sandbox = with_ways_out();
    let secret = sandbox.path("secret.txt").display().to_string();
    let absolute_below_root = format!("root{secret}");
    let long = format!("{}secret.txt", "sub/../".repeat(800) + "../");
    let paths = [
        "../secret.txt",
        "./../secret.txt",
        "sub/../../secret.txt",
        "sub/..//.././secret.txt",
        "../open/../secret.txt",
        "link",
        "up/secret.txt",
        "chain",
        "crooked",
        "absolute",
        "circle",
        "",
        "/",
        "..",
        "/proc/self/environ",
        "/etc/passwd",
        "root/etc/passwd",
        "sub/../up/open/../secret.txt",
        &secret,
        &absolute_below_root,
        &long,
    ];
    for engine in ENGINES {
        for inside in ["inside.txt", "honest", "sub/../inside.txt", "./inside.txt"] {
            let done = run(&sandbox, engine, &["o", inside]);
            assert_eq!((done.code, done.stdout_text()), (0, "inside"), "{engine} {inside}");
        }
        for path in paths {
            let done = run(&sandbox, engine, &["o", path]);
            assert_eq!((done.code, done.stdout_text()), (9, ""), "{engine} {path}");
        }
    }
}

#[test]
fn nothing_outside_of_a_directory_is_changed() {
    let sandbox = with_ways_out();
    let before = tree(&sandbox.path(""));
    let secret = sandbox.path("secret.txt").display().to_string();
    let new = sandbox.path("new").display().to_string();
    let attacks: &[&[&str]] = &[
        &["c", "../new"],
        &["c", "up/new"],
        &["c", "link"],
        &["c", "absolute"],
        &["c", &secret],
        &["c", &new],
        &["r", "inside.txt", "../moved"],
        &["r", "../secret.txt", "mine"],
        &["r", "sub", "up/moved"],
        &["u", "../secret.txt"],
        &["u", "up/secret.txt"],
        &["u", &secret],
        &["l", "../secret.txt", "mine"],
        &["l", "link", "mine"],
        &["l", "inside.txt", "../mine"],
        &["m", "../new"],
        &["m", "up/new"],
        &["m", &new],
        &["d", "../other"],
        &["d", "up/other"],
        &["d", ".."],
    ];
    for engine in ENGINES {
        for attack in attacks {
            let done = run(&sandbox, engine, attack);
            assert_eq!((done.code, done.stdout_text()), (9, ""), "{engine} {attack:?}");
            assert_eq!(tree(&sandbox.path("")), before, "{engine} {attack:?}");
        }
    }
}

/// A link that the program creates leads no further than one that existed before.
#[test]
fn links_that_a_program_makes() {
    let sandbox = with_ways_out();
    let secret = sandbox.path("secret.txt").display().to_string();
    for engine in ENGINES {
        for (target, name) in [("../secret.txt", "made"), (&*secret, "made_absolute")] {
            // The runtime decides whether the link can be created.
            let made = run(&sandbox, engine, &["s", target, name]).code;
            assert!(made == 0 || made == 9, "{engine} {name}: {made}");
            let done = run(&sandbox, engine, &["o", name]);
            assert_eq!((done.code, done.stdout_text()), (9, ""), "{engine} {name}");
            if made == 0 {
                fs::remove_file(sandbox.path("open").join(name)).unwrap();
            }
        }
        assert_eq!(run(&sandbox, engine, &["s", "inside.txt", "../outside"]).code, 9);
        assert!(!sandbox.path("outside").exists());
    }
}

/// The program cannot use the host's descriptors, whether or not it was given a directory.
#[test]
fn descriptors_of_the_host() {
    let sandbox = with_ways_out();
    for engine in ENGINES {
        for dir in [&["--dir=open"][..], &[]] {
            let done = sandbox.cwamrc(&[&["run", engine], dir, &["paths.wat", "f"]].concat());
            assert_eq!(done.code, 0, "{engine} {dir:?}: {}", done.stderr);
        }
    }
}

/// Without `--dir`, the program can open nothing.
#[test]
fn nothing_is_open_by_default() {
    let sandbox = with_ways_out();
    for engine in ENGINES {
        for path in ["secret.txt", "open/inside.txt", "/etc/passwd", "."] {
            let done = sandbox.cwamrc(&["run", engine, "paths.wat", "o", path]);
            assert_eq!((done.code, done.stdout_text()), (9, ""), "{engine} {path}");
        }
    }
}

/// Prints its arguments, each followed by a NUL. The exit code is their number, including the
/// program's name, plus 100 if the program was given a directory.
const ARGUMENTS: &str = include_str!("programs/arguments.wat");

/// Everything after the module belongs to the program, whatever it looks like.
#[test]
fn arguments_are_no_flags() {
    let sandbox = Sandbox::new();
    sandbox.file("arguments.wat", ARGUMENTS);
    let lines: &[&[&str]] = &[
        &[],
        &["--dir=."],
        &["--dir", "."],
        &["--map-dir=/::."],
        &["--help"],
        &["-h"],
        &["-v"],
        &["--env", "A=1"],
        &["--threads", "3"],
        &["--engine=interpreter"],
        &["--invoke", "f"],
        &["--", "x"],
        &["--"],
        &["x", "--dir=."],
        &["--trust-native"],
        &["--gas-limit=1"],
    ];
    for engine in ENGINES {
        for line in lines {
            let done = sandbox.cwamrc(&[&["run", engine, "arguments.wat"], *line].concat());
            let words = [&["arguments.wat"], *line].concat().join("\0") + "\0";
            let expected = (1 + line.len() as i32, &*words, "");
            assert_eq!((done.code, done.stdout_text(), &*done.stderr), expected, "{line:?}");
        }
    }
}

/// A module made by a stranger that contains machine code in the section of universal files, with
/// correct digests. The code prints a line and exits with 42; the module itself does neither.
#[test]
fn machine_code_of_strangers_is_not_run() {
    let sandbox = Sandbox::new();
    sandbox.file("app.wasm", include_bytes!("programs/native_code_inside.wasm"));
    for flags in [&[][..], &["--engine=compile"], &["--engine=interpreter"]] {
        let done = sandbox.cwamrc(&[&["run"], flags, &["app.wasm"]].concat());
        assert!(!done.stdout_text().contains("NATIVE CODE RAN"), "{flags:?}");
        assert_ne!(done.code, 42, "{flags:?}");
    }
}
