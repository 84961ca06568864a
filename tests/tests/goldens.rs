//! The compiler's output for small modules, compared with the expectation in each file.
//!
//! `CWAMRC_BLESS=1` writes the current output into the files. Read the difference before you commit
//! it: a golden states what is correct, not merely what came out.

use cwamrc_tests::golden::goldens;

#[test]
fn goldens_hold() {
    let bless = std::env::var_os("CWAMRC_BLESS").is_some_and(|value| value == "1");
    let goldens = goldens();
    assert!(!goldens.is_empty(), "no goldens were found");
    let mut differences = Vec::new();
    for golden in &goldens {
        let actual = golden.actual();
        let Some(difference) = golden.difference(&actual) else { continue };
        if bless {
            golden.bless(&actual);
        } else {
            differences.push(difference);
        }
    }
    let hint = "if the new output is right, write it with CWAMRC_BLESS=1";
    assert!(differences.is_empty(), "\n{}\n{hint}\n", differences.join("\n"));
}
