//! The `.aot` container: bytes listed by hand, files of wamrc, generated models, bounds, damaged files, and the
//! report.

mod damage;
mod generate;
mod hello;
mod inspect;
mod limits;
mod round_trip;
mod wamrc;
