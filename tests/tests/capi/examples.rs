//! `examples/calc-lang-c`, built with its own makefile against the installed library.

use std::fs::{self, File};
use std::process::Command;

use cwamrc_tests::tree::root;
use tempfile::TempDir;

use crate::install::installed;
use crate::programs::libiwasm;
use crate::{finish, run};

const SANITIZED: &str = "CFLAGS=-g -Wall -Wextra -Werror -fsanitize=address,undefined";

#[test]
fn calc_lang_answers_as_its_sibling_in_rust() {
    let folder = TempDir::new().expect("a folder");
    let example = root().join("examples/calc-lang-c");
    for entry in fs::read_dir(example).expect("the example is there") {
        let path = entry.expect("the example can be read").path();
        let name = path.file_name().expect("files have names");
        fs::copy(&path, folder.path().join(name)).expect("it can be copied");
    }
    let libiwasm = libiwasm(false);
    let paths = [installed(), &libiwasm].map(|prefix| prefix.join("lib/pkgconfig"));
    let paths = std::env::join_paths(paths).expect("paths without a colon");
    let rpath = format!("LDFLAGS=-Wl,-rpath,{}", installed().join("lib").display());
    for flags in ["CFLAGS=-O2 -Wall -Wextra -Werror", SANITIZED] {
        run("make", ["clean"], folder.path());
        let mut make = Command::new("make");
        make.args([flags, &rpath]).env("PKG_CONFIG_PATH", &paths).current_dir(folder.path());
        finish(&mut make);
        let session = root().join("examples/calc-lang/session.txt");
        let input = File::open(session).expect("the session is there");
        let answers = finish(Command::new(folder.path().join("calc")).stdin(input));
        assert_eq!(answers, include_str!("../../../examples/calc-lang/expected.txt"), "{flags}");
    }
    let usage = Command::new(folder.path().join("calc")).arg("--tiem").output();
    assert_eq!(usage.expect("the program starts").status.code(), Some(2));
}
