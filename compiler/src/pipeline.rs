//! All stages from wasm bytes to the bytes of a file.

use wamr_abi::format::SectionId;

use crate::aot::{self, AotFile};
use crate::artifact::{self, Artifact, Section, Statistics, Summary};
use crate::assemble::{NAME_SECTION, assemble, hidden_exports};
use crate::cache::FunctionCache;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, ErrorKind};
use crate::lower::{Added, Environment, FuncId, InliningPlan, Stop, WasmCallConv};
use crate::monitor::Monitor;
use crate::native::{self, AddressMap, Image, Isas, Listing};
use crate::object;
use crate::options::instrument::Instrumentation;
use crate::options::{BoundsChecks, Cpu, OptLevel, Options, Release};
use crate::wamr::InstanceLayout;
use crate::wamr::counters;
use crate::wamr::exceptions;
use crate::wamr::{self, simd_support, spectest};
use crate::wasm::{self, Module, Outline, Outliner};

/// The kind of file to make.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// A file for the runtime.
    Aot,
    /// A file for a linker.
    Object,
}

/// Compiles the module in `wasm`, and takes functions of it from `cache` if possible; the host
/// observes it through `monitor`.
pub(crate) fn compile_as(
    wasm: &[u8],
    options: &Options,
    output: Output,
    monitor: &Monitor<'_>,
    cache: Option<&dyn FunctionCache>,
) -> Result<Artifact, Error> {
    let artifact = front_end(wasm, options, monitor)
        .and_then(|mut module| compile_parsed(&mut module, options, output, monitor, cache));
    refine(wasm, options, artifact)
}

/// Like [`compile_as`], for each of `cpus`, reading the module only once.
pub(crate) fn compile_as_each(
    wasm: &[u8],
    options: &Options,
    cpus: &[Cpu],
    output: Output,
    monitor: &Monitor<'_>,
    cache: Option<&dyn FunctionCache>,
) -> Result<Vec<Artifact>, Error> {
    refine(wasm, options, compile_module_each(wasm, options, cpus, output, monitor, cache))
}

fn compile_module_each(
    wasm: &[u8],
    options: &Options,
    cpus: &[Cpu],
    output: Output,
    monitor: &Monitor<'_>,
    cache: Option<&dyn FunctionCache>,
) -> Result<Vec<Artifact>, Error> {
    let mut module = front_end(wasm, options, monitor)?;
    let mut artifacts = Vec::with_capacity(cpus.len());
    for cpu in cpus {
        let monitor = monitor.part(artifacts.len(), cpus.len());
        let options = options.clone().cpu(cpu.clone());
        let artifact = compile_parsed(&mut module, &options, output, &monitor, cache);
        artifacts.push(artifact.map_err(|error| match cpus.len() {
            1 => error,
            _ => error.for_target(cpu.architecture()),
        })?);
    }
    Ok(artifacts)
}

fn compile_parsed(
    module: &mut Module<'_>,
    options: &Options,
    output: Output,
    monitor: &Monitor<'_>,
    cache: Option<&dyn FunctionCache>,
) -> Result<Artifact, Error> {
    if options.indirect_mode && output == Output::Object {
        let what = "an object file cannot use the indirect mode (XIP)";
        return Err(Error::unsupported(what).with_hint("leave one of the two out"));
    }
    if options.instrumentation.measure_time && output == Output::Object {
        let what = "an object file cannot measure time: its functions are not entered by the \
            runtime";
        return Err(Error::unsupported(what).with_hint("leave one of the two out"));
    }
    let added = add(module, options)?;
    if added.counters.own.is_some() && output == Output::Object {
        let what = "an object file cannot count for several threads: its functions are not \
            entered by the runtime";
        return Err(Error::unsupported(what).with_hint("compile without counters"));
    }
    let module = &*module;
    let options = &suitable_options(module, options);
    let layout = InstanceLayout::new(module)?;
    let unwinding = output == Output::Object;
    let cache = cache.filter(|_| output == Output::Aot && may_be_kept(options));
    let outlines = cache.map(|_| outlines(module));
    let outlines = outlines.as_deref();
    let plan = inlines(options).then(|| InliningPlan::new(module, outlines));
    let plan = plan.as_ref();
    let job = Job { module, layout: &layout, options, added, plan, unwinding };
    let compiled = lower(&job, monitor, |env, isas| {
        native::compile_module(env, isas, options, cache.zip(outlines))
    })?;
    let image = compiled.image;
    let mut file = assemble(module, &layout, compiled.text, &image, options)?;
    if options.indirect_mode {
        align_in_file(&mut file, options.release)?;
    }
    let mut warnings = warnings(module, &file, options);
    warnings.extend(compiled.cache_warning.map(Diagnostic::warning));
    let (bytes, sections) = match output {
        Output::Aot => aot::write_with_sections(file, options.release)?,
        Output::Object => {
            let text = &file.text.code;
            (object::write(module, text, &image, options.target(), &mut warnings)?, Vec::new())
        }
    };
    let text = sections.iter().find(|section| section.id == SectionId::Text);
    let statistics = Statistics {
        functions: module.bodies.len(),
        code_size: image.text_size,
        relocations: image.relocations.len(),
    };
    let summary = Summary {
        statistics,
        diagnostics: warnings.into_iter().chain(notes(module, &image)).collect(),
        sections: sections.iter().map(Section::from).collect(),
        // The code is at the end of the section.
        code_range: text.map(|text| text.offset + text.size).map(|end| end - image.text_size..end),
        symbols: artifact::symbols(module, &image),
        stack_usage: artifact::stack_usage(module, &image),
        address_map: options.address_map.then(|| AddressMap::new(module, image.origins)),
        cache: compiled.cache,
    };
    Ok(Artifact { bytes, summary })
}

/// Whether functions are inlined. If calls are counted, every call must stay a call.
fn inlines(options: &Options) -> bool {
    options.opt_level == OptLevel::O3 && !options.instrumentation.profile_calls
}

/// Whether a cache can keep functions that are compiled with `options`. Address maps are not kept.
/// Frames for call stacks contain function indexes, and counters are globals after those of the
/// module: both change when the module changes elsewhere. A function that was found is not
/// validated, so it could use what these options forbid.
fn may_be_kept(options: &Options) -> bool {
    // Its globals and places are part of the key.
    let traces = options.instrumentation.trace_exceptions;
    !options.address_map
        && options.call_stacks.is_none()
        && options.instrumentation == Instrumentation::new().trace_exceptions(traces)
        && options.disabled_proposals.is_empty()
}

/// Aligns the code to 16 in a file that runs in place, since constants in the code are read as
/// whole vectors.
fn align_in_file(file: &mut AotFile<'_>, release: Release) -> Result<(), Error> {
    const ALIGNMENT: usize = 16;
    let offset = aot::literal_offset(file, release)?;
    file.text.literal = vec![0; offset.next_multiple_of(ALIGNMENT) - offset].into();
    Ok(())
}

/// The options adjusted to `module`. No guard pages are large enough for 64-bit addresses, and a
/// runtime that supports these has none.
fn suitable_options(module: &Module<'_>, options: &Options) -> Options {
    let options = options.clone();
    if module.has_memory64() { options.bounds_checks(BoundsChecks::Software) } else { options }
}

/// Checks what passes between the module and its host, and adds globals and tables that code needs.
fn add(module: &mut Module<'_>, options: &Options) -> Result<Added, Error> {
    simd_support::check_boundary(module, options)?;
    exceptions::check_boundary(module)?;
    let counters = counters::install(module, &options.instrumentation)?;
    let storage = exceptions::install(module, &options.instrumentation)?;
    Ok(Added { counters, storage })
}

/// What is compiled, and how.
struct Job<'a> {
    module: &'a Module<'a>,
    layout: &'a InstanceLayout,
    options: &'a Options,
    added: Added,
    plan: Option<&'a InliningPlan>,
    /// Whether to emit unwind information.
    unwinding: bool,
}

/// Runs `work` on the functions of the module, with the calling convention they need.
fn lower<R>(
    job: &Job<'_>,
    monitor: &Monitor<'_>,
    work: impl Fn(&Environment<'_>, &Isas) -> Result<R, Stop>,
) -> Result<R, Error> {
    let Job { module, layout, options, added, plan, unwinding } = *job;
    let attempt = |call_conv| {
        let env = Environment::new(module, layout, options, added, call_conv, plan, monitor);
        work(&env, &Isas::new(options, call_conv, unwinding)?)
    };
    let tail_calls = plan.is_some_and(InliningPlan::has_tail_calls);
    // Measuring time, and counting for all threads, need the entries that come with the tail-call
    // convention.
    let counters = added.counters;
    let needs_entries = counters.time.is_some() || counters.own.is_some();
    let throws = !module.tags.is_empty();
    let likely = match tail_calls || needs_entries || throws {
        true => WasmCallConv::Tail,
        false => WasmCallConv::C,
    };
    let result = match attempt(likely) {
        Err(Stop::TailCalls) => attempt(WasmCallConv::Tail),
        other => other,
    };
    result.map_err(|stop| match stop {
        Stop::Error(error) => error,
        Stop::TailCalls => Error::internal("tail calls need another convention than theirs"),
    })
}

/// What is known about the bodies of `module` without validating them, by position.
fn outlines(module: &Module<'_>) -> Vec<Option<Outline>> {
    let mut outliner = Outliner::default();
    let bodies = (module.imported_function_count()..).zip(&module.bodies);
    bodies.map(|(index, body)| outliner.outline(&body.code, index)).collect()
}

fn front_end<'a>(
    wasm: &'a [u8],
    options: &Options,
    monitor: &Monitor<'_>,
) -> Result<Module<'a>, Error> {
    monitor.check()?;
    let mut module = wasm::parse(wasm, wasm::allowed_features(&options.disabled_proposals))?;
    monitor.check()?;
    wasm::check_passed_values(&module)?;
    spectest::resolve(&mut module)?;
    Ok(module)
}

/// The listing of every function; the host observes it through `monitor`.
pub(crate) fn list_functions(
    wasm: &[u8],
    options: &Options,
    monitor: &Monitor<'_>,
) -> Result<Vec<Listing>, Error> {
    refine(wasm, options, list_module(wasm, options, monitor))
}

/// Like [`list_functions`], with the wasm operators that IR and machine code were compiled from.
#[cfg(feature = "explore")]
pub(crate) fn list_with_places(wasm: &[u8], options: &Options) -> Result<Vec<Listing>, Error> {
    let options = options.clone().address_map(true);
    list_functions(wasm, &options, &Monitor::default())
}

fn list_module(
    wasm: &[u8],
    options: &Options,
    monitor: &Monitor<'_>,
) -> Result<Vec<Listing>, Error> {
    let mut module = front_end(wasm, options, monitor)?;
    let added = add(&mut module, options)?;
    let options = &suitable_options(&module, options);
    let layout = InstanceLayout::new(&module)?;
    let plan = inlines(options).then(|| InliningPlan::new(&module, None));
    let plan = plan.as_ref();
    let (module, layout) = (&module, &layout);
    let job = Job { module, layout, options, added, plan, unwinding: false };
    let listings = lower(&job, monitor, |env, isas| native::list_module(env, isas, options))?;
    let named = listings.into_iter().map(|(id, listing)| match id {
        FuncId::Function(index) => Listing { name: function_name(module, index), ..listing },
        _ => listing,
    });
    Ok(named.collect())
}

/// The names of the functions of the module in `wasm`, not counting imports: from the name section,
/// or from exports.
///
/// # Errors
/// Those of [`compile`](crate::compile), except errors in function bodies.
pub fn function_names(wasm: &[u8]) -> Result<Vec<Option<String>>, Error> {
    let options = Options::new();
    let module = refine(
        wasm,
        &options,
        wasm::parse(wasm, wasm::allowed_features(&options.disabled_proposals)),
    )?;
    Ok(artifact::function_names(&module))
}

fn function_name(module: &Module<'_>, index: u32) -> Option<String> {
    let exported = module
        .exports
        .iter()
        .find(|export| export.kind == wasm::ExportKind::Function && export.index == index);
    module.function_names.get(index).or(exported.map(|export| export.name)).map(str::to_owned)
}

/// Turns errors about unsupported or disabled proposals into errors that name them.
fn refine<T>(wasm: &[u8], options: &Options, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| wamr::refine_error(wasm, &options.disabled_proposals, error))
}

/// Warnings about the parts of custom sections that are dropped, although the code does not need
/// them.
fn lost_sections(module: &Module<'_>, options: &Options) -> Vec<String> {
    let mut lost = Vec::new();
    if let Some(error) = module.function_names.malformed() {
        lost.push(format!(
            "the name section is malformed, and names of functions after this are lost: {} (at \
                wasm offset {:#x})",
            error.message(),
            error.offset()
        ));
    }
    for (position, name) in options.emit_custom_sections.iter().enumerate() {
        if options.emit_custom_sections[..position].contains(name) {
            continue;
        }
        if !module.custom_sections.iter().any(|section| section.name == *name) {
            lost.push(format!("the module has no custom section {name:?} to emit"));
        } else if name == NAME_SECTION && module.function_names.iter().len() == 0 {
            lost.push("the name section has no function names to emit".to_owned());
        }
    }
    lost
}

fn warnings(module: &Module<'_>, file: &AotFile<'_>, options: &Options) -> Vec<Diagnostic> {
    let mut warnings: Vec<Diagnostic> = hidden_exports(module)
        .map(|export| format!("the export {:?} is left out: its name has a NUL", export.name))
        .map(Diagnostic::warning)
        .collect();
    warnings.extend(exceptions::warnings(module).into_iter().map(Diagnostic::warning));
    warnings.extend(lost_sections(module, options).into_iter().map(Diagnostic::warning));
    let needs_references = file.target.feature_flags & wamr_abi::format::feature::REF_TYPES != 0;
    if needs_references && !options.release.facts().reference_types_by_default {
        warnings.push(Diagnostic::warning(format!(
            "the module uses reference types, which default builds of WAMR {} lack; \
             build the runtime with WAMR_BUILD_REF_TYPES=1",
            options.release
        )));
    }
    if module.has_memory64() {
        warnings.push(Diagnostic::warning(
            "the module uses memory64, which default builds of WAMR lack; \
             build the runtime with WAMR_BUILD_MEMORY64=1",
        ));
    }
    warnings
}

fn notes(module: &Module<'_>, image: &Image) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    if module.has_memory64() {
        let what = "memory accesses are checked in software, since the module uses memory64";
        notes.push(Diagnostic::note(what));
    }
    notes.extend(image.fast_path.iter().map(|&index| {
        let what = format!(
            "function {index} is too complex to optimise, and is compiled as at \
            level 0"
        );
        Diagnostic::note(what).of_function(index)
    }));
    notes
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
