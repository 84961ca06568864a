//! Compiles one function through lowering and Cranelift.
//!
//! A [`FunctionCompiler`] belongs to one thread and keeps its buffers from function to function.

use cranelift_codegen::binemit::{Addend, Reloc};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExceptionTableData, ExternalName, Function};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::isa::unwind::{UnwindInfo, UnwindInst, systemv};
use cranelift_codegen::settings::OptLevel;
use cranelift_codegen::{CodegenError, CompiledCode, Context};
use cranelift_codegen::{FinalizedMachExceptionHandler, FinalizedMachReloc, FinalizedRelocTarget};

use regalloc2::PReg;
use wamr_abi::helpers::Helper;

use super::address_map::CodePlace;
use super::complexity;
use super::hotness;
use super::isas::Isas;
use super::listing::{self, Listing};
use super::redundancy::is_redundant;
use super::unroll::unroll;
use crate::error::Error;
use crate::exception_table::{HandlerRow, SavedRegister, TableBuilder};
use crate::lower::{
    Environment, FuncId, FunctionLowerer, lower_draw_thunk, lower_entry, lower_function_object,
    lower_gas_thunk, lower_import_thunk, lower_initialiser, lower_stack_guard, lower_start,
    lower_start_wrapper, lower_text_trap_thunk, lower_throw, lower_trap_thunk,
};
use crate::target::Stub;
use crate::wasm::Body;

/// Machine code of one function.
pub(crate) struct CompiledFunction {
    /// What callers call it.
    pub(crate) id: FuncId,
    /// The code, including constants and jump tables.
    pub(crate) code: Vec<u8>,
    /// Its calls.
    pub(crate) calls: Vec<Call>,
    /// Its calls that may end with an exception, in the order of the code.
    pub(crate) handlers: Vec<HandlerRow>,
    /// The registers that it saves, if exceptions may pass it.
    pub(crate) saved: Vec<SavedRegister>,
    /// Runtime helpers whose addresses the code takes from the runtime's table.
    pub(crate) indirect_helpers: Vec<Helper>,
    /// Whether the wasm code has an operator on vectors.
    pub(crate) uses_simd: bool,
    /// Alignment that the code needs, in bytes.
    pub(crate) alignment: u32,
    /// Size of its stack frame in bytes.
    pub(crate) frame_size: u32,
    /// Its unwind information, if requested.
    pub(crate) unwinding: Option<systemv::UnwindInfo>,
    /// The operators that the code was compiled from, if requested.
    pub(crate) origins: Vec<CodePlace>,
    /// Whether it was too complex for the options' level, and was compiled as at level 0.
    pub(crate) fast_path: bool,
    /// The listing, if requested.
    pub(crate) listing: Option<Box<Listing>>,
}

impl CompiledFunction {
    /// Adds its calls and its saved registers to `table`, if exceptions may pass it. It begins at
    /// `start`.
    pub(crate) fn add_to(&self, table: &mut TableBuilder, start: u32) {
        match self.id {
            FuncId::Function(_) | FuncId::Body(_) | FuncId::Entry(_) | FuncId::StartWrapper => {
                table.add(start, &self.handlers, &self.saved);
            }
            FuncId::Throw => table.set_thrower(&self.saved),
            _ => {}
        }
    }

    fn rename(&mut self, id: FuncId) {
        if let Some(listing) = &mut self.listing {
            listing.rename(self.id, id);
        }
        self.id = id;
    }
}

/// A place in the code that refers to another function.
pub(crate) struct Call {
    pub(crate) offset: u32,
    pub(crate) kind: Reloc,
    pub(crate) addend: Addend,
    pub(crate) target: FuncId,
}

/// Compiles functions, one after the other.
pub(crate) struct FunctionCompiler<'a> {
    env: &'a Environment<'a>,
    isas: &'a Isas,
    lowerer: FunctionLowerer<'a>,
    context: Context,
    allocator: regalloc2::Ctx,
    /// The size of the body that is being compiled; 0 for functions that the compiler adds.
    body_size: u64,
    /// Whether to make listings.
    lists: bool,
}

impl<'a> FunctionCompiler<'a> {
    pub(crate) fn new(env: &'a Environment<'a>, isas: &'a Isas) -> Self {
        let lowerer = FunctionLowerer::new(isas.main.frontend_config());
        let (context, allocator) = (Context::new(), regalloc2::Ctx::default());
        Self { env, isas, lowerer, context, allocator, body_size: 0, lists: false }
    }

    /// Whether the runtime calls an added function instead of the start function.
    pub(crate) fn has_added_start(&self) -> bool {
        self.env.has_added_start()
    }

    /// Makes a listing for every function compiled from now on.
    pub(crate) fn with_listings(self) -> Self {
        Self { lists: true, ..self }
    }

    /// Compiles a function of the module: its code, a stack guard before it if its frame needs one,
    /// and its entry for the runtime if it needs one.
    pub(crate) fn compile_body(
        &mut self,
        body: &'a Body<'a>,
    ) -> Result<Vec<CompiledFunction>, Error> {
        let index = body.validation.index;
        empty(&mut self.context);
        let lowered = self.lowerer.lower(self.env, body, &mut self.context.func)?;
        if self.env.is_thorough() {
            unroll(&mut self.context.func, &lowered.loop_entries);
        }
        self.body_size = body.code.as_bytes().len() as u64;
        let mut function = self.compile(FuncId::Function(index))?;
        self.body_size = 0;
        function.uses_simd = lowered.uses_simd;
        let frame = function.frame_size;
        let mut functions = Vec::with_capacity(1);
        if frame > self.env.largest_unguarded_frame() {
            function.rename(FuncId::Body(index));
            empty(&mut self.context);
            lower_stack_guard(self.env, &mut self.lowerer, &mut self.context.func, index, frame);
            functions.push(self.compile(FuncId::Function(index))?);
        }
        functions.push(function);
        if self.env.needs_entry(index) {
            empty(&mut self.context);
            lower_entry(self.env, &mut self.lowerer, &mut self.context.func, index);
            functions.push(self.compile(FuncId::Entry(index))?);
        }
        Ok(functions)
    }

    /// Compiles a function that the compiler adds to the module.
    pub(crate) fn compile_thunk(&mut self, id: FuncId) -> Result<CompiledFunction, Error> {
        empty(&mut self.context);
        let func = &mut self.context.func;
        match id {
            FuncId::ImportThunk(ty) => lower_import_thunk(self.env, &mut self.lowerer, func, ty),
            FuncId::GasThunk => lower_gas_thunk(self.env, &mut self.lowerer, func),
            FuncId::DrawThunk(account) => {
                lower_draw_thunk(self.env, &mut self.lowerer, func, account);
            }
            FuncId::Clock => return Ok(self.stub(id, &self.isas.clock)),
            FuncId::SaveRegisters => return Ok(self.stub(id, &self.isas.save_registers)),
            FuncId::Resume => return Ok(self.stub(id, &self.isas.resume)),
            FuncId::Throw => lower_throw(self.env, &mut self.lowerer, func),
            FuncId::TextTrapThunk(trap) => {
                lower_text_trap_thunk(self.env, &mut self.lowerer, func, trap);
            }
            FuncId::TrapThunk(id) => lower_trap_thunk(self.env, &mut self.lowerer, func, id),
            FuncId::StartWrapper => match self.env.module.has_objects() {
                true => lower_start(self.env, &mut self.lowerer, func),
                false => lower_start_wrapper(self.env, &mut self.lowerer, func),
            },
            FuncId::FunctionObject => lower_function_object(self.env, &mut self.lowerer, func),
            FuncId::Initialise(chunk) => {
                lower_initialiser(self.env, &mut self.lowerer, func, chunk)?;
            }
            FuncId::Function(_)
            | FuncId::Entry(_)
            | FuncId::Body(_)
            | FuncId::Helper(_)
            | FuncId::HandlerTable => {
                return Err(Error::internal(format!("no code for {id:?}")));
            }
        }
        self.compile(id)
    }

    /// Makes the function that returns the address of the table of landing pads, followed by room
    /// for the table of `functions`.
    pub(crate) fn handler_table(
        &self,
        functions: &[CompiledFunction],
    ) -> Result<CompiledFunction, Error> {
        let mut table = TableBuilder::default();
        functions.iter().for_each(|function| function.add_to(&mut table, 0));
        let mut function = self.stub(FuncId::HandlerTable, &self.isas.handler_table);
        function.code.resize(function.code.len() + table.size()?, 0);
        Ok(function)
    }

    /// A function with instructions that Cranelift cannot generate.
    fn stub(&self, id: FuncId, stub: &Stub) -> CompiledFunction {
        let clif = ";; written by hand\n".to_owned();
        let listing = Listing {
            symbol: id.to_string(),
            name: None,
            clif,
            assembly: stub.description.to_owned(),
            function: None,
            code: stub.code.to_vec(),
            places: Vec::new(),
            calls: Vec::new(),
            landing_pads: Vec::new(),
            instructions_end: stub.code.len() as u32,
            blocks: Vec::new(),
        };
        CompiledFunction {
            id,
            code: stub.code.to_vec(),
            calls: Vec::new(),
            handlers: Vec::new(),
            saved: Vec::new(),
            indirect_helpers: Vec::new(),
            uses_simd: false,
            alignment: self.isas.main.function_alignment().minimum,
            frame_size: 0,
            unwinding: None,
            origins: Vec::new(),
            fast_path: false,
            listing: self.lists.then(|| Box::new(listing)),
        }
    }

    fn compile(&mut self, id: FuncId) -> Result<CompiledFunction, Error> {
        let clif = self.lists.then(|| listing::clif(&self.context.func));
        let (code, fast_path) = self.generate(id)?;
        let func = &self.context.func;
        let buffer = &code.buffer;
        let calls = buffer.relocs().iter().map(|reloc| call(func, reloc));
        let calls: Vec<Call> = calls.collect::<Result<_, _>>()?;
        let origins = origins(&code);
        let listing = clif.zip(code.vcode.as_deref()).map(|(clif, disassembly)| {
            let callees: Vec<FuncId> = calls.iter().map(|call| call.target).collect();
            let assembly = listing::assembly(func, disassembly, &callees);
            let places = origins.iter().map(|place| (place.start..place.end, place.wasm_offset));
            Box::new(Listing {
                symbol: id.to_string(),
                name: None,
                clif,
                assembly,
                function: id.function(),
                code: buffer.data().to_vec(),
                places: places.collect(),
                calls: calls.iter().map(|call| (call.offset, call.target.to_string())).collect(),
                landing_pads: landing_pads(&code),
                instructions_end: instructions_end(&code),
                blocks: code.bb_starts.clone(),
            })
        });
        Ok(CompiledFunction {
            id,
            code: buffer.data().to_vec(),
            calls,
            handlers: handlers(&code),
            saved: self.saved(&code)?,
            indirect_helpers: match self.env.calls_helpers_indirectly() {
                true => referenced_helpers(func),
                false => Vec::new(),
            },
            uses_simd: false,
            alignment: self.isas.main.function_alignment().minimum.max(buffer.alignment),
            frame_size: frame_size(&code),
            unwinding: self.unwinding(id, &code)?,
            origins,
            fast_path,
            listing,
        })
    }

    /// The registers that the function saves, if exceptions may pass it.
    fn saved(&self, code: &CompiledCode) -> Result<Vec<SavedRegister>, Error> {
        if !self.env.throws() {
            return Ok(Vec::new());
        }
        saved_registers(&code.buffer.unwind_info, self.isas.preserved)
    }

    fn unwinding(
        &self,
        id: FuncId,
        code: &CompiledCode,
    ) -> Result<Option<systemv::UnwindInfo>, Error> {
        if !self.isas.unwinding {
            return Ok(None);
        }
        let isa = &*self.isas.main;
        let info = code.create_unwind_info(isa).map_err(|error| codegen_error(id, &error))?;
        match info {
            Some(UnwindInfo::SystemV(info)) => Ok(Some(info)),
            _ => Err(Error::internal(format!("{} cannot be unwound", describe(id)))),
        }
    }

    /// Runs Cranelift: optimisation, instruction selection, register allocation. This repeats
    /// `Context::compile`, but chooses the effort before optimisation and again after it. Returns
    /// the code, and whether the effort was the least although the options ask for more.
    fn generate(&mut self, id: FuncId) -> Result<(CompiledCode, bool), Error> {
        let mut control = ControlPlane::default();
        let context = &mut self.context;
        let monitor = self.env.monitor;
        let failed = |error: CodegenError| codegen_error(id, &error);
        let Isas { main, fast_path, hot, .. } = self.isas;
        let least = fast_path.as_ref();
        let arguments = complexity::branch_arguments(&context.func);
        if self.body_size > 0 && complexity::exceeds_arguments(arguments, self.body_size) {
            let what = "branches that pass too many values for its size";
            return Err(Error::limit(format!("{} has {what}", describe(id))));
        }
        let expanded =
            self.body_size > 0 && complexity::is_expanded(&context.func, arguments, self.body_size);
        let mut isa = least
            .filter(|_| expanded || complexity::exceeds_middle_end(&context.func))
            .unwrap_or(main);
        monitor.check()?;
        optimize(context, &**isa, &mut control).map_err(failed)?;
        order_landing_pads(context);
        hotness::sink_failing_blocks(&mut context.func);
        isa = least
            .filter(|_| complexity::exceeds_backtracking(&context.func, &context.domtree))
            .unwrap_or(isa);
        let reduced = !std::ptr::eq(isa, main);
        if (reduced || least.is_none())
            && complexity::exceeds_single_pass(&context.func, &context.domtree)
        {
            let what = "too many values that stay alive across too many branches";
            return Err(Error::limit(format!("{} has {what}", describe(id))));
        }
        if let Some(hot) = hot.as_ref().filter(|_| hotness::is_hot(&context.func)) {
            isa = hot;
        }
        monitor.check()?;
        let (func, domtree) = (&context.func, &context.domtree);
        let allocator = &mut self.allocator;
        let stencil = isa.compile_function(func, domtree, allocator, self.lists, &mut control);
        let code = stencil.map_err(failed)?.apply_params(&func.params);
        Ok((code, reduced))
    }
}

/// Makes `context` ready for the next function. `Context::clear` leaves the tables of exceptions
/// (Cranelift 0.135): they would pile up, and functions after one that catches would count as
/// functions that catch.
fn empty(context: &mut Context) {
    context.clear();
    context.func.dfg.exception_tables.clear();
}

/// Repeats `Context::optimize`, but runs the middle end, if `isa` has it, only where it is likely
/// to pay.
fn optimize(
    context: &mut Context,
    isa: &dyn TargetIsa,
    control: &mut ControlPlane,
) -> Result<(), CodegenError> {
    context.verify_if(isa)?;
    context.flowgraph();
    context.eliminate_unreachable_code(isa)?;
    if !complexity::exceeds_parameter_search(&context.func, &context.domtree) {
        context.remove_constant_phis(isa)?;
    }
    context.func.dfg.resolve_all_aliases();
    let optimises = isa.flags().opt_level() != OptLevel::None;
    if optimises && (hotness::is_hot(&context.func) || is_redundant(&context.func)) {
        context.egraph_pass(isa, control)?;
    }
    Ok(())
}

/// Orders blocks so that a landing pad follows the last call that leads to it, and is not at the
/// end of the function. There it would prolong the live ranges of all values that it uses.
fn order_landing_pads(context: &mut Context) {
    let tables = &mut context.func.dfg.exception_tables;
    if tables.is_empty() {
        return;
    }
    // The order follows the destinations, among which Cranelift has the normal one last.
    let exchange = |table: &mut ExceptionTableData| table.all_branches_mut().reverse();
    tables.values_mut().for_each(exchange);
    context.domtree.compute(&context.func, &context.cfg);
    context.func.dfg.exception_tables.values_mut().for_each(exchange);
}

/// The calls that may end with an exception: each has one landing pad.
fn handlers(code: &CompiledCode) -> Vec<HandlerRow> {
    let sites = code.buffer.call_sites().filter_map(|site| {
        let FinalizedMachExceptionHandler::Default(handler) = *site.exception_handlers.first()?
        else {
            unreachable!("a call in a scope has no other handlers")
        };
        Some(HandlerRow {
            return_offset: site.ret_addr,
            frame_offset: site.frame_offset.expect("a call in a scope has it"),
            handler_offset: handler,
        })
    });
    sites.collect()
}

/// The size in bytes of what a saved register takes.
const WORD: u32 = 8;

/// What a prologue does with registers of the list `preserved`.
fn saved_registers(
    prologue: &[(u32, UnwindInst)],
    preserved: &[PReg],
) -> Result<Vec<SavedRegister>, Error> {
    // Where registers are saved, in bytes below the frame pointer.
    let mut area = 0;
    let mut saved = Vec::new();
    for (_, step) in prologue {
        match *step {
            UnwindInst::DefineNewFrame { offset_downward_to_clobbers, .. } => {
                area = offset_downward_to_clobbers;
            }
            UnwindInst::SaveReg { clobber_offset, reg } => {
                let register = preserved.iter().position(|each| *each == reg.preg());
                let depth = area.checked_sub(clobber_offset).filter(|depth| depth % WORD == 0);
                let (Some(register), Some(depth)) = (register, depth) else {
                    return Err(Error::internal(format!("{reg:?} is saved at {clobber_offset}")));
                };
                let depth = u8::try_from(depth / WORD);
                let depth = depth.map_err(|_| Error::internal("a far saved register"))?;
                saved.push(SavedRegister { register: register as u8, depth });
            }
            _ => {}
        }
    }
    Ok(saved)
}

/// The return addresses of these calls, and their landing pads.
fn landing_pads(code: &CompiledCode) -> Vec<(u32, u32)> {
    handlers(code).iter().map(|row| (row.return_offset, row.handler_offset)).collect()
}

/// The operators that the code was compiled from. Code that does not come from an operator is left
/// out.
fn origins(code: &CompiledCode) -> Vec<CodePlace> {
    let places = code.buffer.get_srclocs_sorted().iter();
    let places = places.filter(|place| !place.loc.is_default());
    places
        .map(|place| CodePlace {
            start: place.start,
            end: place.end,
            wasm_offset: place.loc.bits(),
        })
        .collect()
}

/// The end of the instructions, which all have a source location, if only the default one. Cranelift
/// puts constants after them.
fn instructions_end(code: &CompiledCode) -> u32 {
    let places = code.buffer.get_srclocs_sorted().iter();
    let end = places.map(|place| place.end).max().unwrap_or(0);
    end.min(code.buffer.data().len() as u32)
}

/// Size of a function's stack frame in bytes.
fn frame_size(code: &CompiledCode) -> u32 {
    /// Return address and frame pointer.
    const FRAME_SETUP: u32 = 16;
    let layout = code.buffer.frame_layout();
    layout.map_or(0, |layout| layout.frame_to_fp_offset + FRAME_SETUP)
}

fn referenced_helpers(func: &Function) -> Vec<Helper> {
    let names = func.dfg.ext_funcs.values().filter_map(|function| match function.name {
        ExternalName::User(name) => Some(&func.params.user_named_funcs()[name]),
        _ => None,
    });
    let helpers = names.filter_map(|name| match FuncId::from_external_name(name)? {
        FuncId::Helper(helper) => Some(helper),
        _ => None,
    });
    helpers.collect()
}

fn call(func: &Function, reloc: &FinalizedMachReloc) -> Result<Call, Error> {
    let name = match &reloc.target {
        FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
            &func.params.user_named_funcs()[*name]
        }
        other => return Err(Error::internal(format!("relocation against {other:?}"))),
    };
    let target = FuncId::from_external_name(name)
        .ok_or_else(|| Error::internal(format!("call of unknown {name}")))?;
    Ok(Call { offset: reloc.offset, kind: reloc.kind, addend: reloc.addend, target })
}

fn codegen_error(id: FuncId, error: &CodegenError) -> Error {
    match error {
        CodegenError::CodeTooLarge | CodegenError::ImplLimitExceeded => {
            Error::limit(format!("{} is too large to compile", describe(id)))
        }
        other => Error::internal(format!("{}: {other}", describe(id))),
    }
}

fn describe(id: FuncId) -> String {
    match id {
        FuncId::Function(index) | FuncId::Entry(index) | FuncId::Body(index) => {
            format!("function {index}")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::empty;
    use cranelift_codegen::Context;
    use cranelift_codegen::ir::{Block, BlockCall, ExceptionTableData, SigRef, ValueListPool};

    #[test]
    fn nothing_of_a_function_is_left_for_the_next() {
        let mut context = Context::new();
        let mut pool = ValueListPool::new();
        let call = BlockCall::new(Block::from_u32(0), [], &mut pool);
        let table = ExceptionTableData::new(SigRef::from_u32(0), call, []);
        context.func.dfg.exception_tables.push(table);
        empty(&mut context);
        assert!(context.func.dfg.exception_tables.is_empty());
    }
}
