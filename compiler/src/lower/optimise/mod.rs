//! Optimisations during lowering that look beyond a single operator.

pub(in crate::lower) mod addresses;
pub(in crate::lower) mod inline;
pub(in crate::lower) mod reciprocal;
pub(in crate::lower) mod sole_callee;
mod wide_product;
