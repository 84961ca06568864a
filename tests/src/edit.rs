//! Small changes to a module, like those from one edit of its source.
//!
//! Everything else stays the same, except that indexes after an insertion move.

use std::convert::Infallible;
use std::ops::Range;

use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, Encode, Function, FunctionSection, GlobalSection, GlobalType,
    ImportSection, Instruction, Module, Section, TypeSection, ValType,
};
use wasmparser::{CodeSectionReader, Parser, Payload, TypeRef};

/// An item that is inserted before others of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// A function, before all that the module defines.
    Function,
    /// A function type, before all others.
    Type,
    /// A global, before all that the module defines.
    Global,
}

/// The module with an inserted item that nothing refers to.
///
/// # Panics
/// If the module is invalid.
pub fn insert(wasm: &[u8], insertion: Insertion) -> Vec<u8> {
    let mut module = Module::new();
    let mut inserter = Inserter { insertion, functions: 0, globals: 0 };
    inserter.parse_core_module(&mut module, Parser::new(0), wasm).expect("the module is valid");
    module.finish()
}

/// The module, re-encoded as [`insert`] does with what it leaves unchanged. Linkers write numbers
/// with more bytes than necessary.
///
/// # Panics
/// If the module is invalid.
pub fn encode_anew(wasm: &[u8]) -> Vec<u8> {
    let mut module = Module::new();
    let encoded = RoundtripReencoder.parse_core_module(&mut module, Parser::new(0), wasm);
    encoded.expect("the module is valid");
    module.finish()
}

/// The bytes of all function bodies, without their sizes.
///
/// # Panics
/// If the module is invalid.
pub fn bodies(wasm: &[u8]) -> Vec<Range<usize>> {
    let payloads = Parser::new(0).parse_all(wasm);
    let bodies = payloads.filter_map(|payload| match payload.expect("the module is valid") {
        Payload::CodeSectionEntry(body) => Some(body.range()),
        _ => None,
    });
    bodies.map(|range| range.start as usize..range.end as usize).collect()
}

/// The module with one more constant, which is dropped, at the start of the body at `position`.
///
/// # Panics
/// If the module is invalid or has no such body.
pub fn change_function(wasm: &[u8], position: usize, constant: i32) -> Vec<u8> {
    let mut section = None;
    let mut entries = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("the module is valid") {
            Payload::CodeSectionStart { unchecked_range, .. } => section = Some(unchecked_range),
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().expect("the module is valid");
                let start = operators.original_position() as usize;
                entries.push((body.range().start as usize, start, body.range().end as usize));
            }
            _ => {}
        }
    }
    let section = section.expect("the module has code");
    let mut code = CodeSection::new();
    for (at, &(start, operators, end)) in entries.iter().enumerate() {
        if at == position {
            let mut added = Vec::new();
            Instruction::I32Const(constant).encode(&mut added);
            Instruction::Drop.encode(&mut added);
            code.raw(&[&wasm[start..operators], &added, &wasm[operators..end]].concat());
        } else {
            code.raw(&wasm[start..end]);
        }
    }
    let mut encoded = Vec::new();
    code.append_to(&mut encoded);
    let content = section.start as usize..section.end as usize;
    [&wasm[..section_start(wasm, content.start)], &encoded, &wasm[content.end..]].concat()
}

/// The start of the header of the code section whose content begins at `content`.
fn section_start(wasm: &[u8], content: usize) -> usize {
    const CODE_SECTION: u8 = 10;
    // Its id comes before its size, whose last byte is marked.
    let size = wasm[..content - 1].iter().rev().take_while(|&&byte| byte >= 0x80).count() + 1;
    let start = content - size - 1;
    assert_eq!(wasm[start], CODE_SECTION, "the header was found");
    start
}

struct Inserter {
    insertion: Insertion,
    /// Imported functions.
    functions: u32,
    /// Imported globals.
    globals: u32,
}

impl Inserter {
    fn moved(&self, index: u32, kind: Insertion, first: u32) -> u32 {
        index + u32::from(self.insertion == kind && index >= first)
    }
}

impl Reencode for Inserter {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.moved(index, Insertion::Function, self.functions))
    }

    fn type_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.moved(index, Insertion::Type, 0))
    }

    fn global_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.moved(index, Insertion::Global, self.globals))
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error> {
        if self.insertion == Insertion::Type {
            types.ty().function([ValType::F32, ValType::F64, ValType::F32], [ValType::F64]);
        }
        utils::parse_type_section(self, types, section)
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.clone().into_imports() {
            match import?.ty {
                TypeRef::Func(_) => self.functions += 1,
                TypeRef::Global(_) => self.globals += 1,
                _ => {}
            }
        }
        utils::parse_import_section(self, imports, section)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        if self.insertion == Insertion::Function {
            functions.function(0);
        }
        utils::parse_function_section(self, functions, section)
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error> {
        if self.insertion == Insertion::Global {
            let ty = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
            globals.global(ty, &ConstExpr::i32_const(7));
        }
        utils::parse_global_section(self, globals, section)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        if self.insertion == Insertion::Function {
            // Right for any type.
            let mut function = Function::new([]);
            function.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
            code.function(&function);
        }
        utils::parse_code_section(self, code, section)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = r#"(module
        (import "a" "f" (func $import))
        (import "a" "g" (global $outer i32))
        (type $t (func (param i32) (result i32)))
        (table 1 funcref)
        (elem (i32.const 0) func $second)
        (global $inner i32 (i32.const 1))
        (func $first (type $t) (local i32) (call $import) (call $second (local.get 0)))
        (func $second (type $t)
            (call_indirect (type $t) (i32.add (global.get $outer) (global.get $inner))
                (local.get 0))))"#;

    fn valid(wasm: &[u8]) -> wasmparser::types::Types {
        wasmparser::validate(wasm).expect("the edited module is valid")
    }

    #[test]
    fn insertions_leave_valid_modules_with_one_thing_more() {
        let wasm = wat::parse_str(MODULE).unwrap();
        let counts = |wasm: &[u8]| {
            let types = valid(wasm);
            let types = types.as_ref();
            (types.function_count(), types.core_type_count_in_module(), types.global_count())
        };
        let (functions, types, globals) = counts(&wasm);
        let inserted = |insertion| counts(&insert(&wasm, insertion));
        assert_eq!(inserted(Insertion::Function), (functions + 1, types, globals));
        assert_eq!(inserted(Insertion::Type), (functions, types + 1, globals));
        assert_eq!(inserted(Insertion::Global), (functions, types, globals + 1));
    }

    #[test]
    fn a_change_is_one_of_one_body() {
        let wasm = wat::parse_str(MODULE).unwrap();
        let before = bodies(&wasm);
        let changed = change_function(&wasm, 1, 5);
        valid(&changed);
        let after = bodies(&changed);
        assert_eq!(after.len(), before.len());
        assert_eq!(wasm[before[0].clone()], changed[after[0].clone()]);
        // `i32.const 5` and `drop`.
        let added =
            [&wasm[before[1].clone()][..1], &[0x41, 5, 0x1a], &wasm[before[1].clone()][1..]];
        assert_eq!(added.concat(), changed[after[1].clone()]);
    }
}
