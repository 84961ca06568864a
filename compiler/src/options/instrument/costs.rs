//! The costs of operators, as a value and as a table in text.
//!
//! An operator has a cost. One that works on many bytes or elements at once has another cost for
//! its length: a cost for each started group of a given size. Costs are stored by operator for fast
//! access during lowering; names are those of the text format.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use crate::wasm::{Length, OperatorKind};

/// The cost of each operator, and of entering a function in addition to its operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    operators: Vec<u32>,
    /// In the order of [`LENGTHS`].
    lengths: [LengthCost; LENGTHS.len()],
    function: u32,
}

/// What one operator costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Whatever it does.
    pub base: u32,
    /// The cost by length, if it works on many bytes, elements or pages at once.
    pub length: Option<LengthCost>,
}

/// The cost of an operator by its length: `cost` for each `units`, or part of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LengthCost {
    /// From 0 to 2^32 - 1.
    pub cost: u32,
    /// Bytes, elements or pages: a power of two.
    pub units: u32,
}

impl LengthCost {
    const fn new(cost: u32, units: u32) -> Self {
        Self { cost, units }
    }
}

/// What the length of an operator costs by default.
const fn default_length_cost(length: Length) -> LengthCost {
    match length {
        // A vector has 16 bytes, and storing one takes one instruction.
        Length::Bytes => LengthCost::new(1, 16),
        Length::Elements => LengthCost::new(1, 1),
        // It has to be filled with zeros.
        Length::Pages => LengthCost::new(65536 / 16, 1),
    }
}

/// The operators that have a length, and its default cost.
const LENGTHS: [(OperatorKind, LengthCost); 16] = {
    let mut lengths = [(OperatorKind::Nop, LengthCost::new(0, 1)); 16];
    let (mut position, mut found) = (0, 0);
    while position < OperatorKind::ALL.len() {
        let operator = OperatorKind::ALL[position];
        if let Some(length) = operator.facts().length {
            lengths[found] = (operator, default_length_cost(length));
            found += 1;
        }
        position += 1;
    }
    assert!(found == lengths.len());
    lengths
};

fn length_index(operator: OperatorKind) -> Option<usize> {
    LENGTHS.iter().position(|(other, _)| *other == operator)
}

impl Default for Costs {
    /// 1 for each instruction of the specification, which does not count `end` and `else`, since
    /// these only delimit others. In addition, 1 for each 16 bytes and for each element that an
    /// operator works on, and 4096 for each page by which memory grows.
    fn default() -> Self {
        let cost = |operator: &OperatorKind| u32::from(!operator.facts().delimits);
        let operators = OperatorKind::ALL.iter().map(cost).collect();
        Self { operators, lengths: LENGTHS.map(|(_, cost)| cost), function: 0 }
    }
}

/// Prints a table that [`Costs::parse`] reads as the same costs.
impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = Self::default();
        if self.function != default.function {
            writeln!(f, "function = {}", self.function)?;
        }
        // The three operators named `select` have the same cost.
        let is_named_again = |operator| {
            matches!(operator, OperatorKind::TypedSelect | OperatorKind::TypedSelectMulti)
        };
        for &operator in OperatorKind::ALL.iter().filter(|&&operator| !is_named_again(operator)) {
            let (base, length) = (self.of(operator), self.of_length(operator));
            if base == default.of(operator) && length == default.of_length(operator) {
                continue;
            }
            write!(f, "{} = {base}", operator.name())?;
            match length {
                Some(LengthCost { cost, units }) => writeln!(f, " + {cost}/{units}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// The line of a table of costs that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostsError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for CostsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, in line {}", self.message, self.line)
    }
}

impl std::error::Error for CostsError {}

/// A line of a table.
struct Line<'t> {
    name: &'t str,
    base: u32,
    length: Option<LengthCost>,
}

impl Costs {
    /// Reads a table of lines such as `i32.div_s = 20`, with names of the text format. `default`
    /// applies to all operators without a line of their own, except `end` and `else`; `function` is
    /// the cost of entering a function. An operator on many bytes, elements or pages may also have
    /// a cost for its length: `memory.fill = 5 + 1/64` costs 5, and 1 for each 64 bytes or part of
    /// them. Without it, the length has its default cost. Text after a `#` is a comment.
    ///
    /// # Errors
    /// The first line that is something else.
    pub fn parse(text: &str) -> Result<Self, CostsError> {
        let mut costs = Self::default();
        let mut given: Vec<Line<'_>> = Vec::new();
        let mut names = HashSet::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let line = parse_line(line)
                .and_then(|line| match names.insert(line.name) {
                    true => Ok(line),
                    false => Err(format!("{} already has a cost", line.name)),
                })
                .map_err(|message| CostsError { line: number, message })?;
            given.push(line);
        }
        if let Some(line) = given.iter().find(|line| line.name == "default") {
            for operator in OperatorKind::ALL.iter().filter(|each| !each.facts().delimits) {
                costs.operators[*operator as usize] = line.base;
            }
        }
        for line in &given {
            match line.name {
                "function" => costs.function = line.base,
                // `default` names no operator.
                name => {
                    for &(_, operator) in operators_called(name) {
                        costs.operators[operator as usize] = line.base;
                        if let (Some(index), Some(cost)) = (length_index(operator), line.length) {
                            costs.lengths[index] = cost;
                        }
                    }
                }
            }
        }
        Ok(costs)
    }

    /// The cost of the operator with this name in the text format, if there is one.
    pub fn get(&self, name: &str) -> Option<Cost> {
        let &(_, operator) = operators_called(name).first()?;
        Some(Cost { base: self.of(operator), length: self.of_length(operator) })
    }

    /// The cost of entering a function, in addition to its operators.
    pub fn of_function(&self) -> u32 {
        self.function
    }

    pub(crate) fn of(&self, operator: OperatorKind) -> u32 {
        self.operators[operator as usize]
    }

    pub(crate) fn of_length(&self, operator: OperatorKind) -> Option<LengthCost> {
        length_index(operator).map(|index| self.lengths[index])
    }
}

fn parse_line(line: &str) -> Result<Line<'_>, String> {
    let (name, cost) = line.split_once('=').ok_or("expected NAME = COST")?;
    let name = name.trim();
    let operator = match operators_called(name).first() {
        None if !matches!(name, "function" | "default") => {
            return Err(format!("unknown operator {name:?}"));
        }
        operator => operator.map(|&(_, operator)| operator),
    };
    let (base, length) = match cost.split_once('+') {
        None => (cost, None),
        Some((base, length)) => (base, Some(length)),
    };
    if length.is_some() && operator.and_then(length_index).is_none() {
        return Err(format!("{name} has no length to charge for"));
    }
    let length = length.map(parse_length).transpose()?;
    Ok(Line { name, base: parse_cost(base)?, length })
}

fn parse_cost(cost: &str) -> Result<u32, String> {
    let cost = cost.trim();
    cost.parse().map_err(|_| format!("{cost:?} is not a cost from 0 to {}", u32::MAX))
}

fn parse_length(text: &str) -> Result<LengthCost, String> {
    let (cost, units) = text.split_once('/').ok_or("expected COST/UNITS after +, such as 1/64")?;
    let (cost, units) = (parse_cost(cost)?, units.trim());
    match units.parse::<u32>() {
        Ok(units) if units.is_power_of_two() => Ok(LengthCost { cost, units }),
        _ => Err(format!("{units:?} is not a power of two from 1 to {}", 1u32 << 31)),
    }
}

/// Every operator and the name that tables have for it, by name. `select` is the name of three
/// operators; every other name belongs to one.
static BY_NAME: LazyLock<Vec<(String, OperatorKind)>> = LazyLock::new(|| {
    let named = |&operator: &OperatorKind| match operator {
        OperatorKind::TypedSelect | OperatorKind::TypedSelectMulti => ("select".into(), operator),
        _ => (operator.name(), operator),
    };
    let mut all: Vec<_> = OperatorKind::ALL.iter().map(named).collect();
    // Stable, so that operators with one name stay in their order.
    all.sort_by(|(name, _), (other, _)| name.cmp(other));
    all
});

fn operators_called(name: &str) -> &'static [(String, OperatorKind)] {
    let start = BY_NAME.partition_point(|(other, _)| other.as_str() < name);
    let rest = &BY_NAME[start..];
    &rest[..rest.iter().take_while(|(other, _)| other == name).count()]
}
