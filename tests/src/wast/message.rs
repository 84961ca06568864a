//! The messages of traps: what the suite expects, and what WAMR reports.
//!
//! As in the reference interpreter, the message of a trap must begin with the text that the suite
//! expects.

/// Messages of the suite for which WAMR has others. Source: `exception_msgs` in
/// `core/iwasm/common/wasm_runtime_common.c`.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("call stack exhausted", "native stack overflow"),
    // In the suite, the index of the element follows.
    ("uninitialized element", "uninitialized element"),
];

/// Whether WAMR's `actual` message corresponds to the `expected` one of the suite.
pub(super) fn matches(expected: &str, actual: &str) -> bool {
    let other = OTHER_WORDS.iter().find(|(prefix, _)| expected.starts_with(prefix));
    actual.starts_with(other.map_or(expected, |(_, text)| text))
}
