//! The results as Markdown tables.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::results::{Figure, Results};
use super::summary::{relative, standings, yardstick};
use crate::stats::Interval;
use crate::table::Table;

/// All tables, with an explanation of how to read them.
pub(crate) fn markdown(results: &Results) -> String {
    let mut text = format!(
        "{}; {} rounds, one thread; `benchmarks {}`\n\nThe tables show medians. In brackets is the \
         interval between two order statistics that covers the median with 95 %, or the whole range \
         if there are too few values (five cover it with 94 %). A contestant does not repeat a \
         program once it has used up its patience on it.\n",
        results.machine, results.rounds, results.command
    );
    for missing in &results.missing {
        let _ = writeln!(text, "\nleft out: {missing}");
    }
    let samples = results.programs.iter().flat_map(|program| &program.rows);
    let versions: BTreeSet<&str> =
        samples.flat_map(|row| &row.compile).map(|sample| sample.version.as_str()).collect();
    let _ = writeln!(text, "\n{}", versions.into_iter().collect::<Vec<_>>().join(", "));
    let figures = Figure::ALL.map(|figure| figures(results, figure));
    let all = [failures(results), goals(results), means(results)].into_iter().chain(figures);
    for table in all.filter(|table| table.rows() > 1 && table.columns() > 1) {
        text.push('\n');
        text.push_str(&table.markdown());
    }
    text
}

fn failures(results: &Results) -> Table {
    let mut table = Table::titled("Failures");
    table.row("program", ["contestant", "reason"].map(str::to_owned));
    for program in &results.programs {
        for row in &program.rows {
            if let Some(why) = &row.failure {
                let why = why.replace('|', "\\|").replace('\n', " ");
                table.row(&program.name, [row.contestant.clone(), why]);
            }
        }
    }
    table
}

fn goals(results: &Results) -> Table {
    let mut table = Table::titled("Geometric means of ratios, compared with the goals");
    let head = ["measured", "goal", "", "worst program", "programs"];
    table.row("figure", head.map(str::to_owned));
    for standing in standings(results) {
        let reached = if standing.mean.median <= standing.most { "reached" } else { "missed" };
        let (name, worst) = &standing.worst;
        let cells = [
            show(Some(standing.mean)),
            digits(standing.most),
            reached.to_owned(),
            format!("{name} {}", digits(*worst)),
            standing.programs.to_string(),
        ];
        table.row(&standing.title, cells);
    }
    table
}

fn means(results: &Results) -> Table {
    let Some(against) = yardstick(results) else { return Table::titled("") };
    let mut table = Table::titled(format!("Geometric means of ratios to {against}"));
    table.row("contestant", Figure::ALL.map(|figure| figure.title().to_owned()));
    for who in &results.contestants {
        table.row(who, Figure::ALL.map(|figure| show(relative(results, figure, who, against))));
    }
    table
}

fn figures(results: &Results, figure: Figure) -> Table {
    let mut table = Table::titled(figure.title());
    let has = |who: &&String| {
        let mut rows = results.programs.iter().filter_map(|program| program.row(who));
        rows.any(|row| !figure.values(row).is_empty())
    };
    let columns: Vec<&String> = results.contestants.iter().filter(has).collect();
    table.row("program", columns.iter().map(|who| (*who).clone()));
    for program in &results.programs {
        let cell = |who: &&String| {
            show(program.row(who).and_then(|row| Interval::of(&figure.values(row))))
        };
        table.row(&program.name, columns.iter().map(cell));
    }
    table
}

fn show(interval: Option<Interval>) -> String {
    let Some(Interval { median, low, high, .. }) = interval else { return "-".to_owned() };
    let [median, low, high] = [median, low, high].map(digits);
    if low == high { median } else { format!("{median} ({low}..{high})") }
}

/// Three significant digits.
fn digits(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 || v == 0.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        v if v >= 0.1 => 3,
        _ => 4,
    };
    format!("{value:.decimals$}")
}
