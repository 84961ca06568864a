//! A module, read as far as needed to cut functions out of it.

use std::ops::Range;

use wasmparser::{FuncType, FunctionBody, Operator, Parser, Payload, RefType, TypeRef, ValType};

/// Bytes of each data segment that are kept.
const KEPT_DATA: usize = 300;
/// Data segments that are kept.
const KEPT_SEGMENTS: usize = 12;

/// A global: its type, and its first value if that is a plain number.
#[derive(Clone, Copy)]
pub(super) struct Global {
    pub(super) ty: ValType,
    pub(super) mutable: bool,
    pub(super) number: i64,
}

/// The parts of a module.
#[derive(Default)]
pub(super) struct Program {
    bytes: Vec<u8>,
    /// The function types; none for a type of another kind.
    pub(super) types: Vec<Option<FuncType>>,
    /// Type indexes of all functions, imports first.
    pub(super) functions: Vec<u32>,
    pub(super) imported_functions: usize,
    /// Where the bodies are.
    bodies: Vec<Range<usize>>,
    pub(super) globals: Vec<Global>,
    pub(super) tables: Vec<RefType>,
    pub(super) has_memory: bool,
    /// The beginnings of some data segments.
    pub(super) data: Vec<(i64, Vec<u8>)>,
}

impl Program {
    /// Reads a module; `None` if it has no functions, or something that is never cut out.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Self> {
        let mut program = Self::default();
        for payload in Parser::new(0).parse_all(&bytes) {
            program.add(payload.ok()?)?;
        }
        program.bytes = bytes;
        let is_complete =
            program.functions.len() == program.imported_functions + program.bodies.len();
        (is_complete && !program.bodies.is_empty()).then_some(program)
    }

    fn add(&mut self, payload: Payload<'_>) -> Option<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group.ok()?.into_types() {
                        let ty = match ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(ty) => Some(ty),
                            _ => None,
                        };
                        self.types.push(ty);
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.import(import.ok()?.ty)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty.ok()?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table.ok()?.ty.element_type);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memory(memory.ok()?)?;
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global.ok()?;
                    let number = number(&global.init_expr);
                    let (ty, mutable) = (global.ty.content_type, global.ty.mutable);
                    self.globals.push(Global { ty, mutable, number });
                }
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                self.bodies.push(range.start as usize..range.end as usize);
            }
            Payload::DataSection(section) => {
                for data in section.into_iter().take(KEPT_SEGMENTS) {
                    let data = data.ok()?;
                    let offset = match data.kind {
                        wasmparser::DataKind::Active { offset_expr, .. } => number(&offset_expr),
                        wasmparser::DataKind::Passive => 0,
                    };
                    let kept = data.data.len().min(KEPT_DATA);
                    self.data.push((offset, data.data[..kept].to_vec()));
                }
            }
            _ => {}
        }
        Some(())
    }

    fn import(&mut self, ty: TypeRef) -> Option<()> {
        match ty {
            TypeRef::Func(ty) => {
                self.functions.push(ty);
                self.imported_functions += 1;
            }
            TypeRef::Table(ty) => self.tables.push(ty.element_type),
            TypeRef::Memory(ty) => self.memory(ty)?,
            TypeRef::Global(ty) => {
                let global = Global { ty: ty.content_type, mutable: ty.mutable, number: 1024 };
                self.globals.push(global);
            }
            _ => return None,
        }
        Some(())
    }

    fn memory(&mut self, ty: wasmparser::MemoryType) -> Option<()> {
        if self.has_memory || ty.memory64 || ty.page_size_log2.is_some() {
            return None;
        }
        self.has_memory = true;
        Some(())
    }

    /// How many functions have a body.
    pub(super) fn bodies(&self) -> usize {
        self.bodies.len()
    }

    /// The body of a function that is no import.
    pub(super) fn body(&self, function: u32) -> Option<FunctionBody<'_>> {
        let index = (function as usize).checked_sub(self.imported_functions)?;
        let range = self.bodies.get(index)?;
        let reader = wasmparser::BinaryReader::new(&self.bytes[range.clone()], 0);
        Some(FunctionBody::new(reader))
    }

    /// The type of a function.
    pub(super) fn signature(&self, function: u32) -> Option<&FuncType> {
        let ty = *self.functions.get(function as usize)?;
        self.types.get(ty as usize)?.as_ref()
    }
}

/// The value of a constant expression that is a single number; otherwise another number.
fn number(expression: &wasmparser::ConstExpr<'_>) -> i64 {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => i64::from(value),
        Ok(Operator::I64Const { value }) => value,
        Ok(Operator::F32Const { value }) => i64::from(value.bits()),
        Ok(Operator::F64Const { value }) => value.bits().cast_signed(),
        _ => 0x1234,
    }
}
