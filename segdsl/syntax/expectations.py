"""Puts into words what was found and what could stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.syntax.driver import acceptable
from segdsl.syntax.parse_table import parse_table
from segdsl.syntax.words import (
    COMPARISONS,
    DATE,
    END,
    INSTANT,
    NAME,
    NUMBER,
    PERCENT,
    TEXT,
    vocabulary,
)

if TYPE_CHECKING:
    from segdsl.source import Source
    from segdsl.syntax.lexer import Token

_LITERALS = frozenset({TEXT, NUMBER, PERCENT, DATE, INSTANT, "TRUTH", "MOMENT"})
_VALUES = _LITERALS | {"LPAR", "SUBTRACT", NAME}
_GROUPS = (
    # (words, what must be possible, what the words cover)
    ("a comparison such as `=`, `in` or `contains`", frozenset({"EQUAL", "IS"}), COMPARISONS),
    ("a comparison such as `in` or `contains`", frozenset({"IN", "CONTAINS"}), COMPARISONS),
    ("a number, a text in quotes or a date", frozenset({TEXT, NUMBER}), _LITERALS | {"SUBTRACT"}),
    ("`=` or another sign of comparison", frozenset({"EQUAL", "RELATION"}), frozenset[str]()),
    ("a number", frozenset({NUMBER, NAME}), frozenset({NUMBER, PERCENT, NAME})),
    ("a number", frozenset({NUMBER}), frozenset({NUMBER})),
    ("a percentage such as `10%`", frozenset({PERCENT}), frozenset({PERCENT, NAME})),
    ("a date", frozenset({DATE}), frozenset({DATE, INSTANT, "MOMENT"})),
    ("a text in quotes", frozenset({TEXT}), frozenset({TEXT})),
    ("a unit of time such as `days`", frozenset({"UNIT"}), frozenset({"UNIT"})),
    ("`missing`, `known` or `empty`", frozenset({"STATE"}), frozenset({"STATE"})),
    ("a number of `times`", frozenset({"TIMES"}), frozenset({"TIMES"})),
    ("`km`, `m` or `miles`", frozenset({"DISTANCE"}), frozenset({"DISTANCE"})),
    ("a name", frozenset({NAME}), frozenset({NAME})),
)
# Mentioned only where nothing else is left to say.
_LAST_RESORT = frozenset({"ADD", "SUBTRACT", "MULTIPLY", "DIVIDE", "DOT", "LPAR", "OR_ELSE"}) | {
    "IGNORING_CASE",
    "IGNORING_ACCENTS",
    "IGNORING_BOTH",
    "EXACTLY",
}


def found(source: Source, token: Token) -> str:
    """Return what a token is, in words."""
    written = source.text[token.start : token.end]
    short = written if len(written) <= 40 else f"{written[:39]}…"
    named = {END: "end of the rule", NAME: f"name `{short.strip('`')}`", TEXT: f"text {short}"}
    named |= {NUMBER: f"number `{short}`", DATE: f"date `{short}`", INSTANT: f"date `{short}`"}
    return named.get(token.kind, f"`{short}`")


def expected(kinds: frozenset[str]) -> list[str]:
    """Return what could stand there, in words, the likeliest first."""
    words, left = _beginning(kinds)
    if left & {END, "AND", "EQUAL"}:  # a number before these needs no unit
        left -= {"UNIT", "TIMES"}
    left -= _LAST_RESORT if left - _LAST_RESORT or words else frozenset()
    for group, needed, covered in _GROUPS:
        if needed <= left:
            words.append(group)
            left -= covered | needed
    words += [f"`{spelling(kind)}`" for kind in sorted(left - {END}, key=_weight)]
    return words + (["the end of the rule"] if END in left else [])


def _beginning(kinds: frozenset[str]) -> tuple[list[str], frozenset[str]]:
    """Return the words for whatever begins a condition, value or name, and the other kinds."""
    starters = acceptable((), "condition")
    keywords = starters & vocabulary().soft
    if {"DID", "NOT", NAME} <= kinds:
        return ["a condition"], kinds - starters
    if {NAME, TEXT, NUMBER} <= kinds:
        return ["a field name", "a value"], kinds - _VALUES - keywords
    if NAME in kinds and keywords & kinds:
        return ["a name"], kinds - {NAME} - keywords
    return [], kinds


def _weight(kind: str) -> tuple[bool, bool, str]:
    return kind not in ("AND", "OR"), kind not in vocabulary().soft, kind


def spelling(kind: str) -> str:
    """Return how a keyword or sign is written."""
    return parse_table().words[kind][0]


def spellings(kinds: frozenset[str]) -> list[str]:
    """Return the keywords among these kinds, as they are written."""
    words = parse_table().words
    return [word for kind in kinds for word in words.get(kind, ()) if word[0].isalpha()]
