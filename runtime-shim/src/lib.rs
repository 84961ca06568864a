//! The unmodified WAMR runtime behind a safe Rust API.
