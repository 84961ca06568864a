//! Makes a generated module observable, and avoids the interpreter's own mistakes.
//!
//! Everything is exported under a plain name (`f0`, `g1`, `m0`, `t2`, with the specification's
//! indexes), and the fuel as [`FUEL_EXPORT`]. With markers, a global for each operator is set
//! before the operator runs, which shows what was executed.
//!
//! Invariants: apart from [`DEVIATIONS`] and steering, the functions do what they did before.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, ExportKind, ExportSection, FuncType, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction, MemArg, MemorySection,
    MemoryType, Module, SubType, TableSection, TableType, ValType,
};
use wasmparser::{ElementItems, ElementKind, ExternalKind, Operator, Payload, TypeRef};

use super::drive::FUNCTION_PREFIX;
use super::kind::Boundary;
use super::nan::Floats;
use super::objects::{self, Objects};
use super::steer::{self, Steer, Steering};

/// Name of the exported global that holds the fuel.
pub const FUEL_EXPORT: &str = "fuel";
/// Prefix of the names of exported markers; the rest is wasmparser's name of the operator.
pub const MARKER_PREFIX: &str = "executed:";

/// Modules with garbage collection have tables with at least this many elements.
const LEAST_TABLE: u64 = 36;

/// What WAMR's interpreter does differently from the specification, where in WAMR's sources, and
/// how it is kept out of the comparison.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        behaviour: "an active element segment writes function 0 (or host reference 0) for ref.null",
        source: "core/iwasm/interpreter/wasm_runtime.c, wasm_instantiate, \
                 case INIT_EXPR_TYPE_REFNULL_CONST: `ref = NULL`",
        remedy: "active segments: null functions become function 0 in the module itself, segments \
                 of null host references become empty",
    },
    Deviation {
        behaviour: "a memory that never grows becomes one page of the whole size, its limits 1 or 0",
        source: "core/iwasm/interpreter/wasm_loader.c, end of load_from_sections, \
                 `memory->num_bytes_per_page *= memory->init_page_count`",
        remedy: "sizes of memories are compared in bytes, and limits of memory exports are not",
    },
    Deviation {
        behaviour: "data segments are applied before element segments, so of two that are out of \
                    bounds another one is reported",
        source: "core/iwasm/interpreter/wasm_runtime.c, wasm_instantiate: \
                 \"Initialize the memory data with data segment section\" stands first",
        remedy: "the message does not tell memory from table",
    },
    Deviation {
        behaviour: "a start function that is an import is not run",
        source: "core/iwasm/interpreter/wasm_runtime.c, wasm_instantiate, \
                 `module->start_function >= module->import_function_count`",
        remedy: "such a start section is left out",
    },
    Deviation {
        behaviour: "a tail call of an import, by a function that the host calls, crashes",
        source: "core/iwasm/interpreter/wasm_interp_classic.c, call_func_from_entry, \
                 `RECOVER_CONTEXT(prev_frame)`: that frame has no code",
        remedy: "modules with tail calls import nothing",
    },
    Deviation {
        behaviour: "with hardware bounds checks, an atomic access out of bounds leaves a lock locked \
                    for ever",
        source: "core/iwasm/interpreter/wasm_interp_classic.c, WASM_OP_ATOMIC_I32_LOAD and others: \
                 the access that faults comes after `shared_memory_lock`",
        remedy: "modules with atomic operators are judged in a runtime without hardware checks",
    },
    Deviation {
        behaviour: "an atomic access that is out of bounds and misaligned is reported as the former",
        source: "core/iwasm/interpreter/wasm_interp_classic.c, the same operators: \
                 CHECK_MEMORY_OVERFLOW stands before CHECK_ATOMIC_MEMORY_ACCESS",
        remedy: "the message does not tell one from the other",
    },
];

/// A known mistake of the interpreter.
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// What it does.
    pub behaviour: &'static str,
    /// Where WAMR's sources do it.
    pub source: &'static str,
    /// How it is avoided here.
    pub remedy: &'static str,
}

/// A module that is ready to run.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The module that is compared.
    pub wasm: Vec<u8>,
    /// Number of imported functions; `f0` and so on below it are imports.
    pub imported_functions: u32,
    /// Whether it has garbage collection. If so, arguments that are references are null.
    pub has_objects: bool,
    /// What it was prepared from, if it was generated.
    generated: Option<Generated>,
}

/// A module as it was generated.
#[derive(Clone, Debug)]
struct Generated {
    wasm: Vec<u8>,
    fuel: u32,
    steer: Steer,
    boundary: Boundary,
}

impl Prepared {
    /// A module that was not generated.
    pub fn as_it_is(wasm: Vec<u8>, imported_functions: u32) -> Self {
        Self { wasm, imported_functions, has_objects: false, generated: None }
    }

    /// The module with markers, if it was generated.
    pub fn marked(&self) -> Option<Vec<u8>> {
        let generated = self.generated.as_ref()?;
        let markers = operators(&generated.wasm).into_iter().zip(generated.fuel + 1..).collect();
        let mut preparer = Preparer { markers: Some(markers), ..generated.preparer() };
        Some(preparer.reencode(&generated.wasm))
    }
}

impl Generated {
    fn preparer(&self) -> Preparer {
        let Self { fuel, steer, boundary, .. } = *self;
        let closed = boundary != Boundary::Open;
        let has_objects = boundary == Boundary::Objects;
        Preparer { fuel, steer, closed, has_objects, ..Preparer::default() }
    }
}

/// Prepares `wasm`, whose fuel is global `fuel`, the last one.
pub fn prepare(wasm: Vec<u8>, fuel: u32, steer: Steer, boundary: Boundary) -> Prepared {
    let wasm = without_imported_start(wasm);
    let generated = Generated { wasm, fuel, steer, boundary };
    let mut preparer = generated.preparer();
    let wasm = preparer.reencode(&generated.wasm);
    let imported_functions = preparer.imported_functions;
    let has_objects = preparer.has_objects;
    Prepared { wasm, imported_functions, has_objects, generated: Some(generated) }
}

/// `wasm` without its start section, if that names an import.
fn without_imported_start(wasm: Vec<u8>) -> Vec<u8> {
    let mut imports = 0;
    for payload in wasmparser::Parser::new(0).parse_all(&wasm) {
        match payload.expect("the module is valid") {
            Payload::ImportSection(section) => {
                let import = |import: wasmparser::Result<wasmparser::Import<'_>>| {
                    matches!(import.expect("the module is valid").ty, TypeRef::Func(_))
                };
                imports = section.into_imports().map(import).filter(|&function| function).count();
            }
            Payload::StartSection { func, range } if (func as usize) < imports => {
                // The header is the section's id and its size, which is one byte for a section this
                // short.
                let section = range.start as usize - 2..range.end as usize;
                return [&wasm[..section.start], &wasm[section.end..]].concat();
            }
            _ => {}
        }
    }
    wasm
}

/// Names of the operators that occur in `wasm`.
pub(super) fn operators(wasm: &[u8]) -> Vec<String> {
    let mut names = BTreeMap::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let Ok(Payload::CodeSectionEntry(body)) = payload else { continue };
        let reader = body.get_operators_reader().expect("the module is valid");
        for operator in reader {
            names.insert(operator_name(&operator.expect("the module is valid")), ());
        }
    }
    names.into_keys().collect()
}

/// Whether values of this type never leave a module whose boundary is closed.
fn stays_inside(ty: wasmparser::ValType) -> bool {
    ty == wasmparser::ValType::V128 || ty == wasmparser::ValType::EXNREF
}

/// wasmparser's name of an operator.
fn operator_name(operator: &Operator<'_>) -> String {
    let text = format!("{operator:?}");
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    text[..end].to_owned()
}

/// Sizes of the index spaces.
#[derive(Default)]
struct Counts {
    functions: u32,
    tables: u32,
    memories: u32,
    globals: u32,
}

#[derive(Default)]
struct Preparer {
    fuel: u32,
    steer: Steer,
    /// Whether functions and globals with vectors or references to exceptions, and the tables that contain such
    /// functions, are not exported.
    closed: bool,
    /// Whether the module has garbage collection. If so, no global with references is exported, and no function
    /// that does not take null, or whose results WAMR would not pass on.
    has_objects: bool,
    objects: Objects,
    nulls: usize,
    markers: Option<BTreeMap<String, u32>>,
    counts: Counts,
    imported_functions: u32,
    /// Numbers of parameters and whether values must stay inside, by type index.
    types: Vec<(u32, bool)>,
    /// The functions and the globals that have values in their types that must stay inside.
    inner_functions: BTreeSet<u32>,
    inner_globals: BTreeSet<u32>,
    /// Numbers of parameters of the functions whose bodies follow, last one first.
    functions: Vec<u32>,
    /// Element types.
    tables: Vec<ValType>,
}

impl Preparer {
    fn reencode(&mut self, wasm: &[u8]) -> Vec<u8> {
        let mut module = Module::new();
        self.parse_core_module(&mut module, wasmparser::Parser::new(0), wasm)
            .expect("wasm-smith makes valid modules");
        module.finish()
    }

    /// Starts a copy of `body`. Returns where its temporaries are.
    fn begin_function(
        &mut self,
        body: &wasmparser::FunctionBody<'_>,
    ) -> Result<(Function, u32), Error> {
        let mut locals = Vec::new();
        let mut first_temporary = self.functions.pop().expect("every body has a function");
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            first_temporary += count;
            locals.push((count, self.val_type(ty)?));
        }
        locals.extend(self.steer.temporaries());
        locals.extend(self.objects.temporaries().filter(|_| self.steer == Steer::Objects));
        Ok((Function::new(locals), first_temporary))
    }

    fn steering(&self, first_temporary: u32) -> Steering<'_> {
        Steering { steer: self.steer, first_temporary, tables: &self.tables }
    }

    /// Inserts the code that keeps operands small before `operator`, whose name is `name`. The operators after it are
    /// `next`. Returns false if the code takes its place.
    fn steer(
        &mut self,
        function: &mut Function,
        (name, operator): (&str, &Operator<'_>),
        next: &[Operator<'_>],
        first_temporary: u32,
    ) -> Result<bool, Error> {
        if !self.steer.masks() {
            return Ok(true);
        }
        let steering = self.steering(first_temporary);
        if self.steer != Steer::Objects {
            steering.before(function, name, operator);
            return Ok(true);
        }
        if !self.objects.before(function, operator, &self.tables, steering.end()) {
            steering.before(function, name, operator);
        }
        match (operator, next) {
            // The length of a bulk operator, from which the fuel is subtracted next.
            (
                Operator::LocalTee { .. },
                [Operator::LocalGet { .. }, Operator::GlobalGet { global_index }, ..],
            ) if *global_index == self.fuel => objects::short(function),
            (&Operator::RefNull { hty }, _) => {
                self.nulls += 1;
                let ty = self.heap_type(hty)?;
                if let Some(fresh) = self.objects.fresh(ty).filter(|_| self.nulls.is_multiple_of(2))
                {
                    for instruction in &fresh {
                        function.instruction(instruction);
                    }
                    return Ok(false);
                }
            }
            _ => {}
        }
        Ok(true)
    }
}

impl Reencode for Preparer {
    type Error = Infallible;

    /// An array in a constant expression gets a length for which there is room.
    fn const_expr(&mut self, expression: wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
        let operators: Vec<_> =
            expression.get_operators_reader().into_iter().collect::<Result<_, _>>()?;
        let mut instructions = Vec::new();
        for (position, operator) in operators.iter().enumerate() {
            let makes_array = matches!(
                operators.get(position + 1),
                Some(Operator::ArrayNew { .. } | Operator::ArrayNewDefault { .. })
            );
            instructions.push(match operator {
                Operator::End => continue,
                Operator::I32Const { value } if makes_array => {
                    Instruction::I32Const(value & objects::LENGTH_MASK)
                }
                other => self.instruction(other.clone())?,
            });
        }
        Ok(ConstExpr::extended(instructions))
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.clone().into_imports() {
            match import?.ty {
                TypeRef::Func(_) => self.imported_functions += 1,
                TypeRef::Global(_) => self.counts.globals += 1,
                other => unreachable!("{other:?} is not on offer"),
            }
        }
        self.counts.functions = self.imported_functions;
        utils::parse_import_section(self, imports, section)
    }

    fn func_type(&mut self, ty: wasmparser::FuncType) -> Result<FuncType, Error> {
        let mut values = ty.params().iter().chain(ty.results());
        let is_lost = matches!(ty.results(), [first, _, ..] if first.is_reference_type());
        // A reference that is no null cannot come from outside.
        let takes_no_null = ty.params().iter().any(|param| !param.is_defaultable());
        let is_inner = self.has_objects && (is_lost || takes_no_null)
            || values.any(|&value| stays_inside(value));
        self.types.push((ty.params().len() as u32, is_inner));
        utils::func_type(self, ty)
    }

    fn sub_type(&mut self, ty: wasmparser::SubType) -> Result<SubType, Error> {
        let count = self.types.len();
        let ty = utils::sub_type(self, ty)?;
        if self.types.len() == count {
            // It is no type of functions.
            self.types.push((0, true));
        }
        self.objects.add_type(&ty);
        Ok(ty)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for ty in section.clone() {
            let (params, is_inner) = self.types[ty? as usize];
            self.functions.push(params);
            if is_inner {
                self.inner_functions.insert(self.counts.functions);
            }
            self.counts.functions += 1;
        }
        self.functions.reverse();
        utils::parse_function_section(self, functions, section)
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Result<(), Error> {
        self.counts.tables += section.count();
        for table in section.clone() {
            let element = self.ref_type(table?.ty.element_type)?;
            self.tables.push(ValType::Ref(element));
            self.objects.add_local(ValType::Ref(element));
        }
        utils::parse_table_section(self, tables, section)
    }

    fn table_type(&mut self, mut ty: wasmparser::TableType) -> Result<TableType, Error> {
        if self.has_objects {
            // Segments of a length up to that of wasm-smith's fit.
            ty.initial = ty.initial.max(LEAST_TABLE);
            ty.maximum = ty.maximum.map(|maximum| maximum.max(LEAST_TABLE));
        }
        utils::table_type(self, ty)
    }

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Result<(), Error> {
        self.counts.memories += section.count();
        utils::parse_memory_section(self, memories, section)
    }

    fn memory_type(&mut self, mut ty: wasmparser::MemoryType) -> Result<MemoryType, Error> {
        if self.steer.masks() {
            ty.initial = ty.initial.max(1);
            ty.maximum = ty.maximum.map(|maximum| maximum.max(1));
        }
        Ok(utils::memory_type(self, ty))
    }

    fn mem_arg(&mut self, mut arg: wasmparser::MemArg) -> Result<MemArg, Error> {
        if self.steer.masks() {
            arg.offset %= steer::OFFSET_LIMIT;
        }
        utils::mem_arg(self, arg)
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error> {
        for (global, index) in section.clone().into_iter().zip(self.counts.globals..) {
            let ty = global?.ty.content_type;
            if stays_inside(ty) || ty.is_reference_type() && self.has_objects {
                self.inner_globals.insert(index);
            }
        }
        self.counts.globals += section.count();
        utils::parse_global_section(self, globals, section)?;
        assert_eq!(self.counts.globals, self.fuel + 1, "the fuel is the last global");
        for _ in self.markers.iter().flatten() {
            let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
            globals.global(ty, &ConstExpr::i32_const(0));
        }
        Ok(())
    }

    /// Every item gets a new name, since wasm-smith's names may be any text, and WAMR's names end
    /// at the first NUL.
    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        _section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), Error> {
        let Counts { functions, tables, memories, globals } = self.counts;
        let kinds = [
            (FUNCTION_PREFIX, functions, ExternalKind::Func),
            ("t", tables, ExternalKind::Table),
            ("m", memories, ExternalKind::Memory),
            // All but the fuel.
            ("g", globals - 1, ExternalKind::Global),
        ];
        for (prefix, count, kind) in kinds {
            let inner = match kind {
                ExternalKind::Func if self.closed => self.inner_functions.clone(),
                ExternalKind::Global if self.closed => self.inner_globals.clone(),
                _ => BTreeSet::new(),
            };
            if self.closed && kind == ExternalKind::Table {
                // Otherwise its functions could be called from outside.
                continue;
            }
            let kind = self.export_kind(kind)?;
            for index in 0..count {
                if inner.contains(&index) {
                    continue;
                }
                exports.export(&format!("{prefix}{index}"), kind, index);
            }
        }
        exports.export(FUEL_EXPORT, ExportKind::Global, self.fuel);
        for (operator, &global) in self.markers.iter().flatten() {
            exports.export(&format!("{MARKER_PREFIX}{operator}"), ExportKind::Global, global);
        }
        Ok(())
    }

    fn parse_element(
        &mut self,
        elements: &mut ElementSection,
        element: wasmparser::Element<'_>,
    ) -> Result<(), Error> {
        let ElementKind::Active { table_index, offset_expr } = &element.kind else {
            return utils::parse_element(self, elements, element);
        };
        if self.has_objects {
            // No interpreter of WAMR judges these modules, so nulls stay. The segment begins near the start of its table.
            let start = match offset_expr.get_operators_reader().read()? {
                Operator::I32Const { value } => ConstExpr::i32_const(value & objects::LENGTH_MASK),
                _ => self.const_expr(offset_expr.clone())?,
            };
            let items = self.element_items(element.items)?;
            elements.active(*table_index, &start, items);
            return Ok(());
        }
        let ElementItems::Expressions(ty, items) = &element.items else {
            return utils::parse_element(self, elements, element);
        };
        let mut replaced = Vec::new();
        for item in items.clone() {
            let item = item?;
            let is_null = matches!(item.get_operators_reader().read()?, Operator::RefNull { .. });
            if !is_null {
                replaced.push(self.const_expr(item)?);
            } else if *ty == wasmparser::RefType::FUNCREF {
                replaced.push(ConstExpr::ref_func(0));
            }
        }
        let items = wasm_encoder::Elements::Expressions(self.ref_type(*ty)?, replaced.into());
        let offset = self.const_expr(offset_expr.clone())?;
        elements.active(*table_index, &offset, items);
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Result<(), Error> {
        let (mut function, first_temporary) = self.begin_function(&body)?;
        let operators: Vec<_> =
            body.get_operators_reader()?.into_iter().collect::<Result<_, _>>()?;
        for (position, operator) in operators.iter().enumerate() {
            let operator = operator.clone();
            let name = operator_name(&operator);
            let marker = self.markers.as_ref().map(|markers| markers[&name]);
            let mark = |function: &mut Function| {
                if let Some(marker) = marker {
                    function.instruction(&Instruction::I32Const(1));
                    function.instruction(&Instruction::GlobalSet(marker));
                }
            };
            // What comes before a handler is not part of it.
            let begins_handler = matches!(operator, Operator::Catch { .. } | Operator::CatchAll);
            if !begins_handler {
                mark(&mut function);
            }
            let next = &operators[position + 1..];
            if !self.steer(&mut function, (&name, &operator), next, first_temporary)? {
                continue;
            }
            if name.starts_with("MemoryAtomicWait") {
                // Nobody would wake it.
                function.instruction(&Instruction::Drop);
                function.instruction(&Instruction::I64Const(0));
            }
            let converted = Floats::converted(&operator);
            function.instruction(&self.instruction(operator)?);
            if begins_handler {
                mark(&mut function);
            }
            if let Some(floats) = converted {
                self.steering(first_temporary).canonicalise(&mut function, floats);
            }
        }
        code.function(&function);
        Ok(())
    }
}
