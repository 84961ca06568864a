//! The official test suite in every mode; see `cwamrc_tests::wast`.
//!
//! `cargo test --test spec -- FILTER…` runs the cases in which every filter occurs, in the name of
//! the mode or of the file.

use cwamrc_tests::wast::{ExpectedFailures, Mode, Record, Report, TestFile, Worker, files, modes};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, io, thread};

/// One file in one mode.
struct Job<'a> {
    mode: Mode,
    file: &'a TestFile,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match Worker::from_arguments(&arguments) {
        Some(worker) => worker.run().map(|()| true),
        None => run_suite(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the suite, and returns whether all results are as expected.
fn run_suite(arguments: &[String]) -> Result<bool, String> {
    // Flags are for other tests that the same command may run.
    let filters: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let files = files()?;
    let expected = [ExpectedFailures::read(false)?, ExpectedFailures::read(true)?];
    for (expected, collects) in expected.iter().zip([false, true]) {
        let is_it = |file: &TestFile, name: &str| file.name == name && file.is_for(collects);
        if let Some(name) =
            expected.files().find(|name| !files.iter().any(|file| is_it(file, name)))
        {
            return Err(format!("the suite has no {name}, where failures are expected"));
        }
    }
    let mut good = true;
    let mut ran = 0;
    for mode in modes() {
        let name = mode.to_string();
        let is_chosen = |file: &&TestFile| {
            filters.iter().all(|filter| name.contains(filter) || file.name.contains(filter))
        };
        let of_mode = files.iter().filter(|file| mode.is_for(file));
        let chosen: Vec<_> = of_mode.filter(is_chosen).collect();
        let expected = &expected[usize::from(mode.machine().collects())];
        let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in chosen.iter().filter_map(|file| mode.obstacle(file)) {
            *left_out.entry(reason).or_default() += 1;
        }
        let jobs = chosen.into_iter().filter(|file| mode.obstacle(file).is_none());
        let jobs: Vec<_> = jobs.map(|file| Job { mode, file }).collect();
        ran += jobs.len();
        let records = run_all(&jobs).map_err(|error| format!("no worker: {error}"))?;
        let mut report = Report::default();
        for (job, record) in jobs.iter().zip(&records) {
            report.add(&job.file.name, record, expected);
        }
        println!("spec suite, {name}: {report}");
        for (reason, files) in left_out {
            println!("  {name}: {files} files left out: {reason}");
        }
        for problem in &report.problems {
            println!("  {name}: {problem}");
        }
        good &= report.problems.is_empty();
    }
    if ran == 0 {
        return Err(format!("no mode and file is selected by {filters:?}"));
    }
    Ok(good)
}

/// Runs the jobs in parallel, the largest file first, and returns their records in order.
fn run_all(jobs: &[Job<'_>]) -> io::Result<Vec<Record>> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(jobs[index].file.size));
    let next = AtomicUsize::new(0);
    let records = Mutex::new(Vec::new());
    let work = || -> io::Result<()> {
        while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let record = Record::of(jobs[index].file, &jobs[index].mode)?;
            records.lock().expect("no thread panics with the lock").push((index, record));
        }
        Ok(())
    };
    let threads = thread::available_parallelism()?.get();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("no worker panics"))
    })?;
    let mut records = records.into_inner().expect("no thread panics with the lock");
    records.sort_unstable_by_key(|&(index, _)| index);
    Ok(records.into_iter().map(|(_, record)| record).collect())
}
