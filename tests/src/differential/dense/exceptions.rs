//! Exceptions, in both encodings: statements and expressions that throw, catch, and throw again.
//!
//! A module uses one encoding, since V8 refuses modules with both.

use wasm_encoder::{BlockType, Catch, Instruction as I, ValType};

use super::body::Body;
use crate::random::Random;

/// The encoding of exceptions that a module uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `try_table`, `throw_ref`, and references to exceptions.
    Current,
    /// `try`, `catch`, `rethrow`, `delegate`.
    Legacy,
}

/// A tag of the module. A tag's index is its position.
pub(in crate::differential) struct Tag {
    /// Types of its operands.
    pub(super) operands: Vec<ValType>,
    /// Index of the tag's own type.
    pub(super) ty: u32,
    /// Index of the type of a block that gives the operands.
    caught: u32,
    /// The same with a reference to the exception after them; only in the current encoding.
    caught_with_reference: Option<u32>,
}

/// Some tags, whose types are added to `types`.
pub(super) fn tags(
    random: &mut Random,
    encoding: Encoding,
    value_types: &[ValType],
    types: &mut Vec<super::Signature>,
) -> Vec<Tag> {
    let mut add = |signature| {
        types.push(signature);
        types.len() as u32 - 1
    };
    let mut tags = Vec::new();
    for _ in 0..2 + random.below(4) {
        // Up to 32 bits of operands are thrown in another way than more.
        let count = random.choose(&[0, 1, 1, 1, 2, 3, 9]);
        let mut operand = || match random.below(3) {
            0 => ValType::I32,
            _ => random.choose(value_types),
        };
        let operands: Vec<ValType> = (0..count).map(|_| operand()).collect();
        let with_reference = [&operands[..], &[ValType::EXNREF]].concat();
        tags.push(Tag {
            ty: add((operands.clone(), Vec::new())),
            caught: add((Vec::new(), operands.clone())),
            caught_with_reference: (encoding == Encoding::Current)
                .then(|| add((Vec::new(), with_reference))),
            operands,
        });
    }
    tags
}

/// What a clause of a `try_table` catches.
struct Clause {
    catch: fn(u32, u32) -> Catch,
    tag: u32,
    /// The block to which it branches.
    block: BlockType,
    /// What it leaves there.
    values: Vec<ValType>,
}

impl Body<'_> {
    pub(super) fn exception_statement(&mut self, encoding: Encoding) {
        match (self.random.below(3), encoding) {
            (0, _) => self.throw_if(encoding),
            (_, Encoding::Current) => self.try_table(),
            (_, Encoding::Legacy) => self.legacy_try(),
        }
    }

    /// Throws if some condition holds.
    fn throw_if(&mut self, encoding: Encoding) {
        self.expression(ValType::I32);
        self.emit(I::If(BlockType::Empty));
        self.labels.push(Vec::new());
        match encoding {
            Encoding::Current if self.chance(3) => self.throw_reference(),
            Encoding::Legacy if self.chance(3) && !self.handlers.is_empty() => {
                let handler = self.random.choose(&self.handlers.clone());
                self.emit(I::Rethrow((self.labels.len() - 1 - handler) as u32));
            }
            _ => self.throw(),
        }
        self.labels.pop();
        self.emit(I::End);
    }

    fn throw(&mut self) {
        let tag = self.random.below(self.outline.tags.len());
        let outline = self.outline;
        self.expressions(&outline.tags[tag].operands);
        self.emit(I::Throw(tag as u32));
    }

    /// Throws what a local refers to; mostly only if it refers to something.
    fn throw_reference(&mut self) {
        let local = self.local_of(ValType::EXNREF);
        let checks = !self.chance(20);
        if checks {
            self.emit(I::LocalGet(local));
            self.emit(I::RefIsNull);
            self.emit(I::BrIf(0));
        }
        self.emit(I::LocalGet(local));
        self.emit(I::ThrowRef);
    }

    /// A `try_table` with a block for each clause, in which the caught values are used.
    fn try_table(&mut self) {
        let clauses: Vec<Clause> = (0..self.random.below(4)).map(|_| self.clause()).collect();
        self.emit(I::Block(BlockType::Empty));
        self.labels.push(Vec::new());
        for clause in clauses.iter().rev() {
            self.emit(I::Block(clause.block));
            self.labels.push(clause.values.clone());
        }
        let mut catches: Vec<Catch> = clauses
            .iter()
            .zip(0..)
            .map(|(clause, label)| (clause.catch)(clause.tag, label))
            .collect();
        if self.chance(4) {
            // To any label that takes nothing, which may be a loop's.
            let empty: Vec<usize> =
                (0..self.labels.len()).filter(|&label| self.labels[label].is_empty()).collect();
            let label = (self.labels.len() - 1 - self.random.choose(&empty)) as u32;
            let at = self.random.below(catches.len() + 1);
            catches.insert(at, Catch::All { label });
        }
        self.emit(I::TryTable(BlockType::Empty, catches.into()));
        self.labels.push(Vec::new());
        self.statements();
        self.labels.pop();
        self.emit(I::End);
        for (clause, left) in clauses.iter().zip((0..clauses.len() as u32).rev()) {
            // Past the blocks of all other clauses.
            self.emit(I::Br(left + 1));
            self.labels.pop();
            self.emit(I::End);
            self.keep(&clause.values);
            self.statement();
        }
        self.labels.pop();
        self.emit(I::End);
    }

    fn clause(&mut self) -> Clause {
        let tag = self.random.below(self.outline.tags.len());
        let outline = self.outline;
        let Tag { operands, caught, caught_with_reference, .. } = &outline.tags[tag];
        let tag = tag as u32;
        match self.random.below(6) {
            0 => {
                let catch = |_, label| Catch::All { label };
                Clause { catch, tag, block: BlockType::Empty, values: Vec::new() }
            }
            1 => {
                let catch = |_, label| Catch::AllRef { label };
                let block = BlockType::Result(ValType::EXNREF);
                Clause { catch, tag, block, values: vec![ValType::EXNREF] }
            }
            2 | 3 => {
                let catch = |tag, label| Catch::OneRef { tag, label };
                let ty = caught_with_reference.expect("the encoding has references");
                let values = [&operands[..], &[ValType::EXNREF]].concat();
                Clause { catch, tag, block: BlockType::FunctionType(ty), values }
            }
            _ => {
                let catch = |tag, label| Catch::One { tag, label };
                let block = BlockType::FunctionType(*caught);
                Clause { catch, tag, block, values: operands.clone() }
            }
        }
    }

    /// Sets locals to the values on the stack.
    fn keep(&mut self, types: &[ValType]) {
        for &ty in types.iter().rev() {
            let local = self.local_of(ty);
            self.emit(I::LocalSet(local));
        }
    }

    fn legacy_try(&mut self) {
        self.emit(I::Try(BlockType::Empty));
        self.labels.push(Vec::new());
        self.statements();
        if self.chance(4) {
            self.labels.pop();
            // The outermost label is the function's own: then its caller catches.
            let depth = self.random.below(self.labels.len()) as u32;
            return self.emit(I::Delegate(depth));
        }
        let handler = self.labels.len() - 1;
        self.handlers.push(handler);
        for _ in 0..self.random.below(3) {
            let tag = self.random.below(self.outline.tags.len());
            self.emit(I::Catch(tag as u32));
            let outline = self.outline;
            self.keep(&outline.tags[tag].operands);
            self.statements();
        }
        if self.chance(2) {
            self.emit(I::CatchAll);
            self.statements();
        }
        self.handlers.pop();
        self.labels.pop();
        self.emit(I::End);
    }

    /// A value of type `ty`, from code that may throw, or from the code that catches.
    pub(super) fn try_expression(&mut self, encoding: Encoding, ty: ValType) {
        let tag = self.random.below(self.outline.tags.len());
        let outline = self.outline;
        let Tag { operands, caught, .. } = &outline.tags[tag];
        let tag = tag as u32;
        if encoding == Encoding::Legacy {
            self.emit(I::Try(BlockType::Result(ty)));
            self.labels.push(vec![ty]);
            self.statement();
            self.expression(ty);
            self.handlers.push(self.labels.len() - 1);
            self.emit(I::Catch(tag));
            self.keep(operands);
            self.expression(ty);
            self.handlers.pop();
            self.labels.pop();
            return self.emit(I::End);
        }
        self.emit(I::Block(BlockType::Result(ty)));
        self.labels.push(vec![ty]);
        self.emit(I::Block(BlockType::FunctionType(*caught)));
        self.labels.push(operands.clone());
        let catches = vec![Catch::One { tag, label: 0 }];
        self.emit(I::TryTable(BlockType::Result(ty), catches.into()));
        self.labels.push(vec![ty]);
        self.statement();
        self.expression(ty);
        self.labels.pop();
        self.emit(I::End);
        self.emit(I::Br(1));
        self.labels.pop();
        self.emit(I::End);
        self.keep(operands);
        self.expression(ty);
        self.labels.pop();
        self.emit(I::End);
    }
}
