//! The `.aot` container: hand-listed bytes, files of wamrc, generated models, limits, damaged
//! files, and the report.

mod damage;
mod generate;
mod hello;
mod inspect;
mod limits;
mod round_trip;
mod wamrc;
