//! Medians and ranges of repeated measurements.

use std::fmt;

use serde::Serialize;

/// The middle and the extremes of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// Half of the values lie at or below it.
    pub(crate) median: f64,
    /// The smallest value.
    pub(crate) min: f64,
    /// The largest value.
    pub(crate) max: f64,
}

impl Summary {
    /// `None` for an empty series.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            _ if values.is_empty() => return None,
            1 => values[middle],
            _ => (values[middle - 1] + values[middle]) / 2.0,
        };
        Some(Self { median, min: values[0], max: values[values.len() - 1] })
    }

    /// The ratio of two series taken in the same rounds, round by round.
    pub(crate) fn ratio(numerator: &[f64], denominator: &[f64]) -> Option<Self> {
        Self::of(numerator.iter().zip(denominator).map(|(n, d)| n / d))
    }
}

impl fmt::Display for Summary {
    /// Three significant digits, and the range where it differs from the median as shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.median.abs() {
            m if m >= 100.0 => 0,
            m if m >= 10.0 => 1,
            m if m >= 1.0 => 2,
            _ => 3,
        };
        let show = |value: f64| format!("{value:.digits$}");
        let (median, min, max) = (show(self.median), show(self.min), show(self.max));
        match min == max {
            true => write!(f, "{median}"),
            false => write!(f, "{median} ({min}..{max})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_and_even_series() {
        assert_eq!(Summary::of([3.0, 1.0, 2.0]), Some(Summary { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(Summary::of([4.0, 1.0]), Some(Summary { median: 2.5, min: 1.0, max: 4.0 }));
        assert_eq!(Summary::of([]), None);
    }

    #[test]
    fn ratio_pairs_the_rounds() {
        // The machine is twice as slow in the second round; the ratio does not see it.
        let ratio = Summary::ratio(&[1.0, 2.0], &[2.0, 4.0]);
        assert_eq!(ratio, Some(Summary { median: 0.5, min: 0.5, max: 0.5 }));
    }

    #[test]
    fn shows_the_range_only_where_there_is_one() {
        let show = |values: &[f64]| Summary::of(values.iter().copied()).unwrap().to_string();
        assert_eq!(show(&[0.5, 0.5]), "0.500");
        assert_eq!(show(&[1.0, 2.0, 3.0]), "2.00 (1.00..3.00)");
    }
}
