//! Flags about call stacks, with wamrc's names of their features.

use clap::Args;
use cwamrc::{CallStacks, Options};

/// Flags about the call stack of a trap.
#[derive(Args)]
pub(super) struct CallStackArgs {
    /// Make code that keeps call frames, so that a trap shows the functions it went through. Needs
    /// a runtime of release 2.2.0 or later built with WAMR_BUILD_DUMP_CALL_STACK=1
    #[arg(long)]
    enable_dump_call_stack: bool,
    /// What frames contain: ip, func-idx and trap-ip, separated by commas. Default: all; an empty
    /// list means none. `bounds-checks` has no effect: a function without room for its frame always
    /// traps. `values` has no effect: frames contain no values of locals, since WAMR would copy
    /// them but neither print nor return them (aot_create_call_stack, aot_dump_call_stack in its
    /// aot_runtime.c)
    #[arg(long, value_name = "LIST", value_parser = frames)]
    call_stack_features: Option<CallStacks>,
}

/// The frames with the content that `list` names.
fn frames(list: &str) -> Result<CallStacks, String> {
    let mut frames = CallStacks::empty();
    for name in list.split(',').filter(|name| !name.is_empty()) {
        match name {
            "ip" => frames.position = true,
            "func-idx" => frames.function_index = true,
            "trap-ip" => frames.trap_position = true,
            // Never left out: without this check, frames would overwrite memory of the host.
            "bounds-checks" => {}
            // Only the garbage collector reads them, and references are kept elsewhere for it.
            "values" => {}
            other => {
                let all = "bounds-checks, ip, func-idx, trap-ip, values";
                return Err(format!("unknown feature {other:?}; known features: {all}"));
            }
        }
    }
    Ok(frames)
}

impl CallStackArgs {
    /// `options` with the requested frames.
    pub(super) fn apply(&self, options: Options) -> Options {
        match self.enable_dump_call_stack {
            true => options.call_stacks(self.call_stack_features.unwrap_or(CallStacks::complete())),
            false => options,
        }
    }
}
