//! Function names of the name section (spec appendix "Custom Sections").
//!
//! Names are only for people: malformed ones are left out and noted, and never an error.

use std::collections::BTreeMap;
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// Function names by function index.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameMap<'a> {
    names: BTreeMap<u32, &'a str>,
    malformed: Option<wasmparser::Error>,
}

impl<'a> NameMap<'a> {
    /// The name of function `index`.
    pub(crate) fn get(&self, index: u32) -> Option<&'a str> {
        self.names.get(&index).copied()
    }

    /// All names, by ascending function index.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (u32, &'a str)> + '_ {
        self.names.iter().map(|(&index, &name)| (index, name))
    }

    /// The first error in the section, if any; names after it were not read.
    pub(crate) fn malformed(&self) -> Option<&wasmparser::Error> {
        self.malformed.as_ref()
    }

    /// Reads the function names from a name section's content at `offset` of the module, for
    /// functions with indexes below `functions`.
    pub(crate) fn parse(bytes: &'a [u8], offset: u64, functions: u32) -> Self {
        let mut map = Self::default();
        let mut parts = NameSectionReader::new(BinaryReader::new(bytes, offset));
        map.malformed = parts.try_for_each(|part| map.read(part?, functions)).err();
        map
    }

    fn read(&mut self, part: Name<'a>, functions: u32) -> wasmparser::Result<()> {
        let Name::Function(map) = part else { return Ok(()) };
        for naming in map {
            let naming = naming?;
            if naming.index < functions {
                self.names.insert(naming.index, naming.name);
            }
        }
        Ok(())
    }
}
