//! Gas of real programs, compared with the fuel of PyPI's wasmtime, which is an independent
//! implementation.

use std::fs;
use std::process::Command;

use cwamrc::OptLevel;
use cwamrc::instrument::{Costs, GAS_LEFT, Gas, Instrumentation};
use cwamrc_tests::machine::{Build, Machine};
use cwamrc_tests::programs::{Inputs, run_command};
use cwamrc_tests::tree::root;
use wamr_shim::{FuncType, HostFunc, InstanceConfig, Val, ValType};

use crate::counts::{CASES, host, module};
use crate::{Way, counter, ways};

/// wasmtime's costs (`fuel_before_op` in its `func_environ.rs`): 0 for operators that only
/// structure the control flow, 1 for every other operator, and 1 for entering a function. Operators
/// on ranges cost 1 per byte, element or page in addition.
const WASMTIME: &str = "
    default = 1
    function = 1
    nop = 0
    drop = 0
    block = 0
    loop = 0
    unreachable = 0
    return = 0
    memory.fill = 1 + 1/1
    memory.copy = 1 + 1/1
    memory.init = 1 + 1/1
    memory.grow = 1 + 1/1
    table.fill = 1 + 1/1
    table.copy = 1 + 1/1
    table.init = 1 + 1/1
    table.grow = 1 + 1/1
";

/// Bodies with operators that have a length, which is the argument, and other fields of the module.
const LENGTHS: [(&str, &str, i32); 8] = [
    ("i32.const 0 i32.const 7 local.get 0 memory.fill i32.const 1", "(memory 1)", 60_000),
    ("i32.const 0 i32.const 7 local.get 0 memory.copy i32.const 1", "(memory 1)", 50_000),
    (
        "i32.const 0 i32.const 1 local.get 0 memory.init $d i32.const 1",
        "(memory 1) (data $d \"0123456789\")",
        7,
    ),
    ("local.get 0 memory.grow", "(memory 1)", 5),
    ("i32.const 2 ref.null func local.get 0 table.fill i32.const 1", "(table 100 funcref)", 77),
    ("i32.const 2 i32.const 0 local.get 0 table.copy i32.const 1", "(table 100 funcref)", 66),
    (
        "i32.const 2 i32.const 1 local.get 0 table.init $e i32.const 1",
        "(table 100 funcref) (elem $e func $g $g $g $g $g) (func $g)",
        3,
    ),
    ("ref.null func local.get 0 table.grow", "(table 100 200 funcref)", 55),
];

const LIMIT: u64 = 1 << 62;

const PROGRAMS: [&str; 6] =
    ["fib-o2", "integers-o2", "floats-o2", "sha256-o2", "quicksort-o0", "dispatch-o2"];

fn as_wasmtime() -> Instrumentation {
    let costs = Costs::parse(WASMTIME).expect("the table is right");
    Instrumentation::new().gas(Gas::new().limit(LIMIT).costs(costs))
}

/// The number on the last line of a command's output.
fn fuel(command: &mut Command, stdin: &[u8]) -> i64 {
    let output = run_command(command, stdin).expect("python starts").stdout;
    let output = String::from_utf8_lossy(&output);
    let number = output.lines().last().and_then(|line| line.parse().ok());
    number.unwrap_or_else(|| panic!("{command:?} prints {output:?}"))
}

#[test]
fn small_modules_use_as_much_as_in_wasmtime() {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("module.wasm");
    // wasmtime has no exceptions in the legacy encoding.
    let has_peer = |&&(body, ..): &&(&str, &str, i32, i64)| !body.starts_with("try (");
    let cases = CASES.iter().filter(has_peer);
    let cases = cases.map(|&(body, fields, argument, _)| (body, fields, argument));
    for (body, fields, argument) in cases.chain(LENGTHS) {
        let text = module(body, fields);
        let wasm = wat::parse_str(text).expect("it is a module");
        fs::write(&path, wasm).expect("the folder can be written to");
        let mut python = Command::new(inputs.peer_python());
        python.arg(root().join("tests/scripts/wasmtime_fuel.py")).arg(&path);
        let fuel = fuel(python.arg("f").arg(argument.to_string()), b"");
        let instance = ways()[0].instantiate(&module(body, fields), &as_wasmtime(), host());
        instance.call("f", &[Val::I32(argument)]).expect("it does not trap");
        assert_eq!(LIMIT as i64 - counter(&instance, GAS_LEFT), fuel, "{body}");
    }
}

/// Programs whose host functions all fail, so that the result does not depend on the host. The
/// programs still compute what they would print.
#[test]
fn programs_use_as_much_as_in_wasmtime() {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    for name in PROGRAMS {
        let path = inputs.wasm(name).expect("it is in the table");
        let mut python = Command::new(inputs.peer_python());
        python.arg(root().join("tests/scripts/wasmtime_fuel.py")).arg(&path).arg("_start");
        let fuel = fuel(&mut python, b"");
        let wasm = fs::read(&path).expect("it is built");
        for way in short(ways()) {
            assert_eq!(gas_used(way, &wasm), fuel, "{name}, {way:?}");
        }
        println!("{name}: {fuel}");
    }
}

/// Levels 0 and 3 on this machine, level 3 on others.
fn short(ways: Vec<Way>) -> impl Iterator<Item = Way> {
    ways.into_iter().filter(|way| {
        let level = way.level == OptLevel::O3
            || (way.level == OptLevel::O0 && way.machine == Machine::Here);
        level && way.checks == Build::checks()[0]
    })
}

fn gas_used(way: Way, wasm: &[u8]) -> i64 {
    let artifact = cwamrc::compile(wasm, &way.options(&as_wasmtime())).expect("it compiles");
    let runtime = way.machine.new_runtime();
    let failing = |(name, ty): (&str, FuncType)| {
        let leaves = ty.results.is_empty();
        HostFunc::new(name, ty, move |_, _| match leaves {
            true => Err("a function without a result".to_owned()),
            false => Ok(vec![Val::I32(8)]),
        })
    };
    let host = imports(wasm).into_iter().map(failing).collect();
    runtime.register_host_module("wasi_snapshot_preview1", host).expect("it takes them");
    let module = runtime.load(artifact.bytes()).expect("it loads");
    let instance = module.instantiate(&InstanceConfig::default()).expect("it needs no more");
    // The program ends in whatever way the host causes.
    let _ = instance.call("_start", &[]);
    LIMIT as i64 - counter(&instance, GAS_LEFT)
}

/// The names and types of the imports, all of which are functions.
fn imports(wasm: &[u8]) -> Vec<(&str, FuncType)> {
    let mut types: Vec<FuncType> = Vec::new();
    let mut imports = Vec::new();
    let value = |ty: &wasmparser::ValType| match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        other => panic!("{other} in a function of WASI"),
    };
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        match payload.expect("it is a module") {
            wasmparser::Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    let ty = ty.expect("it is a type");
                    // Types with floats exist, but no import has one.
                    let is_plain = ty.params().iter().chain(ty.results()).all(|ty| {
                        matches!(ty, wasmparser::ValType::I32 | wasmparser::ValType::I64)
                    });
                    let values = |list: &[wasmparser::ValType]| -> Vec<ValType> {
                        list.iter().filter(|_| is_plain).map(value).collect()
                    };
                    types.push(FuncType::new(values(ty.params()), values(ty.results())));
                }
            }
            wasmparser::Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.expect("it is an import");
                    if let wasmparser::TypeRef::Func(ty) = import.ty {
                        imports.push((import.name, types[ty as usize].clone()));
                    }
                }
            }
            _ => {}
        }
    }
    imports
}
