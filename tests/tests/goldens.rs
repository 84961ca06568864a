//! What the compiler makes of small modules, against what is written in them.
//!
//! `CWAMRC_BLESS=1` writes what the compiler makes now into the files. Read the difference before
//! it is committed: a golden states what is right, not what came out.

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
