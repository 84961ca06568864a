//! Types: of functions, structures and arrays, and of the values in them.
//!
//! Only files with garbage collection have structures, arrays, and types that depend on each other.
//! All others have function types of numbers, vectors, `funcref` and `externref`.

use std::fmt;

use super::TargetInfo;

/// A type of the module, with its place among the others.
///
/// Files without garbage collection contain only [`TypeDef::function`]: the other fields are not
/// written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeDef {
    /// What it describes.
    pub composite: CompositeType,
    /// The first type that equals it, if that is another one. With garbage collection, only this
    /// is written, and the runtime uses the first type for both. So the reader leaves the other
    /// fields as in [`TypeDef::same_as`]. All types of a recursion group have one, or none has.
    pub same_as: Option<u32>,
    /// No type has it as its supertype.
    pub is_final: bool,
    /// Its supertype, an earlier type.
    pub parent: Option<u32>,
    /// Its place in its recursion group.
    pub group: RecGroup,
}

impl TypeDef {
    /// A function type without relations to others.
    pub fn function(ty: FuncType) -> Self {
        Self::alone(CompositeType::Func(ty))
    }

    /// A final type without a supertype in a group of its own.
    pub fn alone(composite: CompositeType) -> Self {
        Self { composite, same_as: None, is_final: true, parent: None, group: RecGroup::ALONE }
    }

    /// What is known of a type of the same kind as `composite` of which the file only says that it
    /// equals the type `earlier`.
    pub fn same_as(earlier: u32, composite: &CompositeType) -> Self {
        let empty = match composite {
            CompositeType::Func(_) => CompositeType::Func(FuncType::default()),
            CompositeType::Struct(_) => CompositeType::Struct(Vec::new()),
            CompositeType::Array(_) => CompositeType::Array(FieldType {
                mutable: false,
                storage: StorageType::Value(ValueType::I32),
            }),
        };
        Self { same_as: Some(earlier), ..Self::alone(empty) }
    }

    /// The type with this index in `types`, or the earlier one that it equals.
    pub fn resolve(types: &[Self], index: u32) -> Option<&Self> {
        let ty = types.get(index as usize)?;
        ty.same_as.map_or(Some(ty), |earlier| types.get(earlier as usize))
    }

    /// The function type with this index in `types`.
    pub fn resolve_function(types: &[Self], index: u32) -> Option<&FuncType> {
        match &Self::resolve(types, index)?.composite {
            CompositeType::Func(ty) => Some(ty),
            CompositeType::Struct(_) | CompositeType::Array(_) => None,
        }
    }
}

impl Default for TypeDef {
    /// A function type without parameters and results.
    fn default() -> Self {
        Self::function(FuncType::default())
    }
}

impl fmt::Display for TypeDef {
    /// Formats as in wasm text, `sub final 3 (struct (field i32))`, but function types as
    /// `(i32) -> (i32)`. What is not written is left out: a final type without a supertype has no
    /// `sub`, and of one that equals an earlier type only that is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(earlier) = self.same_as {
            return write!(f, "same as {earlier}");
        }
        if !self.is_final || self.parent.is_some() {
            f.write_str(if self.is_final { "sub final " } else { "sub " })?;
            self.parent.iter().try_for_each(|parent| write!(f, "{parent} "))?;
        }
        self.composite.fmt(f)
    }
}

/// The place of a type in its recursion group: types that may refer to each other, one after
/// another in the list of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecGroup {
    /// The number of types in the group.
    pub size: u16,
    /// How many of them come before this one.
    pub place: u16,
}

impl RecGroup {
    /// The only type of its group.
    pub const ALONE: Self = Self { size: 1, place: 0 };
}

/// What a type describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompositeType {
    /// Functions.
    Func(FuncType),
    /// Structures with these fields.
    Struct(Vec<FieldType>),
    /// Arrays with elements of this type.
    Array(FieldType),
}

impl fmt::Display for CompositeType {
    /// Formats structures and arrays as wasm text, and function types as `(i32) -> (i32)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Func(ty) => ty.fmt(f),
            Self::Struct(fields) => {
                f.write_str("(struct")?;
                fields.iter().try_for_each(|field| write!(f, " (field {field})"))?;
                f.write_str(")")
            }
            Self::Array(element) => write!(f, "(array {element})"),
        }
    }
}

/// A function type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FuncType {
    /// Parameters.
    pub params: Vec<ValueType>,
    /// Results.
    pub results: Vec<ValueType>,
}

impl fmt::Display for FuncType {
    /// Formats as `(i32, i64) -> (f32)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (before, values) in [("(", &self.params), (" -> (", &self.results)] {
            f.write_str(before)?;
            for (index, value) in values.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                value.fmt(f)?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

/// A field of a structure, or the elements of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// Whether it can be set.
    pub mutable: bool,
    /// What it holds.
    pub storage: StorageType,
}

impl fmt::Display for FieldType {
    /// Formats as wasm text, `(mut i8)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mutable, storage } = self;
        if *mutable { write!(f, "(mut {storage})") } else { storage.fmt(f) }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageType {
    /// The low 8 bits of an `i32`.
    I8,
    /// The low 16 bits of an `i32`.
    I16,
    /// A whole value.
    Value(ValueType),
}

impl fmt::Display for StorageType {
    /// Formats as wasm text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I8 => f.write_str("i8"),
            Self::I16 => f.write_str("i16"),
            Self::Value(value) => value.fmt(f),
        }
    }
}

/// A value type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// `v128`.
    V128,
    /// A reference.
    Ref(RefType),
}

impl ValueType {
    /// `funcref`.
    pub const FUNCREF: Self = Self::Ref(RefType::FUNCREF);
    /// `externref`.
    pub const EXTERNREF: Self = Self::Ref(RefType::EXTERNREF);

    /// 32-bit cells that a value takes (`interpreter/wasm.h`, `wasm_value_type_cell_num`).
    /// References are pointers with garbage collection, and 32-bit indices otherwise.
    pub fn cells(self, target: &TargetInfo<'_>) -> u32 {
        match self {
            Self::I32 | Self::F32 => 1,
            Self::I64 | Self::F64 => 2,
            Self::V128 => 4,
            Self::Ref(_) if target.has_gc() && target.is_64_bit() => 2,
            Self::Ref(_) => 1,
        }
    }
}

impl fmt::Display for ValueType {
    /// Formats as wasm text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32 => f.write_str("i32"),
            Self::I64 => f.write_str("i64"),
            Self::F32 => f.write_str("f32"),
            Self::F64 => f.write_str("f64"),
            Self::V128 => f.write_str("v128"),
            Self::Ref(reference) => reference.fmt(f),
        }
    }
}

/// A reference type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefType {
    /// Whether null is one of its values.
    pub nullable: bool,
    /// What its values refer to.
    pub heap: HeapType,
}

impl RefType {
    /// `funcref`.
    pub const FUNCREF: Self = Self { nullable: true, heap: HeapType::Func };
    /// `externref`.
    pub const EXTERNREF: Self = Self { nullable: true, heap: HeapType::Extern };
    /// `(ref func)`. wamrc writes it for segments of function indices, in all files.
    pub const FUNC: Self = Self { nullable: false, heap: HeapType::Func };
}

impl fmt::Display for RefType {
    /// Formats as wasm text, `(ref null 3)`, with the short form of types that have one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.heap.nullable_name(), self.nullable) {
            (Some(name), true) => f.write_str(name),
            (_, true) => write!(f, "(ref null {})", self.heap),
            (_, false) => write!(f, "(ref {})", self.heap),
        }
    }
}

/// What a reference refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeapType {
    /// Any function.
    Func,
    /// What the host likes.
    Extern,
    /// Any value of the module: all of the following but those of `Extern` and `Func`.
    Any,
    /// Values that can be compared.
    Eq,
    /// 31-bit integers.
    I31,
    /// Any structure.
    Struct,
    /// Any array.
    Array,
    /// Nothing; null is the only value.
    None,
    /// Nothing, as an `Extern`.
    NoExtern,
    /// Nothing, as a `Func`.
    NoFunc,
    /// The type with this index.
    Type(u32),
}

impl HeapType {
    /// A heap type that the file does not state. Of the type of a global, a file says only whether
    /// it can be null, unless it has a short form. The reader uses this instead; for a global, the
    /// writer does not look at the index of a type.
    pub const UNKNOWN: Self = Self::Type(u32::MAX);

    /// The short form of the type of references that can be null.
    fn nullable_name(self) -> Option<&'static str> {
        Some(match self {
            Self::Func => "funcref",
            Self::Extern => "externref",
            Self::Any => "anyref",
            Self::Eq => "eqref",
            Self::I31 => "i31ref",
            Self::Struct => "structref",
            Self::Array => "arrayref",
            Self::None => "nullref",
            Self::NoExtern => "nullexternref",
            Self::NoFunc => "nullfuncref",
            Self::Type(_) => return None,
        })
    }
}

impl fmt::Display for HeapType {
    /// Formats as wasm text, and an unknown type as `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::Func => "func",
            Self::Extern => "extern",
            Self::Any => "any",
            Self::Eq => "eq",
            Self::I31 => "i31",
            Self::Struct => "struct",
            Self::Array => "array",
            Self::None => "none",
            Self::NoExtern => "noextern",
            Self::NoFunc => "nofunc",
            Self::UNKNOWN => "?",
            Self::Type(index) => return write!(f, "{index}"),
        })
    }
}
