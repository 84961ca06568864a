"""The peer: PyPI's wasmtime, measured from inside its process, so that neither Python's start
nor its imports count.

  wasmtime_peer.py compile FILE.wasm speed|none serial|parallel [gc]
      one cold compilation; a JSON object on standard output
  wasmtime_peer.py run FILE.wasm speed|none FOLDER|- [NAME=VALUE ...] -- [ARGUMENT ...]
      runs a WASI module, its standard streams passed through
  wasmtime_peer.py measure FILE.wasm speed|none TIMING.json FOLDER|- [ARGUMENT ...]
      the same, and writes to the file how many seconds loading the compiled code and running took
  wasmtime_peer.py call FILE.wasm speed|none EXPORT DEPTH TIMES
      calls an export of a module with exceptions, first a tenth as often to warm up, and prints what
      it returned and the CPU seconds it took
  wasmtime_peer.py collect FILE.wasm speed|none EXPORT
      runs a WASI module with garbage collection, calls its export twice, and prints what the program
      printed and the CPU seconds of the second call
"""

import importlib.metadata
import json
import sys
import tempfile
import time

import wasmtime


def engine(opt_level, parallel, collects=False):
    config = wasmtime.Config()
    config.cranelift_opt_level = opt_level
    config.parallel_compilation = parallel
    if collects:
        config.wasm_function_references = True
        config.wasm_gc = True
        config.wasm_exceptions = True
    return wasmtime.Engine(config)


def status_bytes(field):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise KeyError(field)


def compile_once(path, opt_level, mode, collects=""):
    with open(path, "rb") as file:
        wasm = file.read()
    chosen = engine(opt_level, mode == "parallel", collects == "gc")
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # resets VmHWM
    before = status_bytes("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    module = wasmtime.Module(chosen, wasm)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = status_bytes("VmHWM")
    figures = {"cpu": cpu, "wall": wall, "before": before, "peak": peak}
    figures["output"] = len(module.serialize())
    figures["version"] = f"wasmtime {importlib.metadata.version('wasmtime')}"
    json.dump(figures, sys.stdout)


def start_function(chosen, module, argv, env, folder):
    """The program, ready to be started with its store."""
    linker, store = wasmtime.Linker(chosen), wasmtime.Store(chosen)
    linker.define_wasi()
    wasi = wasmtime.WasiConfig()
    wasi.argv = argv
    wasi.env = env
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    if folder != "-":
        wasi.preopen_dir(folder, ".")
    store.set_wasi(wasi)
    return linker.instantiate(store, module).exports(store)["_start"], store


def exit_code(start, store):
    try:
        start(store)
    except wasmtime.ExitTrap as trap:
        return trap.code
    return 0


def run(path, opt_level, folder, rest):
    split = rest.index("--")
    chosen = engine(opt_level, False)
    module = wasmtime.Module.from_file(chosen, path)
    env = [pair.split("=", 1) for pair in rest[:split]]
    start, store = start_function(chosen, module, [path, *rest[split + 1 :]], env, folder)
    sys.exit(exit_code(start, store))


def measure(path, opt_level, timing, folder, rest):
    chosen = engine(opt_level, False)
    serialized = wasmtime.Module.from_file(chosen, path).serialize()
    load = time.perf_counter()
    module = wasmtime.Module.deserialize(chosen, serialized)
    load = time.perf_counter() - load
    start, store = start_function(chosen, module, [path, *rest], [], folder)
    wall, cpu = time.perf_counter(), time.process_time()
    code = exit_code(start, store)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    with open(timing, "w") as file:
        json.dump({"load": load, "cpu": cpu, "wall": wall, "bytes": len(serialized)}, file)
    sys.exit(code)


def call(path, opt_level, name, depth, times):
    config = wasmtime.Config()
    config.cranelift_opt_level = opt_level
    config.wasm_exceptions = True
    chosen = wasmtime.Engine(config)
    store = wasmtime.Store(chosen)
    instance = wasmtime.Instance(store, wasmtime.Module.from_file(chosen, path), [])
    function = instance.exports(store)[name]
    function(store, int(depth), -(-int(times) // 10))
    cpu = time.process_time()
    result = function(store, int(depth), int(times))
    json.dump({"cpu": time.process_time() - cpu, "result": result}, sys.stdout)


def collect(path, opt_level, name):
    chosen = engine(opt_level, False, True)
    linker, store = wasmtime.Linker(chosen), wasmtime.Store(chosen)
    linker.define_wasi()
    wasi = wasmtime.WasiConfig()
    wasi.argv = ["program"]
    with tempfile.NamedTemporaryFile() as printed:
        wasi.stdout_file = printed.name
        store.set_wasi(wasi)
        instance = linker.instantiate(store, wasmtime.Module.from_file(chosen, path))
        exit_code(instance.exports(store)["_start"], store)
        function = instance.exports(store)[name]
        function(store)
        cpu = time.process_time()
        function(store)
        cpu = time.process_time() - cpu
        with open(printed.name) as file:
            json.dump({"cpu": cpu, "result": file.read()}, sys.stdout)


def main(command, *arguments):
    if command == "compile":
        compile_once(*arguments)
    elif command == "measure":
        measure(*arguments[:4], list(arguments[4:]))
    elif command == "call":
        call(*arguments)
    elif command == "collect":
        collect(*arguments)
    else:
        run(arguments[0], arguments[1], arguments[2], list(arguments[3:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
