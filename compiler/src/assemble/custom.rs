//! Custom sections that the user requested.
//!
//! The name section is stored in WAMR's own form, so that call stacks have function names. Other
//! sections are copied unchanged.

use std::borrow::Cow;

use crate::aot::model::{CustomSection, FunctionName, NameSubsection};
use crate::options::Options;
use crate::wasm::Module;

/// The name of the section with function names (spec appendix "Custom Sections").
pub(crate) const NAME_SECTION: &str = "name";

/// The requested sections, in module order.
pub(super) fn sections<'a>(module: &Module<'a>, options: &Options) -> Vec<CustomSection<'a>> {
    let requested = |name: &str| options.emit_custom_sections.iter().any(|wanted| wanted == name);
    module
        .custom_sections
        .iter()
        .filter(|section| requested(section.name))
        .filter_map(|section| match section.name {
            NAME_SECTION => names(module),
            name => Some(CustomSection::Raw {
                name: Cow::Borrowed(name),
                bytes: Cow::Borrowed(section.bytes),
            }),
        })
        .collect()
}

fn names<'a>(module: &Module<'a>) -> Option<CustomSection<'a>> {
    let names: Vec<_> = module
        .function_names
        .iter()
        .map(|(function, name)| FunctionName { function, name: Cow::Borrowed(name) })
        .collect();
    if names.is_empty() {
        return None;
    }
    Some(CustomSection::Name(vec![NameSubsection::Functions { names, stated_size: None }]))
}
