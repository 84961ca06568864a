//! Support code shared by the integration tests.

mod emscripten;
pub mod programs;
pub mod runner;
