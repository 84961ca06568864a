//! The bytes of an input as arguments, and arguments as bytes. What is missing at the end is zero.

use std::ffi::CString;

/// What is left of an input.
pub(crate) struct Input<'d>(pub(crate) &'d [u8]);

impl Input<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        byte
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 != 0
    }

    /// A small number, or the greatest.
    pub(crate) fn number(&mut self) -> u32 {
        match self.byte() {
            u8::MAX => u32::MAX,
            byte => byte.into(),
        }
    }

    /// A string after its length. It ends at the first NUL, as in C.
    pub(crate) fn text(&mut self) -> CString {
        let length = usize::from(u16::from_le_bytes([self.byte(), self.byte()]));
        let (text, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
        CString::new(text).unwrap_or_default()
    }
}

/// The bytes from which [`Input::text`] reads `text`.
pub(crate) fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    [&length.to_le_bytes(), text.as_bytes()].concat()
}
