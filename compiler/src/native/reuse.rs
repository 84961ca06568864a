//! Looks up a module's functions in a cache, and stores new ones.

use rustc_hash::FxHashMap;

use super::compile::CompiledFunction;
use super::isas::Isas;
use super::serialize;
use crate::cache::{CacheStatistics, FunctionCache, Key};
use crate::lower::{Environment, Fingerprint, Fingerprints};
use crate::target::{CallSite, Target};
use crate::wasm::Outline;

/// One compilation's view of a cache.
pub(super) struct Reuse<'c> {
    cache: &'c dyn FunctionCache,
    /// By position of the body.
    fingerprints: Vec<Option<Fingerprint>>,
    /// Every key once.
    keys: Vec<Key>,
    /// For each key, the positions of the bodies with that key.
    positions: Vec<Vec<usize>>,
    /// For each key, whether the cache has it.
    known: Vec<bool>,
    call_site: CallSite,
    preserved_registers: usize,
    statistics: CacheStatistics,
}

/// The functions of each body, by position, if they were found.
pub(super) type Known = Vec<Option<Vec<CompiledFunction>>>;

impl<'c> Reuse<'c> {
    /// Computes the keys to look up in `cache`.
    pub(super) fn new(
        cache: &'c dyn FunctionCache,
        env: &Environment<'_>,
        isas: &Isas,
        target: &dyn Target,
        outlines: &[Option<Outline>],
    ) -> Self {
        let mut fingerprints = Fingerprints::new(env, &isas.settings(), outlines);
        let fingerprints: Vec<_> =
            (0..outlines.len()).map(|position| fingerprints.of(position)).collect();
        let mut reuse = Self {
            cache,
            keys: Vec::new(),
            positions: Vec::new(),
            known: Vec::new(),
            call_site: target.call_site(),
            preserved_registers: target.preserved_registers().len(),
            statistics: CacheStatistics::default(),
            fingerprints,
        };
        reuse.collect_keys();
        reuse
    }

    fn collect_keys(&mut self) {
        let mut numbers = FxHashMap::default();
        for (position, fingerprint) in self.fingerprints.iter().enumerate() {
            let Some(fingerprint) = fingerprint else { continue };
            let next = self.keys.len();
            let number = *numbers.entry(fingerprint.key).or_insert(next);
            if number == next {
                self.keys.push(Key::new(fingerprint.key));
                self.positions.push(Vec::new());
            }
            self.positions[number].push(position);
        }
        self.known = vec![false; self.keys.len()];
    }

    /// The functions that the cache has.
    pub(super) fn load(&mut self, env: &Environment<'_>) -> Known {
        let Self { positions, fingerprints, known, statistics, call_site, .. } = self;
        let preserved = self.preserved_registers;
        let mut functions: Known = fingerprints.iter().map(|_| None).collect();
        self.cache.load(&self.keys, &mut |number, content| {
            for &position in positions.get(number).into_iter().flatten() {
                let Some(fingerprint) = &fingerprints[position] else { continue };
                let stored =
                    serialize::deserialize(content, &fingerprint.functions, *call_site, preserved);
                if let Some(stored) = stored.filter(|stored| make_known_calls(stored, env)) {
                    statistics.hits += usize::from(functions[position].is_none());
                    functions[position] = Some(stored);
                    known[number] = true;
                }
            }
            statistics.bytes_read += content.len() as u64;
        });
        statistics.misses = functions.len() - statistics.hits;
        functions
    }

    /// Stores what the cache did not have; `bodies` are the functions of all bodies. Returns what
    /// the cache did, and if it does not keep the functions, why.
    pub(super) fn store(
        mut self,
        bodies: &[Vec<CompiledFunction>],
    ) -> (CacheStatistics, Option<String>) {
        let contents = |number: usize, bytes: &mut Vec<u8>| {
            let position = self.positions[number][0];
            let fingerprint = self.fingerprints[position].as_ref()?;
            let (functions, indexes) = (&bodies[position], &fingerprint.functions);
            serialize::serialize(functions, indexes, self.call_site, bytes)
        };
        let mut written = 0;
        let warning = self.store_new(&contents, &mut written);
        self.statistics.bytes_written = written;
        (self.statistics, warning)
    }

    fn store_new(
        &self,
        content: &dyn Fn(usize, &mut Vec<u8>) -> Option<()>,
        written: &mut u64,
    ) -> Option<String> {
        let new: Vec<usize> = (0..self.keys.len()).filter(|&number| !self.known[number]).collect();
        if new.is_empty() {
            return None;
        }
        let stored = self.cache.store(&self.keys, &new, &mut |number, bytes| {
            let start = bytes.len();
            if content(number, bytes).is_none() {
                // Does not decode to anything.
                bytes.truncate(start);
            }
            *written += (bytes.len() - start) as u64;
        });
        stored.err().map(|error| format!("compiled functions are not kept: {error}"))
    }
}

/// Whether there is everything that `functions` call.
fn make_known_calls(functions: &[CompiledFunction], env: &Environment<'_>) -> bool {
    let mut calls = functions.iter().flat_map(|function| &function.calls);
    calls.all(|call| env.may_call(call.target))
}
