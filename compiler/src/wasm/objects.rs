//! What a module for a runtime that collects garbage does before it starts: the values of globals,
//! tables and element segments that are references.
//!
//! The container can express few of these values, so code computes them. The expressions were
//! validated before, and are kept as they are.

use std::collections::BTreeSet;

use wasmparser::{ConstExpr, ElementItems, ElementKind, Operator, RefType, TableInit};

use super::{ConstExpr as Folded, ElementSegment, Module, SegmentMode, ValueType};
use crate::error::{Error, refused};

/// The references of a module that are computed when it is instantiated.
#[derive(Default)]
pub(crate) struct Objects<'a> {
    /// What to compute, in order.
    pub(crate) initialisers: Vec<Initialiser<'a>>,
    /// All element segments, by the index that bodies use.
    pub(crate) segments: Vec<Segment<'a>>,
    /// Functions that expressions and segments refer to.
    pub(crate) referenced: BTreeSet<u32>,
    /// The types of globals, as declared.
    pub(crate) globals: Vec<wasmparser::ValType>,
    /// The types of the elements of tables, as declared.
    pub(crate) tables: Vec<RefType>,
    /// Tables whose elements have an initial value.
    filled_tables: BTreeSet<u32>,
}

/// A step of the instantiation.
#[derive(Clone)]
pub(crate) enum Initialiser<'a> {
    /// Sets a global.
    Global(u32, ConstExpr<'a>),
    /// Sets all elements of a table.
    Table(u32, ConstExpr<'a>),
    /// Copies an active segment to its table.
    Segment(u32),
}

/// An element segment.
pub(crate) struct Segment<'a> {
    /// When it takes effect.
    pub(crate) mode: ObjectMode<'a>,
    /// Its elements.
    pub(crate) items: Items<'a>,
}

/// When a segment takes effect.
pub(crate) enum ObjectMode<'a> {
    /// At instantiation: the table, and the index of the first element.
    Active(u32, ConstExpr<'a>),
    /// When operators use it.
    Passive,
    /// Never, or the file contains it.
    Empty,
}

/// Elements of a segment.
pub(crate) enum Items<'a> {
    /// References to functions.
    Functions(Vec<u32>),
    /// Values of expressions.
    Expressions(Vec<ConstExpr<'a>>),
}

impl Items<'_> {
    /// The number of elements.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Functions(functions) => functions.len(),
            Self::Expressions(expressions) => expressions.len(),
        }
    }
}

impl<'a> Objects<'a> {
    /// Notes the functions that `expr` refers to.
    fn note_functions(&mut self, expr: &ConstExpr<'a>) -> Result<(), Error> {
        for operator in expr.get_operators_reader() {
            if let Operator::RefFunc { function_index } = operator.map_err(refused)? {
                self.referenced.insert(function_index);
            }
        }
        Ok(())
    }

    /// The value of global `index`, a reference.
    pub(super) fn add_global(&mut self, index: u32, value: ConstExpr<'a>) -> Result<(), Error> {
        self.note_functions(&value)?;
        self.initialisers.push(Initialiser::Global(index, value));
        Ok(())
    }

    /// The value of all elements of table `index`.
    pub(super) fn add_table(&mut self, index: u32, init: TableInit<'a>) -> Result<(), Error> {
        if let TableInit::Expr(value) = init {
            self.note_functions(&value)?;
            self.filled_tables.insert(index);
            self.initialisers.push(Initialiser::Table(index, value));
        }
        Ok(())
    }
}

/// Adds an element segment. The runtime copies it if it consists of functions, for a table of
/// functions; after the first segment for which this is not so, code copies all of them.
pub(super) fn add_segment<'a>(
    module: &mut Module<'a>,
    element: wasmparser::Element<'a>,
) -> Result<(), Error> {
    let items = match element.items {
        ElementItems::Functions(functions) => {
            let functions = functions.into_iter().map(|index| index.map_err(refused));
            Items::Functions(functions.collect::<Result<_, _>>()?)
        }
        ElementItems::Expressions(_, expressions) => {
            let expressions = expressions.into_iter().map(|expr| expr.map_err(refused));
            Items::Expressions(expressions.collect::<Result<_, _>>()?)
        }
    };
    match &items {
        Items::Functions(functions) => module.objects.referenced.extend(functions),
        Items::Expressions(all) => {
            all.iter().try_for_each(|expr| module.objects.note_functions(expr))?;
        }
    }
    let index = module.objects.segments.len() as u32;
    let mode = match element.kind {
        ElementKind::Passive => ObjectMode::Passive,
        ElementKind::Declared => ObjectMode::Empty,
        ElementKind::Active { table_index, offset_expr } => {
            let table = table_index.unwrap_or(0);
            match in_file(module, table, &offset_expr, &items)? {
                Some(segment) => {
                    module.elements.push(segment);
                    ObjectMode::Empty
                }
                None => {
                    module.objects.initialisers.push(Initialiser::Segment(index));
                    ObjectMode::Active(table, offset_expr)
                }
            }
        }
    };
    module.objects.segments.push(Segment { mode, items });
    Ok(())
}

/// The segment as part of the file, if that is possible.
fn in_file(
    module: &Module<'_>,
    table: u32,
    offset: &ConstExpr<'_>,
    items: &Items<'_>,
) -> Result<Option<ElementSegment>, Error> {
    let Objects { initialisers, tables, filled_tables, .. } = &module.objects;
    let after_code = initialisers.iter().any(|step| matches!(step, Initialiser::Segment(_)));
    let of_functions = tables[table as usize] == RefType::FUNCREF;
    let Items::Functions(functions) = items else { return Ok(None) };
    let is_64 = module.tables[table as usize].is_64;
    if after_code || !of_functions || is_64 || filled_tables.contains(&table) {
        return Ok(None);
    }
    let offset = Folded::decode(offset, &module.globals)?;
    let mode = SegmentMode::Active { index: table, offset };
    let items = functions.iter().map(|&function| Folded::RefFunc(function)).collect();
    Ok(Some(ElementSegment { mode, element: ValueType::Object, items }))
}
