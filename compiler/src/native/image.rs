//! The text of a module: all functions one after the other, with calls between them resolved.
//!
//! Runtime helpers are called through stubs at the end of the text, one jump each. These are the
//! only places that the loader has to patch.

use std::borrow::Cow;
use std::collections::BTreeSet;

use cranelift_codegen::TextSectionBuilder;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::unwind::systemv;
use gimli::constants::{DW_EH_PE_pcrel, DW_EH_PE_sdata4, DwEhPe};
use gimli::write::{Address, CieId, FrameDescriptionEntry, FrameTable};
use rustc_hash::FxHashMap;
use wamr_abi::helpers::Helper;

use super::address_map::AddressMapBuilder;
use super::compile::CompiledFunction;
use super::isas::Isas;
use crate::error::Error;
use crate::exception_table::TableBuilder;
use crate::lower::{ENTRY_PREFIX_SIZE, FuncId};
use crate::target::{FUNCTION_ALIGNMENT, Target};

/// The maximum amount of machine code. Branches and the loader's jumps reach 2 GiB, part of which
/// is used by padding and veneers.
const MAX_CODE: u64 = 1 << 30;

/// What is known about a module's text.
pub(crate) struct Image {
    /// Its bytes.
    pub(crate) text_size: usize,
    /// Place in the text of every function and helper stub, by id.
    pub(crate) places: FxHashMap<FuncId, Place>,
    /// Unwind information of all functions, if the ISA was asked for it; addresses are relative to
    /// [`TEXT`].
    pub(crate) frames: FrameTable,
    /// Stack frame size of each function and its stack guard, in bytes, by id.
    pub(crate) frame_sizes: FxHashMap<FuncId, u32>,
    /// What the loader has to patch.
    pub(crate) relocations: Vec<HelperRelocation>,
    /// Runtime helpers whose addresses the code takes from the runtime's table.
    pub(crate) indirect_helpers: BTreeSet<Helper>,
    /// Whether some function has an operator on vectors.
    pub(crate) uses_simd: bool,
    /// The operators that the code was compiled from, for [`AddressMap`](crate::AddressMap), if
    /// requested.
    pub(crate) origins: Vec<(u32, u32)>,
    /// Functions that were too complex for the options' level, by index.
    pub(crate) fast_path: Vec<u32>,
}

/// The symbol that stands for the start of the text in [`Image::frames`].
pub(crate) const TEXT: usize = 0;

/// The place of a function in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where it is entered.
    pub(crate) offset: u64,
    /// Size in bytes of the code and of the constants after it.
    pub(crate) size: u64,
}

/// A place that needs the address of a runtime helper.
pub(crate) struct HelperRelocation {
    /// Offset in the text.
    pub(crate) offset: u64,
    /// The helper.
    pub(crate) helper: Helper,
    /// The ELF number of the relocation type.
    pub(crate) kind: u32,
    /// The relocation addend.
    pub(crate) addend: i64,
}

impl Image {
    /// Places `functions` in order, followed by the stubs of the helpers they call. Also returns
    /// the text. Where a branch does not reach, the builder puts a veneer between functions.
    pub(crate) fn lay_out(
        functions: Vec<CompiledFunction>,
        isas: &Isas,
        target: &dyn Target,
    ) -> Result<(Vec<u8>, Self), Error> {
        if functions.iter().map(|function| function.code.len() as u64).sum::<u64>() > MAX_CODE {
            return Err(Error::limit("the module has more than 1 GiB of machine code"));
        }
        let isa = &*isas.main;
        let helpers = called_helpers(&functions);
        let labels = labels(&functions, &helpers);
        let indirect = functions.iter().flat_map(|function| function.indirect_helpers.iter());
        let indirect_helpers = indirect.copied().collect();
        let uses_simd = functions.iter().any(|function| function.uses_simd);
        let mut builder = isa.text_section_builder(functions.len() + helpers.len());
        let mut control = ControlPlane::default();
        let mut places = FxHashMap::default();
        places.reserve(labels.len());
        let frame_sizes =
            functions.iter().map(|function| (function.id, function.frame_size)).collect();
        let mut frames = Frames::new(isas)?;
        let mut origins = AddressMapBuilder::default();
        let mut handlers = TableBuilder::default();
        let fast_path = functions.iter().filter(|function| function.fast_path);
        let fast_path = fast_path.filter_map(|function| function.id.function());
        let fast_path = fast_path.collect();
        for function in functions {
            let alignment = function.alignment.max(FUNCTION_ALIGNMENT);
            let prefix = prefix_size(function.id);
            let code = with_prefix(&function.code, prefix);
            let offset = builder.append(true, &code, alignment, &mut control) + prefix as u64;
            resolve_calls(&mut *builder, &function, offset, &labels)?;
            let place = Place { offset, size: function.code.len() as u64 };
            places.insert(function.id, place);
            match &function.unwinding {
                Some(info) => frames.add(place, info),
                // Not generated by Cranelift.
                None => frames.add_frameless(place),
            }
            origins.add(offset, &function.origins);
            function.add_to(&mut handlers, offset as u32);
        }
        let stub = target.helper_stub();
        let mut relocations = Vec::with_capacity(helpers.len());
        for helper in helpers {
            let offset = builder.append(true, stub.code, FUNCTION_ALIGNMENT, &mut control);
            let place = Place { offset, size: stub.code.len() as u64 };
            places.insert(FuncId::Helper(helper), place);
            frames.add_frameless(place);
            relocations.push(HelperRelocation {
                offset: offset + stub.relocation_offset,
                helper,
                kind: stub.relocation_type,
                addend: stub.addend,
            });
        }
        let mut text = builder.finish(&mut control);
        write_distances(&mut text, &places)?;
        if let Some(place) = places.get(&FuncId::HandlerTable) {
            let end = (place.offset + place.size) as usize;
            handlers.write(&mut text, end - handlers.size()?);
        }
        let (frames, origins) = (frames.table, origins.finish());
        let image = Self {
            text_size: text.len(),
            places,
            frames,
            frame_sizes,
            relocations,
            indirect_helpers,
            uses_simd,
            origins,
            fast_path,
        };
        Ok((text, image))
    }

    /// The place where the runtime enters function `index`.
    pub(crate) fn entered(&self, index: u32) -> Result<Place, Error> {
        match self.places.get(&FuncId::Entry(index)) {
            Some(entry) => Ok(*entry),
            None => self.place(FuncId::Function(index)),
        }
    }

    /// The place of the code of `id`, which must exist.
    pub(crate) fn place(&self, id: FuncId) -> Result<Place, Error> {
        let place = self.places.get(&id).copied();
        place.ok_or_else(|| Error::internal(format!("{id} has no code")))
    }
}

/// Collects unwind information, if the ISA was asked for it.
struct Frames {
    table: FrameTable,
    /// The part that all functions share.
    common: Option<CieId>,
}

impl Frames {
    fn new(isas: &Isas) -> Result<Self, Error> {
        let mut table = FrameTable::default();
        if !isas.unwinding {
            return Ok(Self { table, common: None });
        }
        let entry = isas.main.create_systemv_cie();
        let mut entry = entry.ok_or_else(|| Error::internal("no unwinding for the target"))?;
        // Independent of where the code is loaded, so it needs no relocation after linking.
        entry.fde_address_encoding = DwEhPe(DW_EH_PE_pcrel.0 | DW_EH_PE_sdata4.0);
        let common = Some(table.add_cie(entry));
        Ok(Self { table, common })
    }

    fn add(&mut self, place: Place, info: &systemv::UnwindInfo) {
        if let Some(common) = self.common {
            self.table.add_fde(common, info.to_fde(address(place)));
        }
    }

    /// Adds code that does not change the stack pointer or the return address.
    fn add_frameless(&mut self, place: Place) {
        if let Some(common) = self.common {
            let entry = FrameDescriptionEntry::new(address(place), place.size as u32);
            self.table.add_fde(common, entry);
        }
    }
}

fn address(place: Place) -> Address {
    Address::Symbol { symbol: TEXT, addend: place.offset.cast_signed() }
}

/// Size of what belongs to the function `id` and comes before it, in bytes.
fn prefix_size(id: FuncId) -> usize {
    match id {
        FuncId::Entry(_) => ENTRY_PREFIX_SIZE,
        _ => 0,
    }
}

fn with_prefix(code: &[u8], size: usize) -> Cow<'_, [u8]> {
    match size {
        0 => Cow::Borrowed(code),
        _ => Cow::Owned([&vec![0; size], code].concat()),
    }
}

/// Writes the distance to its function before each entry.
fn write_distances(text: &mut [u8], places: &FxHashMap<FuncId, Place>) -> Result<(), Error> {
    for (id, &Place { offset: entry, .. }) in places {
        let FuncId::Entry(index) = id else { continue };
        let function = places.get(&FuncId::Function(*index));
        let function = function.ok_or_else(|| Error::internal(format!("{id} has no target")))?;
        let distance = i32::try_from(function.offset.wrapping_sub(entry).cast_signed());
        let distance = distance.map_err(|_| Error::limit("machine code of more than 2 GiB"))?;
        text[entry as usize - 4..entry as usize].copy_from_slice(&distance.to_le_bytes());
    }
    Ok(())
}

fn called_helpers(functions: &[CompiledFunction]) -> BTreeSet<Helper> {
    let targets = functions.iter().flat_map(|function| &function.calls).map(|call| call.target);
    targets
        .filter_map(|target| match target {
            FuncId::Helper(helper) => Some(helper),
            _ => None,
        })
        .collect()
}

/// The labels that the text builder assigns, in the order in which code is appended.
fn labels(functions: &[CompiledFunction], helpers: &BTreeSet<Helper>) -> FxHashMap<FuncId, usize> {
    let ids = functions.iter().map(|function| function.id);
    let stubs = helpers.iter().map(|&helper| FuncId::Helper(helper));
    ids.chain(stubs).zip(0..).collect()
}

fn resolve_calls(
    builder: &mut dyn TextSectionBuilder,
    function: &CompiledFunction,
    start: u64,
    labels: &FxHashMap<FuncId, usize>,
) -> Result<(), Error> {
    for call in &function.calls {
        let target = labels.get(&call.target);
        let target =
            *target.ok_or_else(|| Error::internal(format!("{} has no code", call.target)))?;
        let offset = start + u64::from(call.offset);
        if !builder.resolve_reloc(offset, call.kind, call.addend, target) {
            return Err(Error::internal(format!(
                "relocation {:?} cannot be resolved inside the text",
                call.kind
            )));
        }
    }
    Ok(())
}
