"""Builds each program in benchmarks/collection that is written in Kotlin; prints their paths as JSON.

Each program has a folder with `program.wasm`, as Kotlin's compiler writes it, and `optimised.wasm`, which
Binaryen makes of it. The folder is named by a hash of all inputs. The tools are those of
tests/scripts/inputs.py, which has fetched them.
"""

import json
import sys
import tomllib

import programs
from programs import inputs

SOURCES = programs.ROOT / "benchmarks" / "collection"


def main():
    with open(inputs.PROGRAMS / "inputs.toml", "rb") as file:
        table = tomllib.load(file)
    fetched = inputs.cache_folder()
    with inputs.locked(fetched):
        npm = inputs.fetch_all_npm(fetched, table)
    cache, found = programs.cache_folder(), {}
    with inputs.locked(cache):
        for source in sorted(SOURCES.glob("*.kt")):
            name = f"kotlin-{source.stem}"
            found[source.stem] = str(inputs.build_kotlin(cache, npm, [source], name))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    try:
        main()
    except inputs.Failure as failure:
        inputs.say(f"error: {failure}\nhint: {failure.hint}")
        sys.exit(1)
