//! Finds out whether some body of a module makes a tail call, before any body is lowered.
//!
//! The calling convention of all functions depends on it. Few bodies contain the bytes of a tail
//! call, so a search for these comes first, and a body is read only up to the last place where they
//! occur: reading all bodies completely would take more than 1 % of the time of level 0. Tail calls
//! count whether or not they are reachable.

use memchr::memchr3_iter;
use wasmparser::FunctionBody;

use super::{Module, OperatorKind, Survey, survey};

const RETURN_CALL: u8 = 0x12;
const RETURN_CALL_INDIRECT: u8 = 0x13;
const RETURN_CALL_REF: u8 = 0x15;

// The search looks only for the bytes of these operators.
const _: () = {
    let mut position = 0;
    while position < OperatorKind::ALL.len() {
        let operator = OperatorKind::ALL[position];
        let found = matches!(
            operator,
            OperatorKind::ReturnCall
                | OperatorKind::ReturnCallIndirect
                | OperatorKind::ReturnCallRef
        );
        assert!(operator.facts().tail_call == found);
        position += 1;
    }
};

/// Whether a body of `module` makes a tail call. One may be in a body that cannot be read; the
/// module is refused when that body is validated.
pub(crate) fn has_tail_calls(module: &Module<'_>) -> bool {
    module.bodies.iter().any(|body| {
        let last = last_candidate(body.code.as_bytes(), module);
        last.is_some_and(|last| makes_tail_call(&body.code, last))
    })
}

/// The same, for bodies with these surveys.
pub(crate) fn some_tail_call(mut surveys: impl Iterator<Item = Option<Survey>>) -> bool {
    surveys.any(|survey| survey.is_none_or(|survey| survey.tail_calls))
}

/// The last place in the bytes of a body where a tail call may begin.
fn last_candidate(bytes: &[u8], module: &Module<'_>) -> Option<usize> {
    memchr3_iter(RETURN_CALL, RETURN_CALL_INDIRECT, RETURN_CALL_REF, bytes)
        .rfind(|&at| may_be_tail_call(&bytes[at..], module))
}

/// Whether an operator at the start of `bytes`, which has one of the opcodes, may be valid.
fn may_be_tail_call(bytes: &[u8], module: &Module<'_>) -> bool {
    let Some((index, rest)) = number(&bytes[1..]) else { return false };
    let has_table = || number(rest).is_some_and(|(table, _)| table < module.tables.len() as u64);
    match bytes[0] {
        RETURN_CALL => index < module.functions.len() as u64,
        RETURN_CALL_INDIRECT => index < module.types.len() as u64 && has_table(),
        _ => index < module.types.len() as u64,
    }
}

/// The number in LEB128 at the start of `bytes`, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    /// The maximum size of a number of 32 bits.
    const MAX_SIZE: usize = 5;
    /// Set in every byte except the last.
    const CONTINUES: u8 = 0x80;
    let last = bytes.iter().take(MAX_SIZE).position(|byte| byte & CONTINUES == 0)?;
    let (number, rest) = bytes.split_at(last + 1);
    let digits = number.iter().rev().map(|byte| u64::from(byte & !CONTINUES));
    Some((digits.fold(0, |number, digit| number << 7 | digit), rest))
}

/// Whether an operator that begins at `last` in `body`, or before that, is a tail call.
fn makes_tail_call(body: &FunctionBody<'_>, last: usize) -> bool {
    // The index of the function decides only about calls of itself.
    let read = survey::read(body, 0, last + 1, |_, _| {});
    some_tail_call([read.ok()].into_iter())
}

#[cfg(test)]
mod tests {
    use super::has_tail_calls;
    use crate::wasm;

    fn tail_calls(text: &str) -> bool {
        let bytes = wat::parse_str(text).expect("the text is right");
        let module = wasm::parse(&bytes, wasm::allowed_features(&[]), wasm::References::Indexes);
        has_tail_calls(&module.unwrap_or_else(|error| panic!("{error}")))
    }

    #[test]
    fn tail_calls_count_wherever_they_stand() {
        for body in [
            "(return_call $f)",
            "(return_call_indirect (type $t) (i32.const 0))",
            "(return) (return_call $f)",
            "(return_call_ref $t (ref.null $t))",
            "(block (loop (unreachable) (return_call $f))) (drop (i32.const 18))",
            "(drop (i32.const 18)) (call $f) (return_call $f) (call $f)",
        ] {
            let text = format!(
                "(module (type $t (func)) (table 1 funcref) (func) (func $f (type $t) {body}))"
            );
            assert!(tail_calls(&text), "{body}");
        }
    }

    /// The same bytes occur in constants, indexes and offsets.
    #[test]
    fn bytes_of_the_same_value_are_no_operators() {
        let functions = "(func)".repeat(30);
        assert!(!tail_calls(&format!(
            "(module (type (func)) (memory 1) (table 1 funcref) {functions}
               (func (call 18) (call 19) (drop (i32.const 18)) (drop (i32.const 19))
                 (drop (i64.const 0x13121312)) (drop (i32.load offset=18 (i32.const 19)))
                 (drop (i32.load offset=0x9312 (i32.const 0x901)))))"
        )));
    }

    #[test]
    fn indexes_of_several_bytes_are_found() {
        let functions = "(func)".repeat(300);
        assert!(tail_calls(&format!("(module {functions} (func (return_call 299)))")));
    }

    #[test]
    fn a_body_that_cannot_be_read_may_make_one() {
        let mut wasm = wat::parse_str("(module (func $f (nop) (return_call $f)))").unwrap();
        let at = wasm.windows(2).rposition(|bytes| bytes == [1, super::RETURN_CALL]).unwrap();
        // No operator.
        wasm[at] = 0xff;
        let module = wasm::parse(&wasm, wasm::allowed_features(&[]), wasm::References::Indexes)
            .expect("bodies come later");
        assert!(has_tail_calls(&module));
    }
}
