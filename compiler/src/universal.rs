//! Universal files: a wasm module that any runtime runs, with `.aot` files for several targets in custom
//! sections.
//!
//! Invariants: what is written is valid wherever the module is; it holds at most one section for each
//! architecture, made from the module that it is in. A section is guarded by a digest of all other
//! sections, so that nobody runs code of a module that was edited, and by one of itself. The layout is
//! described in `docs/universal-files.md`; `runtime-shim/csrc/cwamrc_universal.c` reads it where files
//! run. Nothing is compiled here.

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use wasmparser::BinaryReader;

use crate::error::Error;
use crate::target::Cpu;

/// What the names of the sections begin with; the name of the architecture follows.
const PREFIX: &str = "cwamrc.aot.";

/// The layout of a section's content.
const LAYOUT_VERSION: u32 = 1;

/// Magic bytes and version, with which a module begins.
const PREAMBLE: usize = 8;

/// At what multiple the `.aot` file lies, in a file that lies at such a multiple itself.
const ALIGNMENT: usize = 16;

/// BLAKE2b with 32 bytes.
type Hash = Blake2b<U32>;

/// The machine code for one target.
#[derive(Clone, Copy, Debug)]
pub struct NativeCode<'a> {
    /// What it is made for: all features that this CPU has are asked for where the file runs.
    pub cpu: &'a Cpu,
    /// The `.aot` file, compiled from the very module that [`embed`] gets.
    pub aot: &'a [u8],
}

/// The module in `wasm` with a section for each of `codes`; sections of an earlier time are left out.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if `wasm` does not consist of sections,
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if two codes are for one architecture,
/// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if a section would be larger than 4 GiB.
pub fn embed(wasm: &[u8], codes: &[NativeCode<'_>]) -> Result<Vec<u8>, Error> {
    let mut file = strip(wasm)?;
    let module_digest = Hash::digest(&file);
    for (position, code) in codes.iter().enumerate() {
        let architecture = code.cpu.architecture();
        if codes[..position].iter().any(|other| other.cpu.architecture() == architecture) {
            return Err(Error::unsupported(format!("two codes for {architecture}")));
        }
        append_section(&mut file, &module_digest, code)?;
    }
    Ok(file)
}

/// The module in `wasm` without the sections that [`embed`] adds: the module itself, if it has none.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if `wasm` does not consist of sections.
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let preamble = wasm.get(..PREAMBLE).ok_or_else(|| Error::invalid("unexpected end", wasm.len()));
    let mut module = preamble?.to_vec();
    let mut reader = BinaryReader::new(&wasm[PREAMBLE..], PREAMBLE as u64);
    while !reader.eof() {
        let start = reader.original_position() as usize;
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()?;
        let content_start = reader.original_position();
        let content = reader.read_bytes(size as usize)?;
        if id != 0 || !is_ours(content, content_start) {
            module.extend(&wasm[start..reader.original_position() as usize]);
        }
    }
    Ok(module)
}

/// Whether the custom section with this content is one that [`embed`] adds.
fn is_ours(content: &[u8], offset: u64) -> bool {
    let name = BinaryReader::new(content, offset).read_string();
    name.is_ok_and(|name| name.starts_with(PREFIX))
}

fn append_section(
    file: &mut Vec<u8>,
    module_digest: &[u8],
    code: &NativeCode<'_>,
) -> Result<(), Error> {
    let name = format!("{PREFIX}{}", code.cpu.architecture().name());
    let features = code.cpu.features().collect::<Vec<_>>().join(",");
    let too_large = || Error::limit(format!("the section {name} is too large"));
    let aot_size = u32::try_from(code.aot.len()).map_err(|_| too_large())?;
    let mut rest = aot_size.to_le_bytes().to_vec();
    rest.extend((features.len() as u32).to_le_bytes());
    rest.extend(features.as_bytes());

    let mut front = vec![name.len() as u8];
    front.extend(name.as_bytes());
    front.extend(LAYOUT_VERSION.to_le_bytes());
    front.extend(module_digest);
    // The size is encoded in as many bytes as it takes at most, so that the place of the code does not
    // depend on it.
    let before = file.len() + 1 + SIZE_BYTES + front.len() + DIGEST_SIZE + rest.len();
    rest.resize(rest.len() + before.next_multiple_of(ALIGNMENT) - before, 0);
    rest.extend(code.aot);

    let size = front.len() + DIGEST_SIZE + rest.len();
    let size = u32::try_from(size).map_err(|_| too_large())?;
    file.push(0);
    file.extend(padded_leb(size));
    file.extend(front);
    file.extend(Hash::digest(&rest));
    file.extend(rest);
    Ok(())
}

/// Bytes of a digest.
const DIGEST_SIZE: usize = 32;

/// Bytes of the longest encoding of a 32-bit number.
const SIZE_BYTES: usize = 5;

fn padded_leb(value: u32) -> [u8; SIZE_BYTES] {
    std::array::from_fn(|index| {
        let more = if index + 1 < SIZE_BYTES { 0x80 } else { 0 };
        (value >> (7 * index)) as u8 & 0x7f | more
    })
}
