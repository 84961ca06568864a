//! Names of imports and exports. WAMR treats them as C strings, which end at the first NUL.
//!
//! No host can ask for an export whose name contains a NUL. Its file may not even load, since two
//! names may be the same up to the NUL (`check_duplicate_exports` of
//! `core/iwasm/aot/aot_loader.c`). So such an export is left out. An import would be linked with
//! something else, so it is refused.
//!
//! A global that is a reference is imported under a name without the NUL, and of a length that the
//! container allows, with a warning. Toolchains import constant strings that way, whose text is the name.

use std::borrow::Cow;

use wamr_abi::format::MAX_STRING_LEN;

use crate::error::{Error, Shown};
use crate::wasm::{Export, Global, Import, Module};

/// What replaces a NUL: the symbol for it.
const SYMBOL_FOR_NUL: &str = "\u{2400}";

/// The maximum number of characters of a name that is written otherwise, which may take four bytes each.
const MAX_CHARACTERS: usize = MAX_STRING_LEN / 4;

/// The exports that a host can ask for.
pub(crate) fn visible_exports<'m, 'a>(
    module: &'m Module<'a>,
) -> impl Iterator<Item = &'m Export<'a>> {
    module.exports.iter().filter(|export| !has_nul(export.name))
}

/// The other exports.
pub(crate) fn hidden_exports<'m, 'a>(
    module: &'m Module<'a>,
) -> impl Iterator<Item = &'m Export<'a>> {
    module.exports.iter().filter(|export| has_nul(export.name))
}

/// Refuses imports that WAMR would confuse with others.
pub(crate) fn check_imports(module: &Module<'_>) -> Result<(), Error> {
    let globals = imported_globals(module).filter(|(_, global)| !global.value_type.is_reference());
    let mut imports = module.imported_functions.iter().chain(globals.map(|(import, _)| import));
    match imports.find(|import| is_cut(import)) {
        Some(import) => Err(Error::unsupported(format!(
            "the import {:?} {:?} has a NUL in its name, where WAMR ends names",
            Shown(import.module),
            Shown(import.name)
        ))),
        None => Ok(()),
    }
}

/// The imported globals that are written under other names.
pub(crate) fn renamed_globals<'m, 'a>(
    module: &'m Module<'a>,
) -> impl Iterator<Item = &'m Import<'a>> {
    let globals = imported_globals(module).filter(|(_, global)| global.value_type.is_reference());
    let globals = globals.map(|(import, _)| import);
    globals.filter(|import| is_cut(import) || is_long(import.module) || is_long(import.name))
}

/// The name in the file of a global that is imported, a reference or not.
pub(super) fn written(name: &str, is_reference: bool) -> Cow<'_, str> {
    match is_reference {
        true if is_long(name) => {
            let start: String = name.chars().take(MAX_CHARACTERS).collect();
            start.replace('\0', SYMBOL_FOR_NUL).into()
        }
        true if has_nul(name) => name.replace('\0', SYMBOL_FOR_NUL).into(),
        _ => name.into(),
    }
}

/// Whether the container does not allow the name, or would not if it were without NULs.
fn is_long(name: &str) -> bool {
    name.len() > MAX_STRING_LEN || name.replace('\0', SYMBOL_FOR_NUL).len() > MAX_STRING_LEN
}

fn imported_globals<'m, 'a>(
    module: &'m Module<'a>,
) -> impl Iterator<Item = (&'m Import<'a>, &'m Global)> {
    module.imported_globals.iter().zip(&module.globals)
}

fn is_cut(import: &Import<'_>) -> bool {
    has_nul(import.module) || has_nul(import.name)
}

fn has_nul(name: &str) -> bool {
    name.contains('\0')
}

#[cfg(test)]
mod tests {
    use crate::{Artifact, Error, ErrorKind, Options, aot, compile};

    fn compile_text(text: &str) -> Result<Artifact, Error> {
        compile(&wat::parse_str(text).expect("the text is right"), &Options::new())
    }

    #[test]
    fn an_export_with_a_nul_is_left_out_with_a_warning() {
        let artifact = compile_text(
            r#"(module (func (export "a")) (func (export "a\00b")) (func (export "\00")))"#,
        );
        let artifact = artifact.expect("the module compiles");
        let file = aot::read(artifact.bytes()).expect("the file is readable");
        let names: Vec<&str> = file.exports.iter().map(|export| export.name.as_ref()).collect();
        assert_eq!(names, ["a"]);
        assert_eq!(artifact.warnings().len(), 2);
        assert!(artifact.warnings()[0].message.contains(r#""a\0b""#), "{:?}", artifact.warnings());
    }

    #[test]
    fn an_import_with_a_nul_is_refused() {
        for import in [
            r#"(module (import "env" "f\00g" (func)))"#,
            r#"(module (import "env\00" "f" (func)))"#,
            r#"(module (import "env" "g\00" (global i32)))"#,
        ] {
            let error = compile_text(import).expect_err(import);
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.message().contains("NUL"), "{error}");
        }
    }

    #[test]
    fn an_imported_reference_with_a_nul_is_renamed() {
        let artifact = compile_text(r#"(module (import "" "a\00b" (global externref)))"#);
        let artifact = artifact.expect("the module compiles");
        let file = aot::read(artifact.bytes()).expect("the file is readable");
        assert_eq!(file.import_globals[0].name, "a\u{2400}b");
        assert_eq!(artifact.warnings().len(), 1);
        assert!(artifact.warnings()[0].message.contains(r#""a\0b""#), "{:?}", artifact.warnings());
    }

    #[test]
    fn an_imported_reference_with_a_long_name_is_renamed() {
        let text =
            format!(r#"(module (import "" "{}" (global externref)))"#, "\u{2400}".repeat(30_000));
        let artifact = compile_text(&text).expect("the module compiles");
        let file = aot::read(artifact.bytes()).expect("the file is readable");
        assert_eq!(file.import_globals[0].name, "\u{2400}".repeat(16_383));
        assert_eq!(artifact.warnings().len(), 1);
    }

    #[test]
    fn long_names_are_shown_in_part() {
        let text = format!(r#"(module (import "env" "f\00{}" (func)))"#, "x".repeat(1000));
        let error = compile_text(&text).expect_err("the name has a NUL");
        assert!(error.message().len() < 200, "{error}");
    }
}
