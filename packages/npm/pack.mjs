// Makes the packages for npm: node pack.mjs FOLDER PLATFORM=PROGRAM…
//
// PLATFORM is Node's name of a system and a processor, as in linux-x64. Each program becomes a
// package for its platform, cwamrc-PLATFORM, and the package cwamrc depends on these packages
// optionally, so npm installs the one that matches. The version is that of the crate.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
/** What goes with a program. */
const notices = ["LICENSE", "THIRD-PARTY.md"];

const [folder, ...programs] = process.argv.slice(2);
const platforms = programs.map((program) => program.match(/^([a-z0-9]+)-([a-z0-9]+)=(.+)$/));
if (!folder || platforms.length === 0 || platforms.includes(null)) {
  console.error("usage: pack.mjs FOLDER PLATFORM=PROGRAM…");
  process.exit(2);
}

const cargo = readFileSync(join(root, "Cargo.toml"), "utf8");
const version = cargo.match(/^\[workspace\.package\]\n(?:.+\n)*?version = "(.+)"$/m)[1];
const main = JSON.parse(readFileSync(join(here, "cwamrc/package.json"), "utf8"));

const write = (path, manifest) =>
  writeFileSync(join(path, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

/** Makes the package of one platform, and returns its name. */
function platformPackage(os, cpu, program) {
  const name = `cwamrc-${os}-${cpu}`;
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const file = os === "win32" ? "cwamrc.exe" : "cwamrc";
  copyFileSync(program, join(place, file));
  chmodSync(join(place, file), 0o755);
  for (const notice of notices) copyFileSync(join(root, notice), join(place, notice));
  writeFileSync(
    join(place, "README.md"),
    `# ${name}\n\nThe program of the package \`cwamrc\` for ${os} on ${cpu}. Install \`cwamrc\` instead.\n`,
  );
  const { license, description } = main;
  // A program cannot be started from an archive, where Yarn would leave it otherwise.
  write(place, { name, version, description, license, os: [os], cpu: [cpu], preferUnplugged: true });
  return name;
}

rmSync(folder, { recursive: true, force: true });
const names = platforms.map(([, os, cpu, program]) => platformPackage(os, cpu, program));
const place = join(folder, "cwamrc");
cpSync(join(here, "cwamrc"), place, { recursive: true });
copyFileSync(join(root, "LICENSE"), join(place, "LICENSE"));
const optionalDependencies = Object.fromEntries(names.map((name) => [name, version]));
write(place, { ...main, version, optionalDependencies });

for (const name of [...names, "cwamrc"]) {
  execFileSync("npm", ["pack", "--silent", `./${name}`], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
}
