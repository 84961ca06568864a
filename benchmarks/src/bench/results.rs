//! The results of a bench, as plain values that can be written to JSON and read back.

use serde::{Deserialize, Serialize};

use crate::measure::Sample;

/// Everything of one bench.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Results {
    /// The processor, and the number of processors.
    pub(crate) machine: String,
    pub(crate) rounds: usize,
    /// The arguments of the run.
    pub(crate) command: String,
    /// What was left out, and why.
    pub(crate) missing: Vec<String>,
    /// Names, in the order of columns.
    pub(crate) contestants: Vec<String>,
    pub(crate) programs: Vec<ProgramResult>,
}

/// Everything of one program.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ProgramResult {
    pub(crate) name: String,
    /// Bytes of the WebAssembly file.
    pub(crate) wasm: u64,
    /// The source of the expected output.
    pub(crate) reference: String,
    /// One for each contestant, in their order.
    pub(crate) rows: Vec<Row>,
}

/// One contestant with one program.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    pub(crate) contestant: String,
    /// Why there are no results, or no further ones.
    pub(crate) failure: Option<String>,
    pub(crate) compile: Vec<Sample>,
    /// Seconds to load the compiled file.
    pub(crate) load: Vec<f64>,
    pub(crate) run: Vec<RunSample>,
    pub(crate) file: Option<FileFacts>,
}

/// Seconds of one run, without loading.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RunSample {
    pub(crate) cpu: f64,
    pub(crate) wall: f64,
}

/// Facts about the compiled file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct FileFacts {
    pub(crate) bytes: u64,
    /// Bytes of machine code with its constants; absent if the format is not WAMR's.
    pub(crate) text: Option<u64>,
    pub(crate) relocations: Option<u64>,
}

/// A figure, with its unit. A contestant may lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    CompileCpu,
    CompileWall,
    CompilePeak,
    Load,
    RunCpu,
    FileBytes,
    TextBytes,
    Relocations,
}

impl Figure {
    pub(crate) const ALL: [Figure; 8] = [
        Figure::RunCpu,
        Figure::CompileCpu,
        Figure::CompileWall,
        Figure::CompilePeak,
        Figure::Load,
        Figure::FileBytes,
        Figure::TextBytes,
        Figure::Relocations,
    ];

    /// Its title in tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Figure::CompileCpu => "CPU milliseconds to compile",
            Figure::CompileWall => "Milliseconds to compile",
            Figure::CompilePeak => "Peak resident MiB while compiling",
            Figure::Load => "Milliseconds to load",
            Figure::RunCpu => "CPU seconds to run",
            Figure::FileBytes => "KiB of the compiled file",
            Figure::TextBytes => "KiB of machine code",
            Figure::Relocations => "Relocations",
        }
    }

    /// The values of a row, in the unit of the title. None for a row that failed.
    pub(crate) fn values(self, row: &Row) -> Vec<f64> {
        const KIBI: f64 = 1024.0;
        if row.failure.is_some() {
            return Vec::new();
        }
        let samples = |figure: fn(&Sample) -> f64| row.compile.iter().map(figure).collect();
        let fact = |figure: fn(&FileFacts) -> Option<f64>| {
            row.file.iter().filter_map(figure).collect::<Vec<_>>()
        };
        match self {
            Figure::CompileCpu => samples(|sample| sample.cpu * 1e3),
            Figure::CompileWall => samples(|sample| sample.wall * 1e3),
            Figure::CompilePeak => samples(|sample| sample.peak as f64 / KIBI / KIBI),
            Figure::Load => row.load.iter().map(|seconds| seconds * 1e3).collect(),
            Figure::RunCpu => row.run.iter().map(|sample| sample.cpu).collect(),
            Figure::FileBytes => fact(|file| Some(file.bytes as f64 / KIBI)),
            Figure::TextBytes => fact(|file| Some(file.text? as f64 / KIBI)),
            Figure::Relocations => fact(|file| Some(file.relocations? as f64)),
        }
    }
}

impl Row {
    pub(crate) fn new(contestant: String) -> Self {
        Self {
            contestant,
            failure: None,
            compile: Vec::new(),
            load: Vec::new(),
            run: Vec::new(),
            file: None,
        }
    }
}

impl ProgramResult {
    /// The row of a contestant by name.
    pub(crate) fn row(&self, contestant: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.contestant == contestant)
    }
}
