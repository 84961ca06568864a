//! The `.aot` container: hand-listed bytes, files of wamrc, generated models, limits, damaged
//! files, and the report; and all of these with garbage collection.

mod damage;
mod gc;
mod generate;
mod generate_gc;
mod hello;
mod inspect;
mod limits;
#[path = "../../../tests/src/random.rs"]
#[allow(dead_code, unreachable_pub, reason = "each crate uses a part of it")]
mod random;
mod round_trip;
mod wamrc;
mod wamrc_gc;
