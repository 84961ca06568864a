//! What can be told of a function body by a look at its operators, before it is validated.
//!
//! A figure of a body that turns out to be invalid means nothing, and does no harm: such a module
//! is refused when the body is validated.

use std::ops::Range;

use wasmparser::{
    BinaryReaderError, BlockType, FrameKind, FrameStack, FunctionBody, VisitOperator,
    VisitSimdOperator,
};

use super::operators::{Facts, OperatorKind, reference, references};
use super::outline::{Reference, References};
use super::plain::{self, Run};

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
    /// Whether it may change the elements of a table.
    pub(crate) writes_tables: bool,
    /// Whether its last operator is `unreachable`: it reports an error, most likely.
    pub(crate) fails: bool,
}

/// Looks at the body of function `index`, and tells `called` each function that it calls directly.
/// Gives nothing for a body that cannot be read.
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
    read(body, index, observe).ok()
}

/// The same, and tells `observe` what operators refer to, with their places in the bytes of the body.
pub(super) fn read(
    body: &FunctionBody<'_>,
    index: u32,
    mut observe: impl FnMut(References, Range<usize>),
) -> Result<Survey, BinaryReaderError> {
    let mut surveyor = Surveyor { index, ..Surveyor::default() };
    let mut locals = body.get_locals_reader()?.into_iter();
    for declared in locals.by_ref() {
        let (count, _) = declared?;
        surveyor.survey.locals = surveyor.survey.locals.saturating_add(count);
    }
    let mut operators = locals.into_binary_reader_for_operators();
    // Where the operators begin in the bytes of the body.
    let origin = body.as_bytes().len() - operators.bytes_remaining();
    let first = operators.current_position();
    loop {
        let run = plain::run(&body.as_bytes()[origin + operators.current_position() - first..]);
        operators.read_bytes(run.size)?;
        surveyor.look_at_run(&run);
        if operators.eof() {
            break;
        }
        let start = operators.current_position();
        operators.visit_operator(&mut surveyor)?;
        if let Some(references) = surveyor.references.take() {
            let end = operators.current_position();
            observe(references, origin + start - first..origin + end - first);
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
    /// Of the last operator, if it has some.
    pub(super) references: Option<References>,
}

impl Surveyor {
    /// Is made for each operator apart, for which most of it vanishes.
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
        // In the end, this says what stands before the last `end`.
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

/// Lets any operator stand anywhere. To keep the frames is the validator's work, who will refuse those
/// that are in the wrong one.
impl FrameStack for Surveyor {
    fn current_frame(&self) -> Option<FrameKind> {
        Some(FrameKind::If)
    }
}

/// How many targets an operator has beside its first.
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
