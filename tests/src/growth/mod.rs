//! Measures how the work and the memory for a module grow with its size, and judges them.
//!
//! Each measurement is a process of its own: the running program again, which [`child`] recognises.
//! So the peak of its memory is its own, and it can be counted in valgrind and stopped.

mod copies;
mod judge;
mod process;
mod task;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

pub use copies::copies;
pub use judge::{
    GROWTH_OF_MEMORY, GROWTH_OF_WORK, Growth, MOST_EXPONENT, MOST_TIMES, Point, Verdict, judge,
};
pub use process::{Counter, Measured, child, measure};
pub use task::{Outcome, Task};

/// A module in a file, and what is done with it.
pub struct Case<'a> {
    /// What the module is.
    pub name: &'a str,
    /// Where it is.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What is done with it, as words of a [`Task`].
    pub task: &'a str,
}

impl<'a> Case<'a> {
    /// Writes the module into a file of `folder`, once for all of `tasks`.
    ///
    /// # Panics
    /// If there is no room.
    pub fn of_module(name: &'a str, wasm: &[u8], folder: &Path, tasks: &[&'a str]) -> Vec<Self> {
        let number = fs::read_dir(folder).expect("the folder is there").count();
        let file = folder.join(format!("{number}.wasm"));
        fs::write(&file, wasm).expect("there is room for a module");
        let bytes = wasm.len() as u64;
        tasks.iter().map(|task| Self { name, file: file.clone(), bytes, task }).collect()
    }
}

/// Calls `work` with each item, by `jobs` threads; the results have the order of the items.
///
/// # Panics
/// If `work` does.
pub fn each<T: Sync, R: Send>(items: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.iter().enumerate());
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        loop {
            let next = queue.lock().expect("no thread has failed").next();
            let Some((position, item)) = next else { break };
            let result = work(item);
            results.lock().expect("no thread has failed").push((position, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(run);
        }
    });
    let mut results = results.into_inner().expect("no thread has failed");
    results.sort_by_key(|(position, _)| *position);
    results.into_iter().map(|(_, result)| result).collect()
}
