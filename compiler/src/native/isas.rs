//! Cranelift's view of the machine that code is made for, at each level of effort.

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable, Flags};
use regalloc2::PReg;

use crate::error::Error;
use crate::lower::WasmCallConv;
use crate::options::{OptLevel, Options};
use crate::target::Stub;

/// Frames larger than a page touch every page, so that they cannot step over the runtime's guard
/// pages at the end of the stack.
const PROBE_INTERVAL_LOG2: &str = "12";

/// Cranelift's view of a machine.
pub(crate) struct Isas {
    /// As the options want it.
    pub(crate) main: OwnedTargetIsa,
    /// The same at level 0, unless `main` is level 0: for functions that are too complex for
    /// `main`.
    pub(crate) fast_path: Option<OwnedTargetIsa>,
    /// The same at level 1, if `main` is level 0: for functions that are worth the effort.
    pub(crate) hot: Option<OwnedTargetIsa>,
    /// Reads the time counter; Cranelift has no instruction for that.
    pub(crate) clock: Stub,
    /// See `clock`.
    pub(crate) save_registers: Stub,
    /// See `clock`.
    pub(crate) resume: Stub,
    /// See `clock`.
    pub(crate) handler_table: Stub,
    /// The registers that functions preserve.
    pub(crate) preserved: &'static [PReg],
    /// Whether functions get unwind information.
    pub(crate) unwinding: bool,
}

impl Isas {
    /// Builds them for `options`, and for functions that call each other with `call_conv`.
    /// `unwinding` gives functions unwind information.
    pub(crate) fn new(
        options: &Options,
        call_conv: WasmCallConv,
        unwinding: bool,
    ) -> Result<Self, Error> {
        // Exceptions need what it is made from.
        let prologues = unwinding || call_conv == WasmCallConv::BehindEntries;
        let at = |level| isa(options, level, call_conv, prologues);
        let (fast_path, hot) = match options.opt_level {
            OptLevel::O0 => (None, Some(at(OptLevel::O1)?)),
            OptLevel::O1 | OptLevel::O2 | OptLevel::O3 => (Some(at(OptLevel::O0)?), None),
        };
        let main = at(options.opt_level)?;
        let target = options.target();
        Ok(Self {
            main,
            fast_path,
            hot,
            clock: target.clock(),
            save_registers: target.save_registers(),
            resume: target.resume(),
            handler_table: target.handler_table(),
            preserved: target.preserved_registers(),
            unwinding,
        })
    }

    /// The machine and every setting of Cranelift, as text.
    pub(crate) fn settings(&self) -> String {
        let mut settings = format!("{}", self.main.triple());
        for isa in [&self.main].into_iter().chain(&self.fast_path).chain(&self.hot) {
            let values = isa.isa_flags().into_iter().map(|value| value.to_string());
            settings.extend([isa.flags().to_string()].into_iter().chain(values));
        }
        settings
    }
}

fn isa(
    options: &Options,
    level: OptLevel,
    call_conv: WasmCallConv,
    prologues: bool,
) -> Result<OwnedTargetIsa, Error> {
    let broken = |what: &str| Error::internal(format!("Cranelift settings: {what}"));
    let mut builder = cranelift_codegen::isa::lookup(options.target().triple())
        .map_err(|error| broken(&error.to_string()))?;
    for setting in options.cpu.settings() {
        builder.enable(setting).map_err(|error| broken(&error.to_string()))?;
    }
    let flags = flags(options, level, call_conv, prologues)?;
    builder.finish(flags).map_err(|error| broken(&error.to_string()))
}

fn flags(
    options: &Options,
    level: OptLevel,
    call_conv: WasmCallConv,
    prologues: bool,
) -> Result<Flags, Error> {
    let (opt_level, register_allocator) = match level {
        OptLevel::O0 => ("none", "single_pass"),
        OptLevel::O1 => ("none", "backtracking"),
        OptLevel::O2 | OptLevel::O3 => ("speed", "backtracking"),
    };
    // Stack checks in code compare the whole frame with the limit, so probes are not needed.
    let probestack = if options.checks_stack() { "false" } else { "true" };
    // The tail-call convention needs them to find the return address.
    let frame_pointers = options.frame_pointers || call_conv == WasmCallConv::Tail;
    let frame_pointers = if frame_pointers { "true" } else { "false" };
    // Listings show where blocks start.
    let blocks = if options.address_map { "true" } else { "false" };
    let mut builder = settings::builder();
    for (name, value) in [
        ("opt_level", opt_level),
        ("regalloc_algorithm", register_allocator),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("enable_probestack", probestack),
        ("probestack_strategy", "inline"),
        ("probestack_size_log2", PROBE_INTERVAL_LOG2),
        ("preserve_frame_pointers", frame_pointers),
        ("machine_code_cfg_info", blocks),
        ("unwind_info", if prologues { "true" } else { "false" }),
        ("is_pic", "false"),
        ("enable_heap_access_spectre_mitigation", "false"),
        ("enable_table_access_spectre_mitigation", "false"),
    ] {
        builder
            .set(name, value)
            .map_err(|error| Error::internal(format!("Cranelift setting {name}: {error}")))?;
    }
    Ok(Flags::new(builder))
}
