"""Builds llvm-baseline, WAMR's own compiler with wamrc's flags; prints the path of the program.

WAMR's sources are those of the crate wamrx-sys that Cargo.lock names, or of WAMR_ROOT_DIR, and are
not changed. The program is in a folder named by a hash of all inputs. A link `wamrc` next to these
folders points to the one that was built or used last, and cwamrc finds it there. Of two runs at the
same time, the second one waits.
"""

import concurrent.futures
import fcntl
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BASELINE = ROOT / "benchmarks" / "llvm-baseline"
LLVM_CONFIG = "/usr/lib/llvm-19/bin/llvm-config"

# The parts of WAMR that its compiler consists of: whole folders, and single files.
FOLDERS = [
    "core/iwasm/common",
    "core/iwasm/common/gc",
    "core/iwasm/compilation",
    "core/iwasm/compilation/simd",
    "core/iwasm/libraries/thread-mgr",
    "core/shared/mem-alloc",
    "core/shared/mem-alloc/ems",
    "core/shared/platform/common/libc-util",
    "core/shared/platform/common/posix",
    "core/shared/platform/linux",
    "core/shared/utils",
]
FILES = [
    "core/iwasm/aot/aot_intrinsic.c",
    "core/iwasm/aot/aot_loader.c",
    "core/iwasm/aot/aot_runtime.c",
    "core/iwasm/interpreter/wasm_interp_classic.c",
    "core/iwasm/interpreter/wasm_loader.c",
    "core/iwasm/interpreter/wasm_runtime.c",
]
INCLUDES = [
    "core",
    "core/iwasm/aot",
    "core/iwasm/common",
    "core/iwasm/common/gc",
    "core/iwasm/compilation",
    "core/iwasm/include",
    "core/iwasm/interpreter",
    "core/iwasm/libraries/thread-mgr",
    "core/shared/mem-alloc",
    "core/shared/platform/common/libc-util",
    "core/shared/platform/include",
    "core/shared/platform/linux",
    "core/shared/utils",
]
# Files that depend on the machine that compiles.
MACHINES = {
    "x86_64": ("aot_reloc_x86_64.c", "invokeNative_em64_simd.s", ["BUILD_TARGET_X86_64"]),
    "aarch64": ("aot_reloc_aarch64.c", "invokeNative_aarch64_simd.s", ["BUILD_TARGET_AARCH64"]),
}
DEFINES = [
    "BH_PLATFORM_LINUX",
    "NDEBUG",
    "WASM_ENABLE_AOT=1",
    "WASM_ENABLE_AOT_INTRINSICS=1",
    "WASM_ENABLE_AOT_STACK_FRAME=1",
    "WASM_ENABLE_BULK_MEMORY=1",
    "WASM_ENABLE_BULK_MEMORY_OPT=1",
    "WASM_ENABLE_CALL_INDIRECT_OVERLONG=1",
    "WASM_ENABLE_CUSTOM_NAME_SECTION=1",
    "WASM_ENABLE_DUMP_CALL_STACK=1",
    "WASM_ENABLE_EXTENDED_CONST_EXPR=1",
    "WASM_ENABLE_GC=1",
    "WASM_ENABLE_INTERP=1",
    "WASM_ENABLE_LOAD_CUSTOM_SECTION=1",
    "WASM_ENABLE_MEMORY_PROFILING=1",
    "WASM_ENABLE_MODULE_INST_CONTEXT=1",
    "WASM_ENABLE_PERF_PROFILING=1",
    "WASM_ENABLE_REF_TYPES=1",
    "WASM_ENABLE_SHARED_MEMORY=1",
    "WASM_ENABLE_SIMD=1",
    "WASM_ENABLE_TAIL_CALL=1",
    "WASM_ENABLE_THREAD_MGR=1",
    "WASM_ENABLE_WAMR_COMPILER=1",
    "WASM_ENABLE_FAST_INTERP=0",
    "WASM_ENABLE_LIBC_BUILTIN=0",
    "WASM_ENABLE_LIBC_WASI=0",
    "WASM_ENABLE_MINI_LOADER=0",
    "WASM_ENABLE_SHRUNK_MEMORY=1",
    "WASM_DISABLE_HW_BOUND_CHECK=1",
    "WASM_DISABLE_STACK_HW_BOUND_CHECK=1",
    "WASM_DISABLE_WRITE_GS_BASE=1",
    "WASM_HAVE_MREMAP=1",
    "_GNU_SOURCE",
    "BH_MALLOC=wasm_runtime_malloc",
    "BH_FREE=wasm_runtime_free",
]
FLAGS = ["-O2", "-w", "-pthread", "-ffunction-sections", "-fdata-sections"]


class Failure(Exception):
    """What went wrong."""


def run(command):
    try:
        done = subprocess.run(command, text=True, capture_output=True)
    except OSError as error:
        raise Failure(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise Failure(f"{' '.join(map(str, command[-4:]))} failed with {done.returncode}:\n{tail}")
    return done.stdout


def wamr():
    """WAMR's folder, and a name for its state."""
    chosen = os.environ.get("WAMR_ROOT_DIR")
    if chosen:
        root = pathlib.Path(chosen)
        state = hashlib.sha256()
        for path in sorted(p for p in (root / "core").rglob("*") if p.is_file()):
            state.update(str(path).encode() + b"\0" + path.read_bytes())
        return root, state.hexdigest()
    command = [os.environ.get("CARGO", "cargo"), "metadata", "--format-version=1", "--locked"]
    command += ["--manifest-path", str(ROOT / "runtime-shim" / "build" / "Cargo.toml")]
    for package in json.loads(run(command))["packages"]:
        if package["name"] == "wamrx-sys":
            folder = pathlib.Path(package["manifest_path"]).parent
            return folder / "wasm-micro-runtime", package["version"]
    raise Failure("cargo metadata does not name the package wamrx-sys")


def sources(root):
    """Every file to compile, in a fixed order."""
    machine = os.uname().machine
    if machine not in MACHINES:
        raise Failure(f"no table for {machine}; llvm.py has {', '.join(MACHINES)}")
    relocations, invoke, defines = MACHINES[machine]
    found = sorted(BASELINE.glob("*.c"))
    for folder in FOLDERS:
        found += sorted(p for p in (root / folder).iterdir() if p.suffix in (".c", ".cpp"))
    found += [root / name for name in FILES]
    found.append(root / "core/iwasm/aot/arch" / relocations)
    found.append(root / "core/iwasm/common/arch" / invoke)
    return found, DEFINES + defines


def command_lines(root):
    files, defines = sources(root)
    common = [*FLAGS, *(f"-D{d}" for d in defines), f"-I{BASELINE}"]
    common += [f"-I{root / folder}" for folder in INCLUDES]
    llvm = run([LLVM_CONFIG, "--includedir"]).strip()
    common.append(f"-I{llvm}")
    cxx = ["-std=c++17", "-fno-rtti", "-fno-exceptions"]
    for path in files:
        c_plus_plus = path.suffix == ".cpp"
        yield path, ["g++", *common, *cxx] if c_plus_plus else ["gcc", "-std=gnu11", *common]


def key(lines, wamr_state):
    state = hashlib.sha256()
    versions = [run([tool, "--version"]) for tool in ("gcc", "g++", LLVM_CONFIG)]
    state.update(json.dumps([wamr_state, versions, FLAGS, DEFINES, FOLDERS, FILES]).encode())
    for path in sorted(BASELINE.glob("*.[ch]")):
        state.update(path.name.encode() + b"\0" + path.read_bytes())
    return state.hexdigest()[:16]


def build(lines, folder):
    def compile_one(numbered):
        number, (path, command) = numbered
        out = os.path.join(folder, f"{number}.o")
        run([*command, "-c", str(path), "-o", out])
        return out

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_one, enumerate(lines)))
    libraries = run([LLVM_CONFIG, "--ldflags", "--libs"]).split()
    out = os.path.join(folder, "wamrc")
    run(["g++", "-Wl,--gc-sections", *objects, *libraries, "-lm", "-lpthread", "-o", out])
    run([out, "--version"])
    return out


def cache_folder():
    chosen = os.environ.get("CWAMRC_LLVM_CACHE")
    if not chosen:
        base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        chosen = pathlib.Path(base) / "cwamrc-llvm"
    folder = pathlib.Path(chosen).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def link(folder, name):
    """Points `wamrc` in the cache to the program, in one step."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        fresh = os.path.join(temporary, "wamrc")
        os.symlink(os.path.join(name, "wamrc"), fresh)
        os.replace(fresh, folder / "wamrc")


def main():
    root, wamr_state = wamr()
    lines = list(command_lines(root))
    cache = cache_folder()
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        name = f"wamrc-{key(lines, wamr_state)}"
        program = cache / name / "wamrc"
        if not program.exists():
            sys.stderr.write("building WAMR's compiler with LLVM\n")
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                made = build(lines, temporary)
                program.parent.mkdir(exist_ok=True)
                os.replace(made, program)
        link(cache, name)
    print(program)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.stderr.write(f"error: {failure}\n")
        sys.exit(1)
