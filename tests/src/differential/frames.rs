//! The call stacks of traps: those of the interpreter, and those of compiled code.
//!
//! The interpreter reports how far it has read, compiled code the start of the operator that it has
//! reached. When a guard page stops the interpreter, it does not report a position.

use std::collections::BTreeMap;

use wamr_abi::exceptions::TrapId;
use wamr_shim::Frame;
use wasmparser::{Parser, Payload};

use super::drive::Trace;

/// The frames of every call of a run, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallStacks(Vec<Vec<Place>>);

/// A function, and the operator that it has reached, if that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    function: u32,
    operator: Option<u32>,
}

impl CallStacks {
    /// The frames of `trace`, which are compiled code's own.
    pub fn of_compiled(trace: &Trace) -> Self {
        Self::read(trace, &|offset| Some(offset))
    }

    /// The frames of `trace`, which are the interpreter's, of the module `wasm`.
    pub fn of_interpreted(trace: &Trace, wasm: &[u8]) -> Self {
        let operators = operators(wasm);
        Self::read(trace, &|offset| match offset {
            // A host function.
            0 => Some(0),
            read => operators.range(read..).next().map(|(_, &start)| start),
        })
    }

    fn read(trace: &Trace, operator: &dyn Fn(u32) -> Option<u32>) -> Self {
        let beyond = TrapId::OutOfBoundsMemoryAccess.message();
        let stacks = trace.calls.iter().map(|call| {
            let faults = call.outcome.as_ref().is_err_and(|message| message.ends_with(beyond));
            let places = call.frames.iter().enumerate().map(|(depth, frame)| Place {
                function: frame.function,
                operator: operator(frame.offset).filter(|_| depth > 0 || !faults),
            });
            places.collect()
        });
        Self(stacks.collect())
    }
}

/// Removes the frames from `trace`, since other oracles have none.
pub fn forget(trace: &mut Trace) {
    trace.calls.iter_mut().for_each(|call| call.frames = Vec::<Frame>::new());
}

/// The position after every operator, mapped to the position of its start.
fn operators(wasm: &[u8]) -> BTreeMap<u32, u32> {
    let mut ends = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Ok(Payload::CodeSectionEntry(body)) = payload else { continue };
        let Ok(mut reader) = body.get_operators_reader() else { continue };
        while !reader.eof() {
            let start = reader.original_position() as u32;
            if reader.read().is_err() {
                break;
            }
            ends.insert(reader.original_position() as u32, start);
        }
    }
    ends
}
