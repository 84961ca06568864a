//! Initialiser expressions: a type word and a payload (`aot/aot_loader.c`, `load_init_expr`).

use wamr_abi::format::{WORD_ALIGN, init_expr};

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{BinaryOp, InitExpr};
use crate::aot::section::Record;
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The deepest nesting of arithmetic. The loader has no limit but its C stack.
const MAX_DEPTH: usize = 256;

impl Record<'_> for InitExpr {
    const MIN_SIZE: usize = 4;
    const NAME: &'static str = "elements";

    fn write(&self, sink: &mut Sink) -> Result<()> {
        write(self, sink, MAX_DEPTH)
    }

    fn read(source: &mut Source<'_>) -> Result<Self> {
        read(source, MAX_DEPTH)
    }
}

fn write(expr: &InitExpr, sink: &mut Sink, depth: usize) -> Result<()> {
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
        InitExpr::RefI31(_)
        | InitExpr::StructNew { .. }
        | InitExpr::StructNewDefault { .. }
        | InitExpr::ArrayNew { .. }
        | InitExpr::ArrayNewDefault { .. }
        | InitExpr::ArrayNewFixed { .. } => {
            return Err(ContainerError::unsupported(
                "object of garbage collection in an initialiser expression",
            ));
        }
        InitExpr::Binary(op, ref operands) => {
            let depth = deeper(depth)?;
            sink.u32(op as u32);
            return operands.iter().try_for_each(|operand| write(operand, sink, depth));
        }
    }
    Ok(())
}

fn word(sink: &mut Sink, kind: u32, payload: u32) {
    sink.u32(kind);
    sink.u32(payload);
}

fn double(sink: &mut Sink, kind: u32, payload: u64) {
    sink.u32(kind);
    sink.u64(payload);
}

fn read(source: &mut Source<'_>, depth: usize) -> Result<InitExpr> {
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
        kind => match BinaryOp::ALL.into_iter().find(|op| *op as u32 == kind) {
            Some(op) => {
                let depth = deeper(depth).map_err(|error| error.at(start))?;
                let left = read(source, depth)?;
                let right = read(source, depth)?;
                InitExpr::Binary(op, Box::new([left, right]))
            }
            None => {
                let what = format!("unknown initialiser expression {kind:#x}");
                return Err(ContainerError::malformed(start, what));
            }
        },
    })
}

fn deeper(depth: usize) -> Result<usize> {
    depth.checked_sub(1).ok_or_else(|| {
        ContainerError::limit(format!("constant expression nested deeper than {MAX_DEPTH}"))
    })
}
