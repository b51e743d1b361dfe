"""Profiles as JSON: one object, or JSON Lines with one profile a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from segdsl.diagnostics.profile_errors import unreadable_profile
from segdsl.errors import DataError

_LINES = (".jsonl", ".ndjson")
_SEVERAL = "several profiles stand one a line, each an object"


@dataclass(frozen=True, slots=True)
class Placed:
    """A JSON value, and where it stands."""

    place: str
    value: Any


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles in the order in which they stand; `are_lines` if there may be several."""

    are_lines: bool
    each: Iterator[Placed]


@contextmanager
def open_profiles(file: str) -> Iterator[Profiles]:
    """Give the profiles of a file, `-` for standard input; they are read as they are asked for.

    One object is one profile, however many lines it takes. Raises DataError, also later.
    """
    if file == "-":
        yield _profiles(sys.stdin.buffer, "<stdin>", is_named_lines=False)
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as error:
        raise DataError((unreadable_profile(_reason(error), file),)) from None
    with stream:
        yield _profiles(stream, file, is_named_lines=Path(file).suffix.lower() in _LINES)


def read_events(file: str) -> list[Any]:
    """Return the events of a file: a list, or one a line. Raises DataError."""
    try:
        data = Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise DataError((unreadable_profile(_reason(error), file),)) from None
    lines = [line for line in enumerate(data.split(b"\n"), 1) if line[1].strip()]
    if data.lstrip().startswith(b"["):
        found: list[Any] = _parsed(data, file).value
        return found
    return [_parsed(line, f"{file}:{number}").value for number, line in lines]


def _profiles(stream: BinaryIO, name: str, *, is_named_lines: bool) -> Profiles:
    lines = ((number, line) for number, line in enumerate(stream, 1) if line.strip())
    begin = [*islice(lines, 1)]
    if not begin:
        raise DataError((unreadable_profile("there is no profile", name),))
    ((number, first),) = begin
    if not is_named_lines and _is_whole(first):
        begin += islice(lines, 1)
    if is_named_lines or len(begin) > 1:
        placed = ((f"{name}:{number}", line) for number, line in chain(begin, lines))
        return Profiles(True, (_parsed(line, place) for place, line in placed))
    text = b"\n" * (number - 1) + first + b"".join(line for _, line in lines)
    return Profiles(False, iter((_parsed(text, name),)))


def _is_whole(line: bytes) -> bool:
    """Return whether a line is an object by itself."""
    try:
        return isinstance(json.loads(line.decode("utf-8-sig")), dict)
    except (ValueError, RecursionError):
        return False


def _parsed(data: bytes, place: str) -> Placed:
    """Return what JSON says. Raises DataError."""
    try:
        return Placed(place, json.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8: byte {error.start + 1:,} is no character"
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, " if data.strip().count(b"\n") else ""
        reason = f"it is not JSON: {error.msg} at {where}character {error.colno:,}"
    except ValueError:
        reason = "a number in it has too many digits"
    except RecursionError:
        reason = "it is nested too deeply"
    raise DataError((unreadable_profile(reason, place, help=(_SEVERAL,)),))


def _reason(error: OSError | ValueError) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return f"the file cannot be read: {(said or str(error)).lower()}"
