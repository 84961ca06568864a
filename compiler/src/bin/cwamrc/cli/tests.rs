//! Tests of the documentation's table of flags, and of the list of wamrc's own flags.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use clap::{Arg, Command};

use super::args::OWN;
use super::wamrc_flags::{self, Fate};
use super::wasmedge::WASMEDGE;

/// The options of wamrc, from `print_help` and `main` of `wamr-compiler/main.c` in WAMR's main
/// branch (2.4.3 by its `core/version.h`), with `=` if a value follows. wamrc accepts
/// `--enable-simd` without listing it there.
const WAMRC: &[&str] = &[
    "-o",
    "--target=",
    "--target-abi=",
    "--cpu=",
    "--cpu-features=",
    "--opt-level=",
    "--size-level=",
    "-sgx",
    "--bounds-checks=",
    "--stack-bounds-checks=",
    "--stack-usage=",
    "--format=",
    "--disable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-extended-const",
    "--enable-multi-thread",
    "--enable-tail-call",
    "--enable-simd",
    "--disable-simd",
    "--disable-ref-types",
    "--enable-call-indirect-overlong",
    "--enable-lime1",
    "--disable-aux-stack-check",
    "--enable-dump-call-stack",
    "--call-stack-features=",
    "--enable-perf-profiling",
    "--enable-memory-profiling",
    "--xip",
    "--enable-indirect-mode",
    "--enable-gc",
    "--disable-llvm-intrinsics",
    "--enable-builtin-intrinsics=",
    "--disable-llvm-jump-tables",
    "--disable-llvm-lto",
    "--enable-llvm-pgo",
    "--enable-llvm-passes=",
    "--use-prof-file=",
    "--enable-segue",
    "--enable-segue=",
    "--emit-custom-sections=",
    "--native-lib=",
    "--invoke-c-api-import",
    "--enable-linux-perf",
    "--mllvm=",
    "--enable-shared-heap",
    "--enable-shared-chain",
    "-v=",
    "--version",
    "--llvm-version",
];

/// The command with the flags that clap adds.
fn built() -> Command {
    let mut command = super::command();
    command.build();
    command
}

/// The spellings of a flag, as in [`WAMRC`].
fn spellings(arg: &Arg) -> Vec<String> {
    let hyphens = if arg.get_id() == "sgx" { "-" } else { "--" };
    let long = arg.get_long().map(|name| format!("{hyphens}{name}"));
    let short = arg.get_short().map(|name| format!("-{name}"));
    let names = if arg.get_id() == "output" { short } else { long.or(short) };
    let values = arg.get_num_args().filter(|_| arg.get_action().takes_values());
    let with_value = |name: String| match values {
        Some(range) if arg.get_id() == "verbose" && range.takes_values() => {
            vec![format!("{name}=")]
        }
        Some(range) if range.takes_values() && range.min_values() == 0 => {
            vec![name.clone(), format!("{name}=")]
        }
        // The file is a separate argument.
        Some(range) if range.takes_values() && arg.get_id() != "output" => vec![format!("{name}=")],
        _ => vec![name],
    };
    names.map(with_value).unwrap_or_default()
}

#[test]
fn every_flag_of_wamrc_is_known() {
    let command = built();
    let flags = command.get_arguments().filter(|arg| {
        !matches!(arg.get_help_heading(), Some(OWN | WASMEDGE))
            && arg.get_id() != "help"
            && !arg.is_positional()
    });
    let known: BTreeSet<String> = flags.flat_map(spellings).collect();
    let wamrcs: BTreeSet<String> = WAMRC.iter().map(|&flag| flag.to_owned()).collect();
    assert_eq!(known, wamrcs);
}

const INTRODUCTION: &str = "\
# Flags

All flags of the command `cwamrc`: those of `wamrc`, those of `wasmedge compile`, and its own. `cwamrc run --help` lists
the flags of that command ([running](running.md)). This page is generated from the definition of the command line
(`compiler/src/bin/cwamrc/cli`) by `CWAMRC_BLESS=1 cargo test -p cwamrc --bins`. A test keeps it up to date, and checks it against
the list of wamrc's own flags.

A flag of wamrc does what it says, or is accepted with a note on standard error because it has no effect here, or is
refused with a hint (exit code 2). `--backend=llvm` passes every flag of wamrc on unchanged.

The rules are those of wamrc: a value follows `=`, the last value counts if a flag is given twice, and without `--target`
the code is for this machine. `--flag value` works, too, and flags may follow the file. Where wamrc silently uses another
value than the given one (`--opt-level=7`, `--bounds-checks=yes`), cwamrc reports an error.
";

/// The documentation of the flags.
fn document() -> String {
    let command = built();
    let mut text = INTRODUCTION.to_owned();
    let section = |text: &mut String, title: &str, what: &str, heading: Option<&str>| {
        write!(text, "\n## {title}\n\n| flag | {what} |\n|---|---|\n").expect("strings grow");
        let flags = command.get_arguments().filter(|arg| {
            let is_help = arg.get_id() == "help";
            let is_of_wamrc = wamrc_flags::WAMRC_FLAGS.iter().any(|flag| arg.get_id() == flag.name);
            !arg.is_positional()
                && !is_help
                && !is_of_wamrc
                && arg.get_help_heading().filter(|found| [OWN, WASMEDGE].contains(found)) == heading
        });
        for arg in flags {
            writeln!(text, "| {} | {} |", usage(arg), help(arg)).expect("strings grow");
        }
    };
    section(&mut text, "Flags of wamrc that do what they say", "what it does", None);
    wamrc_flags_tables(&mut text, &command);
    section(&mut text, WASMEDGE, "what it does", Some(WASMEDGE));
    section(&mut text, OWN, "what it does", Some(OWN));
    text
}

fn wamrc_flags_tables(text: &mut String, command: &Command) {
    let usage_of = |name: &str| {
        let arg = command.get_arguments().find(|arg| arg.get_id() == name);
        usage(arg.expect("it was added"))
    };
    let title = wamrc_flags::NOTED;
    write!(text, "\n## {title}\n\n| flag | why |\n|---|---|\n").expect("strings grow");
    for flag in wamrc_flags::WAMRC_FLAGS {
        if let Fate::Noted(why) = flag.fate {
            writeln!(text, "| {} | {why} |", usage_of(flag.name)).expect("strings grow");
        }
    }
    let title = wamrc_flags::REFUSED;
    write!(text, "\n## {title}\n\n| flag | why | hint |\n|---|---|---|\n").expect("strings grow");
    for flag in wamrc_flags::WAMRC_FLAGS {
        if let Fate::Refused(reason, hint) = flag.fate {
            let usage = usage_of(flag.name);
            writeln!(text, "| {usage} | {reason} | {hint} |").expect("strings grow");
        }
    }
}

/// A flag and its value, as code.
fn usage(arg: &Arg) -> String {
    let names = spellings(arg);
    let name = names.last().expect("it has a name");
    let values = arg.get_possible_values();
    let shown: Vec<&str> =
        values.iter().filter(|v| !v.is_hide_set()).map(|v| v.get_name()).collect();
    let value = match arg.get_value_names() {
        _ if !arg.get_action().takes_values() => String::new(),
        _ if shown.len() > 1 => shown.join("\\|"),
        Some([name, ..]) => name.replace('|', "\\|"),
        _ => String::new(),
    };
    match names.len() {
        1 if arg.get_id() == "output" => format!("`{name} {value}`"),
        1 => format!("`{name}{value}`"),
        _ => format!("`{}`, `{name}{value}`", names[0]),
    }
}

fn help(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let default: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    // The default of a switch is obvious.
    let default = match arg.get_action().takes_values() && !default.is_empty() {
        true => format!(" (default: {})", default.join(",")),
        false => String::new(),
    };
    format!("{}{default}", help.replace('|', "\\|"))
}

#[test]
fn the_documentation_lists_every_flag() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/flags.md");
    let text = document();
    if std::env::var_os("CWAMRC_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &text).expect("the documentation can be written");
    }
    let stored = fs::read_to_string(&path).expect("docs/flags.md");
    assert_eq!(stored, text, "write the table again with CWAMRC_BLESS=1");
}

#[test]
fn the_definition_is_sound() {
    super::command().debug_assert();
}
