"""Fetches and builds what tests/programs/inputs.toml lists; prints the paths as JSON.

Packages are installed with npm and pip as they are configured on this machine. Files of npm packages
are checked against the SHA-256 in the table on every run, and nothing that fails the check enters the
cache; pip checks the hashes of what it installs. Programs are built from the sources of crates in
Cargo.lock, into a folder named by a hash of all inputs. Of two runs at the same time, the second one
waits. What is in the cache is not built again.
"""

import concurrent.futures
import contextlib
import fcntl
import functools
import glob
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

PROGRAMS = pathlib.Path(__file__).resolve().parent.parent / "programs"
TESTS_CRATE = PROGRAMS.parent
CC = "clang-19"
THREADS_TARGET = "wasm32-wasip1-threads"


class Failure(Exception):
    """What went wrong, where, and what to do about it."""

    def __init__(self, what, hint):
        super().__init__(what)
        self.hint = hint


def say(message):
    sys.stderr.write(message + "\n")


def run(command, hint, **options):
    """The command's standard output; a failure carries the end of its standard error."""
    try:
        done = subprocess.run(command, text=True, capture_output=True, **options)
    except OSError as error:
        raise Failure(f"cannot run {command[0]}: {error.strerror}", hint) from error
    if done.returncode != 0:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise Failure(f"{' '.join(command[:4])} … failed with {done.returncode}:\n{tail}", hint)
    return done.stdout


def cache_folder():
    chosen = os.environ.get("CWAMRC_TEST_INPUTS")
    if not chosen:
        base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        chosen = pathlib.Path(base) / "cwamrc-test-inputs"
    folder = pathlib.Path(chosen).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def locked(folder):
    with open(folder / "lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another run in {folder}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- npm ----------------------------------------------------------------------------------------


def intact(folder, files):
    return all(
        (folder / name).is_file() and sha256(folder / name) == expected
        for name, expected in files.items()
    )


def fetch_npm(cache, key, entry):
    """The folder with the files of one npm package, each with the SHA-256 that the table gives."""
    folder = cache / "npm" / f"{key}-{entry['version']}"
    if intact(folder, entry["files"]):
        return folder
    spec = f"{entry['package']}@{entry['version']}"
    say(f"fetching {spec} from npm")
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        out = run(["npm", "pack", "--loglevel=error", spec], "npm must reach its registry", cwd=temporary)
        archive = os.path.join(temporary, out.strip().splitlines()[-1])
        run(["tar", "-xzf", archive, "-C", temporary], "is tar installed?")
        package = pathlib.Path(temporary) / "package"
        for name, expected in entry["files"].items():
            if not (package / name).is_file():
                raise Failure(f"{spec} holds no {name}", "see tests/programs/inputs.toml")
            actual = sha256(package / name)
            if actual != expected:
                raise Failure(
                    f"{name} of {spec} has SHA-256 {actual}, expected {expected}",
                    "the registry serves another file than the one that was reviewed",
                )
        for name in entry["files"]:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(package / name, folder / name)
    return folder


# --- PyPI ---------------------------------------------------------------------------------------


def fetch_pypi(cache):
    """A virtual environment with the packages of requirements.txt, whose hashes pip checks."""
    requirements = PROGRAMS / "requirements.txt"
    key = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache / "venv" / key
    if (folder / "complete").exists():
        return folder
    say("installing the packages of tests/programs/requirements.txt from PyPI")
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(folder)], "is python3-venv installed?")
    pip = [str(folder / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install"]
    pip += ["--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    pip += ["-r", str(requirements)]
    run(pip, "pip must reach its index")
    (folder / "complete").touch()
    return folder


# --- Programs from sources ----------------------------------------------------------------------


def crate_folders(names):
    """Folder and version of each crate, by name; cargo fetches missing sources."""
    cargo = os.environ.get("CARGO", "cargo")
    command = [cargo, "metadata", "--format-version", "1", "--locked"]
    command += ["--manifest-path", str(TESTS_CRATE / "Cargo.toml")]
    packages = json.loads(run(command, "cargo must reach its registry"))["packages"]
    found = {p["name"]: (pathlib.Path(p["manifest_path"]).parent, p["version"]) for p in packages}
    for name in names:
        if name not in found:
            raise Failure(f"the tests crate does not depend on {name}", "see tests/Cargo.toml")
    return found


@functools.cache
def threads_libc():
    """The folder of the wasi-libc with threads, if rustc's standard library for them is installed."""
    rustc = os.environ.get("RUSTC", "rustc")
    root = run([rustc, "--print", "sysroot"], "is rustc installed?").strip()
    folder = pathlib.Path(root) / "lib/rustlib" / THREADS_TARGET / "lib/self-contained"
    return str(folder) if (folder / "libc.a").is_file() else None


class Program:
    """One program: its sources, and one command for each of its two builds."""

    def __init__(self, name, entry, build, crates):
        self.name = name
        self.ours = [PROGRAMS / s for s in entry["sources"]]
        self.own_folders = {source.parent for source in self.ours}
        own_includes = [PROGRAMS / i for i in entry.get("include", [])]
        self.own_folders.update(own_includes)
        self.crate, theirs, includes = "", [], own_includes
        if "crate" in entry:
            folder, version = crates[entry["crate"]]
            self.crate = f"{entry['crate']} {version}"
            for pattern in entry["crate_sources"]:
                matches = sorted(glob.glob(str(folder / pattern)))
                if not matches:
                    raise Failure(f"{self.crate} has no {pattern}", "see tests/programs/inputs.toml")
                theirs += matches
            includes = includes + [folder / i for i in entry["crate_include"]]
        self.own_flags = build["flags"] + entry.get("flags", [])
        self.wasm_flags = build["wasm_flags"] + entry.get("wasm_flags", [])
        self.libc = ""
        if entry.get("threads"):
            self.libc = f" {os.stat(threads_libc() + '/libc.a').st_size}"
            self.own_flags = self.own_flags + build["threads"]["flags"]
            self.wasm_flags = self.wasm_flags + build["threads"]["wasm_flags"]
        self.native_flags = build["native_flags"] + entry.get("native_flags", [])
        self.exnref = entry.get("exnref", False)
        self.libs = build["libs"]
        self.inputs = [str(s) for s in self.ours] + theirs
        self.includes = [f"-I{i}" for i in includes]

    def command(self, flags, out):
        flags = [f.replace("{programs}", str(PROGRAMS)) for f in flags]
        flags = [f.replace("{libc}", threads_libc()) if "{libc}" in f else f for f in flags]
        return [CC, *flags, *self.includes, *self.inputs, *self.libs, "-o", str(out)]

    def key(self, compiler):
        """A hash of all inputs. (A published crate never changes.)"""
        state = hashlib.sha256()
        flags = [self.own_flags, self.wasm_flags, self.native_flags, self.libs]
        if self.exnref:
            flags.append("exnref")
        fields = [self.crate, flags, compiler + self.libc, [os.path.basename(i) for i in self.inputs]]
        state.update(json.dumps(fields).encode())
        for folder in sorted(self.own_folders):
            for path in sorted(p for p in folder.rglob("*") if p.suffix in (".c", ".cpp", ".h")):
                state.update(str(path.relative_to(PROGRAMS)).encode() + b"\0" + path.read_bytes())
        return state.hexdigest()[:16]

    def translate(self, npm, wasm):
        """Replaces legacy exceptions by those of the current encoding."""
        optimiser = [f"{npm['node']}/bin/node", f"{npm['binaryen']}/bin/wasm-opt"]
        # With all features, it would write imports in a form that nobody else reads yet.
        features = ["exception-handling", "reference-types", "multivalue", "bulk-memory", "sign-ext"]
        flags = [f"--enable-{feature}" for feature in [*features, "mutable-globals"]]
        files = ["--emit-exnref", str(wasm), "-o", str(wasm)]
        run([*optimiser, *flags, *files], "Binaryen must read what clang writes")

    def build(self, cache, compiler, npm):
        """The folder with `program.wasm` and `native`."""
        folder = cache / "built" / f"{self.name}-{self.key(compiler)}"
        if folder.is_dir():
            return folder
        say(f"building {self.name}")
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            made = pathlib.Path(temporary) / "made"
            made.mkdir()
            wasm = ["--target=wasm32-wasi", *self.own_flags, *self.wasm_flags]
            hint = f"{self.name} must compile for wasm32-wasi"
            run(self.command(wasm, made / "program.wasm"), hint)
            if self.exnref:
                self.translate(npm, made / "program.wasm")
            native = [*self.own_flags, *self.native_flags]
            run(self.command(native, made / "native"), f"{self.name} must compile natively")
            os.replace(made, folder)
        return folder


def programs(table, crates):
    build = table["build"]
    for name, entry in table["program"].items():
        if entry.get("threads") and not threads_libc():
            continue
        yield Program(name, entry, build, crates)
    for source in sorted((PROGRAMS / "kernels").glob("*.c")):
        for variant, flags in table["kernels"]["variants"].items():
            changed = {**build, "wasm_flags": build["wasm_flags"] + flags}
            entry = {"sources": [f"kernels/{source.name}"]}
            yield Program(f"{source.stem}-{variant}", entry, changed, crates)


def build_programs(cache, table, npm):
    crates = crate_folders({p["crate"] for p in table["program"].values() if "crate" in p})
    libc = os.stat("/usr/lib/wasm32-wasi/libc.a")
    compiler = run([CC, "--version"], "is clang-19 installed?") + f"libc {libc.st_size}"
    listed = list(programs(table, crates))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        folders = pool.map(lambda p: p.build(cache, compiler, npm), listed)
        return {p.name: str(folder) for p, folder in zip(listed, folders)}


# --- Kotlin -------------------------------------------------------------------------------------


def kotlin(npm, *arguments):
    """Runs Kotlin's compiler for WebAssembly with WASI."""
    library = pathlib.Path(npm["kotlin-compiler"]) / "lib"
    command = ["java", "-Xmx3G", "-cp", str(library / "kotlin-compiler.jar")]
    command += ["org.jetbrains.kotlin.cli.js.KotlinWasmCompiler", "-Xwasm-target=wasm-wasi"]
    command += ["-libraries", str(library / "kotlin-stdlib-wasm-wasi.klib"), *arguments]
    run(command, "Kotlin's compiler must take its sources")


def build_kotlin(cache, npm, sources, name="kotlin"):
    """The folder with one module of these sources: as Kotlin's compiler writes it, and optimised."""
    state = hashlib.sha256(npm["kotlin-compiler"].encode() + npm["binaryen"].encode())
    for source in sources:
        state.update(source.name.encode() + b"\0" + source.read_bytes())
    folder = cache / "built" / f"{name}-{state.hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    say(f"building {', '.join(source.name for source in sources)}")
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        made = pathlib.Path(temporary) / "made"
        named = ["-ir-output-name", "program"]
        into = ["-ir-output-dir", str(pathlib.Path(temporary) / "library")]
        kotlin(npm, "-Xir-produce-klib-dir", *into, *named, *map(str, sources))
        link = ["-Xir-produce-js", f"-Xinclude={into[1]}", "-ir-output-dir", str(made)]
        kotlin(npm, *link, *named)
        optimiser = [f"{npm['node']}/bin/node", f"{npm['binaryen']}/bin/wasm-opt", "-O3"]
        features = ["gc", "exception-handling", "reference-types", "multivalue", "bulk-memory"]
        features += ["sign-ext", "mutable-globals", "nontrapping-float-to-int"]
        flags = [f"--enable-{feature}" for feature in features]
        files = [str(made / "program.wasm"), "-o", str(made / "optimised.wasm")]
        hint = "Binaryen must read what Kotlin's compiler writes"
        run([*optimiser, "--closed-world", *flags, *files], hint)
        os.replace(made, folder)
    return folder


def fetch_all_npm(cache, table):
    return {key: str(fetch_npm(cache, key, entry)) for key, entry in table["npm"].items()}


def main(only=None):
    with open(PROGRAMS / "inputs.toml", "rb") as file:
        table = tomllib.load(file)
    cache = cache_folder()
    if only:
        with locked(cache):
            print(json.dumps({"npm": {only: str(fetch_npm(cache, only, table["npm"][only]))}}))
        return
    with locked(cache):
        npm = fetch_all_npm(cache, table)
        venv = fetch_pypi(cache)
        built = build_programs(cache, table, npm)
        in_kotlin = build_kotlin(cache, npm, sorted((PROGRAMS / "kotlin").glob("*.kt")))
    tools = {"python": sys.executable, "node": shutil.which("node"), "venv": str(venv)}
    places = {"npm": npm, "programs": built, "kotlin": str(in_kotlin), "tools": tools}
    print(json.dumps(places, indent=2))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failure as failure:
        say(f"error: {failure}\nhint: {failure.hint}")
        sys.exit(1)
