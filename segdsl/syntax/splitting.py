"""Finds where declarations begin, so that one broken declaration does not hide the next."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from segdsl.syntax.driver import acceptable
from segdsl.syntax.words import DECLARATIONS, NAME, NUMBER, TEXT, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.source import Source
    from segdsl.syntax.lexer import Token

# What cannot follow a field, so that the word before it is no field.
_NO_OPERATOR = frozenset({NAME, TEXT, NUMBER, "BAD", "COLON", "LSQB"})
_HEADER = frozenset({"COLON", "LSQB", "EQUAL"})
_HEADER_OF_OPERAND = _HEADER | {TEXT, "LPAR", "FROM"}

_WITH_PARAMETERS = frozenset({"DEFINE", "TRAIT"})


def declaration_starts(source: Source, tokens: Sequence[Token]) -> list[int]:
    """Return the indices of the tokens that begin a declaration.

    Such a token is a declaration word, first on its line, that cannot be a field there.
    """
    return [
        index
        for index, token in enumerate(tokens)
        if token.kind in DECLARATIONS
        and is_first_on_line(source, tokens, index)
        and _begins(tokens, index)
    ]


def is_first_on_line(source: Source, tokens: Sequence[Token], index: int) -> bool:
    """Return whether only white space stands before a token on its line."""
    if index == 0:
        return True
    return "\n" in source.text[tokens[index - 1].end : tokens[index].start]


def _begins(tokens: Sequence[Token], index: int) -> bool:
    following = [token.kind for token in tokens[index + 1 : index + 4]]
    second, third, fourth = [*following, "", "", ""][:3]
    if second in _NO_OPERATOR:
        return True
    if tokens[index].kind == "CHECK" and second == "SIZE":
        return True
    # A keyword where the name should be: `segment top: …` is a header, `segment in (…)` is not.
    if second in _operand_keywords():
        return third in _HEADER_OF_OPERAND
    if tokens[index].kind in _WITH_PARAMETERS and third == "LPAR":
        return second in vocabulary().soft
    is_header = third in _HEADER or (third == TEXT and fourth in _HEADER)
    return is_header and second in _keyword_kinds()


@cache
def _operand_keywords() -> frozenset[str]:
    """Return the kinds of the keywords that begin an operand, so that none follows a field."""
    return acceptable((), "condition") & vocabulary().soft


@cache
def _keyword_kinds() -> frozenset[str]:
    return frozenset(vocabulary().words.values())
