//! Initialiser expressions: a type word and a payload (`aot/aot_loader.c`, `load_init_expr`).

use wamr_abi::format::{WORD_ALIGN, init_expr};

use super::value_type::{storage_from_byte, storage_size, unknown_value_type};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{
    BinaryOp, CompositeType, FieldType, FieldValue, InitExpr, StorageType, TypeDef,
};
use crate::aot::section::{Layout, Record};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The deepest nesting of arithmetic. The loader has no limit but its C stack.
const MAX_DEPTH: usize = 256;

impl Record<'_, Layout<'_>> for InitExpr {
    const MIN_SIZE: usize = 4;
    const NAME: &'static str = "elements";

    fn write(&self, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
        write(self, layout, sink, MAX_DEPTH)
    }

    fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Self> {
        read(source, layout, MAX_DEPTH)
    }
}

fn write(expr: &InitExpr, layout: Layout<'_>, sink: &mut Sink, depth: usize) -> Result<()> {
    match *expr {
        InitExpr::None => sink.u32(init_expr::NONE),
        InitExpr::I32Const(value) => word(sink, init_expr::I32_CONST, value.cast_unsigned()),
        InitExpr::F32Const(bits) => word(sink, init_expr::F32_CONST, bits),
        InitExpr::GlobalGet(global) => word(sink, init_expr::GLOBAL_GET, global),
        InitExpr::RefFunc(function) => word(sink, init_expr::REF_FUNC, function),
        InitExpr::RefNull(payload) => word(sink, init_expr::REF_NULL, payload),
        InitExpr::I64Const(value) => double(sink, init_expr::I64_CONST, value.cast_unsigned()),
        InitExpr::F64Const(bits) => double(sink, init_expr::F64_CONST, bits),
        InitExpr::V128Const(ref bytes) => {
            sink.u32(init_expr::V128_CONST);
            sink.bytes(bytes);
        }
        InitExpr::Binary(op, ref operands) => {
            let depth = deeper(depth)?;
            sink.u32(op as u32);
            return operands.iter().try_for_each(|operand| write(operand, layout, sink, depth));
        }
        InitExpr::RefI31(_)
        | InitExpr::StructNew { .. }
        | InitExpr::StructNewDefault { .. }
        | InitExpr::ArrayNew { .. }
        | InitExpr::ArrayNewDefault { .. }
        | InitExpr::ArrayNewFixed { .. } => {
            if !layout.has_gc() {
                return Err(ContainerError::unsupported(format!(
                    "{expr} in a file without garbage collection"
                )));
            }
            return write_object(expr, sink);
        }
    }
    Ok(())
}

/// Appends an object, or the integer that takes the place of one.
fn write_object(expr: &InitExpr, sink: &mut Sink) -> Result<()> {
    match expr {
        InitExpr::RefI31(value) => word(sink, init_expr::REF_I31, value.cast_unsigned()),
        InitExpr::StructNew { ty, fields } => {
            word(sink, init_expr::STRUCT_NEW, *ty);
            sink.count(fields.len(), "fields")?;
            fields.iter().for_each(|value| write_field(value, sink));
        }
        InitExpr::StructNewDefault { ty } => word(sink, init_expr::STRUCT_NEW_DEFAULT, *ty),
        InitExpr::ArrayNew { element, ty, length, value } => {
            array(sink, init_expr::ARRAY_NEW, (*element, *ty));
            sink.u32(*length);
            write_field(value, sink);
        }
        InitExpr::ArrayNewDefault { element, ty, length } => {
            array(sink, init_expr::ARRAY_NEW_DEFAULT, (*element, *ty));
            sink.u32(*length);
        }
        InitExpr::ArrayNewFixed { element, ty, values } => {
            array(sink, init_expr::ARRAY_NEW_FIXED, (*element, *ty));
            sink.count(values.len(), "elements of an array")?;
            values.iter().for_each(|value| write_field(value, sink));
        }
        _ => {}
    }
    Ok(())
}

fn array(sink: &mut Sink, kind: u32, (element, ty): (u8, u32)) {
    word(sink, kind, element.into());
    sink.u32(ty);
}

fn word(sink: &mut Sink, kind: u32, payload: u32) {
    sink.u32(kind);
    sink.u32(payload);
}

fn double(sink: &mut Sink, kind: u32, payload: u64) {
    sink.u32(kind);
    sink.u64(payload);
}

fn write_field(value: &FieldValue, sink: &mut Sink) {
    match value {
        FieldValue::Word(bits) => sink.u32(*bits),
        FieldValue::Double(bits) => sink.u64(*bits),
        FieldValue::Vector(bytes) => sink.bytes(bytes),
    }
}

fn read(source: &mut Source<'_>, layout: Layout<'_>, depth: usize) -> Result<InitExpr> {
    source.align(WORD_ALIGN);
    let start = source.position();
    Ok(match source.u32()? {
        init_expr::NONE => InitExpr::None,
        init_expr::I32_CONST => InitExpr::I32Const(source.u32()?.cast_signed()),
        init_expr::F32_CONST => InitExpr::F32Const(source.u32()?),
        init_expr::GLOBAL_GET => InitExpr::GlobalGet(source.u32()?),
        init_expr::REF_FUNC => InitExpr::RefFunc(source.u32()?),
        init_expr::REF_NULL => InitExpr::RefNull(source.u32()?),
        init_expr::I64_CONST => InitExpr::I64Const(source.u64()?.cast_signed()),
        init_expr::F64_CONST => InitExpr::F64Const(source.u64()?),
        init_expr::V128_CONST => InitExpr::V128Const(source.v128()?),
        kind @ init_expr::STRUCT_NEW..=init_expr::REF_I31 if layout.has_gc() => {
            read_object(kind, source, layout)?
        }
        kind => match BinaryOp::ALL.into_iter().find(|op| *op as u32 == kind) {
            Some(op) => {
                let depth = deeper(depth).map_err(|error| error.at(start))?;
                let left = read(source, layout, depth)?;
                let right = read(source, layout, depth)?;
                InitExpr::Binary(op, Box::new([left, right]))
            }
            None => {
                let what = format!("unknown initialiser expression {kind:#x}");
                return Err(ContainerError::malformed(start, what));
            }
        },
    })
}

/// Reads an object. As in the loader, its type must come before it: segments cannot have objects.
fn read_object(kind: u32, source: &mut Source<'_>, layout: Layout<'_>) -> Result<InitExpr> {
    Ok(match kind {
        init_expr::REF_I31 => InitExpr::RefI31(source.u32()?.cast_signed()),
        init_expr::STRUCT_NEW => {
            let start = source.position();
            let ty = source.u32()?;
            let fields = match defined_type(layout, ty) {
                Some(CompositeType::Struct(fields)) => fields,
                _ => return Err(unknown_type(start, ty)),
            };
            if source.u32()? as usize != fields.len() {
                let what = "values of a structure are not as many as its fields";
                return Err(ContainerError::malformed(start, what));
            }
            let read = |field: &FieldType| read_field(source, field.storage, layout);
            InitExpr::StructNew { ty, fields: fields.iter().map(read).collect::<Result<_>>()? }
        }
        init_expr::STRUCT_NEW_DEFAULT => InitExpr::StructNewDefault { ty: source.u32()? },
        _ => return read_array(kind, source, layout),
    })
}

fn read_array(kind: u32, source: &mut Source<'_>, layout: Layout<'_>) -> Result<InitExpr> {
    let start = source.position();
    let number = source.u32()?;
    let element = number as u8;
    let storage = storage_from_byte(element).filter(|_| number == u32::from(element));
    let storage = storage.ok_or_else(|| unknown_value_type(start, element))?;
    let start = source.position();
    let ty = source.u32()?;
    if !matches!(defined_type(layout, ty), Some(CompositeType::Array(_))) {
        return Err(unknown_type(start, ty));
    }
    Ok(match kind {
        init_expr::ARRAY_NEW_DEFAULT => {
            InitExpr::ArrayNewDefault { element, ty, length: source.u32()? }
        }
        init_expr::ARRAY_NEW => InitExpr::ArrayNew {
            element,
            ty,
            length: source.u32()?,
            value: read_field(source, storage, layout)?,
        },
        _ => {
            let size = size_of::<u32>();
            let length = source.count(size, "elements of an array")?;
            let values = (0..length).map(|_| read_field(source, storage, layout));
            InitExpr::ArrayNewFixed { element, ty, values: values.collect::<Result<_>>()? }
        }
    })
}

fn read_field(
    source: &mut Source<'_>,
    storage: StorageType,
    layout: Layout<'_>,
) -> Result<FieldValue> {
    Ok(match storage_size(storage, layout.target) {
        ..=4 => FieldValue::Word(source.u32()?),
        8 => FieldValue::Double(source.u64()?),
        _ => FieldValue::Vector(source.v128()?),
    })
}

fn defined_type(layout: Layout<'_>, index: u32) -> Option<&CompositeType> {
    TypeDef::resolve(layout.types, index).map(|ty| &ty.composite)
}

fn unknown_type(offset: usize, index: u32) -> ContainerError {
    ContainerError::malformed(offset, format!("unknown type {index} of an object"))
}

fn deeper(depth: usize) -> Result<usize> {
    depth.checked_sub(1).ok_or_else(|| {
        ContainerError::limit(format!("constant expression nested deeper than {MAX_DEPTH}"))
    })
}
