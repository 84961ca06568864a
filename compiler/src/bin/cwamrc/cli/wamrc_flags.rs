//! The flags of wamrc that cwamrc does not implement. Some are accepted with a note, since the user
//! loses nothing; the others are refused with a hint.
//!
//! This is the only place that names them: the parser, `--help` and the table in the documentation
//! are generated from it.

use clap::{Arg, ArgAction, ArgMatches, Command};

/// A flag of wamrc.
pub(super) struct WamrcFlag {
    /// Its name, without hyphens.
    pub(super) name: &'static str,
    value: Value,
    pub(super) fate: Fate,
}

/// The value of a flag.
#[derive(Clone, Copy)]
enum Value {
    None,
    /// `=VALUE`, or nothing.
    Optional(&'static str),
    /// `=VALUE`, any number of times.
    Required(&'static str),
}

/// How a flag is treated.
pub(super) enum Fate {
    /// It is accepted; the text is a note that says why it has no effect.
    Noted(&'static str),
    /// It is an error; the texts are the reason and a hint.
    Refused(&'static str, &'static str),
}

/// The heading of the flags that are accepted with a note.
pub(super) const NOTED: &str = "Flags of wamrc that have no effect";
/// The heading of the flags that are refused.
pub(super) const REFUSED: &str = "Flags of wamrc that are refused";

const NO_LLVM: &str = "cwamrc does not use LLVM";
const BY_WAMRC: &str = "leave it out, or compile with wamrc: --backend=llvm";

const fn noted(name: &'static str, value: Value, why: &'static str) -> WamrcFlag {
    WamrcFlag { name, value, fate: Fate::Noted(why) }
}

const fn refused(
    name: &'static str,
    value: Value,
    reason: &'static str,
    hint: &'static str,
) -> WamrcFlag {
    WamrcFlag { name, value, fate: Fate::Refused(reason, hint) }
}

/// In the order of `wamrc --help`.
pub(super) const WAMRC_FLAGS: &[WamrcFlag] = &[
    refused(
        "sgx",
        Value::None,
        "SGX enclaves are not supported: they have no guard pages, and their loader was not tested",
        BY_WAMRC,
    ),
    noted(
        "disable-llvm-jump-tables",
        Value::None,
        "jump tables are next to their function and need no relocation",
    ),
    noted("disable-llvm-lto", Value::None, NO_LLVM),
    refused(
        "enable-llvm-pgo",
        Value::None,
        "code that records a profile for LLVM cannot be made",
        BY_WAMRC,
    ),
    noted("enable-llvm-passes", Value::Required("PASSES"), NO_LLVM),
    noted("use-prof-file", Value::Required("FILE"), "only LLVM can use its profiles"),
    noted(
        "enable-segue",
        Value::Optional("LIST"),
        "memory is addressed through a general register, not GS, which only some builds of the \
            runtime set",
    ),
    noted(
        "native-lib",
        Value::Required("LIBRARY"),
        "imports are resolved when the file is loaded, so only the host needs the library",
    ),
    noted(
        "invoke-c-api-import",
        Value::None,
        "functions that a host registers with the C API can be called without it",
    ),
    noted("mllvm", Value::Required("OPTION"), NO_LLVM),
    refused(
        "enable-shared-heap",
        Value::None,
        "a heap shared by several instances is not supported",
        BY_WAMRC,
    ),
    refused(
        "enable-shared-chain",
        Value::None,
        "chains of shared heaps are not supported",
        BY_WAMRC,
    ),
];

impl WamrcFlag {
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
            Fate::Refused(reason, hint) => {
                arg.help_heading(REFUSED).help(format!("{reason}; {hint}"))
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

/// wamrc writes this flag with one hyphen; clap would read it as three short flags.
const SGX: &str = "sgx";

/// Adds the second hyphen to `argument` if it is a long flag that wamrc writes with one.
pub(super) fn write_two_hyphens(argument: &mut std::ffi::OsString) {
    if argument == "-sgx" {
        *argument = format!("--{SGX}").into();
    }
}

/// `command` with these flags.
pub(super) fn add_to(command: Command) -> Command {
    command.args(WAMRC_FLAGS.iter().map(WamrcFlag::arg))
}

/// The notes about the flags in `matches`, or why one of them is refused.
pub(super) fn judge(matches: &ArgMatches) -> Result<Vec<String>, String> {
    let given = WAMRC_FLAGS.iter().filter(|flag| flag.is_given(matches));
    given
        .map(|flag| match &flag.fate {
            Fate::Noted(why) => Ok(format!("note: {} has no effect: {why}", flag.spelling())),
            Fate::Refused(reason, hint) => {
                Err(format!("{} is refused: {reason}\n\n  tip: {hint}", flag.spelling()))
            }
        })
        .collect()
}
