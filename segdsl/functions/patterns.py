"""Patterns of `matches` and `like`: how they fold and how Rust's regex engine is told them.

`parse_pattern` and `parse_like` say what is wrong with a text that is none; `matches_pattern` and
`like_pattern` make the pattern of a checked one, folded; `search` defines what a pattern means, on
texts that are folded the same way; `rust_regex` prints it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, assert_never

from segdsl.catalog.types import Folding
from segdsl.functions.folding import fold, folding_rows, ignores_accents
from segdsl.functions.pattern_matcher import search
from segdsl.functions.pattern_parser import MOST_REPEATS, parse_pattern
from segdsl.functions.pattern_problems import PatternProblem
from segdsl.functions.pattern_size import is_too_large
from segdsl.functions.pattern_tree import (
    Choice,
    End,
    OneOf,
    Part,
    Pattern,
    Ranges,
    Repeat,
    Sequence,
    Shorthand,
    Start,
    complement,
    literal,
    members,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "MOST_REPEATS",
    "Pattern",
    "PatternProblem",
    "fold_pattern",
    "like_pattern",
    "matches_pattern",
    "parse_like",
    "parse_pattern",
    "rust_regex",
    "search",
]

_SURROGATES: Ranges = ((0xD800, 0xDFFF),)  # not characters in Rust


@lru_cache(maxsize=256)
def matches_pattern(text: str, folding: Folding) -> Pattern:
    """Return the pattern of `matches` under `folding`.

    Raises ValueError for what `parse_pattern` complains of, and for a folding of accents.
    """
    pattern = parse_pattern(text)
    if isinstance(pattern, PatternProblem):
        raise ValueError(f"{pattern.message}: {text}")
    return fold_pattern(pattern, folding)


# ---- like


def parse_like(text: str) -> Pattern | PatternProblem:
    """Return the pattern of `like` without folding, or a problem if it is too large."""
    pattern = like_pattern(text, Folding.EXACT)
    if is_too_large(pattern.root):
        return PatternProblem(0, len(text), "the pattern is too long", "use a shorter text")
    return pattern


@lru_cache(maxsize=256)
def like_pattern(text: str, folding: Folding) -> Pattern:
    """Return the pattern of `like`: `*` any run, `?` one character, `~` takes their meaning away.

    The characters between wildcards are folded as one text; `?` is one character of the folded
    subject. A `~` before anything but `*`, `?` and `~` is itself.
    """
    pieces = list(_like_pieces(text))
    items: list[Part] = []
    # A run at an edge says no more than that the edge may be anywhere.
    if pieces[:1] == ["*"]:
        pieces.pop(0)
    else:
        items.append(Start())
    is_open = pieces[-1:] == ["*"]
    for piece in pieces[: len(pieces) - is_open]:
        items.extend(_like_parts(piece, folding))
    if not is_open and (pieces or items):
        items.append(End())
    return Pattern(Sequence(tuple(items)))


def _like_pieces(text: str) -> Iterator[str]:
    """Yield `*` and `?` where they are wildcards, and `=` before each run of characters."""
    run = ""
    at = 0
    while at < len(text):
        sign = text[at]
        if sign in "*?":
            if run:
                yield "=" + run
            yield sign
            run = ""
        elif sign == "~" and text[at + 1 : at + 2] in ("*", "?", "~"):
            at += 1
            run += text[at]
        else:
            run += sign
        at += 1
    if run:
        yield "=" + run


def _like_parts(piece: str, folding: Folding) -> Iterator[Part]:
    anything = OneOf((), (Shorthand.ANY,))
    if piece == "*":
        yield Repeat(anything, 0, None)
    elif piece == "?":
        yield anything
    else:
        yield from map(literal, fold(piece[1:], folding))


# ---- folding


def fold_pattern(pattern: Pattern, folding: Folding) -> Pattern:
    """Return the pattern that finds in a folded text what `pattern` means under `folding`.

    Neighbouring characters fold as one text, sets member by member; shorthands stay. A member of a
    set whose folding is longer than one character becomes an alternative, and is left out of a
    negated set. Raises ValueError for a folding of accents, which does not go with `matches`.
    """
    if ignores_accents(folding):
        raise ValueError(f"patterns cannot be matched {folding}")
    return pattern if folding is Folding.EXACT else Pattern(_fold(pattern.root))


def _fold(part: Part) -> Part:
    match part:
        case OneOf():
            return _fold_set(part)
        case Start() | End():
            return part
        case Sequence(items):
            return Sequence(tuple(_fold_items(items)))
        case Choice(items):
            return Choice(tuple(map(_fold, items)))
        case Repeat(item, low, high):
            return Repeat(_fold(item), low, high)
    assert_never(part)


def _fold_items(items: tuple[Part, ...]) -> Iterator[Part]:
    for is_run, group in groupby(items, key=lambda item: _single(item) is not None):
        if is_run:
            text = "".join(_single(item) or "" for item in group)
            yield from map(literal, fold(text, Folding.CASE))
        else:
            yield from map(_fold, group)


def _single(part: Part) -> str | None:
    """Return the one character that `part` spells, if it does."""
    match part:
        case OneOf(((first, last),), (), False) if first == last:
            return chr(first)
        case _:
            return None


def _fold_set(part: OneOf) -> Part:
    rows = folding_rows(Folding.CASE)
    singles: list[tuple[int, int]] = []
    longer: list[str] = []
    changed = [c for c in rows if any(first <= ord(c) <= last for first, last in part.spelled)]
    for character in changed:
        folded = rows[character]
        if len(folded) == 1:
            singles.append((ord(folded), ord(folded)))
        else:
            longer.append(folded)
    kept = _without(part.spelled, union((ord(c), ord(c)) for c in changed))
    of_one = OneOf(union((*kept, *singles)), part.shorthands, part.is_negated)
    if part.is_negated or not longer:
        return of_one
    spelled = tuple(Sequence(tuple(map(literal, text))) for text in dict.fromkeys(longer))
    is_empty = not of_one.spelled and not of_one.shorthands
    if is_empty and len(spelled) == 1:
        return spelled[0]
    return Choice(spelled if is_empty else (of_one, *spelled))


def _without(ranges: Ranges, taken: Ranges) -> Ranges:
    return complement(union((*complement(ranges), *taken)))


# ---- printing


def rust_regex(pattern: Pattern) -> str:
    """Return the pattern in the syntax of Rust's `regex`, for Polars' `str.contains`.

    Every set is spelled in full, since `\\w`, `\\d` and `\\s` mean other characters there.
    """
    return _print(pattern.root)


def _print(part: Part) -> str:
    match part:
        case OneOf():
            return _print_set(part)
        case Start():
            return r"\A"
        case End():
            return r"\z"
        case Sequence(items):
            return "".join(f"(?:{_print(i)})" if _is_choice(i) else _print(i) for i in items)
        case Choice(items):
            return "|".join(_print(item) for item in items)
        case Repeat(item, low, high):
            inner = _print(item) if isinstance(item, OneOf) else f"(?:{_print(item)})"
            return inner + _print_counts(low, high)
    assert_never(part)


def _is_choice(part: Part) -> bool:
    return isinstance(part, Choice)


def _print_counts(low: int, high: int | None) -> str:
    if high is None:
        return {0: "*", 1: "+"}.get(low, f"{{{low},}}")
    return "?" if (low, high) == (0, 1) else f"{{{low},{high}}}"


def _print_set(part: OneOf) -> str:
    found = _without(members(part), _SURROGATES)
    if not found:
        return r"[^\x{0}-\x{10FFFF}]"
    if found == complement(_SURROGATES):
        return "(?s:.)"
    single = _single(part)
    if single is not None:
        return _print_code(ord(single))
    inner = "".join(_print_range(first, last) for first, last in found)
    return f"[{inner}]"


def _print_range(first: int, last: int) -> str:
    if first == last:
        return _print_code(first)
    return f"{_print_code(first)}-{_print_code(last)}"


def _print_code(code: int) -> str:
    """Return an ASCII letter or digit as it is, anything else as an escape."""
    character = chr(code)
    return character if character.isascii() and character.isalnum() else rf"\x{{{code:X}}}"
