//! Keeps chains of aliases short, which SSA construction makes in loops within each other.
//!
//! The head of a loop gets a parameter for each local that is used in the loop. Once the loop ends, a
//! parameter that has only one value becomes an alias of it; in loops within each other, of the
//! parameter of the next loop around, which becomes an alias in turn. Whoever looks up the local
//! afterwards follows the chain, so that 20,000 loops within each other took minutes.
//!
//! Invariant: only what an alias refers to directly changes, never what it resolves to, and so no IR.
//!
//! Aliases of one value are kept in runs, of which all members refer to the same value. Two runs of
//! about the same length become one, so that there are few runs, a chain leads once through each of
//! them at most, and an alias changes a few times only.

use cranelift_codegen::ir::{DataFlowGraph, Value};
use rustc_hash::FxHashMap;

/// Up to so many loops in each other, chains are short anyway.
pub(super) const SHALLOW: u32 = 32;

/// Aliases by the value that they resolve to.
#[derive(Default)]
pub(super) struct Aliases(FxHashMap<Value, Runs>);

/// At each position: the run of a length between that power of two and the next.
type Runs = Vec<Vec<Value>>;

impl Aliases {
    /// Takes note of those of `params`, just removed from a block or not, that are now aliases.
    pub(super) fn note(&mut self, dfg: &mut DataFlowGraph, params: &[Value]) {
        for &param in params {
            if !dfg.value_is_alias(param) {
                continue;
            }
            let original = dfg.resolve_aliases(param);
            let others = self.0.remove(&param).unwrap_or_default();
            let runs = self.0.entry(original).or_default();
            add(dfg, runs, original, vec![param]);
            for run in others.into_iter().filter(|run| !run.is_empty()) {
                add(dfg, runs, original, run);
            }
        }
    }
}

/// Adds a run of aliases of `original` to its others.
fn add(dfg: &mut DataFlowGraph, runs: &mut Runs, original: Value, mut run: Vec<Value>) {
    loop {
        let position = run.len().ilog2() as usize;
        if runs.len() <= position {
            runs.resize(position + 1, Vec::new());
        }
        let other = std::mem::take(&mut runs[position]);
        if other.is_empty() {
            runs[position] = run;
            return;
        }
        run.extend(other);
        for &alias in &run {
            dfg.change_to_alias(alias, original);
        }
    }
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::ir::{Function, Value, types};

    use super::Aliases;

    /// How many steps it is from `alias` to what it stands for.
    fn steps(func: &Function, alias: Value) -> usize {
        let next = |value: &Value| func.dfg.value_alias_dest_for_serialization(*value);
        std::iter::successors(Some(alias), next).count() - 1
    }

    /// Makes each of `count` parameters an alias of the one before, the last one first, with those
    /// that have become aliases noted on the way.
    fn chain(count: usize, noted: bool) -> (Function, Vec<Value>) {
        let mut func = Function::new();
        let block = func.dfg.make_block();
        let params: Vec<Value> =
            (0..count).map(|_| func.dfg.append_block_param(block, types::I32)).collect();
        let mut aliases = Aliases::default();
        for pair in params.windows(2).rev() {
            func.dfg.remove_block_param(pair[1]);
            func.dfg.change_to_alias(pair[1], pair[0]);
            if noted {
                aliases.note(&mut func.dfg, &pair[1..]);
            }
        }
        (func, params)
    }

    #[test]
    fn chains_stay_short() {
        let longest = |(func, params): (Function, Vec<Value>)| {
            params.iter().map(|&param| steps(&func, param)).max()
        };
        assert_eq!(longest(chain(1000, false)), Some(999));
        assert!(longest(chain(1000, true)) <= Some(10));
    }

    #[test]
    fn aliases_stand_for_the_same() {
        let (func, params) = chain(1000, true);
        assert!(params.iter().all(|&param| func.dfg.resolve_aliases(param) == params[0]));
    }
}
