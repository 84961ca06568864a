#!/usr/bin/env node
// The command: starts the program with the same arguments, files and exit code.
"use strict";

const { spawnSync } = require("node:child_process");
const { program } = require("./platform.js");

let result;
try {
  result = spawnSync(program(), process.argv.slice(2), { stdio: "inherit" });
  if (result.error) throw result.error;
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}
if (result.signal) process.kill(process.pid, result.signal);
process.exitCode = result.status ?? 1;
