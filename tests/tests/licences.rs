//! The licences of dependencies: which are tolerated, and `THIRD-PARTY.md`, which has the notices for
//! programs and libraries that contain them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc_tests::tree::root;
use serde_json::Value;
use spdx::{Expression, LicenseItem, Licensee, ParseMode};

/// What cargo prints about the workspace.
fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--locked").current_dir(root());
    let output = command.output().expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints text")
}

/// A package of the workspace or one of its dependencies.
struct Package {
    name: String,
    version: String,
    licence: String,
    /// Where it comes from; nothing for members of the workspace.
    source: Option<String>,
    folder: PathBuf,
}

fn packages() -> Vec<Package> {
    let metadata = cargo(&["metadata", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let package = |value: &Value| {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let manifest = PathBuf::from(text("manifest_path").expect("it has a path"));
        Package {
            name: text("name").expect("it has a name"),
            version: text("version").expect("it has a version"),
            licence: text("license").unwrap_or_default(),
            source: text("source"),
            folder: manifest.parent().expect("a manifest is in a folder").to_owned(),
        }
    };
    metadata["packages"].as_array().expect("a list").iter().map(package).collect()
}

/// Whether a licence expression is satisfied by licences for which `is_allowed` holds.
fn is_satisfied(licence: &str, is_allowed: impl Fn(&spdx::LicenseReq) -> bool) -> bool {
    let expression = Expression::parse_mode(licence, ParseMode::LAX);
    expression.is_ok_and(|expression| expression.evaluate(|needed| is_allowed(needed)))
}

fn is_one_of(allowed: &[Licensee], needed: &spdx::LicenseReq) -> bool {
    allowed.iter().any(|licence| licence.satisfies(needed))
}

/// `deny.toml` lists the licences. This is the part of `cargo deny check` that every test run does.
#[test]
fn dependencies_have_tolerated_licences_and_come_from_crates_io() {
    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
    let deny = fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let deny: toml::Table = deny.parse().expect("TOML");
    let licences = |list: &toml::Value| -> Vec<Licensee> {
        let names = list.as_array().expect("a list").iter().map(|name| name.as_str());
        let parse = |name: Option<&str>| Licensee::parse(name.expect("a string"));
        names.map(|name| parse(name).expect("an SPDX licence")).collect()
    };
    let allowed = licences(&deny["licenses"]["allow"]);
    let exceptions = deny["licenses"]["exceptions"].as_array().expect("a list").iter();
    let exceptions: BTreeMap<&str, Vec<Licensee>> = exceptions
        .map(|exception| {
            let name = exception["crate"].as_str().expect("a string");
            (name, licences(&exception["allow"]))
        })
        .collect();
    let tolerates = |allowed: &[Licensee], licence: &str| {
        is_satisfied(licence, |needed| is_one_of(allowed, needed))
    };
    for bad in ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "MPL-2.0", ""] {
        assert!(!tolerates(&allowed, bad), "{bad:?}");
    }
    for Package { name, licence, source, .. } in packages() {
        let excepted = exceptions.get(name.as_str());
        let excepted = excepted.is_some_and(|allowed| tolerates(allowed, &licence));
        assert!(excepted || tolerates(&allowed, &licence), "{name}: {licence:?}");
        let known = source.as_deref().is_none_or(|source| source == CRATES_IO);
        assert!(known, "{name} comes from {source:?}");
    }
}

/// The packages of others that are linked into the command or the library for C, on any machine.
fn linked() -> BTreeSet<(String, String)> {
    let mut linked = BTreeSet::new();
    for member in ["cwamrc", "cwamrc-capi"] {
        let edges = "--edges=normal,no-proc-macro";
        let tree = ["tree", edges, "--target=all", "--prefix=none", "--package", member];
        for line in cargo(&tree).lines() {
            let mut words = line.split(' ');
            let name = words.next().expect("a line starts with a name").to_owned();
            let version = words.next().and_then(|word| word.strip_prefix('v'));
            linked.insert((name, version.expect("a version follows").to_owned()));
        }
    }
    linked
}

/// Licence files of C code inside of packages, which have more than the package says.
const INSIDE: &[(&str, &str)] =
    &[("capstone-sys", "capstone/LICENSE.TXT"), ("capstone-sys", "capstone/LICENSE_LLVM.TXT")];

/// Whether the Apache licence alone covers it, perhaps with LLVM's exception.
fn is_apache(licence: &str) -> bool {
    is_satisfied(licence, |needed| match &needed.license {
        LicenseItem::Spdx { id, .. } => id.name == "Apache-2.0",
        LicenseItem::Other { .. } => false,
    })
}

/// The licence texts in a package, except those of licences that need no notice here: the Apache
/// licence, whose text is in `LICENSE`.
fn texts(package: &Package) -> Vec<String> {
    let entries = fs::read_dir(&package.folder).expect("the package has been fetched");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let name = name.to_ascii_uppercase();
            let is_licence = name.starts_with("LICENSE") || name.starts_with("LICENCE");
            is_licence && !name.contains("APACHE")
        })
        .collect();
    paths.sort();
    let inside = INSIDE.iter().filter(|(name, _)| *name == package.name);
    paths.extend(inside.map(|(_, file)| package.folder.join(file)));
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a licence is text");
    paths.iter().map(read).map(|text| text.trim_end().replace('\r', "")).collect()
}

fn document() -> String {
    let linked = linked();
    let others = packages().into_iter().filter(|package| package.source.is_some());
    let (apache, other): (Vec<Package>, Vec<Package>) = others
        .filter(|package| linked.contains(&(package.name.clone(), package.version.clone())))
        .partition(|package| is_apache(&package.licence));
    let mut text = String::from(HEAD);
    for Package { name, version, .. } in &apache {
        writeln!(text, "- {name} {version}").expect("strings take any text");
    }
    text.push_str("\n## Other licences\n");
    // Equal texts stand once.
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in &other {
        let texts = texts(package);
        let Package { name, version, licence, .. } = package;
        assert!(!texts.is_empty(), "{name} {version} has no file with its licence ({licence})");
        for text in texts {
            by_text.entry(text).or_default().push(format!("{name} {version} ({licence})"));
        }
    }
    let mut sections: Vec<_> = by_text.into_iter().collect();
    sections.sort_by(|a, b| a.1.cmp(&b.1));
    for (notice, packages) in sections {
        let packages = packages.join(", ");
        write!(text, "\n### {packages}\n\n```text\n{notice}\n```\n").expect("as above");
    }
    text
}

const HEAD: &str = "# Third-party software

The command `cwamrc` and the library for C contain code of the following packages, in builds with all features. Each is
used under the first of its licences that is Apache-2.0, or under the licence shown. This page is generated by
`CWAMRC_BLESS=1 cargo test -p cwamrc-tests --test licences`, and a test keeps it up to date.

## Apache License 2.0, some with LLVM exceptions

The text is in the file LICENSE.

- WAMR, the WebAssembly Micro Runtime, in builds with `cwamrc run`
- Rust's standard library
";

#[test]
fn third_party_notices_are_up_to_date() {
    assert!(is_apache("MIT OR Apache-2.0") && is_apache("Apache-2.0 WITH LLVM-exception"));
    assert!(!is_apache("MIT") && !is_apache("(MIT OR Apache-2.0) AND Unicode-3.0"));
    let path: &Path = &root().join("THIRD-PARTY.md");
    let text = document();
    if std::env::var_os("CWAMRC_BLESS").is_some_and(|value| value == "1") {
        fs::write(path, &text).expect("the page can be written");
    }
    let stored = fs::read_to_string(path).expect("THIRD-PARTY.md");
    assert!(stored == text, "write THIRD-PARTY.md again with CWAMRC_BLESS=1");
}
