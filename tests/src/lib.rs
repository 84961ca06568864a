//! Support code shared by the integration tests.

mod emscripten;
pub mod engine;
pub mod golden;
pub mod programs;
pub mod runner;
pub mod tree;
