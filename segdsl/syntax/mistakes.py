"""Explains why a declaration could not be read."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic, syntax_errors
from segdsl.diagnostics.near import near_names
from segdsl.syntax import (
    expectations,
    mistakes_in_behaviour,
    mistakes_in_names,
    mistakes_in_phrases,
    mistakes_in_sequences,
    mistakes_in_signs,
    mistakes_in_windows,
)
from segdsl.syntax.driver import acceptable
from segdsl.syntax.place import Place, Reading
from segdsl.syntax.splitting import is_first_on_line
from segdsl.syntax.words import DECLARATIONS, END, NAME, TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.source import Source
    from segdsl.syntax.lexer import Token

# Declarations that do not end with a condition, so that a condition after one is a bare one.
_CLOSED = frozenset({"USE", "PARAM", "LIST", "TIERS", "SPLIT", "CHECK"})
_ENDS = frozenset({END, "RPAR", "RBRACE", "RSQB"})
_FORMS = MappingProxyType(
    {
        "USE": 'use "common.seg"',
        "PARAM": "param min_spend = 500",
        "LIST": 'list metros = ("İstanbul", "Ankara")',
        "DEFINE": "define adult: age >= 18",
        "TRAIT": "trait margin: price - cost",
        "SEGMENT": "segment adults: age >= 18",
        "TIERS": "tiers loyalty: gold, silver otherwise basic",
        "SPLIT": 'split spring seed "spring-26": plain 50%, offer 50%',
        "TEST": 'test "an adult": given age = 28 expect adults',
        "CHECK": "check gold, silver disjoint",
    }
)


def explain(source: Source, tokens: Sequence[Token], index: int, start: str) -> Diagnostic:
    """Return a complaint of the token at `index`, where reading from the rule `start` stopped."""
    place = Place(source, tokens, index, start)
    for reading in _READINGS:
        if diagnostic := reading(place):
            return diagnostic
    return _unexpected(place)


def _unexpected(place: Place) -> Diagnostic:
    token = place.at(0)
    near: list[str] = []
    if token.kind == NAME:
        word = place.span(0, 0).text
        could = expectations.spellings(place.acceptable)
        near = near_names(word, [one for one in could if one != word.lower()])
    words = "" if near else mistakes_in_names.words_of_name(place)
    bracket = place.bracket() if token.kind in _ENDS else None
    opened = None if bracket is None else place.tokens[bracket]
    is_bare = place.index == 1 and place.start == "condition"
    return syntax_errors.unexpected_token(
        place.span(0, 0),
        expectations.found(place.source, token),
        expectations.expected(place.acceptable),
        near=near,
        form=_FORMS.get(place.tokens[0].kind, "") if is_bare else "",
        is_text=token.kind == NAME and TEXT in place.acceptable and NAME not in place.acceptable,
        words=words,
        opened=place.source.span(opened.start, opened.end) if opened else None,
    )


def _misspelt_declaration(place: Place) -> Diagnostic | None:
    """`segmnt gold: …`."""
    for offset in (0, -1):
        word, following = place.at(offset), place.at(offset + 1)
        index = place.index + offset
        if word.kind != NAME or following.kind not in (NAME, TEXT):
            continue
        if not is_first_on_line(place.source, place.tokens, index):
            continue
        span = place.span(offset, offset)
        near = near_names(span.text, expectations.spellings(DECLARATIONS))
        if near:
            found = expectations.found(place.source, word)
            wanted = ["a word that begins a declaration"]
            return syntax_errors.unexpected_token(span, found, wanted, near=near)
    return None


def _mixed_file(place: Place) -> Diagnostic | None:
    """A bare condition on the line after `param x = 5`."""
    first = place.tokens[0]
    is_condition = (
        place.start == "declaration"
        and first.kind in _CLOSED
        and END in place.acceptable
        and place.at(0).kind in acceptable((), "condition")
        and is_first_on_line(place.source, place.tokens, place.index)
    )
    if not is_condition:
        return None
    return syntax_errors.mixed_file(
        place.span(0, 0), place.source.span(first.start, place.at(-1).end)
    )


_READINGS: tuple[Reading, ...] = (
    _misspelt_declaration,
    _mixed_file,
    *mistakes_in_sequences.READINGS,
    *mistakes_in_windows.READINGS,
    *mistakes_in_behaviour.READINGS,
    *mistakes_in_phrases.READINGS,
    *mistakes_in_signs.READINGS,
    *mistakes_in_names.READINGS,
)
