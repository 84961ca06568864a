//! Hosts for modules that emscripten made for JavaScript.
//!
//! Imports and exports of such a module have one-letter names, which change with each version. The
//! tables below are those of the JavaScript in the packages that `programs/inputs.toml` names (the
//! import object, and the assignments of the exports). They contain only what the programs here
//! call; another import traps when it is called. Structures are those of emscripten's C library;
//! its error numbers are those of WASI.

use std::io::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};

use wamr_shim::{Caller, FuncType, HostFunc, Instance, Memory, Runtime, Val, ValType, WasiConfig};

use crate::programs::{Output, Run};
use crate::runner::{config, trapped};

/// Functions that emscripten's JavaScript gives to a module.
#[derive(Clone, Copy)]
enum Import {
    EnvironGet,
    EnvironSizesGet,
    DateNow,
    FdFdstatGet,
    FdRead,
    FdSeek,
    FdWrite,
    Fstat,
    Stat,
}

const CLANG_FORMAT: &[(&str, Import)] = &[
    ("M", Import::Stat),
    ("N", Import::Fstat),
    ("o", Import::EnvironGet),
    ("x", Import::EnvironSizesGet),
    ("H", Import::FdFdstatGet),
    ("f", Import::FdRead),
    ("G", Import::FdSeek),
    ("c", Import::FdWrite),
];

const SQLJS: &[(&str, Import)] = &[("G", Import::EnvironGet), ("H", Import::EnvironSizesGet)];

const QUICKJS: &[(&str, Import)] =
    &[("e", Import::EnvironGet), ("f", Import::EnvironSizesGet), ("p", Import::DateNow)];

/// Standard input and output of the program.
#[derive(Default)]
struct Streams {
    stdin: Vec<u8>,
    stdout: Vec<u8>,
}

/// The name of the imported module in all three files.
const MODULE: &str = "a";

/// WASI's numbers, which emscripten has adopted (`wasi/api.h`).
const ENOENT: i32 = 44;
const ESPIPE: i32 = 70;

/// An instance with its streams, after its constructors have run.
struct Guest {
    instance: Instance,
    streams: Arc<Mutex<Streams>>,
}

/// Formats standard input: exports `Q` (constructors), `V` (stack allocation), `S` (main).
pub(crate) fn run_clang_format(runtime: &Runtime, module: &[u8], run: &Run) -> Result<Output> {
    let guest = Guest::new(runtime, module, CLANG_FORMAT, &run.stdin, "Q")?;
    let arguments = std::iter::once("clang-format").chain(run.args.iter().map(String::as_str));
    let mut pointers = Vec::new();
    for argument in arguments {
        pointers.extend(guest.copy_string("V", argument.as_bytes())?.to_le_bytes());
    }
    let count = pointers.len() / 4;
    pointers.extend([0; 4]);
    let argv = guest.copy("V", &pointers)?;
    let code = guest.call("S", &[count as i32, argv])?;
    let stdout = guest.streams.lock().unwrap_or_else(PoisonError::into_inner).stdout.clone();
    Ok(Output { stdout, code })
}

/// Runs the SQL on standard input, and prints in the format of `programs/sqlite/main.c`.
pub(crate) fn run_sqljs(runtime: &Runtime, module: &[u8], run: &Run) -> Result<Output> {
    const SQLITE_ROW: i32 = 100;
    const SQLITE_DONE: i32 = 101;
    // The names of the exports.
    let (malloc, open, prepare, step, finalize) = ("Ia", "Ha", "T", "U", "X");
    let (column_count, column_text, errmsg) = ("ra", "Z", "$");

    let guest = Guest::new(runtime, module, SQLJS, &[], "P")?;
    let out = guest.call(malloc, &[8])?;
    let memory_name = guest.copy_string(malloc, b":memory:")?;
    guest.call(open, &[memory_name, out])?;
    let database = guest.word(out)?;
    let mut rest = guest.copy_string(malloc, &run.stdin)?;
    let mut printed = Output { stdout: Vec::new(), code: 0 };
    let error = || -> Result<Vec<u8>> {
        let message = guest.string(guest.call(errmsg, &[database])?)?;
        Ok([b"error: ".as_slice(), &message, b"\n"].concat())
    };
    while !guest.string(rest)?.is_empty() {
        if guest.call(prepare, &[database, rest, -1, out, out + 4])? != 0 {
            printed.stdout.extend(error()?);
            printed.code = 1;
            break;
        }
        let statement = guest.word(out)?;
        rest = guest.word(out + 4)?;
        if statement == 0 {
            continue; // white space or a comment
        }
        let mut status = guest.call(step, &[statement])?;
        while status == SQLITE_ROW {
            let columns = guest.call(column_count, &[statement])?;
            let text = |column| match guest.call(column_text, &[statement, column])? {
                0 => Ok(b"NULL".to_vec()),
                text => guest.string(text),
            };
            let row: Vec<_> = (0..columns).map(text).collect::<Result<_>>()?;
            printed.stdout.extend(row.join(&b'|'));
            printed.stdout.push(b'\n');
            status = guest.call(step, &[statement])?;
        }
        if status != SQLITE_DONE {
            printed.stdout.extend(error()?);
            printed.code = 1;
        }
        guest.call(finalize, &[statement])?;
    }
    Ok(printed)
}

/// Evaluates the script on standard input and prints its value as a string.
pub(crate) fn run_quickjs(runtime: &Runtime, module: &[u8], run: &Run) -> Result<Output> {
    // The names of the exports `malloc` and `QTS_…`.
    let (malloc, new_runtime, new_context, eval) = ("v", "K", "N", "pa");
    let (resolve_exception, get_string) = ("na", "$");

    let guest = Guest::new(runtime, module, QUICKJS, &[], "u")?;
    let runtime = guest.call(new_runtime, &[])?;
    let all_intrinsics = 0;
    let context = guest.call(new_context, &[runtime, all_intrinsics])?;
    let script = guest.copy_string(malloc, &run.stdin)?;
    let name = guest.copy_string(malloc, b"script.js")?;
    let length = i32::try_from(run.stdin.len()).map_err(Error::other)?;
    let value = guest.call(eval, &[context, script, length, name, 0, 0])?;
    let exception = guest.call(resolve_exception, &[context, value])?;
    let shown = if exception == 0 { value } else { exception };
    let stdout = guest.string(guest.call(get_string, &[context, shown])?)?;
    Ok(Output { stdout, code: i32::from(exception != 0) })
}

impl Guest {
    fn new(
        runtime: &Runtime,
        module: &[u8],
        imports: &[(&str, Import)],
        stdin: &[u8],
        constructors: &str,
    ) -> Result<Self> {
        let streams = Streams { stdin: stdin.to_vec(), stdout: Vec::new() };
        let streams = Arc::new(Mutex::new(streams));
        let function = |&(name, import): &(&str, Import)| {
            let streams = Arc::clone(&streams);
            HostFunc::new(name, import.ty(), move |caller, arguments| {
                let mut streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
                import.call(caller, arguments, &mut streams).map_err(|e| e.to_string())
            })
        };
        let functions = imports.iter().map(function).collect();
        runtime.register_host_module(MODULE, functions).map_err(Error::other)?;
        let instance = runtime
            .load(module)
            .and_then(|module| module.instantiate(&config(WasiConfig::new())))
            .map_err(Error::other)?;
        instance.call(constructors, &[]).map_err(trapped)?;
        Ok(Self { instance, streams })
    }

    /// Calls an export whose parameters and result are all `i32`.
    fn call(&self, name: &str, arguments: &[i32]) -> Result<i32> {
        let arguments: Vec<Val> = arguments.iter().copied().map(Val::I32).collect();
        match self.instance.call(name, &arguments).map_err(trapped)?[..] {
            [Val::I32(result)] => Ok(result),
            [] => Ok(0),
            ref other => Err(Error::other(format!("{name} returned {other:?}"))),
        }
    }

    /// Puts bytes into memory that the export `allocate` returns.
    fn copy(&self, allocate: &str, bytes: &[u8]) -> Result<i32> {
        let size = i32::try_from(bytes.len()).map_err(Error::other)?;
        let at = self.call(allocate, &[size])?;
        self.memory()?.write(offset(at), bytes).map_err(Error::other)?;
        Ok(at)
    }

    fn copy_string(&self, allocate: &str, text: &[u8]) -> Result<i32> {
        self.copy(allocate, &[text, b"\0"].concat())
    }

    fn word(&self, at: i32) -> Result<i32> {
        read_word(&self.memory()?, offset(at))
    }

    /// The NUL-terminated string at that address.
    fn string(&self, at: i32) -> Result<Vec<u8>> {
        const CHUNK: usize = 4096;
        let memory = self.memory()?;
        let (mut text, mut at) = (Vec::new(), offset(at));
        loop {
            let length = CHUNK.min(memory.len().saturating_sub(at)).max(1);
            let chunk = memory.read_vec(at, length).map_err(Error::other)?;
            if let Some(end) = chunk.iter().position(|&byte| byte == 0) {
                text.extend(&chunk[..end]);
                return Ok(text);
            }
            text.extend(chunk);
            at += length;
        }
    }

    fn memory(&self) -> Result<Memory<'_>> {
        self.instance.memory().ok_or_else(|| Error::other("the module has no memory"))
    }
}

/// An address as an offset: addresses are unsigned.
fn offset(address: i32) -> usize {
    address.cast_unsigned() as usize
}

fn read_word(memory: &Memory<'_>, at: usize) -> Result<i32> {
    let mut word = [0; 4];
    memory.read(at, &mut word).map_err(Error::other)?;
    Ok(i32::from_le_bytes(word))
}

impl Import {
    fn ty(self) -> FuncType {
        use ValType::{F64, I32, I64};
        let params = match self {
            Self::DateNow => return FuncType::new([], [F64]),
            Self::FdSeek => vec![I32, I64, I32, I32],
            Self::FdRead | Self::FdWrite => vec![I32; 4],
            Self::EnvironGet | Self::EnvironSizesGet => vec![I32; 2],
            Self::FdFdstatGet | Self::Fstat | Self::Stat => vec![I32; 2],
        };
        FuncType::new(params, [I32])
    }

    fn call(
        self,
        caller: &mut Caller<'_>,
        arguments: &[Val],
        streams: &mut Streams,
    ) -> Result<Vec<Val>> {
        let memory = caller.memory().ok_or_else(|| Error::other("the module has no memory"))?;
        let argument = |index: usize| match arguments[index] {
            Val::I32(value) => offset(value),
            other => panic!("argument {index} is {other:?}"),
        };
        let status = match self {
            Self::DateNow => return Ok(vec![Val::from(0.0_f64)]),
            // No variable: nothing to write but two sizes of 0.
            Self::EnvironGet => 0,
            Self::EnvironSizesGet => {
                memory.write(argument(0), &[0; 4]).map_err(Error::other)?;
                memory.write(argument(1), &[0; 4]).map_err(Error::other)?;
                0
            }
            Self::FdRead => read(&memory, argument(1), argument(2), argument(3), streams)?,
            Self::FdWrite => {
                let out = if argument(0) == 1 { &mut streams.stdout } else { &mut Vec::new() };
                write(&memory, argument(1), argument(2), argument(3), out)?
            }
            Self::FdSeek => ESPIPE,
            Self::FdFdstatGet => {
                const CHARACTER_DEVICE: u8 = 2;
                let mut fdstat = [0; 24];
                fdstat[0] = CHARACTER_DEVICE;
                memory.write(argument(1), &fdstat).map_err(Error::other)?;
                0
            }
            Self::Fstat => {
                // A pipe: st_mode is the second word of the 96 bytes.
                const S_IFIFO: u32 = 0o010_000;
                let mut stat = [0; 96];
                stat[4..8].copy_from_slice(&(S_IFIFO | 0o600).to_le_bytes());
                memory.write(argument(1), &stat).map_err(Error::other)?;
                0
            }
            // There is no file. System calls return the negated error.
            Self::Stat => -ENOENT,
        };
        Ok(vec![Val::I32(status)])
    }
}

/// The buffers of an `iovec` array: address and length of each.
fn buffers(memory: &Memory<'_>, array: usize, count: usize) -> Result<Vec<(usize, usize)>> {
    let entry = |index| {
        let at = array + 8 * index;
        Ok((offset(read_word(memory, at)?), offset(read_word(memory, at + 4)?)))
    };
    (0..count).map(entry).collect()
}

fn read(
    memory: &Memory<'_>,
    array: usize,
    count: usize,
    result: usize,
    streams: &mut Streams,
) -> Result<i32> {
    let mut total = 0;
    for (at, length) in buffers(memory, array, count)? {
        let taken = length.min(streams.stdin.len());
        let bytes: Vec<u8> = streams.stdin.drain(..taken).collect();
        memory.write(at, &bytes).map_err(Error::other)?;
        total += taken;
    }
    store_size(memory, result, total)
}

fn write(
    memory: &Memory<'_>,
    array: usize,
    count: usize,
    result: usize,
    out: &mut Vec<u8>,
) -> Result<i32> {
    let mut total = 0;
    for (at, length) in buffers(memory, array, count)? {
        out.extend(memory.read_vec(at, length).map_err(Error::other)?);
        total += length;
    }
    store_size(memory, result, total)
}

fn store_size(memory: &Memory<'_>, at: usize, size: usize) -> Result<i32> {
    let size = u32::try_from(size).map_err(Error::other)?;
    memory.write(at, &size.to_le_bytes()).map_err(Error::other)?;
    Ok(0)
}
