"""Builds the wheel: maturin builds the command, and this the library that the module loads.

pip imports this file because pyproject.toml names it. Everything else is maturin's.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import maturin
from maturin import *  # noqa: F403 (the functions that pip calls)

PROJECT = pathlib.Path(__file__).resolve().parent
WORKSPACE = PROJECT.parent.parent
PROFILE = "capi"

# What the library is called on each system, for cargo and in the wheel.
LIBRARIES = {"darwin": "libcwamrc.dylib", "win32": "cwamrc.dll"}
LIBRARY = LIBRARIES.get(sys.platform, "libcwamrc.so")


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    place = PROJECT / "src" / "cwamrc" / LIBRARY
    shutil.copyfile(build_library(), place)
    # `cwamrc run` and `cwamrc explore` are for Linux.
    if sys.platform != "linux":
        os.environ.setdefault("MATURIN_PEP517_ARGS", "--no-default-features --features=cli")
    try:
        return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)
    finally:
        place.unlink()


def build_library():
    """Returns the path of the library for C, which cargo builds."""
    command = ["cargo", "build", "--locked", "--package=cwamrc-capi", f"--profile={PROFILE}"]
    command.append("--message-format=json-render-diagnostics")
    output = subprocess.run(command, cwd=WORKSPACE, check=True, stdout=subprocess.PIPE).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    made = [file for message in messages for file in message.get("filenames", [])]
    return next(file for file in made if pathlib.Path(file).name == LIBRARY)
