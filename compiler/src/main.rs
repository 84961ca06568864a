//! The `cwamrc` command.

fn main() {}
