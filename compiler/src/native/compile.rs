//! One function through lowering and Cranelift.
//!
//! A [`FunctionCompiler`] belongs to one thread and keeps its buffers from function to function.

use cranelift_codegen::binemit::{Addend, Reloc};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, Function};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{Context, FinalizedMachReloc, FinalizedRelocTarget};

use crate::error::Error;
use crate::lower::{
    Environment, FunctionLowerer, MAX_UNGUARDED_FRAME, Symbol, lower_import_thunk,
    lower_stack_guard, lower_trap_thunk,
};
use crate::wasm::Body;

/// Machine code of one function.
pub(crate) struct CompiledFunction {
    /// What callers call it.
    pub(crate) symbol: Symbol,
    /// The code, constants and jump tables included.
    pub(crate) code: Vec<u8>,
    /// Its calls.
    pub(crate) calls: Vec<Call>,
    /// Alignment that the code needs, in bytes.
    pub(crate) alignment: u32,
}

/// A place in the code that refers to another function.
pub(crate) struct Call {
    pub(crate) offset: u32,
    pub(crate) kind: Reloc,
    pub(crate) addend: Addend,
    pub(crate) target: Symbol,
}

/// The two readable forms of a function.
pub(crate) struct InspectedFunction {
    /// Cranelift IR before optimisation.
    pub(crate) clif: String,
    /// Cranelift's disassembly.
    pub(crate) assembly: String,
}

/// Compiles functions one after the other.
pub(crate) struct FunctionCompiler<'a> {
    env: &'a Environment<'a>,
    isa: &'a dyn TargetIsa,
    lowerer: FunctionLowerer<'a>,
    context: Context,
}

impl<'a> FunctionCompiler<'a> {
    pub(crate) fn new(env: &'a Environment<'a>, isa: &'a dyn TargetIsa) -> Self {
        let lowerer = FunctionLowerer::new(isa.frontend_config());
        Self { env, isa, lowerer, context: Context::new() }
    }

    /// Compiles a function of the module: its code, behind a guard if its frame asks for one.
    pub(crate) fn compile_body(&mut self, body: &Body<'a>) -> Result<Vec<CompiledFunction>, Error> {
        let index = body.validation.index;
        self.context.clear();
        self.lowerer.lower(self.env, body, &mut self.context.func)?;
        let mut function = self.compile(Symbol::Function(index))?;
        let frame = self.frame_size();
        if !self.env.checks_stack() || frame <= MAX_UNGUARDED_FRAME {
            return Ok(vec![function]);
        }
        function.symbol = Symbol::Body(index);
        self.context.clear();
        lower_stack_guard(self.env, &mut self.lowerer, &mut self.context.func, index, frame);
        Ok(vec![self.compile(Symbol::Function(index))?, function])
    }

    /// Compiles a function that the compiler adds to the module.
    pub(crate) fn compile_thunk(&mut self, symbol: Symbol) -> Result<CompiledFunction, Error> {
        self.context.clear();
        let func = &mut self.context.func;
        match symbol {
            Symbol::ImportThunk(ty) => lower_import_thunk(self.env, &mut self.lowerer, func, ty),
            Symbol::TrapThunk(id) => lower_trap_thunk(self.env, &mut self.lowerer, func, id),
            Symbol::Function(_) | Symbol::Body(_) | Symbol::Helper(_) => {
                return Err(Error::internal(format!("no code for {symbol}")));
            }
        }
        self.compile(symbol)
    }

    /// Lowers and compiles a function for a reader's eyes.
    pub(crate) fn inspect(&mut self, body: &Body<'a>) -> Result<InspectedFunction, Error> {
        self.context.clear();
        self.lowerer.lower(self.env, body, &mut self.context.func)?;
        let clif = self.context.func.display().to_string();
        self.context.set_disasm(true);
        let compiled = self.compile(Symbol::Function(body.validation.index));
        self.context.set_disasm(false);
        compiled?;
        let assembly = self.context.compiled_code().and_then(|code| code.vcode.clone());
        let assembly = assembly.ok_or_else(|| Error::internal("no disassembly"))?;
        Ok(InspectedFunction { clif, assembly: name_calls(&self.context.func, assembly) })
    }

    fn compile(&mut self, symbol: Symbol) -> Result<CompiledFunction, Error> {
        let mut control = ControlPlane::default();
        if let Err(error) = self.context.compile(self.isa, &mut control) {
            return Err(codegen_error(symbol, &error.inner));
        }
        let func = &self.context.func;
        let code = self.context.compiled_code().expect("it was just compiled");
        let buffer = &code.buffer;
        let calls = buffer.relocs().iter().map(|reloc| call(func, reloc));
        Ok(CompiledFunction {
            symbol,
            code: buffer.data().to_vec(),
            calls: calls.collect::<Result<_, _>>()?,
            alignment: self.isa.function_alignment().minimum.max(buffer.alignment),
        })
    }

    /// Bytes that the function compiled last takes on the stack.
    fn frame_size(&self) -> u32 {
        /// Return address and frame pointer.
        const FRAME_SETUP: u32 = 16;
        let code = self.context.compiled_code();
        let layout = code.and_then(|code| code.buffer.frame_layout());
        layout.map_or(0, |layout| layout.frame_to_fp_offset + FRAME_SETUP)
    }
}

/// Cranelift's disassembly numbers the functions that are called; this gives them their names.
fn name_calls(func: &Function, mut assembly: String) -> String {
    for (number, name) in func.params.user_named_funcs() {
        if let Some(symbol) = Symbol::from_external_name(name) {
            assembly = assembly.replace(&format!("User({number})"), &symbol.to_string());
        }
    }
    assembly
}

fn call(func: &Function, reloc: &FinalizedMachReloc) -> Result<Call, Error> {
    let name = match &reloc.target {
        FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
            &func.params.user_named_funcs()[*name]
        }
        other => return Err(Error::internal(format!("relocation against {other:?}"))),
    };
    let target = Symbol::from_external_name(name)
        .ok_or_else(|| Error::internal(format!("call of unknown {name}")))?;
    Ok(Call { offset: reloc.offset, kind: reloc.kind, addend: reloc.addend, target })
}

fn codegen_error(symbol: Symbol, error: &cranelift_codegen::CodegenError) -> Error {
    use cranelift_codegen::CodegenError;
    match error {
        CodegenError::CodeTooLarge | CodegenError::ImplLimitExceeded => {
            Error::limit(format!("{symbol} is too large to compile"))
        }
        other => Error::internal(format!("{symbol}: {other}")),
    }
}
