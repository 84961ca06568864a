//! What a runtime built for profiling reports about compiled code: how often each function was
//! called and how long it took, compared with the interpreter's report for the same module; and how
//! much of the native stack was left, compared with what a host function sees.
//!
//! The runtime prints its report, so it is linked with a host in C, for each machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use cwamrc::{Architecture, BoundsChecks, CallStacks, OptLevel, Options, Release};
use cwamrc_tests::machine::Machine;
use cwamrc_tests::tree::root;
use tempfile::TempDir;
use wamr_build::{Library, Target};
use wamr_shim::{InstanceConfig, Val};

/// All kinds of calls, and a function that takes some time.
const MODULE: &str = r#"(module
    (import "env" "twice" (func $twice (param i32) (result i32)))
    (type $t (func (param i32) (result i32)))
    (memory 1)
    (global $seed (mut i32) (i32.const 1))
    (table funcref (elem $leaf $twice $fib))
    (func $leaf (export "leaf") (param i32) (result i32)
        (i32.add (local.get 0) (i32.const 1)))
    (func $fib (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func $slow (param $rounds i32) (result i32)
        (loop $again
            (global.set $seed
                (i32.add (i32.mul (global.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
            (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
        (global.get $seed))
    (func $pair (param i32) (result i32 i32)
        (call $leaf (local.get 0))
        (call $leaf (local.get 0)))
    (func (export "run") (param i32) (result i32)
        (drop (call $slow (i32.const 20000000)))
        (drop (drop (call $pair (i32.const 1))))
        (drop (call $twice (i32.const 5)))
        (drop (call_indirect (type $t) (i32.const 5) (i32.const 0)))
        (drop (call_indirect (type $t) (i32.const 5) (i32.const 1)))
        (call_indirect (type $t) (local.get 0) (i32.const 2)))
    (func $divide (param i32) (result i32)
        (i32.div_u (i32.const 1) (local.get 0)))
    (func $middle (param i32) (result i32)
        (drop (call $leaf (i32.const 0)))
        (i32.add (call $divide (local.get 0)) (i32.const 1)))
    (func (export "fail") (param i32) (result i32)
        (drop (call $middle (i32.const 1)))
        (i32.add (call $middle (local.get 0)) (i32.const 1))))"#;

/// Two functions that tail-call each other until the argument is 0. The interpreter does not report
/// tail calls, so the expected counts are written by hand.
const TAIL_CALLS: &str = r#"(module
    (import "env" "here" (func $here (param i32) (result i32)))
    (type $t (func (param i32) (result i32)))
    (memory 1)
    (table funcref (elem $odd))
    (func $even (export "run") (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return_call $here (i32.const 7))))
        (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
    (func $odd (param i32) (result i32)
        (return_call $even (i32.sub (local.get 0) (i32.const 1)))))"#;

/// Exceptions that leave functions, one of them through a clause that throws once more. WAMR's
/// interpreter cannot run this encoding, so the expected counts are written by hand.
const EXCEPTIONS: &str = r#"(module
    (memory 1)
    (tag $t (param i32))
    (func $odd (param i32) (result i32)
        (if (i32.and (local.get 0) (i32.const 1)) (then (throw $t (local.get 0))))
        (i32.const 0))
    (func $middle (param i32) (result i32) (i32.add (call $odd (local.get 0)) (i32.const 1)))
    (func $again (param i32) (result i32)
        (block $caught (result exnref)
            (try_table (catch_all_ref $caught)
                (return (i32.add (call $middle (local.get 0)) (i32.const 1))))
            (unreachable))
        (throw_ref))
    (func (export "run") (param $times i32) (result i32)
        (local $sum i32)
        (loop $next
            (block $caught (result i32)
                (try_table (result i32) (catch $t $caught) (call $again (local.get $times))))
            (local.set $sum (i32.add (local.get $sum)))
            (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
        (local.get $sum)))"#;

/// A host function traps at a stack depth where the frame of another function, with a position, has
/// been before.
const REFUSED: &str = r#"(module
    (import "env" "here" (func $here (param i32) (result i32)))
    (memory 1)
    (func $deeper (param i32) (result i32) (i32.add (call $here (local.get 0)) (i32.const 1)))
    (func $deep (param i32) (result i32) (i32.add (call $deeper (local.get 0)) (i32.const 1)))
    (func $ask (param i32) (result i32) (i32.add (call $here (local.get 0)) (i32.const 1)))
    (func (export "fail") (param i32) (result i32)
        (drop (call $deep (i32.const 1)))
        (call $ask (i32.const 99))))"#;

/// Calls a host function at the end of a recursion.
const RECURSION: &str = r#"(module
    (import "env" "here" (func $here (param i32) (result i32)))
    (memory 1)
    (func $deep (export "run") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
            (then (call $here (i32.const 7)))
            (else (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))))))"#;

/// The host for a machine, built once.
fn host(architecture: Architecture) -> &'static (&'static Target, PathBuf) {
    static HOSTS: [OnceLock<(&Target, PathBuf)>; 3] = [const { OnceLock::new() }; 3];
    let position = Architecture::ALL.iter().position(|&each| each == architecture);
    HOSTS[position.expect("it is one of all")].get_or_init(|| {
        let test = std::env::current_exe().expect("the test has a path");
        // target/debug/deps/profiling-0123456789abcdef
        let folder = test.ancestors().nth(3).expect("cargo runs tests from its folder");
        let folder = folder.join("profiling-tests");
        fs::create_dir_all(&folder).expect("the folder for build output can be written");
        let target = Target::find(architecture.name(), "linux").expect("WAMR has it");
        let options = wamr_build::Options { profiling: true, ..wamr_build::Options::default() };
        let library = Library::build(target, options, &folder).expect("the runtime is built");
        let program = folder.join(format!("host-{}", architecture.name()));
        let prefix = library.prefix();
        let mut compiler = Command::new(target.compiler());
        compiler.args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-o"]);
        compiler.arg(&program).arg(root().join("tests/tests/profiling/host.c"));
        compiler.arg("-I").arg(prefix.join("include"));
        compiler.arg("-L").arg(prefix.join("lib")).arg("-liwasm");
        compiler.args(wamr_build::libraries(target).iter().map(|name| format!("-l{name}")));
        run(&mut compiler);
        (target, program)
    })
}

/// Runs a command, which must succeed, and returns all its output.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; tests/scripts/inputs.sh installs what is missing")
    });
    let text =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{command:?}: {}: {}", output.status, text.concat());
    text.concat()
}

/// The host's output for calls of a function in a file.
fn printed(architecture: Architecture, file: &[u8], function: &str, arguments: &[u32]) -> String {
    let (target, program) = host(architecture);
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("module");
    fs::write(&path, file).expect("it can be written");
    let mut command = target.command(program);
    run(command.arg(&path).arg(function).args(arguments.iter().map(u32::to_string)))
}

fn native() -> Architecture {
    Architecture::host().expect("tests run where cwamrc's files do")
}

/// Options for all machines, with both kinds of checks, at the lowest and the highest level.
fn all_options() -> impl Iterator<Item = Options> {
    Architecture::ALL.iter().flat_map(|&architecture| {
        let ways = [
            (OptLevel::O0, BoundsChecks::Software),
            (OptLevel::O3, BoundsChecks::Hardware),
            (OptLevel::O3, BoundsChecks::Software),
        ];
        ways.map(|(level, checks)| {
            let options = Options::new().architecture(architecture).release(Release::Main);
            let options = options.opt_level(level).bounds_checks(checks);
            options.emit_custom_sections(vec!["name".to_owned()])
        })
    })
}

fn compiled(module: &str, options: &Options) -> Vec<u8> {
    let wasm = wat::parse_str(module).expect("the text is right");
    cwamrc::compile(&wasm, options).expect("it compiles").into_bytes()
}

/// For each function that was called: the number of calls, and the milliseconds with and without
/// its callees.
fn profile(printed: &str) -> BTreeMap<String, (u32, f64, f64)> {
    let lines = printed.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("  func ")?.split_once(", execution time: ")?;
        let (time, rest) = rest.split_once(" ms, execution count: ")?;
        let (count, rest) = rest.split_once(" times, children execution time: ")?;
        let time: f64 = time.parse().ok()?;
        let children: f64 = rest.strip_suffix(" ms")?.parse().ok()?;
        Some((name.to_owned(), (count.parse().ok()?, time, time - children)))
    });
    lines.collect()
}

fn counts(printed: &str) -> BTreeMap<String, u32> {
    profile(printed).into_iter().map(|(name, (count, ..))| (name, count)).collect()
}

/// The lines that show the functions of a trap's call stack.
fn frames(printed: &str) -> Vec<&str> {
    printed.lines().filter(|line| line.starts_with('#')).collect()
}

fn with_profile(mut options: Options) -> Options {
    options.instrumentation.profile_calls = true;
    options
}

#[test]
fn calls_are_counted_as_by_the_interpreter() {
    let wasm = wat::parse_str(MODULE).expect("the text is right");
    let interpreted = printed(native(), &wasm, "run", &[12]);
    let expected = counts(&interpreted);
    assert!(expected.len() > 3, "{interpreted}");
    for options in all_options() {
        let file = compiled(MODULE, &with_profile(options.clone()));
        let seen = printed(options.cpu.architecture(), &file, "run", &[12]);
        assert_eq!(counts(&seen), expected, "{options:?}\n{seen}");
        assert_eq!(outcome(&seen), outcome(&interpreted));
    }
}

/// The interpreter does not count functions that a trap unwound. For compiled code, the runtime
/// pops their frames, and counts them.
#[test]
fn functions_that_trap_are_counted() {
    let expected = [("leaf", 2), ("divide", 2), ("middle", 2), ("fail", 1)];
    let expected = expected.map(|(name, count)| (name.to_owned(), count)).into_iter().collect();
    for options in all_options() {
        let file = compiled(MODULE, &with_profile(options.clone()));
        let seen = printed(options.cpu.architecture(), &file, "fail", &[0]);
        assert_eq!(counts(&seen), expected, "{options:?}\n{seen}");
        assert_eq!(outcome(&seen), Some("Exception: integer divide by zero"));
    }
}

fn outcome(printed: &str) -> Option<&str> {
    let is_outcome = |line: &&str| line.starts_with("result ") || line.starts_with("Exception: ");
    printed.lines().find(is_outcome)
}

/// By hand: `run` is called once, `fib` 465 times for 12, `leaf` twice by `pair`, twice in each of
/// two calls of `twice`, and once through the table.
#[test]
fn the_interpreter_counts_what_there_is() {
    let wasm = wat::parse_str(MODULE).expect("the text is right");
    let seen = counts(&printed(native(), &wasm, "run", &[12]));
    let of = |name: &str| seen.get(name).copied();
    let expected = [("run", 1), ("slow", 1), ("pair", 1), ("leaf", 7), ("twice", 2), ("fib", 465)];
    for (name, count) in expected {
        assert_eq!(of(name), Some(count), "{name}: {seen:?}");
    }
}

/// Most of the time is spent in a loop of one function. It is that function's own time, and part of
/// its caller's total.
#[test]
fn time_is_that_of_the_function_that_takes_it() {
    for options in all_options() {
        let file = compiled(MODULE, &with_profile(options.clone()));
        let seen = printed(options.cpu.architecture(), &file, "run", &[1]);
        let profile = profile(&seen);
        let (_, run_time, run_own) = profile["run"];
        let (_, slow_time, slow_own) = profile["slow"];
        assert!(slow_time > 0.0 && slow_time == slow_own, "{seen}");
        assert!(run_time >= slow_time && run_own <= run_time - slow_time, "{seen}");
        assert!(profile.values().all(|&(_, _, own)| own <= slow_own), "{seen}");
    }
}

/// Files with call stacks only have other frames, which are compared with the interpreter's
/// elsewhere.
#[test]
fn traps_show_the_same_functions_and_places() {
    for options in all_options() {
        let architecture = options.cpu.architecture();
        for module in [MODULE, REFUSED] {
            let plain = compiled(module, &options.clone().call_stacks(CallStacks::complete()));
            let plain = printed(architecture, &plain, "fail", &[0]);
            let profiled = compiled(module, &with_profile(options.clone()));
            let profiled = printed(architecture, &profiled, "fail", &[0]);
            assert_eq!(frames(&plain).len(), 3, "{plain}");
            assert_eq!(frames(&profiled), frames(&plain), "{profiled}");
        }
    }
}

#[test]
fn callees_of_tail_calls_take_the_place_of_their_callers() {
    // More calls than the stack would have room for.
    let expected = [("even", 50_001), ("odd", 50_000), ("here", 1)];
    let expected = expected.map(|(name, count)| (name.to_owned(), count)).into_iter().collect();
    for options in all_options() {
        let file = compiled(TAIL_CALLS, &with_profile(options.clone()));
        let seen = printed(options.cpu.architecture(), &file, "run", &[100_000]);
        assert_eq!(counts(&seen), expected, "{options:?}\n{seen}");
    }
}

/// Every function is counted, whether it returned or an exception left it, and no frame stays: there
/// are more throws than frames have room.
#[test]
fn functions_that_exceptions_leave_are_counted() {
    const TIMES: u32 = 20_000;
    let expected = [("run", 1), ("again", TIMES), ("middle", TIMES), ("odd", TIMES)];
    let expected = expected.map(|(name, count)| (name.to_owned(), count)).into_iter().collect();
    // Each odd number is thrown, and for each even one the functions return 2.
    let sum: u32 = (1..=TIMES).map(|number| if number % 2 == 1 { number } else { 2 }).sum();
    for options in all_options() {
        let file = compiled(EXCEPTIONS, &with_profile(options.clone()));
        let seen = printed(options.cpu.architecture(), &file, "run", &[TIMES]);
        assert_eq!(counts(&seen), expected, "{options:?}\n{seen}");
        assert_eq!(outcome(&seen), Some(format!("result {sum}").as_str()));
    }
}

#[test]
fn runaway_recursion_ends_where_there_is_no_room_for_frames() {
    for options in all_options() {
        let file = compiled(RECURSION, &with_profile(options.clone()));
        let seen = printed(options.cpu.architecture(), &file, "run", &[u32::MAX]);
        assert!(seen.contains("wasm operand stack overflow"), "{options:?}\n{seen}");
        // 64 KiB of frames of 56 bytes each, minus what else is stored there.
        let calls = counts(&seen)["deep"];
        assert!((1000..=1170).contains(&calls), "{calls}");
    }
}

/// The native stack that was left after each call, as the runtime reports it.
fn stack_left(printed: &str) -> Vec<Option<i64>> {
    let lines = printed.lines().filter_map(|line| line.split_once("Native stack left: "));
    lines.map(|(_, bytes)| bytes.parse().ok()).collect()
}

/// The address of the host function's frame in each call.
fn host_frames(printed: &str) -> Vec<i64> {
    let lines = printed.lines().filter_map(|line| line.strip_prefix("host frame at "));
    lines.map(|address| address.parse().expect("it is a number")).collect()
}

/// The runtime starts a new measurement for each call by the host.
#[test]
fn the_stack_that_is_left_shrinks_as_a_host_function_sees_it() {
    for mut options in all_options() {
        let architecture = options.cpu.architecture();
        let without = printed(architecture, &compiled(RECURSION, &options), "run", &[10, 1000]);
        let [first, second] = stack_left(&without)[..] else { panic!("{without}") };
        assert_eq!(first, second, "what the runtime sees by itself: {without}");
        options.instrumentation.profile_stack = true;
        let file = compiled(RECURSION, &options);
        let seen = printed(architecture, &file, "run", &[10, 1000, 10]);
        let left: Vec<i64> = stack_left(&seen).into_iter().flatten().collect();
        let [first, deeper, again] = left[..] else { panic!("{options:?}\n{seen}") };
        let [shallow, deep, _] = host_frames(&seen)[..] else { panic!("{seen}") };
        assert!(shallow - deep >= 990 * 8 / 7, "{seen}");
        assert_eq!((first - deeper, again), (shallow - deep, first), "{options:?}\n{seen}");
    }
}

/// A runtime without profiling also has the helpers, because call stacks use them.
#[test]
fn ordinary_runtimes_run_the_files() {
    const ODD_AND_EVEN: &str = r#"(module
        (memory 1)
        (func $even (export "even") (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
            (call $odd (i32.sub (local.get 0) (i32.const 1))))
        (func $odd (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
            (i32.div_u (call $even (i32.sub (local.get 0) (i32.const 1)))
                       (i32.ne (local.get 0) (i32.const 101)))))"#;
    for mut options in all_options() {
        let architecture = options.cpu.architecture();
        let mut machines = Machine::foreign().chain([Machine::Here]);
        let machine = machines.find(|each| each.options().cpu.architecture() == architecture);
        options.instrumentation.profile_stack = true;
        let file = compiled(ODD_AND_EVEN, &with_profile(options));
        let module = machine.expect("there is one").runtime().load(&file).expect("it is a file");
        let instance = module.instantiate(&InstanceConfig::default()).expect("it needs nothing");
        for (argument, result) in [(10, 1), (11, 0)] {
            assert_eq!(instance.call("even", &[Val::I32(argument)]), Ok(vec![Val::I32(result)]));
        }
        let trap = instance.call("even", &[Val::I32(102)]).expect_err("it divides by zero");
        let names: Vec<_> = trap.frames.iter().map(|frame| frame.name.as_deref()).collect();
        assert_eq!(names, [Some("odd"), Some("even")]);
    }
}

/// The two profiles do not affect each other, nor other counters.
#[test]
fn everything_at_once() {
    for options in all_options() {
        let architecture = options.cpu.architecture();
        let alone = compiled(MODULE, &with_profile(options.clone()));
        let expected = counts(&printed(architecture, &alone, "run", &[12]));
        let mut options = with_profile(options).call_stacks(CallStacks::complete());
        options.instrumentation.profile_stack = true;
        options.instrumentation.count_instructions = true;
        options.instrumentation.measure_time = true;
        options.instrumentation.interruptible = true;
        for in_place in [false, true] {
            let file = compiled(MODULE, &options.clone().indirect_mode(in_place));
            let seen = printed(architecture, &file, "run", &[12]);
            assert_eq!(counts(&seen), expected, "{options:?}\n{seen}");
            assert!(stack_left(&seen)[0].is_some(), "{seen}");
        }
    }
}
