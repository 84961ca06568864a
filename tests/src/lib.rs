//! Support code shared by the integration tests.

pub mod bad_input;
pub mod campaign;
pub mod differential;
pub mod edit;
mod emscripten;
pub mod engine;
pub mod fuzzing;
pub mod golden;
pub mod growth;
pub mod hazards;
pub mod machine;
pub mod modules;
pub mod programs;
pub mod random;
pub mod runner;
mod tfjs;
pub mod tree;
pub mod wast;
