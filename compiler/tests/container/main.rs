//! The `.aot` container: hand-listed bytes, files of wamrc, generated models, limits, damaged
//! files, and the report.

mod damage;
mod generate;
mod hello;
mod inspect;
mod limits;
#[path = "../../../tests/src/random.rs"]
#[allow(dead_code, unreachable_pub, reason = "each crate uses a part of it")]
mod random;
mod round_trip;
mod wamrc;
