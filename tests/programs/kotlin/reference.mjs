// Runs one program of a module that Kotlin's compiler made, in V8: node reference.mjs MODULE EXPORT.
import fs from 'node:fs';
import { WASI } from 'node:wasi';

const [wasm, name] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: ['program'], env: {} });
const imports = { wasi_snapshot_preview1: wasi.wasiImport };
const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm), imports);
wasi.start(instance);
instance.exports[name]();
