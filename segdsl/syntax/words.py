"""The words and signs of the grammar, as the lexer and messages need them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from segdsl.syntax.parse_table import parse_table

NAME, TEXT, NUMBER, PERCENT, DATE, INSTANT = (
    "NAME",
    "TEXT",
    "NUMBER",
    "PERCENT",
    "DATE",
    "INSTANT",
)
END = "$END"

DECLARATIONS = frozenset(
    {"USE", "PARAM", "LIST", "DEFINE", "TRAIT", "SEGMENT", "TIERS", "SPLIT", "TEST", "CHECK"}
)
"""The kinds of the words that begin a declaration."""
COMPARISONS = frozenset({"EQUAL", "RELATION", "IS", "NOT", "BETWEEN", "IN", "CONTAINS"}) | {
    "LIKE",
    "MATCHES",
    "STARTS",
    "ENDS",
    "SIDE",
    "ON",
    "WITHIN",
    "AMONG",
}
"""The kinds of the words and signs that follow a value and make it a condition."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The spellings of the grammar: single words, phrases and signs, each with its kind."""

    words: Mapping[str, str]
    phrases: Mapping[str, str]
    signs: Mapping[str, str]
    reserved: frozenset[str]
    """The kinds whose words are never names."""
    soft: frozenset[str]
    """The kinds whose words are names where the grammar cannot take the keyword."""


@cache
def vocabulary() -> Vocabulary:
    """Return the words of the shipped grammar."""
    table = parse_table()
    kinds = {word: kind for kind, words in table.words.items() for word in words}
    words = {word: kind for word, kind in kinds.items() if word.isalpha()}
    phrases = {word: kind for word, kind in kinds.items() if " " in word}
    return Vocabulary(
        words=MappingProxyType(words),
        phrases=MappingProxyType(phrases),
        signs=MappingProxyType({s: k for s, k in kinds.items() if s not in words | phrases}),
        reserved=table.reserved,
        soft=frozenset(words.values()) - table.reserved,
    )


@cache
def keywords() -> frozenset[str]:
    """Return every word of the grammar, in lower case."""
    known = vocabulary()
    return frozenset(known.words) | {word for phrase in known.phrases for word in phrase.split()}


@cache
def reserved_words() -> frozenset[str]:
    """Return the keywords that are names only in backticks."""
    known = vocabulary()
    return frozenset(word for word, kind in known.words.items() if kind in known.reserved)


def is_name(word: str) -> bool:
    """Return whether `word` is an identifier in some script; joiners count as letters."""
    if word.isascii():
        return word.isidentifier()
    without_joiners = word.replace("\u200c", "").replace("\u200d", "")
    return without_joiners.isidentifier() and word[0] == without_joiners[0]


# What may be pasted in: quotes, signs, spaces and invisible characters that no name contains.
_FOREIGN = (
    "\x80-\xa0«»“”„‟‘’‚‛≥≤≠−–—×÷‰…·،؛٪，；：（）＝＜＞％。\xad\u1680\u2000-\u200b\u200e\u200f"
    "\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff"
)
FIRST = rf"[^\x00-\x40\x5b-\x5e\x60\x7b-\x7f{_FOREIGN}]"
INNER = rf"[^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f{_FOREIGN}]"
"""A character that can begin a word, and one that can go on in it; `is_name` is exact."""

QUOTES = MappingProxyType({'"': '"', "'": "'", "“": "”", "«": "»", "„": "”“", "‘": "’", "‚": "‘’"})
"""Opening quotes and what closes each."""
APOSTROPHE = "’"
"""A closing quote that is part of the text where a letter follows it."""


def any_of(spellings: Mapping[str, object]) -> str:
    """Return a pattern for one of the signs, the longest first."""
    return "|".join(re.escape(sign) for sign in sorted(spellings, key=lambda s: (-len(s), s)))
