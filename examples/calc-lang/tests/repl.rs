//! Runs the program like a user. `expected.txt` was worked out by hand.

use std::fs::File;
use std::process::Command;

#[test]
fn a_session_is_answered_line_by_line() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let input = File::open(format!("{folder}/session.txt")).expect("the session is there");
    let mut command = Command::new(env!("CARGO_BIN_EXE_calc-lang"));
    let output = command.stdin(input).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8(output.stdout).expect("it prints text");
    assert_eq!(answers, include_str!("../expected.txt"));
}

#[test]
fn times_are_told_on_demand_alone() {
    let program = env!("CARGO_BIN_EXE_calc-lang");
    let timed = |input: &str| {
        let script = format!("echo '{input}' | {program} --time");
        let output = Command::new("sh").args(["-c", &script]).output().expect("sh starts");
        String::from_utf8(output.stdout).expect("it prints text")
    };
    let answer = timed("2 * 21");
    assert!(answer.starts_with("42\n  compiled in "), "{answer}");
    let usage = Command::new(program).arg("--tiem").output().expect("the program starts");
    assert_eq!(usage.status.code(), Some(2));
}
