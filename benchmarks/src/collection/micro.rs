//! The small modules, in WAMR.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use super::figure::{Figure, Goal, Ratio};
use super::{modules, process};

/// Something that an export of a module does.
struct Task {
    name: &'static str,
    module: &'static str,
    export: &'static str,
    /// Its argument: so that it takes some tenths of a second.
    number: i32,
    goal: Goal,
}

const fn task(
    name: &'static str,
    module: &'static str,
    export: &'static str,
    number: i32,
    goal: Goal,
) -> Task {
    Task { name, module, export, number, goal }
}

/// Compared with WAMR's own compiler, in CPU seconds.
const TASKS: &[Task] = &[
    task("calls with references (fib over boxed numbers)", "calls", "run", 35, Goal::AtMost(0.4)),
    task("the same, with a new box for each number", "calls", "allocating", 27, Goal::None),
    task("casts to a final type", "casts", "final", 50_000_000, Goal::AtMost(0.3)),
    task("casts to a type with subtypes", "casts", "open", 50_000_000, Goal::AtMost(0.3)),
    task("the same, where it has a supertype", "casts", "middle", 50_000_000, Goal::AtMost(0.3)),
    task("allocation", "allocation", "run", 5_000_000, Goal::AtMost(0.75)),
];

/// Compared with the same in a file without garbage collection.
const WITHOUT_REFERENCES: &[Task] = &[
    task("code without references: calls", "plain", "calls", 40, Goal::AtMost(1.01)),
    task("the same: calls through a table", "plain", "indirect", 100_000_000, Goal::AtMost(1.01)),
    task("the same: memory", "plain", "memory", 100, Goal::AtMost(1.01)),
    task("the same: numbers", "plain", "numbers", 60_000_000, Goal::AtMost(1.01)),
];

/// The recursion is at least this many times as deep.
const DEPTH: f64 = 8.0;

/// Everything that is compared with WAMR's own compiler.
pub(super) fn figures(wamrc: &Path, folder: &Path, rounds: usize) -> Result<Vec<Figure>> {
    let both = |module: &str| -> Result<[PathBuf; 2]> {
        let wasm = modules::assemble(module, folder)?;
        let [ours, theirs] =
            ["cwamrc", "wamrc"].map(|who| folder.join(format!("{module}-{who}.aot")));
        modules::with_cwamrc(&wasm, true, &ours)?;
        modules::with_wamrc(wamrc, &wasm, &theirs)?;
        Ok([ours, theirs])
    };
    let mut figures = race(TASKS, [true, true], rounds, both)?;
    for figure in &mut figures {
        figure.name += ", s";
        figure.against = "wamrc --enable-gc".to_owned();
    }
    let files = both("depth")?;
    for (name, stacks) in [("iwasm", "iwasm"), ("the library", "library")] {
        let mut series = [Vec::new(), Vec::new()];
        for (file, series) in files.iter().zip(&mut series) {
            let arguments = ["child-collection-depth", "--stacks", stacks];
            let calls = process::timed(&arguments, file)?.result.parse();
            series.push(calls.map_err(Error::other)?);
        }
        figures.push(Figure {
            name: format!("depth of recursion with the stacks of {name}, calls"),
            against: "wamrc --enable-gc".to_owned(),
            series,
            ratio: Ratio::Rounds,
            goal: Goal::AtLeast(DEPTH),
        });
    }
    Ok(figures)
}

/// What code costs that has no references, in a file for a runtime with garbage collection.
pub(super) fn without_references(folder: &Path, rounds: usize) -> Result<Vec<Figure>> {
    let both = |module: &str| -> Result<[PathBuf; 2]> {
        let wasm = modules::assemble(module, folder)?;
        let files = [true, false]
            .map(|collects| (collects, folder.join(format!("{module}-{collects}.aot"))));
        for (collects, file) in &files {
            modules::with_cwamrc(&wasm, *collects, file)?;
        }
        Ok(files.map(|(_, file)| file))
    };
    let mut figures = race(WITHOUT_REFERENCES, [true, false], rounds, both)?;
    for figure in &mut figures {
        figure.name += ", s";
        figure.against = "an ordinary file".to_owned();
        figure.ratio = Ratio::Least;
    }
    Ok(figures)
}

/// Runs the tasks with both files of each module, in turns.
fn race(
    tasks: &[Task],
    collects: [bool; 2],
    rounds: usize,
    files: impl Fn(&str) -> Result<[PathBuf; 2]>,
) -> Result<Vec<Figure>> {
    for collects in collects {
        // Built here, before anything is measured.
        modules::machine(collects).command().map_err(Error::other)?;
    }
    let mut all = Vec::new();
    for task in tasks {
        let files = files(task.module)?;
        let (mut series, mut result) = ([Vec::new(), Vec::new()], None);
        for _ in 0..rounds {
            for ((file, collects), series) in files.iter().zip(collects).zip(&mut series) {
                let number = task.number.to_string();
                let mut arguments = vec!["child-collection-call", task.export, &number];
                arguments.extend(collects.then_some("--collects"));
                let timed = process::timed(&arguments, file)?;
                if *result.get_or_insert_with(|| timed.result.clone()) != timed.result {
                    let file = file.display();
                    return Err(Error::other(format!("{}: wrong result of {file}", task.name)));
                }
                series.push(timed.cpu);
            }
        }
        let (name, against, ratio) = (task.name.to_owned(), String::new(), Ratio::Rounds);
        all.push(Figure { name, against, series, ratio, goal: task.goal });
    }
    Ok(all)
}
