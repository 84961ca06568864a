//! What happened in one mode, compared with what is expected.

use super::expected::ExpectedFailures;
use super::worker::Record;
use std::collections::BTreeSet;
use std::fmt;

/// The result of a mode.
#[derive(Debug, Default)]
pub struct Report {
    directives: usize,
    failed: usize,
    expected: usize,
    /// What makes the mode fail, one line each.
    pub problems: Vec<String>,
}

impl Report {
    /// Adds what happened to `file`.
    pub fn add(&mut self, file: &str, record: &Record, expected: &ExpectedFailures) {
        let expected: BTreeSet<usize> = expected.lines(file).collect();
        self.directives += record.directives;
        self.failed += record.failures.len();
        for (line, reason) in &record.failures {
            if expected.contains(line) {
                self.expected += 1;
            } else {
                self.problems.push(format!("{file}:{line}: {reason}"));
            }
        }
        let failed: BTreeSet<usize> = record.failures.iter().map(|(line, _)| *line).collect();
        for line in expected.difference(&failed) {
            self.problems.push(format!("{file}:{line}: expected to fail, but no directive fails"));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { directives, failed, expected, problems } = self;
        let passed = directives.saturating_sub(*failed);
        write!(f, "{directives} directives: {passed} passed, {expected} failed as expected, ")?;
        write!(f, "{} failed otherwise", failed - expected)?;
        match problems.len() - (failed - expected) {
            0 => Ok(()),
            count => write!(f, "; {count} expected failures did not happen"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(directives: usize, failed: &[usize]) -> Report {
        let text = "reason one why\na.wast:3 one\na.wast:5 one\n";
        let expected = ExpectedFailures::parse(text).unwrap();
        let failures = failed.iter().map(|&line| (line, "why".to_owned())).collect();
        let mut report = Report::default();
        report.add("a.wast", &Record { directives, failures }, &expected);
        report
    }

    #[test]
    fn expected_failures_are_no_problem() {
        let report = report(10, &[3, 5]);
        assert!(report.problems.is_empty());
        assert_eq!(
            report.to_string(),
            "10 directives: 8 passed, 2 failed as expected, 0 failed otherwise"
        );
    }

    #[test]
    fn other_failures_and_missing_ones_are_problems() {
        let report = report(10, &[3, 4]);
        assert_eq!(
            report.problems,
            ["a.wast:4: why", "a.wast:5: expected to fail, but no directive fails"]
        );
        assert_eq!(
            report.to_string(),
            "10 directives: 8 passed, 1 failed as expected, 1 failed otherwise; \
             1 expected failures did not happen"
        );
    }
}
