//! Makes the modules of the shapes, section by section.

use wasm_encoder::{
    CodeSection, DataSection, ElementSection, ExportSection, Function, FunctionSection,
    GlobalSection, ImportSection, Instruction as I, MemArg, MemArgTarget, MemorySection,
    MemoryType, Module, RefType, Section, TableSection, TableType, TagKind, TagSection, TagType,
    TypeSection, ValType,
};

/// A module in the making. Whatever is empty at the end is left out.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) types: TypeSection,
    pub(super) imports: ImportSection,
    pub(super) functions: FunctionSection,
    pub(super) tables: TableSection,
    pub(super) memories: MemorySection,
    pub(super) tags: TagSection,
    pub(super) globals: GlobalSection,
    pub(super) exports: ExportSection,
    pub(super) elements: ElementSection,
    pub(super) data: DataSection,
    bodies: CodeSection,
}

/// A memory of a page.
pub(super) const MEMORY: MemoryType =
    MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };

impl Builder {
    /// A module with a page of memory.
    pub(super) fn with_memory() -> Self {
        let mut builder = Self::default();
        builder.memories.memory(MEMORY);
        builder
    }

    /// Adds a type.
    pub(super) fn ty(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        self.types.ty().function(params.iter().copied(), results.iter().copied());
        self.types.len() - 1
    }

    /// Adds a function with a type of its own.
    pub(super) fn function(&mut self, params: &[ValType], locals: u32, code: &[I<'_>]) {
        let ty = self.ty(params, &[]);
        self.function_of(ty, &[(locals, ValType::I32)], code);
    }

    /// Adds a function of the type `ty`.
    pub(super) fn function_of(&mut self, ty: u32, locals: &[(u32, ValType)], code: &[I<'_>]) {
        self.functions.function(ty);
        let mut function = Function::new(locals.iter().copied());
        for instruction in code.iter().chain(&[I::End]) {
            function.instruction(instruction);
        }
        self.bodies.function(&function);
    }

    /// Adds a table for references to functions.
    pub(super) fn table(&mut self, elements: u64, maximum: Option<u64>) {
        self.tables.table(table_type(elements, maximum));
    }

    /// Adds a tag whose operands are the parameters of the type `ty`.
    pub(super) fn tag(&mut self, ty: u32) {
        self.tags.tag(tag_type(ty));
    }

    /// The bytes of the module.
    pub(super) fn finish(&self) -> Vec<u8> {
        let mut module = Module::new();
        let mut add = |count: u32, section: &dyn AnySection| {
            if count > 0 {
                section.add_to(&mut module);
            }
        };
        add(self.types.len(), &self.types);
        add(self.imports.len(), &self.imports);
        add(self.functions.len(), &self.functions);
        add(self.tables.len(), &self.tables);
        add(self.memories.len(), &self.memories);
        add(self.tags.len(), &self.tags);
        add(self.globals.len(), &self.globals);
        add(self.exports.len(), &self.exports);
        add(self.elements.len(), &self.elements);
        // Code that names a segment needs the number of segments before it.
        add(self.data.len(), &wasm_encoder::DataCountSection { count: self.data.len() });
        add(self.bodies.len(), &self.bodies);
        add(self.data.len(), &self.data);
        module.finish()
    }
}

/// A section of any kind.
trait AnySection {
    fn add_to(&self, module: &mut Module);
}

impl<S: Section> AnySection for S {
    fn add_to(&self, module: &mut Module) {
        module.section(self);
    }
}

pub(super) fn table_type(minimum: u64, maximum: Option<u64>) -> TableType {
    let element_type = RefType::FUNCREF;
    TableType { element_type, minimum, maximum, table64: false, shared: false }
}

pub(super) fn tag_type(ty: u32) -> TagType {
    TagType { kind: TagKind::Exception, func_type_idx: ty }
}

/// The operand of an access at `offset` of an aligned address.
pub(super) const fn memarg(offset: u64, align: u32) -> MemArg {
    MemArg { offset, align, target: MemArgTarget::Memory(0), ordering: None }
}

/// A module with a page of memory and one function, which has these parameters and so many i32
/// locals.
pub(super) fn one_function(params: &[ValType], locals: u32, code: &[I<'_>]) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.function(params, locals, code);
    builder.finish()
}

/// `code`, `count` times.
pub(super) fn repeat<'a>(code: &[I<'a>], count: u32) -> impl Iterator<Item = I<'a>> + use<'a> {
    std::iter::repeat_n(code.to_vec(), count as usize).flatten()
}

/// Parameters of each type, four of each: i32 from 0, i64 from 4, f32 from 8, f64 from 12.
pub(super) const SCALARS: [ValType; 16] = {
    use ValType::{F32, F64, I32, I64};
    [I32, I32, I32, I32, I64, I64, I64, I64, F32, F32, F32, F32, F64, F64, F64, F64]
};

/// A module with one function, which has the parameters [`SCALARS`], and `code` `count` times.
pub(super) fn repeated(code: &[I<'_>], count: u32) -> Vec<u8> {
    one_function(&SCALARS, 0, &repeat(code, count).collect::<Vec<_>>())
}
