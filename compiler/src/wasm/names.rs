//! Function names of the name section (spec appendix "Custom Sections").
//!
//! Names are only for people: a malformed name section is ignored, never an error.

use std::collections::BTreeMap;
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// Function names by function index.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameMap<'a> {
    names: BTreeMap<u32, &'a str>,
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

    /// Reads the function names of a name section's content, of functions below `functions`.
    pub(crate) fn parse(bytes: &'a [u8], functions: u32) -> Self {
        let mut names = BTreeMap::new();
        for subsection in NameSectionReader::new(BinaryReader::new(bytes, 0)) {
            let Ok(subsection) = subsection else { break };
            if let Name::Function(map) = subsection {
                let known = map.into_iter().map_while(Result::ok).filter(|n| n.index < functions);
                names.extend(known.map(|naming| (naming.index, naming.name)));
            }
        }
        Self { names }
    }
}
