// Carries plans out in V8, for tests/src/differential/v8.rs: a line of JSON from standard input is a module
// and the calls to make, a line to standard output is what came of them.

import { createInterface } from 'node:readline';

const view = new DataView(new ArrayBuffer(8));

// Values are [type, bits], the bits a decimal number in a string, or null for a null reference.
function decode([type, bits], exports) {
  if (bits === null) return null;
  switch (type) {
    case 'i32': return Number(bits) | 0;
    case 'i64': return BigInt.asIntN(64, BigInt(bits));
    case 'f32': view.setUint32(0, Number(bits)); return view.getFloat32(0);
    case 'f64': view.setBigUint64(0, BigInt(bits)); return view.getFloat64(0);
    case 'funcref': return exports[`f${bits}`];
    default: return Number(bits);
  }
}

function encode(type, value, names) {
  switch (type) {
    case 'i32': return String(value >>> 0);
    case 'i64': return String(BigInt.asUintN(64, value));
    case 'f32':
      if (Number.isNaN(value)) return 'nan';
      view.setFloat32(0, value);
      return String(view.getUint32(0));
    case 'f64':
      if (Number.isNaN(value)) return 'nan';
      view.setFloat64(0, value);
      return String(view.getBigUint64(0));
    case 'funcref': return value === null ? null : names.get(value) ?? 'hidden';
    default:
      if (value === null) return null;
      // A reference of the module, which is opaque.
      return typeof value === 'object' ? 'object' : String(value);
  }
}

// As `hash` in tests/src/differential/drive.rs.
function hash(memory) {
  const bytes = memory.buffer.byteLength;
  const words = new Uint32Array(memory.buffer, 0, Math.max(bytes - 16, 0) / 4);
  let [low, high] = [0, 0];
  for (const word of words) {
    const mixed = Math.imul(low ^ word, 0x9e3779b1);
    low = (mixed << 13) | (mixed >>> 19);
    high = Math.imul(high + low, 0x85ebca77);
  }
  return String((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

function failure(error) {
  if (error instanceof WebAssembly.Exception) return { trap: 'uncaught exception' };
  // What is no trap is a fault of this script, or of V8.
  if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  return { trap: error.message };
}

function run(plan) {
  let module;
  try {
    module = new WebAssembly.Module(Buffer.from(plan.wasm, 'base64'));
  } catch (error) {
    return { refused: error.message };
  }
  let exports;
  try {
    exports = new WebAssembly.Instance(module, {}).exports;
  } catch (error) {
    return { instantiated: failure(error).trap };
  }
  const names = new Map();
  for (const name of Object.keys(exports)) {
    if (/^f\d+$/.test(name)) names.set(exports[name], name.slice(1));
  }
  const calls = plan.calls.map(({ name, results, args }) => {
    if (exports.fuel) exports.fuel.value = plan.fuel;
    let value;
    try {
      value = exports[name](...args.map((arg) => decode(arg, exports)));
    } catch (error) {
      return failure(error);
    }
    const values = results.length === 0 ? [] : results.length === 1 ? [value] : value;
    return { values: values.map((each, at) => encode(results[at], each, names)) };
  });
  const globals = plan.globals.map(([name, type]) => encode(type, exports[name].value, names));
  const memory = exports.m0;
  return {
    calls,
    globals,
    size: memory ? memory.buffer.byteLength : 0,
    hash: memory ? hash(memory) : '0',
  };
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(run(JSON.parse(line)))}\n`);
}
