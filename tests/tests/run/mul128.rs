//! Functions that level 3 recognises as a 128-bit product, compared with the product.

use std::fs;
use std::path::Path;

use cwamrc_tests::engine::Engine;
use cwamrc_tests::random::Random;
use wamr_shim::Val::{I32, I64};

/// A module for each way of writing the product. It has the functions `product`, which takes the
/// halves of two numbers, `square`, `store` at an address, and `load`.
fn modules() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/src/wasm/mul128/products");
    let files = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = files.map(|file| file.expect("it can be read").path()).collect();
    paths.sort();
    let modules: Vec<_> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert!(!modules.is_empty(), "no way to write a product");
    modules
}

fn halves(number: u128) -> [wamr_shim::Val; 2] {
    [I64(number as i64), I64((number >> 64) as i64)]
}

/// Factors whose parts are at the limits of their ranges or random.
fn factors() -> Vec<(u128, u128)> {
    const PARTS: [u128; 5] = [0, 1, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
    let mut random = Random::new(128);
    let mut part = || match random.below(3) {
        0 => u128::from(random.next_u64() as u32),
        _ => random.choose(&PARTS),
    };
    let mut number = || (0..4).fold(0, |number, _| number << 32 | part());
    (0..60).map(|_| (number(), number())).collect()
}

#[test]
fn products_and_squares() {
    for module in modules() {
        for engine in Engine::all() {
            let instance = engine.instantiate(&module, Vec::new());
            for (a, b) in factors() {
                let product = instance.call("product", &[halves(a), halves(b)].concat());
                let expected = halves(a.wrapping_mul(b));
                assert_eq!(product.as_deref(), Ok(&expected[..]), "{engine}: {a} * {b}\n{module}");
                let low = u128::from(a as u64);
                let square = instance.call("square", &halves(low)[..1]);
                assert_eq!(
                    square.as_deref(),
                    Ok(&halves(low * low)[..]),
                    "{engine}: {low}\n{module}"
                );
            }
        }
    }
}

/// A half that is out of bounds traps. Whether the other half is stored depends on their order in
/// the module.
#[test]
fn halves_are_stored_in_their_order() {
    for module in modules() {
        let lower_is_first = module.find("(i64.store (") < module.find("(i64.store offset=8");
        for engine in Engine::all() {
            let instance = engine.instantiate(&module, Vec::new());
            let trap = instance.call("store", &[I32(0xfff8), I64(6), I64(7)]).unwrap_err();
            assert_eq!(trap.message, "out of bounds memory access", "{engine}");
            let expected = [I64(if lower_is_first { 42 } else { 0 })];
            let stored = instance.call("load", &[I32(0xfff8)]);
            assert_eq!(stored.as_deref(), Ok(&expected[..]), "{engine}: {module}");
            instance.call("store", &[I32(0xfff0), I64(-1), I64(-1)]).expect("it fits");
            let last = instance.call("load", &[I32(0xfff8)]);
            assert_eq!(last.as_deref(), Ok(&[I64(-2)][..]), "{engine}: {module}");
        }
    }
}
