//! Writes the text as a relocatable ELF file, for linkers and for tools that read object files.
//!
//! Invariants: `.text` contains the same code as the `.aot` file, laid out by `native/`. The linker
//! resolves only one relocation per runtime helper. Tables of the module (memories, types, data)
//! are not part of the file, so a runtime cannot instantiate it. Only `target/` knows about
//! architectures.

mod symbols;
mod unwinding;

use cranelift_object::object;
use object::write::{Object, SectionId};
use object::{BinaryFormat, Endianness, FileFlags, SectionKind, elf};

use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::native::Image;
use crate::target::Target;
use crate::wasm::Module;

/// The largest alignment that constants in the text need.
const TEXT_ALIGNMENT: u64 = 16;

/// Writes the file with `text`, which `image` describes; `warnings` receives what the file lacks.
pub(crate) fn write(
    module: &Module<'_>,
    text: &[u8],
    image: &Image,
    target: &dyn Target,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<u8>, Error> {
    let mut object =
        Object::new(BinaryFormat::Elf, target.object_architecture(), Endianness::Little);
    object.flags =
        FileFlags::Elf { os_abi: elf::ELFOSABI_NONE, abi_version: 0, e_flags: target.elf_flags() };
    let section = add_section(&mut object, ".text", SectionKind::Text);
    object.set_section_data(section, text, TEXT_ALIGNMENT);
    // This section says that the stack need not be executable.
    add_section(&mut object, ".note.GNU-stack", SectionKind::Other);
    symbols::define(&mut object, section, module, image, warnings)?;
    symbols::refer_to_helpers(&mut object, section, image)?;
    unwinding::add(&mut object, section, &image.frames)?;
    object.write().map_err(|error| broken(&error))
}

fn add_section(object: &mut Object<'_>, name: &str, kind: SectionKind) -> SectionId {
    object.add_section(Vec::new(), name.as_bytes().to_vec(), kind)
}

/// The crates that write the file accept anything that this module passes to them.
fn broken(error: &dyn std::error::Error) -> Error {
    Error::internal(format!("object file: {error}"))
}
