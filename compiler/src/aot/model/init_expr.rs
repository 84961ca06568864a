//! Initialiser expressions: the values of globals, elements and offsets.

use std::fmt;

use wamr_abi::format;

/// An initialiser expression. Floats are their bits.
///
/// The objects of garbage collection are here so that files of wamrc can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InitExpr {
    /// No value: the offset of a segment that is not active, and the initial value of a table that
    /// states none.
    None,
    /// `i32.const`.
    I32Const(i32),
    /// `i64.const`. As the offset of an element segment it has the same bytes in the layouts of all
    /// releases (`wamr_abi::releases::ElementOffset`).
    I64Const(i64),
    /// `f32.const`.
    F32Const(u32),
    /// `f64.const`.
    F64Const(u64),
    /// `v128.const`, little-endian.
    V128Const([u8; 16]),
    /// `global.get` of an imported immutable global.
    GlobalGet(u32),
    /// `ref.func`.
    RefFunc(u32),
    /// `ref.null`; write [`InitExpr::REF_NULL`]. The payload becomes the table element: wamrc's 0
    /// turns it into function 0.
    RefNull(u32),
    /// `ref.i31` of a constant.
    RefI31(i32),
    /// `struct.new`.
    StructNew {
        /// The type.
        ty: u32,
        /// The value of each field.
        fields: Vec<FieldValue>,
    },
    /// `struct.new_default`.
    StructNewDefault {
        /// The type.
        ty: u32,
    },
    /// `array.new`.
    ArrayNew {
        /// The byte of the type of the elements (`wamr_abi::format::value_type`).
        element: u8,
        /// The type.
        ty: u32,
        /// The number of elements.
        length: u32,
        /// The value of all elements.
        value: FieldValue,
    },
    /// `array.new_default`.
    ArrayNewDefault {
        /// The byte of the type of the elements.
        element: u8,
        /// The type.
        ty: u32,
        /// The number of elements.
        length: u32,
    },
    /// `array.new_fixed`.
    ArrayNewFixed {
        /// The byte of the type of the elements.
        element: u8,
        /// The type.
        ty: u32,
        /// The elements.
        values: Vec<FieldValue>,
    },
    /// Arithmetic on two expressions, for extended constant expressions only.
    Binary(BinaryOp, Box<[InitExpr; 2]>),
}

impl InitExpr {
    /// `ref.null` with the payload that gives a null element.
    pub const REF_NULL: Self = Self::RefNull(format::NULL_REF);

    /// Whether the value is an object, or the integer that takes the place of one. Only files with
    /// garbage collection have such values.
    pub fn is_object(&self) -> bool {
        match self {
            Self::RefI31(_)
            | Self::StructNew { .. }
            | Self::StructNewDefault { .. }
            | Self::ArrayNew { .. }
            | Self::ArrayNewDefault { .. }
            | Self::ArrayNewFixed { .. } => true,
            Self::None
            | Self::I32Const(_)
            | Self::I64Const(_)
            | Self::F32Const(_)
            | Self::F64Const(_)
            | Self::V128Const(_)
            | Self::GlobalGet(_)
            | Self::RefFunc(_)
            | Self::RefNull(_)
            | Self::Binary(..) => false,
        }
    }
}

impl fmt::Display for InitExpr {
    /// Formats as folded wasm text, as in `i32.const 8`, `i32.add (global.get 0) (i32.const 8)`;
    /// with the bits of floats, and of the values in objects.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::I32Const(value) => write!(f, "i32.const {value}"),
            Self::I64Const(value) => write!(f, "i64.const {value}"),
            Self::F32Const(bits) => write!(f, "f32.const {:?} ({bits:#x})", f32::from_bits(*bits)),
            Self::F64Const(bits) => write!(f, "f64.const {:?} ({bits:#x})", f64::from_bits(*bits)),
            Self::V128Const(bytes) => {
                write!(f, "v128.const i128 {:#034x}", u128::from_le_bytes(*bytes))
            }
            Self::GlobalGet(global) => write!(f, "global.get {global}"),
            Self::RefFunc(function) => write!(f, "ref.func {function}"),
            Self::RefNull(_) => f.write_str("ref.null"),
            Self::RefI31(value) => write!(f, "ref.i31 (i32.const {value})"),
            Self::StructNew { ty, fields } => {
                write!(f, "struct.new {ty}")?;
                fields.iter().try_for_each(|field| write!(f, " {field}"))
            }
            Self::StructNewDefault { ty } => write!(f, "struct.new_default {ty}"),
            Self::ArrayNew { ty, length, value, .. } => {
                write!(f, "array.new {ty} {value} (i32.const {length})")
            }
            Self::ArrayNewDefault { ty, length, .. } => {
                write!(f, "array.new_default {ty} (i32.const {length})")
            }
            Self::ArrayNewFixed { ty, values, .. } => {
                write!(f, "array.new_fixed {ty} {}", values.len())?;
                values.iter().try_for_each(|value| write!(f, " {value}"))
            }
            Self::Binary(op, operands) => {
                write!(f, "{} ({}) ({})", op.name(), operands[0], operands[1])
            }
        }
    }
}

/// The bits of a field or an element in an initialiser expression. Which ones of these it has
/// depends on its type; packed fields have 32 bits here, and references are pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldValue {
    /// Up to 32 bits.
    Word(u32),
    /// 64 bits.
    Double(u64),
    /// A vector, little-endian.
    Vector([u8; 16]),
}

impl fmt::Display for FieldValue {
    /// Formats as hexadecimal number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(bits) => write!(f, "{bits:#x}"),
            Self::Double(bits) => write!(f, "{bits:#x}"),
            Self::Vector(bytes) => write!(f, "{:#x}", u128::from_le_bytes(*bytes)),
        }
    }
}

/// An operator of extended constant expressions, by its number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum BinaryOp {
    /// `i32.add`.
    I32Add = format::init_expr::I32_ADD,
    /// `i32.sub`.
    I32Sub = format::init_expr::I32_SUB,
    /// `i32.mul`.
    I32Mul = format::init_expr::I32_MUL,
    /// `i64.add`.
    I64Add = format::init_expr::I64_ADD,
    /// `i64.sub`.
    I64Sub = format::init_expr::I64_SUB,
    /// `i64.mul`.
    I64Mul = format::init_expr::I64_MUL,
}

impl BinaryOp {
    /// Every operator.
    pub const ALL: [Self; 6] =
        [Self::I32Add, Self::I32Sub, Self::I32Mul, Self::I64Add, Self::I64Sub, Self::I64Mul];

    /// Its name in the wasm text format.
    pub fn name(self) -> &'static str {
        match self {
            Self::I32Add => "i32.add",
            Self::I32Sub => "i32.sub",
            Self::I32Mul => "i32.mul",
            Self::I64Add => "i64.add",
            Self::I64Sub => "i64.sub",
            Self::I64Mul => "i64.mul",
        }
    }
}
