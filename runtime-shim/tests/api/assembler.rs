//! A small assembler of `.aot` files for x86-64, independent of the compiler's writer.
//!
//! Source of the container: WAMR's loader, `core/iwasm/aot/aot_loader.c`.

/// The content of a file with one memory and one function of its own.
pub(crate) struct Aot {
    /// The version word.
    pub(crate) version: u32,
    /// Initial pages of the memory.
    pub(crate) pages: u32,
    /// Parameter and result types of type 0, which every function has, as the bytes of wasm.
    pub(crate) ty: (Vec<u8>, Vec<u8>),
    /// Imported functions: module, name.
    pub(crate) import_functions: Vec<(&'static str, &'static str)>,
    /// Imported immutable globals of type i32: module, name.
    pub(crate) import_globals: Vec<(&'static str, &'static str)>,
    /// Mutable i32 globals with their values.
    pub(crate) globals: Vec<u32>,
    /// Exports: name, kind, index.
    pub(crate) exports: Vec<(&'static str, u8, u32)>,
    /// Machine code of the function, from its start.
    pub(crate) code: Vec<u8>,
    /// Names for the native-symbol section, by index; no section if there is none.
    pub(crate) native_symbols: Vec<String>,
}

/// Export kinds.
pub(crate) const FUNCTION: u8 = 0;
pub(crate) const GLOBAL: u8 = 3;

/// i32 as a value type.
pub(crate) const I32: u8 = 0x7f;

impl Default for Aot {
    /// `(func (export "add") (param i32 i32) (result i32) ...)`
    fn default() -> Aot {
        Aot {
            version: 6,
            pages: 0,
            ty: (vec![I32, I32], vec![I32]),
            import_functions: vec![],
            import_globals: vec![],
            globals: vec![],
            exports: vec![("add", FUNCTION, 0)],
            // lea eax, [rsi + rdx]; ret
            code: vec![0x8d, 0x04, 0x16, 0xc3],
            native_symbols: vec![],
        }
    }
}

impl Aot {
    /// The bytes of the file.
    pub(crate) fn assemble(&self) -> Vec<u8> {
        let mut file = Bytes::default();
        file.0.extend(b"\0aot");
        file.u32(self.version);
        file.section(0, &target_info());
        file.section(1, &self.init_data());
        file.section(2, &self.text());
        file.section(3, &self.functions());
        file.section(4, &self.export_section());
        let mut relocations = Bytes::default();
        (0..3).for_each(|_| relocations.u32(0));
        file.section(5, &relocations);
        if !self.native_symbols.is_empty() {
            let mut section = Bytes::default();
            section.u32(1);
            section.u32(self.native_symbols.len() as u32);
            self.native_symbols.iter().rev().for_each(|name| section.string(name));
            file.section(100, &section);
        }
        file.0
    }

    fn init_data(&self) -> Bytes {
        let mut data = Bytes::default();
        data.u32(0); // imported memories
        data.u32(1); // memories: flags, bytes of a page, initial and largest size
        [0, 65536, self.pages, self.pages].into_iter().for_each(|word| data.u32(word));
        (0..4).for_each(|_| data.u32(0)); // data segments, imported tables, tables, elements
        data.u32(1); // types
        data.u16(0);
        data.u16(self.ty.0.len() as u16);
        data.u16(self.ty.1.len() as u16);
        data.0.extend(self.ty.0.iter().chain(&self.ty.1));
        data.u32(self.import_globals.len() as u32);
        for (module, name) in &self.import_globals {
            data.align(2);
            data.0.extend([I32, 0]);
            data.string(module);
            data.string(name);
        }
        data.u32(self.globals.len() as u32);
        for value in &self.globals {
            data.align(4);
            data.0.extend([I32, 1]);
            data.u32(0x41);
            data.u32(*value);
        }
        data.u32(self.import_functions.len() as u32);
        for (module, name) in &self.import_functions {
            data.u16(0);
            data.string(module);
            data.string(name);
        }
        data.u32(1); // functions
        data.u32(u32::MAX); // no start function
        for _ in ["__data_end", "__heap_base", "stack top"] {
            data.u32(u32::MAX);
            data.u32(0);
            data.u32(0);
        }
        data.u32(0); // stack size
        data.u32(0); // object data sections
        data
    }

    fn text(&self) -> Bytes {
        let mut text = Bytes::default();
        text.u32(0); // literals
        text.0.extend(&self.code);
        text.align(4);
        text
    }

    fn functions(&self) -> Bytes {
        let mut functions = Bytes::default();
        (0..2).for_each(|_| functions.u32(0)); // code offset
        functions.u32(0); // type
        functions.u32(2); // locals and operand stack, in cells
        functions.u32(2);
        functions
    }

    fn export_section(&self) -> Bytes {
        let mut exports = Bytes::default();
        exports.u32(self.exports.len() as u32);
        for (name, kind, index) in &self.exports {
            exports.u32(*index);
            exports.0.push(*kind);
            exports.string(name);
        }
        exports
    }
}

fn target_info() -> Bytes {
    let mut info = Bytes::default();
    info.u16(2); // little-endian, 64 bits
    info.u16(0);
    info.u16(1); // relocatable
    info.u16(62); // x86-64
    info.u32(1);
    info.u32(0);
    (0..4).for_each(|_| info.u32(0)); // feature flags, reserved
    info.0.extend(b"x86_64\0\0\0\0\0\0\0\0\0\0");
    info
}

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    fn u16(&mut self, value: u16) {
        self.align(2);
        self.0.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.align(4);
        self.0.extend(value.to_le_bytes());
    }

    fn string(&mut self, text: &str) {
        self.u16(text.len() as u16 + 1);
        self.0.extend(text.bytes().chain([0]));
    }

    fn section(&mut self, id: u32, body: &Bytes) {
        self.u32(id);
        self.u32(body.0.len() as u32);
        self.0.extend(&body.0);
    }
}
