//! Attacks: what a hostile module does to escape from its sandbox, in every mode of compilation, in
//! stock runtimes with and without guard pages, and in one that is built with sanitizers.
//!
//! The runtime is a separate process ([`Place`]), so if it is killed by a signal, the test fails
//! and names the signal. Two neighbour instances live next to the attacker. Their memories, tables
//! and globals must not change, and they must still work ([`Scene::is_intact`]). Expected results
//! are computed from the specification; `bounds` does so for every access from its address.
//!
//! Not covered here: what the command does with arguments and files (see
//! `compiler/tests/cli/escape.rs`), two modules that run at the same time, and side channels
//! through CPU caches.
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
