//! The files of expected failures: `tests/spec/expected-failures.txt` for runtimes without garbage
//! collection, `tests/spec/expected-failures-gc.txt` for those with it.
//!
//! `reason NAME TEXT` explains once why something fails, and `FILE:LINE NAME` says which directive
//! fails for that reason. Empty lines and lines that begin with `#` are comments. A reason without
//! a directive is an error, and so is a directive without a reason or with two.

use std::collections::{BTreeMap, BTreeSet};
use std::{fs, iter};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/expected-failures.txt");
const PATH_GC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/expected-failures-gc.txt");
const REASON: &str = "reason";

/// Directives that fail, in every mode on such a runtime.
#[derive(Debug, Default)]
pub struct ExpectedFailures {
    /// By file, the lines.
    lines: BTreeMap<String, BTreeSet<usize>>,
}

impl ExpectedFailures {
    /// Reads the file for runtimes with garbage collection, or for those without.
    ///
    /// # Errors
    /// A message with the line that is wrong.
    pub fn read(collects: bool) -> Result<ExpectedFailures, String> {
        let path = if collects { PATH_GC } else { PATH };
        let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        ExpectedFailures::parse(&text).map_err(|error| format!("{path}:{error}"))
    }

    pub(super) fn parse(text: &str) -> Result<ExpectedFailures, String> {
        let mut expected = ExpectedFailures::default();
        // By name, the line that explains the reason, and whether a directive uses it.
        let mut reasons: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
        for (line, number) in text.lines().zip(1..) {
            let (first, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            if first.is_empty() || first.starts_with('#') {
                continue;
            }
            let (name, explanation) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
            if first == REASON {
                let known = reasons.insert(name, (number, false)).is_some();
                if name.is_empty() || explanation.is_empty() || known {
                    return Err(format!("{number}: not a new name and a text"));
                }
            } else {
                let (_, used) = reasons
                    .get_mut(name)
                    .filter(|_| explanation.is_empty())
                    .ok_or_else(|| format!("{number}: not the name of a reason above"))?;
                *used = true;
                expected.insert(first).ok_or_else(|| format!("{number}: not a new FILE:LINE"))?;
            }
        }
        match reasons.iter().find(|(_, (_, used))| !used) {
            Some((name, (number, _))) => Err(format!("{number}: nothing has the reason {name}")),
            None => Ok(expected),
        }
    }

    fn insert(&mut self, place: &str) -> Option<()> {
        let (file, line) = place.split_once(':')?;
        let lines = self.lines.entry(file.to_owned()).or_default();
        lines.insert(line.parse().ok()?).then_some(())
    }

    /// The lines of the directives that fail in `file`, in order.
    pub fn lines(&self, file: &str) -> impl Iterator<Item = usize> {
        let lines = self.lines.get(file);
        iter::once(lines).flatten().flatten().copied()
    }

    /// The files that have such directives, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.lines.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_file() {
        let text =
            "# comment\n\nreason one why it is so\na.wast:3 one\na.wast:20  one\nb.wast:1 one\n";
        let expected = ExpectedFailures::parse(text).unwrap();
        assert_eq!(expected.lines("a.wast").collect::<Vec<_>>(), [3, 20]);
        assert_eq!(expected.lines("c.wast").count(), 0);
        assert_eq!(expected.files().collect::<Vec<_>>(), ["a.wast", "b.wast"]);
    }

    #[test]
    fn every_directive_has_one_reason_and_every_reason_a_directive() {
        for (text, line) in [
            ("reason one\na.wast:3 one", 1),
            ("reason one why\nreason one why\na.wast:3 one", 2),
            ("a.wast:3 one\nreason one why", 1),
            ("reason one why\na.wast:3", 2),
            ("reason one why\na.wast:3 one two", 2),
            ("reason one why\na.wast:3 one\na.wast:3 one", 3),
            ("reason one why\na.wast 3", 2),
            ("reason one why\na.wast:x one", 2),
            ("reason one why\nreason two why\na.wast:3 one", 2),
        ] {
            let error = ExpectedFailures::parse(text).unwrap_err();
            assert!(error.starts_with(&format!("{line}: ")), "{text:?}: {error}");
        }
    }
}
