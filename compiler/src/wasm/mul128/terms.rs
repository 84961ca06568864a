//! Terms over the locals of a function: 64-bit values in a normal form.
//!
//! Invariant: equal terms have the same value, whatever the locals contain. The converse does not
//! hold. Sums and products wrap at 64 bits. Sums are flat. The operands of sums and of all other
//! commutative operators are sorted.

use std::collections::HashMap;

/// A term, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Term(u32);

/// The definition of a term.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The value of a parameter on entry.
    Local(u32),
    Constant(u64),
    /// A sum of at least two terms, none of which is a sum.
    Sum(Vec<Term>),
    Product([Term; 2]),
    And([Term; 2]),
    /// By less than 64 bits.
    ShiftLeft(Term, u32),
    /// The same, zeros coming in.
    ShiftRight(Term, u32),
    /// Whether the sum of two terms exceeds 64 bits: 0 or 1.
    Carry([Term; 2]),
}

/// All terms created so far, each once.
#[derive(Default)]
pub(super) struct Terms {
    nodes: Vec<Node>,
    numbers: HashMap<Node, Term>,
}

impl Terms {
    pub(super) fn node(&self, term: Term) -> &Node {
        &self.nodes[term.0 as usize]
    }

    fn intern(&mut self, node: Node) -> Term {
        let next = Term(self.nodes.len() as u32);
        *self.numbers.entry(node).or_insert_with_key(|node| {
            self.nodes.push(node.clone());
            next
        })
    }

    pub(super) fn local(&mut self, local: u32) -> Term {
        self.intern(Node::Local(local))
    }

    pub(super) fn constant(&mut self, value: u64) -> Term {
        self.intern(Node::Constant(value))
    }

    pub(super) fn constant_value(&self, term: Term) -> Option<u64> {
        match *self.node(term) {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The terms whose sum is `term`.
    fn summands(&self, term: Term) -> &[Term] {
        match self.node(term) {
            Node::Sum(summands) => summands,
            _ => &[],
        }
    }

    pub(super) fn sum(&mut self, of: &[Term]) -> Term {
        let mut all = Vec::new();
        for &term in of {
            match self.summands(term) {
                [] => all.push(term),
                summands => all.extend_from_slice(summands),
            }
        }
        all.sort_unstable();
        match all[..] {
            [single] => single,
            _ => self.intern(Node::Sum(all)),
        }
    }

    pub(super) fn product(&mut self, a: Term, b: Term) -> Term {
        self.intern(Node::Product(ordered(a, b)))
    }

    pub(super) fn and(&mut self, a: Term, b: Term) -> Term {
        self.intern(Node::And(ordered(a, b)))
    }

    /// The lower 32 bits.
    pub(super) fn low_half(&mut self, term: Term) -> Term {
        let mask = self.constant(u64::from(u32::MAX));
        self.and(term, mask)
    }

    /// Shifts are modulo 64, as in wasm.
    pub(super) fn shift_left(&mut self, term: Term, by: u64) -> Term {
        self.intern(Node::ShiftLeft(term, (by % 64) as u32))
    }

    pub(super) fn shift_right(&mut self, term: Term, by: u64) -> Term {
        self.intern(Node::ShiftRight(term, (by % 64) as u32))
    }

    pub(super) fn carry(&mut self, a: Term, b: Term) -> Term {
        self.intern(Node::Carry(ordered(a, b)))
    }

    pub(super) fn is_carry(&self, term: Term) -> bool {
        matches!(self.node(term), Node::Carry(_))
    }

    /// The bitwise or of terms without common bits, which is their sum.
    pub(super) fn or(&mut self, a: Term, b: Term) -> Option<Term> {
        let apart = self.width(b) <= self.zeros(a) || self.width(a) <= self.zeros(b);
        apart.then(|| self.sum(&[a, b]))
    }

    /// Whether `a` is less than `b`, if `b` is one of the summands of `a`: then the sum has
    /// wrapped, so there was a carry.
    pub(super) fn less(&mut self, a: Term, b: Term) -> Option<Term> {
        let mut rest = self.summands(a).to_vec();
        let position = rest.iter().position(|&summand| summand == b)?;
        rest.remove(position);
        let rest = self.sum(&rest);
        Some(self.carry(b, rest))
    }

    /// An upper bound of the number of bits that a value needs.
    fn width(&self, term: Term) -> u32 {
        match *self.node(term) {
            Node::Constant(value) => u64::BITS - value.leading_zeros(),
            Node::And([a, b]) => self.width(a).min(self.width(b)),
            Node::ShiftRight(_, by) => u64::BITS - by,
            Node::Carry(_) => 1,
            _ => u64::BITS,
        }
    }

    /// A lower bound of the number of trailing zeros of a value.
    fn zeros(&self, term: Term) -> u32 {
        match *self.node(term) {
            Node::ShiftLeft(_, by) => by,
            _ => 0,
        }
    }
}

fn ordered(a: Term, b: Term) -> [Term; 2] {
    [a.min(b), a.max(b)]
}
