//! The whole way from wasm bytes to the bytes of a file, stage by stage.

use std::collections::HashMap;

use crate::aot::{self, AotFile};
use crate::assemble::{assemble, hidden_exports};
use crate::error::{Error, ErrorKind};
use crate::host_storage;
use crate::instance::InstanceLayout;
use crate::instrument::{self, Counters};
use crate::lower::{Convention, Environment, InliningPlan, Stop, Symbol};
use crate::native::{self, Image, Listing};
use crate::object;
use crate::options::{BoundsChecks, OptLevel, Options, Release};
use crate::target::Isas;
use crate::vectors;
use crate::wasm::{self, Module};

/// Numbers about a compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Functions of the module, imports not counted.
    pub functions: usize,
    /// Bytes of machine code.
    pub code_size: usize,
    /// Places that the loader or linker has to patch.
    pub relocations: usize,
}

/// What a call of a function takes of the native stack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StackUsage {
    /// The function's index, imports counted.
    pub function: u32,
    /// Its name in the name section, or that of an export, if it has one.
    pub name: Option<String>,
    /// Bytes, the return address included, and those of functions inlined into it; not those of
    /// functions that it calls.
    pub bytes: u32,
}

/// A finished compilation.
#[derive(Clone, Debug)]
pub struct Artifact {
    bytes: Vec<u8>,
    statistics: Statistics,
    stack_usage: Vec<StackUsage>,
    warnings: Vec<String>,
}

impl Artifact {
    /// The content of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content of the file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Numbers about the compilation.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// What a call of each function of the module takes of the native stack, in their order.
    pub fn stack_usage(&self) -> &[StackUsage] {
        &self.stack_usage
    }

    /// What the user of the file should know: for example that default builds of the chosen release
    /// lack a feature that the module uses.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// Compiles the wasm module in `wasm` to an `.aot` file.
///
/// # Errors
/// [`ErrorKind::Invalid`] for anything but a valid module, [`ErrorKind::Unsupported`] for a module
/// that uses a proposal which is not supported or which the chosen release cannot take,
/// [`ErrorKind::Limit`] for one that exceeds a limit.
pub fn compile(wasm: &[u8], options: &Options) -> Result<Artifact, Error> {
    compile_with_progress(wasm, options, &|_, _| ())
}

/// Like [`compile`], and calls `progress` after each function, from any of the compiling threads,
/// with the bytes of function bodies that are compiled and the bytes that there are.
///
/// # Errors
/// As [`compile`].
pub fn compile_with_progress(
    wasm: &[u8],
    options: &Options,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Artifact, Error> {
    refine(wasm, options, compile_module(wasm, options, Output::Aot, progress))
}

/// Like [`compile_with_progress`] once for each of `each`, but reads the module only once. The results
/// are in the same order; `progress` counts the bytes of all compilations. What the first of `each`
/// disables decides about the module.
///
/// # Errors
/// As [`compile`]; the first error ends it all.
pub fn compile_each(
    wasm: &[u8],
    each: &[Options],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<Artifact>, Error> {
    let Some(first) = each.first() else { return Ok(Vec::new()) };
    refine(wasm, first, compile_module_each(wasm, first, each, Output::Aot, progress))
}

/// To [`compile_object`] what [`compile_each`] is to [`compile`].
///
/// # Errors
/// As [`compile_each`].
pub fn compile_object_each(
    wasm: &[u8],
    each: &[Options],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<Artifact>, Error> {
    let Some(first) = each.first() else { return Ok(Vec::new()) };
    refine(wasm, first, compile_module_each(wasm, first, each, Output::Object, progress))
}

/// Compiles the wasm module in `wasm` to a relocatable ELF file of the same code.
///
/// The function with index `n` behind those imported is the symbol `aot_func#n`, as wamrc names it,
/// and what a function is exported as is another symbol for it. A warning names each export that
/// cannot have one. Runtime helpers are undefined symbols; `.eh_frame` tells how to unwind.
///
/// # Errors
/// As [`compile`].
pub fn compile_object(wasm: &[u8], options: &Options) -> Result<Artifact, Error> {
    compile_object_with_progress(wasm, options, &|_, _| ())
}

/// To [`compile_object`] what [`compile_with_progress`] is to [`compile`].
///
/// # Errors
/// As [`compile`].
pub fn compile_object_with_progress(
    wasm: &[u8],
    options: &Options,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Artifact, Error> {
    refine(wasm, options, compile_module(wasm, options, Output::Object, progress))
}

/// What becomes of the machine code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Output {
    /// A file for the runtime.
    Aot,
    /// A file for a linker.
    Object,
}

fn compile_module(
    wasm: &[u8],
    options: &Options,
    output: Output,
    progress: &native::Progress<'_>,
) -> Result<Artifact, Error> {
    let mut module = front_end(wasm, options)?;
    compile_parsed(&mut module, options, output, progress)
}

fn compile_module_each(
    wasm: &[u8],
    first: &Options,
    each: &[Options],
    output: Output,
    progress: &native::Progress<'_>,
) -> Result<Vec<Artifact>, Error> {
    let mut module = front_end(wasm, first)?;
    let mut artifacts = Vec::with_capacity(each.len());
    for options in each {
        let before = artifacts.len() as u64;
        let all = |done, total| progress(before * total + done, each.len() as u64 * total);
        let artifact = compile_parsed(&mut module, options, output, &all);
        let target = options.cpu.architecture();
        artifacts.push(artifact.map_err(|error| match each.len() {
            1 => error,
            _ => error.for_target(target),
        })?);
    }
    Ok(artifacts)
}

fn compile_parsed(
    module: &mut Module<'_>,
    options: &Options,
    output: Output,
    progress: &native::Progress<'_>,
) -> Result<Artifact, Error> {
    if options.indirect_mode && output == Output::Object {
        let what = "an object file has no table for the indirect mode (XIP)";
        return Err(Error::unsupported(what).with_hint("leave one of them out"));
    }
    if options.instrumentation.measure_time && output == Output::Object {
        let what = "an object file cannot measure time: nothing would enter it as the runtime does";
        return Err(Error::unsupported(what).with_hint("leave one of them out"));
    }
    vectors::check_border(module, options)?;
    let counters = instrument::install(module, &options.instrumentation)?;
    let module = &*module;
    let options = &suitable_options(module, options);
    let layout = InstanceLayout::new(module)?;
    let unwinding = output == Output::Object;
    let image = lower(module, &layout, options, counters, unwinding, |env, isas| {
        native::compile_module(env, isas, options, progress)
    })?;
    let mut file = assemble(module, &layout, &image, options)?;
    if options.indirect_mode {
        align_in_file(&mut file, options.release)?;
    }
    let mut warnings = warnings(module, &file, options);
    let bytes = match output {
        Output::Aot => aot::write(&file, options.release)?,
        Output::Object => object::write(module, &image, options.target(), &mut warnings)?,
    };
    let statistics = Statistics {
        functions: module.bodies.len(),
        code_size: image.text.len(),
        relocations: image.relocations.len(),
    };
    let stack_usage = stack_usage(module, &image);
    Ok(Artifact { bytes, statistics, stack_usage, warnings })
}

fn stack_usage(module: &Module<'_>, image: &Image) -> Vec<StackUsage> {
    let exports = module.exports.iter();
    let exports = exports.filter(|export| export.kind == wasm::ExportKind::Function);
    let exported: HashMap<u32, &str> =
        exports.rev().map(|export| (export.index, export.name)).collect();
    let own = module.imported_function_count()..module.functions.len() as u32;
    own.map(|function| {
        // What stands in front of a function that takes much.
        let parts = [Symbol::Function(function), Symbol::Body(function)];
        let name = module.function_names.get(function);
        StackUsage {
            function,
            name: name.or_else(|| exported.get(&function).copied()).map(str::to_owned),
            bytes: parts.iter().filter_map(|part| image.frame_sizes.get(part)).sum(),
        }
    })
    .collect()
}

/// Puts the code at a multiple of 16 in the file, for a file that runs where it lies: constants in the
/// code are read as whole vectors.
fn align_in_file(file: &mut AotFile<'_>, release: Release) -> Result<(), Error> {
    const ALIGNMENT: usize = 16;
    let offset = aot::literal_offset(file, release)?;
    file.text.literal = vec![0; offset.next_multiple_of(ALIGNMENT) - offset].into();
    Ok(())
}

/// The options as they are right for `module`. No guard pages are large enough for 64-bit
/// addresses, and a runtime that takes them has none.
fn suitable_options(module: &Module<'_>, options: &Options) -> Options {
    let options = options.clone();
    if module.has_memory64() { options.bounds_checks(BoundsChecks::Software) } else { options }
}

/// Does `work` on the functions of `module`, by the convention that they need.
fn lower<R>(
    module: &Module<'_>,
    layout: &InstanceLayout,
    options: &Options,
    counters: Counters,
    unwinding: bool,
    work: impl Fn(&Environment<'_>, &Isas) -> Result<R, Stop>,
) -> Result<R, Error> {
    let plan = (options.opt_level == OptLevel::O3).then(|| InliningPlan::new(module));
    let attempt = |convention| {
        let env = Environment::new(module, layout, options, counters, convention, plan.as_ref());
        work(&env, &Isas::new(options, convention, unwinding)?)
    };
    let tail_calls = plan.as_ref().is_some_and(InliningPlan::has_tail_calls);
    // Measuring time needs the entries that come with the other convention.
    let likely = match tail_calls || counters.time.is_some() {
        true => Convention::Tail,
        false => Convention::C,
    };
    let result = match attempt(likely) {
        Err(Stop::TailCalls) => attempt(Convention::Tail),
        other => other,
    };
    result.map_err(|stop| match stop {
        Stop::Error(error) => error,
        Stop::TailCalls => Error::internal("tail calls need another convention than theirs"),
    })
}

fn front_end<'a>(wasm: &'a [u8], options: &Options) -> Result<Module<'a>, Error> {
    let mut module = wasm::parse(wasm, wasm::allowed_features(options))?;
    host_storage::resolve(&mut module)?;
    Ok(module)
}

/// Lists every function that [`compile`] makes of the module in `wasm`, as Cranelift IR and as
/// machine code: those of the module in order, and behind them those that the compiler adds.
///
/// # Errors
/// As [`compile`].
pub fn list(wasm: &[u8], options: &Options) -> Result<Vec<Listing>, Error> {
    refine(wasm, options, list_module(wasm, options))
}

fn list_module(wasm: &[u8], options: &Options) -> Result<Vec<Listing>, Error> {
    let mut module = front_end(wasm, options)?;
    vectors::check_border(&module, options)?;
    let counters = instrument::install(&mut module, &options.instrumentation)?;
    let options = &suitable_options(&module, options);
    let layout = InstanceLayout::new(&module)?;
    let listings = lower(&module, &layout, options, counters, false, |env, isas| {
        native::list_module(env, isas, options)
    })?;
    let named = listings.into_iter().map(|(symbol, listing)| match symbol {
        Symbol::Function(index) => Listing { name: function_name(&module, index), ..listing },
        _ => listing,
    });
    Ok(named.collect())
}

fn function_name(module: &Module<'_>, index: u32) -> Option<String> {
    let exported = module
        .exports
        .iter()
        .find(|export| export.kind == wasm::ExportKind::Function && export.index == index);
    module.function_names.get(index).or(exported.map(|export| export.name)).map(str::to_owned)
}

/// Tells errors about proposals that are not supported, or disabled, from other invalid input.
fn refine<T>(wasm: &[u8], options: &Options, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| wasm::refine_error(wasm, options, error))
}

fn warnings(module: &Module<'_>, file: &AotFile<'_>, options: &Options) -> Vec<String> {
    let mut warnings: Vec<String> = hidden_exports(module)
        .map(|export| format!("the export {:?} is left out: its name has a NUL", export.name))
        .collect();
    let needs_references = file.target.feature_flags & wamr_abi::format::feature::REF_TYPES != 0;
    if needs_references && !options.release.facts().reference_types_by_default {
        warnings.push(format!(
            "the module uses reference types, which default builds of WAMR {} lack; \
             build the runtime with WAMR_BUILD_REF_TYPES=1",
            options.release
        ));
    }
    if module.has_memory64() {
        warnings.push(
            "the module uses memory64, which default builds of WAMR lack; \
             build the runtime with WAMR_BUILD_MEMORY64=1"
                .to_owned(),
        );
    }
    warnings
}

impl From<aot::ContainerError> for Error {
    fn from(error: aot::ContainerError) -> Self {
        let kind = match error.kind() {
            aot::ContainerErrorKind::Malformed => ErrorKind::Internal,
            aot::ContainerErrorKind::Limit => ErrorKind::Limit,
            aot::ContainerErrorKind::Unsupported => ErrorKind::Unsupported,
        };
        Self::new(kind, error.what())
    }
}
