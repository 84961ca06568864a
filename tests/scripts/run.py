#!/usr/bin/env python3
"""Builds the tests of the workspace once and runs them, as many programs at a time as there are processors.

`cargo test` runs one test program after the other, and most of them end with a test that leaves processors idle.
Some of them run again on other builds of the runtime (docs/testing.md). Each program's output is printed when it ends,
with its own summary line; at the end, what each took. Fails if a program fails.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARGO = os.environ.get("CARGO", "cargo")

# The programs that take longest begin first: then no processor is idle while one of them ends.
LONGEST = ["real_programs", "spec", "growth", "memory", "run", "escape", "differential", "cli", "metering", "capi"]

SOFTWARE = {"CWAMRC_TEST_RUNTIME": "software-bounds-checks"}
MEMORY64 = {"CWAMRC_TEST_RUNTIME": "memory64"}
# Test program, arguments, environment.
AGAIN = [
    ("spec", [], SOFTWARE),
    ("run", [], SOFTWARE),
    ("differential", [], SOFTWARE),
    ("spec", ["memory64/"], MEMORY64),
]


def programs():
    """Builds all test programs. Returns name, file and package folder of each."""
    command = [CARGO, "test", "--workspace", "--locked", "--no-run", "--message-format=json-render-diagnostics"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        sys.exit(built.returncode)
    found = []
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] == "compiler-artifact" and message["profile"]["test"] and message["executable"]:
            folder = pathlib.Path(message["manifest_path"]).parent
            found.append((message["target"]["name"], message["executable"], folder))
    return found


def jobs():
    """All runs: title, command, folder, environment."""
    all_programs = programs()
    runs = [(name, [file], folder, {}) for name, file, folder in all_programs]
    for name, arguments, environment in AGAIN:
        (program,) = [each for each in all_programs if each[0] == name and each[2] == ROOT / "tests"]
        title = f"{name}, {' '.join(environment.values())}"
        runs.append((title, [program[1], *arguments], program[2], environment))
    documentation = [CARGO, "test", "--workspace", "--locked", "--doc"]
    runs.append(("examples in the documentation", documentation, ROOT, {}))
    shim = [CARGO, "test", "--locked", "-p", "wamr-shim", "--features", "software-bounds-checks"]
    runs.append(("wamr-shim without guard pages", shim, ROOT, {}))

    def rank(run):
        name = run[0].split(",")[0]
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    return sorted(runs, key=rank)


class Queue:
    """Runs jobs, from several threads."""

    def __init__(self, runs):
        self.runs = iter(runs)
        self.lock = threading.Lock()
        self.results = []

    def work(self):
        while True:
            with self.lock:
                run = next(self.runs, None)
            if run is None:
                return
            title, command, folder, environment = run
            begin = time.monotonic()
            child = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **environment, "CARGO_MANIFEST_DIR": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            output, _ = child.communicate()
            wall = time.monotonic() - begin
            with self.lock:
                print(f"\n     Running {title}", flush=True)
                sys.stdout.buffer.write(output)
                sys.stdout.flush()
                self.results.append((title, child.returncode, wall))


def main():
    begin = time.monotonic()
    queue = Queue(jobs())
    built = time.monotonic() - begin
    workers = [threading.Thread(target=queue.work) for _ in range(os.cpu_count() or 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(f"\nbuilt in {built:.0f} s; seconds that each took:")
    for title, _, wall in sorted(queue.results, key=lambda result: -result[2]):
        print(f"{wall:8.1f}  {title}")
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.monotonic() - begin
    print(f"{total:.0f} s in all, {usage.ru_utime + usage.ru_stime:.0f} s of processors")
    failed = [f"{title} (exit status {code})" for title, code, _ in queue.results if code != 0]
    print(f"{len(queue.results)} programs, {len(failed)} failed")
    for each in failed:
        print(f"failed: {each}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
