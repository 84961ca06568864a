//! Files for every target and every release: compiled, read back, and what they ask of the loader
//! compared with what it can do.

mod loader;
mod output;
mod sources;
