//! Runs the compilation of all functions on as many threads as the options allow.
//!
//! Threads take the largest functions first, so that they end together. Results are put back into
//! the order of the module, and of several errors the one of the first function wins, so that
//! neither depends on timing.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::compile::{CompiledFunction, FunctionCompiler};
use super::image::Image;
use super::listing::Listing;
use crate::error::{Error, ErrorKind};
use crate::lower::{Environment, Stop, Symbol};
use crate::options::Options;
use crate::target::Isas;
use crate::wasm::Body;

/// Compiles the module of `env` and lays out its text.
///
/// # Errors
/// Those of the first function, in the order of the module, that has one.
pub(crate) fn compile_module(
    env: &Environment<'_>,
    isas: &Isas,
    options: &Options,
) -> Result<Image, Stop> {
    let functions = compile_functions(env, options, &|| FunctionCompiler::new(env, isas))?;
    Ok(Image::lay_out(functions, &*isas.main, options.target())?)
}

/// The readable form of every function that [`compile_module`] compiles, in the order of the text.
pub(crate) fn list_module(
    env: &Environment<'_>,
    isas: &Isas,
    options: &Options,
) -> Result<Vec<(Symbol, Listing)>, Stop> {
    let compiler = || FunctionCompiler::new(env, isas).with_listings();
    let functions = compile_functions(env, options, &compiler)?;
    let listings = functions.into_iter().filter_map(|function| {
        let listing = function.listing?;
        Some((function.symbol, *listing))
    });
    Ok(listings.collect())
}

/// Compiles the functions of the module, and those that the compiler adds to it.
fn compile_functions<'a>(
    env: &'a Environment<'a>,
    options: &Options,
    new_compiler: &(impl Fn() -> FunctionCompiler<'a> + Sync),
) -> Result<Vec<CompiledFunction>, Stop> {
    let bodies = &env.module.bodies;
    let total = bodies.iter().map(body_size).sum();
    let done = AtomicU64::new(0);
    let functions = for_each_function(env, options, new_compiler, |compiler, index| {
        let body = &bodies[index];
        let compiled = compiler.compile_body(body)?;
        let size = body_size(body);
        env.monitor.report(done.fetch_add(size, Ordering::Relaxed) + size, total);
        Ok(compiled)
    })?;
    let mut functions: Vec<CompiledFunction> = functions.into_iter().flatten().collect();
    let mut compiler = new_compiler();
    if env.module.imported_start().is_some() {
        functions.push(compiler.compile_thunk(Symbol::StartWrapper)?);
    }
    add_thunks(&mut compiler, &mut functions)?;
    Ok(functions)
}

/// Calls `work` for the position of every body, and returns the results in their order.
fn for_each_function<'a, R: Send>(
    env: &'a Environment<'a>,
    options: &Options,
    new_compiler: &(impl Fn() -> FunctionCompiler<'a> + Sync),
    work: impl Fn(&mut FunctionCompiler<'a>, usize) -> Result<R, Stop> + Sync,
) -> Result<Vec<R>, Stop> {
    let queue = Queue::new(env);
    let run = || queue.drain(&mut new_compiler(), &work);
    let batches = match options.threads.map(usize::from) {
        Some(1) => vec![run()],
        None => broadcast(rayon::current_num_threads(), &run),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| Error::internal(format!("threads: {error}")))?;
            pool.install(|| broadcast(threads, &run))
        }
    };
    // Whatever else went wrong meanwhile depends on timing.
    env.monitor.check()?;
    queue.into_ordered(batches)
}

/// Runs `work` on up to `threads` threads of the current pool.
fn broadcast<R: Send>(threads: usize, work: &(impl Fn() -> R + Sync)) -> Vec<R> {
    let results = Mutex::new(Vec::with_capacity(threads));
    rayon::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| {
                let result = work();
                results.lock().expect("no thread panics while it holds the lock").push(result);
            });
        }
    });
    results.into_inner().expect("all threads are done")
}

/// Bytes of a function body in the module.
fn body_size(body: &Body<'_>) -> u64 {
    let range = body.code.range();
    range.end - range.start
}

/// Functions by descending size, handed out one at a time.
struct Queue {
    order: Vec<usize>,
    next: AtomicUsize,
    /// Position of the first function known to be wrong; later ones need no work any more.
    first_error: AtomicUsize,
}

/// What one thread did: results, and the first error that it met in module order.
struct Batch<R> {
    results: Vec<(usize, R)>,
    error: Option<(usize, Stop)>,
}

impl Queue {
    fn new(env: &Environment<'_>) -> Self {
        let bodies = &env.module.bodies;
        let size = |&index: &usize| std::cmp::Reverse(body_size(&bodies[index]));
        let mut order: Vec<usize> = (0..bodies.len()).collect();
        order.sort_by_key(size);
        Self { order, next: AtomicUsize::new(0), first_error: AtomicUsize::new(usize::MAX) }
    }

    fn drain<'a, R>(
        &self,
        compiler: &mut FunctionCompiler<'a>,
        work: impl Fn(&mut FunctionCompiler<'a>, usize) -> Result<R, Stop>,
    ) -> Batch<R> {
        let mut batch = Batch { results: Vec::new(), error: None };
        while let Some(&index) = self.order.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if index > self.first_error.load(Ordering::Relaxed) {
                continue;
            }
            match work(compiler, index) {
                Ok(result) => batch.results.push((index, result)),
                Err(error) => {
                    if matches!(&error, Stop::Error(error) if error.kind() == ErrorKind::Cancelled)
                    {
                        self.next.store(self.order.len(), Ordering::Relaxed);
                    }
                    self.first_error.fetch_min(index, Ordering::Relaxed);
                    if batch.error.as_ref().is_none_or(|(first, _)| index < *first) {
                        batch.error = Some((index, error));
                    }
                }
            }
        }
        batch
    }

    fn into_ordered<R>(self, batches: Vec<Batch<R>>) -> Result<Vec<R>, Stop> {
        let mut results = Vec::with_capacity(self.order.len());
        let mut first_error: Option<(usize, Stop)> = None;
        for batch in batches {
            results.extend(batch.results);
            let errors = first_error.into_iter().chain(batch.error);
            first_error = errors.min_by_key(|(index, _)| *index);
        }
        if let Some((_, error)) = first_error {
            return Err(error);
        }
        results.sort_unstable_by_key(|(index, _)| *index);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }
}

/// Whether the compiler adds the function where it is called.
fn is_thunk(symbol: Symbol) -> bool {
    use Symbol::{Clock, GasThunk, ImportThunk, TrapThunk};
    matches!(symbol, ImportThunk(_) | TrapThunk(_) | GasThunk | Clock)
}

/// Adds the functions that others call and the module does not define, in the order of their
/// symbols, until none is missing.
fn add_thunks(
    compiler: &mut FunctionCompiler<'_>,
    functions: &mut Vec<CompiledFunction>,
) -> Result<(), Error> {
    let mut known: BTreeSet<Symbol> = BTreeSet::new();
    let mut scanned = 0;
    loop {
        let missing: BTreeSet<Symbol> = functions[scanned..]
            .iter()
            .flat_map(|function| &function.calls)
            .map(|call| call.target)
            .filter(|target| is_thunk(*target))
            .filter(|target| !known.contains(target))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        scanned = functions.len();
        for symbol in missing {
            functions.push(compiler.compile_thunk(symbol)?);
            known.insert(symbol);
        }
    }
}
