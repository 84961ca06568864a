//! Garbage collection, on runtimes that have it, one of which collects at every allocation.
//! Expected results are derived from the specification by hand.

use cwamrc::CallStacks;
use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{I32, I64};
use wamr_shim::{FuncType, HostFunc, Instance, Val, ValType};

type Expected<'e> = Result<Val, &'e str>;

/// Calls functions of one instance of `module` after the other in every engine, and expects a
/// result or the text of a trap.
fn gives(module: &str, calls: &[(&str, &[Val], Expected<'_>)]) {
    for engine in Engine::collecting() {
        let instance = engine.instantiate(module, Vec::new());
        for (function, arguments, expected) in calls {
            expect(&instance, (function, arguments), expected, &engine.to_string());
        }
    }
}

fn expect(
    instance: &Instance,
    (function, arguments): (&str, &[Val]),
    expected: &Expected<'_>,
    place: &str,
) {
    let result = instance.call(function, arguments).map_err(|trap| trap.message);
    let expected = expected.map(|value| vec![value]).map_err(str::to_owned);
    assert_eq!(result, expected, "{place}: {function} {arguments:?}");
}

const REFERENCES: &str = r#"(module
        (type $node (struct (field $value i32) (field $next (ref null $node))))
        (type $pair (struct (field (ref null $node)) (field (ref null $node))))
        (global $kept (mut (ref null $node)) (ref.null $node))
        (table $kept 4 (ref null $node))
        (func $node (param i32 (ref null $node)) (result (ref $node))
          (struct.new $node (local.get 0) (local.get 1)))
        (func $garbage (param $n i32)
          (loop $more
            (drop (struct.new $node (local.get $n) (ref.null $node)))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
        (func $sum (param $list (ref null $node)) (result i32)
          (local $sum i32)
          (loop $more
            (if (ref.is_null (local.get $list)) (then (return (local.get $sum))))
            (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $list))))
            (local.set $list (struct.get $node $next (local.get $list)))
            (br $more))
          (unreachable))
        (func (export "operands") (result i32)
          (struct.new $node (i32.const 1) (ref.null $node))
          (struct.new $node (i32.const 2) (ref.null $node))
          (call $garbage (i32.const 50))
          (struct.get $node $value)
          (call $garbage (i32.const 50))
          (drop)
          (struct.get $node $value)
          (drop)
          (call $sum (struct.new $node (i32.const 4) (call $node (i32.const 5) (ref.null $node)))))
        (func (export "list") (param $n i32) (result i32)
          (local $list (ref null $node))
          (loop $more
            (local.set $list (call $node (local.get $n) (local.get $list)))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (call $garbage (i32.const 20))
          (call $sum (local.get $list)))
        (func (export "swapped") (param $n i32) (result i32)
          (local $a (ref null $node)) (local $b (ref null $node)) (local $c (ref null $node))
          (local.set $a (call $node (i32.const 1) (ref.null $node)))
          (local.set $b (call $node (i32.const 100) (ref.null $node)))
          (loop $more
            (local.set $c (local.get $a))
            (local.set $a (local.get $b))
            (local.set $b (local.get $c))
            (call $garbage (i32.const 3))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (i32.sub (call $sum (local.get $a)) (call $sum (local.get $b))))
        (func (export "chosen") (param $which i32) (result i32)
          (local $a (ref $node)) (local $b (ref $node))
          (local.set $a (call $node (i32.const 7) (ref.null $node)))
          (local.set $b (call $node (i32.const 8) (ref.null $node)))
          (block $out (result (ref $node))
            (select (result (ref $node)) (local.get $a) (local.get $b) (local.get $which))
            (call $garbage (i32.const 9))
            (br_if $out (i32.eqz (local.get $which)))
            (drop)
            (call $garbage (i32.const 9))
            (local.get $b))
          (call $garbage (i32.const 9))
          (struct.get $node $value))
        (func (export "globals") (result i32)
          (global.set $kept (call $node (i32.const 11) (ref.null $node)))
          (table.set $kept (i32.const 2) (call $node (i32.const 12) (global.get $kept)))
          (global.set $kept (ref.null $node))
          (call $garbage (i32.const 50))
          (call $sum (table.get $kept (i32.const 2))))
        (func $deep (param $n i32) (param $mine (ref $node)) (result i32)
          (if (i32.eqz (local.get $n)) (then (call $garbage (i32.const 5)) (return (i32.const 0))))
          (i32.add
            (call $deep (i32.sub (local.get $n) (i32.const 1)) (call $node (local.get $n) (ref.null $node)))
            (struct.get $node $value (local.get $mine))))
        (func (export "deep") (param $n i32) (result i32)
          (call $deep (local.get $n) (call $node (i32.const 0) (ref.null $node))))
        (func (export "pair") (result i32)
          (local $pair (ref $pair))
          (local.set $pair
            (struct.new $pair (call $node (i32.const 21) (ref.null $node))
              (call $node (i32.const 22) (ref.null $node))))
          (call $garbage (i32.const 30))
          (i32.sub (call $sum (struct.get $pair 1 (local.get $pair)))
            (call $sum (struct.get $pair 0 (local.get $pair))))))"#;

/// References that are needed after calls, in every place where a value can be: operands, locals,
/// parameters of blocks and loops, results of calls, globals and tables.
#[test]
fn references_survive_collections() {
    gives(
        REFERENCES,
        &[
            ("operands", &[], Ok(I32(9))),
            ("list", &[I32(100)], Ok(I32(5050))),
            ("swapped", &[I32(1)], Ok(I32(99))),
            ("swapped", &[I32(6)], Ok(I32(-99))),
            ("chosen", &[I32(0)], Ok(I32(8))),
            ("chosen", &[I32(1)], Ok(I32(8))),
            ("globals", &[], Ok(I32(23))),
            ("deep", &[I32(200)], Ok(I32(20_099))),
            ("pair", &[], Ok(I32(1))),
        ],
    );
}

/// After a trap, the table of references is emptied, so traps use nothing up.
#[test]
fn traps_use_nothing_up() {
    let module = r#"(module
        (type $box (struct (field i32)))
        (func $box (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
        (func $deep (param $n i32) (param $mine (ref $box)) (result i32)
          (if (i32.eqz (local.get $n)) (then (drop (call $box (i32.const 1))) (unreachable)))
          (i32.add
            (call $deep (i32.sub (local.get $n) (i32.const 1)) (call $box (local.get $n)))
            (struct.get $box 0 (local.get $mine))))
        (func (export "trap") (param i32) (result i32)
          (call $deep (local.get 0) (call $box (i32.const 0))))
        (func $endless (param $mine (ref $box)) (result i32)
          (i32.add (call $endless (call $box (i32.const 1))) (struct.get $box 0 (local.get $mine))))
        (func (export "endless") (result i32) (call $endless (call $box (i32.const 1))))
        (func (export "works") (result i32)
          (local $box (ref $box))
          (local.set $box (call $box (i32.const 5)))
          (drop (call $box (i32.const 6)))
          (struct.get $box 0 (local.get $box))))"#;
    let with_frames = |engine: Engine| [engine, engine.with_call_stacks(CallStacks::complete())];
    for engine in Engine::collecting().flat_map(with_frames) {
        let instance = engine.instantiate(module, Vec::new());
        // The table has room for 32,768 references.
        for _ in 0..20 {
            expect(&instance, ("trap", &[I32(3_000)]), &Err("unreachable"), &engine.to_string());
            expect(&instance, ("works", &[]), &Ok(I32(5)), &engine.to_string());
        }
        let trap = instance.call("endless", &[]).expect_err("it does not end");
        let texts = ["wasm operand stack overflow", "native stack overflow"];
        assert!(texts.contains(&trap.message.as_str()), "{engine}: {trap}");
        expect(&instance, ("works", &[]), &Ok(I32(5)), &engine.to_string());
    }
}

/// A heap that is full is a trap, after which the instance can be used.
#[test]
fn a_full_heap_is_a_trap() {
    let module = r#"(module
        (type $node (struct (field (ref null $node)) (field i64) (field i64) (field i64)))
        (type $bytes (array (mut i8)))
        (global $list (mut (ref null $node)) (ref.null $node))
        (func (export "fill") (result i32)
          (loop $more
            (global.set $list (struct.new $node (global.get $list) (i64.const 1) (i64.const 2) (i64.const 3)))
            (br $more))
          (unreachable))
        (func (export "forget") (result i32) (global.set $list (ref.null $node)) (i32.const 0))
        (func (export "bytes") (param i32) (result i32)
          (array.len (array.new_default $bytes (local.get 0)))))"#;
    for engine in Engine::collecting() {
        // Collecting at each allocation takes too long until a heap is full.
        if engine.to_string().contains("every allocation") {
            continue;
        }
        let instance = engine.instantiate(module, Vec::new());
        let place = engine.to_string();
        for _ in 0..2 {
            expect(&instance, ("fill", &[]), &Err("create struct object failed"), &place);
            expect(
                &instance,
                ("bytes", &[I32(1 << 20)]),
                &Err("create array object failed"),
                &place,
            );
            expect(&instance, ("forget", &[]), &Ok(I32(0)), &place);
            expect(&instance, ("bytes", &[I32(1 << 20)]), &Ok(I32(1 << 20)), &place);
        }
        expect(&instance, ("bytes", &[I32(-1)]), &Err("create array object failed"), &place);
    }
}

/// The host may call the module again while it is called, and such a call may trap.
#[test]
fn the_host_calls_back() {
    let module = r#"(module
        (import "env" "back" (func $back (param i32) (result i32)))
        (type $box (struct (field i32)))
        (func $box (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
        (func $recurse (export "recurse") (param $n i32) (result i32)
          (local $box (ref $box)) (local $result i32)
          (if (i32.eqz (local.get $n)) (then (drop (call $box (i32.const 9))) (unreachable)))
          (local.set $box (call $box (local.get $n)))
          (local.set $result (call $back (i32.sub (local.get $n) (i32.const 1))))
          (drop (call $box (i32.const 8)))
          (i32.add (local.get $result) (struct.get $box 0 (local.get $box))))
        (func (export "often") (param $n i32) (result i32)
          (local $box (ref $box)) (local $sum i32)
          (local.set $box (call $box (i32.const 1)))
          (loop $more
            (local.set $sum (i32.add (local.get $sum)
              (i32.add (call $recurse (i32.const 1)) (struct.get $box 0 (local.get $box)))))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (local.get $sum)))"#;
    // Frames for call stacks are other ones than those that the runtime has by default.
    let with_frames = |engine: Engine| [engine, engine.with_call_stacks(CallStacks::complete())];
    for engine in Engine::collecting().flat_map(with_frames) {
        let ty = FuncType { params: vec![ValType::I32], results: vec![ValType::I32] };
        let back = HostFunc::new("back", ty, |caller, arguments| {
            // A call that traps counts 1000.
            let result = caller.call("recurse", arguments);
            Ok(result.unwrap_or_else(|_| vec![I32(1000)]))
        });
        let instance = engine.instantiate(module, vec![back]);
        let place = engine.to_string();
        expect(&instance, ("recurse", &[I32(4)]), &Ok(I32(1010)), &place);
        expect(&instance, ("often", &[I32(300)]), &Ok(I32(300 * 1002)), &place);
    }
}

/// Exceptions carry references, through frames that have some of their own.
#[test]
fn exceptions_carry_references() {
    let module = r#"(module
        (type $box (struct (field i32)))
        (tag $boxed (param (ref $box) i64))
        (tag $empty)
        (func $box (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
        (func $throw (param $n i32) (param $mine (ref $box))
          (if (i32.eqz (local.get $n))
            (then (throw $boxed (call $box (i32.const 77)) (i64.const 5))))
          (if (i32.eq (local.get $n) (i32.const -1)) (then (throw $empty)))
          (call $throw (i32.sub (local.get $n) (i32.const 1)) (call $box (local.get $n)))
          (drop (struct.get $box 0 (local.get $mine))))
        (func $catch (param $n i32) (result i32)
          (local $box (ref $box)) (local $caught (ref null $box)) (local $extra i64)
          (local.set $box (call $box (i32.const 100)))
          (block $none
            (block $some (result (ref $box) i64)
              (try_table (catch $boxed $some) (catch_all $none)
                (call $throw (local.get $n) (local.get $box)))
              (return (i32.const -1)))
            (local.set $extra)
            (local.set $caught)
            (drop (call $box (i32.const 1)))
            (return (i32.add
              (i32.add (struct.get $box 0 (local.get $caught)) (i32.wrap_i64 (local.get $extra)))
              (struct.get $box 0 (local.get $box)))))
          (i32.const 0))
        (func (export "catch") (param i32) (result i32) (call $catch (local.get 0)))
        (func (export "often") (param $n i32) (result i32)
          (local $sum i32)
          (loop $more
            (local.set $sum (i32.add (local.get $sum) (call $catch (i32.const 20))))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (local.get $sum))
        (func (export "again") (param i32) (result i32)
          (local $exception exnref)
          (block $first (result (ref $box) i64 exnref)
            (try_table (catch_ref $boxed $first)
              (throw $boxed (call $box (local.get 0)) (i64.const 1)))
            (return (i32.const -1)))
          (local.set $exception)
          (drop) (drop)
          (drop (call $box (i32.const 2)))
          (block $second (result (ref $box) i64)
            (try_table (catch $boxed $second) (throw_ref (local.get $exception)))
            (return (i32.const -2)))
          (drop)
          (struct.get $box 0))
        (func (export "uncaught") (result i32)
          (call $throw (i32.const 3) (call $box (i32.const 0))) (i32.const 0)))"#;
    gives(
        module,
        &[
            ("catch", &[I32(0)], Ok(I32(182))),
            ("catch", &[I32(50)], Ok(I32(182))),
            ("catch", &[I32(-1)], Ok(I32(0))),
            ("often", &[I32(200)], Ok(I32(200 * 182))),
            ("again", &[I32(6)], Ok(I32(6))),
            ("uncaught", &[], Err("uncaught wasm exception")),
            ("catch", &[I32(1)], Ok(I32(182))),
        ],
    );
}

/// The container can express none of these values.
#[test]
fn initial_values_are_computed() {
    let module = r#"(module
        (type $leaf (struct (field i8) (field i64)))
        (type $tree (struct (field (ref $leaf)) (field (ref null $tree)) (field funcref) (field anyref)))
        (type $words (array i16))
        (type $get (func (result i32)))
        (func $seven (type $get) (i32.const 7))
        (global $leaf (ref $leaf) (struct.new $leaf (i32.const -1) (i64.const 40)))
        (global $base i32 (i32.const 3))
        (global $tree (ref $tree)
          (struct.new $tree (global.get $leaf)
            (struct.new $tree (struct.new_default $leaf) (ref.null $tree) (ref.func $seven) (ref.null none))
            (ref.func $seven)
            (array.new_fixed $words 3 (i32.const 1) (global.get $base) (i32.add (global.get $base) (i32.const 70000)))))
        (global $external externref (extern.convert_any (ref.i31 (i32.const 9))))
        (table $filled 3 (ref $leaf) (struct.new $leaf (i32.const 1) (i64.const 40)))
        (table $small 2 i31ref (ref.i31 (i32.const -4)))
        (elem (table $filled) (offset (i32.const 1)) (ref $leaf) (struct.new $leaf (i32.const 5) (i64.const 6)))
        (elem $later (ref null $tree) (global.get $tree) (ref.null $tree))
        (start $check)
        (global $started (mut i32) (i32.const 0))
        (func $check (global.set $started (i32.wrap_i64 (struct.get $leaf 1 (global.get $leaf)))))
        (func (export "started") (result i32) (global.get $started))
        (func (export "leaf") (result i32) (struct.get_s $leaf 0 (struct.get $tree 0 (global.get $tree))))
        (func (export "unsigned") (result i32) (struct.get_u $leaf 0 (struct.get $tree 0 (global.get $tree))))
        (func (export "nested") (result i32)
          (call_ref $get (ref.cast (ref $get) (struct.get $tree 2 (struct.get $tree 1 (global.get $tree))))))
        (func (export "array") (param i32) (result i32)
          (array.get_u $words (ref.cast (ref $words) (struct.get $tree 3 (global.get $tree))) (local.get 0)))
        (func (export "external") (result i32)
          (i31.get_u (ref.cast (ref i31) (any.convert_extern (global.get $external)))))
        (func (export "filled") (param i32) (result i64) (struct.get $leaf 1 (table.get $filled (local.get 0))))
        (func (export "small") (result i32) (i31.get_s (table.get $small (i32.const 1))))
        (func (export "same") (result i32)
          (i32.add (ref.eq (table.get $filled (i32.const 0)) (table.get $filled (i32.const 2)))
            (ref.eq (table.get $filled (i32.const 0)) (table.get $filled (i32.const 1)))))
        (type $trees (array (mut (ref null $tree))))
        (func (export "segment") (param i32) (result i32)
          (ref.is_null (array.get $trees (array.new_elem $trees $later (i32.const 0) (i32.const 2)) (local.get 0))))
        (func (export "dropped") (result i32)
          (elem.drop $later)
          (array.len (array.new_elem $trees $later (i32.const 0) (i32.const 1)))))"#;
    gives(
        module,
        &[
            ("started", &[], Ok(I32(40))),
            ("leaf", &[], Ok(I32(-1))),
            ("unsigned", &[], Ok(I32(255))),
            ("nested", &[], Ok(I32(7))),
            ("array", &[I32(1)], Ok(I32(3))),
            ("array", &[I32(2)], Ok(I32(70003 - 65536))),
            ("array", &[I32(3)], Err("out of bounds array access")),
            ("external", &[], Ok(I32(9))),
            ("filled", &[I32(0)], Ok(I64(40))),
            ("filled", &[I32(1)], Ok(I64(6))),
            ("small", &[], Ok(I32(-4))),
            ("same", &[], Ok(I32(1))),
            ("segment", &[I32(0)], Ok(I32(0))),
            ("segment", &[I32(1)], Ok(I32(1))),
            ("dropped", &[], Err("out of bounds table access")),
        ],
    );
}

/// Casts to a type with subtypes remember the last type that they met; each must be right whatever
/// came before.
#[test]
fn casts_do_not_depend_on_earlier_ones() {
    let module = r#"(module
        (type $a (sub (struct (field i32))))
        (type $b (sub $a (struct (field i32))))
        (type $c (sub $b (struct (field i32) (field i32))))
        (type $d (sub $a (struct (field i32) (field i64))))
        (type $e (sub $c (struct (field i32) (field i32) (field i32))))
        (type $f (sub $d (struct (field i32) (field i64) (field i32))))
        (type $other (struct (field i32) (field i64)))
        (type $list (array i32))
        (table $all 10 anyref)
        (func $fill (export "fill") (result i32)
          (table.set $all (i32.const 0) (struct.new $a (i32.const 0)))
          (table.set $all (i32.const 1) (struct.new $b (i32.const 1)))
          (table.set $all (i32.const 2) (struct.new $c (i32.const 2) (i32.const 0)))
          (table.set $all (i32.const 3) (struct.new $d (i32.const 3) (i64.const 0)))
          (table.set $all (i32.const 4) (struct.new $other (i32.const 4) (i64.const 0)))
          (table.set $all (i32.const 5) (array.new_fixed $list 1 (i32.const 5)))
          (table.set $all (i32.const 6) (ref.i31 (i32.const 6)))
          (table.set $all (i32.const 8) (struct.new $e (i32.const 8) (i32.const 0) (i32.const 0)))
          (table.set $all (i32.const 9) (struct.new $f (i32.const 9) (i64.const 0) (i32.const 0)))
          (i32.const 0))
        (func (export "a") (param i32) (result i32) (ref.test (ref $a) (table.get $all (local.get 0))))
        (func (export "b") (param i32) (result i32) (ref.test (ref $b) (table.get $all (local.get 0))))
        (func (export "c") (param i32) (result i32) (ref.test (ref $c) (table.get $all (local.get 0))))
        (func (export "d") (param i32) (result i32) (ref.test (ref null $d) (table.get $all (local.get 0))))
        (func (export "struct") (param i32) (result i32) (ref.test (ref struct) (table.get $all (local.get 0))))
        (func (export "eq") (param i32) (result i32) (ref.test (ref eq) (table.get $all (local.get 0))))
        (func (export "cast") (param i32) (result i32)
          (struct.get $b 0 (ref.cast (ref $b) (table.get $all (local.get 0)))))
        (func (export "branch") (param i32) (result i32)
          (block $is (result (ref $b))
            (drop (br_on_cast $is anyref (ref $b) (table.get $all (local.get 0))))
            (return (i32.const -1)))
          (struct.get $b 0)))"#;
    let expected = [
        ("a", [1, 1, 1, 1, 0, 0, 0, 0, 1, 1]),
        ("b", [0, 1, 1, 0, 0, 0, 0, 0, 1, 0]),
        ("c", [0, 0, 1, 0, 0, 0, 0, 0, 1, 0]),
        ("d", [0, 0, 0, 1, 0, 0, 0, 1, 0, 1]),
        ("struct", [1, 1, 1, 1, 1, 0, 0, 0, 1, 1]),
        ("eq", [1, 1, 1, 1, 1, 1, 1, 0, 1, 1]),
        ("branch", [-1, 1, 2, -1, -1, -1, -1, -1, 8, -1]),
    ];
    for engine in Engine::collecting() {
        let instance = engine.instantiate(module, Vec::new());
        let place = engine.to_string();
        expect(&instance, ("fill", &[]), &Ok(I32(0)), &place);
        for _ in 0..2 {
            for (function, results) in expected {
                for (result, index) in results.into_iter().zip(0..) {
                    expect(&instance, (function, &[I32(index)]), &Ok(I32(result)), &place);
                }
            }
            let casts =
                [(1, Ok(I32(1))), (0, Err("cast failure")), (8, Ok(I32(8))), (2, Ok(I32(2)))];
            for (index, result) in casts {
                expect(&instance, ("cast", &[I32(index)]), &result, &place);
            }
            expect(&instance, ("cast", &[I32(7)]), &Err("cast failure"), &place);
        }
    }
}
