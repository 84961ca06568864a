//! Instruction counts of small modules, derived by hand from their text.

use cwamrc::instrument::{INSTRUCTION_COUNT, Instrumentation};
use wamr_shim::{FuncType, HostFunc, Val, ValType};

use crate::{Way, counter, ways};

/// The body of an exported function `f` with one parameter and one result of type i32, other fields
/// of the module, the argument, and the number of instructions executed.
pub(crate) const CASES: &[(&str, &str, i32, i64)] = &[
    ("local.get 0", "", 5, 1),
    ("nop nop local.get 0", "", 5, 3),
    // The first branch leaves the block.
    ("(block (br 0) nop nop) local.get 0", "", 5, 3),
    // block, local.get, br_if; nop only if the branch is not taken; local.get
    ("block local.get 0 br_if 0 nop end local.get 0", "", 1, 4),
    ("block local.get 0 br_if 0 nop end local.get 0", "", 0, 5),
    // local.get, if, and one of the branches; else and end do not count.
    ("local.get 0 if (result i32) i32.const 1 nop else i32.const 2 end", "", 1, 4),
    ("local.get 0 if (result i32) i32.const 1 nop else i32.const 2 end", "", 0, 3),
    ("local.get 0 if nop nop end i32.const 2", "", 1, 5),
    ("local.get 0 if nop nop end i32.const 2", "", 0, 3),
    // loop is entered once; each iteration is local.get, i32.const, i32.sub, local.tee, br_if.
    ("loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end local.get 0", "", 10, 1 + 50 + 1),
    // block, block, local.get, br_table, and what follows the label that is chosen.
    ("block block local.get 0 br_table 0 1 end nop end i32.const 1", "", 0, 6),
    ("block block local.get 0 br_table 0 1 end nop end i32.const 1", "", 9, 5),
    ("local.get 0 return nop", "", 0, 2),
    // 3 here and 2 in the callee, whether it is inlined or not.
    ("local.get 0 call $g nop", "(func $g (param i32) (result i32) local.get 0 i32.eqz)", 0, 5),
    // A callee that returns early: local.get, call, then local.get, if, i32.const, return.
    (
        "local.get 0 call $g",
        "(func $g (param i32) (result i32) local.get 0 if i32.const 7 return end i32.const 8)",
        1,
        2 + 4,
    ),
    // i32.const, call_indirect; then nop, i32.const.
    (
        "i32.const 0 call_indirect $t (result i32)",
        "(table $t funcref (elem $g)) (func $g (result i32) nop i32.const 3)",
        0,
        4,
    ),
    // What a callee has counted is kept when it throws: block, try_table, local.get, call; then 3.
    (
        "block (result i32) try_table (catch $t 0) local.get 0 call $g nop end i32.const 9 end",
        "(tag $t (param i32)) (func $g (param i32) nop local.get 0 throw $t)",
        5,
        4 + 3,
    ),
    // try, local.get, call; then 3; then nop. A clause is none.
    (
        "try (result i32) local.get 0 call $g i32.const 1 catch $t nop end",
        "(tag $t (param i32)) (func $g (param i32) nop local.get 0 throw $t)",
        5,
        3 + 3 + 1,
    ),
    // A call of a host function is one instruction, and so is each bulk operator, however much it
    // does.
    ("local.get 0 call $host", "", 5, 2),
    (
        "i32.const 0 i32.const 7 i32.const 1000 memory.fill local.get 0",
        "(memory 1)",
        5,
        5,
    ),
    // Calls itself 5 times: 4 + 5 each, except for the last, which is 3.
    (
        "local.get 0 call $g",
        "(func $g (param i32) (result i32)
            local.get 0 if (result i32) local.get 0 i32.const 1 i32.sub call $g else i32.const 0 end)",
        5,
        2 + 5 * 6 + 3,
    ),
    (
        "local.get 0 return_call $g",
        "(func $g (param i32) (result i32)
            local.get 0 if local.get 0 i32.const 1 i32.sub return_call $g end i32.const 0)",
        5,
        2 + 5 * 6 + 3,
    ),
    // Nothing after `unreachable` in the text is executed.
    ("block i32.const 1 br_if 0 unreachable end local.get 0", "", 0, 4),
];

fn counting() -> Instrumentation {
    Instrumentation::new().count_instructions(true)
}

pub(crate) fn module(body: &str, fields: &str) -> String {
    format!(
        "(module (import \"env\" \"host\" (func $host (param i32) (result i32))) {fields}
            (func (export \"f\") (param i32) (result i32) {body}))"
    )
}

pub(crate) fn host() -> Vec<HostFunc> {
    let ty = FuncType::new([ValType::I32], [ValType::I32]);
    vec![HostFunc::new("host", ty, |_, arguments| Ok(arguments.to_vec()))]
}

#[test]
fn as_counted_by_hand() {
    for way in ways() {
        for &(body, fields, argument, expected) in CASES {
            let instance = way.instantiate(&module(body, fields), &counting(), host());
            let result = instance.call("f", &[Val::I32(argument)]);
            result.unwrap_or_else(|trap| panic!("{way:?}, {body}: {trap}"));
            let count = counter(&instance, INSTRUCTION_COUNT);
            assert_eq!(count, expected, "{way:?}, {body}, {argument}");
        }
    }
}

/// A basic block is counted as a whole when it begins. After a trap, the count therefore includes
/// the instructions after the trapping one, up to the end of its block. Calls end blocks.
#[test]
fn traps_count_the_block_they_are_in() {
    let traps = [
        // `block` and `end` do not end the basic block if no branch targets them.
        ("i32.const 1 local.get 0 i32.div_s nop nop block nop end", "", 0, 7),
        ("local.get 0 i32.load nop", "(memory 1)", -4, 3),
        // The call ends the basic block, so nothing after it counts.
        ("local.get 0 call $g nop nop", "(func $g (param i32) (result i32) unreachable)", 0, 2 + 1),
    ];
    for way in ways() {
        for (body, fields, argument, expected) in traps {
            let instance = way.instantiate(&module(body, fields), &counting(), host());
            instance.call("f", &[Val::I32(argument)]).expect_err("it traps");
            let count = counter(&instance, INSTRUCTION_COUNT);
            assert_eq!(count, expected, "{way:?}, {body}");
        }
    }
}

/// Counts of several calls add up, including the start function's. The host can set the counter.
#[test]
fn the_counter_is_a_global() {
    let module = "(module (func $s nop nop) (start $s) (func (export \"f\") nop))";
    let way: Way = ways()[0];
    let instance = way.instantiate(module, &counting(), vec![]);
    assert_eq!(counter(&instance, INSTRUCTION_COUNT), 2);
    instance.call("f", &[]).expect("it does nothing");
    instance.call("f", &[]).expect("it does nothing");
    assert_eq!(counter(&instance, INSTRUCTION_COUNT), 4);
    instance.set_global(INSTRUCTION_COUNT, Val::I64(-1)).expect("it is mutable");
    instance.call("f", &[]).expect("it does nothing");
    assert_eq!(counter(&instance, INSTRUCTION_COUNT), 0);
}

#[test]
fn exports_do_not_hide_the_counter() {
    let module = format!("(module (func (export \"{INSTRUCTION_COUNT}\")))");
    let wasm = wat::parse_str(module).expect("it is a module");
    let error = cwamrc::compile(&wasm, &ways()[0].options(&counting())).expect_err("two of a name");
    assert!(error.message().contains("which is the name of a counter"), "{error}");
}
