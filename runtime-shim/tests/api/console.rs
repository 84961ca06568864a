//! Standard output belongs to the program: the runtime's own text does not go there.

use crate::support::instantiate;
use std::env;
use std::process::Command;

const CHILD: &str = "WAMR_SHIM_CONSOLE_TEST";

#[test]
fn a_trap_prints_nothing() {
    if env::var_os(CHILD).is_some() {
        let instance = instantiate(r#"(module (func (export "f") (unreachable)))"#);
        println!("frames: {}", instance.call("f", &[]).unwrap_err().frames.len());
        return;
    }
    // WAMR writes to the C library's stream, which the test harness does not capture.
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "console::a_trap_prints_nothing", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("this program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success() && text.contains("frames: 1"), "{text}");
    // WAMR's line would be `#00: 0x0022 - f`.
    assert!(!text.contains("#00"), "{text}");
}
