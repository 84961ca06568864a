//! Keeps chains of aliases short, which SSA construction creates in nested loops.
//!
//! The head of a loop gets a parameter for each local that is used in the loop. Once the loop ends,
//! a parameter that has only one value becomes an alias of it. In nested loops, that value is the
//! parameter of the next outer loop, which becomes an alias in turn. Looking up the local
//! afterwards follows the chain, so 20,000 nested loops took minutes.
//!
//! Invariant: only what an alias refers to directly changes, never what it resolves to, so the IR
//! stays the same.
//!
//! Aliases of one value are kept in runs, whose members all refer to the same value. Two runs of
//! about the same length are merged. So there are few runs, a chain passes through each of them at
//! most once, and an alias changes only a few times.

use cranelift_codegen::ir::{DataFlowGraph, Value};
use rustc_hash::FxHashMap;

/// Aliases by the value that they resolve to.
#[derive(Default)]
pub(in crate::lower) struct Aliases(FxHashMap<Value, Runs>);

/// At each position, the run with a length between that power of two and the next.
type Runs = Vec<Vec<Value>>;

impl Aliases {
    /// Records those of `params` that are now aliases; they may or may not have just been removed
    /// from a block.
    pub(in crate::lower) fn note(&mut self, dfg: &mut DataFlowGraph, params: &[Value]) {
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

/// Adds a run of aliases of `original` to the others.
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

    /// The number of steps from `alias` to the value it resolves to.
    fn steps(func: &Function, alias: Value) -> usize {
        let next = |value: &Value| func.dfg.value_alias_dest_for_serialization(*value);
        std::iter::successors(Some(alias), next).count() - 1
    }

    /// Makes each of `count` parameters an alias of the previous one, starting with the last. If
    /// `noted`, aliases are recorded on the way.
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
