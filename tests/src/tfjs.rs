//! A host for the kernels of TensorFlow.js (`@tensorflow/tfjs-backend-wasm`), as far as the
//! workload in `programs/tfjs` needs one. `programs/tfjs/reference.cjs` is the same host for
//! Node.js.

use std::collections::HashMap;
use std::io::{Error, Result};

use wamr_shim::{Caller, FuncType, HostFunc, Instance, Memory, Runtime, Val, ValType, WasiConfig};

use crate::programs::{Output, Run};
use crate::runner::{config, trapped};

/// A tensor that the host has created.
struct Tensor {
    address: usize,
    size: usize,
    shape_address: i32,
}

struct Host {
    instance: Instance,
    tensors: HashMap<i32, Tensor>,
}

/// Runs the workload from standard input.
pub(crate) fn run(runtime: &Runtime, module: &[u8], run: &Run) -> Result<Output> {
    let copy_type = FuncType::new([ValType::I32; 3], []);
    let copy = HostFunc::new("emscripten_memcpy_big", copy_type, |caller, arguments| {
        copy_memory(caller, arguments).map_err(|error| error.to_string())?;
        Ok(Vec::new())
    });
    runtime.register_host_module("env", vec![copy]).map_err(Error::other)?;
    let instance = runtime
        .load(module)
        .and_then(|module| module.instantiate(&config(WasiConfig::new())))
        .map_err(Error::other)?;
    instance.call("__wasm_call_ctors", &[]).map_err(trapped)?;
    let mut host = Host { instance, tensors: HashMap::new() };
    let mut stdout = String::new();
    for line in String::from_utf8_lossy(&run.stdin).lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["tensor", id, ref shape @ ..] => host.make(number(id)?, shape)?,
            ["call", name, ref arguments @ ..] => drop(host.call_kernel(name, arguments)?),
            ["print", id] => stdout += &host.print(number(id)?)?,
            _ => {}
        }
    }
    Ok(Output { stdout: stdout.into_bytes(), code: 0 })
}

impl Host {
    fn make(&mut self, id: i32, shape: &[&str]) -> Result<()> {
        let shape: Vec<i32> = shape.iter().map(|text| number(text)).collect::<Result<_>>()?;
        let size: i32 = shape.iter().product();
        let address = self.call("malloc", &[4 * size])?;
        let values = (0..size).map(|index| {
            // Sums of few such values are exact.
            let step = (i64::from(index) * 7919 + i64::from(id) * 104_729) % 2003 - 1001;
            step as f32 / 512.0
        });
        self.write(address, values.flat_map(f32::to_le_bytes).collect())?;
        let shape_address = self.call("malloc", &[4 * shape.len() as i32])?;
        self.write(shape_address, shape.into_iter().flat_map(i32::to_le_bytes).collect())?;
        self.call("register_tensor", &[id, size, address])?;
        let tensor = Tensor { address: place(address), size: size as usize, shape_address };
        self.tensors.insert(id, tensor);
        Ok(())
    }

    fn call_kernel(&self, name: &str, arguments: &[&str]) -> Result<i32> {
        let value = |text: &&str| match text.strip_prefix('@') {
            Some(id) => Ok(self.tensor(number(id)?)?.shape_address),
            None => number(text),
        };
        let arguments: Vec<i32> = arguments.iter().map(value).collect::<Result<_>>()?;
        self.call(name, &arguments)
    }

    fn print(&self, id: i32) -> Result<String> {
        let tensor = self.tensor(id)?;
        let bytes = self.memory()?.read_vec(tensor.address, 4 * tensor.size);
        let bytes = bytes.map_err(Error::other)?;
        let (words, _) = bytes.as_chunks::<4>();
        let words: Vec<String> =
            words.iter().map(|&word| format!("{:08x}", u32::from_le_bytes(word))).collect();
        Ok(words.join(" ") + "\n")
    }

    fn call(&self, name: &str, arguments: &[i32]) -> Result<i32> {
        let arguments: Vec<Val> = arguments.iter().copied().map(Val::I32).collect();
        match self.instance.call(name, &arguments).map_err(trapped)?[..] {
            [Val::I32(result)] => Ok(result),
            [] => Ok(0),
            ref other => Err(Error::other(format!("{name} returned {other:?}"))),
        }
    }

    fn write(&self, address: i32, bytes: Vec<u8>) -> Result<()> {
        self.memory()?.write(place(address), &bytes).map_err(Error::other)
    }

    fn tensor(&self, id: i32) -> Result<&Tensor> {
        self.tensors.get(&id).ok_or_else(|| Error::other(format!("there is no tensor {id}")))
    }

    fn memory(&self) -> Result<Memory<'_>> {
        self.instance.memory().ok_or_else(|| Error::other("the module has no memory"))
    }
}

/// Called by emscripten for long copies: target, source, size.
fn copy_memory(caller: &mut Caller<'_>, arguments: &[Val]) -> Result<()> {
    let &[Val::I32(to), Val::I32(from), Val::I32(size)] = arguments else {
        return Err(Error::other(format!("arguments {arguments:?}")));
    };
    let memory = caller.memory().ok_or_else(|| Error::other("the module has no memory"))?;
    let bytes = memory.read_vec(place(from), place(size)).map_err(Error::other)?;
    memory.write(place(to), &bytes).map_err(Error::other)
}

fn number(text: &str) -> Result<i32> {
    text.parse().map_err(|_| Error::other(format!("{text:?} is not a number")))
}

/// An address as an offset: addresses are unsigned.
fn place(address: i32) -> usize {
    address.cast_unsigned() as usize
}
