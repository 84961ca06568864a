//! Random models from a seed: every field is used, all indices exist, and no limit is exceeded.

use cwamrc::aot::model::*;
use wamr_abi::format::{self, ExportKind, Machine};

use crate::random::Random;

/// Draws parts of a model.
pub(crate) struct Generator(Random);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Random::new(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn word(&mut self) -> u32 {
        self.next() as u32
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        self.0.choose(items)
    }

    /// Up to `max` items.
    pub(crate) fn list<T>(&mut self, max: usize, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(max + 1)).map(|_| item(self)).collect()
    }

    pub(crate) fn bytes(&mut self, max: usize) -> Vec<u8> {
        self.list(max, |random| random.next() as u8)
    }

    fn name(&mut self) -> String {
        let letters = ['a', 'Z', '_', '.', '#', '0', 'ß', '\u{1F980}', '\0', '\n'];
        self.list(9, |random| random.pick(&letters)).into_iter().collect()
    }

    /// An existing index, if there is one.
    pub(crate) fn index(&mut self, count: usize) -> Option<u32> {
        (count > 0).then(|| self.below(count) as u32)
    }
}

const VALUE_TYPES: [ValueType; 7] = [
    ValueType::I32,
    ValueType::I64,
    ValueType::F32,
    ValueType::F64,
    ValueType::V128,
    ValueType::FUNCREF,
    ValueType::EXTERNREF,
];

const ELEMENT_TYPES: [RefType; 3] = [RefType::FUNCREF, RefType::EXTERNREF, RefType::FUNC];

/// A model that every release supports, except for what `arithmetic` allows.
pub(crate) fn model(random: &mut Generator, arithmetic: bool) -> AotFile<'static> {
    let mut file = AotFile::new(target(random));
    file.memories = random.list(2, |random| Memory {
        flags: random.below(8) as u32,
        bytes_per_page: 65536,
        initial_pages: random.word(),
        maximum_pages: random.word(),
    });
    file.data_segments = random.list(3, |random| DataSegment {
        passive: random.flip(),
        memory_index: random.below(2) as u32,
        offset: init_expr(random, arithmetic),
        bytes: random.bytes(40).into(),
    });
    file.tables = random.list(2, |random| Table {
        element_type: random.pick(&ELEMENT_TYPES),
        flags: random.below(8) as u8,
        possible_grow: random.flip(),
        initial: random.word(),
        maximum: random.word(),
        init: InitExpr::None,
    });
    file.element_segments = random.list(3, |random| element_segment(random, arithmetic));
    file.types = random.list(4, |random| {
        TypeDef::function(FuncType {
            params: random.list(5, |random| random.pick(&VALUE_TYPES)),
            results: random.list(3, |random| random.pick(&VALUE_TYPES)),
        })
    });
    globals(random, &mut file, arithmetic);
    functions(random, &mut file);
    file.object_data = random.list(2, |random| ObjectData {
        name: random.name().into(),
        bytes: random.bytes(30).into(),
    });
    exports(random, &mut file);
    file.relocation_groups = random.list(3, relocation_group);
    if !file.target.is_64_bit() {
        for relocation in file.relocation_groups.iter_mut().flat_map(|group| &mut group.relocations)
        {
            relocation.offset &= u64::from(u32::MAX);
            relocation.addend = i64::from(relocation.addend as i32);
        }
    }
    custom_sections(random, &mut file);
    file
}

fn target(random: &mut Generator) -> TargetInfo<'static> {
    let machine = random.pick(&Machine::ALL);
    // Without GC, see `generate_gc.rs`, and tiny frames, which old releases do not support.
    let features = random.next() & !(1 << 4) & !(1 << 6);
    let abi_type = random.next() as u16;
    TargetInfo {
        // Every fourth model is for a 32-bit machine.
        bin_type: if abi_type.is_multiple_of(4) { 0 } else { format::BIN_TYPE_64_BIT },
        abi_type,
        e_type: random.pick(&[1, 4]),
        reserved: random.next(),
        ..TargetInfo::relocatable(machine, random.word(), features)
    }
}

pub(crate) fn init_expr(random: &mut Generator, arithmetic: bool) -> InitExpr {
    match random.below(if arithmetic { 11 } else { 9 }) {
        0 => InitExpr::None,
        1 => InitExpr::I32Const(random.word() as i32),
        2 => InitExpr::I64Const(random.next() as i64),
        3 => InitExpr::F32Const(random.word()),
        4 => InitExpr::F64Const(random.next()),
        5 => InitExpr::V128Const(std::array::from_fn(|_| random.next() as u8)),
        6 => InitExpr::GlobalGet(random.word()),
        7 => InitExpr::RefFunc(random.word()),
        8 => InitExpr::RefNull(random.pick(&[0, u32::MAX])),
        _ => {
            let op = random.pick(&BinaryOp::ALL);
            let operands = [init_expr(random, arithmetic), init_expr(random, arithmetic)];
            InitExpr::Binary(op, Box::new(operands))
        }
    }
}

fn element_segment(random: &mut Generator, arithmetic: bool) -> ElementSegment {
    let offset = match random.below(4) {
        0 => InitExpr::None,
        1 => InitExpr::I32Const(random.word() as i32),
        2 => InitExpr::I64Const(random.next() as i64),
        _ => InitExpr::GlobalGet(random.word()),
    };
    ElementSegment {
        flags: random.below(8) as u32,
        element_type: random.pick(&ELEMENT_TYPES),
        table_index: random.below(3) as u32,
        offset,
        values: random.list(5, |random| init_expr(random, arithmetic)),
    }
}

fn globals(random: &mut Generator, file: &mut AotFile<'static>, arithmetic: bool) {
    file.import_globals = random.list(3, |random| ImportGlobal {
        value_type: random.pick(&VALUE_TYPES),
        mutable: random.flip(),
        module: random.name().into(),
        name: random.name().into(),
    });
    file.globals = random.list(3, |random| Global {
        value_type: random.pick(&VALUE_TYPES),
        mutable: random.flip(),
        init: init_expr(random, arithmetic),
    });
    let mut global = || AuxGlobal {
        global: random.flip().then(|| random.below(9) as u32),
        address: random.word().into(),
    };
    file.aux_stack =
        AuxStack { data_end: global(), heap_base: global(), stack_top: global(), stack_size: 4096 };
}

fn functions(random: &mut Generator, file: &mut AotFile<'static>) {
    let types = file.types.len();
    file.text = Text { literal: random.bytes(16).into(), code: random.bytes(64).into() };
    let code_size = file.text.code.len();
    if types > 0 {
        file.import_functions = random.list(3, |random| ImportFunction {
            type_index: random.below(types) as u32,
            module: random.name().into(),
            name: random.name().into(),
        });
    }
    if types > 0 && code_size > 0 {
        file.functions = random.list(5, |random| Function {
            code_offset: random.below(code_size) as u64,
            type_index: random.below(types) as u32,
            max_local_cells: random.word(),
            max_stack_cells: random.word(),
        });
    }
    let total = file.import_functions.len() + file.functions.len();
    file.start_function = random.index(total).filter(|_| random.flip());
}

fn exports(random: &mut Generator, file: &mut AotFile<'static>) {
    let counts = [
        (ExportKind::Func, file.import_functions.len() + file.functions.len()),
        (ExportKind::Table, file.tables.len()),
        (ExportKind::Memory, file.memories.len()),
        (ExportKind::Global, file.import_globals.len() + file.globals.len()),
    ];
    file.exports = random
        .list(4, |random| {
            let (kind, count) = random.pick(&counts);
            let index = random.index(count)?;
            Some(Export { kind, index, name: random.name().into() })
        })
        .into_iter()
        .flatten()
        .collect();
}

fn relocation_group(random: &mut Generator) -> RelocationGroup<'static> {
    let symbols = [".text", "aot_func#7", "aot_set_exception_with_id", "", ".rela.text"];
    RelocationGroup {
        name: random.pick(&[".rela.text", ".rela.rodata", ".text"]).into(),
        relocations: random.list(6, |random| Relocation {
            offset: random.next(),
            addend: random.next() as i64,
            kind: random.below(40) as u32,
            symbol: random.pick(&symbols).into(),
        }),
    }
}

fn custom_sections(random: &mut Generator, file: &mut AotFile<'static>) {
    let functions = (file.import_functions.len() + file.functions.len()) as u32;
    let mut sections = random.list(2, |random| CustomSection::Raw {
        name: random.name().into(),
        bytes: random.bytes(20).into(),
    });
    if random.flip() {
        let symbols = random.list(4, |random| random.name().into());
        sections.push(CustomSection::NativeSymbols(symbols));
    }
    if random.flip() {
        let names = (0..functions).filter(|_| random.flip()).collect::<Vec<_>>();
        let names = names
            .into_iter()
            .map(|function| FunctionName { function, name: random.name().into() })
            .collect();
        sections.push(CustomSection::Name(vec![
            NameSubsection::Other { id: 0, bytes: random.bytes(7).into() },
            NameSubsection::Functions { names, stated_size: None },
            NameSubsection::Other { id: 2, bytes: random.bytes(7).into() },
        ]));
    }
    if random.flip() {
        let bytes = random.bytes(20).into();
        sections.push(CustomSection::Other { sub_type: random.pick(&[2, 4, 77]), bytes });
    }
    file.custom_sections = sections;
}
