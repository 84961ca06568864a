"""Compiles WebAssembly to .aot files of WAMR, the WebAssembly Micro Runtime.

    aot = cwamrc.compile(wasm, target="aarch64")

`compile` calls the library of the same package, and releases the interpreter's lock meanwhile, so
threads compile in parallel. The package also installs the command `cwamrc`.
"""

import warnings
from typing import Any, List, Mapping, Optional, Union

from . import _library
from ._errors import (
    ArgumentError,
    Error,
    InternalError,
    InvalidError,
    LimitError,
    UnsupportedError,
)

__all__ = [
    "ArgumentError",
    "CompilationWarning",
    "Error",
    "InternalError",
    "InvalidError",
    "LimitError",
    "UnsupportedError",
    "compile",
]

__version__: str = _library.version()


class CompilationWarning(UserWarning):
    """The file may not do what its user expects."""


# The frames of a call stack with everything in them.
_ALL_FRAMES = {"position": True, "trap_position": True, "function_index": True}


def compile(
    wasm: Union[bytes, bytearray, memoryview],
    *,
    target: Optional[str] = None,
    cpu: Union[str, Mapping[str, Any], None] = None,
    cpu_features: Optional[str] = None,
    format: str = "aot",
    opt_level: Optional[int] = None,
    bounds_checks: Optional[str] = None,
    stack_bounds_checks: Optional[bool] = None,
    aux_stack_checks: Optional[bool] = None,
    call_stacks: Union[bool, Mapping[str, bool], None] = None,
    frame_pointers: Optional[bool] = None,
    indirect_mode: Optional[bool] = None,
    builtin_intrinsics: Optional[List[str]] = None,
    canonicalize_nans: Optional[bool] = None,
    instrumentation: Optional[Mapping[str, Any]] = None,
    release: Optional[str] = None,
    threads: Optional[int] = None,
    emit_custom_sections: Optional[List[str]] = None,
    disabled_proposals: Optional[List[str]] = None,
) -> bytes:
    """Compiles a WebAssembly module and returns the .aot file.

    An option that is None has its default. The defaults are the same on every machine: the minimum
    x86-64 CPU, level 3, memory accesses checked by guard pages, the newest release of WAMR.

    target: the machine, by wamrc's name ("x86_64", "aarch64", "riscv64") or a triple.
    cpu: LLVM's name of a CPU, "native" for that of this machine, or its architecture and features
        as data: {"architecture": "x86_64", "features": ["avx2"]}.
    cpu_features: features to use or not to use: "+avx2,-bmi".
    format: "aot", or "object" for an ELF file with the same code.
    opt_level: from 0, which compiles fastest, to 3, which makes the fastest code.
    bounds_checks: "hardware", or "software" for runtimes without guard pages.
    call_stacks: True for all of a frame, or what it contains, as in {"function_index": True}.
    release: the release of WAMR that loads the file: "2.4.5", "2.3" or "main".
    threads: how many compile; by default, all processors.

    The other options have the names and the meaning of the fields of `Options` in the Rust
    library. A warning of the compiler is a CompilationWarning.

    Raises a subclass of Error, with the position of the mistake in the module if one is known.
    """
    if isinstance(call_stacks, Mapping):
        call_stacks = {**dict.fromkeys(_ALL_FRAMES, False), **call_stacks}
    elif call_stacks is not None:
        call_stacks = dict(_ALL_FRAMES) if call_stacks else None
    if isinstance(cpu, Mapping) and (target is not None or cpu_features is not None):
        raise ArgumentError("a CPU as data has its own architecture and features")
    data = {
        "cpu": cpu if isinstance(cpu, Mapping) else None,
        "opt_level": opt_level,
        "bounds_checks": bounds_checks,
        "stack_bounds_checks": stack_bounds_checks,
        "aux_stack_checks": aux_stack_checks,
        "call_stacks": call_stacks,
        "frame_pointers": frame_pointers,
        "indirect_mode": indirect_mode,
        "builtin_intrinsics": builtin_intrinsics,
        "canonicalize_nans": canonicalize_nans,
        "instrumentation": instrumentation,
        "release": release,
        "threads": threads,
        "emit_custom_sections": emit_custom_sections,
        "disabled_proposals": disabled_proposals,
    }
    given = {name: value for name, value in data.items() if value is not None}
    # In this order, since each resets the next.
    names = [
        ("target", target),
        ("cpu", None if isinstance(cpu, Mapping) else cpu),
        ("cpu_features", cpu_features),
    ]
    aot, found = _library.compile(bytes(wasm), names, format, given)
    for message in found:
        warnings.warn(message, CompilationWarning, stacklevel=2)
    return aot
