//! The types of a module as it declares them: structures, arrays, recursion groups, subtypes.
//!
//! Types are compared by canonical indexes, which come from the validator and cover whole
//! recursion groups.

use wasmparser::{
    ArrayType, CompositeInnerType, CompositeType, FieldType, RecGroup, StorageType, StructType,
    SubType, ValType,
};

use super::typed_references::is_typed;
use super::{FuncType, Module, References};
use crate::error::Error;

/// The most subtypes that a function type may have in a module for any runtime: code compares with
/// each of them.
const MAX_COMPARED_SUBTYPES: usize = 16;

/// A type with its place among the others.
pub(crate) struct TypeDefinition {
    /// What the module says.
    pub(crate) declared: SubType,
    /// The index of the first type of its recursion group.
    pub(crate) group: u32,
    /// The number of types in the group.
    pub(crate) group_size: u32,
    /// The number of types above it.
    pub(crate) depth: u32,
}

impl TypeDefinition {
    /// The index of the type that it directly extends.
    pub(crate) fn supertype(&self) -> Option<u32> {
        self.declared.supertype_idxs.first()?.as_module_index()
    }

    /// Whether it is a function type.
    pub(crate) fn is_func(&self) -> bool {
        matches!(self.declared.composite_type.inner, CompositeInnerType::Func(_))
    }

    /// Its fields; none if it is no structure.
    pub(crate) fn fields(&self) -> &[FieldType] {
        match &self.declared.composite_type.inner {
            CompositeInnerType::Struct(ty) => &ty.fields,
            _ => &[],
        }
    }

    /// The elements, if it is an array.
    pub(crate) fn element(&self) -> Option<FieldType> {
        match self.declared.composite_type.inner {
            CompositeInnerType::Array(ArrayType(element)) => Some(element),
            _ => None,
        }
    }
}

impl Module<'_> {
    /// Adds the types of a recursion group.
    pub(super) fn add_group(&mut self, types: RecGroup) -> Result<(), Error> {
        let group = self.types.len() as u32;
        let types = types.into_types();
        let group_size = types.len() as u32;
        for declared in types {
            let (ty, typed) = self.function_part(&declared)?;
            self.types.push(ty);
            self.typed_references.types.push(typed);
            let mut definition = TypeDefinition { declared, group, group_size, depth: 0 };
            if let Some(above) = definition.supertype() {
                definition.depth = self.definitions[above as usize].depth + 1;
            }
            let is_plain = definition.is_func() && definition.depth == 0;
            let is_single = group_size == 1 && definition.declared.is_final;
            self.typed_references.has_subtypes |= !(is_plain && is_single);
            self.definitions.push(definition);
        }
        Ok(())
    }

    /// A function type, and whether it mentions typed references; for other types, one without
    /// values takes its place.
    fn function_part(&self, declared: &SubType) -> Result<(FuncType, bool), Error> {
        match &declared.composite_type.inner {
            CompositeInnerType::Func(ty) => {
                let typed = ty.params().iter().chain(ty.results()).any(|&ty| is_typed(ty));
                Ok((FuncType::from_wasmparser(ty, self.references)?, typed))
            }
            _ if self.references == References::Indexes => {
                Err(Error::needs_collector("a type of structures or arrays"))
            }
            CompositeInnerType::Struct(_) | CompositeInnerType::Array(_) => {
                Ok((FuncType { params: Box::default(), results: Box::default() }, false))
            }
            CompositeInnerType::Cont(_) => {
                Err(Error::unsupported("the module uses stack switching, which is not supported"))
            }
        }
    }

    /// Adds a structure type for each tag: its number, and the operands. Returns the first.
    pub(crate) fn add_exception_types(&mut self) -> Option<u32> {
        if self.tags.is_empty() {
            return None;
        }
        let field = |ty| FieldType { element_type: StorageType::Val(ty), mutable: true };
        let first = self.types.len() as u32;
        for tag in 0..self.tags.len() {
            let ty = &self.definitions[self.tags[tag].type_index as usize];
            let operands = ty.declared.unwrap_func().params().iter().copied();
            let fields = std::iter::once(ValType::I32).chain(operands).map(field).collect();
            self.add_plain_type(CompositeInnerType::Struct(StructType { fields }));
        }
        Some(first)
    }

    /// Adds the type of functions without parameters and results, unless there is one.
    pub(crate) fn add_start_type(&mut self) -> u32 {
        let is_it = |(index, definition): &(usize, &TypeDefinition)| {
            let CompositeInnerType::Func(ty) = &definition.declared.composite_type.inner else {
                return false;
            };
            let is_plain = definition.depth == 0 && definition.group_size == 1;
            let is_empty = ty.params().is_empty() && ty.results().is_empty();
            is_plain && is_empty && self.canonical_types[*index] as usize == *index
        };
        match self.definitions.iter().enumerate().find(is_it) {
            Some((index, _)) => index as u32,
            None => {
                self.add_plain_type(CompositeInnerType::Func(wasmparser::FuncType::new([], [])));
                self.types.len() as u32 - 1
            }
        }
    }

    /// Adds a type that extends no other, and that the module does not know.
    fn add_plain_type(&mut self, inner: CompositeInnerType) {
        let index = self.types.len() as u32;
        let composite_type =
            CompositeType { inner, shared: false, descriptor_idx: None, describes_idx: None };
        let declared = SubType { is_final: true, supertype_idxs: Vec::new(), composite_type };
        self.definitions.push(TypeDefinition { declared, group: index, group_size: 1, depth: 0 });
        self.types.push(FuncType { params: Box::default(), results: Box::default() });
        self.canonical_types.push(index);
    }

    /// Finds the types that others extend, and the function types below each one, once canonical
    /// types are known.
    pub(super) fn find_subtypes(&mut self) -> Result<(), Error> {
        let extended = self.definitions.iter().filter_map(TypeDefinition::supertype);
        self.extended_types =
            extended.map(|supertype| self.canonical_types[supertype as usize]).collect();
        if self.definitions.iter().all(|definition| definition.depth == 0) {
            return Ok(());
        }
        let mut subtypes = vec![Vec::new(); self.types.len()];
        for index in 0..self.types.len() as u32 {
            let definition = &self.definitions[index as usize];
            if self.canonical_types[index as usize] != index || !definition.is_func() {
                continue;
            }
            let mut above = definition.supertype();
            while let Some(supertype) = above {
                subtypes[self.canonical_types[supertype as usize] as usize].push(index);
                above = self.definitions[supertype as usize].supertype();
            }
        }
        let most = subtypes.iter().map(Vec::len).max().unwrap_or(0);
        if self.references == References::Indexes && most > MAX_COMPARED_SUBTYPES {
            let what = format!("a function type with more than {MAX_COMPARED_SUBTYPES} subtypes");
            return Err(Error::needs_collector(what));
        }
        self.function_subtypes = subtypes;
        Ok(())
    }

    /// Whether another type extends the type `index`.
    pub(crate) fn is_extended(&self, index: u32) -> bool {
        self.extended_types.contains(&self.canonical_types[index as usize])
    }

    /// Whether the type `index` extends no other one.
    pub(crate) fn is_root(&self, index: u32) -> bool {
        self.definitions[index as usize].depth == 0
    }

    /// The canonical function types below the canonical type `index`, which is a function type.
    pub(crate) fn subtypes_of(&self, index: u32) -> &[u32] {
        self.function_subtypes.get(index as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether references are objects of a runtime that collects garbage.
    pub(crate) fn has_objects(&self) -> bool {
        self.references == References::Objects
    }
}
