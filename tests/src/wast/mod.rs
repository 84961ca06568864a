//! The official test suite of WebAssembly, compiled by cwamrc and run on WAMR.
//!
//! A file of the suite is a script of directives ([the reference interpreter's readme] describes
//! them). Each directive is judged, and one that does not hold is a failure at its line.
//! `tests/spec/expected-failures.txt` lists what an unmodified WAMR cannot do; a line there that does
//! not fail is a failure, too.
//!
//! Modules are compiled and run in one process per file, a worker, so that a crash counts as a failure
//! of the directive that caused it. If modules are for another machine, the worker drives a runner for
//! it.
//!
//! | module     | what                                               |
//! |------------|----------------------------------------------------|
//! | `suite`    | finds the files                                    |
//! | `mode`     | options to compile with, and the machine to run on |
//! | `script`   | runs the directives of a file                      |
//! | `wamrc`    | another compiler, to compare failures with         |
//! | `session`  | instances, and links between them                  |
//! | `value`    | arguments, and patterns of results                 |
//! | `message`  | the messages of traps, the suite's and WAMR's      |
//! | `worker`   | the process for one file, and its record           |
//! | `expected` | the file of expected failures                      |
//! | `report`   | failures and figures of a mode                     |
//!
//! [the reference interpreter's readme]: https://github.com/WebAssembly/spec/tree/main/interpreter#scripts

mod expected;
mod message;
mod mode;
mod report;
mod script;
mod session;
mod suite;
mod value;
mod wamrc;
mod worker;

pub use expected::ExpectedFailures;
pub use mode::{Mode, modes};
pub use report::Report;
pub use script::encoded_modules;
pub use suite::{TestFile, files};
pub use worker::{Record, Worker};
