//! Init data, imported globals and globals (`aot/aot_loader.c`, `load_import_globals`,
//! `load_globals`). Of references that have no byte of their own, there is no heap type.

use wamr_abi::format;

use super::value_type::{read_value_byte, value_byte};
use crate::aot::error::Result;
use crate::aot::model::{Global, ImportGlobal, InitExpr};
use crate::aot::section::{Layout, Record};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

impl<'a> Record<'a, Layout<'_>> for ImportGlobal<'a> {
    const MIN_SIZE: usize = 6;
    const NAME: &'static str = "imported globals";

    fn write(&self, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
        sink.align(2);
        sink.u8(value_byte(self.value_type, layout)?);
        sink.u8(self.mutable.into());
        sink.string(&self.module, "module name of an imported global")?;
        sink.string(&self.name, "name of an imported global")
    }

    fn read(source: &mut Source<'a>, layout: Layout<'_>) -> Result<Self> {
        source.align(2);
        Ok(Self {
            value_type: read_value_byte(source, layout)?,
            mutable: source.u8()? != 0,
            module: source.string("module name of an imported global")?.into(),
            name: source.string("name of an imported global")?.into(),
        })
    }
}

impl Record<'_, Layout<'_>> for Global {
    const MIN_SIZE: usize = 8;
    const NAME: &'static str = "globals";

    fn write(&self, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
        sink.align(format::WORD_ALIGN);
        sink.u8(value_byte(self.value_type, layout)?);
        sink.u8(self.mutable.into());
        self.init.write(layout, sink)
    }

    fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Self> {
        source.align(format::WORD_ALIGN);
        Ok(Self {
            value_type: read_value_byte(source, layout)?,
            mutable: source.u8()? != 0,
            init: InitExpr::read(source, layout)?,
        })
    }
}
