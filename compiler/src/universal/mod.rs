//! Universal files: wasm modules for any runtime, with `.aot` files for several targets in custom
//! sections.
//!
//! Invariants: the result is valid wherever the module is valid. It contains at most one section
//! for each architecture, compiled from the module that it is in. Each section contains a digest of
//! all other sections, so that nobody runs code of a module that was edited later, and a digest of
//! itself. Whoever edits both can compute new digests; a signature shows who made the code.
//!
//! The layout is described in `docs/universal-files.md`. `cwamrc_universal.c` of the crate `wamr-build`
//! reads it where files run. Nothing is compiled here, and nothing is run.

#[cfg(feature = "sign")]
mod key;
#[cfg(feature = "sign")]
mod report;

use std::ops::Range;

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use wasmparser::BinaryReader;

use crate::error::{Error, refused};
use crate::target::Cpu;

#[cfg(feature = "sign")]
pub use key::{KeyError, PublicKey, SigningKey};
#[cfg(feature = "sign")]
pub use report::{CodeReport, NativeSection, SignatureReport, UniversalReport, report};

/// The prefix of the sections' names; the name of the architecture follows.
const PREFIX: &str = "cwamrc.aot.";

/// The version of the layout of a section's content.
const LAYOUT_VERSION: u32 = 2;

/// The start of every signed message, so that no signature that a key has made for anything else
/// fits.
const PURPOSE: &[u8] = b"cwamrc universal file, signature";

/// The size of the magic bytes and the version at the start of a module.
const PREAMBLE: usize = 8;

/// The alignment of the `.aot` file within the whole file.
const ALIGNMENT: usize = 16;

/// BLAKE2b with 32 bytes.
type Hash = Blake2b<U32>;

/// The machine code for one target.
#[derive(Clone, Copy, Debug)]
pub struct NativeCode<'a> {
    /// The CPU it was compiled for. All features of this CPU are required where the file runs.
    pub cpu: &'a Cpu,
    /// The `.aot` file, compiled from exactly the module that [`embed`] gets.
    pub aot: &'a [u8],
}

/// The signature in a section; all zeros if there is none.
struct Signature {
    key: [u8; KEY_SIZE],
    signature: [u8; SIGNATURE_SIZE],
}

const UNSIGNED: Signature = Signature { key: [0; KEY_SIZE], signature: [0; SIGNATURE_SIZE] };

/// The module in `wasm`, with a section for each of `codes`, not signed. Sections from an earlier
/// call are replaced.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if `wasm` does not consist of sections,
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if two codes are for one architecture,
/// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if a section would be larger than 4 GiB.
pub fn embed(wasm: &[u8], codes: &[NativeCode<'_>]) -> Result<Vec<u8>, Error> {
    embed_with(wasm, codes, &|_| UNSIGNED)
}

/// The same, with every section signed: where the public key is trusted, its code runs. The same
/// module, codes and key give the same bytes.
///
/// # Errors
/// Those of [`embed`].
#[cfg(feature = "sign")]
pub fn embed_signed(
    wasm: &[u8],
    codes: &[NativeCode<'_>],
    key: &SigningKey,
) -> Result<Vec<u8>, Error> {
    let public_key = *key.public_key().as_bytes();
    embed_with(wasm, codes, &|message| Signature { key: public_key, signature: key.sign(message) })
}

fn embed_with(
    wasm: &[u8],
    codes: &[NativeCode<'_>],
    sign: &dyn Fn(&[u8]) -> Signature,
) -> Result<Vec<u8>, Error> {
    let mut file = strip(wasm)?;
    let module_digest = Hash::digest(&file);
    for (position, code) in codes.iter().enumerate() {
        let architecture = code.cpu.architecture();
        if codes[..position].iter().any(|other| other.cpu.architecture() == architecture) {
            return Err(Error::unsupported(format!(
                "the machine code for {architecture} is given twice"
            )));
        }
        append_section(&mut file, &module_digest, code, sign)?;
    }
    Ok(file)
}

/// The module in `wasm` without the sections that [`embed`] adds; unchanged if it has none.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if `wasm` does not consist of sections.
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    split(wasm).map(|(module, _)| module)
}

/// A section that contains code, or claims to.
#[cfg_attr(not(feature = "sign"), expect(dead_code, reason = "only the report wants to know more"))]
struct Section<'a> {
    /// The part of its name after [`PREFIX`].
    machine: &'a str,
    /// Its start and end in the file.
    range: Range<usize>,
    /// Everything after the name.
    content: &'a [u8],
}

/// Splits a file into the module and the sections that are not part of it.
fn split(wasm: &[u8]) -> Result<(Vec<u8>, Vec<Section<'_>>), Error> {
    let preamble = wasm.get(..PREAMBLE).ok_or_else(|| Error::invalid("unexpected end", wasm.len()));
    let mut module = preamble?.to_vec();
    let mut sections = Vec::new();
    let mut reader = BinaryReader::new(&wasm[PREAMBLE..], PREAMBLE as u64);
    while !reader.eof() {
        let start = reader.original_position() as usize;
        let id = reader.read_u8().map_err(refused)?;
        let size = reader.read_var_u32().map_err(refused)?;
        let content_start = reader.original_position();
        let content = reader.read_bytes(size as usize).map_err(refused)?;
        let range = start..reader.original_position() as usize;
        let mut content = BinaryReader::new(content, content_start);
        let name = if id == 0 { content.read_string().ok() } else { None };
        match name.and_then(|name| name.strip_prefix(PREFIX)) {
            Some(machine) => {
                let content = content.read_bytes(content.bytes_remaining()).map_err(refused)?;
                sections.push(Section { machine, range, content });
            }
            None => module.extend(&wasm[range]),
        }
    }
    Ok((module, sections))
}

fn append_section(
    file: &mut Vec<u8>,
    module_digest: &[u8],
    code: &NativeCode<'_>,
    sign: &dyn Fn(&[u8]) -> Signature,
) -> Result<(), Error> {
    let machine = code.cpu.architecture().name();
    let name = format!("{PREFIX}{machine}");
    let features = code.cpu.features().collect::<Vec<_>>().join(",");
    let too_large = || Error::limit(format!("the section {name} is too large"));
    let aot_size = u32::try_from(code.aot.len()).map_err(|_| too_large())?;
    let mut rest = aot_size.to_le_bytes().to_vec();
    rest.extend((features.len() as u32).to_le_bytes());
    rest.extend(features.as_bytes());

    // The size is encoded in the maximum number of bytes, so that the place of the code does not
    // depend on it.
    let front = 1 + name.len() + FRONT_SIZE;
    let before = file.len() + 1 + SIZE_BYTES + front + rest.len();
    rest.resize(rest.len() + before.next_multiple_of(ALIGNMENT) - before, 0);
    rest.extend(code.aot);
    let rest_digest = Hash::digest(&rest);
    let Signature { key, signature } = sign(&message(module_digest, &rest_digest, machine));

    let size = u32::try_from(front + rest.len()).map_err(|_| too_large())?;
    file.push(0);
    file.extend(padded_leb(size));
    file.push(name.len() as u8);
    file.extend(name.as_bytes());
    file.extend(LAYOUT_VERSION.to_le_bytes());
    file.extend(key);
    file.extend(signature);
    file.extend(module_digest);
    file.extend(rest_digest);
    file.extend(rest);
    Ok(())
}

/// The message to sign. It covers the machine, the module, the code and the features, so a
/// signature cannot be moved to other code. All but the last part have a fixed size, so no two
/// messages are the same.
fn message(module_digest: &[u8], rest_digest: &[u8], machine: &str) -> Vec<u8> {
    let version = LAYOUT_VERSION.to_le_bytes();
    [PURPOSE, &version, module_digest, rest_digest, machine.as_bytes()].concat()
}

/// Bytes of a public key.
const KEY_SIZE: usize = 32;

/// Bytes of a signature.
const SIGNATURE_SIZE: usize = 64;

/// The size of the part of a section's content that its own digest does not cover.
const FRONT_SIZE: usize = size_of::<u32>() + KEY_SIZE + SIGNATURE_SIZE + 2 * DIGEST_SIZE;

/// Bytes of a digest.
const DIGEST_SIZE: usize = 32;

/// The size of the longest encoding of a 32-bit number.
const SIZE_BYTES: usize = 5;

fn padded_leb(value: u32) -> [u8; SIZE_BYTES] {
    std::array::from_fn(|index| {
        let more = if index + 1 < SIZE_BYTES { 0x80 } else { 0 };
        (value >> (7 * index)) as u8 & 0x7f | more
    })
}
