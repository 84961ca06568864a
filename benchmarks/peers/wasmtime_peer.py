"""The peer: PyPI's wasmtime, measured from inside its process, so that neither Python's start
nor its imports count.

  wasmtime_peer.py compile FILE.wasm speed|none serial|parallel
      one cold compilation; a JSON object on standard output
  wasmtime_peer.py run FILE.wasm speed|none FOLDER|- [NAME=VALUE ...] -- [ARGUMENT ...]
      runs a WASI module, its standard streams passed through
"""

import importlib.metadata
import json
import sys
import time

import wasmtime


def engine(opt_level, parallel):
    config = wasmtime.Config()
    config.cranelift_opt_level = opt_level
    config.parallel_compilation = parallel
    return wasmtime.Engine(config)


def status_bytes(field):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise KeyError(field)


def compile_once(path, opt_level, mode):
    with open(path, "rb") as file:
        wasm = file.read()
    chosen = engine(opt_level, mode == "parallel")
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # VmHWM starts anew
    before = status_bytes("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    module = wasmtime.Module(chosen, wasm)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = status_bytes("VmHWM")
    figures = {"cpu": cpu, "wall": wall, "before": before, "peak": peak}
    figures["output"] = len(module.serialize())
    figures["version"] = f"wasmtime {importlib.metadata.version('wasmtime')}"
    json.dump(figures, sys.stdout)


def run(path, opt_level, folder, rest):
    split = rest.index("--")
    chosen = engine(opt_level, False)
    linker, store = wasmtime.Linker(chosen), wasmtime.Store(chosen)
    linker.define_wasi()
    wasi = wasmtime.WasiConfig()
    wasi.argv = [path, *rest[split + 1 :]]
    wasi.env = [pair.split("=", 1) for pair in rest[:split]]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    if folder != "-":
        wasi.preopen_dir(folder, ".")
    store.set_wasi(wasi)
    instance = linker.instantiate(store, wasmtime.Module.from_file(chosen, path))
    try:
        instance.exports(store)["_start"](store)
    except wasmtime.ExitTrap as trap:
        sys.exit(trap.code)


def main(command, *arguments):
    if command == "compile":
        compile_once(*arguments)
    else:
        run(arguments[0], arguments[1], arguments[2], list(arguments[3:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
