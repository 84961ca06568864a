//! Arbitrary bytes as a module that is compiled to an object file, with a map of its code.

use cranelift_object::object::{Object, ObjectSection, ObjectSymbol, read};
use cwamrc::ErrorKind;

use super::choice;
use super::module;

pub(super) fn run(data: &[u8]) {
    let (mut options, wasm) = choice::options(data);
    options.address_map = true;
    let artifact = match cwamrc::compile_object(wasm, &options) {
        Ok(artifact) => artifact,
        Err(error) => return assert_ne!(error.kind(), ErrorKind::Internal, "{error}"),
    };
    let file = read::File::parse(artifact.bytes()).expect("it is an ELF file");
    for section in file.sections() {
        assert!(section.name().is_ok() && section.data().is_ok(), "a section that cannot be read");
    }
    let mut text = file.sections().filter(|section| section.name() == Ok(".text"));
    let size = text.next().map_or(0, |section| section.size());
    for symbol in file.symbols() {
        assert!(symbol.name().is_ok(), "a symbol without a name");
        if symbol.is_definition() {
            assert!(symbol.address() + symbol.size() <= size, "a symbol beyond the code");
        }
    }
    for (range, location) in artifact.address_map().expect("it was asked for").iter() {
        assert!(range.start < range.end && range.end <= size, "code beyond the code");
        assert!((location.wasm_offset as usize) < wasm.len(), "from beyond the module");
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    // Those with exceptions, which are the last two, and a third of the others.
    let mut seeds = module::seeds();
    let exceptions = seeds.split_off(seeds.len() - 2);
    seeds.into_iter().step_by(3).chain(exceptions).collect()
}
