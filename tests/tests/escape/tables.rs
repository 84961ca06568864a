//! Calls through tables, and table operators at every edge of a table.

use wamr_shim::Val;

use crate::place::{Scene, places};

const UNDEFINED: &str = "undefined element";
const EMPTY: &str = "uninitialized element";
const MISMATCH: &str = "indirect call type mismatch";
const OUTSIDE: &str = "out of bounds table access";

/// The first two tables grow, the third never does. Only the first elements of `$t` are set.
const MODULE: &str = r#"(module
    (import "env" "call_back" (func $call_back (param i32) (result i32)))
    (type $t0 (func (result i32))) (type $t1 (func (param i64) (result i64)))
    (type $host (func (param i32) (result i32)))
    (table $t 10 15 funcref) (table $x 5 8 externref) (table $fixed 4 4 funcref)
    (elem (table $t) (i32.const 0) func $seven $same $call_back)
    (elem (table $fixed) (i32.const 0) func $seven $same $call_back $seven)
    (func $seven (result i32) (i32.const 7))
    (func $same (param i64) (result i64) (local.get 0))
    (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func (export "call") (param i32) (result i32)
        (call_indirect $t (type $t0) (local.get 0)))
    (func (export "call_fixed") (param i32) (result i32)
        (call_indirect $fixed (type $t0) (local.get 0)))
    (func (export "call_host") (param i32) (result i32)
        (call_indirect $t (type $host) (i32.const 41) (local.get 0)))
    (func (export "return_call") (param i32) (result i32)
        (return_call_indirect $t (type $t0) (local.get 0)))
    (func (export "get") (param i32) (result i32)
        (ref.is_null (table.get $t (local.get 0))))
    (func (export "set") (param i32) (table.set $t (local.get 0) (ref.func $seven)))
    (func (export "get_extern") (param i32) (result i32)
        (ref.is_null (table.get $x (local.get 0))))
    (func (export "set_extern") (param i32)
        (table.set $x (local.get 0) (ref.null extern)))
    (func (export "grow") (param i32) (result i32)
        (table.grow $t (ref.null func) (local.get 0)))
    (func (export "grow_fixed") (param i32) (result i32)
        (table.grow $fixed (ref.null func) (local.get 0))))"#;

fn indexes(size: i32) -> Vec<i32> {
    let multiples = [0x2000_0000, 0x4000_0000, i32::MIN].map(|multiple| multiple | 1);
    let edges = [size, size + 1, size * 2, 64, 255, 4096, i32::MAX, i32::MIN, -1, -2, -size];
    edges.into_iter().chain(multiples).collect()
}

fn outside(scene: &Scene, size: i32) {
    for index in indexes(size) {
        let index = [Val::I32(index)];
        for call in ["call", "call_fixed", "call_host", "return_call"] {
            scene.expect(call, &index, Err(UNDEFINED));
        }
        for access in ["get", "set", "get_extern", "set_extern"] {
            scene.expect(access, &index, Err(OUTSIDE));
        }
    }
}

#[test]
fn elements_and_calls_at_every_edge() {
    for place in places() {
        let scene = place.scene(MODULE).expect("it can be instantiated");
        let (one, zero) = ([Val::I32(1)], [Val::I32(0)]);
        outside(&scene, 10);
        for call in ["call", "return_call", "call_fixed"] {
            scene.expect(call, &zero, Ok(&[Val::I32(7)]));
            scene.expect(call, &one, Err(MISMATCH));
            scene.expect(call, &[Val::I32(2)], Err(MISMATCH));
        }
        scene.expect("call_host", &zero, Err(MISMATCH));
        scene.expect("call_host", &[Val::I32(2)], Ok(&[Val::I32(42)]));
        scene.expect("call_fixed", &[Val::I32(4)], Err(UNDEFINED));
        for index in 3..10 {
            let index = [Val::I32(index)];
            for call in ["call", "call_host", "return_call"] {
                scene.expect(call, &index, Err(EMPTY));
            }
            scene.expect("get", &index, Ok(&one));
        }
        scene.expect("set", &[Val::I32(9)], Ok(&[]));
        scene.expect("call", &[Val::I32(9)], Ok(&[Val::I32(7)]));
        scene.is_intact();

        for too_many in [6, 1000, i32::MAX, i32::MIN, -1] {
            scene.expect("grow", &[Val::I32(too_many)], Ok(&[Val::I32(-1)]));
            scene.expect("grow_fixed", &[Val::I32(too_many)], Ok(&[Val::I32(-1)]));
        }
        scene.expect("grow_fixed", &one, Ok(&[Val::I32(-1)]));
        outside(&scene, 10);
        scene.expect("grow", &[Val::I32(5)], Ok(&[Val::I32(10)]));
        outside(&scene, 15);
        scene.expect("get", &[Val::I32(14)], Ok(&one));
        scene.expect("call", &[Val::I32(14)], Err(EMPTY));
        scene.expect("set", &[Val::I32(14)], Ok(&[]));
        scene.expect("call", &[Val::I32(14)], Ok(&[Val::I32(7)]));
        scene.expect("grow", &one, Ok(&[Val::I32(-1)]));
        scene.is_intact();
    }
}

/// Segments that do not fit: instantiation fails, and nothing else is affected.
#[test]
fn segments_that_do_not_fit() {
    let modules = [
        r#"(module (memory 1) (data (i32.const 65536) "a"))"#,
        r#"(module (memory 1) (data (i32.const -1) "ab"))"#,
        r#"(module (memory 0) (data (i32.const 0) "a"))"#,
        "(module (table 3 funcref) (elem (i32.const 2) $f $f) (func $f))",
        "(module (table 3 funcref) (elem (i32.const -1) $f) (func $f))",
        "(module (table 0 funcref) (elem (i32.const 0x7fffffff) $f) (func $f))",
    ];
    for place in places() {
        for module in modules {
            let scene = place.scene(module);
            let error = scene.map(|_| ()).expect_err(&place.to_string());
            let texts = ["out of bounds memory access", "out of bounds table access"];
            assert!(texts.iter().any(|text| error.contains(text)), "{place}: {module}: {error}");
        }
    }
}
