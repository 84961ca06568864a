//! Runs lines one after the other: definitions are kept, expressions are compiled and run.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use cwamrc::{Cpu, Options, Release};
use wamr_shim::{InstanceConfig, Runtime};

use crate::emit::{self, Definition, Names};
use crate::syntax::{self, Expression, Line};

/// The definitions so far, and what is needed to run more lines.
#[derive(Debug)]
pub struct Session {
    names: Names,
    options: Options,
    runtime: RuntimeHandle,
}

/// The runtime; it prints nothing when formatted.
struct RuntimeHandle(Runtime);

impl std::fmt::Debug for RuntimeHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runtime")
    }
}

/// What a line leads to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// A function with this name is now defined.
    Defined(String),
    /// The value of the line, which may have been assigned to a variable.
    Value(f64, Timing),
}

/// The time that the parts of a line took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// From the text to machine code.
    pub compile: Duration,
    /// Loading the code, and creating an instance.
    pub load: Duration,
    /// Running it.
    pub run: Duration,
}

impl Session {
    /// A session without definitions.
    ///
    /// # Errors
    /// A message, if this machine has no compiler or no runtime.
    pub fn new() -> Result<Self, String> {
        let options = Options::new()
            .cpu(Cpu::host().map_err(|error| error.to_string())?)
            .release(Release::Main)
            // A line is too small for several threads.
            .threads(NonZeroUsize::MIN);
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        Ok(Self { names: Names::default(), options, runtime: RuntimeHandle(runtime) })
    }

    /// Executes a line.
    ///
    /// # Errors
    /// A message: the line is wrong, or its computation ended in a trap.
    pub fn enter(&mut self, text: &str) -> Result<Answer, String> {
        let start = Instant::now();
        match syntax::parse(text)? {
            Line::Define { name, parameters, body } => {
                self.names.functions.insert(name.clone(), Definition { parameters, body });
                Ok(Answer::Defined(name))
            }
            Line::Assign { name, value } => {
                let (value, timing) = self.evaluate(&value, start)?;
                self.names.variables.insert(name, value);
                Ok(Answer::Value(value, timing))
            }
            Line::Evaluate(value) => {
                let (value, timing) = self.evaluate(&value, start)?;
                Ok(Answer::Value(value, timing))
            }
        }
    }

    fn evaluate(&self, expression: &Expression, start: Instant) -> Result<(f64, Timing), String> {
        let wasm = emit::module(expression, &self.names)?;
        let artifact = cwamrc::compile(&wasm, &self.options).map_err(|error| error.to_string())?;
        let compiled = Instant::now();
        let module = self.runtime.0.load(artifact.bytes()).map_err(|error| error.to_string())?;
        let instance = module.instantiate(&InstanceConfig::default());
        let instance = instance.map_err(|error| error.to_string())?;
        let loaded = Instant::now();
        let value = instance.call_typed(emit::LINE, ()).map_err(|trap| trap.message)?;
        let timing =
            Timing { compile: compiled - start, load: loaded - compiled, run: loaded.elapsed() };
        Ok((value, timing))
    }
}
