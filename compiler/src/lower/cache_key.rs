//! The key of a function: everything that its machine code depends on.
//!
//! A key covers the body's outline, what its references refer to, and everything that is the same
//! for all functions: the sources of this compiler, Cranelift's settings, and the facts in the
//! [`Environment`]. Functions of the module are represented by their types and by their numbers in
//! the order of first occurrence, never by their indexes, which the code does not contain: calls
//! are resolved when the text is laid out. So a key stays the same when functions are added
//! elsewhere in the module. Any other index in the code, such as that of an import, is part of the
//! key.
//!
//! At level 3, the key of a function also covers functions that may be inlined into it: their
//! outlines and what their references refer to, and in turn those of the functions that they call.
//!
//! Equal keys also mean that the validator gives the same answers, since types, globals, tables,
//! segments and features are all that it looks at. **Lowering must not depend on anything that is
//! not part of the key.**

use rustc_hash::FxHashMap;
use wasmparser::{ValidatorResources, WasmModuleResources};

use super::Environment;
use super::optimise::devirtualize::DevirtualizedCallee;
use crate::digest::{Digest, digest};
use crate::limits::lowering::MAX_BODIES_OF_KEY;
use crate::wamr::collector::Collector;
use crate::wamr::exceptions::{Origin, Slots, Storage};
use crate::wasm::{ConstExpr, FuncType, Module, Outline, Reference, ValueType};

/// The key of a function, and the functions that its code refers to.
pub(crate) struct Fingerprint {
    /// Equal for functions with equal code.
    pub(crate) key: Digest,
    /// Indexes of the function itself and of functions that it calls, by their numbers in the
    /// code's portable form.
    pub(crate) functions: Vec<u32>,
}

/// Computes the keys of a module's functions.
pub(crate) struct Fingerprints<'a> {
    env: &'a Environment<'a>,
    outlines: &'a [Option<Outline>],
    /// The part that is the same for all functions.
    common: Digest,
    /// What bodies with typed references depend on, if there are any.
    declarations: Option<Digest>,
    /// By type index.
    types: Vec<Digest>,
    /// Buffers, kept from function to function.
    facts: Facts,
    numbers: FxHashMap<u32, u32>,
}

impl<'a> Fingerprints<'a> {
    /// For the functions of `env`, compiled by Cranelift with `settings`.
    pub(crate) fn new(
        env: &'a Environment<'a>,
        settings: &str,
        outlines: &'a [Option<Outline>],
    ) -> Self {
        Self {
            env,
            outlines,
            common: digest([common_facts(env, settings).as_bytes()]),
            declarations: declarations(env.module, outlines),
            types: env.module.types.iter().map(type_digest).collect(),
            facts: Facts::default(),
            numbers: FxHashMap::default(),
        }
    }

    /// The fingerprint of the body at `position`, if it can have one. A body that is certainly
    /// invalid has none.
    pub(crate) fn of(&mut self, position: usize) -> Option<Fingerprint> {
        let index = self.env.module.imported_function_count() + position as u32;
        self.facts.0.clear();
        self.facts.0.extend(self.common);
        self.facts.bool(self.env.needs_entry(index));
        self.facts.bool(self.env.probes_guard_pages(index));
        self.numbers.clear();
        self.numbers.insert(index, 0);
        let mut functions = vec![index];
        let (mut next, mut inlined) = (0, 0);
        while let Some(&function) = functions.get(next) {
            self.add_type(*self.env.module.functions.get(function as usize)?)?;
            let position = (function - self.env.module.imported_function_count()) as usize;
            let candidate = self.add_candidate(position);
            if next == 0 || candidate {
                inlined += 1;
                if inlined > MAX_BODIES_OF_KEY {
                    return None;
                }
                self.add_body(position, &mut functions)?;
            }
            next += 1;
        }
        Some(Fingerprint { key: digest([&self.facts.0[..]]), functions })
    }

    fn add_type(&mut self, ty: u32) -> Option<()> {
        self.facts.0.extend(self.types.get(ty as usize)?);
        Some(())
    }

    /// Adds whether the function at `position` may be inlined.
    fn add_candidate(&mut self, position: usize) -> bool {
        let candidate = self.env.inlining.and_then(|plan| plan.candidate_facts(position));
        self.facts.bool(candidate.is_some());
        if let Some((weight, called_once, recursion_depth)) = candidate {
            self.facts.u32(weight);
            self.facts.bool(called_once);
            self.facts.u32(recursion_depth);
        }
        candidate.is_some()
    }

    fn add_body(&mut self, position: usize, functions: &mut Vec<u32>) -> Option<()> {
        let outline = self.outlines[position].as_ref()?;
        if outline.survey.throws && self.env.storage.origin.is_some() {
            // It stores its index where it throws.
            self.facts.u32(self.env.module.imported_function_count() + position as u32);
        }
        self.facts.0.extend(outline.skeleton);
        if outline.survey.typed || self.env.module.typed_references.any() {
            self.facts.0.extend(self.declarations?);
            self.facts.bool(self.env.checks_references);
        }
        let resources = &self.env.module.bodies[position].validation.resources;
        for &(reference, _) in &outline.references {
            match reference {
                Reference::Callee(function) => self.add_callee(function, functions)?,
                Reference::CalledType(ty) => {
                    self.add_reference(reference, resources)?;
                    self.add_devirtualized_callee(ty, functions)?;
                }
                other => self.add_reference(other, resources)?,
            }
        }
        Some(())
    }

    fn add_callee(&mut self, function: u32, functions: &mut Vec<u32>) -> Option<()> {
        let module = self.env.module;
        let imported = function < module.imported_function_count();
        self.facts.bool(imported);
        if imported {
            self.facts.u32(function);
            self.facts.u32(module.canonical_function_type(function));
            return self.add_type(module.functions[function as usize]);
        }
        let next = functions.len() as u32;
        let number = *self.numbers.entry(function).or_insert(next);
        if number == next {
            functions.push(function);
        }
        self.facts.u32(number);
        Some(())
    }

    /// Adds the only possible callee of an indirect call of type `ty`, which may be inlined.
    fn add_devirtualized_callee(&mut self, ty: u32, functions: &mut Vec<u32>) -> Option<()> {
        let canonical = *self.env.module.canonical_types.get(ty as usize)?;
        let callee = self.env.devirtualized_callee(canonical);
        self.facts.bool(callee.is_some());
        if let Some(DevirtualizedCallee { element, function }) = callee {
            self.facts.u32(element);
            self.add_callee(function, functions)?;
        }
        Some(())
    }

    fn add_reference(
        &mut self,
        reference: Reference,
        resources: &ValidatorResources,
    ) -> Option<()> {
        let (env, facts) = (self.env, &mut self.facts);
        match reference {
            Reference::Callee(_) | Reference::OtherMemory(_) => return None,
            Reference::Value(function) => {
                facts.u32(function);
                facts.bool(resources.is_function_referenced(function));
                facts.bool((function as usize) < env.module.functions.len());
            }
            Reference::BlockType(ty) => self.add_type(ty)?,
            Reference::CalledType(ty) => {
                let canonical = *env.module.canonical_types.get(ty as usize)?;
                let imported = env.imported_types[canonical as usize];
                facts.u32(canonical);
                facts.bool(imported);
                if imported {
                    facts.u32(env.module.imported_function_count());
                }
                self.add_type(ty)?;
            }
            Reference::Global(index) => facts.global(env, index)?,
            Reference::Table(index) => facts.table(env, index)?,
            Reference::Element(index) => {
                if env.collector.is_some() {
                    facts.u32(index);
                    return Some(());
                }
                let index = index.checked_add(env.module.added_elements)?;
                facts.u32(index);
                facts.value_type(env.module.elements.get(index as usize)?.element);
            }
            Reference::Data(index) => {
                facts.u32(index);
                facts.bool(resources.data_count().is_some_and(|count| index < count));
            }
        }
        Some(())
    }
}

/// Everything that the code of every function depends on.
fn common_facts(env: &Environment<'_>, settings: &str) -> String {
    // All fields are named, so that a new one cannot be forgotten.
    let Environment {
        module,
        // By what refers to them.
        layout: _,
        entered: _,
        guard_page_probers: _,
        imported_types: _,
        referable_imports: _,
        checks_references: _,
        // Derived from types, the convention and the target.
        signatures: _,
        // For modules that throw, see below.
        storage,
        // For modules with objects, see below.
        collector,
        object_layout: _,
        collecting,
        // The cache is not used with these.
        keeps_srclocs: _,
        call_stacks: _,
        has_tiny_frames: _,
        interruptible: _,
        meters: _,
        clock: _,
        profiles_calls: _,
        profiles_stack: _,
        // By what refers to it.
        aux_stack_pointer: _,
        monitor: _,
        call_conv,
        memory64,
        software_checks,
        shared_memory,
        indirect_helpers,
        intrinsics,
        canonical_nans,
        // Told by the target.
        has_canonical_nans: _,
        preserved_registers: _,
        stack_checks,
        largest_unguarded_frame,
        compares_whole_registers,
        shuffles_rotate,
        unboxed_f32_arguments,
        vectors,
        no_vectors,
        stack_reserve,
        optimises,
        inlining,
    } = env;
    let memory = module.memories.first().map(|memory| memory.initial == 0);
    format!(
        "{} {} {settings} {:?}{}",
        env!("CWAMRC_SOURCES"),
        cranelift_codegen::VERSION,
        (
            (call_conv, memory, memory64, software_checks, shared_memory, indirect_helpers),
            (intrinsics, canonical_nans),
            (stack_checks, largest_unguarded_frame, stack_reserve, compares_whole_registers),
            (unboxed_f32_arguments, vectors, no_vectors.is_some()),
            (shuffles_rotate, optimises, inlining.is_some()),
        ),
        exception_facts(env, storage) + &collector_facts(env, *collector, collecting),
    )
}

/// What code that throws or catches depends on. Its operators refer to tags, and some also to
/// types, by indexes that remain in the body's outline, so all tags and types are included.
fn exception_facts(env: &Environment<'_>, storage: &Storage) -> String {
    // Marks are derived from the tags.
    let Storage { words, thrown, slots, marks_large: _, origin, types } = *storage;
    let module = env.module;
    if module.tags.is_empty() {
        return String::new();
    }
    let identities: Vec<u32> = module.tags.iter().map(|tag| tag.identity).collect();
    let operands: Vec<&[ValueType]> =
        (0..module.tags.len() as u32).map(|tag| module.tag_operands(tag)).collect();
    let thrown = thrown.map(|global| env.layout.global(global));
    let slots = slots.map(|Slots { table, next, released }| {
        (env.layout.table(table).offset, env.layout.global(next), released)
    });
    let origin = origin.map(|Origin { thrown_at, uncaught }| {
        (env.layout.global(thrown_at), env.layout.global(uncaught))
    });
    format!("{:?}", (identities, operands, &module.types, words, thrown, slots, origin, types))
}

/// What code on objects depends on, other than the machine: all declarations, which its operators
/// refer to by indexes, and the places of what was added.
fn collector_facts(
    env: &Environment<'_>,
    collector: Option<&Collector>,
    collecting: &[bool],
) -> String {
    let Some(collector) = collector else { return String::new() };
    let module = env.module;
    let declarations = digest(module.typed_references.declarations());
    let tables = (0..module.tables.len() as u32).map(|table| env.layout.table(table).offset);
    let data = module.data.iter().map(|segment| segment.bytes.len());
    let types = env.layout.global(collector.runtime_types);
    let collecting: Vec<u8> = collecting.iter().copied().map(u8::from).collect();
    let collecting = digest([&collecting[..]]);
    let places = (types, collecting, tables.collect::<Vec<_>>(), data.collect::<Vec<_>>());
    format!("{:?}", (collector, declarations, places))
}

/// The digest of all declarations, if `module` or some body distinguishes references by the type of
/// the function. The validity of such a body depends on types that it does not name itself.
fn declarations(module: &Module<'_>, outlines: &[Option<Outline>]) -> Option<Digest> {
    let typed = |outline: &Outline| outline.survey.typed;
    let any = module.typed_references.any() || outlines.iter().flatten().any(typed);
    let sections = || module.typed_references.declarations();
    let sizes: Vec<u8> = sections().flat_map(|section| section.len().to_le_bytes()).collect();
    any.then(|| digest([&sizes[..]].into_iter().chain(sections())))
}

fn type_digest(ty: &FuncType) -> Digest {
    let mut facts = Facts::default();
    facts.u32(ty.params.len() as u32);
    ty.params.iter().chain(&ty.results).for_each(|&ty| facts.value_type(ty));
    digest([&facts.0[..]])
}

/// The bytes that are digested into a key: a sequence in which every part determines what follows.
#[derive(Default)]
struct Facts(Vec<u8>);

impl Facts {
    fn bool(&mut self, value: bool) {
        self.0.push(u8::from(value));
    }

    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn value_type(&mut self, ty: ValueType) {
        self.0.push(match ty {
            ValueType::I32 => 0,
            ValueType::I64 => 1,
            ValueType::F32 => 2,
            ValueType::F64 => 3,
            ValueType::V128 => 4,
            ValueType::FuncRef => 5,
            ValueType::ExternRef => 6,
            ValueType::ExnRef => 7,
            ValueType::Object => 8,
        });
    }

    fn global(&mut self, env: &Environment<'_>, index: u32) -> Option<()> {
        let global = env.module.globals.get(index as usize)?;
        self.u32(env.layout.global(index));
        self.value_type(global.value_type);
        self.bool(global.mutable);
        self.bool(env.aux_stack_pointer == Some(index));
        if env.is_thorough() && !global.mutable {
            self.constant(global.init.as_ref());
        }
        Some(())
    }

    /// The value of an expression that lowering treats as a constant.
    fn constant(&mut self, value: Option<&ConstExpr>) {
        let (kind, bytes): (u8, &[u8]) = match value {
            Some(ConstExpr::I32(value)) => (1, &value.to_le_bytes()),
            Some(ConstExpr::I64(value)) => (2, &value.to_le_bytes()),
            Some(ConstExpr::F32(bits)) => (3, &bits.to_le_bytes()),
            Some(ConstExpr::F64(bits)) => (4, &bits.to_le_bytes()),
            Some(ConstExpr::V128(bytes)) => (5, bytes),
            _ => (0, &[]),
        };
        self.0.push(kind);
        self.0.extend(bytes);
    }

    fn table(&mut self, env: &Environment<'_>, index: u32) -> Option<()> {
        let table = env.module.tables.get(index as usize)?;
        let layout = env.layout.table(index);
        self.u32(index);
        self.u32(layout.offset);
        self.bool(layout.growable);
        self.u32(table.initial);
        self.value_type(table.element);
        self.bool(table.is_64);
        self.bool((index as usize) < env.module.imported_tables.len());
        Some(())
    }
}
