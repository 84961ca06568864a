//! Support code shared by the integration tests.

pub mod golden;
pub mod tree;
