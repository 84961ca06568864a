//! The figures as Markdown tables, which are also readable in a terminal, and as JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde::Serialize;

use crate::contestant::{Compiler, Contestant};
use crate::measure::Sample;
use crate::race::Entry;
use crate::stats::Summary;
use crate::table::Table;

/// All results of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The processor, and the number of processors.
    pub(crate) machine: String,
    pub(crate) rounds: usize,
    /// Why a column is missing.
    pub(crate) missing: Vec<String>,
    pub(crate) entries: Vec<Entry>,
    #[serde(skip)]
    pub(crate) contestants: Vec<Contestant>,
}

const MEBI: f64 = 1024.0 * 1024.0;

impl Report {
    /// Every table, as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("{}; {} rounds; median (min..max)\n", self.machine, self.rounds);
        for missing in &self.missing {
            let _ = writeln!(text, "left out: {missing}");
        }
        let samples = self.entries.iter().flat_map(|entry| entry.samples.values().flatten());
        let versions: BTreeSet<&str> = samples.map(|sample| sample.version.as_str()).collect();
        for version in versions {
            let _ = writeln!(text, "{version}");
        }
        let mut thread_counts: Vec<u16> = self.contestants.iter().map(|who| who.threads).collect();
        thread_counts.dedup();
        let tables = thread_counts.iter().flat_map(|&threads| self.compile_tables(threads));
        let tables = tables.chain([self.scaling(), self.files()]);
        for table in tables.filter(|table| table.columns() > 1) {
            text.push('\n');
            text.push_str(&table.markdown());
        }
        text
    }

    fn compile_tables(&self, threads: u16) -> Vec<Table> {
        let mut tables = vec![
            self.cpu_ratios(threads),
            self.figures(threads, "CPU seconds to compile", |s, _| s.cpu),
            self.figures(threads, "Seconds to compile", |s, _| s.wall),
            self.figures(threads, "Peak resident MiB", |s, _| s.peak as f64 / MEBI),
            self.figures(threads, "Peak MiB added by compiling", |s, _| {
                s.peak.saturating_sub(s.before) as f64 / MEBI
            }),
        ];
        if threads == 1 {
            let throughput = |s: &Sample, wasm: u64| wasm as f64 / 1e6 / s.cpu;
            tables.push(self.figures(threads, "MB of wasm per CPU second", throughput));
        }
        tables
    }

    fn with(&self, threads: u16) -> impl Iterator<Item = Contestant> {
        self.contestants.iter().copied().filter(move |who| who.threads == threads)
    }

    fn cpu_ratios(&self, threads: u16) -> Table {
        let mut table =
            with_threads("CPU time as a part of the peer's, both from one round", threads);
        let pairs: Vec<(Contestant, Contestant)> = self
            .with(threads)
            .filter_map(|who| Some((who, who.peer()?)))
            .filter(|(_, peer)| self.contestants.contains(peer))
            .collect();
        table.row(
            "module",
            pairs.iter().map(|(who, peer)| format!("{} / {}", who.compiler, peer.compiler)),
        );
        for entry in &self.entries {
            let ratio = |&(who, peer): &(Contestant, Contestant)| {
                show(Summary::ratio(&entry.series(who, |s| s.cpu), &entry.series(peer, |s| s.cpu)))
            };
            table.row(&entry.module, pairs.iter().map(ratio));
        }
        table
    }

    /// One figure of every contestant with this many threads; it may use the size of the module.
    fn figures(&self, threads: u16, title: &str, figure: fn(&Sample, u64) -> f64) -> Table {
        let mut table = with_threads(title, threads);
        table.row("module", self.with(threads).map(|who| who.compiler.to_string()));
        for entry in &self.entries {
            let cell = |who| show(Summary::of(entry.series(who, |s| figure(s, entry.wasm))));
            table.row(&entry.module, self.with(threads).map(cell));
        }
        table
    }

    /// Wall time with one thread over wall time with more.
    fn scaling(&self) -> Table {
        let mut table = Table::titled("How many times faster than with one thread");
        let many: Vec<_> = self.contestants.iter().filter(|who| who.threads > 1).collect();
        table.row("module", many.iter().map(|who| who.name()));
        for entry in &self.entries {
            let speedup = |who: &&Contestant| {
                let one = entry.series(Contestant { threads: 1, ..**who }, |s| s.wall);
                show(Summary::ratio(&one, &entry.series(**who, |s| s.wall)))
            };
            table.row(&entry.module, many.iter().map(speedup));
        }
        table
    }

    fn files(&self) -> Table {
        let mut table = Table::titled("The .aot file, and loading it in WAMR");
        let head = ["level", "wasm MB", ".aot MB", "relocations", "load ms"];
        table.row("module", head.map(str::to_owned));
        for entry in &self.entries {
            for who in self.with(1) {
                let (Compiler::Cwamrc(level), Some(facts)) =
                    (who.compiler, entry.files.get(&who.name()))
                else {
                    continue;
                };
                let cells = [
                    level.to_string(),
                    format!("{:.2}", entry.wasm as f64 / 1e6),
                    format!("{:.2}", facts.bytes as f64 / 1e6),
                    facts.relocations.to_string(),
                    show(Summary::of(facts.load.iter().map(|seconds| seconds * 1e3))),
                ];
                table.row(&entry.module, cells);
            }
        }
        table
    }
}

fn with_threads(title: &str, threads: u16) -> Table {
    let plural = if threads == 1 { "" } else { "s" };
    Table::titled(format!("{title}; {threads} thread{plural}"))
}

fn show(summary: Option<Summary>) -> String {
    summary.map_or_else(|| "-".to_owned(), |summary| summary.to_string())
}

/// The processor's name, as Linux gives it.
pub(crate) fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{}, {count} processors", model.map_or("unknown processor", |(_, name)| name))
}
