//! The texts of traps: what the suite expects, and what WAMR says.
//!
//! As in the reference interpreter, the text of a trap must begin with the text that the suite
//! expects.

/// Texts of the suite that WAMR has other words for. Source: `exception_msgs` in
/// `core/iwasm/common/wasm_runtime_common.c`.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("call stack exhausted", "native stack overflow"),
    // The suite goes on with the index of the element.
    ("uninitialized element", "uninitialized element"),
];

/// Whether WAMR's `actual` text stands for the `expected` one of the suite.
pub(super) fn matches(expected: &str, actual: &str) -> bool {
    let other = OTHER_WORDS.iter().find(|(prefix, _)| expected.starts_with(prefix));
    actual.starts_with(other.map_or(expected, |(_, text)| text))
}
