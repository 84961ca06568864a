//! Shapes of exceptions, in both encodings.

use wasm_encoder::{BlockType, Catch, EntityType, ExportKind, Instruction as I, RefType, ValType};

use super::module::{Builder, repeat, tag_type};
use super::{Shape, costly, shape};

pub(super) const SHAPES: &[Shape] = &[
    shape("calls in one try", 10_000, |size| one_try(1, size)),
    shape("calls in a try with a hundred clauses", 3_000, |size| one_try(100, size)),
    shape("a try with many clauses", 8_000, |size| one_try(size.min(9_999), 1)),
    shape("tries in a row", 6_000, tries_in_a_row),
    shape("nested tries", 4_000, nested_tries),
    shape("nested tries with a call in each", 2_000, calls_in_nested_tries),
    shape("locals that change between calls in a try", 4_000, locals_in_a_try),
    costly("many locals that are read after a try", 1_500, locals_after_a_try),
    shape("throws", 10_000, |size| throws(0, size)),
    shape("throws with many operands", 400, |size| throws(100, size)),
    shape("throws that a clause around catches", 6_000, throws_caught),
    shape("references to exceptions, thrown again", 4_000, thrown_again),
    // Each throw looks for its clause in all tries around.
    costly("throws that no clause around catches", 4_000, throws_passed_on),
    shape("tags", 40_000, tags),
    shape("tags that are thrown and caught", 3_000, tags_in_use),
    // Each looks for an equal one among those before.
    costly("imported tags", 15_000, imported_tags),
    costly("one tag that is imported and caught many times", 4_000, one_imported_tag),
    // Each place that makes a reference distinguishes all tags.
    costly("references to exceptions of many tags", 2_000, references_to_any),
    shape("exported tags", 10_000, exported_tags),
    shape("tries inside a loop", 4_000, tries_in_a_loop),
    shape("small functions that throw, called in a try", 4_000, inlined_throws),
    // Cranelift's context kept the tables of all functions before.
    costly("functions with calls in tries", 6_000, functions_with_tries),
    shape("legacy tries in a row", 5_000, legacy_tries),
    shape("nested legacy tries", 3_000, nested_legacy_tries),
    shape("a legacy try with many clauses", 8_000, legacy_clauses),
    shape("a chain of delegates", 4_000, delegates),
    shape("delegates to all tries around", 3_000, delegates_to_all),
    shape("rethrows", 4_000, rethrows),
];

const I32: ValType = ValType::I32;
const BLOCK: I<'static> = I::Block(BlockType::Empty);
const CALL: [I<'static>; 2] = [I::LocalGet(0), I::Call(0)];
const COUNT: [I<'static>; 4] = [I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(0)];

/// A module with a tag without operands, and the type of functions with an i32 parameter.
fn with_tag() -> (Builder, u32) {
    let mut builder = Builder::with_memory();
    let nothing = builder.ty(&[], &[]);
    builder.tag(nothing);
    let ty = builder.ty(&[I32], &[]);
    (builder, ty)
}

/// A function with `code`, in such a module.
fn function(code: &[I<'_>]) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    builder.function_of(ty, &[], code);
    builder.finish()
}

/// A try that catches tag 0 with a branch to `label`.
fn catching(label: u32) -> I<'static> {
    I::TryTable(BlockType::Empty, vec![Catch::One { tag: 0, label }].into())
}

fn one_try(clauses: u32, calls: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    for _ in 1..clauses {
        builder.tag(0);
    }
    let catches: Vec<_> = (0..clauses).map(|tag| Catch::One { tag, label: 0 }).collect();
    let mut code = vec![BLOCK, I::TryTable(BlockType::Empty, catches.into())];
    code.extend(repeat(&CALL, calls));
    code.extend([I::End, I::End]);
    builder.function_of(ty, &[], &code);
    builder.finish()
}

fn tries_in_a_row(size: u32) -> Vec<u8> {
    let one = [&[BLOCK, catching(0)], &CALL[..], &[I::End, I::End], &COUNT].concat();
    function(&repeat(&one, size).collect::<Vec<_>>())
}

fn nested_tries(size: u32) -> Vec<u8> {
    let code = repeat(&[BLOCK, catching(0)], size).chain(CALL);
    function(&code.chain(repeat(&[I::End, I::End], size)).collect::<Vec<_>>())
}

fn calls_in_nested_tries(size: u32) -> Vec<u8> {
    let open = [&[BLOCK, catching(0)], &CALL[..]].concat();
    let close = [&[I::End, I::End], &COUNT[..]].concat();
    function(&repeat(&open, size).chain(repeat(&close, size)).collect::<Vec<_>>())
}

fn locals_in_a_try(size: u32) -> Vec<u8> {
    let mut code = vec![BLOCK, catching(0)];
    code.extend(repeat(&[&COUNT[..], &CALL].concat(), size));
    code.extend([I::End, I::End, I::LocalGet(0), I::Call(0)]);
    function(&code)
}

fn locals_after_a_try(size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    let mut code = vec![BLOCK, catching(0)];
    for local in 1..=size {
        code.extend(CALL.into_iter().chain([I::LocalGet(0), I::LocalSet(local)]));
    }
    code.extend([I::End, I::End]);
    code.extend((1..=size).flat_map(|local| [I::LocalGet(local), I::Call(0)]));
    builder.function_of(ty, &[(size, I32)], &code);
    builder.finish()
}

fn throws(operands: u32, size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    let operand_types = builder.ty(&vec![I32; operands as usize], &[]);
    builder.tag(operand_types);
    let mut one = vec![I::LocalGet(0), I::If(BlockType::Empty)];
    one.extend(repeat(&[I::LocalGet(0)], operands));
    one.extend([I::Throw(1), I::End]);
    builder.function_of(ty, &[], &repeat(&one, size).collect::<Vec<_>>());
    builder.finish()
}

fn throws_caught(size: u32) -> Vec<u8> {
    let one = [I::LocalGet(0), I::If(BlockType::Empty), I::Throw(0), I::End];
    let mut code = vec![BLOCK, catching(0)];
    code.extend(repeat(&one, size).chain([I::End, I::End]));
    function(&code)
}

fn thrown_again(size: u32) -> Vec<u8> {
    function(&catch_and_throw_again(size))
}

fn catch_and_throw_again(size: u32) -> Vec<I<'static>> {
    let block = I::Block(BlockType::Result(ValType::Ref(RefType::EXNREF)));
    let again = I::TryTable(BlockType::Empty, vec![Catch::AllRef { label: 0 }].into());
    let open = [BLOCK, block, again];
    let close = [I::End, I::Br(1), I::End, I::ThrowRef, I::End];
    let one = [&open[..], &CALL, &close].concat();
    repeat(&one, size).collect()
}

fn tags(size: u32) -> Vec<u8> {
    let (mut builder, _) = with_tag();
    for _ in 1..size {
        builder.tag(0);
    }
    builder.finish()
}

fn tags_in_use(size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    let mut code = Vec::new();
    for tag in 0..size {
        builder.tag(0);
        let catch = I::TryTable(BlockType::Empty, vec![Catch::One { tag, label: 0 }].into());
        code.extend([&[BLOCK, catch], &CALL[..], &[I::Throw(tag), I::End, I::End]].concat());
    }
    builder.function_of(ty, &[], &code);
    builder.finish()
}

fn throws_passed_on(size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    builder.tag(0);
    let throw = [I::LocalGet(0), I::If(BlockType::Empty), I::Throw(1), I::End];
    let code = repeat(&[BLOCK, catching(0)], size).chain(repeat(&throw, size));
    let code = code.chain(repeat(&[I::End, I::End], size));
    builder.function_of(ty, &[], &code.collect::<Vec<_>>());
    builder.finish()
}

fn one_imported_tag(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let (nothing, ty) = (builder.ty(&[], &[]), builder.ty(&[I32], &[]));
    for _ in 0..size {
        builder.imports.import("e", "t", EntityType::Tag(tag_type(nothing)));
    }
    let one = [&[BLOCK, catching(0)], &CALL[..], &[I::End, I::End]].concat();
    builder.function_of(ty, &[], &repeat(&one, size).collect::<Vec<_>>());
    builder.finish()
}

fn references_to_any(size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    let operands = builder.ty(&[ValType::I64; 2], &[]);
    for _ in 0..size {
        builder.tag(operands);
    }
    builder.function_of(ty, &[], &catch_and_throw_again(size));
    builder.finish()
}

fn imported_tags(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[], &[]);
    for tag in 0..size {
        builder.imports.import("env", &format!("t{tag}"), EntityType::Tag(tag_type(ty)));
    }
    builder.finish()
}

fn exported_tags(size: u32) -> Vec<u8> {
    let (mut builder, _) = with_tag();
    for tag in 0..size {
        builder.exports.export(&format!("t{tag}"), ExportKind::Tag, 0);
    }
    builder.finish()
}

fn tries_in_a_loop(size: u32) -> Vec<u8> {
    let one = [&[BLOCK, catching(0)], &CALL[..], &COUNT, &[I::End, I::End]].concat();
    let mut code = vec![I::Loop(BlockType::Empty)];
    code.extend(repeat(&one, size).chain([I::LocalGet(0), I::BrIf(0), I::End]));
    function(&code)
}

fn inlined_throws(size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    let mut code = vec![BLOCK, catching(0)];
    code.extend(repeat(&[I::LocalGet(0), I::Call(1)], size).chain([I::End, I::End]));
    builder.function_of(ty, &[], &code);
    let callee = [I::LocalGet(0), I::If(BlockType::Empty), I::Throw(0), I::End];
    builder.function_of(ty, &[], &callee);
    builder.finish()
}

fn functions_with_tries(size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    builder.function_of(ty, &[], &[]);
    let one = [&[BLOCK, catching(0)], &CALL[..], &[I::End, I::End]].concat();
    let code: Vec<_> = repeat(&one, 10).collect();
    for _ in 0..size {
        builder.function_of(ty, &[], &code);
    }
    builder.finish()
}

const TRY: I<'static> = I::Try(BlockType::Empty);

fn legacy_tries(size: u32) -> Vec<u8> {
    let one = [&[TRY], &CALL[..], &[I::Catch(0)], &COUNT, &[I::CatchAll], &COUNT, &[I::End]];
    function(&repeat(&one.concat(), size).collect::<Vec<_>>())
}

fn nested_legacy_tries(size: u32) -> Vec<u8> {
    let open = [&[TRY], &CALL[..]].concat();
    let close = [&[I::Catch(0)], &COUNT[..], &[I::End]].concat();
    function(&repeat(&open, size).chain(repeat(&close, size)).collect::<Vec<_>>())
}

fn legacy_clauses(size: u32) -> Vec<u8> {
    let (mut builder, ty) = with_tag();
    let mut code = [&[TRY], &CALL[..]].concat();
    for tag in 0..size.min(9_999) {
        builder.tag(0);
        code.push(I::Catch(tag));
    }
    code.push(I::End);
    builder.function_of(ty, &[], &code);
    builder.finish()
}

fn delegates(size: u32) -> Vec<u8> {
    let open = [&[TRY], &CALL[..]].concat();
    let code = repeat(&open, size).chain(repeat(&[I::Delegate(0)], size));
    function(&code.collect::<Vec<_>>())
}

fn delegates_to_all(size: u32) -> Vec<u8> {
    let mut code: Vec<_> = repeat(&[TRY], size).collect();
    for label in 0..size {
        code.extend([&[TRY], &CALL[..], &[I::Delegate(label)]].concat());
    }
    code.extend(repeat(&[I::Catch(0), I::End], size));
    function(&code)
}

fn rethrows(size: u32) -> Vec<u8> {
    let one = [&[TRY, TRY], &CALL[..], &[I::Catch(0), I::Rethrow(0), I::End]].concat();
    let one = [&one[..], &[I::CatchAll, I::End]].concat();
    function(&repeat(&one, size).collect::<Vec<_>>())
}
