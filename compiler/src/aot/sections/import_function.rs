//! Init data, imported functions (`aot/aot_loader.c`, `load_import_funcs`).

use wamr_abi::format;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::ImportFunction;
use crate::aot::section::Record;
use crate::aot::sink::Sink;
use crate::aot::source::Source;

impl<'a> Record<'a> for ImportFunction<'a> {
    const MIN_SIZE: usize = 6;
    const NAME: &'static str = "imported functions";

    fn write(&self, (): (), sink: &mut Sink) -> Result<()> {
        let type_index = u16::try_from(self.type_index).map_err(|_| {
            ContainerError::limit(format!(
                "imported function {}.{} has type index {}; the container allows at most {} there",
                self.module,
                self.name,
                self.type_index,
                format::MAX_IMPORT_TYPE_INDEX,
            ))
        })?;
        sink.u16(type_index);
        sink.string(&self.module, "module name of an imported function")?;
        sink.string(&self.name, "name of an imported function")
    }

    fn read(source: &mut Source<'a>, (): ()) -> Result<Self> {
        Ok(Self {
            type_index: source.u16()?.into(),
            module: source.string("module name of an imported function")?.into(),
            name: source.string("name of an imported function")?.into(),
        })
    }
}
