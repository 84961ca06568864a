//! Names of imports and exports. WAMR treats them as C strings, which end at the first NUL.
//!
//! No host can ask for an export whose name contains a NUL. Its file may not even load, since two
//! names may be the same up to the NUL (`check_duplicate_exports` of
//! `core/iwasm/aot/aot_loader.c`). So such an export is left out. An import would be linked with
//! something else, so it is refused.

use crate::error::Error;
use crate::wasm::{Export, Module};

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
    let imports = module.imported_functions.iter().chain(&module.imported_globals);
    for import in imports {
        if has_nul(import.module) || has_nul(import.name) {
            return Err(Error::unsupported(format!(
                "the import {:?} {:?} has a NUL in its name, where WAMR ends names",
                import.module, import.name
            )));
        }
    }
    Ok(())
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
}
