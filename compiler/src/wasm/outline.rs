//! A function body without the indexes by which it refers to the rest of its module.
//!
//! Two bodies have the same [`Outline::skeleton`] if and only if they differ only in these indexes,
//! and use equal indexes in the same places. They behave the same if the items they refer to, in
//! the order of [`Outline::references`], are the same. A body keeps its skeleton when functions,
//! types or globals are added elsewhere in the module.
//!
//! Like a survey, an outline is made before the body is validated. Whether the body is valid
//! depends on the skeleton, on the items that are referred to, and on the supported proposals.

use std::ops::Range;

use rustc_hash::FxHashMap;
use wasmparser::FunctionBody;

use super::survey;
use super::{OperatorKind, Survey};
use crate::digest::{Digest, digest};

/// An item of the module that a body refers to, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reference {
    /// A function that is called.
    Callee(u32),
    /// A function in a `ref.func`.
    Value(u32),
    /// A type used by a block.
    BlockType(u32),
    /// A type used by an indirect call.
    CalledType(u32),
    /// A global.
    Global(u32),
    /// A table.
    Table(u32),
    /// An element segment.
    Element(u32),
    /// A data segment.
    Data(u32),
    /// A memory other than the first one. It does not exist, so the body is invalid.
    OtherMemory(u32),
}

impl Reference {
    /// The memory `index`, unless it is the first one, which all bodies share.
    #[inline(always)]
    pub(super) fn other_memory(index: u32) -> Option<Self> {
        (index != 0).then_some(Self::OtherMemory(index))
    }
}

/// The facts about a body that are collected by reading its operators.
pub(crate) struct Outline {
    /// The figures.
    pub(crate) survey: Survey,
    /// The digest of the body without the indexes.
    pub(crate) skeleton: Digest,
    /// The items that the body refers to, in order of first occurrence, and how often.
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

/// Makes outlines, and reuses its buffers.
#[derive(Default)]
pub(crate) struct Outliner {
    skeleton: Vec<u8>,
    numbers: FxHashMap<Reference, u32>,
    references: Vec<(Reference, u32)>,
}

/// Marks an operator whose references are replaced, in the bytes of a skeleton. No operator of a
/// module begins with this byte.
const REPLACED: u8 = 0xff;

impl Outliner {
    /// The outline of the body of function `index`, or `None` if it cannot be read.
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
        let survey = survey::read(body, index, usize::MAX, observe).ok()?;
        self.skeleton.extend_from_slice(&bytes[copied..]);
        let references = std::mem::take(&mut self.references);
        Some(Outline { survey, skeleton: digest([&self.skeleton[..]]), references })
    }

    fn replace(&mut self, references: References) {
        self.skeleton.push(REPLACED);
        self.skeleton.extend_from_slice(&(references.operator as u16).to_le_bytes());
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

/// The references of an operator, which are all that distinguishes it from others of its kind.
pub(super) struct References {
    pub(super) operator: OperatorKind,
    pub(super) which: [Option<Reference>; 2],
}
