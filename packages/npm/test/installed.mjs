// The installed package: the function and the command. tests/scripts/npm.sh runs this in a folder
// that has nothing else.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { CompileError, compile } = require("cwamrc");

const ADD = Buffer.from(
  `(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))`,
);
// An empty module, and one whose only function has a wrong result: its last byte finds nothing.
const MISTAKE = Buffer.from("0061736d010000000105016000017f030201000a040102000b", "hex");

// e_machine of the target info.
const machine = (aot) => Buffer.from(aot).readUInt16LE(22);

test("the function makes files for each target", async () => {
  for (const [target, expected] of [["x86_64", 0x3e], ["aarch64", 0xb7], ["riscv64", 0xf3]]) {
    const aot = await compile(ADD, { target });
    assert.ok(aot instanceof Uint8Array);
    assert.deepEqual(Buffer.from(aot.subarray(0, 4)), Buffer.from("\0aot"));
    assert.equal(machine(aot), expected, target);
  }
});

test("options are flags", async () => {
  const plain = await compile(ADD, { target: "x86_64" });
  for (const options of [
    { boundsChecks: 1 },
    { enableDumpCallStack: true },
    { gasLimit: 1000 },
    { optLevel: 0, wamrVersion: "main" },
  ]) {
    const other = await compile(ADD, { target: "x86_64", ...options });
    assert.notDeepEqual(other, plain, JSON.stringify(options));
  }
  const same = await compile(ADD, { target: "x86_64", xip: false, cpu: undefined });
  assert.deepEqual(same, plain);
  const object = await compile(ADD, { target: "x86_64", format: "object" });
  assert.deepEqual(Buffer.from(object.subarray(0, 4)), Buffer.from("\x7fELF"));
});

test("errors have a place and a hint", async () => {
  await assert.rejects(compile(MISTAKE), (error) => {
    assert.ok(error instanceof CompileError);
    assert.equal(error.offset, MISTAKE.length - 1);
    assert.equal(error.exitCode, 1);
    assert.match(error.message, /^type mismatch/);
    assert.doesNotMatch(error.message, /offset|standard input/);
    return true;
  });
  await assert.rejects(compile(ADD, { target: "pdp11" }), (error) => {
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /pdp11/);
    assert.match(error.hint, /--target=help/);
    return true;
  });
  await assert.rejects(compile(ADD, { o: "file" }), TypeError);
  await assert.rejects(compile(ADD, { "x --help": true }), TypeError);
  await assert.rejects(compile(ADD, { target: {} }), TypeError);
  await assert.rejects(compile("text"), TypeError);
});

test("warnings are warnings of the process", async () => {
  const warned = new Promise((resolve) => process.once("warning", resolve));
  await compile(ADD, { target: "x86_64", emitCustomSections: ["none", "neither"] });
  const warning = await warned;
  assert.equal(warning.name, "CompileWarning");
  assert.match(warning.message, /none/);
});

test("many at once", async () => {
  const expected = await compile(ADD, { target: "x86_64" });
  const results = await Promise.all(Array.from({ length: 8 }, () => compile(ADD, { target: "x86_64" })));
  for (const result of results) assert.deepEqual(result, expected);
});

test("the command makes the same file, and passes on exit codes", async () => {
  const command = "node_modules/.bin/cwamrc";
  writeFileSync("add.wat", ADD);
  execFileSync(command, ["--target=aarch64", "-o", "add.aot", "add.wat"]);
  const made = readFileSync("add.aot");
  assert.deepEqual(made, Buffer.from(await compile(ADD, { target: "aarch64" })));
  const { version } = JSON.parse(readFileSync("node_modules/cwamrc/package.json"));
  assert.match(execFileSync(command, ["--version"]).toString(), new RegExp(` ${version}`));
  assert.equal(spawnSync(command, ["none.wasm"]).status, 1);
  assert.equal(spawnSync(command, ["--none"]).status, 2);
});
