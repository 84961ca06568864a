//! No option weakens the sandbox: whatever is requested, accesses beyond the end of a memory or
//! table, calls of the wrong type and infinite recursion are traps, on runtimes with and without
//! guard pages, and the host continues.
//!
//! Modules run in runners, so that a host that dies is noticed.

use cwamrc::instrument::{Gas, Instrumentation};
use cwamrc::{BoundsChecks, CallStacks, OptLevel, Options, Release};
use cwamrc_tests::machine::{Collection, Machine};
use wamr_shim::InstanceConfig;
use wamr_shim::Val::I32;

/// The runtime's stack for frames is small, so that recursion reaches its end, too.
const FRAMES: u32 = 16 * 1024;
const STACK: usize = 512 * 1024;
const PAGE: i32 = 65536;

const MEMORY: &str = "out of bounds memory access";

/// A function for each way out. `alive` does something that is allowed.
const MODULE: &str = r#"(module
    (type $none (func))
    (type $unary (func (param i32) (result i32)))
    (memory (export "memory") 1 2 SHARED)
    (table $table 4 funcref)
    (elem (table $table) (i32.const 0) func $small $nothing)
    (global $sum (mut i32) (i32.const 0))
    (func $nothing)
    (func (export "alive") (param i32) (result i32)
      (i32.store (i32.const 65532) (local.get 0))
      (i32.add (i32.load (i32.const 65532)) (i32.const 1)))
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "load_wide") (param i32) (result i32)
      (i32.wrap_i64 (i64.load align=1 (local.get 0))))
    (func (export "load_far") (param i32) (result i32) (i32.load8_u offset=0xffffffff (local.get 0)))
    (func (export "store") (param i32) (result i32)
      (i64.store offset=65528 align=1 (local.get 0) (i64.const -1)) (i32.const 0))
    (func (export "fill") (param i32) (result i32)
      (memory.fill (local.get 0) (i32.const 255) (i32.const 0x7fffffff)) (i32.const 0))
    (func (export "copy") (param i32) (result i32)
      (memory.copy (local.get 0) (i32.const 0) (i32.const 65536)) (i32.const 0))
    (func (export "element") (param i32) (result i32)
      (call_indirect $table (type $unary) (i32.const 0) (local.get 0)))
    (func $small (export "recursion") (param i32) (result i32)
      (global.set $sum (i32.add (global.get $sum) (i32.const 1)))
      (i32.add (call $small (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    (func (export "recursion_by_table") (param i32) (result i32)
      (i32.add (call_indirect $table (type $unary) (local.get 0) (i32.const 0)) (i32.const 1)))
    (func $large (param i32 LARGE) (result i32)
      (i32.add (call $large (local.get 0) ARGUMENTS) (i32.const 1)))
    (func (export "large_frames") (param i32) (result i32)
      (call $large (local.get 0) ZEROS))
    (func (export "unreachable") (param i32) (result i32) (unreachable)))"#;

/// Each function with an argument, and the texts of the traps, one of which it must raise.
const ATTACKS: &[(&str, i32, &[&str])] = &[
    ("load", PAGE, &[MEMORY]),
    ("load", -1, &[MEMORY]),
    ("load_wide", PAGE - 7, &[MEMORY]),
    ("load_wide", -1, &[MEMORY]),
    ("load_far", -1, &[MEMORY]),
    ("load_far", 0, &[MEMORY]),
    ("load_far", 1, &[MEMORY]),
    ("store", 1, &[MEMORY]),
    ("store", -1, &[MEMORY]),
    ("fill", 1, &[MEMORY]),
    ("copy", 1, &[MEMORY]),
    ("element", 4, &["undefined element"]),
    ("element", -1, &["undefined element"]),
    ("element", 2, &["uninitialized element"]),
    ("element", 1, &["indirect call type mismatch"]),
    ("recursion", 0, OVERFLOWS),
    ("recursion_by_table", 0, OVERFLOWS),
    ("large_frames", 0, OVERFLOWS),
    ("unreachable", 0, &["unreachable"]),
];

/// Overflows of the native stack, or of the one for frames.
const OVERFLOWS: &[&str] = &["native stack overflow", "wasm operand stack overflow"];

/// The number of parameters of the function with large frames.
const PARAMETERS: usize = 700;

fn module(shared: bool) -> Vec<u8> {
    let arguments: String = (1..=PARAMETERS).map(|index| format!("(local.get {index})")).collect();
    let text = MODULE
        .replace("SHARED", if shared { "shared" } else { "" })
        .replace("LARGE", &"i64 ".repeat(PARAMETERS))
        .replace("ARGUMENTS", &arguments)
        .replace("ZEROS", &"(i64.const 0)".repeat(PARAMETERS));
    wat::parse_str(text).expect("the text is right")
}

/// The tested options, each with a description.
fn options() -> Vec<(&'static str, Options)> {
    let plain = || Options::new().release(Release::Main);
    let measured = |change: fn(&mut Instrumentation)| {
        let mut instrumentation = Instrumentation::default();
        change(&mut instrumentation);
        plain().instrumentation(instrumentation)
    };
    let with_frames = |change: fn(&mut CallStacks)| {
        let mut frames = CallStacks::empty();
        change(&mut frames);
        plain().call_stacks(frames)
    };
    let all = |mut options: Options| {
        options = options.frame_pointers(true).indirect_mode(true).aux_stack_checks(false);
        options.builtin_intrinsics = "all".parse().expect("there is a group of that name");
        options
    };
    vec![
        ("level 0", plain().opt_level(OptLevel::O0)),
        ("level 1", plain().opt_level(OptLevel::O1)),
        ("level 2", plain().opt_level(OptLevel::O2)),
        ("level 3", plain()),
        ("no stack checks", plain().stack_bounds_checks(false)),
        ("stack checks", plain().stack_bounds_checks(true)),
        ("no checks of the stack in memory", plain().aux_stack_checks(false)),
        ("frames", plain().call_stacks(CallStacks::complete())),
        ("empty frames", plain().call_stacks(CallStacks::empty())),
        ("frames with indexes", with_frames(|frames| frames.function_index = true)),
        ("frames with positions", with_frames(|frames| frames.position = true)),
        ("frames with places of traps", with_frames(|frames| frames.trap_position = true)),
        ("frame pointers", plain().frame_pointers(true)),
        ("in place", plain().indirect_mode(true)),
        ("helpers", all(plain())),
        ("helpers, level 0", all(plain().opt_level(OptLevel::O0))),
        ("interruptible", measured(|it| it.interruptible = true)),
        ("instructions", measured(|it| it.count_instructions = true)),
        ("gas", measured(|it| it.gas = Some(Gas::new()))),
        ("time", measured(|it| it.measure_time = true)),
        ("profiles of calls", measured(|it| it.profile_calls = true)),
        (
            "profiles of calls, frames",
            measured(|it| it.profile_calls = true).call_stacks(CallStacks::empty()),
        ),
        ("profiles of the stack", measured(|it| it.profile_stack = true)),
    ]
}

/// Runs all attacks in one instance, which must work before each of them.
fn attack(machine: Machine, what: &str, wasm: &[u8], options: &Options) {
    let aot = cwamrc::compile(wasm, options).unwrap_or_else(|error| panic!("{what}: {error}"));
    let runtime = machine.runtime_with_stack(STACK);
    let module = runtime.load(aot.bytes()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let config = InstanceConfig { stack_size: FRAMES, ..InstanceConfig::default() };
    let instance = module.instantiate(&config).unwrap_or_else(|error| panic!("{what}: {error}"));
    for &(function, argument, traps) in ATTACKS {
        let alive = instance.call("alive", &[I32(41)]);
        assert_eq!(alive.expect("it does what is allowed"), [I32(42)], "{what}");
        let trap = instance.call(function, &[I32(argument)]);
        let trap = trap.expect_err(&format!("{what}: {function} of {argument} gets through"));
        assert!(traps.contains(&&*trap.message), "{what}: {function} of {argument}: {trap:?}");
    }
}

#[test]
fn every_option_keeps_guests_in() {
    let architecture = cwamrc::Architecture::host().expect("files are for this machine");
    for guard_pages in [true, false] {
        let machine = Machine::Runner {
            architecture,
            guard_pages,
            sanitized: false,
            collection: Collection::None,
        };
        for checks in [BoundsChecks::Hardware, BoundsChecks::Software] {
            // Code that relies on guard pages is only for runtimes that have them.
            if checks == BoundsChecks::Hardware && !guard_pages {
                continue;
            }
            for shared in [false, true] {
                let wasm = module(shared);
                for (what, options) in options() {
                    let what = format!("{machine}, {checks:?}, shared: {shared}, {what}");
                    attack(machine, &what, &wasm, &options.bounds_checks(checks));
                }
            }
        }
    }
}

/// A module with `fields` and a function that records that it was executed.
fn working(fields: &str) -> Vec<u8> {
    let text = format!(
        r#"(module {fields}
        (global $done (export "done") (mut i32) (i32.const 0))
        (func $work (global.set $done (i32.const 1))))"#
    );
    wat::parse_str(text).expect("the text is right")
}

/// Starts modules. Their functions must run if the file suits the runtime, and otherwise trap.
fn start(machine: Machine, what: &str, fits: bool, options: &Options) {
    let instantiate = |wasm: &[u8]| {
        let aot = cwamrc::compile(wasm, options).expect("it compiles");
        let module = machine.runtime().load(aot.bytes()).expect("it loads");
        module.instantiate(&InstanceConfig::default())
    };
    for memory in ["", "(memory 0)", "(memory 1)", "(memory 65536)"] {
        match instantiate(&working(&format!("{memory} (start $work)"))) {
            Ok(instance) => {
                assert_eq!((fits, instance.global("done")), (true, Some(I32(1))), "{what}");
            }
            Err(error) => assert!(!fits && error.to_string().contains(MEMORY), "{what}: {error}"),
        }
    }
    for name in ["_start", "main", "_initialize"] {
        let wasm = working(&format!(r#"(memory 1) (export "{name}" (func $work))"#));
        let instance = instantiate(&wasm).expect("nothing runs yet");
        let called = instance.call(name, &[]).map_err(|trap| trap.message);
        let expected = match fits {
            true => (Ok(vec![]), Some(I32(1))),
            false => (Err(MEMORY.to_owned()), Some(I32(0))),
        };
        assert_eq!((called, instance.global("done")), expected, "{what}");
    }
}

/// Files that rely on guard pages, on a runtime that has none: the first function of a program
/// detects it before anything else is done.
#[test]
fn programs_that_need_guard_pages_ask_for_them() {
    let architecture = cwamrc::Architecture::host().expect("files are for this machine");
    let levels = [OptLevel::O0, OptLevel::O3].into_iter();
    for (level, in_place) in levels.flat_map(|level| [(level, false), (level, true)]) {
        let options = Options::new().release(Release::Main).opt_level(level);
        let options = options.indirect_mode(in_place);
        for guard_pages in [true, false] {
            let machine = Machine::Runner {
                architecture,
                guard_pages,
                sanitized: false,
                collection: Collection::None,
            };
            for checks in [BoundsChecks::Hardware, BoundsChecks::Software] {
                let what = format!("{machine}, {checks:?}, {level:?}, in place: {in_place}");
                let fits = guard_pages || checks == BoundsChecks::Software;
                start(machine, &what, fits, &options.clone().bounds_checks(checks));
            }
        }
    }
}
