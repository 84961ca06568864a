// The peer V8 for programs with WASI: calls an export twice, and prints as JSON what the program printed and the CPU
// seconds of the second call, by which V8 has compiled what runs often.
//
//   node_wasi_peer.mjs FILE.wasm EXPORT
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";

const [file, name] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "peer-"));
try {
  const path = join(folder, "printed");
  const printed = openSync(path, "w");
  const wasi = new WASI({ version: "preview1", args: ["program"], env: {}, stdout: printed, stderr: printed });
  const { instance } = await WebAssembly.instantiate(readFileSync(file), wasi.getImportObject());
  wasi.start(instance);
  const call = instance.exports[name];
  call();
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  closeSync(printed);
  console.log(JSON.stringify({ cpu: (user + system) / 1e6, result: readFileSync(path, "utf8") }));
} finally {
  rmSync(folder, { recursive: true });
}
