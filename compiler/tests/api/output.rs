//! Writers, and diagnostics as values.

use std::io::{self, Write};

use cwamrc::{
    Compiler, Diagnostic, ErrorKind, Options, Release, Severity, WriteError, compile,
    compile_to_writer,
};

use crate::{many_functions, module};

/// A writer that accepts a limited number of bytes, 7 at a time.
struct Narrow {
    taken: Vec<u8>,
    room: usize,
}

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::Error::other("no room"));
        }
        let count = bytes.len().min(7).min(self.room);
        self.room -= count;
        self.taken.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_gets_the_bytes() {
    let (wasm, options) = (many_functions(5), Options::new());
    let artifact = compile(&wasm, &options).expect("it compiles");
    let mut writer = Narrow { taken: Vec::new(), room: usize::MAX };
    let summary = compile_to_writer(&wasm, &options, &mut writer).expect("there is room");
    assert_eq!(writer.taken, artifact.bytes());
    assert_eq!(summary.statistics(), artifact.statistics());
    assert_eq!(summary.symbols(), artifact.symbols());
    let (bytes, parts) = artifact.into_parts();
    assert_eq!((bytes, parts.sections()), (writer.taken, summary.sections()));
}

#[test]
fn what_a_writer_does_not_take_is_an_error_of_its_own() {
    let wasm = many_functions(5);
    let mut writer = Narrow { taken: Vec::new(), room: 100 };
    let error = compile_to_writer(&wasm, &Options::new(), &mut writer).unwrap_err();
    assert!(matches!(&error, WriteError::Write(error) if error.to_string() == "no room"));
    assert_eq!(error.to_string(), "cannot write the compiled module: no room");
    assert_eq!(writer.taken.len(), 100);

    let mut writer = Narrow { taken: Vec::new(), room: 100 };
    // As a trait object.
    let writer_object: &mut dyn Write = &mut writer;
    let compiler = Compiler::new(Options::new());
    let error = compiler.compile_to_writer(b"no module", writer_object).unwrap_err();
    assert!(matches!(&error, WriteError::Compile(error) if error.kind() == ErrorKind::Invalid));
    assert!(writer.taken.is_empty());
}

fn texts(diagnostics: &[Diagnostic]) -> Vec<String> {
    let text = |diagnostic: &Diagnostic| format!("{}: {diagnostic}", diagnostic.severity);
    diagnostics.iter().map(text).collect()
}

#[test]
fn diagnostics_come_warnings_first() {
    let wasm = module(r#"(module (memory i64 1) (func (export "f")) (func (export "a\00b")))"#);
    let artifact = compile(&wasm, &Options::new()).expect("it compiles");
    let expected = [
        r#"warning: the export "a\0b" is left out: its name has a NUL"#,
        "warning: the module uses memory64, which default builds of WAMR lack; \
         build the runtime with WAMR_BUILD_MEMORY64=1",
        "note: memory accesses are checked in software, since the module uses memory64",
    ];
    assert_eq!(texts(artifact.diagnostics()), expected);
    assert_eq!(texts(artifact.warnings()), expected[..2]);
    let plain = compile(&module("(module (func (export \"f\")))"), &Options::new());
    assert!(plain.expect("it compiles").diagnostics().is_empty());
}

#[test]
fn a_release_that_lacks_something_is_warned_of() {
    let wasm = module("(module (table 1 externref) (func (drop (table.size 0))))");
    let warnings = |release| {
        let artifact = compile(&wasm, &Options::new().release(release)).expect("it compiles");
        artifact.warnings().to_vec()
    };
    let warnings_of_old = warnings(Release::V2_1_0);
    assert_eq!(warnings_of_old.len(), 1);
    assert_eq!(warnings_of_old[0].severity, Severity::Warning);
    assert!(warnings_of_old[0].message.contains("WAMR_BUILD_REF_TYPES=1"));
    assert!(warnings(Release::V2_4_5).is_empty());
}

/// The function has more blocks than the optimiser accepts.
#[test]
fn functions_that_are_not_optimised_are_named() {
    let blocks = "(if (local.get 0) (then (global.set 0 (local.get 0))))".repeat(40_000);
    let text =
        format!("(module (global (mut i32) (i32.const 0)) (func) (func (param i32) {blocks}))");
    let wasm = module(&text);
    let artifact = compile(&wasm, &Options::new()).expect("it compiles");
    assert!(artifact.warnings().is_empty());
    let [note] = artifact.diagnostics() else { panic!("{:?}", artifact.diagnostics()) };
    assert_eq!((note.severity, note.function), (Severity::Note, Some(1)));
    let at_0 = compile(&wasm, &Options::new().opt_level(cwamrc::OptLevel::O0));
    assert!(at_0.expect("it compiles").diagnostics().is_empty(), "it was to be level 0");
}
