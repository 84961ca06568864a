//! Recognises functions that compute a 128-bit product, which compilers add to modules under the
//! name `__multi3`. Such a function has four multiplications of 32-bit halves, two for the upper
//! operands, and the sums and carries in between. Machines have one instruction for most of this.
//!
//! A function is recognised by what it computes, never by its name. Its body, a straight line of
//! operators, is evaluated symbolically, with terms as values. The body is a product if all it does
//! is to store, with its first parameter as index, terms that equal those of a known algorithm for
//! the product. Equal terms have equal values, so nothing is guessed.
//!
//! The body is not validated here: operators on values of the wrong type give some term.

mod terms;
#[cfg(test)]
mod tests;

use wasmparser::{FunctionBody, MemArg, Operator, Result};

use super::{FuncType, ValueType};
use crate::limits::inlining::MAX_LOCALS_OF_PRODUCT;
use terms::{Term, Terms};

/// What a recognised body does: it stores the halves of the product of two numbers. The lower and
/// the upper half of the first are its second and third parameter, those of the second its fourth
/// and fifth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mul128 {
    /// In their order.
    pub(crate) stores: [HalfStore; 2],
}

/// A 64-bit store with the first parameter as index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HalfStore {
    /// The operator's own.
    pub(crate) at: MemArg,
    /// The offset of the operator in the module.
    pub(crate) position: u64,
    /// Whether it stores the upper half.
    pub(crate) upper: bool,
}

/// The locals of the factors, lower half first.
const FACTORS: [[u32; 2]; 2] = [[1, 2], [3, 4]];

/// The product that the body of a function of type `ty` computes, if it is one.
pub(crate) fn recognise_mul128(ty: &FuncType, body: &FunctionBody<'_>) -> Option<Mul128> {
    let [_, operands @ ..] = &ty.params[..] else { return None };
    if operands != [ValueType::I64; 4] || !ty.results.is_empty() {
        return None;
    }
    let mut terms = Terms::default();
    let stores = evaluate(&mut terms, ty.params.len() as u32, body).ok()??;
    let [(first, at_first), (second, at_second)] = stores[..] else { return None };
    let [a, b] = FACTORS;
    let upper = known_products(&mut terms, a, b).find_map(|[lower, upper]| {
        let uppers = [first == upper, second == upper];
        let is_product = [lower, upper] == [first, second] || [upper, lower] == [first, second];
        is_product.then_some(uppers)
    })?;
    let store = |(at, position), upper| HalfStore { at, position, upper };
    Some(Mul128 { stores: [store(at_first, upper[0]), store(at_second, upper[1])] })
}

/// The lower and the upper half of the product of the numbers in the locals `a` and `b`, for each
/// known algorithm.
fn known_products(terms: &mut Terms, a: [u32; 2], b: [u32; 2]) -> impl Iterator<Item = [Term; 2]> {
    [by_parts(terms, a, b), by_parts(terms, b, a), by_sums(terms, a, b)].into_iter()
}

/// The parts of a product of two 128-bit numbers.
struct Parts {
    /// The products of 32-bit halves of the lower 64-bit halves: lower × lower, lower × upper,
    /// upper × lower, and upper × upper.
    low: Term,
    middle: [Term; 2],
    high: Term,
    /// What the upper 64 bits of the numbers contribute to those of the product.
    crosses: [Term; 2],
}

impl Parts {
    fn new(terms: &mut Terms, a: [u32; 2], b: [u32; 2]) -> Self {
        let ([a, a_upper], [b, b_upper]) = (a.map(|l| terms.local(l)), b.map(|l| terms.local(l)));
        let [a_low, b_low] = [a, b].map(|number| terms.low_half(number));
        let [a_high, b_high] = [a, b].map(|number| terms.shift_right(number, 32));
        Self {
            low: terms.product(a_low, b_low),
            middle: [terms.product(a_low, b_high), terms.product(a_high, b_low)],
            high: terms.product(a_high, b_high),
            crosses: [terms.product(a, b_upper), terms.product(a_upper, b)],
        }
    }
}

/// The algorithm of compiler-rt: no sum is larger than 64 bits.
fn by_parts(terms: &mut Terms, a: [u32; 2], b: [u32; 2]) -> [Term; 2] {
    let Parts { low, middle, high, crosses } = Parts::new(terms, a, b);
    let carried = terms.shift_right(low, 32);
    let first = terms.sum(&[carried, middle[0]]);
    let carried = terms.low_half(first);
    let second = terms.sum(&[carried, middle[1]]);
    let (shifted, rest) = (terms.shift_left(second, 32), terms.low_half(low));
    let [first, second] = [first, second].map(|sum| terms.shift_right(sum, 32));
    let upper = terms.sum(&[high, first, second, crosses[0], crosses[1]]);
    [terms.sum(&[shifted, rest]), upper]
}

/// The algorithm of Rust's compiler-builtins and of Zig: 128-bit sums with carries.
fn by_sums(terms: &mut Terms, a: [u32; 2], b: [u32; 2]) -> [Term; 2] {
    let Parts { low, middle, high, crosses } = Parts::new(terms, a, b);
    let sum = terms.sum(&middle);
    let overflow = terms.carry(middle[0], middle[1]);
    let overflow = terms.shift_left(overflow, 32);
    let (shifted, rest) = (terms.shift_left(sum, 32), terms.shift_right(sum, 32));
    let carry = terms.carry(low, shifted);
    let upper = terms.sum(&[high, overflow, rest, carry, crosses[0], crosses[1]]);
    [terms.sum(&[low, shifted]), upper]
}

/// A stored term, with the operator and its offset in the module.
type Store = (Term, (MemArg, u64));

/// What a body stores with its first parameter as index, if it is a straight line of known
/// operators without any other effect.
fn evaluate(terms: &mut Terms, params: u32, body: &FunctionBody<'_>) -> Result<Option<Vec<Store>>> {
    let mut locals: Vec<Term> = (0..params).map(|local| terms.local(local)).collect();
    let pointer = locals[0];
    for declared in body.get_locals_reader()? {
        let count = declared?.0 as usize;
        if locals.len().saturating_add(count) > MAX_LOCALS_OF_PRODUCT {
            return Ok(None);
        }
        let zero = terms.constant(0);
        locals.resize(locals.len() + count, zero);
    }
    let mut evaluation =
        Evaluation { terms, locals, pointer, stack: Vec::new(), stores: Vec::new() };
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let position = operators.original_position();
        let operator = operators.read()?;
        if matches!(operator, Operator::End) && operators.eof() {
            return Ok(Some(evaluation.stores));
        }
        if evaluation.step(&operator, position).is_none() {
            return Ok(None);
        }
    }
    Ok(None)
}

struct Evaluation<'t> {
    terms: &'t mut Terms,
    locals: Vec<Term>,
    pointer: Term,
    stack: Vec<Term>,
    stores: Vec<Store>,
}

impl Evaluation<'_> {
    /// Evaluates an operator, if it is a known one.
    fn step(&mut self, operator: &Operator<'_>, position: u64) -> Option<()> {
        let result = match *operator {
            Operator::LocalGet { local_index } => *self.locals.get(local_index as usize)?,
            Operator::LocalSet { local_index } => {
                *self.locals.get_mut(local_index as usize)? = self.stack.pop()?;
                return Some(());
            }
            Operator::LocalTee { local_index } => {
                let value = self.stack.pop()?;
                *self.locals.get_mut(local_index as usize)? = value;
                value
            }
            Operator::I64Const { value } => self.terms.constant(value.cast_unsigned()),
            // Carries are the only 32-bit terms besides the pointer.
            Operator::I64ExtendI32U => {
                let value = self.stack.pop()?;
                self.terms.is_carry(value).then_some(value)?
            }
            Operator::I64Store { memarg } => {
                let (value, index) = (self.stack.pop()?, self.stack.pop()?);
                if index != self.pointer {
                    return None;
                }
                self.stores.push((value, (memarg, position)));
                return Some(());
            }
            _ => {
                let (right, left) = (self.stack.pop()?, self.stack.pop()?);
                self.binary(operator, left, right)?
            }
        };
        self.stack.push(result);
        Some(())
    }

    fn binary(&mut self, operator: &Operator<'_>, left: Term, right: Term) -> Option<Term> {
        let terms = &mut *self.terms;
        Some(match operator {
            Operator::I64Add => terms.sum(&[left, right]),
            Operator::I64Mul => terms.product(left, right),
            Operator::I64And => terms.and(left, right),
            Operator::I64Or => terms.or(left, right)?,
            Operator::I64Shl => {
                let by = terms.constant_value(right)?;
                terms.shift_left(left, by)
            }
            Operator::I64ShrU => {
                let by = terms.constant_value(right)?;
                terms.shift_right(left, by)
            }
            Operator::I64LtU => terms.less(left, right)?,
            Operator::I64GtU => terms.less(right, left)?,
            _ => return None,
        })
    }
}
