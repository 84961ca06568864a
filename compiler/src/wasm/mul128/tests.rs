//! Tests that whatever is recognised as a product is one.

use super::terms::Node;
use super::*;
use crate::wasm::Module;

fn parse(wasm: &[u8]) -> Result<Module<'_>, crate::error::Error> {
    crate::wasm::parse(wasm, wasmparser::WasmFeatures::default(), crate::wasm::References::Indexes)
}

/// Bodies that are products, each written differently.
const PRODUCTS: [&str; 4] = [
    include_str!("products/parts.wat"),
    include_str!("products/parts_other_order.wat"),
    include_str!("products/sums.wat"),
    include_str!("products/sums_other_order.wat"),
];

/// The terms that the first function of a module stores, and whether it is recognised as a product.
fn stores_of(wasm: &[u8]) -> Option<(Terms, Vec<Store>, bool)> {
    let module = parse(wasm).ok()?;
    let (ty, body) = (module.function_type(0), &module.bodies[0].code);
    let mut terms = Terms::default();
    let stores = evaluate(&mut terms, 5, body).ok()??;
    Some((terms, stores, recognise_mul128(ty, body).is_some()))
}

/// The value of a term in wrapping arithmetic.
fn value(terms: &Terms, term: Term, locals: &[u64; 5]) -> u64 {
    let of = |term: &Term| value(terms, *term, locals);
    match terms.node(term) {
        Node::Local(local) => locals[*local as usize],
        Node::Constant(value) => *value,
        Node::Sum(summands) => summands.iter().map(of).fold(0, u64::wrapping_add),
        Node::Product([a, b]) => of(a).wrapping_mul(of(b)),
        Node::And([a, b]) => of(a) & of(b),
        Node::ShiftLeft(shifted, by) => of(shifted) << by,
        Node::ShiftRight(shifted, by) => of(shifted) >> by,
        Node::Carry([a, b]) => u64::from(of(a).checked_add(of(b)).is_none()),
    }
}

/// Numbers at and around the limits of ranges, and some in between.
fn numbers() -> impl Iterator<Item = u64> + Clone {
    let ends = [0, 1, 2, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, 1 << 63, u64::MAX - 1];
    let mut state = 1_u64;
    let random = std::iter::repeat_with(move || {
        // Knuth's linear congruential generator.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ state >> 32
    });
    ends.into_iter().chain([u64::MAX]).chain(random.take(20))
}

/// Whether the terms have the values of the product's halves, for many factors.
fn are_products(terms: &Terms, [lower, upper]: [Term; 2]) -> bool {
    let upper_halves = [(0, 0), (1, 0), (0, 7), (u64::MAX, 1 << 33)];
    let mut factors = numbers().flat_map(|a| numbers().map(move |b| (a, b)));
    factors.all(|(a, b)| {
        upper_halves.iter().all(|&(a_upper, b_upper)| {
            let [wide_a, wide_b] = [(a, a_upper), (b, b_upper)]
                .map(|(low, high)| u128::from(low) | u128::from(high) << 64);
            let product = wide_a.wrapping_mul(wide_b);
            let locals = [0, a, a_upper, b, b_upper];
            let halves = [product as u64, (product >> 64) as u64];
            [lower, upper].map(|term| value(terms, term, &locals)) == halves
        })
    })
}

#[test]
fn known_ways_compute_the_product() {
    let [a, b] = FACTORS;
    let mut terms = Terms::default();
    for halves in known_products(&mut terms, a, b).collect::<Vec<_>>() {
        assert!(are_products(&terms, halves));
        let [lower, upper] = halves;
        assert!(!are_products(&terms, [upper, lower]));
    }
}

#[test]
fn products_are_recognised() {
    for text in PRODUCTS {
        let wasm = wat::parse_str(text).expect("it is text");
        let module = parse(&wasm).expect("it is a module");
        let body = &module.bodies[0].code;
        let product = recognise_mul128(module.function_type(0), body).expect(text);
        for store in product.stores {
            assert_eq!(store.at.offset, if store.upper { 8 } else { 0 }, "{text}");
        }
        let [first, second] = product.stores;
        assert!(first.position < second.position && first.upper != second.upper, "{text}");
    }
}

/// Replaces each byte of a body in turn by some others: constants, locals, operators. What is still
/// recognised as a product must be one, and most must not be recognised.
#[test]
fn what_is_almost_a_product_is_not_recognised() {
    const CODE_SECTION: u8 = 10;
    let (mut recognised, mut refused) = (0, 0);
    for text in PRODUCTS {
        let wasm = wat::parse_str(text).expect("it is text");
        let module = parse(&wasm).expect("it is a module");
        let range = module.bodies[0].code.range();
        assert!(wasm[..range.start as usize].contains(&CODE_SECTION));
        for place in range.start as usize..range.end as usize {
            for change in [1, 2, 3, 4, 6, 8, 0x10, 0x40] {
                let mut changed = wasm.clone();
                changed[place] ^= change;
                let Some((terms, stores, is_recognised)) = stores_of(&changed) else { continue };
                if !is_recognised {
                    refused += 1;
                    continue;
                }
                let [(first, (at, _)), (second, _)] = stores[..] else { panic!("two stores") };
                let module = parse(&changed).expect("it was read before");
                let product = recognise_mul128(module.function_type(0), &module.bodies[0].code);
                let upper_first = product.expect("it was before").stores[0].upper;
                let halves = if upper_first { [second, first] } else { [first, second] };
                assert!(are_products(&terms, halves), "byte {place} ^ {change}, {at:?}: {text}");
                recognised += 1;
            }
        }
    }
    assert!(refused > 1000 && recognised > 0, "{recognised} recognised, {refused} refused");
}

/// The same terms, and an additional effect.
#[test]
fn other_functions_are_not_recognised() {
    let replaced = |from: &str, to: &str| {
        let text = PRODUCTS[0].replacen(from, to, 1);
        assert_ne!(text, PRODUCTS[0], "{from}");
        let wasm = wat::parse_str(&text).expect(&text);
        stores_of(&wasm).is_some_and(|(_, _, recognised)| recognised)
    };
    assert!(replaced("clang", "anybody"));
    // Another operator that does something.
    assert!(!replaced(
        "(local.set $low",
        "(i64.store offset=16 (local.get $to) (local.get $a)) (local.set $low"
    ));
    assert!(!replaced("(local.set $low", "(drop (i64.load (local.get $to))) (local.set $low"));
    assert!(!replaced("(local.set $low", "(block) (local.set $low"));
    // The same half twice, in other widths, or at another place.
    assert!(!replaced("(i64.store (local.get $to)", "(i64.store32 (local.get $to)"));
    assert!(!replaced("(i64.store (local.get $to)", "(i64.store (i32.wrap_i64 (local.get $a))"));
    // Another type.
    assert!(!replaced("(param $b_upper i64)", "(param $b_upper i64) (param i64)"));
}
