//! Input that is wrong, or right and extreme: what must give a result or a typed error, in bounded
//! memory.

pub mod extremes;
