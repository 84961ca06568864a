//! Custom sections that are requested but missing, and names that cannot be parsed.

use cwamrc::aot::model::{CustomSection, NameSubsection};
use cwamrc::{Artifact, Options, aot, compile};

/// Compiles the module and keeps these custom sections.
fn carry(text: &str, names: &[&str]) -> Artifact {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    let wasm = wat::parse_str(text).expect("the text is right");
    compile(&wasm, &Options::new().emit_custom_sections(names)).expect("the module compiles")
}

fn warnings(artifact: &Artifact) -> Vec<&str> {
    artifact.warnings().iter().map(|warning| warning.message.as_str()).collect()
}

#[test]
fn a_section_that_is_missing_is_a_warning() {
    let text = r#"(module (@custom "a" "1") (@custom "b c" "2") (func $f))"#;
    assert_eq!(warnings(&carry(text, &["a", "b c", "name"])), [""; 0]);
    assert_eq!(
        warnings(&carry(text, &["b", "a", "x", "b"])),
        [
            r#"the module has no custom section "b" to emit"#,
            r#"the module has no custom section "x" to emit"#,
        ]
    );
    assert_eq!(
        warnings(&carry("(module (func))", &["name"])),
        [r#"the module has no custom section "name" to emit"#]
    );
    // A name section with the name of a local, but without function names.
    let locals = r#"(module (func (param $p i32)))"#;
    let empty = "the name section has no function names to emit";
    assert_eq!(warnings(&carry(locals, &["name"])), [empty]);
    assert_eq!(warnings(&carry(locals, &[])), [""; 0]);
}

/// Names before the malformed part are kept, and the code does not change.
#[test]
fn a_malformed_name_section_is_a_warning() {
    let names = |content: &str| {
        format!(r#"(module (func) (func (export "x")) (@custom "name" "{content}"))"#)
    };
    // A subsection of function names: its size and the number of names come first.
    let whole = carry(&names("\\01\\0f\\02\\00\\05first\\01\\05other"), &["name"]);
    assert_eq!(warnings(&whole), [""; 0]);
    for content in [
        // One name fewer than announced; a subsection longer than the section; invalid UTF-8.
        "\\01\\08\\02\\00\\05first",
        "\\01\\08\\01\\00\\05first\\01\\7f",
        "\\01\\0c\\02\\00\\05first\\01\\02\\ff\\ff",
    ] {
        let artifact = carry(&names(content), &["name"]);
        let found = warnings(&artifact);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("the name section is malformed"), "{found:?}");
        assert!(found[0].contains("(at wasm offset 0x"), "{found:?}");
        let file = aot::read(artifact.bytes()).expect("the file is readable");
        let kept = file.custom_sections.iter().find_map(|section| match section {
            CustomSection::Name(subsections) => Some(subsections),
            _ => None,
        });
        let [NameSubsection::Functions { names, .. }] = &kept.expect("a name was read")[..] else {
            panic!("{kept:?}")
        };
        assert_eq!(names.len(), 1);
        assert_eq!(names[0].name, "first");
        let plain = carry(r#"(module (func) (func (export "x")))"#, &[]);
        let code = |artifact: &Artifact| {
            let range = artifact.code_range().expect("it has code");
            artifact.bytes()[range].to_vec()
        };
        assert_eq!(code(&artifact), code(&plain));
    }
}
