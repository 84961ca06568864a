//! Accesses of every kind at every edge of a memory. An access is in bounds if its last byte is,
//! and traps otherwise (specification, section 4.4.7).

use std::fmt::Write;

use wamr_shim::Val;

use crate::place::{Place, Scene, places};

const OUTSIDE: &str = "out of bounds memory access";
const UNALIGNED: &str = "unaligned atomic";

/// An access: the operator, its size in bytes, its operands besides the address, and its result.
#[derive(Clone, Copy)]
struct Access {
    operator: &'static str,
    bytes: u64,
    operands: &'static str,
    has_result: bool,
}

const I32: &str = "(i32.const -1)";
const I64: &str = "(i64.const -1)";
const F32: &str = "(f32.const -1)";
const F64: &str = "(f64.const -1)";
const V128: &str = "(v128.const i64x2 -1 -1)";

macro_rules! accesses {
    ($($bytes:literal $operands:expr, $has_result:literal: $($operator:literal)*;)*) => {
        &[$($(Access {
            operator: $operator,
            bytes: $bytes,
            operands: $operands,
            has_result: $has_result,
        },)*)*]
    };
}

const PLAIN: &[Access] = accesses! {
    1 "", true: "i32.load8_s" "i32.load8_u" "i64.load8_s" "i64.load8_u";
    2 "", true: "i32.load16_s" "i32.load16_u" "i64.load16_s" "i64.load16_u";
    4 "", true: "i32.load" "f32.load" "i64.load32_s" "i64.load32_u";
    8 "", true: "i64.load" "f64.load";
    1 I32, false: "i32.store8";
    2 I32, false: "i32.store16";
    4 I32, false: "i32.store";
    1 I64, false: "i64.store8";
    2 I64, false: "i64.store16";
    4 I64, false: "i64.store32";
    8 I64, false: "i64.store";
    4 F32, false: "f32.store";
    8 F64, false: "f64.store";
};

const VECTORS: &[Access] = accesses! {
    1 "", true: "v128.load8_splat";
    2 "", true: "v128.load16_splat";
    4 "", true: "v128.load32_splat" "v128.load32_zero";
    8 "", true: "v128.load64_splat" "v128.load64_zero" "v128.load8x8_s" "v128.load8x8_u"
        "v128.load16x4_s" "v128.load16x4_u" "v128.load32x2_s" "v128.load32x2_u";
    16 "", true: "v128.load";
    16 V128, false: "v128.store";
};

/// Accesses to one lane, whose number follows the operator.
const LANES: &[Access] = accesses! {
    1 V128, true: "v128.load8_lane";
    2 V128, true: "v128.load16_lane";
    4 V128, true: "v128.load32_lane";
    8 V128, true: "v128.load64_lane";
    1 V128, false: "v128.store8_lane";
    2 V128, false: "v128.store16_lane";
    4 V128, false: "v128.store32_lane";
    8 V128, false: "v128.store64_lane";
};

/// Atomic operators, by type and width: `i32.atomic.rmw8.add_u` and so on.
fn atomics() -> Vec<(String, u64, &'static str, bool)> {
    let widths = [("i32", "", 4), ("i32", "8", 1), ("i32", "16", 2), ("i64", "", 8)];
    let widths = widths.into_iter().chain([("i64", "8", 1), ("i64", "16", 2), ("i64", "32", 4)]);
    let mut all = Vec::new();
    for (ty, width, bytes) in widths {
        let suffix = if width.is_empty() { "" } else { "_u" };
        let (one, two) = match ty {
            "i32" => (I32, "(i32.const -1) (i32.const -1)"),
            _ => (I64, "(i64.const -1) (i64.const -1)"),
        };
        all.push((format!("{ty}.atomic.load{width}{suffix}"), bytes, "", true));
        all.push((format!("{ty}.atomic.store{width}"), bytes, one, false));
        for operation in ["add", "sub", "and", "or", "xor", "xchg"] {
            all.push((format!("{ty}.atomic.rmw{width}.{operation}{suffix}"), bytes, one, true));
        }
        all.push((format!("{ty}.atomic.rmw{width}.cmpxchg{suffix}"), bytes, two, true));
    }
    all.push(("memory.atomic.notify".to_owned(), 4, I32, true));
    all
}

/// The static offsets that are tried with each operator.
fn offsets(size: u64, bytes: u64) -> Vec<u64> {
    let mut offsets = vec![0, 1, 0x7fff_ffff, 0xffff_ffff];
    offsets.extend([size.checked_sub(bytes), Some(size)].into_iter().flatten());
    offsets.retain(|&offset| offset <= u64::from(u32::MAX));
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// Addresses around every point where the outcome changes, including by wrapping around.
fn addresses(size: u64, offset: u64, bytes: u64) -> Vec<u32> {
    let mut addresses = vec![0, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    for edge in [size, size.wrapping_sub(offset), 0_u64.wrapping_sub(offset)] {
        for before in [0, 1, bytes - 1, bytes, bytes + 1] {
            addresses.push(edge.wrapping_sub(before) as u32);
        }
    }
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// Access number `index` with `offset`, as a function called `name`.
fn function(text: &mut String, name: &str, operator: &str, operands: &str, has_result: bool) {
    let access = format!("({operator} (local.get 0) {operands})");
    let access = if has_result { format!("(drop {access})") } else { access };
    writeln!(text, "(func (export \"{name}\") (param i32) {access})").expect("it is a string");
}

/// One access to try.
struct Try {
    name: String,
    bytes: u64,
    offset: u64,
    atomic: bool,
}

/// A module with a function for every access and offset, for a memory with these `limits`.
fn module(limits: &str, sizes: &[u64]) -> (String, Vec<Try>) {
    let mut text = format!("(module (memory {limits})\n");
    text += "(func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))\n";
    text += "(func (export \"peek\") (param i32) (result i32) (i32.load8_u (local.get 0)))\n";
    let mut tries = Vec::new();
    let mut add = |operator: &str, lane: &str, bytes, operands: &str, has_result, atomic| {
        let mut all: Vec<u64> = sizes.iter().flat_map(|&size| offsets(size, bytes)).collect();
        all.sort_unstable();
        all.dedup();
        for offset in all {
            let name = format!("{operator}+{offset}");
            let access = format!("{operator} offset={offset}{lane}");
            function(&mut text, &name, &access, operands, has_result);
            tries.push(Try { name, bytes, offset, atomic });
        }
    };
    for access in PLAIN.iter().chain(VECTORS) {
        add(access.operator, "", access.bytes, access.operands, access.has_result, false);
    }
    for access in LANES {
        add(access.operator, " 0", access.bytes, access.operands, access.has_result, false);
    }
    for (operator, bytes, operands, has_result) in atomics() {
        add(&operator, "", bytes, operands, has_result, true);
    }
    (text + ")", tries)
}

/// Tries every access at every edge of a memory of `size` bytes.
fn sweep(scene: &Scene, size: u64, tries: &[Try], place: &Place) {
    for each in tries.iter().zip(0..).filter(|&(_, index)| place.tries(index)).map(|(each, _)| each)
    {
        for address in addresses(size, each.offset, each.bytes) {
            let start = u64::from(address) + each.offset;
            let is_inside = start + each.bytes <= size;
            let argument = [Val::I32(address.cast_signed())];
            if each.atomic && !start.is_multiple_of(each.bytes) {
                scene.expect_trap(&each.name, &argument, &[OUTSIDE, UNALIGNED]);
            } else if is_inside {
                scene.expect(&each.name, &argument, Ok(&[]));
            } else {
                scene.expect(&each.name, &argument, Err(OUTSIDE));
            }
        }
    }
    if size > 0 {
        // The memory is accessible up to its last byte.
        let last = [Val::I32((size - 1) as u32 as i32)];
        let peeked = scene.call("peek", &last);
        assert!(peeked.is_ok(), "{place}: {peeked:?}");
    }
    // And not beyond it. The largest memory ends where the addresses do.
    if let Ok(end) = u32::try_from(size) {
        scene.expect("peek", &[Val::I32(end.cast_signed())], Err(OUTSIDE));
    }
    scene.is_intact();
}

const PAGE: u64 = 65_536;

#[test]
fn every_access_at_every_edge() {
    let (text, tries) = module("1 3", &[PAGE, 2 * PAGE]);
    for place in places() {
        let scene = place.scene(&text).expect("it can be instantiated");
        sweep(&scene, PAGE, &tries, &place);
        scene.expect("grow", &[Val::I32(1)], Ok(&[Val::I32(1)]));
        sweep(&scene, 2 * PAGE, &tries, &place);
        // A growth that fails changes nothing.
        for pages in [2, 65_536, -1, i32::MIN] {
            scene.expect("grow", &[Val::I32(pages)], Ok(&[Val::I32(-1)]));
        }
        sweep(&scene, 2 * PAGE, &tries[..40], &place);
    }
}

#[test]
fn memories_without_a_byte() {
    let (text, tries) = module("0 1", &[0]);
    for place in places() {
        let scene = place.scene(&text).expect("it can be instantiated");
        sweep(&scene, 0, &tries, &place);
        scene.expect("grow", &[Val::I32(1)], Ok(&[Val::I32(0)]));
        sweep(&scene, PAGE, &tries, &place);
    }
    let (text, tries) = module("0 0", &[0]);
    for place in places() {
        let scene = place.scene(&text).expect("it can be instantiated");
        sweep(&scene, 0, &tries, &place);
    }
}

/// All 4 GiB that 32 bits can address: every address is in bounds, but an access that begins there
/// may end out of bounds. The emulators cannot reserve such a memory.
#[test]
fn the_largest_memory() {
    let (text, tries) = module("65536 65536", &[1 << 32]);
    for place in places().into_iter().filter(|place| !place.machine.is_foreign()) {
        let scene = place.scene(&text).expect("it can be instantiated");
        sweep(&scene, 1 << 32, &tries, &place);
    }
}

/// A store that traps writes nothing. Machines that may split stores are an exception: they may
/// write the part that is in bounds.
#[test]
fn stores_that_trap_write_nothing() {
    let (text, tries) = module("1 1", &[PAGE]);
    for place in places() {
        let tears = place.relies_on_pages() && place.machine.may_tear_stores();
        let scene = place.scene(&text).expect("it can be instantiated");
        for each in tries.iter().filter(|each| each.offset == 0 && each.bytes > 1) {
            for inside in 1..each.bytes {
                let address = (PAGE - inside) as i32;
                scene.expect_trap(&each.name, &[Val::I32(address)], &[OUTSIDE, UNALIGNED]);
                if !tears {
                    for byte in PAGE - 16..PAGE {
                        let at = [Val::I32(byte as i32)];
                        scene.expect("peek", &at, Ok(&[Val::I32(0)]));
                    }
                }
            }
        }
        scene.is_intact();
    }
}
