// The function `compile`: runs the command, with the module as its input and the file as its output.
"use strict";

const { spawn } = require("node:child_process");
const { program } = require("./platform.js");

/** A module cannot be compiled, or an option is wrong. */
class CompileError extends Error {
  constructor(message, { offset, hint, exitCode } = {}) {
    super(message);
    this.name = "CompileError";
    this.offset = offset;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** Options that would take the file away from the function that returns it. */
const OUTPUTS = ["o", "output", "stackUsage", "version", "help", "llvmVersion"];

/** An option as a flag: { optLevel: 0 } is --opt-level=0. */
function flag(name, value) {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name) || OUTPUTS.includes(name)) {
    throw new TypeError(`cwamrc has no option ${JSON.stringify(name)} here`);
  }
  const dashed = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (value === undefined || value === false) return [];
  if (value === true) return [dashed];
  if (Array.isArray(value)) return [`${dashed}=${value.join(",")}`];
  if (typeof value === "string" || typeof value === "number") return [`${dashed}=${value}`];
  throw new TypeError(`the option ${name} has a value that is not a flag's: ${typeof value}`);
}

/** What the command says about a failure: a line with the error, and perhaps one with a hint. */
function failure(text, exitCode) {
  const line = (label) => text.match(new RegExp(`^${label}: (.*)$`, "m"))?.[1];
  const message = line("error") ?? (text.trim() || `the command ended with ${exitCode}`);
  const place = message.match(/ \(at wasm offset (0x[0-9a-f]+)\)/);
  const without = message.replace(/, in standard input$/, "").replace(place?.[0] ?? "", "");
  const offset = place ? Number(place[1]) : undefined;
  return new CompileError(without, { offset, hint: line("hint") ?? line(" *tip"), exitCode });
}

/** What arrives on a stream until it ends. */
async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function compile(bytes, options = {}) {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("the module is not a Uint8Array");
  const flags = Object.entries(options).flatMap(([name, value]) => flag(name, value));
  const child = spawn(program(), [...flags, "-o", "-", "-"], { windowsHide: true });
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  // A command that fails early does not read all of its input.
  child.stdin.on("error", () => {});
  child.stdin.end(bytes);
  const [code, file, messages] = await Promise.all([
    ended,
    all(child.stdout),
    all(child.stderr),
  ]);
  const text = messages.toString();
  if (code !== 0) throw failure(text, code);
  for (const [, warning] of text.matchAll(/^warning: (.*)$/gm)) {
    process.emitWarning(warning, "CompileWarning");
  }
  return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
}

module.exports = { CompileError, compile };
