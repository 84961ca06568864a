//! `cwamrc.h` matches the functions for C, and the libraries contain what it declares.
//!
//! `CWAMRC_BLESS=1` writes the header again.

use std::collections::BTreeSet;
use std::fs;

use cwamrc_tests::tree::root;

use crate::install::installed;
use crate::run;

const SOURCES: &str = "compiler/capi/src";
const HEADER: &str = "compiler/capi/include/cwamrc.h";

/// The text before all functions.
const HEAD: &str = "\
/*
 * cwamrc for C: compiles WebAssembly modules to .aot files of WAMR, like aot_export.h of WAMR's own
 * compiler. docs/library-c.md shows how to use it, and which functions replace those of aot_export.h.
 *
 * Generated from compiler/capi by `CWAMRC_BLESS=1 cargo test -p cwamrc-tests --test capi header`.
 *
 * Errors. A function that can fail returns NULL on success, or an error that you have to delete.
 * Wrong arguments (NULL, strings that are not UTF-8, unknown names and numbers) are errors. Functions
 * that only read return 0, false or NULL instead. Nothing unwinds out of the library, and it never
 * exits; it aborts only if there is no memory left.
 *
 * Handles. A handle that a function returns, or stores where you want it, lives until you pass it to the
 * `_delete` function of its type. Pointers to what belongs to a handle are valid as
 * long as the handle.
 *
 * Threads. Any number of threads may call functions at once, also with the same handle, except for
 * functions that change it: `_set_`, `_add_` and `_delete` need exclusive access.
 *
 * The library relies on the caller for the rest: pointers point to what they should, strings end with
 * a NUL, and handles come from this library and are not deleted yet.
 */
";

/// The header for the sources.
fn generate() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let numbers: Vec<&str> = version.split(['.', '-']).collect();
    let macros = format!(
        "\n#define CWAMRC_VERSION \"{version}\"\n#define CWAMRC_VERSION_MAJOR {}\n\
         #define CWAMRC_VERSION_MINOR {}\n#define CWAMRC_VERSION_PATCH {}",
        numbers[0], numbers[1], numbers[2],
    );
    let config = cbindgen::Config {
        language: cbindgen::Language::C,
        cpp_compat: true,
        header: Some(HEAD.trim_end().to_owned()),
        include_guard: Some("CWAMRC_H".to_owned()),
        after_includes: Some(macros),
        no_includes: true,
        sys_includes: ["stdbool.h", "stddef.h", "stdint.h"].map(str::to_owned).to_vec(),
        usize_is_size_t: true,
        documentation_style: cbindgen::DocumentationStyle::Doxy,
        line_length: 100,
        style: cbindgen::Style::Type,
        export: cbindgen::ExportConfig {
            // C passes it as a number, since any value can occur.
            include: vec!["cwamrc_format_t".to_owned()],
            ..cbindgen::ExportConfig::default()
        },
        ..cbindgen::Config::default()
    };
    let mut builder = cbindgen::Builder::new().with_config(config);
    for name in ["error", "bytes", "options", "artifact", "compile", "files"] {
        builder = builder.with_src(root().join(SOURCES).join(format!("{name}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().expect("the sources can be read").write(&mut text);
    String::from_utf8(text).expect("the sources are UTF-8")
}

#[test]
fn the_header_is_that_of_the_sources() {
    let (path, expected) = (root().join(HEADER), generate());
    if std::env::var_os("CWAMRC_BLESS").is_some() {
        fs::write(&path, &expected).expect("the header can be written");
    }
    let header = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        header == expected,
        "{HEADER} is not what the sources say; write it again with \
         `CWAMRC_BLESS=1 cargo test -p cwamrc-tests --test capi header`"
    );
}

/// Names with the library's prefix that are followed by a parenthesis.
fn declared_functions() -> BTreeSet<String> {
    let header = fs::read_to_string(root().join(HEADER)).expect("the header can be read");
    let code = header.split("*/").filter_map(|part| part.split("/*").next());
    let code: String = code.collect();
    let words = code
        .split('(')
        .filter_map(|before| before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next());
    words.filter(|word| word.starts_with("cwamrc_")).map(str::to_owned).collect()
}

#[test]
fn the_libraries_have_the_functions_of_the_header_and_no_others() {
    let functions = declared_functions();
    assert!(functions.len() > 30 && functions.contains("cwamrc_compile"), "{functions:?}");
    let folder = installed().join("lib");
    let shared = run("nm", ["-D", "--defined-only", "libcwamrc.so"], &folder);
    let exported = shared.lines().filter_map(|line| line.rsplit(' ').next());
    let exported: BTreeSet<String> = exported.map(str::to_owned).collect();
    assert_eq!(exported, functions);
    let archive = run("nm", ["-g", "--defined-only", "libcwamrc.a"], &folder);
    let ours = archive.lines().filter_map(|line| line.rsplit(' ').next());
    let ours = ours.filter(|name| name.starts_with("cwamrc_")).map(str::to_owned);
    assert_eq!(ours.collect::<BTreeSet<_>>(), functions);
}
