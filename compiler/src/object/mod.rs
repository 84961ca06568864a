//! The text as a relocatable ELF file, for linkers and for tools that read object files.
//!
//! Invariants: `.text` holds the same code as the `.aot` file, laid out by `native/`; what is left to
//! the linker is one relocation per runtime helper. Tables of the module (memories, types, data) are
//! not part of the file, so a runtime cannot instantiate it. Architectures are known to `target/`.

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

/// Constants in the text are used at this alignment at most.
const TEXT_ALIGNMENT: u64 = 16;

/// Writes the file with `text`, of which `image` tells; `warnings` gets what it lacks.
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
    // Its presence says that the stack need not be executable.
    add_section(&mut object, ".note.GNU-stack", SectionKind::Other);
    symbols::define(&mut object, section, module, image, warnings)?;
    symbols::refer_to_helpers(&mut object, section, image)?;
    unwinding::add(&mut object, section, &image.frames)?;
    object.write().map_err(|error| broken(&error))
}

fn add_section(object: &mut Object<'_>, name: &str, kind: SectionKind) -> SectionId {
    object.add_section(Vec::new(), name.as_bytes().to_vec(), kind)
}

/// The crates that write take anything that this module gives them.
fn broken(error: &dyn std::error::Error) -> Error {
    Error::internal(format!("object file: {error}"))
}
