//! Code that counts instructions and gas, and that measures time.

pub(in crate::lower) mod account;
pub(in crate::lower) mod metering;
mod time;
