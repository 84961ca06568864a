//! A module as the user gives it: binary, or text, which is assembled.
//!
//! Errors of the compiler refer to a byte of the binary. For text, the line and column that the
//! byte was assembled from are found on demand. The text is assembled once more, and its parts are
//! matched in order with those of the binary, since each part of the text becomes one part of the
//! binary. So there is a position for every instruction of functions and of globals' initial
//! values. Elsewhere, it is the position of the import, type, table, memory, export or segment.
//! There is no position for the content of `(module binary …)`.

use std::ops::Range;
use std::path::Path;

use wasmparser::{FromReader, OperatorsReader, Parser, Payload, SectionLimited};
use wast::Wat;
use wast::core::{Expression, FuncKind, GlobalKind, ModuleField, ModuleKind};
use wast::parser::{self, ParseBuffer};
use wast::token::Span;

use crate::failure::Failure;
use crate::files;

/// Some editors write this before the text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A module and its origin.
pub(crate) struct Source {
    name: String,
    wasm: Vec<u8>,
    /// The text that the wasm was assembled from.
    text: Option<String>,
}

impl Source {
    /// Reads a module; `-` is standard input.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = files::display_name(path);
        let bytes = files::read(path)?;
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        let is_text = path.extension().is_some_and(|extension| extension == "wat")
            || wat::Detect::from_bytes(text) == wat::Detect::WasmText;
        if !is_text {
            return Ok(Self { name, wasm: bytes, text: None });
        }
        let assembled = wat::Parser::new().parse_bytes(Some(Path::new(&name)), text);
        match assembled {
            Ok(wasm) => {
                let wasm = wasm.into_owned();
                let text = String::from_utf8(text.to_vec()).ok();
                Ok(Self { name, wasm, text })
            }
            Err(error) => Err(text_failure(&name, &error.to_string())),
        }
    }

    /// Its name in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The module in binary.
    pub(crate) fn wasm(&self) -> &[u8] {
        &self.wasm
    }

    /// The failure of compiling `wasm`, which is this module or was derived from it.
    pub(crate) fn failure(&self, wasm: &[u8], error: &cwamrc::Error) -> Failure {
        let place = error.offset().and_then(|offset| self.place(wasm, offset));
        Failure::compilation(place.as_deref().unwrap_or(&self.name), error)
    }

    /// The name, line and column of the text that the byte at `offset` of `wasm` was assembled from,
    /// if this module was given as text, and `wasm` is this module.
    pub(crate) fn place(&self, wasm: &[u8], offset: usize) -> Option<String> {
        let text = self.text.as_deref().filter(|_| wasm == self.wasm)?;
        let (line, column) = span(text, wasm, offset)?.linecol_in(text);
        Some(format!("{}:{}:{}", self.name, line + 1, column + 1))
    }
}

/// The assembler's message consists of a line, a line `--> path:line:column`, and the source text.
fn text_failure(name: &str, message: &str) -> Failure {
    let mut lines = message.lines();
    let what = lines.next().unwrap_or_default();
    let place = lines.find_map(|line| line.trim_start().strip_prefix("--> "));
    Failure::new(format!("{what}, in {}", place.unwrap_or(name)))
}

/// The place in `text` that was assembled to the byte at `offset` of `wasm`.
fn span(text: &str, wasm: &[u8], offset: usize) -> Option<Span> {
    let mut buffer = ParseBuffer::new(text).ok()?;
    buffer.track_instr_spans(true);
    let mut parsed = parser::parse::<Wat<'_>>(&buffer).ok()?;
    // This also expands abbreviations into the form that is assembled.
    let assembled = parsed.encode().ok()?;
    let Wat::Module(module) = &parsed else { return None };
    let ModuleKind::Text(fields) = &module.kind else { return None };
    if assembled != wasm {
        return None;
    }
    let mut bodies = 0;
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        match &payload {
            Payload::CodeSectionStart { .. } => {}
            Payload::CodeSectionEntry(body) => {
                if reaches(&body.range(), offset) {
                    let operators = body.get_operators_reader().ok()?;
                    return function_span(nth(fields, bodies, function)?, operators, offset);
                }
                bodies += 1;
            }
            other => {
                if other.as_section().is_some_and(|(_, range)| reaches(&range, offset)) {
                    return section_span(fields, payload, offset);
                }
            }
        }
    }
    None
}

/// Whether a part of the binary contains the byte. One byte after its end counts as well: something
/// is missing there.
fn reaches(range: &Range<u64>, offset: usize) -> bool {
    (range.start..=range.end).contains(&(offset as u64))
}

/// The place of the item at `offset` of a section.
fn section_span(fields: &[ModuleField<'_>], section: Payload<'_>, offset: usize) -> Option<Span> {
    use ModuleField as Field;
    let nth_span = |index, span: fn(&Field<'_>) -> Option<Span>| nth(fields, index, span);
    match section {
        Payload::TypeSection(section) => nth_span(index(section, offset)?, |field| match field {
            Field::Type(ty) => Some(ty.span),
            Field::Rec(group) => Some(group.span),
            _ => None,
        }),
        Payload::ImportSection(section) => nth_span(index(section, offset)?, |field| match field {
            Field::Import(import) => Some(import.span),
            _ => None,
        }),
        Payload::FunctionSection(section) => {
            Some(nth(fields, index(section, offset)?, function)?.span)
        }
        Payload::TableSection(section) => nth_span(index(section, offset)?, |field| match field {
            Field::Table(table) => Some(table.span),
            _ => None,
        }),
        Payload::MemorySection(section) => nth_span(index(section, offset)?, |field| match field {
            Field::Memory(memory) => Some(memory.span),
            _ => None,
        }),
        Payload::TagSection(section) => nth_span(index(section, offset)?, |field| match field {
            Field::Tag(tag) => Some(tag.span),
            _ => None,
        }),
        Payload::GlobalSection(section) => global_span(fields, section, offset),
        Payload::ExportSection(section) => nth_span(index(section, offset)?, |field| match field {
            Field::Export(export) => Some(export.span),
            _ => None,
        }),
        Payload::StartSection { .. } => nth_span(0, |field| match field {
            Field::Start(function) => Some(function.span()),
            _ => None,
        }),
        Payload::ElementSection(section) => {
            nth_span(index(section, offset)?, |field| match field {
                Field::Elem(segment) => Some(segment.span),
                _ => None,
            })
        }
        Payload::DataSection(section) => nth_span(index(section, offset)?, |field| match field {
            Field::Data(segment) => Some(segment.span),
            _ => None,
        }),
        _ => None,
    }
}

/// The item at `index` among the module's items that `item` selects.
fn nth<'f, 'a, T>(
    fields: &'f [ModuleField<'a>],
    index: usize,
    item: fn(&'f ModuleField<'a>) -> Option<T>,
) -> Option<T> {
    fields.iter().filter_map(item).nth(index)
}

/// The index of the section's item that contains the byte at `offset`; the first item if none does.
fn index<'a, T: FromReader<'a>>(section: SectionLimited<'a, T>, offset: usize) -> Option<usize> {
    let items = section.into_iter_with_offsets().map_while(Result::ok);
    let begun = items.take_while(|(start, _)| *start <= offset as u64).count();
    Some(begun.saturating_sub(1))
}

fn function<'f, 'a>(field: &'f ModuleField<'a>) -> Option<&'f wast::core::Func<'a>> {
    match field {
        ModuleField::Func(function) => Some(function),
        _ => None,
    }
}

/// The place of the operator in a body. For the body's `end`, which has no word in the text, the
/// place of the function.
fn function_span(
    function: &wast::core::Func<'_>,
    operators: OperatorsReader<'_>,
    offset: usize,
) -> Option<Span> {
    let operator = match &function.kind {
        FuncKind::Inline { expression, .. } => operator_span(expression, operators, offset),
        FuncKind::Import(..) => None,
    };
    Some(operator.unwrap_or(function.span))
}

/// The place of the operator in the initial value of a global, otherwise that of the global.
fn global_span(
    fields: &[ModuleField<'_>],
    section: SectionLimited<'_, wasmparser::Global<'_>>,
    offset: usize,
) -> Option<Span> {
    let index = index(section.clone(), offset)?;
    let global = nth(fields, index, |field| match field {
        ModuleField::Global(global) => Some(global),
        _ => None,
    })?;
    let value = section.into_iter().nth(index).and_then(Result::ok);
    let operator = value.and_then(|value| match &global.kind {
        GlobalKind::Inline(expression) => {
            operator_span(expression, value.init_expr.get_operators_reader(), offset)
        }
        GlobalKind::Import(_) => None,
    });
    Some(operator.unwrap_or(global.span))
}

/// The place of the operator at `offset`, if the text has a word for it.
fn operator_span(
    expression: &Expression<'_>,
    operators: OperatorsReader<'_>,
    offset: usize,
) -> Option<Span> {
    let operators = operators.into_iter_with_offsets().map_while(Result::ok);
    let begun = operators.take_while(|(_, start)| *start <= offset as u64).count();
    expression.instr_spans.as_ref()?.get(begun.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a bit of everything: inline imports and exports, implicit types, abbreviations
    /// of segments, folded and plain instructions.
    const TEXT: &str = r#"(module $name
        (@custom "before" (before first) "x")
        (type $t (func (param i32) (result i32)))
        (import "a" "b" (func $a (param i64)))
        (func $b (export "again") (import "a" "c") (type $t))
        (memory (export "m") (data "abc"))
        (table $t2 funcref (elem $f $b))
        (global $g (mut i32) (i32.add (i32.const 1) (i32.const 2)))
        (func $f (export "f") (param i32) (result i32) (local i64 i64)
            (block (result i32) (if (local.get 0) (then (drop (i32.const 1)))) local.get 0
                i32.eqz) call $b)
        (data (i32.const 1) "d")
        (elem declare func $a)
        (func (result i32 i64) i32.const 1 i64.const 2)
        (start $s) (func $s))"#;

    /// Any offset has a place in the text or none, and never causes a panic.
    #[test]
    fn every_offset_has_a_place_or_none() {
        let wasm = wat::parse_str(TEXT).unwrap();
        let mut found = 0;
        for offset in 0..wasm.len() + 3 {
            if let Some(span) = span(TEXT, &wasm, offset) {
                assert!(span.offset() < TEXT.len());
                found += 1;
            }
        }
        assert!(found > wasm.len() / 2, "{found} of {}", wasm.len());
    }

    /// Each operator of the first body has the place of the word it was assembled from.
    #[test]
    fn operators_are_at_their_words() {
        let wasm = wat::parse_str(TEXT).unwrap();
        let bodies = Parser::new(0).parse_all(&wasm).filter_map(|payload| match payload {
            Ok(Payload::CodeSectionEntry(body)) => Some(body),
            _ => None,
        });
        let words = [
            "block",
            "local.get 0)",
            "if",
            "i32.const 1)",
            "drop",
            "end?",
            "local.get 0\n",
            "i32.eqz",
            "end?",
            "call $b",
            "end?",
        ];
        let body = bodies.take(1).next().unwrap();
        let operators = body.get_operators_reader().unwrap().into_iter_with_offsets();
        let mut count = 0;
        for (operator, word) in operators.zip(words) {
            let (_, offset) = operator.unwrap();
            let place = span(TEXT, &wasm, offset as usize).unwrap().offset();
            if word != "end?" {
                assert!(TEXT[place..].starts_with(word), "{word}: {}", &TEXT[place..place + 20]);
            }
            count += 1;
        }
        assert_eq!(count, words.len());
    }

    #[test]
    fn another_module_has_no_places() {
        let wasm = wat::parse_str("(module (func))").unwrap();
        assert!(span(TEXT, &wasm, 10).is_none());
        assert!(span("(module", &wasm, 10).is_none());
    }
}
