//! Any input gives an `.aot` file or a typed error: truncated, damaged and extreme modules.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, num::NonZeroUsize, thread};

use cwamrc::{BoundsChecks, Error, ErrorKind, OptLevel, Options};
use cwamrc_tests::bad_input::extremes::{EXTREMES, Expected};
use cwamrc_tests::bad_input::shapes::shapes;
use cwamrc_tests::bad_input::{judge, small_modules};
use cwamrc_tests::programs::Inputs;
use cwamrc_tests::random::Random;
use wasm_encoder::{CodeSection, FunctionSection, Module, TypeSection, ValType};
use wasmparser::Validator;

/// The number of single-byte mutations, over all modules together.
const MUTATIONS: usize = 100_000;

fn options(level: OptLevel, checks: BoundsChecks) -> Options {
    Options::new().opt_level(level).bounds_checks(checks).threads(NonZeroUsize::MIN)
}

/// Runs `work` for each number below `count`, on every processor, and fails with the errors it
/// returns.
fn for_all(count: usize, work: impl Fn(usize) -> Result<(), String> + Sync) {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    if let Err(failure) = work(index) {
                        failures.lock().unwrap().push(format!("{index}: {failure}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_prefix_of_a_real_module_is_refused() {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    let programs = inputs.programs().expect("the table of programs is complete");
    let fib = programs.iter().find(|program| program.name == "fib-o2").expect("a kernel");
    let wasm = fs::read(&fib.wasm).expect("the module is readable");
    let options = options(OptLevel::O0, BoundsChecks::Hardware);
    judge(&wasm, &options).expect("no defect").expect("the whole module compiles");
    let sections = section_ends(&wasm);
    for_all(wasm.len(), |length| match judge(&wasm[..length], &options)? {
        // Without its last sections, some of which are optional, it is a different valid module.
        Ok(_) if sections.contains(&length) => Ok(()),
        Ok(_) => Err("a truncated module compiled".to_owned()),
        Err(_) => Ok(()),
    });
}

/// The offset of the end of the header and of each section.
fn section_ends(wasm: &[u8]) -> Vec<usize> {
    let payloads = wasmparser::Parser::new(0).parse_all(wasm).map(Result::unwrap);
    let sections = payloads.filter_map(|payload| payload.as_section().map(|(_, range)| range));
    sections.map(|range| range.end as usize).chain([8]).collect()
}

#[test]
fn damaged_modules_give_a_result_or_a_typed_error() {
    let modules = small_modules();
    let (compiled, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_all(MUTATIONS, |seed| {
        let mut random = Random::new(seed as u64);
        let mut wasm = modules[seed % modules.len()].clone();
        let place = random.below(wasm.len());
        wasm[place] ^= 1 + random.below(255) as u8;
        let checks = [BoundsChecks::Hardware, BoundsChecks::Software][seed % 2];
        let counter = match judge(&wasm, &options(OptLevel::O0, checks))? {
            Ok(_) => &compiled,
            Err(_) => &refused,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let (compiled, refused) = (compiled.into_inner(), refused.into_inner());
    println!("{compiled} compiled, {refused} refused");
    assert!(compiled > MUTATIONS / 20 && refused > MUTATIONS / 20);
}

#[test]
fn extreme_modules_give_what_is_stated() {
    let options = options(OptLevel::O0, BoundsChecks::Hardware);
    for_all(EXTREMES.len(), |index| {
        let extreme = &EXTREMES[index];
        let result = judge(&(extreme.build)(), &options)?;
        let result = result.map(|artifact| artifact.statistics());
        let kind = result.as_ref().err().map(Error::kind);
        let fits = match extreme.expected {
            Expected::Compiled => kind.is_none(),
            Expected::Error(expected) => kind == Some(expected),
            Expected::CompiledOrLimit => kind.is_none_or(|kind| kind == ErrorKind::Limit),
        };
        if fits { Ok(()) } else { Err(format!("{}: {result:?}", extreme.name)) }
    });
}

/// The shapes that are measured for their growth are modules that compile.
#[test]
fn small_shapes_compile() {
    let shapes: Vec<_> = shapes().collect();
    assert!(shapes.len() > 200, "only {} shapes", shapes.len());
    for_all(shapes.len(), |index| {
        let shape = shapes[index];
        let wasm = (shape.build)(shape.size.div_ceil(200).max(12));
        let result = judge(&wasm, &options(OptLevel::O3, BoundsChecks::Hardware))?;
        result.map(drop).map_err(|error| format!("{}: {error}", shape.name))
    });
}

/// Level 3 scans the bodies that it may inline before they are validated, and does not track
/// control frames while it does. Operators in the wrong frame must be refused all the same, at the
/// offset that wasmparser's validator reports.
#[test]
fn operators_in_wrong_frames_are_refused_in_what_may_be_inlined() {
    let bodies: [&[u8]; 6] = [
        // i32.const 1, end, end
        &[0, 0x41, 1, 0x0b, 0x0b],
        // i32.const 1, else, end
        &[0, 0x41, 1, 0x05, 0x0b],
        // loop, else, i32.const 1, end, end
        &[0, 0x03, 0x7f, 0x05, 0x41, 1, 0x0b, 0x0b],
        // i32.const 1, and no end
        &[0, 0x41, 1],
        // block, i32.const 1, end
        &[0, 0x02, 0x40, 0x41, 1, 0x0b],
        // unreachable, end, unreachable, end
        &[0, 0x00, 0x0b, 0x00, 0x0b],
    ];
    for body in bodies {
        // call 1, end
        let wasm = module_of(&[&[0, 0x10, 1, 0x0b], body]);
        let expected = Validator::new().validate_all(&wasm).err().expect("it is invalid").offset();
        for level in [OptLevel::O0, OptLevel::O3] {
            let judged = judge(&wasm, &options(level, BoundsChecks::Hardware)).expect("no defect");
            let error = judged.expect_err("it is invalid");
            assert_eq!(error.offset(), Some(expected as usize), "{body:x?} at {level:?}: {error}");
        }
    }
}

/// Legacy clauses follow the code that they apply to, so they are read before it is lowered, and before
/// they are validated. Tags and labels that do not exist must be refused where they are.
#[test]
fn legacy_clauses_without_a_tag_or_a_label_are_refused() {
    const MODULE: &str = "(module (tag $t (param i32)) (tag $u) (func $f (throw $u))
        (func (result i32) try (result i32) call $f i32.const 1 CLAUSES)
        (func (result i32) call 1))";
    for (clauses, is_valid) in [
        ("catch 0 catch 1 i32.const 2 end", true),
        ("catch 2 i32.const 1 end", false),
        ("catch 0 catch 35 i32.const 1 end", false),
        ("catch 1 i32.const 1 catch 4294967295 i32.const 1 end", false),
        ("catch_all i32.const 2 catch 2 i32.const 2 end", false),
        ("delegate 0", true),
        ("delegate 1", false),
        ("delegate 4294967295", false),
        ("catch 0 delegate 1", false),
    ] {
        let wasm = wat::parse_str(MODULE.replace("CLAUSES", clauses)).expect("the text is right");
        for level in [OptLevel::O0, OptLevel::O3] {
            let judged = judge(&wasm, &options(level, BoundsChecks::Hardware)).expect("no defect");
            let kind = judged.err().map(|error| error.kind());
            let expected = (!is_valid).then_some(ErrorKind::Invalid);
            assert_eq!(kind, expected, "{clauses} at {level:?}");
        }
    }
}

/// A module of functions with these bodies, each of which returns an `i32`.
fn module_of(bodies: &[&[u8]]) -> Vec<u8> {
    let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
    let mut code = CodeSection::new();
    types.ty().function([], [ValType::I32]);
    for body in bodies {
        functions.function(0);
        code.raw(body);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    module.finish()
}
