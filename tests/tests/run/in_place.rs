//! Files that run in place, and the memory that the host provides for them.

use cwamrc::aot::Container;
use cwamrc::{BoundsChecks, Options, compile};
use cwamrc_tests::machine::Machine;
use wamr_abi::format::SectionId;
use wamr_shim::{InstanceConfig, Val};

/// The smallest page size of all machines, in bytes.
const PAGE: usize = 4096;

/// A module with a data segment of this many bytes, which precedes the code in the file, and this
/// many functions.
fn module(bytes: usize, functions: usize) -> Vec<u8> {
    let text = format!(
        r#"(module (memory 1) (data (i32.const 0) "{}") {}
            (func (export "answer") (result i32) (i32.const 42)))"#,
        "x".repeat(bytes),
        "(func (result i32) (i32.const 1))".repeat(functions),
    );
    wat::parse_str(text).expect("the module is right")
}

/// A file that runs in place, and the offset of its text.
fn compiled(module: &[u8], options: &Options) -> (Vec<u8>, usize) {
    let file = compile(module, options).expect("it compiles").into_bytes();
    let container = Container::read(&file).expect("the file is readable");
    let text = container.sections.iter().find(|section| section.id == SectionId::Text);
    let offset = text.expect("every file has text").offset;
    (file, offset)
}

/// A file that runs in place, whose text begins at a page boundary.
fn file_with_text_on_a_page(functions: usize, options: &Options) -> Vec<u8> {
    let (_, offset) = compiled(&module(0, functions), options);
    let (file, offset) = compiled(&module(PAGE - offset % PAGE, functions), options);
    assert_eq!(offset % PAGE, 0);
    file
}

/// WAMR removes the write permission from a text that begins at a page boundary (the end of
/// `load_relocation_section` in `aot/aot_loader.c`), and does not restore it. Whoever provides the
/// memory of a file has to.
#[test]
fn the_memory_of_a_file_can_be_used_again() {
    let machines = [Machine::Here, Machine::native_runner()];
    for machine in machines.into_iter().chain(Machine::foreign()) {
        let options = machine.options().indirect_mode(true).bounds_checks(BoundsChecks::Software);
        let runtime = machine.new_runtime();
        // The second file is smaller, so it fits where the first one was. C's `malloc` returns
        // large blocks to the system, but not blocks of this size.
        for functions in [1000, 500] {
            let file = file_with_text_on_a_page(functions, &options);
            let module = runtime.load(&file).expect("the file is right");
            let instance = module.instantiate(&InstanceConfig::default()).expect("nothing fails");
            assert_eq!(instance.call("answer", &[]), Ok(vec![Val::I32(42)]), "{machine}");
        }
    }
}
