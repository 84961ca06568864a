//! Init data, data sections of the object file (`aot/aot_loader.c`, `load_object_data_sections`).

use crate::aot::error::Result;
use crate::aot::model::ObjectData;
use crate::aot::section::Record;
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

impl<'a> Record<'a> for ObjectData<'a> {
    const MIN_SIZE: usize = 6;
    const NAME: &'static str = "data sections";

    fn write(&self, (): (), sink: &mut Sink) -> Result<()> {
        sink.string(&self.name, "name of a data section")?;
        sink.u32(fit(self.bytes.len(), || format!("size of data section {}", self.name))?);
        sink.bytes(&self.bytes);
        Ok(())
    }

    fn read(source: &mut Source<'a>, (): ()) -> Result<Self> {
        let name = source.string("name of a data section")?;
        let size = source.count(1, "bytes of a data section")?;
        Ok(Self { name: name.into(), bytes: source.bytes(size)?.into() })
    }
}
