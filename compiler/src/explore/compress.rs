//! The data of the page: an index that is read at once, and chunks that are unpacked on demand.

use serde::Serialize;

use super::functions::{Function, Line};
use crate::error::Error;

/// Bytes of JSON per chunk. Larger chunks compress better, smaller ones are shown sooner.
const CHUNK: usize = 256 * 1024;

/// The compression level: the default of the format's usual tools.
const COMPRESSION_LEVEL: u8 = 6;

#[derive(Serialize)]
struct Data<'a> {
    /// The options that matter most, for people.
    options: &'a str,
    functions: Vec<Entry<'a>>,
    /// JSON, compressed with raw deflate and written as base64.
    chunks: Vec<String>,
}

/// A function in the index.
#[derive(Serialize)]
struct Entry<'a> {
    symbol: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    size: usize,
    /// Number of lines of text: 0 for functions that the compiler adds.
    lines: usize,
    /// The number of its chunk, and its position in the chunk.
    at: [usize; 2],
}

/// The part of a chunk for one function: places and text of the lines of each column.
#[derive(Serialize)]
struct Content<'a> {
    wasm: Column<'a>,
    clif: Column<'a>,
    code: Column<'a>,
}

#[derive(Serialize)]
struct Column<'a> {
    /// −1 for a line without a place.
    places: Vec<i64>,
    text: Vec<&'a str>,
}

/// JSON for a script in HTML.
pub(super) fn pack(functions: &[Function], options: &str) -> Result<String, Error> {
    let entries = Vec::with_capacity(functions.len());
    let mut data = Data { options, functions: entries, chunks: Vec::new() };
    let (mut chunk, mut held) = (String::from("["), 0);
    for function in functions {
        let name = function.name.as_deref();
        data.functions.push(Entry {
            symbol: &function.symbol,
            name,
            size: function.size,
            lines: function.wasm.len(),
            at: [data.chunks.len(), held],
        });
        let content = Content {
            wasm: column(&function.wasm),
            clif: column(&function.clif),
            code: column(&function.code),
        };
        chunk.push_str(if held == 0 { "" } else { "," });
        chunk.push_str(&json(&content)?);
        held += 1;
        if chunk.len() > CHUNK {
            close(&mut data.chunks, &mut chunk, &mut held);
        }
    }
    if held > 0 {
        close(&mut data.chunks, &mut chunk, &mut held);
    }
    // Nothing in the data may end the script.
    Ok(json(&data)?.replace('<', "\\u003c"))
}

fn close(chunks: &mut Vec<String>, chunk: &mut String, held: &mut usize) {
    chunk.push(']');
    chunks
        .push(base64(&miniz_oxide::deflate::compress_to_vec(chunk.as_bytes(), COMPRESSION_LEVEL)));
    *chunk = String::from("[");
    *held = 0;
}

fn column(lines: &[Line]) -> Column<'_> {
    Column {
        places: lines.iter().map(|(place, _)| place.map_or(-1, i64::from)).collect(),
        text: lines.iter().map(|(_, text)| text.as_str()).collect(),
    }
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("JSON: {error}")))
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        for digit in 0..4 {
            match digit <= group.len() {
                true => text.push(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63].into()),
                false => text.push('='),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// RFC 4648, section 10.
    #[test]
    fn digits() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}
