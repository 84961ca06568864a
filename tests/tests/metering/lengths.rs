//! What operators on many bytes, elements or pages cost for their length, derived by hand.

use cwamrc::instrument::{Costs, GAS_LEFT, INSTRUCTION_COUNT};
use wamr_shim::Val;

use crate::{OUT_OF_GAS, counter, gas, runs_out_of_gas, ways};

/// Names of operators, and functions of the same name that take a length and execute nothing else
/// that has a cost with `default = 0`. Lengths up to 17 are all in bounds.
const MODULE: &str = r#"(module
    (memory 1 40)
    (data $data "0123456789abcdefg")
    (table $table 20 60 funcref)
    (elem $elements func $f $f $f $f $f $f $f $f $f $f $f $f $f $f $f $f $f)
    (func $f)
    (func (export "memory.fill") (param i32)
        (memory.fill (i32.const 0) (i32.const 7) (local.get 0)))
    (func (export "memory.copy") (param i32)
        (memory.copy (i32.const 0) (i32.const 8) (local.get 0)))
    (func (export "memory.init") (param i32)
        (memory.init $data (i32.const 0) (i32.const 0) (local.get 0)))
    (func (export "memory.grow") (param i32)
        (drop (memory.grow (local.get 0))))
    (func (export "table.fill") (param i32)
        (table.fill $table (i32.const 0) (ref.null func) (local.get 0)))
    (func (export "table.copy") (param i32)
        (table.copy (i32.const 0) (i32.const 1) (local.get 0)))
    (func (export "table.init") (param i32)
        (table.init $table $elements (i32.const 0) (i32.const 0) (local.get 0)))
    (func (export "table.grow") (param i32)
        (drop (table.grow $table (ref.null func) (local.get 0))))
    (func (export "constant")
        (memory.fill (i32.const 0) (i32.const 7) (i32.const 33))))"#;

const OPERATORS: [&str; 8] = [
    "memory.fill",
    "memory.copy",
    "memory.init",
    "memory.grow",
    "table.fill",
    "table.copy",
    "table.init",
    "table.grow",
];

#[test]
fn every_group_that_is_begun_costs() {
    let mut table = "default = 0\n".to_owned();
    for (operator, base) in OPERATORS.iter().zip(3..) {
        table += &format!("{operator} = {base} + 7/4\n");
    }
    for way in ways() {
        let mut instrumentation = gas(1_000_000, &table);
        instrumentation.count_instructions = true;
        let instance = way.instantiate(MODULE, &instrumentation, vec![]);
        for (operator, base) in OPERATORS.iter().zip(3..) {
            for (length, groups) in [(0, 0), (1, 1), (3, 1), (4, 1), (5, 2), (8, 2), (17, 5)] {
                let before = counter(&instance, GAS_LEFT);
                instance.call(operator, &[Val::I32(length)]).expect("it is in bounds");
                let used = before - counter(&instance, GAS_LEFT);
                assert_eq!(used, base + 7 * groups, "{way:?}, {operator}, {length}");
            }
        }
        let before = counter(&instance, GAS_LEFT);
        instance.call("constant", &[]).expect("it is in bounds");
        assert_eq!(before - counter(&instance, GAS_LEFT), 3 + 7 * 9, "{way:?}");
        // An operator is one instruction, whatever its length.
        instance.set_global(INSTRUCTION_COUNT, Val::I64(0)).expect("it is mutable");
        instance.call("memory.fill", &[Val::I32(17)]).expect("it is in bounds");
        assert_eq!(counter(&instance, INSTRUCTION_COUNT), 4, "{way:?}");
    }
}

#[test]
fn defaults_are_not_nothing() {
    let way = ways()[0];
    let instance = way.instantiate(MODULE, &gas(1_000_000, ""), vec![]);
    for (operator, length, cost) in [
        // Three operands, or two and `drop`; the operator; the cost of its length.
        ("memory.fill", 65536, 4 + 4096),
        ("memory.copy", 17, 4 + 2),
        ("memory.init", 16, 4 + 1),
        ("memory.grow", 2, 3 + 2 * 4096),
        ("table.fill", 17, 4 + 17),
        ("table.copy", 17, 4 + 17),
        ("table.init", 17, 4 + 17),
        ("table.grow", 17, 4 + 17),
        // More than fits, which only the operator itself detects.
        ("memory.grow", 100, 3 + 100 * 4096),
    ] {
        let before = counter(&instance, GAS_LEFT);
        instance.call(operator, &[Val::I32(length)]).expect("it is in bounds");
        assert_eq!(before - counter(&instance, GAS_LEFT), cost, "{operator}");
    }
}

/// The length is paid for before the operator does anything. With one unit less, nothing is done,
/// whether or not the range would have been in bounds.
#[test]
fn one_less_is_not_enough() {
    let table = "default = 0\nmemory.fill = 2 + 3/16";
    for way in ways() {
        for (length, cost) in [(65536, 2 + 3 * 4096), (-1, 2 + 3 * (1 << 28))] {
            let module = "(module (memory 1) (func (export \"f\") (param i32)
                    (memory.fill (i32.const 0) (i32.const 7) (local.get 0)))
                (func (export \"peek\") (result i32) (i32.load (i32.const 0))))";
            let instance = way.instantiate(module, &gas(cost - 1, table), vec![]);
            runs_out_of_gas(&instance, "f", &[Val::I32(length)], &(way, length));
            // The operator itself was paid for with its block.
            assert_eq!(counter(&instance, GAS_LEFT), cost as i64 - 1 - 2, "{way:?}, {length}");
            assert_eq!(instance.call("peek", &[]), Ok(vec![Val::I32(0)]), "{way:?}");
            instance.set_global(GAS_LEFT, Val::I64(cost as i64)).expect("it is mutable");
            match instance.call("f", &[Val::I32(length)]) {
                Ok(_) => assert_eq!(length, 65536),
                Err(trap) => {
                    assert_eq!((trap.message.as_str(), length), ("out of bounds memory access", -1))
                }
            }
            assert_eq!(counter(&instance, GAS_LEFT), 0, "{way:?}, {length}");
        }
    }
}

/// Products of the largest lengths and costs, which do not fit in 64 bits, or not in a signed
/// counter.
#[test]
fn nothing_wraps() {
    const MOST: i64 = i64::MAX;
    let module = r#"(module (memory 1) (table $wide i64 1 funcref)
        (func (export "narrow") (param i32)
            (memory.fill (i32.const 0) (i32.const 7) (local.get 0)))
        (func (export "wide") (param i64)
            (table.fill $wide (i64.const 0) (ref.null func) (local.get 0))))"#;
    let greatest = u32::MAX;
    // Function, length, cost of the groups, and the total, if it fits in a counter.
    let narrow = |length: u32, cost: String, used: Option<i64>| {
        ("narrow", Val::I32(length.cast_signed()), cost, used)
    };
    let wide = |length: u64, cost: String, used: Option<i64>| {
        ("wide", Val::I64(length.cast_signed()), cost, used)
    };
    let half = (1i64 << 31) * i64::from(greatest);
    let cases = [
        narrow(1 << 31, format!("{greatest}/1"), Some(half)),
        narrow((1 << 31) + 1, format!("{greatest}/1"), None),
        narrow(u32::MAX, format!("{greatest}/1"), None),
        narrow(u32::MAX, format!("{greatest}/{}", 1u32 << 31), Some(2 * i64::from(greatest))),
        wide(1 << 31, format!("{greatest}/1"), Some(half)),
        wide(u64::MAX, format!("{greatest}/1"), None),
        wide(1 << 63, "2/1".to_owned(), None),
        wide(1 << 63, "1/1".to_owned(), None),
        wide((1 << 63) - 1, "1/1".to_owned(), Some(MOST)),
        wide(u64::MAX, "1/1".to_owned(), None),
        // Truncated to 64 bits, the product would look small.
        wide(1 << 32, format!("{greatest}/1"), None),
        wide(1 << 62, "4/1".to_owned(), None),
        wide(u64::MAX, "4/2".to_owned(), None),
        wide(u64::MAX, "1/2".to_owned(), None),
        wide(1 << 63, "1/2".to_owned(), Some(1 << 62)),
    ];
    for way in ways() {
        for (function, length, cost, used) in &cases {
            let table = format!("default = 0\nmemory.fill = 0 + {cost}\ntable.fill = 0 + {cost}");
            let instance = way.instantiate(module, &gas(None, &table), vec![]);
            let trap =
                instance.call(function, std::slice::from_ref(length)).expect_err("both trap");
            let left = counter(&instance, GAS_LEFT);
            match used {
                None => {
                    assert_eq!(trap.message, OUT_OF_GAS, "{way:?}, {length:?}, {cost}");
                    assert_eq!(left, MOST, "{way:?}, {length:?}, {cost}");
                }
                Some(used) => {
                    assert!(trap.message.starts_with("out of bounds"), "{way:?}, {trap}");
                    assert_eq!(MOST - left, *used, "{way:?}, {length:?}, {cost}");
                }
            }
            // A negative counter must not look like a large one.
            instance.set_global(GAS_LEFT, Val::I64(-5)).expect("it is mutable");
            let arguments = std::slice::from_ref(length);
            runs_out_of_gas(&instance, function, arguments, &(way, length, cost));
            assert_eq!(counter(&instance, GAS_LEFT), -5, "{way:?}");
        }
    }
}

#[test]
fn tables_of_costs_name_lengths() {
    let table =
        "memory.fill = 5 + 1/64 # groups of a cache line\nmemory.copy=0+0/1\ntable.grow = 9\n";
    let costs = Costs::parse(table).expect("the table is right");
    let get = |name| costs.get(name).expect("it is an operator");
    let length = |name| get(name).length.map(|length| (length.cost, length.units));
    assert_eq!((get("memory.fill").base, length("memory.fill")), (5, Some((1, 64))));
    assert_eq!((get("memory.copy").base, length("memory.copy")), (0, Some((0, 1))));
    // A line with one number changes the base cost only.
    assert_eq!((get("table.grow").base, length("table.grow")), (9, Some((1, 1))));
    assert_eq!((get("i32.add").base, length("i32.add")), (1, None));
    assert_eq!(costs.get("i32.ad"), None);
    // The printed table is equivalent.
    assert_eq!(Costs::parse(&costs.to_string()), Ok(costs));

    // `select` names three operators. A line for it takes precedence over `default`, whatever the
    // order.
    for table in ["select = 4\ndefault = 2", "default = 2\nselect = 4"] {
        let costs = Costs::parse(table).expect("the table is right");
        assert_eq!(
            costs.to_string().lines().find(|line| line.starts_with("select")),
            Some("select = 4")
        );
        assert!(!costs.to_string().contains("typed"), "{costs}");
        assert_eq!(Costs::parse(&costs.to_string()), Ok(costs));
    }
    for (line, message) in [
        ("i32.add = 1 + 1/4", "i32.add has no length to charge for, in line 1"),
        ("default = 1 + 1/4", "default has no length to charge for, in line 1"),
        ("memory.fill = 1 + 1", "expected COST/UNITS after +, such as 1/64, in line 1"),
        ("memory.fill = 1 + 1/0", "\"0\" is not a power of two from 1 to 2147483648, in line 1"),
        ("memory.fill = 1 + 1/48", "\"48\" is not a power of two from 1 to 2147483648, in line 1"),
        (
            "memory.fill = 1 + 4294967296/1",
            "\"4294967296\" is not a cost from 0 to 4294967295, in line 1",
        ),
        ("memory.fill = + 1/1", "\"\" is not a cost from 0 to 4294967295, in line 1"),
        (
            "memory.fill = 1 + 1/4294967296",
            "\"4294967296\" is not a power of two from 1 to 2147483648, in line 1",
        ),
    ] {
        let error = Costs::parse(line).expect_err("it is wrong");
        assert_eq!(error.to_string(), message);
    }
}
