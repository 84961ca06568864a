#!/usr/bin/env python3
"""Chooses a small corpus: the inputs that reach most beyond the seeds for their size.

FEATURES is what libFuzzer wrote while it merged (-merge_control_file): the paths of the inputs, and the numbers of
what each reaches. The chosen ones are copied to FOLDER, whose other content is removed.
"""

import argparse
import hashlib
import pathlib
import shutil


def read(path):
    """The path of each input, and what it reaches."""
    lines = path.read_text(errors="surrogateescape").splitlines()
    count = int(lines[0])
    paths = [pathlib.Path(line) for line in lines[2 : 2 + count]]
    reached = {}
    for line in lines[2 + count :]:
        kind, number, *features = line.split()
        if kind == "FT":
            reached[paths[int(number)]] = {int(feature) for feature in features}
    return reached


def choose(reached, budget):
    """The inputs with the most new features for each byte, until the budget is used up."""
    known = set()
    for path, features in reached.items():
        if path.name.startswith("seed-"):
            known |= features
    rest = {path: features - known for path, features in reached.items()}
    sizes = {path: max(path.stat().st_size, 1) for path in rest}
    chosen = []
    while True:
        rest = {path: new for path, new in rest.items() if new and sizes[path] <= budget}
        if not rest:
            return chosen
        best = max(rest, key=lambda path: (len(rest[path]) / sizes[path], path.name))
        new = rest.pop(best)
        chosen.append(best)
        budget -= sizes[best]
        rest = {path: features - new for path, features in rest.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=int, required=True, help="bytes of all chosen inputs")
    parser.add_argument("features", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    chosen = choose(read(arguments.features), arguments.budget)
    contents = [path.read_bytes() for path in chosen]
    if arguments.folder.exists():
        shutil.rmtree(arguments.folder)
    arguments.folder.mkdir(parents=True)
    for content in contents:
        name = hashlib.sha256(content).hexdigest()[:12]
        (arguments.folder / name).write_bytes(content)


main()
