//! The flags about call stacks, and the features that wamrc has for them.

use clap::Args;
use cwamrc::{CallStacks, Options};

/// Flags about what a trap shows.
#[derive(Args)]
pub(super) struct CallStackArgs {
    /// Make code that keeps frames, by which traps show the functions that they went through, in a
    /// runtime built with WAMR_BUILD_DUMP_CALL_STACK=1 of release 2.2.0 or later
    #[arg(long)]
    enable_dump_call_stack: bool,
    /// What frames hold: ip, func-idx and trap-ip, separated by commas; all if not given, none if
    /// empty. `bounds-checks` is taken, too, but changes nothing: a function whose frame finds no room
    /// always traps. So is `values`, but frames hold no values of locals: WAMR copies them, but prints
    /// none and hands none out (aot_create_call_stack, aot_dump_call_stack in its aot_runtime.c)
    #[arg(long, value_name = "LIST", value_parser = frames)]
    call_stack_features: Option<CallStacks>,
}

/// The frames that hold what `list` names.
fn frames(list: &str) -> Result<CallStacks, String> {
    let mut frames = CallStacks::empty();
    for name in list.split(',').filter(|name| !name.is_empty()) {
        match name {
            "ip" => frames.position = true,
            "func-idx" => frames.function_index = true,
            "trap-ip" => frames.trap_position = true,
            // Never left out: without, frames would overwrite memory of the host.
            "bounds-checks" => {}
            // Only the collector of garbage reads them, which needs --enable-gc.
            "values" => {}
            other => {
                let all = "bounds-checks, ip, func-idx, trap-ip, values";
                return Err(format!("no feature is called {other:?}; there are {all}"));
            }
        }
    }
    Ok(frames)
}

impl CallStackArgs {
    /// `options` with the frames that are asked for.
    pub(super) fn apply(&self, options: Options) -> Options {
        match self.enable_dump_call_stack {
            true => options.call_stacks(self.call_stack_features.unwrap_or(CallStacks::complete())),
            false => options,
        }
    }
}
