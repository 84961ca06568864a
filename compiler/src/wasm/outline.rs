//! A function body without the numbers by which it refers to the rest of its module.
//!
//! Two bodies have the same [`Outline::skeleton`] if and only if they are the same but for these
//! numbers, and use the same number in the same places: what they do is then the same if what they
//! refer to, in the order of [`Outline::references`], is. A body keeps its skeleton when functions,
//! types or globals are added elsewhere in the module.
//!
//! Like a survey, an outline is made before the body is validated. Whether it is valid depends on
//! the skeleton and on what the references stand for, and on the proposals that are supported.

use std::ops::Range;

use rustc_hash::FxHashMap;
use wasmparser::{BlockType, FunctionBody, Operator};

use super::Survey;
use super::survey;
use crate::digest::{Digest, digest};

/// Something of the module that a body refers to, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reference {
    /// A function that is called.
    Callee(u32),
    /// A function of which a reference is made.
    Value(u32),
    /// A type, as that of a block.
    BlockType(u32),
    /// A type, as that of an indirect call.
    CalledType(u32),
    /// A global.
    Global(u32),
    /// A table.
    Table(u32),
    /// An element segment.
    Element(u32),
    /// A data segment.
    Data(u32),
}

/// What can be told of a body by a look at its operators.
pub(crate) struct Outline {
    /// The figures.
    pub(crate) survey: Survey,
    /// The digest of the body without the numbers.
    pub(crate) skeleton: Digest,
    /// What the body refers to, by first occurrence, and how often.
    pub(crate) references: Vec<(Reference, u32)>,
}

impl Outline {
    /// The functions that the body calls, and how often.
    pub(crate) fn callees(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.references.iter().filter_map(|&(reference, uses)| match reference {
            Reference::Callee(function) => Some((function, uses)),
            _ => None,
        })
    }
}

/// Makes outlines, and keeps its buffers from one to the next.
#[derive(Default)]
pub(crate) struct Outliner {
    skeleton: Vec<u8>,
    numbers: FxHashMap<Reference, u32>,
    references: Vec<(Reference, u32)>,
}

/// In the bytes of a skeleton, begins an operator whose references are replaced. It begins no operator
/// of a module.
const REPLACED: u8 = 0xff;

impl Outliner {
    /// The outline of the body of function `index`, if it can be read.
    pub(crate) fn outline(&mut self, body: &FunctionBody<'_>, index: u32) -> Option<Outline> {
        self.skeleton.clear();
        self.numbers.clear();
        self.references.clear();
        let bytes = body.as_bytes();
        let mut copied = 0;
        let observe = |references: References, place: Range<usize>| {
            self.skeleton.extend_from_slice(&bytes[copied..place.start]);
            copied = place.end;
            self.replace(references);
        };
        let survey = survey::read(body, index, observe).ok()?;
        self.skeleton.extend_from_slice(&bytes[copied..]);
        let references = std::mem::take(&mut self.references);
        Some(Outline { survey, skeleton: digest([&self.skeleton[..]]), references })
    }

    fn replace(&mut self, references: References) {
        self.skeleton.extend_from_slice(&[REPLACED, references.operator]);
        for reference in references.which.into_iter().flatten() {
            let next = self.references.len() as u32;
            let number = *self.numbers.entry(reference).or_insert(next);
            if number == next {
                self.references.push((reference, 0));
            }
            self.references[number as usize].1 += 1;
            self.skeleton.extend_from_slice(&number.to_le_bytes());
        }
    }
}

/// What an operator refers to, which is all that tells it from others of its number.
pub(super) struct References {
    /// Stands for the operator.
    operator: u8,
    pub(super) which: [Option<Reference>; 2],
}

/// The references of an operator, if it has some.
#[inline(always)]
pub(super) fn references_of(operator: &Operator<'_>) -> Option<References> {
    use Reference::{BlockType as Block, CalledType, Callee, Data, Element, Global, Table};
    let one = |reference| [Some(reference), None];
    let two = |first, second| [Some(first), Some(second)];
    let (operator, which) = match *operator {
        Operator::Block { blockty: BlockType::FuncType(ty) } => (0, one(Block(ty))),
        Operator::Loop { blockty: BlockType::FuncType(ty) } => (1, one(Block(ty))),
        Operator::If { blockty: BlockType::FuncType(ty) } => (2, one(Block(ty))),
        Operator::Call { function_index } => (3, one(Callee(function_index))),
        Operator::ReturnCall { function_index } => (4, one(Callee(function_index))),
        Operator::CallIndirect { type_index, table_index } => {
            (5, two(CalledType(type_index), Table(table_index)))
        }
        Operator::ReturnCallIndirect { type_index, table_index } => {
            (6, two(CalledType(type_index), Table(table_index)))
        }
        Operator::RefFunc { function_index } => (7, one(Reference::Value(function_index))),
        Operator::GlobalGet { global_index } => (8, one(Global(global_index))),
        Operator::GlobalSet { global_index } => (9, one(Global(global_index))),
        Operator::TableGet { table } => (10, one(Table(table))),
        Operator::TableSet { table } => (11, one(Table(table))),
        Operator::TableSize { table } => (12, one(Table(table))),
        Operator::TableGrow { table } => (13, one(Table(table))),
        Operator::TableFill { table } => (14, one(Table(table))),
        Operator::TableCopy { dst_table, src_table } => {
            (15, two(Table(dst_table), Table(src_table)))
        }
        Operator::TableInit { elem_index, table } => (16, two(Element(elem_index), Table(table))),
        Operator::ElemDrop { elem_index } => (17, one(Element(elem_index))),
        // There is no other memory: one that is named makes the body invalid, and must stay in it.
        Operator::MemoryInit { data_index, mem: 0 } => (18, one(Data(data_index))),
        Operator::DataDrop { data_index } => (19, one(Data(data_index))),
        _ => return None,
    };
    Some(References { operator, which })
}
