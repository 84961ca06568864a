// The peer V8: calls an export of a module, first a tenth as often to warm up, and prints what it returned and the CPU
// seconds it took.
//
//   node_peer.mjs FILE.wasm EXPORT DEPTH TIMES
import { readFileSync } from "node:fs";

const [file, name, depth, times] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(file));
const call = instance.exports[name];
call(Number(depth), Math.ceil(Number(times) / 10));
const before = process.cpuUsage();
const result = call(Number(depth), Number(times));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpu: (user + system) / 1e6, result }));
