//! Contains nothing, and depends on crates with the features that the workspace as a whole asks for.
//!
//! Cargo compiles a crate anew for each set of features. A check of one package alone asks for fewer of them, so it
//! would compile Cranelift again. `.ci/run` checks this package in the same command: then it need not.
//! If the features of the workspace change and this list does not, checks take longer; they do not fail.
