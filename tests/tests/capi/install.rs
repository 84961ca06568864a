//! Which files `compiler/capi/install.sh` installs where, and that programs find them: with
//! pkg-config, with CMake, and by name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cwamrc_tests::tree::root;
use tempfile::TempDir;

use crate::{finish, run};

/// The folder into which the library is installed, once for all tests.
pub(crate) fn installed() -> &'static Path {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let folder = target_folder().join("capi-tests");
        fs::create_dir_all(&folder).expect("the folder for build output can be written");
        // Tests with other features or toolchains do not run at the same time.
        let prefix = folder.join("installed");
        let _ = fs::remove_dir_all(&prefix);
        // The profile of the tests, whose dependencies are already built.
        let prefix_flag = format!("--prefix={}", prefix.display());
        finish(install().args(["--profile=dev", &prefix_flag]).current_dir(&folder));
        prefix
    })
}

/// The script that installs, for builds with the features that dependencies have in the tests.
pub(crate) fn install() -> Command {
    let mut command = Command::new(root().join("compiler/capi/install.sh"));
    command.env("CWAMRC_INSTALL_WITH", "same-features");
    command
}

/// Cargo's target folder.
pub(crate) fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("the test has a path");
    // target/debug/deps/capi-0123456789abcdef
    program.ancestors().nth(3).expect("cargo runs tests from its folder").to_owned()
}

#[test]
fn files_are_where_packages_have_them() {
    let prefix = installed();
    for path in [
        "include/cwamrc.h",
        "lib/libcwamrc.a",
        "lib/libcwamrc.so",
        "lib/pkgconfig/cwamrc.pc",
        "lib/cmake/cwamrc/cwamrc-config.cmake",
        "lib/cmake/cwamrc/cwamrc-config-version.cmake",
    ] {
        assert!(prefix.join(path).is_file(), "{path}");
    }
    let dynamic = run("readelf", ["-d", "libcwamrc.so"], &prefix.join("lib"));
    let name = dynamic.lines().find(|line| line.contains("SONAME")).expect("it has a name");
    let (_, name) = name.split_once('[').expect("in brackets");
    let name = name.trim_end_matches(']');
    assert!(name.starts_with("libcwamrc.so."), "{name}");
    assert!(prefix.join("lib").join(name).is_file(), "programs ask for {name}");
    let mut command = Command::new("pkg-config");
    command.args(["--modversion", "cwamrc"]);
    let version = finish(command.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    assert_eq!(version.trim(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn staged_files_name_the_place_where_they_will_be() {
    let stage = TempDir::new().expect("a folder");
    let output = Command::new(root().join("compiler/capi/install.sh"))
        .args(["--profile=dev", "--prefix=/opt/cwamrc", "--libdir=lib64"])
        .env("DESTDIR", stage.path())
        .output()
        .expect("the script starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("paths are text");
    let installed: Vec<&str> = printed.lines().collect();
    assert!(installed.iter().any(|path| path.ends_with("/LICENSE")), "{printed}");
    for path in installed {
        assert!(Path::new(path).starts_with(stage.path()), "{path}");
        assert!(Path::new(path).is_file(), "{path}");
    }
    let text = fs::read_to_string(stage.path().join("opt/cwamrc/lib64/pkgconfig/cwamrc.pc"));
    let text = text.expect("the description is there");
    assert!(text.starts_with("prefix=/opt/cwamrc\n"), "{text}");
    assert!(text.contains("libdir=${prefix}/lib64\n"), "{text}");
}

#[test]
fn bad_usage_is_told() {
    for arguments in [&["--prefix"][..], &["--frobnicate"], &["somewhere"], &["--prefix=relative"]]
    {
        let script = root().join("compiler/capi/install.sh");
        let output = Command::new(script).args(arguments).output().expect("the script starts");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.starts_with("error: "), "{arguments:?}: {message}");
    }
}

/// A program that finds the library through its CMake package, linked statically and dynamically.
#[test]
fn cmake_finds_it() {
    let build = TempDir::new().expect("a folder");
    let source = root().join("tests/tests/capi/programs/cmake");
    let find = format!("-DCMAKE_PREFIX_PATH={}", installed().display());
    let source = source.to_str().expect("the path is UTF-8");
    run("cmake", ["-S", source, "-B", ".", &find], build.path());
    run("cmake", ["--build", "."], build.path());
    for program in ["./with-shared", "./with-static"] {
        let output = run(build.path().join(program), [], build.path());
        assert_eq!(output, format!("compiled by {}\n", env!("CARGO_PKG_VERSION")));
    }
    // A newer version of the interface is not found.
    let output = Command::new("cmake")
        .args(["-S", source, "-B", "other", &find, "-DWANTED_VERSION=999.0"])
        .current_dir(build.path())
        .output()
        .expect("cmake starts");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("999.0"));
}
