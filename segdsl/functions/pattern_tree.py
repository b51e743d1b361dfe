"""The tree of a text pattern, and the sets of characters in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias, assert_never

from segdsl.functions.spaces import WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points as ascending runs with gaps between them, both ends included."""

LAST_CODE = 0x10FFFF

_DIGIT: Ranges = ((0x30, 0x39),)


class Shorthand(StrEnum):
    """A set of characters with a sign of its own; folding leaves it as it is."""

    ANY = "."
    DIGIT = r"\d"
    NOT_DIGIT = r"\D"
    WORD = r"\w"
    NOT_WORD = r"\W"
    SPACE = r"\s"
    NOT_SPACE = r"\S"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One character out of the spelled ones and the shorthands, or one that is not among them."""

    spelled: Ranges
    shorthands: tuple[Shorthand, ...] = ()
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """The very start of the text."""


@dataclass(frozen=True, slots=True)
class End:
    """The very end of the text."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """The items one after the other."""

    items: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the items."""

    items: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The item `low` to `high` times; `high` None is without an end."""

    item: Part
    low: int
    high: int | None


Part: TypeAlias = "OneOf | Start | End | Sequence | Choice | Repeat"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a text is searched for, anywhere in it."""

    root: Part


def literal(character: str) -> OneOf:
    """Return the part that matches this one character."""
    return OneOf(((ord(character), ord(character)),))


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return the ranges merged and in order."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """Return every code point that is not in `ranges`."""
    gaps: list[tuple[int, int]] = []
    start = 0
    for first, last in ranges:
        if start < first:
            gaps.append((start, first - 1))
        start = last + 1
    if start <= LAST_CODE:
        gaps.append((start, LAST_CODE))
    return tuple(gaps)


def members(part: OneOf) -> Ranges:
    """Return the characters that `part` matches."""
    named = (pair for shorthand in part.shorthands for pair in shorthand_members(shorthand))
    found = union((*part.spelled, *named))
    return complement(found) if part.is_negated else found


@cache
def shorthand_members(shorthand: Shorthand) -> Ranges:
    """Return the characters that `shorthand` stands for, the same in every engine."""
    match shorthand:
        case Shorthand.ANY:
            return ((0, LAST_CODE),)
        case Shorthand.DIGIT:
            return _DIGIT
        case Shorthand.NOT_DIGIT:
            return complement(_DIGIT)
        case Shorthand.WORD:
            return _words()
        case Shorthand.NOT_WORD:
            return complement(_words())
        case Shorthand.SPACE:
            return _spaces()
        case Shorthand.NOT_SPACE:
            return complement(_spaces())
    assert_never(shorthand)


def _spaces() -> Ranges:
    return union((ord(character), ord(character)) for character in WHITE_SPACE)


def _words() -> Ranges:
    r"""Read the frozen characters of `\w`, made from Unicode data by `folding_table`."""
    path = resources.files("segdsl.functions") / "words.tsv"
    rows = (line.split("\t") for line in path.read_text(encoding="ascii").splitlines()[1:])
    return tuple((int(first, 16), int(last, 16)) for first, last in rows)
