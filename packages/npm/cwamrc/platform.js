// Finds the command for this machine, which is in a package of its own: npm installs the one whose
// system and processor match. pack.mjs adds these packages to package.json.
"use strict";

const path = require("node:path");

/** The path of the command's program. */
function program() {
  const name = `cwamrc-${process.platform}-${process.arch}`;
  let manifest;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    throw new Error(
      `the package ${name} is not installed: either cwamrc is not made for this system, ` +
        "or npm was told to leave out optional dependencies",
    );
  }
  const file = process.platform === "win32" ? "cwamrc.exe" : "cwamrc";
  return path.join(path.dirname(manifest), file);
}

module.exports = { program };
