//! The flags of `run` about the program: its command line, environment, folders and time limit.
//!
//! Strings are taken as the system passes them, and need not be UTF-8.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, RangedI64ValueParser, TypedValueParser};
use clap::value_parser;

use super::requests::DirMapping;

/// A variable, and its value; without a value, that of this process is used.
pub(super) type Variable = (OsString, Option<OsString>);

/// The file to run, and the arguments after it.
pub(super) fn split(command: Vec<OsString>) -> (PathBuf, Vec<OsString>) {
    let mut words = command.into_iter();
    let file = words.next().expect("clap requires it");
    (file.into(), words.collect())
}

/// The environment of the program. If a name is given twice, the last value counts. A name without
/// a value is left out if this process does not have it.
pub(super) fn environment(variables: Vec<Variable>) -> Vec<(OsString, OsString)> {
    let mut environment: Vec<(OsString, OsString)> = Vec::new();
    for (name, value) in variables {
        environment.retain(|(other, _)| *other != name);
        if let Some(value) = value.or_else(|| std::env::var_os(&name)) {
            environment.push((name, value));
        }
    }
    environment
}

/// `NAME` or `NAME=VALUE`.
pub(super) fn variable() -> impl TypedValueParser<Value = Variable> {
    OsStringValueParser::new().try_map(|text| {
        let (name, value) = match split_once(&text, b"=") {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        if name.is_empty() { Err("expected NAME or NAME=VALUE") } else { Ok((name, value)) }
    })
}

/// `HOST` or `HOST::GUEST`.
pub(super) fn dir() -> impl TypedValueParser<Value = DirMapping> {
    OsStringValueParser::new().try_map(|text| {
        let (host, guest) = split_once(&text, b"::").unwrap_or_else(|| (text.clone(), text));
        Ok::<_, Infallible>(DirMapping { host, guest })
    })
}

/// `GUEST::HOST`.
pub(super) fn map_dir() -> impl TypedValueParser<Value = DirMapping> {
    OsStringValueParser::new().try_map(|text| {
        let (guest, host) = split_once(&text, b"::").ok_or("expected GUEST::HOST")?;
        Ok::<_, &str>(DirMapping { host, guest })
    })
}

fn split_once(text: &OsStr, separator: &[u8]) -> Option<(OsString, OsString)> {
    let bytes = text.as_bytes();
    let at = bytes.windows(separator.len()).position(|window| window == separator)?;
    let part = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
    Some((part(&bytes[..at]), part(&bytes[at + separator.len()..])))
}

/// The sizes of a heap for garbage collection that WAMR does not change (`core/config.h`).
pub(super) fn gc_heap() -> RangedI64ValueParser<u32> {
    value_parser!(u32).range(4 * 1024..=1024 * 1024 * 1024)
}

/// The units of [`duration`], in milliseconds; a number without one is in seconds.
const UNITS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000)];

/// `10`, `10s`, `500ms`, `2m`, `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, milliseconds)| milliseconds);
    let milliseconds =
        number.parse::<u64>().ok().zip(unit).and_then(|(n, unit)| n.checked_mul(*unit));
    match milliseconds {
        Some(0) => Err("the time must be longer than 0"),
        Some(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        None => Err("expected a time such as 10, 10s, 500ms, 2m or 1h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let milliseconds = |text| duration(text).map(|time| time.as_millis());
        assert_eq!(milliseconds("10"), Ok(10_000));
        assert_eq!(milliseconds("10s"), Ok(10_000));
        assert_eq!(milliseconds("500ms"), Ok(500));
        assert_eq!(milliseconds("2m"), Ok(120_000));
        assert_eq!(milliseconds("1h"), Ok(3_600_000));
        let bad = [
            "",
            "s",
            "0",
            "0ms",
            "-1",
            "+1",
            "1.5",
            "1 s",
            "1d",
            "1S",
            "99999999999999999999",
            "18446744073709551615",
        ];
        for text in bad {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_value_of_a_variable_counts() {
        let variable = |name: &str, value: &str| (name.into(), Some(value.into()));
        let given = vec![variable("A", "1"), variable("B", "2"), variable("A", "3")];
        let expected = [("B".into(), "2".into()), ("A".into(), "3".into())];
        assert_eq!(environment(given), expected);
        assert_eq!(environment(vec![("CWAMRC_NO_SUCH_VARIABLE".into(), None)]), []);
    }
}
