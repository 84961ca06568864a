"""Errors: a class for each kind of the library for C."""

from typing import Optional


class Error(Exception):
    """A module cannot be compiled.

    message: what went wrong, in one line, without the position.
    offset: the byte of the module that caused it, counted from the start, or None.
    hint: what can be done about it, or None.
    """

    def __init__(
        self, message: str, offset: Optional[int] = None, hint: Optional[str] = None
    ) -> None:
        super().__init__(message, offset, hint)
        self.message = message
        self.offset = offset
        self.hint = hint

    def __str__(self) -> str:
        position = "" if self.offset is None else f" at offset {self.offset:#x}"
        hint = "" if self.hint is None else f" (hint: {self.hint})"
        return f"{self.message}{position}{hint}"


class ArgumentError(Error, ValueError):
    """An option is wrong."""


class InvalidError(Error):
    """The bytes are not a valid WebAssembly module."""


class UnsupportedError(Error):
    """The module is valid, but needs something that is not supported."""


class LimitError(Error):
    """The module exceeds a limit."""


class InternalError(Error):
    """A defect of the compiler."""


# The numbers of cwamrc_error_kind_t.
BY_KIND = {1: ArgumentError, 2: InvalidError, 3: UnsupportedError, 4: LimitError}
