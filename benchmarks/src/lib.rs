//! Benchmarks: compile, load and run timed apart, always beside a peer in the same run.
