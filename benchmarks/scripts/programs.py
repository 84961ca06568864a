"""Builds the programs in benchmarks/programs/programs.toml; prints their paths as JSON.

Works like tests/scripts/inputs.py, shares code with it, and needs the same tools: clang-19 builds
every program for wasm32-wasi and natively, from the sources of the crates in
benchmarks/programs/Cargo.lock, into a folder named by a hash of all inputs. If a program cannot be
built, the reason is reported, and the others are built all the same.
"""

import concurrent.futures
import glob
import hashlib
import json
import os
import pathlib
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "scripts"))
import inputs  # noqa: E402

PROGRAMS = ROOT / "benchmarks" / "programs"
TESTS = ROOT / "tests" / "programs"


def ours(path):
    """A path of the table."""
    return TESTS / path.removeprefix("tests/") if path.startswith("tests/") else PROGRAMS / path


class Program:
    """One program: its sources, and one command for each of its two builds."""

    def __init__(self, name, entry, build, variant_flags, crates):
        self.name = name
        self.sources = [ours(s) for s in entry["sources"]]
        includes = [ours(i) for i in entry.get("include", [])]
        self.folders = {source.parent for source in self.sources} | set(includes)
        self.crate, theirs = "", []
        if "crate" in entry:
            folder, version = crates[entry["crate"]]
            self.crate = f"{entry['crate']} {version}"
            for pattern in entry["crate_sources"]:
                matches = sorted(glob.glob(str(folder / pattern)))
                if not matches:
                    raise inputs.Failure(f"{self.crate} has no {pattern}", "see programs.toml")
                theirs += matches
            includes += [folder / i for i in entry["crate_include"]]
        flags = build["flags"] + entry.get("flags", [])
        self.wasm_flags = ["--target=wasm32-wasi", *flags, *build["wasm_flags"]]
        self.wasm_flags += [*entry.get("wasm_flags", []), *variant_flags]
        self.native_flags = [*flags, *build["native_flags"]]
        self.files = [str(s) for s in self.sources] + theirs
        self.tail = [f"-I{i}" for i in includes] + self.files + build["libs"]

    def command(self, flags, out):
        flags = [f.replace("{tests}", str(TESTS)) for f in flags]
        return [inputs.CC, "-w", *flags, *self.tail, "-o", str(out)]

    def key(self, surroundings):
        """A hash of all inputs. (A published crate never changes.)"""
        names = [os.path.basename(f) for f in self.files]
        fields = [self.crate, self.wasm_flags, self.native_flags, surroundings, names]
        state = hashlib.sha256(json.dumps(fields).encode())
        for folder in sorted(self.folders):
            for path in sorted(p for p in folder.glob("*.[ch]")):
                state.update(path.name.encode() + b"\0" + path.read_bytes())
        return state.hexdigest()[:16]

    def build(self, cache, surroundings):
        folder = cache / f"{self.name}-{self.key(surroundings)}"
        if folder.is_dir():
            return folder
        inputs.say(f"building {self.name}")
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            made = pathlib.Path(temporary) / "made"
            made.mkdir()
            hint = "see benchmarks/programs/programs.toml"
            inputs.run(self.command(self.wasm_flags, made / "program.wasm"), hint)
            inputs.run(self.command(self.native_flags, made / "native"), hint)
            os.replace(made, folder)
        return folder


class RustProgram:
    """A binary of Cargo.toml, built twice by cargo."""

    TARGET = "wasm32-wasip1"

    def __init__(self, name, binary):
        self.name, self.binary = name, binary

    def key(self, surroundings):
        state = hashlib.sha256(json.dumps(surroundings).encode())
        state.update(inputs.run(["rustc", "-vV"], "is Rust installed?").encode())
        files = [PROGRAMS / "Cargo.toml", PROGRAMS / "Cargo.lock"]
        for path in files + sorted((PROGRAMS / self.binary).glob("*.rs")):
            state.update(path.name.encode() + b"\0" + path.read_bytes())
        return state.hexdigest()[:16]

    def build(self, cache, surroundings):
        folder = cache / f"{self.name}-{self.key(surroundings)}"
        if folder.is_dir():
            return folder
        inputs.say(f"building {self.name}")
        cargo = os.environ.get("CARGO", "cargo")
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            made, out = pathlib.Path(temporary) / "made", pathlib.Path(temporary) / "target"
            made.mkdir()
            hint = f"`rustup target add {self.TARGET}` brings what is missing"
            command = [cargo, "build", "--release", "--locked", "--bin", self.binary]
            command += ["--manifest-path", str(PROGRAMS / "Cargo.toml"), "--target-dir", str(out)]
            root = inputs.run(["rustc", "--print", "sysroot"], "is Rust installed?").strip()
            if not (pathlib.Path(root) / "lib/rustlib" / self.TARGET).is_dir():
                raise inputs.Failure(f"rustc has no library for {self.TARGET}; {hint}", hint)
            inputs.run([*command, "--target", self.TARGET], hint)
            environment = {**os.environ, "RUSTFLAGS": "-Ctarget-cpu=native"}
            inputs.run(command, hint, env=environment)
            os.replace(out / self.TARGET / "release" / f"{self.binary}.wasm", made / "program.wasm")
            os.replace(out / "release" / self.binary, made / "native")
            os.replace(made, folder)
        return folder


def crate_folders():
    cargo = os.environ.get("CARGO", "cargo")
    command = [cargo, "metadata", "--format-version", "1", "--locked"]
    command += ["--manifest-path", str(PROGRAMS / "Cargo.toml")]
    packages = json.loads(inputs.run(command, "cargo must reach its registry"))["packages"]
    return {p["name"]: (pathlib.Path(p["manifest_path"]).parent, p["version"]) for p in packages}


def listed(table, crates):
    for name, entry in table["program"].items():
        for variant in ["", *entry.get("variants", [])]:
            flags = table["variants"][variant] if variant else []
            full = f"{name}-{variant}" if variant else name
            if "rust" in entry:
                yield full, entry, RustProgram(full, entry["rust"])
                continue
            yield full, entry, Program(full, entry, table["build"], flags, crates)


def describe(name, entry, folder):
    found = {"name": name, "wasm": str(folder / "program.wasm"), "native": str(folder / "native")}
    found["args"] = entry.get("args", [])
    found["stdin"] = str(ours(entry["stdin"])) if "stdin" in entry else None
    found["folder"] = str(ours(entry["folder"])) if "folder" in entry else None
    return found


def cache_folder():
    chosen = os.environ.get("CWAMRC_BENCHMARK_PROGRAMS")
    if not chosen:
        base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        chosen = pathlib.Path(base) / "cwamrc-benchmark-programs"
    folder = pathlib.Path(chosen).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def surroundings():
    """The tools, and the CPU that native builds are for."""
    libc = os.stat("/usr/lib/wasm32-wasi/libc.a").st_size
    with open("/proc/cpuinfo") as file:
        cpu = sorted({line for line in file if line.startswith(("model name", "flags"))})
    return [inputs.run([inputs.CC, "--version"], "is clang-19 installed?"), libc, cpu]


def main():
    with open(PROGRAMS / "programs.toml", "rb") as file:
        table = tomllib.load(file)
    cache, around, crates = cache_folder(), surroundings(), crate_folders()
    programs, failed = [], {}
    with inputs.locked(cache), concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        builds = [(n, e, pool.submit(p.build, cache, around)) for n, e, p in listed(table, crates)]
        for name, entry, build in builds:
            try:
                programs.append(describe(name, entry, build.result()))
            except inputs.Failure as failure:
                failed[name] = str(failure)
    print(json.dumps({"programs": programs, "failed": failed}, indent=2))


if __name__ == "__main__":
    try:
        main()
    except inputs.Failure as failure:
        inputs.say(f"error: {failure}\nhint: {failure.hint}")
        sys.exit(1)
