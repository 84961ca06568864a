//! Compiles all functions on as many threads as the options allow.
//!
//! Threads take the largest functions first, so that they finish together. Results are put back
//! into module order, and of several errors the one of the first function wins, so neither depends
//! on timing.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::compile::{CompiledFunction, FunctionCompiler};
use super::image::Image;
use super::isas::Isas;
use super::listing::Listing;
use super::reuse::{Known, Reuse};
use crate::cache::{CacheStatistics, FunctionCache};
use crate::error::{Error, ErrorKind};
use crate::lower::{Environment, FuncId};
use crate::options::Options;
use crate::wasm::{Body, Outline};

/// A compiled module.
pub(crate) struct Compiled {
    /// Its text: the code of all functions.
    pub(crate) text: Vec<u8>,
    /// What is known about the text.
    pub(crate) image: Image,
    /// What the cache did, if there is one.
    pub(crate) cache: Option<CacheStatistics>,
    /// A warning about the cache.
    pub(crate) cache_warning: Option<String>,
}

/// Compiles the module of `env`, except for functions found in `cache`, and lays out its text. The
/// cache needs the outlines of all bodies.
///
/// # Errors
/// Those of the first function in module order that has one.
pub(crate) fn compile_module(
    env: &Environment<'_>,
    isas: &Isas,
    options: &Options,
    cache: Option<(&dyn FunctionCache, &[Option<Outline>])>,
) -> Result<Compiled, Error> {
    let new_compiler = || FunctionCompiler::new(env, isas);
    let mut reuse =
        cache.map(|(cache, outlines)| Reuse::new(cache, env, isas, options.target(), outlines));
    let known = reuse.as_mut().map(|reuse| reuse.load(env));
    env.monitor.check()?;
    let known = known.unwrap_or_else(|| env.module.bodies.iter().map(|_| None).collect());
    let bodies = compile_bodies(env, options, &new_compiler, known)?;
    let (cache, cache_warning) = match reuse.map(|reuse| reuse.store(&bodies)) {
        Some((statistics, warning)) => (Some(statistics), warning),
        None => (None, None),
    };
    let functions = with_added(&mut new_compiler(), bodies)?;
    let (text, image) = Image::lay_out(functions, isas, options.target())?;
    Ok(Compiled { text, image, cache, cache_warning })
}

/// Listings of all functions that [`compile_module`] compiles, in the order of the text.
pub(crate) fn list_module(
    env: &Environment<'_>,
    isas: &Isas,
    options: &Options,
) -> Result<Vec<(FuncId, Listing)>, Error> {
    let compiler = || FunctionCompiler::new(env, isas).with_listings();
    let known = env.module.bodies.iter().map(|_| None).collect();
    let bodies = compile_bodies(env, options, &compiler, known)?;
    let functions = with_added(&mut compiler(), bodies)?;
    let listings = functions.into_iter().filter_map(|function| {
        let listing = function.listing?;
        Some((function.id, *listing))
    });
    Ok(listings.collect())
}

/// The functions of every body: the `known` ones, and the others compiled.
fn compile_bodies<'a>(
    env: &'a Environment<'a>,
    options: &Options,
    new_compiler: &(impl Fn() -> FunctionCompiler<'a> + Sync),
    mut known: Known,
) -> Result<Vec<Vec<CompiledFunction>>, Error> {
    let bodies = &env.module.bodies;
    let total: u64 = bodies.iter().map(body_size).sum();
    let missing: Vec<usize> = (0..known.len()).filter(|&index| known[index].is_none()).collect();
    let to_do: u64 = missing.iter().map(|&index| body_size(&bodies[index])).sum();
    let done = AtomicU64::new(total - to_do);
    let queue = Queue::new(env, missing);
    let compiled = for_each_function(env, options, queue, new_compiler, |compiler, index| {
        let body = &bodies[index];
        let compiled = compiler.compile_body(body)?;
        let size = body_size(body);
        env.monitor.report(done.fetch_add(size, Ordering::Relaxed) + size, total);
        Ok(compiled)
    })?;
    for (index, functions) in compiled {
        known[index] = Some(functions);
    }
    Ok(known.into_iter().flatten().collect())
}

/// The functions of all `bodies` in order, followed by those that the compiler adds to a module.
fn with_added(
    compiler: &mut FunctionCompiler<'_>,
    bodies: Vec<Vec<CompiledFunction>>,
) -> Result<Vec<CompiledFunction>, Error> {
    let mut functions: Vec<CompiledFunction> = bodies.into_iter().flatten().collect();
    if compiler.has_added_start() {
        functions.push(compiler.compile_thunk(FuncId::StartWrapper)?);
    }
    add_thunks(compiler, &mut functions)?;
    Ok(functions)
}

/// Calls `work` for the positions in the queue, and returns the results in order, or the first
/// error in that order.
fn for_each_function<'a, R: Send>(
    env: &Environment<'_>,
    options: &Options,
    queue: Queue,
    new_compiler: &(impl Fn() -> FunctionCompiler<'a> + Sync),
    work: impl Fn(&mut FunctionCompiler<'a>, usize) -> Result<R, Error> + Sync,
) -> Result<Vec<(usize, R)>, Error> {
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
    // Any other errors found meanwhile depend on timing.
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

/// Size of a function body in the module, in bytes.
fn body_size(body: &Body<'_>) -> u64 {
    let range = body.code.range();
    range.end - range.start
}

/// Functions by descending size, taken one at a time.
struct Queue {
    order: Vec<usize>,
    next: AtomicUsize,
    /// Position of the first function known to be wrong; later ones need not be compiled any more.
    first_error: AtomicUsize,
}

/// The work of one thread: results, and the first error in module order.
struct Batch<R> {
    results: Vec<(usize, R)>,
    error: Option<(usize, Error)>,
}

impl Queue {
    /// A queue of the functions at the positions `order`, which are ascending.
    fn new(env: &Environment<'_>, mut order: Vec<usize>) -> Self {
        let bodies = &env.module.bodies;
        let size = |&index: &usize| std::cmp::Reverse(body_size(&bodies[index]));
        order.sort_by_key(size);
        Self { order, next: AtomicUsize::new(0), first_error: AtomicUsize::new(usize::MAX) }
    }

    fn drain<'a, R>(
        &self,
        compiler: &mut FunctionCompiler<'a>,
        work: impl Fn(&mut FunctionCompiler<'a>, usize) -> Result<R, Error>,
    ) -> Batch<R> {
        let mut batch = Batch { results: Vec::new(), error: None };
        while let Some(&index) = self.order.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if index > self.first_error.load(Ordering::Relaxed) {
                continue;
            }
            match work(compiler, index) {
                Ok(result) => batch.results.push((index, result)),
                Err(error) => {
                    if error.kind() == ErrorKind::Cancelled {
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

    fn into_ordered<R>(self, batches: Vec<Batch<R>>) -> Result<Vec<(usize, R)>, Error> {
        let mut results = Vec::with_capacity(self.order.len());
        let mut first_error: Option<(usize, Error)> = None;
        for batch in batches {
            results.extend(batch.results);
            let errors = first_error.into_iter().chain(batch.error);
            first_error = errors.min_by_key(|(index, _)| *index);
        }
        if let Some((_, error)) = first_error {
            return Err(error);
        }
        results.sort_unstable_by_key(|(index, _)| *index);
        Ok(results)
    }
}

/// Whether the compiler adds the function when it is called.
fn is_thunk(id: FuncId) -> bool {
    use FuncId::{
        Clock, DrawThunk, FunctionObject, GasThunk, HandlerTable, ImportThunk, Initialise, Resume,
        SaveRegisters, TextTrapThunk, Throw, TrapThunk,
    };
    let takes_number = matches!(
        id,
        ImportThunk(_) | TrapThunk(_) | DrawThunk(_) | TextTrapThunk(_) | Initialise(_)
    );
    takes_number
        || matches!(id, GasThunk | Clock | Throw | SaveRegisters | Resume | HandlerTable)
        || id == FunctionObject
}

/// Adds the functions that others call and the module does not define, in the order of their
/// symbols, until none is missing.
fn add_thunks(
    compiler: &mut FunctionCompiler<'_>,
    functions: &mut Vec<CompiledFunction>,
) -> Result<(), Error> {
    let mut known: BTreeSet<FuncId> = BTreeSet::new();
    let mut scanned = 0;
    loop {
        let missing: BTreeSet<FuncId> = functions[scanned..]
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
        for id in missing {
            let function = match id {
                // What throws is known by now, since it asks for the table. Exceptions do not pass
                // the functions that are yet to be added.
                FuncId::HandlerTable => compiler.handler_table(functions)?,
                _ => compiler.compile_thunk(id)?,
            };
            functions.push(function);
            known.insert(id);
        }
    }
}
