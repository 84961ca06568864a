//! Facts about a function body that are collected by reading its operators, before it is validated.
//!
//! The facts about a body that turns out to be invalid mean nothing and do no harm, because such a
//! module is refused when the body is validated.

use std::ops::Range;

use wasmparser::{
    BinaryReaderError, BlockType, FrameKind, FrameStack, FunctionBody, VisitOperator,
    VisitSimdOperator,
};

use super::operators::{Facts, OperatorKind, is_typed, reference, references};
use super::outline::{Reference, References};
use super::plain::{self, Run};
use super::typed_references;

/// The figures of one body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// The approximate number of machine instructions.
    pub(crate) weight: u32,
    /// The number of locals other than parameters.
    pub(crate) locals: u32,
    /// How often the body calls function `index`, for which the survey was made.
    pub(crate) self_calls: u32,
    /// Whether it contains a tail call.
    pub(crate) tail_calls: bool,
    /// Whether it throws exceptions, other than those that it has caught.
    pub(crate) throws: bool,
    /// Whether it may change the elements of a table.
    pub(crate) writes_tables: bool,
    /// Whether it mentions references to functions of a certain type.
    pub(crate) typed: bool,
    /// Whether its last operator is `unreachable`, in which case it probably reports an error.
    pub(crate) fails: bool,
}

/// Surveys the body of function `index`, and calls `called` with each function that it calls
/// directly. Returns `None` for a body that cannot be read.
pub(crate) fn survey(
    body: &FunctionBody<'_>,
    index: u32,
    mut called: impl FnMut(u32),
) -> Option<Survey> {
    let observe = |references: References, _| {
        if let [Some(Reference::Callee(function)), _] = references.which {
            called(function);
        }
    };
    read(body, index, usize::MAX, observe).ok()
}

/// The same for the operators that begin before `end` in the bytes of the body. Calls `observe` with
/// the references of operators, and their ranges in these bytes.
pub(super) fn read(
    body: &FunctionBody<'_>,
    index: u32,
    end: usize,
    mut observe: impl FnMut(References, Range<usize>),
) -> Result<Survey, BinaryReaderError> {
    let mut surveyor = Surveyor { index, ..Surveyor::default() };
    let mut locals = body.get_locals_reader()?.into_iter();
    for declared in locals.by_ref() {
        let (count, ty) = declared?;
        surveyor.survey.typed |= typed_references::is_typed(ty);
        surveyor.survey.locals = surveyor.survey.locals.saturating_add(count);
    }
    let mut operators = locals.into_binary_reader_for_operators();
    // The offset of the operators in the bytes of the body.
    let origin = body.as_bytes().len() - operators.bytes_remaining();
    let first = operators.current_position();
    let (bytes, mut position) = (body.as_bytes(), origin);
    let end = end.min(bytes.len());
    while position < end {
        let run = plain::run(&bytes[position..end]);
        operators.read_bytes(run.size)?;
        surveyor.look_at_run(&run);
        position += run.size;
        if position >= end {
            break;
        }
        operators.visit_operator(&mut surveyor)?;
        let start = position;
        position = origin + operators.current_position() - first;
        if let Some(references) = surveyor.references.take() {
            observe(references, start..position);
        }
    }
    Ok(surveyor.survey)
}

#[derive(Default)]
pub(super) struct Surveyor {
    pub(super) survey: Survey,
    index: u32,
    /// Whether the last operator was `unreachable`.
    unreachable: bool,
    /// The references of the last operator, if it has any.
    pub(super) references: Option<References>,
}

impl Surveyor {
    /// This is instantiated for each operator, for which most of it is optimised away.
    #[inline(always)]
    fn look_at(
        &mut self,
        operator: OperatorKind,
        facts: &Facts,
        targets: u32,
        which: [Option<Reference>; 2],
    ) {
        let survey = &mut self.survey;
        if let ([Some(Reference::Callee(function)), _], false) = (&which, facts.tail_call) {
            survey.self_calls += u32::from(*function == self.index);
        }
        survey.tail_calls |= facts.tail_call;
        survey.writes_tables |= facts.writes_table;
        survey.typed |= facts.typed;
        survey.throws |= operator == OperatorKind::Throw;
        // At the end, this is about the operator before the last `end`.
        survey.fails = self.unreachable;
        self.unreachable = operator == OperatorKind::Unreachable;
        survey.weight = survey.weight.saturating_add(facts.weight).saturating_add(targets);
        let refers = which.iter().any(Option::is_some);
        self.references = refers.then_some(References { operator, which });
    }

    fn look_at_run(&mut self, run: &Run) {
        if run.operators > 0 {
            self.survey.fails = self.unreachable && run.operators == 1;
            self.unreachable = false;
        }
        self.survey.weight = self.survey.weight.saturating_add(run.weight);
    }
}

/// Permits every operator everywhere. Tracking frames is the task of the validator, which refuses
/// operators in the wrong frame. The reader asks only for `else`, which is plain and never gets
/// here, and for `catch`, `catch_all` and `delegate`, which may all follow `try`.
impl FrameStack for Surveyor {
    fn current_frame(&self) -> Option<FrameKind> {
        Some(FrameKind::LegacyTry)
    }
}

/// The number of targets of an operator, except the first.
macro_rules! targets {
    (BrTable $targets:ident) => {
        $targets.len()
    };
    ($op:ident $($arg:ident)*) => {
        0
    };
}

macro_rules! look_at_each {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        $(
            fn $visit(&mut self $($(, $arg: $argty)*)?) {
                const FACTS: Facts = OperatorKind::$op.facts();
                $($(let _ = &$arg;)*)?
                self.survey.typed |= false $($(|| is_typed!($arg $arg))*)?;
                let references = references!(@$proposal $op $($($arg)*)?);
                self.look_at(OperatorKind::$op, &FACTS, targets!($op $($($arg)*)?), references);
            }
        )*
    };
}

impl<'a> VisitOperator<'a> for Surveyor {
    type Output = ();

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = ()>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(look_at_each);
}

impl<'a> VisitSimdOperator<'a> for Surveyor {
    wasmparser::for_each_visit_simd_operator!(look_at_each);
}

#[cfg(test)]
mod tests {
    use super::survey;
    use crate::wasm;

    #[test]
    fn operators_that_divide_blocks_are_read() {
        let text = "(module (tag $t) (func $f)
            (func
              try i32.const 1 if else call $f end catch $t rethrow 0 end
              try try call $f delegate 0 catch_all end
              block $h (result) try_table (catch $t $h) throw $t end end))";
        let bytes = wat::parse_str(text).expect("the text is right");
        let module = wasm::parse(&bytes, wasm::allowed_features(&[]), wasm::References::Indexes)
            .expect("it is valid");
        let mut calls = 0;
        let survey = survey(&module.bodies[1].code, 1, |_| calls += 1);
        let survey = survey.expect("every operator is read");
        assert_eq!((calls, survey.throws, survey.tail_calls), (2, true, false));
    }
}
