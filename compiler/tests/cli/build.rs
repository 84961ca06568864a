//! The command built without the runtime: `--no-default-features`.

use std::process::Command;

/// Runs cargo on this package, with a C compiler that always fails.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--package=cwamrc", "--no-default-features", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .envs([("CC", "false"), ("CXX", "false")])
        .output()
        .expect("cargo starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

#[test]
fn it_needs_no_c_compiler() {
    // `cargo build` would overwrite the command that other tests run. `same-features` keeps cargo from
    // checking all dependencies anew.
    cargo(&["check", "--bins", "--package=same-features", "--features=cwamrc/cli"]);
    let tree =
        cargo(&["tree", "--features=cli", "--edges=normal,build", "--prefix=none", "--format={p}"]);
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"cranelift-codegen"), "{tree}");
    for builder in ["cc", "cmake", "bindgen", "wamr-shim"] {
        assert!(!names.contains(&builder), "{builder} is among the dependencies");
    }
}
