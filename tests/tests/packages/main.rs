//! What is published on crates.io is complete, and usable by a program outside of the tree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc_tests::tree::root;
use serde_json::Value;

/// What a command in the root of the workspace prints.
fn output(command: &mut Command) -> String {
    let output = command.current_dir(root()).output().expect("the command can be started");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{messages}", output.status);
    String::from_utf8(output.stdout).expect("it prints text")
}

/// A package that can be published.
struct Package {
    name: String,
    folder: PathBuf,
    /// What cargo reports about it.
    manifest: Value,
    /// The files in the package, by their paths in it.
    files: BTreeSet<String>,
}

fn packages() -> Vec<Package> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version=1", "--no-deps", "--offline"]);
    let metadata: Value = serde_json::from_str(&output(&mut command)).expect("cargo prints JSON");
    let members = metadata["packages"].as_array().expect("there are packages").iter();
    // An empty list says that a package is not published anywhere.
    let published = members.filter(|member| member["publish"].is_null());
    published.map(|member| package(member.clone())).collect()
}

fn package(manifest: Value) -> Package {
    let text = |key: &str| manifest[key].as_str().expect("cargo reports it").to_owned();
    let (name, path) = (text("name"), PathBuf::from(text("manifest_path")));
    let folder = path.parent().expect("a manifest is in a folder").to_owned();
    let mut command = Command::new(env!("CARGO"));
    command.args(["package", "--list", "--allow-dirty", "--offline", "--package", &name]);
    let files = output(&mut command).lines().map(str::to_owned).collect();
    Package { name, folder, manifest, files }
}

#[test]
fn packages_are_described() {
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let all = ["cwamrc", "cwamrc-capi", "wamr-abi", "wamr-build", "wamr-shim"];
    assert_eq!(names, BTreeSet::from(all));
    for Package { name, manifest, files, .. } in &packages {
        for key in ["description", "license", "readme", "rust_version", "documentation"] {
            assert!(manifest[key].is_string(), "{name} has no {key}");
        }
        for key in ["keywords", "categories"] {
            let words = manifest[key].as_array().map_or(0, Vec::len);
            assert!((1..=5).contains(&words), "{name} has {words} {key}");
        }
        for file in ["LICENSE", "README.md", "Cargo.toml"] {
            assert!(files.contains(file), "{name} lacks {file}");
        }
    }
}

/// Cargo does not compare these versions as long as there is a path, which a published package has
/// not. Packages are published together; see `docs/guides/release.md`.
#[test]
fn packages_depend_on_exactly_each_other() {
    let packages = packages();
    let own = |name: &Value| packages.iter().any(|package| *name == package.name.as_str());
    let mut seen = 0;
    for Package { name, manifest, .. } in &packages {
        let version = format!("={}", manifest["version"].as_str().expect("a version"));
        let dependencies = manifest["dependencies"].as_array().expect("a list").iter();
        for dependency in dependencies.filter(|dependency| own(&dependency["name"])) {
            assert_eq!(dependency["req"], *version, "{} of {name}", dependency["name"]);
            seen += 1;
        }
    }
    assert!(seen >= packages.len(), "the packages depend on each other");
}

/// The paths that a source includes with `include_str!` or `include_bytes!`, from its own folder.
fn includes(text: &str) -> impl Iterator<Item = &str> {
    let macros = ["include_str!(\"", "include_bytes!(\""];
    let calls = macros.into_iter().flat_map(|name| text.split(name).skip(1));
    calls.filter_map(|rest| Some(rest.split_once('"')?.0))
}

/// `folder/path` without `..`, or nothing if that leaves the package.
fn resolved(folder: &Path, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.iter().filter_map(|part| part.to_str()).collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Sources with paths that lead upwards, each with the reason why that is right.
const UPWARDS: &[(&str, &str)] = &[
    ("compiler/build.rs", "it reads the workspace only if it is in the workspace"),
    ("runtime-shim/build/assertions.rs", "the path is for the C compiler, in WAMR's folders"),
];

/// Whether a source may have such paths.
fn may_lead_upwards(path: &Path) -> bool {
    let path = path.strip_prefix(root()).expect("packages are in the workspace");
    UPWARDS.iter().any(|(excepted, _)| path == Path::new(excepted))
}

#[test]
fn packages_contain_what_they_include() {
    let found: Vec<&str> = includes("#[doc = include_str!(\"../y.txt\")]").collect();
    assert_eq!(found, ["../y.txt"], "this test finds what a source includes");
    assert_eq!(resolved(Path::new("src/a"), "../b.txt").as_deref(), Some("src/b.txt"));
    assert_eq!(resolved(Path::new("src"), "../../b.txt"), None);
    let mut included = 0;
    for Package { name, folder, files, .. } in packages() {
        for path in files.iter().filter(|path| path.ends_with(".rs")) {
            let text = std::fs::read_to_string(folder.join(path)).expect("the file is there");
            let upwards = text.matches("\"../").count() + text.matches("\"/../").count();
            let included_upwards = includes(&text).filter(|path| path.starts_with("../")).count();
            let right = upwards == included_upwards || may_lead_upwards(&folder.join(path));
            assert!(right, "{name}: {path} reads outside of its folder");
            for include in includes(&text) {
                let parent = Path::new(path).parent().expect("a file is in a folder");
                let target = resolved(parent, include);
                let held = target.as_ref().is_some_and(|target| files.contains(target));
                assert!(held, "{name}: {path} includes {include}, which the package lacks");
                included += 1;
            }
        }
    }
    assert!(included > 0, "some package includes a file");
}

/// `runtime-shim/build/locate.rs` looks for the same version as the manifest names.
#[test]
fn the_sources_of_wamr_have_one_version() {
    let packages = packages();
    let build = packages.iter().find(|package| package.name == "wamr-build").expect("it is there");
    let dependencies = build.manifest["dependencies"].as_array().expect("a list");
    let sources = dependencies.iter().find(|dependency| dependency["name"] == "wamrx-sys");
    let required = sources.and_then(|sources| sources["req"].as_str()).expect("it is named");
    let locate = std::fs::read_to_string(build.folder.join("locate.rs")).expect("it is there");
    let line = format!("const VERSION: &str = \"{}\";", required.trim_start_matches('='));
    assert!(locate.lines().any(|found| found == line), "locate.rs has no line {line}");
}

#[test]
fn a_program_outside_of_the_tree_uses_them() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crates");
    let answer = output(Command::new("tests/scripts/crates.sh").arg(folder));
    assert_eq!(answer, "5050\n");
}
