//! Goldens: wasm text files that contain the compiler's output for them.
//!
//! A golden has option lines at the top, then the module, then the expectation in comments:
//!
//! ```text
//! ;;! show = "clif"
//!
//! (module …)
//!
//! ;; function u0:0(i64) …
//! ```
//!
//! Options are TOML, one per line. `show` is `clif`, `asm` or `inspect`; `target` (x86_64), `cpu`
//! (the minimum CPU of the target), `cpu-features`, `opt-level` (3), `bounds-checks` (0) and
//! `stack-bounds-checks` are the flags of the same names. `functions` lists the symbols to show
//! instead of those of the module; `lines` says how many lines of each.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use cwamrc::{BoundsChecks, Cpu, OptLevel, Options};

use crate::tree;

/// Starts a line with an option.
const OPTION: &str = ";;! ";
/// Starts a line of the expectation.
const EXPECTATION: &str = ";;";

/// What a golden shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Clif,
    Asm,
    Inspect,
}

/// A golden as it is stored.
#[derive(Clone, Debug)]
pub struct Golden {
    /// Its path below the folder of goldens.
    pub name: String,
    path: PathBuf,
    /// Everything before the expectation.
    source: String,
    expectation: String,
    /// The options that it asks for.
    pub options: Options,
    show: Show,
    functions: Option<Vec<String>>,
    lines: usize,
}

/// Every golden, in the order of their names.
///
/// # Panics
/// If one cannot be read, or has options that do not exist.
pub fn goldens() -> Vec<Golden> {
    let folder = "tests/goldens/";
    let files = tree::source_files().into_iter();
    files
        .filter_map(|file| Some((file.path.strip_prefix(folder)?.to_owned(), file)))
        .filter(|(name, _)| name.ends_with(".wat"))
        .map(|(name, file)| Golden::parse(name, tree::root().join(&file.path), &file.text))
        .collect()
}

impl Golden {
    fn parse(name: String, path: PathBuf, text: &str) -> Self {
        let (source, expectation) = split(text);
        let lines = text.lines().filter_map(|line| line.strip_prefix(OPTION));
        let options: String = lines.flat_map(|line| [line, "\n"]).collect();
        let options: toml::Table =
            options.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut golden = Self {
            name,
            path,
            source,
            expectation,
            options: Options::new().cpu(cpu_of(&options)),
            show: Show::Clif,
            functions: None,
            lines: usize::MAX,
        };
        for (key, value) in &options {
            golden.set(key, value);
        }
        golden
    }

    fn set(&mut self, key: &str, value: &toml::Value) {
        let options = self.options.clone();
        let known = match (key, value.as_integer(), value.as_str()) {
            ("opt-level", Some(level), _) => level_of(level).map(|level| {
                self.options = options.opt_level(level);
            }),
            ("bounds-checks", Some(software @ (0 | 1)), _) => {
                let checks = [BoundsChecks::Hardware, BoundsChecks::Software][software as usize];
                self.options = options.bounds_checks(checks);
                Some(())
            }
            ("stack-bounds-checks", Some(check @ (0 | 1)), _) => {
                self.options = options.stack_bounds_checks(check == 1);
                Some(())
            }
            // Read before all others.
            ("target" | "cpu" | "cpu-features", _, Some(_)) => Some(()),
            ("lines", Some(lines), _) => {
                self.lines = lines as usize;
                Some(())
            }
            ("functions", ..) => {
                self.functions = value.as_array().map(|list| list.iter().map(symbol_of).collect());
                self.functions.as_ref().map(|_| ())
            }
            ("show", _, Some(show)) => show_of(show).map(|show| self.show = show),
            _ => None,
        };
        known.unwrap_or_else(|| panic!("{}: option {key} = {value}", self.name));
    }

    /// The module in the binary format.
    ///
    /// # Panics
    /// If it is not well-formed.
    pub fn wasm(&self) -> Vec<u8> {
        wat::parse_str(&self.source).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The compiler's output for the module, in the form of the expectation.
    ///
    /// # Panics
    /// If the module does not compile.
    pub fn actual(&self) -> String {
        let wasm = self.wasm();
        let shown = match self.show {
            Show::Clif => self.listings(&wasm, |listing| &listing.clif),
            Show::Asm => self.listings(&wasm, |listing| &listing.assembly),
            Show::Inspect => self.report(&wasm),
        };
        let mut expectation = String::new();
        for line in shown.trim_end().lines() {
            let line = format!("{EXPECTATION} {line}");
            expectation.push_str(line.trim_end());
            expectation.push('\n');
        }
        expectation
    }

    fn listings(&self, wasm: &[u8], text: impl Fn(&cwamrc::Listing) -> &str) -> String {
        let listings = cwamrc::list(wasm, &self.options);
        let listings = listings.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let shown = |symbol: &String| match &self.functions {
            Some(functions) => functions.contains(symbol),
            None => symbol.starts_with("function("),
        };
        let mut all = String::new();
        for listing in listings.iter().filter(|listing| shown(&listing.symbol)) {
            write!(all, "{}", listing.symbol).expect("strings take any text");
            if let Some(name) = &listing.name {
                write!(all, " {name:?}").expect("strings take any text");
            }
            let lines = text(listing).trim_end().lines().take(self.lines);
            all.extend(lines.flat_map(|line| ["\n", line]));
            all.push_str("\n\n");
        }
        all
    }

    fn report(&self, wasm: &[u8]) -> String {
        let artifact = cwamrc::compile(wasm, &self.options);
        let artifact = artifact.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let report = cwamrc::inspect::report(artifact.bytes());
        report.unwrap_or_else(|error| panic!("{}: {error}", self.name)).to_string()
    }

    /// How `actual` differs from the expectation: `None` if it does not.
    pub fn difference(&self, actual: &str) -> Option<String> {
        if actual == self.expectation {
            return None;
        }
        let mut expected_lines = self.expectation.lines();
        let mut actual_lines = actual.lines();
        let first_line = 1 + self.source.lines().count();
        for line in first_line.. {
            let (expected, actual) = (expected_lines.next(), actual_lines.next());
            if expected != actual {
                let show = |line: Option<&str>| line.unwrap_or("the end").to_owned();
                let (expected, actual) = (show(expected), show(actual));
                return Some(format!("{}:{line}\n  - {expected}\n  + {actual}", self.name));
            }
        }
        unreachable!("they differ in some line");
    }

    /// Stores `actual` as the expectation.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn bless(&self, actual: &str) {
        let text = format!("{}{actual}", self.source);
        fs::write(&self.path, text).unwrap_or_else(|error| panic!("{}: {error}", self.name));
    }
}

/// The text up to the expectation, which begins after the last line of the module, and the rest.
fn split(text: &str) -> (String, String) {
    let of_module = |line: &&str| !line.trim().is_empty() && !line.starts_with(EXPECTATION);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let end = lines.iter().rposition(of_module).map_or(0, |last| last + 1);
    let (source, rest) = lines.split_at(end);
    let expectation = rest.iter().skip_while(|line| line.trim().is_empty());
    (source.concat() + "\n", expectation.copied().collect())
}

/// The CPU that the options ask for.
fn cpu_of(options: &toml::Table) -> Cpu {
    let text = |key| options.get(key).and_then(toml::Value::as_str);
    let target = text("target").map_or(Ok(Options::new().cpu), Cpu::for_target);
    let named = target.and_then(|target| match text("cpu") {
        Some(name) => Cpu::named(target.architecture(), name),
        None => Ok(target),
    });
    let cpu = named.and_then(|cpu| cpu.with_features(text("cpu-features").unwrap_or_default()));
    cpu.unwrap_or_else(|error| panic!("{error}"))
}

fn symbol_of(value: &toml::Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn level_of(level: i64) -> Option<OptLevel> {
    let levels = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];
    levels.get(usize::try_from(level).ok()?).copied()
}

fn show_of(name: &str) -> Option<Show> {
    match name {
        "clif" => Some(Show::Clif),
        "asm" => Some(Show::Asm),
        "inspect" => Some(Show::Inspect),
        _ => None,
    }
}
