"""The library for C, through ctypes. `cwamrc.h` documents its functions."""

import ctypes
import json
import pathlib
import sys
from typing import Any, List, Mapping, Optional, Tuple

from . import _errors

_NAMES = {"darwin": "libcwamrc.dylib", "win32": "cwamrc.dll"}
_PATH = pathlib.Path(__file__).with_name(_NAMES.get(sys.platform, "libcwamrc.so"))
_LIBRARY = ctypes.CDLL(str(_PATH))

# The numbers of cwamrc_format_t and cwamrc_severity_t.
_FORMATS = {"aot": 0, "object": 1}
_WARNING = 1

_HANDLE = ctypes.c_void_p
_TEXT = ctypes.c_char_p


def _function(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_LIBRARY, f"cwamrc_{name}")
    function.restype, function.argtypes = result, arguments
    return function


_version = _function("version", _TEXT)
_error_kind = _function("error_kind", ctypes.c_int, _HANDLE)
_error_message = _function("error_message", _TEXT, _HANDLE)
_error_hint = _function("error_hint", _TEXT, _HANDLE)
_error_offset = _function(
    "error_offset", ctypes.c_bool, _HANDLE, ctypes.POINTER(ctypes.c_uint64)
)
_error_delete = _function("error_delete", None, _HANDLE)
_options_new = _function("options_new", _HANDLE)
_options_delete = _function("options_delete", None, _HANDLE)
_set_format = _function("options_set_format", _HANDLE, _HANDLE, ctypes.c_uint32)
_set_json = _function("options_set_json", _HANDLE, _HANDLE, _TEXT)
_SET_NAME = {
    name: _function(f"options_set_{name}", _HANDLE, _HANDLE, _TEXT)
    for name in ("target", "cpu", "cpu_features")
}
_compile = _function(
    "compile", _HANDLE, _TEXT, ctypes.c_size_t, _HANDLE, ctypes.POINTER(_HANDLE)
)
_artifact_data = _function("artifact_data", _HANDLE, _HANDLE)
_artifact_size = _function("artifact_size", ctypes.c_size_t, _HANDLE)
_artifact_delete = _function("artifact_delete", None, _HANDLE)
_diagnostic_count = _function("artifact_diagnostic_count", ctypes.c_size_t, _HANDLE)
_diagnostic_severity = _function(
    "artifact_diagnostic_severity", ctypes.c_int, _HANDLE, ctypes.c_size_t
)
_diagnostic_message = _function(
    "artifact_diagnostic_message", _TEXT, _HANDLE, ctypes.c_size_t
)


def version() -> str:
    """The version of the library."""
    return _version().decode()


def compile(
    wasm: bytes,
    names: List[Tuple[str, Optional[str]]],
    format: str,
    data: Mapping[str, Any],
) -> Tuple[bytes, List[str]]:
    """The file, and the texts of warnings.

    names: options that have a function of their own, in the order in which to set them.
    data: the other options, as JSON can write them.
    """
    if format not in _FORMATS:
        raise _errors.ArgumentError(f"unknown format {format!r}: aot or object")
    options = _options_new()
    try:
        _check(_set_format(options, _FORMATS[format]))
        for name, value in names:
            if value is not None:
                _check(_SET_NAME[name](options, _text(name, value)))
        _check(_set_json(options, json.dumps(data).encode()))
        artifact = _HANDLE()
        _check(_compile(wasm, len(wasm), options, ctypes.byref(artifact)))
    finally:
        _options_delete(options)
    try:
        count = range(_diagnostic_count(artifact))
        warned = [i for i in count if _diagnostic_severity(artifact, i) == _WARNING]
        messages = [_diagnostic_message(artifact, i).decode() for i in warned]
        return ctypes.string_at(_artifact_data(artifact), _artifact_size(artifact)), messages
    finally:
        _artifact_delete(artifact)


def _text(name: str, value: str) -> bytes:
    encoded = value.encode()
    if b"\0" in encoded:
        raise _errors.ArgumentError(f"{name} contains a zero byte")
    return encoded


def _check(error: Optional[int]) -> None:
    """Raises what a function of the library reports."""
    if error is None:
        return
    try:
        kind = _errors.BY_KIND.get(_error_kind(error), _errors.InternalError)
        hint = _error_hint(error)
        offset = ctypes.c_uint64()
        known = _error_offset(error, ctypes.byref(offset))
        raise kind(
            _error_message(error).decode(),
            offset.value if known else None,
            hint.decode() if hint else None,
        )
    finally:
        _error_delete(error)
