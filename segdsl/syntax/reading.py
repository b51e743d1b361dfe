"""Reads rule files."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic, syntax_errors
from segdsl.source import Source

if TYPE_CHECKING:
    from pathlib import Path

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SAVE = "save the file as UTF-8"


def read_source(path: Path) -> tuple[Source | None, tuple[Diagnostic, ...]]:
    """Return the text of a rule file, or None and why it cannot be read."""
    name = str(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return _failed(name, "there is no such file", "look at the spelling and the folder")
    except IsADirectoryError:
        return _failed(name, "it is a folder", "name a rule file inside it")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _failed(name, reason.lower(), "look at the path and its permissions")
    if data.startswith(_UTF_32):  # one of which begins like that of UTF-16
        return _failed(name, "it is UTF-32, not UTF-8", _SAVE)
    if data.startswith(_UTF_16):
        return _failed(name, "it is UTF-16, not UTF-8", _SAVE)
    if (at := data.find(0)) >= 0:
        reason = f"it is not text: byte {at + 1:,} is zero"
        return _failed(name, reason, "a rule file is text in UTF-8")
    try:
        return Source.of(data.decode("utf-8-sig"), name, path), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"it is not UTF-8: byte {error.start + 1:,} on line {line:,} is no character"
        return _failed(name, reason, f"it may be {_guess(data)}; {_SAVE}")


def _failed(name: str, reason: str, hint: str) -> tuple[None, tuple[Diagnostic, ...]]:
    return None, (syntax_errors.unreadable_source(name, reason, hint),)


def _guess(data: bytes) -> str:
    """Return the name of an encoding that the bytes may be in."""
    sample = data[:65536]
    turkish = sum(sample.count(bytes([byte])) for byte in (0xDD, 0xFD, 0xDE, 0xFE, 0xF0, 0xD0))
    return "Windows-1254" if turkish else "Windows-1252"
