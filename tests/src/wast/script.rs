//! Runs the directives of a file, one by one.
//!
//! Every directive gets a verdict of its own, including `module`, `invoke` and `register`, which
//! assert that they succeed. If a module has no instance, directives about it fail.

use super::message;
use super::mode::Mode;
use super::session::{Failure, Session, Start};
use super::value::{argument, results_match};
use cwamrc::ErrorKind;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use wamr_shim::Val;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::{Id, Span};
use wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

/// The trap for an exception that reaches the host.
const UNCAUGHT_EXCEPTION: &str = "uncaught wasm exception";

type Verdict = Result<(), String>;

/// Notified of each directive before it runs, and if it fails.
pub(super) trait Observer {
    /// The directive at this line begins.
    fn begin(&mut self, line: usize);
    /// It failed.
    fn failed(&mut self, reason: &str);
}

/// Runs all directives of `source`, compiled as `mode` says, in the runtime that `start` returns.
///
/// # Errors
/// A message, if the file cannot be run at all.
pub(super) fn run(
    source: &str,
    mode: &Mode,
    start: Box<Start>,
    observer: &mut dyn Observer,
) -> Result<(), String> {
    let mut lexer = Lexer::new(source);
    // The tests contain names with characters that change the direction of text.
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).map_err(|error| error.to_string())?;
    let wast = parser::parse::<Wast<'_>>(&buffer).map_err(|error| error.to_string())?;
    let session = Session::new(mode.options(), mode.wamrc(), start)?;
    let mut script = Script { session, definitions: HashMap::new() };
    let lines = Lines::new(source);
    for directive in wast.directives {
        observer.begin(lines.number(directive.span()));
        if let Err(reason) = script.judge(directive) {
            observer.failed(&reason);
        }
    }
    Ok(())
}

/// Every well-formed module of the file at `path`, in text or binary.
///
/// # Panics
/// If the file cannot be read.
pub fn encoded_modules(path: &Path) -> Vec<Vec<u8>> {
    let source = fs::read_to_string(path).expect("the file of the suite can be read");
    let mut lexer = Lexer::new(&source);
    lexer.allow_confusing_unicode(true);
    let Ok(buffer) = ParseBuffer::new_with_lexer(lexer) else { return Vec::new() };
    let Ok(wast) = parser::parse::<Wast<'_>>(&buffer) else { return Vec::new() };
    let modules = wast.directives.into_iter().filter_map(|directive| match directive {
        WastDirective::Module(module) => encode(module).ok(),
        _ => None,
    });
    modules.collect()
}

/// The start of each line of a text.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Lines {
        let after_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Lines(std::iter::once(0).chain(after_breaks).collect())
    }

    /// The number of a line, from 1.
    fn number(&self, span: Span) -> usize {
        self.0.partition_point(|&start| start <= span.offset())
    }
}

struct Script {
    session: Session,
    /// Modules that are instantiated later, by their names.
    definitions: HashMap<Option<String>, Vec<u8>>,
}

/// The results of a call, or the text of its trap.
type Outcome = Result<Vec<Val>, String>;

impl Script {
    fn judge(&mut self, directive: WastDirective<'_>) -> Verdict {
        match directive {
            WastDirective::Module(module) => self.define(module),
            WastDirective::ModuleDefinition(module) => self.define_later(module),
            WastDirective::ModuleInstance { instance, module, .. } => {
                self.instantiate_later(id(instance), id(module))
            }
            WastDirective::Register { name, module, .. } => self.session.register(name, id(module)),
            WastDirective::Invoke(invoke) => self.invoke(&invoke)?.map(drop),
            WastDirective::AssertReturn { exec, results, .. } => {
                returned(self.execute(exec)?, &results)
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                trapped(self.execute(exec)?, message)
            }
            WastDirective::AssertException { exec, .. } => {
                trapped(self.execute(exec)?, UNCAUGHT_EXCEPTION)
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                trapped(self.invoke(&call)?, message)
            }
            WastDirective::AssertInvalid { module, .. } => self.refused(&encode(module)?),
            WastDirective::AssertMalformed { module, .. } => match encode(module) {
                // The parser has already judged text.
                Err(_) => Ok(()),
                Ok(wasm) => self.refused(&wasm),
            },
            WastDirective::AssertUnlinkable { module, .. } => self.unlinkable(module),
            directive => Err(format!("a directive of a later version: {directive:?}")),
        }
    }

    fn define(&mut self, module: QuoteWat<'_>) -> Verdict {
        let name = id(module.name());
        let wasm = encode(module);
        self.instantiate(name, wasm)
    }

    /// A module that is instantiated later, or never.
    fn define_later(&mut self, module: QuoteWat<'_>) -> Verdict {
        let name = id(module.name()).map(str::to_owned);
        let wasm = encode(module)?;
        self.session.compile(&wasm).map_err(|error| format!("not compiled: {error}"))?;
        self.definitions.insert(name, wasm);
        Ok(())
    }

    fn instantiate_later(&mut self, instance: Option<&str>, module: Option<&str>) -> Verdict {
        let wasm = self.definitions.get(&module.map(str::to_owned)).cloned();
        self.instantiate(instance, wasm.ok_or_else(|| format!("no module {module:?}")))
    }

    fn instantiate(&mut self, name: Option<&str>, wasm: Result<Vec<u8>, String>) -> Verdict {
        self.session.replace_current()?;
        let result = match wasm {
            Ok(wasm) => self.session.instantiate(&wasm).map_err(|failure| failure.text()),
            Err(error) => Err(error),
        };
        let (instance, verdict) = match result {
            Ok(instance) => (Some(instance), Ok(())),
            Err(reason) => (None, Err(reason)),
        };
        self.session.define(name, instance);
        verdict
    }

    fn execute(&self, exec: WastExecute<'_>) -> Result<Outcome, String> {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Get { module, global, .. } => {
                let value = self.session.instance(id(module))?.global(global);
                Ok(Ok(vec![value.ok_or_else(|| format!("no exported global {global:?}"))?]))
            }
            WastExecute::Wat(module) => {
                match self.session.instantiate(&encode(QuoteWat::Wat(module))?) {
                    Ok(_) => Ok(Ok(Vec::new())),
                    Err(Failure::Trap(text)) => Ok(Err(text)),
                    Err(failure) => Err(failure.text()),
                }
            }
        }
    }

    fn invoke(&self, invoke: &WastInvoke<'_>) -> Result<Outcome, String> {
        let arguments = invoke.args.iter().map(argument).collect::<Result<Vec<_>, String>>()?;
        let instance = self.session.instance(id(invoke.module))?;
        Ok(instance.call(invoke.name, &arguments).map_err(|trap| trap.message))
    }

    /// The compiler must refuse the module. If a later version of the specification allows it, the
    /// error may say that it is unsupported.
    fn refused(&self, wasm: &[u8]) -> Verdict {
        match self.session.compile(wasm) {
            Ok(_) => Err("compiled".to_owned()),
            Err(error) => match error.kind() {
                ErrorKind::Invalid | ErrorKind::Unsupported => Ok(()),
                kind => Err(format!("{kind:?} error: {error}")),
            },
        }
    }

    fn unlinkable(&self, module: Wat<'_>) -> Verdict {
        match self.session.instantiate(&encode(QuoteWat::Wat(module))?) {
            Ok(_) => Err("instantiated".to_owned()),
            Err(Failure::Link(_)) => Ok(()),
            Err(failure) => Err(failure.text()),
        }
    }
}

fn returned(outcome: Outcome, patterns: &[WastRet<'_>]) -> Verdict {
    let values = outcome.map_err(|text| format!("trap: {text}"))?;
    if results_match(patterns, &values) {
        Ok(())
    } else {
        Err(format!("returned {values:x?}, not {patterns:x?}"))
    }
}

fn trapped(outcome: Outcome, expected: &str) -> Verdict {
    match outcome {
        Ok(values) => Err(format!("returned {values:x?}, no trap: {expected}")),
        Err(text) if message::matches(expected, &text) => Ok(()),
        Err(text) => Err(format!("trap: {text}, not: {expected}")),
    }
}

fn encode(mut module: QuoteWat<'_>) -> Result<Vec<u8>, String> {
    module.encode().map_err(|error| format!("text: {}", error.message()))
}

fn id(id: Option<Id<'_>>) -> Option<&str> {
    id.map(|id| id.name())
}
