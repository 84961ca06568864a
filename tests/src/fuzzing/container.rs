//! Arbitrary bytes as an `.aot` file: a report or a typed error, and whatever is read can be
//! written again.

use cwamrc::aot::{Container, write};
use cwamrc::{Options, inspect};
use wamr_abi::releases::Release;

use crate::bad_input::small_modules;

pub(super) fn run(data: &[u8]) {
    let report = inspect::report(data);
    let container = match Container::read(data) {
        Ok(container) => container,
        Err(error) => {
            assert!(error.offset().is_some_and(|offset| offset <= data.len() + 4), "{error}");
            assert!(report.is_err(), "a report of a file that cannot be read");
            return;
        }
    };
    let report = report.expect("a file that can be read has a report");
    assert!(report.to_string().contains("WAMR AOT file"));
    for release in Release::that_run(container.requirements()) {
        let again = write(&container.file, release).expect("what was read can be written");
        let again = Container::read(&again).expect("what was written can be read");
        assert!(again.file == container.file, "{release}: another file");
    }
}

/// The small modules, compiled.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let compile = |wasm: &Vec<u8>| cwamrc::compile(wasm, &Options::new()).ok();
    small_modules().iter().filter_map(compile).map(cwamrc::Artifact::into_bytes).collect()
}
