//! Memories and tables whose size never changes take no more room than they need, and accesses
//! beyond their ends are out of bounds.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{I32, I64};

const OUT_OF_BOUNDS: &str = "out of bounds memory access";
/// The runtime rounds up to the machine's page size, which is at most this many bytes.
const LARGEST_MACHINE_PAGE: i32 = 65536;

/// The layout that clang gives a small program. Other fields replace `REST`.
const PROGRAM: &str = r#"(module
    (memory (export "memory") 2)
    (global $sp (mut i32) (i32.const 2160))
    (global (export "__data_end") i32 (i32.const 1136))
    (global (export "__heap_base") i32 (i32.const 2160))
    (data (i32.const 1024) "data")
    (data $passive "passive")
    (func (export "push") (param i32) (result i32) (local $p i32)
        (local.set $p (i32.sub (global.get $sp) (i32.const 16)))
        (global.set $sp (local.get $p))
        (i32.store (local.get $p) (local.get 0))
        (i32.load (local.get $p))
        (global.set $sp (i32.add (local.get $p) (i32.const 16))))
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "load_far") (param i32) (result i64) (i64.load offset=65529 (local.get 0)))
    (func (export "load_constant") (result i32) (i32.load (i32.const 131068)))
    (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 7) (local.get 1)))
    (func (export "init") (param i32) (memory.init $passive (local.get 0) (i32.const 0) (i32.const 7)))
    REST)"#;

/// The interpreter is built here without the option that shrinks the memory.
#[test]
fn a_memory_ends_where_its_heap_would_begin() {
    for engine in Engine::compiled() {
        let instance = engine.instantiate(&PROGRAM.replace("REST", ""), Vec::new());
        let size = instance.memory().expect("there is a memory").len();
        assert_eq!(size, 2160, "{engine}");
        assert_eq!(instance.call("push", &[I32(-5)]), Ok(vec![I32(-5)]), "{engine}");
        assert_eq!(instance.call("load", &[I32(1024)]), Ok(vec![I32(100)]), "{engine}");
        assert_eq!(instance.call("load", &[I32(2159)]), Ok(vec![I32(0)]), "{engine}");
        assert_eq!(instance.call("fill", &[I32(0), I32(2160)]), Ok(vec![]), "{engine}");
        assert_eq!(instance.call("init", &[I32(2153)]), Ok(vec![]), "{engine}");
        for (function, arguments) in [
            ("load", &[I32(LARGEST_MACHINE_PAGE)][..]),
            ("load", &[I32(-1)]),
            ("load_far", &[I32(0)]),
            ("load_constant", &[]),
            ("fill", &[I32(0), I32(LARGEST_MACHINE_PAGE + 1)]),
            ("init", &[I32(LARGEST_MACHINE_PAGE - 3)]),
        ] {
            let trap = instance.call(function, arguments).expect_err("it is out of bounds");
            assert_eq!(trap.message, OUT_OF_BOUNDS, "{engine}: {function}");
        }
    }
}

/// The module uses the number of its pages.
#[test]
fn a_memory_stays_whole_if_its_size_is_used() {
    for rest in [
        r#"(func (export "size") (result i32) (memory.size))"#,
        r#"(func (export "size") (result i32) (memory.grow (i32.const 0)))"#,
    ] {
        for engine in Engine::all() {
            let instance = engine.instantiate(&PROGRAM.replace("REST", rest), Vec::new());
            assert_eq!(instance.call("size", &[]), Ok(vec![I32(2)]), "{engine}");
            assert_eq!(instance.call("load", &[I32(131_071)]), Ok(vec![I32(0)]), "{engine}");
            assert_eq!(instance.call("load_constant", &[]), Ok(vec![I32(0)]), "{engine}");
            assert!(instance.call("load", &[I32(131_072)]).is_err(), "{engine}");
        }
    }
}

/// wamrc shrinks this memory, too, so that its file cannot be instantiated.
#[test]
fn a_memory_stays_whole_if_data_lies_behind() {
    let after = PROGRAM.replace("REST", r#"(data (i32.const 131064) "the last")"#);
    for engine in Engine::compiled() {
        let instance = engine.instantiate(&after, Vec::new());
        let last = i64::from_le_bytes(*b"the last");
        assert_eq!(instance.call("load_far", &[I32(65535)]), Ok(vec![I64(last)]), "{engine}");
    }
}

/// If the memory had no bytes, the bounds of the runtime would be negative.
#[test]
fn a_heap_at_the_start_leaves_the_memory_whole() {
    for base in ["0", "8"] {
        let text = PROGRAM.replace("REST", "").replace("2160", base).replace("1136", "0");
        let text = text.replace(r#"(data (i32.const 1024) "data")"#, "");
        for engine in Engine::compiled() {
            let instance = engine.instantiate(&text, Vec::new());
            assert_eq!(instance.call("load", &[I32(131_071)]), Ok(vec![I32(0)]), "{engine}");
            assert!(instance.call("load", &[I32(131_072)]).is_err(), "{engine}");
        }
    }
}

/// The offsets of later tables depend on which tables can grow, and how far.
#[test]
fn tables_that_grow_lie_among_others_that_do_not() {
    let text = r#"(module
        (table $a 3 funcref) (table $b 2 funcref) (table $c 2 externref) (table $d (export "d") 5 funcref)
        (elem (table $a) (i32.const 2) func $one) (elem (table $b) (i32.const 1) func $two)
        (elem (table $d) (i32.const 4) func $three)
        (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
        (func $three (result i32) (i32.const 3))
        (func (export "grow") (param i32) (result i32) (table.grow $b (ref.null func) (local.get 0)))
        (func (export "sizes") (result i32) (i32.add (i32.mul (table.size $a) (i32.const 1000000))
            (i32.add (i32.mul (table.size $b) (i32.const 100)) (table.size $d))))
        (func (export "set") (param i32) (table.set $b (local.get 0) (table.get $d (i32.const 4))))
        (func (export "call") (param i32) (result i32) (call_indirect $b (result i32) (local.get 0)))
        (func (export "others") (result i32) (i32.add
            (i32.mul (call_indirect $a (result i32) (i32.const 2)) (i32.const 10))
            (call_indirect $d (result i32) (i32.const 4)))))"#;
    for engine in Engine::all() {
        let instance = engine.instantiate(text, Vec::new());
        assert_eq!(instance.call("grow", &[I32(1000)]), Ok(vec![I32(2)]), "{engine}");
        assert_eq!(instance.call("grow", &[I32(100)]), Ok(vec![I32(-1)]), "{engine}");
        assert_eq!(instance.call("sizes", &[]), Ok(vec![I32(3_100_205)]), "{engine}");
        assert_eq!(instance.call("set", &[I32(1001)]), Ok(vec![]), "{engine}");
        assert_eq!(instance.call("call", &[I32(1001)]), Ok(vec![I32(3)]), "{engine}");
        assert_eq!(instance.call("call", &[I32(1)]), Ok(vec![I32(2)]), "{engine}");
        assert_eq!(instance.call("others", &[]), Ok(vec![I32(13)]), "{engine}");
        assert!(instance.call("call", &[I32(1002)]).is_err(), "{engine}");
    }
}
