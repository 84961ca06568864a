//! Modules whose functions are there several times.
//!
//! What takes too long in one large function may be refused, or compiled with less effort. Functions
//! just below such a limit are the worst that a module can be made of.

use wasmparser::{BinaryReader, Parser};

/// The section that gives each function a type, and the section of bodies.
const OF_FUNCTIONS: [u8; 2] = [3, 10];

/// The module in `wasm` with all of its functions `count` times. The copies refer to the originals.
/// None if it has no function.
///
/// # Panics
/// If `wasm` is not a module.
pub fn copies(wasm: &[u8], count: u32) -> Option<Vec<u8>> {
    const HEADER: usize = 8;
    let mut module = wasm[..HEADER].to_vec();
    let mut copied = false;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.expect("it is a module");
        let Some((id, range)) = payload.as_section() else { continue };
        let mut content = wasm[range.start as usize..range.end as usize].to_vec();
        if OF_FUNCTIONS.contains(&id) {
            content = repeated(&content, count);
            copied = true;
        }
        module.push(id);
        module.extend(number(content.len() as u32));
        module.extend(content);
    }
    copied.then_some(module)
}

/// A list that contains each item `count` times.
fn repeated(list: &[u8], count: u32) -> Vec<u8> {
    let mut reader = BinaryReader::new(list, 0);
    let items = reader.read_var_u32().expect("a list begins with its length");
    let items_start = reader.original_position() as usize;
    let mut repeated = number(items * count);
    repeated.extend(list[items_start..].repeat(count as usize));
    repeated
}

/// A number as LEB128.
fn number(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::{Parser, Payload, Validator};

    use super::copies;
    use crate::bad_input::shapes::plain;

    #[test]
    fn copies_are_a_valid_module() {
        let module = plain(3);
        let copied = copies(&module, 300).expect("it has a function");
        Validator::new().validate_all(&copied).expect("the copies are valid");
        let bodies = Parser::new(0).parse_all(&copied);
        let bodies = bodies.filter(|payload| matches!(payload, Ok(Payload::CodeSectionEntry(_))));
        assert_eq!(bodies.count(), 300);
        assert_eq!(copies(&module, 1), Some(module));
        assert_eq!(copies(b"\0asm\x01\0\0\0", 2), None);
    }
}
