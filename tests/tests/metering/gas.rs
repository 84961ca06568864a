//! Gas: what code costs, and what happens when the gas runs out.

use cwamrc::instrument::{Costs, GAS_LEFT};
use wamr_shim::Val;

use crate::{counter, gas, runs_out_of_gas, ways};

/// `f(n)` adds the first `n` numbers: 8 per iteration, and 6 around the loop.
const SUM: &str = r#"(module
    (func $add (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
    (func (export "f") (param i32) (result i32) (local i32)
        nop
        block
            local.get 0
            i32.eqz
            br_if 0
            loop
                local.get 0
                local.get 1
                call $add
                local.set 1
                local.get 0
                i32.const 1
                i32.sub
                local.tee 0
                br_if 0
            end
        end
        local.get 1))"#;

/// nop, block, local.get, i32.eqz, br_if, loop; 9 per iteration and 3 in the callee; local.get.
fn cost(rounds: i64) -> i64 {
    6 + 12 * rounds + 1
}

#[test]
fn enough_is_enough_and_one_less_is_not() {
    for way in ways() {
        let need = cost(10) as u64;
        let instance = way.instantiate(SUM, &gas(need, ""), vec![]);
        let result: i32 = instance.call_typed("f", (10,)).expect("it is enough");
        assert_eq!((result, counter(&instance, GAS_LEFT)), (55, 0), "{way:?}");

        let instance = way.instantiate(SUM, &gas(need - 1, ""), vec![]);
        runs_out_of_gas(&instance, "f", &[Val::I32(10)], &way);
        // The last block costs 1, and did not run.
        assert_eq!(counter(&instance, GAS_LEFT), 0, "{way:?}");
        // The host adds gas, and continues.
        instance.set_global(GAS_LEFT, Val::I64(1000)).expect("it is mutable");
        let result: i32 = instance.call_typed("f", (10,)).expect("it is enough");
        assert_eq!((result, counter(&instance, GAS_LEFT)), (55, 1000 - cost(10)), "{way:?}");
    }
}

/// A block is paid for as a whole before it runs, so the limit is never exceeded.
#[test]
fn what_is_left_is_never_negative() {
    let way = ways()[0];
    for limit in 0..cost(3) as u64 {
        let instance = way.instantiate(SUM, &gas(limit, ""), vec![]);
        instance.call("f", &[Val::I32(3)]).expect_err("it is not enough");
        let left = counter(&instance, GAS_LEFT);
        assert!((0..=limit as i64).contains(&left), "{left} of {limit}");
    }
}

#[test]
fn loops_without_end_do_end() {
    let module = "(module (func (export \"f\") loop br 0 end)
        (func $g (export \"g\") call $g) (func $h (export \"h\") return_call $h))";
    for way in ways() {
        for function in ["f", "g", "h"] {
            let instance = way.instantiate(module, &gas(1000, ""), vec![]);
            runs_out_of_gas(&instance, function, &[], &way);
        }
    }
}

#[test]
fn costs_of_operators() {
    let costs =
        "# what the loop does\n i32.add = 100\ndefault=2\nfunction = 1000 # each\nbr_if = 0\n";
    // Of the 12 instructions per iteration, the addition costs 100, the branch nothing, the others
    // 2.
    let round = 100 + 10 * 2 + 1000;
    // The branch over the loop costs nothing, either.
    let around = 6 * 2 + 1000;
    for way in ways() {
        let instance = way.instantiate(SUM, &gas(1_000_000, costs), vec![]);
        let result: i32 = instance.call_typed("f", (10,)).expect("it is enough");
        let left = counter(&instance, GAS_LEFT);
        assert_eq!((result, 1_000_000 - left), (55, around + 10 * round), "{way:?}");
    }
}

#[test]
fn tables_of_costs_that_cannot_be_read() {
    for (table, message) in [
        ("i32.add", "expected NAME = COST, in line 1"),
        ("\n# i32.sub = 1\ni32.ad = 1", "unknown operator \"i32.ad\", in line 3"),
        ("i32.add = -1", "\"-1\" is not a cost from 0 to 4294967295, in line 1"),
        ("i32.add = 1\ni32.add = 1", "i32.add already has a cost, in line 2"),
    ] {
        let error = Costs::parse(table).expect_err("it is wrong");
        assert_eq!(error.to_string(), message);
    }
}
