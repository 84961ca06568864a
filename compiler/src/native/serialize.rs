//! Compiled functions as bytes, without function indexes: what a cache keeps for one body.
//!
//! All functions that come from one body are kept together. They refer to other functions by
//! numbers of the body's [`Fingerprint`](crate::lower::Fingerprint), which maps the numbers to the
//! module at hand. Decoding trusts nothing: bytes that [`serialize`] cannot have written are not a
//! function.

use cranelift_codegen::ir::UserExternalName;
use rustc_hash::FxHashMap;
use wamr_abi::helpers::Helper;

use super::compile::{Call, CompiledFunction};
use crate::exception_table::{HandlerRow, SavedRegister};
use crate::lower::FuncId;
use crate::target::CallSite;

/// The minimum size of a function in bytes: its id, what it uses, seven numbers.
const FUNCTION_SIZE: usize = ID_SIZE + 2 + 7 * size_of::<u32>();

/// The size in bytes of a call that may end with an exception.
const HANDLER_SIZE: usize = 3 * size_of::<u32>();

/// The size in bytes of a saved register.
const SAVED_SIZE: usize = 2;

/// Bytes of a runtime helper.
const HELPER_SIZE: usize = size_of::<u32>();

/// Size of a call: its offset, addend and target.
const CALL_SIZE: usize = size_of::<u32>() + size_of::<i64>() + ID_SIZE;

/// Size of an id: namespace and index.
const ID_SIZE: usize = 1 + size_of::<u32>();

/// No code needs more alignment than a page, in bytes.
const MAX_ALIGNMENT: u32 = 4096;

/// Appends the functions of one body. `indexes` are those of the body's fingerprint. Returns `None`
/// if functions of this kind are not kept; the appended bytes are meaningless then.
#[must_use]
pub(super) fn serialize(
    functions: &[CompiledFunction],
    indexes: &[u32],
    call_site: CallSite,
    bytes: &mut Vec<u8>,
) -> Option<()> {
    bytes.push(u8::try_from(functions.len()).ok()?);
    let numbers: FxHashMap<u32, u32> = indexes.iter().copied().zip(0..).collect();
    for function in functions {
        let CompiledFunction { unwinding, origins, listing, .. } = function;
        if unwinding.is_some() || !origins.is_empty() || listing.is_some() {
            return None;
        }
        serialize_id(function.id, &numbers, bytes)?;
        bytes.push(u8::from(function.uses_simd));
        bytes.push(u8::from(function.fast_path));
        number(bytes, function.alignment);
        number(bytes, function.frame_size);
        number(bytes, function.indirect_helpers.len() as u32);
        for &helper in &function.indirect_helpers {
            number(bytes, helper as u32);
        }
        number(bytes, function.calls.len() as u32);
        for call in &function.calls {
            if call.kind != call_site.relocation {
                return None;
            }
            number(bytes, call.offset);
            bytes.extend(call.addend.to_le_bytes());
            serialize_id(call.target, &numbers, bytes)?;
        }
        number(bytes, function.handlers.len() as u32);
        for row in &function.handlers {
            number(bytes, row.return_offset);
            number(bytes, row.frame_offset);
            number(bytes, row.handler_offset);
        }
        number(bytes, function.saved.len() as u32);
        bytes.extend(function.saved.iter().flat_map(|saved| [saved.register, saved.depth]));
        number(bytes, function.code.len() as u32);
        bytes.extend_from_slice(&function.code);
    }
    Some(())
}

/// The inverse of [`serialize`], for a target on which functions preserve so many registers.
pub(super) fn deserialize(
    bytes: &[u8],
    indexes: &[u32],
    call_site: CallSite,
    preserved_registers: usize,
) -> Option<Vec<CompiledFunction>> {
    let mut reader = Reader { bytes, indexes, preserved_registers };
    let count = reader.byte()?;
    let functions = reader.list(count.into(), FUNCTION_SIZE, |reader| reader.function(call_site));
    let functions = functions.filter(|_| reader.bytes.is_empty())?;
    are_of_body(&functions, *indexes.first()?).then_some(functions)
}

/// Whether `functions` are what the body of function `index` can be compiled to: the function, and maybe
/// its body behind a stack guard, and an entry.
fn are_of_body(functions: &[CompiledFunction], index: u32) -> bool {
    let possible = [FuncId::Function(index), FuncId::Body(index), FuncId::Entry(index)];
    let mut possible = possible.into_iter();
    functions.first().is_some_and(|function| function.id == FuncId::Function(index))
        && functions.iter().all(|function| possible.any(|id| id == function.id))
}

fn number(bytes: &mut Vec<u8>, number: u32) {
    bytes.extend(number.to_le_bytes());
}

/// Appends a function's id; `numbers` are those of functions in the body's fingerprint.
fn serialize_id(id: FuncId, numbers: &FxHashMap<u32, u32>, bytes: &mut Vec<u8>) -> Option<()> {
    let UserExternalName { namespace, mut index } = id.to_external_name();
    if let Some(function) = id.function() {
        index = *numbers.get(&function)?;
    }
    bytes.push(u8::try_from(namespace).ok()?);
    number(bytes, index);
    Some(())
}

struct Reader<'b> {
    bytes: &'b [u8],
    indexes: &'b [u32],
    preserved_registers: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Reads `count` items of at least `size` bytes, and allocates no more than there can be items.
    fn list<T>(
        &mut self,
        count: u32,
        size: usize,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut items = Vec::with_capacity((self.bytes.len() / size).min(count as usize));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }

    fn id(&mut self) -> Option<FuncId> {
        let (namespace, index) = (u32::from(self.byte()?), self.number()?);
        let id = |index| FuncId::from_external_name(&UserExternalName { namespace, index });
        if id(index)?.function().is_some() {
            return id(*self.indexes.get(index as usize)?);
        }
        id(index)
    }

    fn function(&mut self, call_site: CallSite) -> Option<CompiledFunction> {
        let id = self.id()?;
        let (uses_simd, fast_path) = (self.byte()? != 0, self.byte()? != 0);
        let (alignment, frame_size) = (self.number()?, self.number()?);
        let helpers = self.number()?;
        let helper = |index: u32| Helper::ALL.get(index as usize).copied();
        let indirect_helpers = self.list(helpers, HELPER_SIZE, |reader| helper(reader.number()?));
        let calls = self.number()?;
        let calls = self.list(calls, CALL_SIZE, |reader| {
            let (offset, addend) = (reader.number()?, reader.array().map(i64::from_le_bytes)?);
            let kind = call_site.relocation;
            Some(Call { offset, kind, addend, target: reader.id()? })
        })?;
        let handlers = self.number()?;
        let handlers = self.list(handlers, HANDLER_SIZE, |reader| {
            let [return_offset, frame_offset, handler_offset] =
                [reader.number()?, reader.number()?, reader.number()?];
            Some(HandlerRow { return_offset, frame_offset, handler_offset })
        })?;
        let saved = self.number()?;
        let saved = self.list(saved, SAVED_SIZE, |reader| {
            Some(SavedRegister { register: reader.byte()?, depth: reader.byte()? })
        })?;
        let code = self.number()?;
        let is_in_code = |call: &Call| {
            let end = call.offset.checked_add(call_site.size);
            call.offset.is_multiple_of(call_site.alignment) && end.is_some_and(|end| end <= code)
        };
        let is_possible = alignment.is_power_of_two()
            && alignment <= MAX_ALIGNMENT
            && calls.iter().all(is_in_code)
            && saved.iter().all(|saved| usize::from(saved.register) < self.preserved_registers)
            && handlers.is_sorted_by_key(|row| row.return_offset)
            && handlers.iter().all(|row| row.return_offset.max(row.handler_offset) <= code);
        if !is_possible {
            return None;
        }
        Some(CompiledFunction {
            id,
            code: self.take(code as usize)?.to_vec(),
            calls,
            handlers,
            saved,
            indirect_helpers: indirect_helpers?,
            uses_simd,
            alignment,
            frame_size,
            unwinding: None,
            origins: Vec::new(),
            fast_path,
            listing: None,
        })
    }
}
