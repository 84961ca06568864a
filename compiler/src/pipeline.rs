//! All stages from wasm bytes to the bytes of a file.
//!
//! A module is prepared once, however many targets it is compiled for ([`prepared`]). After that,
//! each stage only reads what those before it have made.

mod diagnostics;
mod prepared;

use wamr_abi::format::SectionId;

use crate::aot::{self, AotFile};
use crate::artifact::{self, Artifact, FunctionNames, Section, Statistics, Summary};
use crate::assemble::{assemble, check_imports, feature_flags};
use crate::cache::FunctionCache;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, ErrorKind};
use crate::lower::FuncId;
use crate::monitor::Monitor;
use crate::native::{self, AddressMap, Compiled, Isas, Listing};
use crate::object;
use crate::options::instrument::Instrumentation;
use crate::options::{Cpu, Options, Release};
use crate::wasm::Proposal;
use crate::{wamr, wasm};
use prepared::Prepared;

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
    let cpus = std::slice::from_ref(&options.cpu);
    let mut artifacts = compile_as_each(wasm, options, cpus, output, monitor, cache)?;
    artifacts.pop().ok_or_else(|| Error::internal("no file for the only target"))
}

/// Like [`compile_as`], for each of `cpus`.
pub(crate) fn compile_as_each(
    wasm: &[u8],
    options: &Options,
    cpus: &[Cpu],
    output: Output,
    monitor: &Monitor<'_>,
    cache: Option<&dyn FunctionCache>,
) -> Result<Vec<Artifact>, Error> {
    with_collector_if_needed(options, |chosen| {
        let mut artifacts = compile_for(wasm, chosen, cpus, output, monitor, cache)?;
        if chosen.garbage_collection && !options.garbage_collection {
            for artifact in &mut artifacts {
                artifact.summary.diagnostics.insert(0, diagnostics::needs_collector());
            }
        }
        Ok(artifacts)
    })
}

/// The result of `work` with `options`, or for a runtime that collects garbage if the module turns
/// out to need one. Usually its types show that before anything is compiled.
fn with_collector_if_needed<R>(
    options: &Options,
    work: impl Fn(&Options) -> Result<R, Error>,
) -> Result<R, Error> {
    let result = work(options);
    let allowed = !options.disabled_proposals.contains(&Proposal::GarbageCollection);
    match result {
        Err(error) if error.is_about_collector() && allowed && !options.garbage_collection => {
            work(&options.clone().garbage_collection(true))
        }
        result => result,
    }
}

fn compile_for(
    wasm: &[u8],
    options: &Options,
    cpus: &[Cpu],
    output: Output,
    monitor: &Monitor<'_>,
    cache: Option<&dyn FunctionCache>,
) -> Result<Vec<Artifact>, Error> {
    let cache = cache.filter(|_| output == Output::Aot && may_be_kept(options));
    let prepared = Prepared::new(wasm, options, output, cache.is_some(), monitor);
    let artifacts = prepared.and_then(|prepared| {
        let compile = |(index, cpu): (usize, &Cpu)| {
            let monitor = monitor.part(index, cpus.len());
            compile_prepared(&prepared, cpu, output, &monitor, cache).map_err(|error| {
                match cpus.len() {
                    1 => error,
                    _ => error.for_target(cpu.architecture()),
                }
            })
        };
        cpus.iter().enumerate().map(compile).collect()
    });
    refine(wasm, options, artifacts)
}

fn compile_prepared(
    prepared: &Prepared<'_>,
    cpu: &Cpu,
    output: Output,
    monitor: &Monitor<'_>,
    cache: Option<&dyn FunctionCache>,
) -> Result<Artifact, Error> {
    let options = &prepared.options_for(cpu)?;
    let isas = Isas::new(options, prepared.call_conv(), output == Output::Object)?;
    let env = prepared.environment(options, monitor);
    let cache = cache.zip(prepared.outlines.as_deref());
    let compiled = native::compile_module(&env, &isas, options, cache)?;
    artifact(prepared, options, output, compiled)
}

/// Makes the file with the code in `compiled`.
fn artifact(
    prepared: &Prepared<'_>,
    options: &Options,
    output: Output,
    compiled: Compiled,
) -> Result<Artifact, Error> {
    let Prepared { module, layout, added, .. } = prepared;
    let Compiled { text, image, cache, cache_warning } = compiled;
    let features = feature_flags(module, &image, options);
    let mut diagnostics = diagnostics::warnings(module, features, options);
    diagnostics.extend(cache_warning.map(Diagnostic::warning));
    let (bytes, sections) = match output {
        Output::Aot => {
            let mut file = assemble(module, layout, added, text, &image, features, options)?;
            if options.indirect_mode {
                align_in_file(&mut file, options.release)?;
            }
            aot::write_with_sections(file, options.release)?
        }
        Output::Object => {
            check_imports(module)?;
            let target = options.target();
            (object::write(module, &text, &image, target, &mut diagnostics)?, Vec::new())
        }
    };
    diagnostics.extend(diagnostics::notes(module, &image));
    let text = sections.iter().find(|section| section.id == SectionId::Text);
    let names = FunctionNames::new(module);
    let summary = Summary {
        statistics: Statistics {
            functions: module.bodies.len(),
            code_size: image.text_size,
            relocations: image.relocations.len(),
        },
        diagnostics,
        sections: sections.iter().map(Section::from).collect(),
        // The code is at the end of the section.
        code_range: text.map(|text| text.offset + text.size).map(|end| end - image.text_size..end),
        symbols: artifact::symbols(&names, &image),
        stack_usage: artifact::stack_usage(module, &names, &image),
        address_map: options.address_map.then(|| AddressMap::new(module, image.origins)),
        cache,
    };
    Ok(Artifact { bytes, summary })
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

/// The listing of every function; the host observes it through `monitor`.
pub(crate) fn list_functions(
    wasm: &[u8],
    options: &Options,
    monitor: &Monitor<'_>,
) -> Result<Vec<Listing>, Error> {
    with_collector_if_needed(options, |options| {
        refine(wasm, options, list_module(wasm, options, monitor))
    })
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
    let prepared = Prepared::new(wasm, options, Output::Aot, false, monitor)?;
    let options = &prepared.options_for(&options.cpu)?;
    let isas = Isas::new(options, prepared.call_conv(), false)?;
    let listings = native::list_module(&prepared.environment(options, monitor), &isas, options)?;
    let names = FunctionNames::new(&prepared.module);
    let named = listings.into_iter().map(|(id, listing)| match id {
        FuncId::Function(index) => Listing { name: names.get(index).map(str::to_owned), ..listing },
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
    with_collector_if_needed(&options, |options| {
        let features = wasm::allowed_features(&options.disabled_proposals);
        let module = wasm::parse(wasm, features, options.references());
        let module = refine(wasm, options, module)?;
        let names = FunctionNames::new(&module);
        Ok(module.own_functions().map(|index| names.get(index).map(str::to_owned)).collect())
    })
}

/// Turns errors about unsupported or disabled proposals into errors that name them.
fn refine<T>(wasm: &[u8], options: &Options, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| wamr::refine_error(wasm, &options.disabled_proposals, error))
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
