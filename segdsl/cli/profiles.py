"""Profiles as JSON: one object, or JSON Lines with one profile a line."""

from __future__ import annotations

import json
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from math import isinf
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from unicodedata import normalize

from segdsl.diagnostics.profile_errors import unreadable_profile
from segdsl.diagnostics.wording import quoted
from segdsl.errors import DataError

_LINES = (".jsonl", ".ndjson")
_SEVERAL = "several profiles stand one a line, each an object"
_ONCE = "one value stands under each name, several events in a list"
_BLANK = " \t\r\n"  # to JSON
_FINITE = "`null` is for what is not known"
_Line = tuple[int, bytes]  # its number from 1 on, and what stands there


class _NotMeantError(ValueError):
    """JSON that Python reads, and by which no one profile can be meant."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Placed:
    """A JSON value, and where it stands."""

    place: str
    value: Any


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles in the order in which they stand; `are_lines` if there may be several.

    Of lines, None stands for one that is empty.
    """

    are_lines: bool
    each: Iterator[Placed | None]


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


def read_events(file: str) -> list[Placed]:
    """Return the events of a file: a list, or one a line. Raises DataError."""
    try:
        data = Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise DataError((unreadable_profile(_reason(error), file),)) from None
    data = data.removeprefix(BOM_UTF8)
    if data.lstrip().startswith(b"["):
        listed = enumerate(_parsed(data, file).value, 1)
        events = [Placed(f"{file}, event {number:,}", value) for number, value in listed]
    else:
        lines = enumerate(data.split(b"\n"), 1)
        events = [_parsed(line, f"{file}:{number}") for number, line in lines if line.strip()]
    for event in events:
        if not isinstance(event.value, dict):
            reason = "an event is an object with values by property"
            raise DataError((unreadable_profile(reason, event.place),))
    return events


def _profiles(stream: BinaryIO, name: str, *, is_named_lines: bool) -> Profiles:
    lines = enumerate(stream, 1)
    begin = _up_to_filled(lines)
    if not begin:
        raise DataError((unreadable_profile("there is no profile", name),))
    more: list[_Line] = []
    if not is_named_lines and _is_whole(begin[-1][1]):
        more = _up_to_filled(lines)
    if is_named_lines or more:
        each = chain(begin, more, lines)
        return Profiles(True, (_of_line(line, f"{name}:{number}") for number, line in each))
    text = b"".join(line for _, line in chain(begin, lines))
    return Profiles(False, iter((_parsed(text, name),)))


def _up_to_filled(lines: Iterator[_Line]) -> list[_Line]:
    """Return the next lines up to one that is not empty; none if all are."""
    found: list[_Line] = []
    for line in lines:
        found.append(line)
        if line[1].strip():
            return found
    return []


def _of_line(line: bytes, place: str) -> Placed | None:
    return _parsed(line, place) if line.strip() else None


def _is_whole(line: bytes) -> bool:
    """Return whether a line is an object by itself."""
    try:
        return isinstance(json.loads(line.decode("utf-8-sig")), dict)
    except (ValueError, RecursionError):
        return False


def _parsed(data: bytes, place: str) -> Placed:
    """Return what JSON says. Raises DataError."""
    try:
        text = data.decode("utf-8-sig").rstrip(_BLANK)  # which would be where JSON ends too soon
        return Placed(place, _STRICT.decode(text))
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8: byte {error.start + 1:,} is no character"
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, " if "\n" in error.doc else ""
        end = ", where it ends" if error.pos >= len(error.doc) else ""
        said = error.msg.removesuffix(" at")
        reason = f"it is not JSON: {said} at {where}character {error.colno:,}{end}"
    except _NotMeantError as error:
        raise DataError((unreadable_profile(str(error), place, help=(error.remedy,)),)) from None
    except ValueError:
        reason = "a number in it has too many digits"
    except RecursionError:
        reason = "it is nested too deeply"
    raise DataError((unreadable_profile(reason, place, help=(_SEVERAL,)),))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these names and values. Raises ValueError where one stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs) or not all(map(str.isascii, found)):
        seen = set[str]()
        for name in (normalize("NFC", name) for name, _ in pairs):
            if name in seen:
                raise _NotMeantError(f"{quoted(name)} stands twice in one object", _ONCE)
            seen.add(name)
    return found


def _number(digits: str) -> float:
    found = float(digits)
    if isinf(found):
        raise _NotMeantError(
            f"the number {quoted(digits)} is too large: 64-bit floats end before it", _FINITE
        )
    return found


def _no_number(word: str) -> NoReturn:
    raise _NotMeantError(f"{quoted(word)} is no value that JSON has", _FINITE)


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_constant=_no_number
)


def _reason(error: OSError | ValueError) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return f"the file cannot be read: {(said or str(error)).lower()}"
