//! What can be told of a function body by a look at its operators, before it is validated.
//!
//! A figure of a body that turns out to be invalid means nothing, and does no harm: such a module
//! is refused when the body is validated.

use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// The figures of one body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// About how many instructions of a machine the body is.
    pub(crate) weight: u32,
    /// Locals beside the parameters.
    pub(crate) locals: u32,
    /// How often it calls function `index`, for which the survey was made.
    pub(crate) self_calls: u32,
    /// Whether it has a tail call.
    pub(crate) tail_calls: bool,
    /// Whether its last operator is `unreachable`: it reports an error, most likely.
    pub(crate) fails: bool,
}

/// What a call costs: passing arguments, and keeping values over it.
const CALL_WEIGHT: u32 = 5;

/// Looks at the body of function `index`, and tells `called` each function that it calls directly.
/// Gives nothing for a body that cannot be read.
pub(crate) fn survey(
    body: &FunctionBody<'_>,
    index: u32,
    called: impl FnMut(u32),
) -> Option<Survey> {
    read(body, index, called).ok()
}

fn read(
    body: &FunctionBody<'_>,
    index: u32,
    mut called: impl FnMut(u32),
) -> Result<Survey, BinaryReaderError> {
    let mut survey = Survey::default();
    for locals in body.get_locals_reader()? {
        let (count, _) = locals?;
        survey.locals = survey.locals.saturating_add(count);
    }
    let mut operators = body.get_operators_reader()?;
    let mut unreachable = false;
    while !operators.eof() {
        let operator = operators.read()?;
        match operator {
            Operator::Call { function_index } => {
                survey.self_calls += u32::from(function_index == index);
                called(function_index);
            }
            Operator::ReturnCall { function_index } => {
                survey.tail_calls = true;
                called(function_index);
            }
            Operator::ReturnCallIndirect { .. } => survey.tail_calls = true,
            _ => {}
        }
        // In the end, this says what stands before the last `end`.
        survey.fails =
            std::mem::replace(&mut unreachable, matches!(operator, Operator::Unreachable));
        survey.weight = survey.weight.saturating_add(weight(&operator));
    }
    Ok(survey)
}

/// What an operator adds: nothing if it only names a value or a place in the code.
fn weight(operator: &Operator<'_>) -> u32 {
    match operator {
        Operator::LocalGet { .. }
        | Operator::LocalSet { .. }
        | Operator::LocalTee { .. }
        | Operator::I32Const { .. }
        | Operator::I64Const { .. }
        | Operator::F32Const { .. }
        | Operator::F64Const { .. }
        | Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::Else
        | Operator::End
        | Operator::Nop
        | Operator::Drop
        | Operator::Return
        | Operator::I32WrapI64
        | Operator::I64ExtendI32U => 0,
        Operator::Call { .. }
        | Operator::ReturnCall { .. }
        | Operator::MemoryFill { .. }
        | Operator::MemoryCopy { .. } => CALL_WEIGHT,
        Operator::BrTable { targets } => CALL_WEIGHT.saturating_add(targets.len()),
        Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => 2 * CALL_WEIGHT,
        _ => 1,
    }
}
