"""How much fuel PyPI's wasmtime uses for a call: one number on standard output.

  wasmtime_fuel.py FILE.wasm FUNCTION [i32 ...]

All imports are functions that return 8, which is an error in WASI (EBADF). Those without a result,
such as WASI's exit, end the call. Fuel used by instantiation is not included, because wasmtime also
charges for its own code that evaluates segments.
"""

import sys

import wasmtime

FUEL = 1 << 62


def leave(*_):
    raise RuntimeError("a function without a result")


def main(path, function, *arguments):
    config = wasmtime.Config()
    config.consume_fuel = True
    config.wasm_exceptions = True
    engine = wasmtime.Engine(config)
    store, linker = wasmtime.Store(engine), wasmtime.Linker(engine)
    module = wasmtime.Module.from_file(engine, path)
    for item in module.imports:
        answer = (lambda *_: 8) if item.type.results else leave
        linker.define_func(item.module, item.name, item.type, answer)
    store.set_fuel(FUEL)
    instance = linker.instantiate(store, module)
    before = store.get_fuel()
    try:
        instance.exports(store)[function](store, *map(int, arguments))
    except RuntimeError:
        pass
    print(before - store.get_fuel())


if __name__ == "__main__":
    main(*sys.argv[1:])
