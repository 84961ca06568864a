//! Attacks: what a hostile module does to get out of its sandbox, in every mode of compilation, in stock
//! runtimes with and without guard pages and in one that is built with sanitizers.
//!
//! The runtime is a process of its own ([`Place`]), so one that is killed by a signal is a failure with
//! the signal's name. Beside the attacker live two neighbours whose memories, tables and globals must be
//! as they were, and which must still work ([`Scene::is_intact`]). What a call gives is computed from the
//! specification, in `bounds` for every access by its address.
//!
//! Not here: what the command does with arguments and files, which is `compiler/tests/cli/escape.rs`; two
//! modules at the same time; what may be measured through caches of the CPU.
//!
//! [`Place`]: place::Place
//! [`Scene::is_intact`]: place::Scene::is_intact

mod bounds;
mod bulk;
mod limits;
mod operators;
mod place;
mod stacks;
mod tables;
