// Runs the workload on standard input with the module that the argument names, in Node.js' engine.
"use strict";
const fs = require("fs");
let memory;
const stub = (name) => () => { throw new Error(`${name} is called`); };
const env = {
  abort: stub("abort"),
  emscripten_memcpy_big: (to, from, size) => new Uint8Array(memory.buffer).copyWithin(to, from, from + size),
  emscripten_get_heap_max: stub("emscripten_get_heap_max"),
  emscripten_resize_heap: stub("emscripten_resize_heap"),
};
const wasi = { fd_close: stub("fd_close"), fd_write: stub("fd_write"), fd_seek: stub("fd_seek") };
const module_ = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const instance = new WebAssembly.Instance(module_, { env, wasi_snapshot_preview1: wasi });
const exports_ = instance.exports;
memory = exports_.memory;
exports_.__wasm_call_ctors();
const tensors = new Map();

function make(id, shape) {
  const size = shape.reduce((product, n) => product * n, 1);
  const at = exports_.malloc(4 * size);
  for (let i = 0; i < size; i++) {
    const value = (((i * 7919 + id * 104729) % 2003) - 1001) / 512;
    new DataView(memory.buffer).setFloat32(at + 4 * i, value, true);
  }
  const shapeAt = exports_.malloc(4 * shape.length);
  shape.forEach((n, i) => new DataView(memory.buffer).setInt32(shapeAt + 4 * i, n, true));
  tensors.set(id, { at, size, shapeAt });
  exports_.register_tensor(id, size, at);
}

function print(id) {
  const { at, size } = tensors.get(id);
  const words = [];
  for (let i = 0; i < size; i++) words.push(new DataView(memory.buffer).getUint32(at + 4 * i, true));
  process.stdout.write(words.map((word) => word.toString(16).padStart(8, "0")).join(" ") + "\n");
}

for (const line of fs.readFileSync(0, "utf8").split("\n")) {
  const [verb, first, ...rest] = line.split(" ");
  if (verb === "tensor") make(Number(first), rest.map(Number));
  if (verb === "print") print(Number(first));
  if (verb === "call") {
    const value = (text) => (text.startsWith("@") ? tensors.get(Number(text.slice(1))).shapeAt : Number(text));
    exports_[first](...rest.map(value));
  }
}
