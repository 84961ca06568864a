//! Facts about the exceptions of a module that are needed before bodies are lowered.
//!
//! Legacy clauses follow the code that they apply to, and only a clause's own code shows whether it
//! throws the exception again. So a body with legacy operators is read once in advance.

use wasmparser::{Catch, FunctionBody, Operator};

use super::{Module, OperatorKind, ValueType};

/// A legacy `try`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Try {
    /// The tags of its clauses, in order; a clause without a tag catches everything.
    pub(crate) clauses: Vec<Option<u32>>,
    /// The label of its `delegate`, as seen from outside the `try`.
    pub(crate) delegate: Option<u32>,
    /// Whether a `rethrow` throws the caught exception again.
    pub(crate) rethrown: bool,
}

/// All `try` operators of `body` in the order in which they begin, in a module with so many `tags`. If
/// the body cannot be read, or a clause has a tag or a label that does not exist, those up to there;
/// validation refuses such a body when it gets there.
pub(crate) fn tries(body: &FunctionBody<'_>, tags: usize) -> Vec<Try> {
    let mut tries = Vec::new();
    let _ = read_tries(body, tags, &mut tries);
    tries
}

fn read_tries(body: &FunctionBody<'_>, tags: usize, tries: &mut Vec<Try>) -> Option<()> {
    // For each enclosing block, the index of its `try`, if it is one.
    let mut blocks: Vec<Option<usize>> = vec![None];
    for operator in body.get_operators_reader().ok()? {
        let innermost = blocks.last().copied().flatten();
        let operator = operator.ok()?;
        match operator {
            Operator::Try { .. } => {
                blocks.push(Some(tries.len()));
                tries.push(Try::default());
            }
            Operator::Catch { tag_index } if tag_index as usize >= tags => return None,
            Operator::Catch { tag_index } => add_clause(tries, innermost, Some(tag_index)),
            Operator::CatchAll => add_clause(tries, innermost, None),
            Operator::Rethrow { relative_depth } => {
                let place = blocks.len().checked_sub(1 + relative_depth as usize);
                if let Some(caught) = place.and_then(|place| blocks[place]) {
                    tries[caught].rethrown = true;
                }
            }
            // Labels do not count the `try` itself.
            Operator::Delegate { relative_depth }
                if relative_depth as usize + 1 >= blocks.len() =>
            {
                return None;
            }
            Operator::Delegate { relative_depth } => {
                if let Some(delegating) = innermost {
                    tries[delegating].delegate = Some(relative_depth);
                }
                blocks.pop();
            }
            Operator::End => _ = blocks.pop(),
            _ if OperatorKind::of(&operator).facts().opens_block => blocks.push(None),
            _ => {}
        }
    }
    Some(())
}

fn add_clause(tries: &mut [Try], innermost: Option<usize>, tag: Option<u32>) {
    if let Some(innermost) = innermost {
        tries[innermost].clauses.push(tag);
    }
}

/// Whether any clause of `body` makes a reference to the exception.
pub(crate) fn refers_to_exceptions(body: &FunctionBody<'_>) -> bool {
    let Ok(operators) = body.get_operators_reader() else { return false };
    operators.into_iter().map_while(Result::ok).any(|operator| match operator {
        Operator::TryTable { try_table } => {
            let refers =
                |catch: &Catch| matches!(catch, Catch::OneRef { .. } | Catch::AllRef { .. });
            try_table.catches.iter().any(refers)
        }
        _ => false,
    })
}

/// Whether `module` can store references to exceptions where they outlive a call.
pub(crate) fn keeps_references(module: &Module<'_>) -> bool {
    let is_reference = |ty: &ValueType| *ty == ValueType::ExnRef;
    module.globals.iter().any(|global| is_reference(&global.value_type))
        || module.tables.iter().any(|table| is_reference(&table.element))
        || (0..module.tags.len() as u32)
            .any(|tag| module.tag_operands(tag).iter().any(is_reference))
}
