//! Messages to and from a runner; the counterpart of `build/runner/wire.h`.

use crate::types::{ExternType, FuncType, ValType};
use std::ffi::CStr;

/// First byte of a message to the runner; `build/runner/runner.h` has the same table.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Request {
    Load = 1,
    Link = 2,
    Unload = 3,
    Instantiate = 4,
    Deinstantiate = 5,
    Call = 6,
    RunMain = 7,
    Memory = 8,
    Global = 9,
    Table = 10,
    Peek = 11,
    Poke = 12,
    Describe = 13,
    Refer = 14,
    Open = 15,
    Close = 16,
    CustomSection = 17,
    Return = 18,
    Fail = 19,
    Choose = 20,
}

/// First byte of a message from the runner: the reply to the request.
pub(super) const REPLY: u8 = 0;
/// First byte of a message from the runner: a host function is called.
pub(super) const HOST_CALL: u8 = 1;

/// How a call ended: `enum runner_outcome`.
pub(super) mod outcome {
    pub(crate) const RETURNED: u8 = 0;
    pub(crate) const TRAPPED: u8 = 1;
    pub(crate) const NO_FUNCTION: u8 = 2;
    pub(crate) const CALL_HOST: u8 = 3;
    pub(crate) const CALL_UNLINKED: u8 = 4;
    pub(crate) const CALL_POINTERS: u8 = 5;
}

/// A message to the runner, which starts with room for its length.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(request: Request) -> Writer {
        Writer(vec![0, 0, 0, 0, request as u8])
    }

    pub(super) fn u8(&mut self, value: u8) -> &mut Writer {
        self.0.push(value);
        self
    }

    pub(super) fn u32(&mut self, value: u32) -> &mut Writer {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(super) fn u64(&mut self, value: u64) -> &mut Writer {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(super) fn count(&mut self, count: usize) -> &mut Writer {
        self.u32(u32::try_from(count).expect("a message has less than 4 GiB"))
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Writer {
        self.count(bytes.len());
        self.0.extend(bytes);
        self
    }

    pub(super) fn string(&mut self, text: &CStr) -> &mut Writer {
        self.bytes(text.to_bytes_with_nul())
    }

    pub(super) fn strings<'s>(
        &mut self,
        texts: impl ExactSizeIterator<Item = &'s CStr>,
    ) -> &mut Writer {
        self.count(texts.len());
        for text in texts {
            self.string(text);
        }
        self
    }

    /// The message, ready to send.
    pub(super) fn finish(&mut self) -> &[u8] {
        let length = u32::try_from(self.0.len() - 4).expect("a message has less than 4 GiB");
        self.0[..4].copy_from_slice(&length.to_le_bytes());
        &self.0
    }
}

/// A message from the runner, which is trusted like the rest of the runtime: reading past its end
/// panics.
pub(super) struct Reader {
    bytes: Vec<u8>,
    position: usize,
}

impl Reader {
    pub(super) fn new(bytes: Vec<u8>) -> Reader {
        Reader { bytes, position: 0 }
    }

    fn take(&mut self, length: usize) -> &[u8] {
        let start = self.position;
        self.position += length;
        &self.bytes[start..self.position]
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N));
        array
    }

    pub(super) fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.array())
    }

    pub(super) fn bool(&mut self) -> bool {
        self.u8() != 0
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    pub(super) fn bytes(&mut self) -> &[u8] {
        let length = self.u32() as usize;
        self.take(length)
    }

    pub(super) fn string(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    pub(super) fn list<T>(&mut self, item: impl Fn(&mut Reader) -> T) -> Vec<T> {
        (0..self.u32()).map(|_| item(self)).collect()
    }

    /// Reads the type of an import or export.
    pub(super) fn extern_type(&mut self) -> ExternType {
        use crate::ffi;
        match self.u8().into() {
            ffi::KIND_FUNC => ExternType::Func(FuncType {
                params: self.list(|reader| ValType::from_kind(reader.u8())),
                results: self.list(|reader| ValType::from_result_kind(reader.u8())),
            }),
            ffi::KIND_TABLE => ExternType::Table {
                element: ValType::from_kind(self.u8()),
                initial: self.u32(),
                maximum: self.u32(),
            },
            ffi::KIND_MEMORY => {
                ExternType::Memory { initial: self.u32(), maximum: self.u32(), shared: self.bool() }
            }
            ffi::KIND_GLOBAL => {
                ExternType::Global { value: ValType::from_kind(self.u8()), mutable: self.bool() }
            }
            other => unreachable!("import or export kind {other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut writer = Writer::new(Request::Call);
        writer.u8(7).u32(0x0102_0304).u64(u64::MAX - 1).string(c"name").bytes(&[]);
        writer.strings([c"a", c"bc"].into_iter());
        let message = writer.finish();
        let (length, content) = message.split_at(4);
        assert_eq!(length, (content.len() as u32).to_le_bytes());
        let mut reader = Reader::new(content.to_vec());
        assert_eq!(reader.u8(), Request::Call as u8);
        assert_eq!((reader.u8(), reader.u32(), reader.u64()), (7, 0x0102_0304, u64::MAX - 1));
        assert_eq!(reader.bytes(), b"name\0");
        assert!(reader.bytes().is_empty());
        assert_eq!(
            reader.list(|reader| reader.bytes().to_vec()),
            [b"a\0".to_vec(), b"bc\0".to_vec()]
        );
        assert_eq!(reader.position, content.len());
    }
}
