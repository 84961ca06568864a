//! The flags of wamrc that do nothing here: those that are taken with a note, since they ask for
//! nothing that a user would miss, and those that are refused, with the way out.
//!
//! This is the one place that names them: the parser, `--help` and the table in the documentation
//! are made from it.

use clap::{Arg, ArgAction, ArgMatches, Command};

/// A flag of wamrc.
pub(super) struct Foreign {
    /// Its name, without hyphens.
    pub(super) name: &'static str,
    value: Value,
    pub(super) fate: Fate,
}

/// What stands behind a flag.
#[derive(Clone, Copy)]
enum Value {
    None,
    /// `=VALUE`, or nothing.
    Optional(&'static str),
    /// `=VALUE`, any number of times.
    Required(&'static str),
}

/// What becomes of a flag.
pub(super) enum Fate {
    /// It is taken; the text is a note about why it changes nothing.
    Noted(&'static str),
    /// It is an error; the texts are the reason and the way out.
    Refused(&'static str, &'static str),
}

/// Above the flags that are taken with a note.
pub(super) const NOTED: &str = "Flags of wamrc that change nothing here";
/// Above the flags that are refused.
pub(super) const REFUSED: &str = "Flags of wamrc that are refused";

const NO_LLVM: &str = "LLVM is not what compiles";
const BY_WAMRC: &str = "leave it out, or have wamrc compile with --backend=llvm";

const fn noted(name: &'static str, value: Value, why: &'static str) -> Foreign {
    Foreign { name, value, fate: Fate::Noted(why) }
}

const fn refused(
    name: &'static str,
    value: Value,
    reason: &'static str,
    way_out: &'static str,
) -> Foreign {
    Foreign { name, value, fate: Fate::Refused(reason, way_out) }
}

/// In the order of `wamrc --help`.
pub(super) const FOREIGN: &[Foreign] = &[
    refused(
        "sgx",
        Value::None,
        "code for SGX enclaves is not made: they have no guard pages, and their loader was not tried",
        BY_WAMRC,
    ),
    refused(
        "enable-gc",
        Value::None,
        "garbage collection is not compiled",
        "build the module without, or have wamrc compile with --backend=llvm",
    ),
    noted(
        "disable-llvm-jump-tables",
        Value::None,
        "jump tables lie beside their function and ask for no relocation",
    ),
    noted("disable-llvm-lto", Value::None, NO_LLVM),
    refused("enable-llvm-pgo", Value::None, "code is not instrumented for profiles", BY_WAMRC),
    noted("enable-llvm-passes", Value::Required("PASSES"), NO_LLVM),
    refused("use-prof-file", Value::Required("FILE"), "profiles of LLVM are not read", BY_WAMRC),
    refused(
        "enable-segue",
        Value::Optional("LIST"),
        "memory is not addressed through the register GS, which runtimes set only in some builds",
        BY_WAMRC,
    ),
    noted(
        "native-lib",
        Value::Required("LIBRARY"),
        "imports are looked up when the file is loaded, so the host alone needs the library",
    ),
    noted(
        "invoke-c-api-import",
        Value::None,
        "functions that a host gives by the C API are called without it, too",
    ),
    noted("mllvm", Value::Required("OPTION"), NO_LLVM),
    refused(
        "enable-shared-heap",
        Value::None,
        "accesses are not led to a heap that instances share",
        BY_WAMRC,
    ),
    refused(
        "enable-shared-chain",
        Value::None,
        "accesses are not led to heaps that instances share",
        BY_WAMRC,
    ),
];

impl Foreign {
    /// The flag as users write it.
    pub(super) fn spelling(&self) -> String {
        // wamrc has one flag with a single hyphen.
        let hyphens = if self.name == SGX { "-" } else { "--" };
        format!("{hyphens}{}", self.name)
    }

    fn arg(&self) -> Arg {
        let arg = Arg::new(self.name).long(self.name).hide_short_help(true);
        let arg = match &self.fate {
            Fate::Noted(why) => arg.help_heading(NOTED).help(*why),
            Fate::Refused(reason, way_out) => {
                arg.help_heading(REFUSED).help(format!("{reason}; {way_out}"))
            }
        };
        match self.value {
            Value::None => arg.action(ArgAction::SetTrue),
            Value::Optional(name) => arg.num_args(0..=1).require_equals(true).value_name(name),
            Value::Required(name) => {
                arg.action(ArgAction::Append).value_name(name).allow_hyphen_values(true)
            }
        }
    }

    fn is_given(&self, matches: &ArgMatches) -> bool {
        matches.value_source(self.name) == Some(clap::parser::ValueSource::CommandLine)
    }
}

/// The flag that wamrc writes with one hyphen, which would be three short flags.
const SGX: &str = "sgx";

/// Gives `argument` two hyphens if it is one of wamrc's long flags with one.
pub(super) fn write_two_hyphens(argument: &mut std::ffi::OsString) {
    if argument == "-sgx" {
        *argument = format!("--{SGX}").into();
    }
}

/// `command` with these flags.
pub(super) fn add_to(command: Command) -> Command {
    command.args(FOREIGN.iter().map(Foreign::arg))
}

/// The notes about the flags in `matches`, or why one of them is refused.
pub(super) fn judge(matches: &ArgMatches) -> Result<Vec<String>, String> {
    let given = FOREIGN.iter().filter(|flag| flag.is_given(matches));
    given
        .map(|flag| match &flag.fate {
            Fate::Noted(why) => Ok(format!("note: {} changes nothing: {why}", flag.spelling())),
            Fate::Refused(reason, way_out) => {
                Err(format!("{} is refused: {reason}\n\n  tip: {way_out}", flag.spelling()))
            }
        })
        .collect()
}
