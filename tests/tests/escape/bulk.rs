//! Operators on ranges of memories and tables. A range is in bounds if its end is. If any range is
//! out of bounds, nothing is written (specification, sections 4.4.7 and 4.4.6).

use wamr_shim::Val;

use crate::place::places;

const MEMORY: &str = "out of bounds memory access";
const TABLE: &str = "out of bounds table access";

const MODULE: &str = r#"(module
    (memory 1 2) (data $d "0123456789")
    (table $t 20 30 funcref) (table $u 10 10 externref) (elem $e func $f $f $f $f $f)
    (func $f)
    (func (export "memory.fill") (param i32 i32 i32)
        (memory.fill (local.get 0) (i32.const 7) (local.get 2)))
    (func (export "memory.copy") (param i32 i32 i32)
        (memory.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "memory.init") (param i32 i32 i32)
        (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
    (func (export "table.fill") (param i32 i32 i32)
        (table.fill $t (local.get 0) (ref.func $f) (local.get 2)))
    (func (export "table.copy") (param i32 i32 i32)
        (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)))
    (func (export "table.init") (param i32 i32 i32)
        (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
    (func (export "drop") (data.drop $d) (elem.drop $e))
    (func (export "grow")
        (drop (memory.grow (i32.const 1)))
        (drop (table.grow $t (ref.null func) (i32.const 10))))
    ;; How many bytes and elements are not as at first.
    (func (export "changed") (result i32) (local $i i32) (local $count i32)
        (loop $next
            (local.set $count (i32.add (local.get $count) (i32.load8_u (local.get $i))))
            (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                   (i32.mul (memory.size) (i32.const 0x10000)))))
        (local.set $i (i32.const 0))
        (loop $next
            (if (i32.eqz (ref.is_null (table.get $t (local.get $i))))
                (then (local.set $count (i32.add (local.get $count) (i32.const 1)))))
            (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                   (table.size $t))))
        (local.get $count)))"#;

/// Numbers around `edges`, and numbers that wrap around.
fn around(edges: &[u64]) -> Vec<u32> {
    let mut numbers: Vec<u32> = edges
        .iter()
        .flat_map(|&edge| [edge.wrapping_sub(1), edge, edge + 1])
        .chain([0x7fff_ffff, 0x8000_0000, 0xffff_0000, 0xffff_fff6, 0xffff_ffff])
        .map(|edge| edge as u32)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[test]
fn ranges_at_every_edge() {
    for place in places() {
        for grown in [false, true] {
            let (bytes, elements) = if grown { (131_072, 30) } else { (65_536, 20) };
            // Operator, size of the destination, size of the source, trap.
            let operators = [
                ("memory.fill", bytes, u64::MAX, MEMORY),
                ("memory.copy", bytes, bytes, MEMORY),
                ("memory.init", bytes, 10, MEMORY),
                ("table.fill", elements, u64::MAX, TABLE),
                ("table.copy", elements, elements, TABLE),
                ("table.init", elements, 5, TABLE),
            ];
            let scene = place.scene(MODULE).expect("it can be instantiated");
            if grown {
                scene.expect("grow", &[], Ok(&[]));
            }
            let mut index = 0;
            for (operator, size, source_size, trap) in operators {
                // Of the ranges in bounds, only empty ones are tried, so that the memory stays
                // unchanged and can be checked.
                for to in around(&[0, size]) {
                    for from in around(&[0, source_size.min(1 << 20)]) {
                        for length in around(&[0, size, source_size.min(1 << 20)]) {
                            let fits = |start: u32, size: u64| {
                                u64::from(start) + u64::from(length) <= size
                            };
                            let is_inside = fits(to, size) && fits(from, source_size);
                            index += 1;
                            if (is_inside && length > 0) || !place.tries(index) {
                                continue;
                            }
                            let arguments = [to, from, length].map(|n| Val::I32(n.cast_signed()));
                            let expected = if is_inside { Ok(&[][..]) } else { Err(trap) };
                            scene.expect(operator, &arguments, expected);
                        }
                    }
                }
            }
            scene.expect("changed", &[], Ok(&[Val::I32(0)]));
            scene.is_intact();
        }
    }
}

#[test]
fn ranges_that_are_inside_are_written() {
    for place in places() {
        let scene = place.scene(MODULE).expect("it can be instantiated");
        let three = |a, b, c| [a, b, c].map(Val::I32);
        scene.expect("memory.fill", &three(65_526, 0, 10), Ok(&[]));
        scene.expect("table.init", &three(15, 0, 5), Ok(&[]));
        scene.expect("changed", &[], Ok(&[Val::I32(75)]));
        scene.expect("memory.copy", &three(0, 65_526, 10), Ok(&[]));
        scene.expect("table.copy", &three(0, 15, 5), Ok(&[]));
        scene.expect("changed", &[], Ok(&[Val::I32(150)]));
        // A dropped segment has length 0.
        scene.expect("drop", &[], Ok(&[]));
        scene.expect("memory.init", &three(0, 0, 1), Err(MEMORY));
        scene.expect("table.init", &three(0, 0, 1), Err(TABLE));
        scene.expect("memory.init", &three(0, 0, 0), Ok(&[]));
        scene.is_intact();
    }
}
