//! Reports the machine code in a universal file and who signed it, for people and for tools.
//!
//! Invariant: every section whose name says that it contains machine code is reported, whatever its
//! content.

use std::fmt::{self, Display, Formatter};

use blake2::Digest;

use super::{
    DIGEST_SIZE, FRONT_SIZE, Hash, KEY_SIZE, LAYOUT_VERSION, PREFIX, PublicKey, SIGNATURE_SIZE,
    Section, UNSIGNED, message, split,
};
use crate::error::Error;

/// A report about a module with machine code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct UniversalReport {
    /// Size of the file.
    pub size: usize,
    /// Size of the module alone.
    pub module_size: usize,
    /// The sections with machine code, in file order. For each machine, only the first counts.
    pub native_code: Vec<NativeSection>,
}

/// A section that contains machine code, or whose name says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NativeSection {
    /// The machine in its name.
    pub machine: String,
    /// Its offset in the file.
    pub offset: usize,
    /// Its size.
    pub size: usize,
    /// The version of its layout, if it is long enough to have one.
    pub layout: Option<u32>,
    /// Its content, if it has the layout that this version writes and is not cut off.
    pub code: Option<CodeReport>,
}

/// Machine code, and who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CodeReport {
    /// The required features of the CPU, by LLVM's names.
    pub features: Vec<String>,
    /// The offset of the `.aot` file in the file.
    pub aot_offset: usize,
    /// Its size.
    pub aot_size: usize,
    /// Whether its own digest is right, so nothing in it was changed.
    pub is_intact: bool,
    /// Whether the digest of the module is right, so it was made from this module.
    pub is_of_this_module: bool,
    /// Who has signed it.
    pub signature: Option<SignatureReport>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SignatureReport {
    /// The claimed signer.
    pub key: PublicKey,
    /// Whether the signature is valid for the digests in the section and the machine in its name.
    pub is_right: bool,
}

/// Reads a module and reports the machine code in it; `None` if there is none.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if `wasm` does not consist of sections.
pub fn report(wasm: &[u8]) -> Result<Option<UniversalReport>, Error> {
    let (module, sections) = split(wasm)?;
    if sections.is_empty() {
        return Ok(None);
    }
    let module_digest = Hash::digest(&module);
    let native_code = sections.iter().map(|section| native_section(section, &module_digest));
    Ok(Some(UniversalReport {
        size: wasm.len(),
        module_size: module.len(),
        native_code: native_code.collect(),
    }))
}

fn native_section(section: &Section<'_>, module_digest: &[u8]) -> NativeSection {
    let layout = section.content.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    NativeSection {
        machine: section.machine.to_owned(),
        offset: section.range.start,
        size: section.range.len(),
        layout,
        code: (layout == Some(LAYOUT_VERSION)).then(|| code(section, module_digest)).flatten(),
    }
}

fn code(section: &Section<'_>, module_digest: &[u8]) -> Option<CodeReport> {
    let (front, rest) = section.content.split_at_checked(FRONT_SIZE)?;
    let (_, front) = front.split_first_chunk::<4>()?;
    let (key, front) = front.split_first_chunk::<KEY_SIZE>()?;
    let (signature, digests) = front.split_first_chunk::<SIGNATURE_SIZE>()?;
    let (made_from, own_digest) = digests.split_at(DIGEST_SIZE);

    let (aot_size, after) = rest.split_first_chunk()?;
    let (features_size, after) = after.split_first_chunk()?;
    let aot_size = u32::from_le_bytes(*aot_size) as usize;
    let features = after.get(..u32::from_le_bytes(*features_size) as usize)?;
    if after.len() - features.len() < aot_size {
        return None;
    }
    let features = String::from_utf8_lossy(features);
    let signature = (*key != UNSIGNED.key).then(|| {
        let key = PublicKey::from_bytes(*key);
        let message = message(made_from, own_digest, section.machine);
        SignatureReport { key, is_right: key.has_signed(&message, signature) }
    });
    Some(CodeReport {
        features: features.split_terminator(',').map(str::to_owned).collect(),
        aot_offset: section.range.end - aot_size,
        aot_size,
        is_intact: Hash::digest(rest).as_slice() == own_digest,
        is_of_this_module: made_from == module_digest,
        signature,
    })
}

impl Display for UniversalReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let machines = self.native_code.iter().map(|section| Name(&section.machine).to_string());
        let machines = machines.collect::<Vec<_>>().join(", ");
        writeln!(f, "WebAssembly module with MACHINE CODE inside, {} bytes", self.size)?;
        writeln!(f, "  module    {} bytes", self.module_size)?;
        writeln!(f, "  code for  {machines}")?;
        writeln!(f, "\nSections with machine code ({})", self.native_code.len())?;
        self.native_code.iter().try_for_each(|section| section.fmt(f))?;
        f.write_str(
            "\nMachine code is not sandboxed: it can do whatever the program that runs it can do. \
                Digests show that\nnothing was changed by accident; only a signature with a key \
                that you trust shows who made it.\n",
        )
    }
}

impl Display for NativeSection {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { machine, offset, size, .. } = self;
        writeln!(f, "  {offset:#010x} {size:>10}  {PREFIX}{}", Name(machine))?;
        let Some(code) = &self.code else {
            return match self.layout {
                Some(LAYOUT_VERSION) => line(f, "content", "cut off"),
                Some(layout) => line(f, "content", format_args!("layout {layout}, not read")),
                None => line(f, "content", "too short"),
            };
        };
        let features = Name(&code.features.join(",")).to_string();
        line(f, "code", format_args!("{} bytes at {:#x}", code.aot_size, code.aot_offset))?;
        line(f, "needs", if features.is_empty() { "nothing" } else { &features })?;
        let digests = match (code.is_intact, code.is_of_this_module) {
            (true, true) => "right",
            (false, _) => "WRONG: the section was changed after it was made",
            (true, false) => "WRONG: made from another module, or from this one before an edit",
        };
        line(f, "digests", digests)?;
        match &code.signature {
            None => line(f, "signature", "NONE: the code is not signed"),
            Some(SignatureReport { key, is_right: true }) => {
                line(f, "signature", format_args!("by {key}"))
            }
            Some(SignatureReport { key, is_right: false }) => {
                line(f, "signature", format_args!("WRONG, not by {key}"))
            }
        }
    }
}

/// A line about a section.
fn line(f: &mut Formatter<'_>, what: &str, text: impl Display) -> fmt::Result {
    writeln!(f, "    {what:<10} {text}")
}

/// A name of the file, safe to print.
struct Name<'n>(&'n str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_debug())
    }
}
