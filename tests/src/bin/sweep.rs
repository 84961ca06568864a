//! Looks for modules that take work or memory out of proportion: measures every shape of
//! [`cwamrc_tests::bad_input::shapes`] at three sizes, in every way in which modules are compiled.
//!
//! `docs/testing.md` says how to use it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cwamrc_tests::bad_input::shapes::{Shape, plain, shapes};
use cwamrc_tests::growth::{
    Case, Counter, MOST_EXPONENT, MOST_TIMES, Outcome, Point, Verdict, child, copies, each, judge,
    measure,
};

/// How to call it.
const USAGE: &str = "\
sweep [--shape=PART-OF-NAME]... [--task=WORDS]... [--scale=1] [--seconds=20] [--jobs=1]
      [--count] [--all] [--list] [--write=FOLDER]
--scale=N    multiplies the sizes
--seconds=N  ends each measurement after so many seconds of the processor
--count      counts instructions in valgrind instead of time
--all        prints every line, not only what is out of proportion
--list       prints the names of shapes, and tasks
--write=...  keeps the modules in a folder";

/// Everything that a module is put through, unless the command line names tasks.
const TASKS: &[&str] = &[
    "O0",
    "O1",
    "O2",
    "O3",
    "O0 aarch64",
    "O3 aarch64",
    "O0 riscv64",
    "O3 riscv64",
    "O0 software",
    "O3 software",
    "O0 gas",
    "O3 gas",
    "O3 count interruptible",
    "O3 time",
    "O3 frames software",
    "O0 frames",
    "O3 calls",
    "O3 usage",
    "O3 nans stack pointers",
    "O3 xip intrinsics",
    "O3 map names",
    "O0 object",
    "O3 object riscv64 software",
    "O3 cache",
    "O0 list",
    "O0 explore",
    "O0 inspect",
    "universal",
];

/// Parts of its size at which a shape is measured.
const PARTS: [u32; 3] = [4, 2, 1];

/// Parts of its size at which a shape is measured in copies. A module of many small functions may
/// take more than one large function of the same size.
const COPIED_PARTS: [u32; 3] = [64, 16, 4];

/// Instances of `plain` in the module to compare with.
const PLAIN_SIZE: u32 = 8_000;

/// How often what seems out of proportion is measured again, before it is reported.
const REPETITIONS: usize = 2;

struct Arguments {
    shapes: Vec<String>,
    tasks: Vec<String>,
    scale: f64,
    seconds: u32,
    jobs: usize,
    counter: Counter,
    all: bool,
    list: bool,
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    if let Some(code) = child() {
        return code;
    }
    match arguments() {
        Some(arguments) if arguments.list => {
            shapes().for_each(|shape| println!("{}", shape.name));
            TASKS.iter().for_each(|task| println!("--task={task:?}"));
            ExitCode::SUCCESS
        }
        Some(arguments) => sweep(&arguments),
        None => {
            eprintln!("{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Option<Arguments> {
    let mut arguments = Arguments {
        shapes: Vec::new(),
        tasks: Vec::new(),
        scale: 1.0,
        seconds: 20,
        jobs: 1,
        counter: Counter::Time,
        all: false,
        list: false,
        write: None,
    };
    for argument in std::env::args().skip(1) {
        match argument.split_once('=').unwrap_or((&argument, "")) {
            ("--shape", name) => arguments.shapes.push(name.to_owned()),
            ("--task", words) => arguments.tasks.push(words.to_owned()),
            ("--scale", number) => arguments.scale = number.parse().ok()?,
            ("--seconds", number) => arguments.seconds = number.parse().ok()?,
            ("--jobs", number) => arguments.jobs = number.parse().ok()?,
            ("--count", "") => arguments.counter = Counter::Instructions,
            ("--write", folder) => arguments.write = Some(folder.into()),
            ("--all", "") => arguments.all = true,
            ("--list", "") => arguments.list = true,
            _ => return None,
        }
    }
    if arguments.tasks.is_empty() {
        arguments.tasks = TASKS.iter().map(|&task| task.to_owned()).collect();
    }
    Some(arguments)
}

/// The measurements of a shape with one task, or why there are none.
enum Result {
    Judged { bytes: u64, peak_kib: u64, verdict: Verdict, refused: bool },
    DoesNotApply,
    Failed(String),
}

fn sweep(arguments: &Arguments) -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let chosen = |shape: &&Shape| {
        arguments.shapes.is_empty()
            || arguments.shapes.iter().any(|part| shape.name.contains(part.as_str()))
    };
    let chosen: Vec<&Shape> = shapes().filter(chosen).collect();
    let mut faults = 0;
    for task in &arguments.tasks {
        let Ok(plain) = plain_point(arguments, task, folder.path()) else {
            println!("{task}: the plain module failed");
            faults += 1;
            continue;
        };
        let (milliseconds, kilobytes) = (plain.work / 1_000_000, plain.bytes / 1_000);
        println!("== {task}: {kilobytes} KB of plain code take {milliseconds} M");
        let results = each(&chosen, arguments.jobs, |shape| {
            let result = measure_shape(arguments, shape, task, &plain);
            print_line(arguments, shape, task, &result);
            result
        });
        faults += results.iter().filter(|result| is_fault(result)).count();
    }
    println!(
        "\n{faults} out of proportion: more than {MOST_TIMES} times the work, or an exponent \
        above {MOST_EXPONENT}"
    );
    if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn is_fault(result: &Result) -> bool {
    match result {
        Result::Judged { verdict, .. } => !verdict.faults.is_empty(),
        Result::DoesNotApply => false,
        Result::Failed(_) => true,
    }
}

fn print_line(arguments: &Arguments, shape: &Shape, task: &str, result: &Result) {
    let name = format!("{task}: {}", shape.name);
    match result {
        Result::Judged { bytes, peak_kib, verdict, refused } => {
            if !arguments.all && verdict.faults.is_empty() {
                return;
            }
            let exponent = |exponent: Option<f64>| {
                exponent.map_or_else(|| "-".to_owned(), |exponent| format!("{exponent:.2}"))
            };
            println!(
                "{name:75} {:5} KB {:6.1} times, exponent {:>5}, {:5} MiB, exponent {:>5}{} {}",
                bytes / 1_000,
                verdict.times,
                exponent(verdict.growth.work),
                peak_kib / 1024,
                exponent(verdict.growth.memory),
                if *refused { ", refused" } else { "" },
                verdict.faults.join(", ").to_uppercase(),
            );
        }
        Result::DoesNotApply if arguments.all => println!("{name:75} does not apply"),
        Result::DoesNotApply => {}
        Result::Failed(what) => println!("{name:75} FAILED: {what}"),
    }
}

/// Measures the plain module, several times, and keeps the least work.
fn plain_point(
    arguments: &Arguments,
    task: &str,
    folder: &Path,
) -> std::result::Result<Point, String> {
    let mut points = Vec::new();
    for _ in 0..=REPETITIONS {
        points.push(point(arguments, "plain", &plain(PLAIN_SIZE), task, folder)?.0);
    }
    Ok(points.into_iter().min_by_key(|point| point.work).expect("at least one"))
}

fn point(
    arguments: &Arguments,
    name: &str,
    wasm: &[u8],
    task: &str,
    folder: &Path,
) -> std::result::Result<(Point, Outcome), String> {
    let case = &Case::of_module(name, wasm, folder, &[task])[0];
    let measured = measure(&case.file, case.task, arguments.counter, arguments.seconds);
    let measured = measured.map_err(|what| format!("{} KB: {what}", case.bytes / 1_000))?;
    let point = Point {
        bytes: case.bytes,
        work: measured.work,
        peak_kib: measured.peak_kib,
        base_kib: measured.base_kib,
        refused: measured.outcome == Outcome::Refused,
    };
    Ok((point, measured.outcome))
}

/// The modules of a shape: at several sizes, and several times smaller ones that together are as
/// large as the plain module.
fn modules(arguments: &Arguments, shape: &Shape, plain: &Point) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let build = |part: u32| {
        let size = (f64::from(shape.size / part) * arguments.scale) as u32;
        (shape.build)(size.max(2))
    };
    let several = |part: u32| {
        let module = build(part);
        copies(&module, (plain.bytes as usize).div_ceil(module.len()) as u32)
    };
    (PARTS.map(build).to_vec(), COPIED_PARTS.into_iter().filter_map(several).collect())
}

fn measure_shape(arguments: &Arguments, shape: &Shape, task: &str, plain: &Point) -> Result {
    let folder = tempfile::tempdir().expect("a folder");
    let (modules, copied) = modules(arguments, shape, plain);
    if let Some(folder) = &arguments.write {
        for (number, module) in modules.iter().chain(&copied).enumerate() {
            let file = format!("{}-{number}.wasm", shape.name.replace(' ', "-"));
            std::fs::write(folder.join(file), module).expect("there is room for a module");
        }
    }
    let measure = |modules: &[Vec<u8>]| {
        let mut points = Vec::new();
        for module in modules {
            match point(arguments, shape.name, module, task, folder.path())? {
                (_, Outcome::Unsupported) => return Ok(None),
                (point, _) => points.push(point),
            }
        }
        Ok(Some(points))
    };
    let measured = measure(&modules).and_then(|points| Ok(points.zip(measure(&copied)?)));
    let (mut points, mut of_copies) = match measured {
        Ok(Some(both)) => both,
        Ok(None) => return Result::DoesNotApply,
        Err(what) => return Result::Failed(what),
    };
    let mut verdict = judge(&points, &of_copies, plain);
    // Other processes make a measurement longer, never shorter.
    for _ in 0..REPETITIONS {
        if verdict.faults.is_empty() || arguments.counter == Counter::Instructions {
            break;
        }
        keep_least(&mut points, measure(&modules));
        keep_least(&mut of_copies, measure(&copied));
        verdict = judge(&points, &of_copies, plain);
    }
    let last = points.last().expect("there are three");
    let peak_kib = points.iter().chain(&of_copies).map(|point| point.peak_kib).max();
    let (bytes, refused) = (last.bytes, last.refused);
    Result::Judged { bytes, peak_kib: peak_kib.unwrap_or(0), verdict, refused }
}

fn keep_least(old: &mut [Point], new: std::result::Result<Option<Vec<Point>>, String>) {
    for (old, new) in old.iter_mut().zip(new.ok().flatten().into_iter().flatten()) {
        old.work = old.work.min(new.work);
    }
}
