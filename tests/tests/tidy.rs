//! The architecture of the project and the conventions of its source, as tests.
//!
//! A rule is a function that finds violations in one file, together with a few examples that it
//! must find. A rule that does not find them is broken, and fails before it judges the tree.
//! Exceptions are listed next to the rule, each with its reason.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;

use cwamrc_tests::modules::{Order, orders};
use cwamrc_tests::tree::{SourceFile, root, source_files};
use serde_json::Value;
use syn::spanned::Spanned;
use syn::visit::Visit;
use wamr_abi::helpers::Helper;

/// A line number, counted from 1, and what is wrong with the line.
type Finding = (usize, String);

struct Rule<'o> {
    /// Which files it is about.
    applies: fn(&SourceFile) -> bool,
    find: fn(&SourceFile) -> Vec<Finding>,
    /// The paths and texts of example files that break the rule.
    offenders: &'o [(&'o str, &'o str)],
}

/// Fails if any file breaks the rule, or if the rule misses one of its examples.
fn enforce(rule: &Rule<'_>) {
    for &(path, text) in rule.offenders {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        assert!((rule.applies)(&file), "the rule is not about {path}");
        assert!(!(rule.find)(&file).is_empty(), "the rule finds nothing in {text:?}");
    }
    let files = source_files();
    let mut judged = files.iter().filter(|file| (rule.applies)(file)).peekable();
    assert!(judged.peek().is_some(), "the rule is about no file of the tree");
    let findings: Vec<String> = judged
        .flat_map(|file| {
            let findings = (rule.find)(file).into_iter();
            findings.map(|(line, what)| format!("{}:{line}: {what}", file.path))
        })
        .collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// The words for which `is_offence` holds.
fn offending_words(file: &SourceFile, is_offence: impl Fn(&str) -> bool) -> Vec<Finding> {
    let offending = file.words().into_iter().filter(|word| is_offence(&word.text));
    offending.map(|word| (word.line, format!("`{}`", word.text))).collect()
}

/// The lines that contain one of `texts`.
fn offending_lines(file: &SourceFile, texts: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, number) in file.text.lines().zip(1..) {
        let held = texts.iter().filter(|text| line.contains(**text));
        findings.extend(held.map(|text| (number, format!("`{text}`"))));
    }
    findings
}

#[test]
fn only_one_folder_of_lowering_knows_the_runtime() {
    enforce(&Rule {
        applies: |file| {
            // Prints the symbols of helpers in the IR.
            const NAMES: &str = "compiler/src/lower/func_id.rs";
            file.path.starts_with("compiler/src/lower/")
                && !file.path.starts_with("compiler/src/lower/runtime/")
                && file.path != NAMES
        },
        find: |file| {
            let names_symbol = |word: &str| {
                let quoted = |symbol: &str| word == format!("{symbol:?}");
                Helper::ALL.iter().any(|helper| quoted(helper.info().symbol))
            };
            // `info` gives a helper's entry in the table of helpers, which includes its symbol.
            let mut found = offending_words(file, |word| word == "info" || names_symbol(word));
            for pair in file.words().windows(2) {
                if pair[0].text == "wamr_abi" && pair[1].text == "layout" {
                    found.push((pair[0].line, "`wamr_abi::layout`".to_owned()));
                }
            }
            found
        },
        offenders: &[
            ("compiler/src/lower/operators/x.rs", "use wamr_abi::layout::table;"),
            ("compiler/src/lower/operators/x.rs", "const X: &str = \"aot_table_grow\";"),
            ("compiler/src/lower/operators/x.rs", "fn x() { helper.info().symbol; }"),
        ],
    });
}

#[test]
fn the_container_knows_neither_lowering_nor_cranelift() {
    enforce(&Rule {
        applies: |file| file.path.starts_with("compiler/src/aot/"),
        find: |file| {
            offending_words(file, |word| {
                matches!(word, "lower" | "native") || word.starts_with("cranelift")
            })
        },
        offenders: &[
            ("compiler/src/aot/x.rs", "use crate::lower::FuncId;"),
            ("compiler/src/aot/x.rs", "use cranelift_codegen::ir::Value;"),
        ],
    });
}

static ORDERS: LazyLock<Vec<Order>> = LazyLock::new(orders);

/// The order that a file's crate has, and the module of the crate that the file belongs to.
fn ordered_module(file: &SourceFile) -> Option<(&'static Order, String)> {
    let orders = ORDERS.iter().filter(|_| file.is_rust());
    // A folder inside of another one is a crate of its own.
    let order = orders
        .filter(|order| file.path.starts_with(&order.folder))
        .max_by_key(|order| order.folder.len())?;
    Some((order, order.module_path(file)?.into_iter().next()?))
}

#[test]
fn modules_depend_downwards() {
    enforce(&Rule {
        applies: |file| ordered_module(file).is_some(),
        find: |file| {
            let Some((order, own)) = ordered_module(file) else { return Vec::new() };
            let Some(floor) = order.floor(&own) else {
                return vec![(1, format!("docs/ARCHITECTURE.md has no place for `{own}`"))];
            };
            let used = order.used_modules(file).into_iter();
            let is_below = |module: &str| order.floor(module).is_some_and(|other| other > floor);
            used.filter(|(_, module)| *module != own && !is_below(module)).collect()
        },
        offenders: &[
            ("compiler/src/wasm/x.rs", "use crate::options::Options;"),
            ("compiler/src/wasm/x.rs", "use crate::{error::Error, lower::FuncId};"),
            ("compiler/src/wasm/mod.rs", "use super::options::Options;"),
            ("compiler/src/wasm/x.rs", "fn x() { super::super::lower::x() }"),
            ("compiler/src/wasm/x.rs", "#[cfg(test)]\nmod tests;\nuse crate::lower;"),
            ("compiler/src/wasm/x.rs", "use crate::Options;"),
            ("compiler/src/explore/x.rs", "use crate::compiler::compile;"),
            ("compiler/src/nowhere/x.rs", "use crate::error::Error;"),
        ],
    });
    // Every module has one place.
    for order in ORDERS.iter() {
        let stated: Vec<&String> = order.floors.iter().flatten().collect();
        let unique: BTreeSet<&String> = stated.iter().copied().collect();
        assert_eq!(stated.len(), unique.len(), "a module is listed twice in {}", order.folder);
        let files = source_files();
        let found: BTreeSet<String> = files
            .iter()
            .filter_map(ordered_module)
            .filter(|(other, _)| other.folder == order.folder)
            .map(|(_, module)| module)
            .collect();
        let missing: Vec<_> = unique.iter().filter(|name| !found.contains(**name)).collect();
        assert!(missing.is_empty(), "{} has no {missing:?}", order.folder);
    }
}

/// Files outside `target/` that may name an architecture.
const ARCHITECTURE_NAMES: &[(&str, &str)] = &[
    ("compiler/src/options/mod.rs", "the default architecture"),
    ("compiler/abi/src/format.rs", "the machines that the container knows"),
    ("compiler/abi/src/format/relocation.rs", "the relocation types that the container knows"),
    ("compiler/abi/src/releases.rs", "relocation types that some releases refuse"),
    ("compiler/abi/src/symbols.rs", "the symbols that the loader has on each machine"),
];

#[test]
fn architectures_are_named_in_target_alone() {
    enforce(&Rule {
        applies: |file| {
            let excepted = ARCHITECTURE_NAMES.iter().any(|(path, _)| *path == file.path);
            let compiler = ["compiler/src/", "compiler/abi/src/"];
            file.is_rust()
                && compiler.iter().any(|folder| file.path.starts_with(folder))
                && !file.path.starts_with("compiler/src/target/")
                && !excepted
        },
        find: |file| {
            let names = ["x86", "x64", "amd64", "aarch64", "arm64", "riscv"];
            offending_words(file, |word| {
                let word = word.to_ascii_lowercase();
                names.iter().any(|name| word.contains(name))
            })
        },
        offenders: &[
            ("compiler/src/lower/x.rs", "fn x(a: Arch) { a == Arch::X86_64 }"),
            ("compiler/src/native/x.rs", "const X: &str = \"has_riscv\";"),
        ],
    });
}

#[test]
fn clap_appears_in_cli_alone() {
    enforce(&Rule {
        // The benchmarks have their own command.
        applies: |file| {
            file.is_rust()
                && !file.path.starts_with("compiler/src/bin/cwamrc/cli/")
                && !file.path.starts_with("benchmarks/")
        },
        find: |file| offending_words(file, |word| word == "clap"),
        offenders: &[("compiler/src/bin/cwamrc/main.rs", "use clap::Parser;")],
    });
}

/// These macros panic if standard output is closed.
#[test]
fn the_command_does_not_print_with_macros() {
    enforce(&Rule {
        applies: |file| file.is_rust() && file.path.starts_with("compiler/src/"),
        find: |file| {
            let macros = ["print", "println", "eprint", "eprintln"];
            offending_words(file, |word| macros.contains(&word))
        },
        offenders: &[("compiler/src/bin/cwamrc/commands/x.rs", "fn x() { println!(\"y\"); }")],
    });
}

/// Folders that may have `unsafe` code.
const UNSAFE_FOLDERS: &[(&str, &str)] = &[
    ("runtime-shim/src/", "the runtime is written in C"),
    ("compiler/capi/src/", "programs in C pass pointers"),
    ("tests/capi/src/", "calls the functions for C"),
];

#[test]
fn unsafe_appears_where_c_is_met_alone() {
    enforce(&Rule {
        applies: |file| {
            let excepted = UNSAFE_FOLDERS.iter().any(|(folder, _)| file.path.starts_with(folder));
            file.is_rust() && !excepted
        },
        find: |file| offending_words(file, |word| word == "unsafe"),
        offenders: &[
            ("compiler/src/x.rs", "fn x() { unsafe { y() } }"),
            ("compiler/capi/build.rs", "fn x() { unsafe { y() } }"),
        ],
    });
}

/// A function with this many lines.
fn function_of(lines: usize) -> String {
    format!("fn x() {{\n{}}}\n", "    y();\n".repeat(lines - 2))
}

const MAX_FILE_LINES: usize = 600;

#[test]
fn files_are_small() {
    enforce(&Rule {
        applies: SourceFile::is_rust,
        find: |file| {
            let lines = file.text.lines().count();
            if lines <= MAX_FILE_LINES {
                return Vec::new();
            }
            vec![(lines, format!("more than {MAX_FILE_LINES} lines"))]
        },
        offenders: &[("compiler/src/x.rs", &function_of(MAX_FILE_LINES + 1))],
    });
}

const MAX_FUNCTION_LINES: usize = 80;

#[test]
fn functions_are_small() {
    enforce(&Rule {
        applies: SourceFile::is_rust,
        find: |file| {
            let mut functions = LongFunctions::default();
            functions.visit_file(&file.syntax());
            functions.0
        },
        offenders: &[("compiler/src/x.rs", &function_of(MAX_FUNCTION_LINES + 1))],
    });
}

/// Collects the functions that are too long. Attributes and doc comments are not counted.
#[derive(Default)]
struct LongFunctions(Vec<Finding>);

impl LongFunctions {
    fn measure(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let (start, end) = (signature.span().start().line, body.span().end().line);
        let lines = end - start + 1;
        if lines > MAX_FUNCTION_LINES {
            self.0.push((start, format!("`{}` has {lines} lines", signature.ident)));
        }
    }
}

impl<'ast> Visit<'ast> for LongFunctions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.measure(&item.sig, body);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }
}

#[test]
fn modules_say_what_they_are_for() {
    enforce(&Rule {
        applies: SourceFile::is_rust,
        find: |file| {
            let documented = file.text.starts_with("//! ");
            if documented { Vec::new() } else { vec![(1, "no `//!` at the start".to_owned())] }
        },
        offenders: &[("compiler/src/x.rs", "// A comment.\n\nfn x() {}")],
    });
}

#[test]
fn nothing_is_left_for_later() {
    // Written in two parts, so that this file does not break the rule.
    const MARKS: &[&str] = &[
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[", "ignore"),
        concat!("to", "do!"),
        concat!("unimple", "mented!"),
        concat!("d", "bg!"),
    ];
    enforce(&Rule {
        applies: |file| file.path != "Cargo.lock",
        find: |file| offending_lines(file, MARKS),
        offenders: &[
            ("docs/x.md", concat!("TO", "DO: write this")),
            ("tests/tests/x.rs", concat!("#[test]\n#[", "ignore = \"slow\"]\nfn x() {}")),
            ("compiler/src/x.rs", concat!("fn x() { to", "do!() }")),
        ],
    });
}

#[test]
fn no_path_of_a_machine_is_named() {
    const FOLDERS: &[&str] = &[
        concat!("/", "work/"),
        concat!("/", "root/"),
        concat!("/", "home/"),
        concat!("/", "tmp/"),
        concat!("/", "Users/"),
    ];
    enforce(&Rule {
        applies: |_| true,
        find: |file| offending_lines(file, FOLDERS),
        offenders: &[("docs/x.md", concat!("see /", "home/me/notes"))],
    });
}

/// What cargo reports about the workspace and all its dependencies.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo answers in JSON")
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().expect("cargo lists packages").iter()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn there_is_one_version_of_cranelift() {
    let metadata = metadata();
    let versions: BTreeSet<&str> = packages(&metadata)
        .filter(|package| text(package, "name").starts_with("cranelift-"))
        .map(|package| text(package, "version"))
        .collect();
    assert_eq!(versions.len(), 1, "{versions:?}");
}

#[test]
fn members_share_lints_and_versions() {
    let metadata = metadata();
    let members = packages(&metadata).filter(|package| package["source"].is_null());
    let mut seen = 0;
    for member in members {
        let manifest = std::fs::read_to_string(text(member, "manifest_path"));
        let manifest: toml::Table = manifest.expect("it was just read").parse().expect("TOML");
        let workspace = Some(&toml::Value::Boolean(true));
        let name = text(member, "name");
        assert_eq!(manifest["lints"].get("workspace"), workspace, "lints of {name}");
        for key in ["version", "edition", "license", "rust-version"] {
            assert_eq!(manifest["package"][key].get("workspace"), workspace, "{key} of {name}");
        }
        seen += 1;
    }
    assert_eq!(seen, metadata["workspace_members"].as_array().map_or(0, Vec::len));
}

/// The names and versions of the packages in a lock file.
fn locked(path: &str) -> BTreeSet<(String, String)> {
    let lock = std::fs::read_to_string(root().join(path)).expect("the lock file is there");
    let lock: toml::Table = lock.parse().expect("TOML");
    let packages = lock["package"].as_array().expect("a list of packages");
    let name =
        |key: &str, package: &toml::Value| package[key].as_str().unwrap_or_default().to_owned();
    packages.iter().map(|package| (name("name", package), name("version", package))).collect()
}

/// The fuzz targets test what is released. They are not in the workspace, so cargo compares nothing.
#[test]
fn fuzz_targets_have_the_versions_of_the_workspace() {
    let workspace = locked("Cargo.lock");
    let fuzz = locked("tests/fuzz/Cargo.lock");
    let other: BTreeSet<&str> =
        fuzz.difference(&workspace).map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        other,
        BTreeSet::from(["cwamrc-fuzz", "libfuzzer-sys"]),
        "copy the versions of Cargo.lock to tests/fuzz/Cargo.lock"
    );
}
