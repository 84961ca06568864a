//! Optimisations during lowering that look beyond a single operator.

pub(in crate::lower) mod addresses;
pub(in crate::lower) mod devirtualize;
pub(in crate::lower) mod div_const;
pub(in crate::lower) mod inline;
mod mul128;
