//! Files for every target and every release: compiled, read back, and compared with what the loader
//! supports.

mod loader;
mod output;
mod sources;
