//! The flags that are passed to wamrc with `--backend=llvm`.
//!
//! They are passed on unchanged, since targets and CPUs are LLVM's. wamrc chooses the defaults of
//! flags that are not given.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::args::OWN;
use super::wasmedge::WASMEDGE;

/// Whether the flag `arg` is passed on.
fn is_passed_on(arg: &Arg, matches: &ArgMatches) -> bool {
    let id = arg.get_id().as_str();
    // wamrc gets its own file names, and `-v` is handled elsewhere.
    let is_ours = matches!(arg.get_help_heading(), Some(OWN | WASMEDGE))
        || matches!(id, "output" | "verbose");
    !is_ours
        && arg.get_long().is_some()
        // Help and version have ended the command before.
        && matches.try_contains_id(id).is_ok()
        && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// The flags of wamrc among `matches`, in the order of `command`.
pub(super) fn flags(command: &Command, matches: &ArgMatches) -> Vec<OsString> {
    let given = command.get_arguments().filter(|arg| is_passed_on(arg, matches));
    given.flat_map(|arg| spell(arg, matches)).collect()
}

fn spell(arg: &Arg, matches: &ArgMatches) -> Vec<OsString> {
    let name = arg.get_long().unwrap_or_default();
    let name = if name == "sgx" { "-sgx".to_owned() } else { format!("--{name}") };
    if !arg.get_action().takes_values() {
        return vec![name.into()];
    }
    let raw = matches.get_raw(arg.get_id().as_str()).into_iter().flatten();
    let values: Vec<_> = raw.map(ToOwned::to_owned).collect();
    if values.is_empty() {
        return vec![name.into()];
    }
    let with_value = |value: &OsString| {
        let mut flag = OsString::from(format!("{name}="));
        flag.push(value);
        flag
    };
    match arg.get_value_delimiter() {
        Some(delimiter) => vec![with_value(&values.join(delimiter.to_string().as_ref()))],
        None => values.iter().map(with_value).collect(),
    }
}
