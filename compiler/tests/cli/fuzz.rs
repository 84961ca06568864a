//! Random command lines: whatever the user writes, the command terminates with one of its exit
//! codes, and prints a reason if it fails.
//!
//! The flags are taken from the documentation, so that all of them are covered.

use std::path::Path;
use std::process::Command;

use crate::random::Random;
use crate::sandbox::{CWAMRC, Sandbox, VALID};

/// Command lines of one run.
const COUNT: usize = 400;

/// Candidates for values and arguments: names, numbers, lists, and nonsense.
const WORDS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "4294967296",
    "-1",
    "",
    "=",
    ",",
    ",,a",
    "a,b",
    "help",
    "+help",
    "x86_64",
    "aarch64",
    "riscv64",
    "x86_64,aarch64",
    "native",
    "+avx2,-bmi",
    "+v",
    "gnu",
    "lp64d",
    "aot",
    "object",
    "clif",
    "asm",
    "universal",
    "llvmir-opt",
    "2.0",
    "2.4.5",
    "main",
    "auto",
    "name",
    "ip,func-idx",
    "values",
    "--",
    "-",
    "-o",
    "in.wat",
    "in.wasm",
    "broken.wasm",
    "out.aot",
    "missing.wasm",
    "inspect",
    "explore",
    "perf-map",
    "run",
    "man",
    "completions",
    "bash",
    "--help",
    "-h",
    "-sgx",
    "-v",
    "-v=9",
    "--=",
    "---",
    "ÄÖ\u{fffd}",
    "\u{7f}",
    "a b",
    "all",
    "i32.common,f64.common",
];

/// The flags in the tables of `docs/flags.md`, up to their `=`.
fn documented_flags() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/flags.md");
    let text = std::fs::read_to_string(path).expect("docs/flags.md");
    let names = text.lines().filter_map(|line| line.strip_prefix("| `-"));
    let name = |rest: &str| {
        let end = rest.find(['`', '=', ' ']).expect("the code ends");
        format!("-{}", &rest[..end])
    };
    names.map(name).collect()
}

fn argument(random: &mut Random, flags: &[String]) -> Vec<String> {
    let flag = flags[random.below(flags.len())].clone();
    let word = random.choose(WORDS).to_owned();
    match random.below(6) {
        0 => vec![word],
        1 => vec![flag],
        2 => vec![flag, word],
        3 => {
            // A typing error.
            let mut characters: Vec<char> = flag.chars().collect();
            let place = random.below(characters.len());
            characters.remove(place);
            vec![characters.into_iter().collect()]
        }
        _ => vec![format!("{flag}={word}")],
    }
}

#[test]
fn no_command_line_panics() {
    let flags = documented_flags();
    assert!(flags.len() > 50, "{flags:?}");
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.file("in.wasm", wat::parse_str(VALID).unwrap());
    sandbox.file("broken.wasm", b"\0asm\x01\0\0\0\x01");
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let mut codes = [0; 3];
    for _ in 0..COUNT {
        let mut line: Vec<String> = Vec::new();
        for _ in 0..random.below(6) {
            line.extend(argument(&mut random, &flags));
        }
        if random.below(2) == 0 {
            line.extend(["-o", "out.aot", "in.wat"].map(str::to_owned));
        }
        let done = Command::new(CWAMRC)
            .args(&line)
            .current_dir(sandbox.path(""))
            .env("WAMRC", "no-such-wamrc")
            .env("IWASM", "no-such-iwasm")
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the command starts");
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert!(!stderr.contains("panicked"), "{line:?}: {stderr}");
        let code = done.status.code().unwrap_or_else(|| panic!("{line:?}: {:?}", done.status));
        let seen = usize::try_from(code).ok().and_then(|code| codes.get_mut(code));
        *seen.unwrap_or_else(|| panic!("{line:?}: exit code {code}")) += 1;
        assert!(code == 0 || stderr.contains("error: "), "{line:?}: {stderr}");
    }
    // Both valid and invalid command lines occurred.
    assert!(codes.iter().all(|&count| count > 0), "exit codes: {codes:?}");
}
