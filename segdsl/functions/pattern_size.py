"""Bounds the size of a pattern, since Rust's regex compiler refuses programs above 10 MiB."""

from __future__ import annotations

from typing import assert_never

from segdsl.functions.pattern_tree import (
    Choice,
    End,
    OneOf,
    Part,
    Repeat,
    Sequence,
    Shorthand,
    Start,
    members,
)

_MOST_BYTES = 9_000_000

# Each lies above what was measured for one copy.
_BYTES_OF_CHARACTER = 600
_BYTES_OF_WORD = 46_000
_BYTES_OF_JOINT = 100


def is_too_large(part: Part) -> bool:
    """Return whether `part`, with its repeats written out, may be more than an engine takes."""
    return _bytes(part) > _MOST_BYTES


def _bytes(part: Part) -> int:
    match part:
        case OneOf():
            return _bytes_of_set(part)
        case Start() | End():
            return _BYTES_OF_JOINT
        case Sequence(items) | Choice(items):
            return sum(_bytes(item) + _BYTES_OF_JOINT for item in items)
        case Repeat(item, low, high):
            copies = low + 1 if high is None else max(1, high)
            return (_bytes(item) + _BYTES_OF_JOINT) * copies
    assert_never(part)


def _bytes_of_set(part: OneOf) -> int:
    if Shorthand.WORD in part.shorthands or Shorthand.NOT_WORD in part.shorthands:
        return _BYTES_OF_WORD + 2 * _bytes_of_set(OneOf(part.spelled))
    return _BYTES_OF_CHARACTER + sum(_bytes_up_to(last) for _, last in members(part))


def _bytes_up_to(code: int) -> int:
    """Return the bound for one range, by the length in UTF-8 of its last character."""
    if code < 0x80:
        return 40
    if code < 0x800:
        return 110
    return 500 if code < 0x10000 else 750
