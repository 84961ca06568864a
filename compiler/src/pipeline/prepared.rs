//! What is done once for a module, for however many targets it is then compiled.
//!
//! Invariants: the module is complete once a [`Prepared`] exists. Counters and storage for
//! exceptions have been added to it, and everything after this only reads it. Nothing here depends
//! on the CPU.

use super::Output;
use crate::error::Error;
use crate::lower::{Added, Environment, InliningPlan, WasmCallConv};
use crate::monitor::Monitor;
use crate::options::{BoundsChecks, Cpu, OptLevel, Options};
use crate::wamr::object_layout::ObjectLayout;
use crate::wamr::{InstanceLayout, collector, counters, exceptions, simd_support, spectest};
use crate::wasm::{self, Module, Outline, Outliner, Survey};

/// A module that is ready to be compiled for any CPU.
pub(super) struct Prepared<'a> {
    pub(super) module: Module<'a>,
    /// What was added to the module.
    pub(super) added: Added,
    pub(super) layout: InstanceLayout,
    /// Places of the fields of structures: in order, and on machines where they are packed.
    object_layouts: [ObjectLayout; 2],
    /// Functions during which the garbage collector may run.
    collecting: Vec<bool>,
    /// The options, adjusted to the module.
    options: Options,
    call_conv: WasmCallConv,
    plan: Option<InliningPlan>,
    /// What is known about each body without validating it, for a cache.
    pub(super) outlines: Option<Vec<Option<Outline>>>,
}

impl<'a> Prepared<'a> {
    /// Reads the module in `wasm`, checks what passes between it and its host, and adds what code
    /// needs. A cache needs the outlines of the bodies.
    pub(super) fn new(
        wasm: &'a [u8],
        options: &Options,
        output: Output,
        needs_outlines: bool,
        monitor: &Monitor<'_>,
    ) -> Result<Self, Error> {
        monitor.check()?;
        let features = wasm::allowed_features(&options.disabled_proposals);
        let mut module = wasm::parse(wasm, features, options.references())?;
        monitor.check()?;
        wasm::check_passed_values(&module)?;
        spectest::resolve(&mut module)?;
        check_output(options, output)?;
        exceptions::check_boundary(&module)?;
        let added = add(&mut module, options, output)?;
        let layout = InstanceLayout::new(&module)?;
        let object_layouts =
            [ObjectLayout::new(&module, false)?, ObjectLayout::new(&module, true)?];
        let collecting = wasm::collecting_functions(&module);
        let outlines = needs_outlines.then(|| outlines(&module));
        let plan = inlines(options).then(|| InliningPlan::new(&module, outlines.as_deref()));
        // Whoever has read all bodies before knows.
        let tail_calls = match (&plan, &outlines) {
            (Some(plan), _) => plan.has_tail_calls(),
            (None, Some(outlines)) => wasm::some_tail_call(outlines.iter().map(survey_of)),
            (None, None) => wasm::has_tail_calls(&module),
        };
        let call_conv = WasmCallConv::of(&module, &added, tail_calls);
        let options = suitable_options(&module, options);
        Ok(Self {
            module,
            added,
            layout,
            object_layouts,
            collecting,
            options,
            call_conv,
            plan,
            outlines,
        })
    }

    /// The options with another CPU. Refuses a module that cannot run on it.
    pub(super) fn options_for(&self, cpu: &Cpu) -> Result<Options, Error> {
        let options = self.options.clone().cpu(cpu.clone());
        simd_support::check_boundary(&self.module, &options)?;
        Ok(options)
    }

    /// What lowering with `options` has to know; the host observes it through `monitor`.
    pub(super) fn environment<'e>(
        &'e self,
        options: &Options,
        monitor: &'e Monitor<'_>,
    ) -> Environment<'e> {
        let Self { module, added, layout, call_conv, plan, .. } = self;
        let objects = &self.object_layouts[usize::from(options.target().packs_fields())];
        let objects = (objects, &*self.collecting);
        Environment::new(
            module,
            layout,
            objects,
            options,
            added,
            *call_conv,
            plan.as_ref(),
            monitor,
        )
    }

    /// The calling convention of the module's functions.
    pub(super) fn call_conv(&self) -> WasmCallConv {
        self.call_conv
    }
}

/// Refuses what an object file cannot have.
fn check_output(options: &Options, output: Output) -> Result<(), Error> {
    if output != Output::Object {
        return Ok(());
    }
    let what = if options.indirect_mode {
        "an object file cannot use the indirect mode (XIP)"
    } else if options.instrumentation.measure_time {
        "an object file cannot measure time: its functions are not entered by the runtime"
    } else {
        return Ok(());
    };
    Err(Error::unsupported(what).with_hint("leave one of the two out"))
}

/// Adds the globals and tables that code needs.
fn add(module: &mut Module<'_>, options: &Options, output: Output) -> Result<Added, Error> {
    let counters = counters::install(module, &options.instrumentation)?;
    if counters.own.is_some() && output == Output::Object {
        let what = "an object file cannot count for several threads: its functions are not \
            entered by the runtime";
        return Err(Error::unsupported(what).with_hint("compile without counters"));
    }
    let storage = exceptions::install(module, &options.instrumentation)?;
    let collector = collector::install(module)?;
    Ok(Added { counters, storage, collector })
}

/// What is known about the bodies of `module` without validating them, by position.
fn outlines(module: &Module<'_>) -> Vec<Option<Outline>> {
    let mut outliner = Outliner::default();
    let bodies = module.own_functions().zip(&module.bodies);
    bodies.map(|(index, body)| outliner.outline(&body.code, index)).collect()
}

fn survey_of(outline: &Option<Outline>) -> Option<Survey> {
    outline.as_ref().map(|outline| outline.survey)
}

/// Whether functions are inlined. If calls are counted, every call must stay a call.
fn inlines(options: &Options) -> bool {
    options.opt_level == OptLevel::O3 && !options.instrumentation.profile_calls
}

/// The options adjusted to `module`. No guard pages are large enough for 64-bit addresses, and a
/// runtime that supports these has none.
fn suitable_options(module: &Module<'_>, options: &Options) -> Options {
    let options = options.clone();
    if module.has_memory64() { options.bounds_checks(BoundsChecks::Software) } else { options }
}
