"""Explains why a declaration could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic, Edit, Fix, syntax_errors
from segdsl.diagnostics.near import near_names
from segdsl.syntax import expectations
from segdsl.syntax.driver import acceptable
from segdsl.syntax.lexer import Token
from segdsl.syntax.splitting import is_first_on_line
from segdsl.syntax.words import DECLARATIONS, END, NAME, NUMBER, PERCENT, TEXT, vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segdsl.source import Source, Span

_NOTHING = Token("", 0, 0, None)
_RELATIONS = frozenset({"EQUAL", "RELATION", "DOT", "IS"})
_OPERATORS = frozenset({"IN", "BETWEEN", "CONTAINS", "STARTS", "ENDS", "LIKE", "MATCHES"}) | {
    "SIDE",
    "ON",
    "WITHIN",
    "AMONG",
}
# Declarations that do not end with a condition, so that a condition after one is a bare one.
_CLOSED = frozenset({"USE", "PARAM", "LIST", "TIERS", "SPLIT", "CHECK"})
_WRONG_NAMES = MappingProxyType(
    {"else": "or else", "equals": "=", "equal": "=", "includes": "contains", "isnt": "is not"}
    | {"startswith": "starts with", "endswith": "ends with", "xor": "!=", "rlike": "matches"}
)
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


@dataclass(frozen=True)
class _Place:
    """Where parsing stopped."""

    source: Source
    tokens: Sequence[Token]
    index: int
    start: str

    def at(self, offset: int) -> Token:
        """Return a token near the place."""
        index = self.index + offset
        return self.tokens[index] if 0 <= index < len(self.tokens) else _NOTHING

    def kinds(self, first: int, last: int) -> tuple[str, ...]:
        """Return the kinds of the tokens from one offset to another."""
        return tuple(self.at(offset).kind for offset in range(first, last + 1))

    def span(self, first: int, last: int) -> Span:
        """Return the span of the tokens from one offset to another."""
        return self.source.span(self.at(first).start, self.at(last).end)

    @cached_property
    def acceptable(self) -> frozenset[str]:
        """The kinds that could stand at the place."""
        return acceptable(self.tokens[: self.index], self.start)

    def fits(self, kinds: Sequence[Token], kind: str) -> bool:
        """Return whether a token of `kind` can follow those up to two before the place."""
        return kind in acceptable(kinds, self.start)


def explain(source: Source, tokens: Sequence[Token], index: int, start: str) -> Diagnostic:
    """Return a complaint of the token at `index`, where reading from the rule `start` stopped."""
    place = _Place(source, tokens, index, start)
    for reading in _READINGS:
        if diagnostic := reading(place):
            return diagnostic
    return _unexpected(place)


def _unexpected(place: _Place) -> Diagnostic:
    token = place.at(0)
    near: list[str] = []
    if token.kind == NAME:
        word = place.span(0, 0).text
        near = near_names(word, expectations.spellings(place.acceptable))
    is_bare = place.index == 1 and place.start == "condition"
    return syntax_errors.unexpected_token(
        place.span(0, 0),
        expectations.found(place.source, token),
        expectations.expected(place.acceptable),
        near=near,
        form=_FORMS.get(place.tokens[0].kind, "") if is_bare else "",
        is_text=token.kind == NAME and TEXT in place.acceptable and NAME not in place.acceptable,
    )


# ---- what was probably meant


def _misspelt_declaration(place: _Place) -> Diagnostic | None:
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


def _mixed_file(place: _Place) -> Diagnostic | None:
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


def _needless_is(place: _Place) -> Diagnostic | None:
    """`is in`, `is not between`; `is before`, where the keyword was taken for a name."""
    if place.kinds(-4, -1) == ("IS", "ON", "OR", "SIDE"):
        return _respelt(place, -4, -1, place.span(-3, -1).text)
    last = 0 if place.at(0).kind in ("IN", "BETWEEN") else -1
    if place.at(last).kind not in _OPERATORS:
        return None
    word = place.span(last, last).text
    if place.at(last - 1).kind == "IS":
        return _respelt(place, last - 1, last, word)
    if place.kinds(last - 2, last - 1) == ("IS", "NOT"):
        return _respelt(place, last - 2, last, f"not {word}")
    return None


def _any_of_after_relation(place: _Place) -> Diagnostic | None:
    """`= any of (…)`."""
    if place.kinds(-1, 0) != ("ANY", "OF"):
        return None
    relation = place.at(-2)
    if relation.value == "=" or relation.kind == "IS":
        return _respelt(place, -2, 0, "in")
    if relation.value == "!=":
        return _respelt(place, -2, 0, "not in")
    return _respelt(place, -3, 0, "not in") if place.kinds(-3, -2) == ("IS", "NOT") else None


def _in_since(place: _Place) -> Diagnostic | None:
    """`did purchase in since d`, `signup in since d`."""
    if place.kinds(-1, 0) == ("IN", "SINCE"):
        return _respelt(place, -1, 0, "since")
    if place.kinds(-2, -1) == ("IN", "SINCE"):
        return _respelt(place, -2, -1, "on or after")
    return None


def _over_for_in(place: _Place) -> Diagnostic | None:
    """`did purchase over last 90 days`, `age over 25`."""
    if place.at(0).kind != "OVER" or "IN" not in place.acceptable:
        return None
    if place.at(1).kind in ("LAST", "NEXT", "THIS"):
        return _respelt(place, 0, 0, "in")
    is_sign = place.at(1).kind == NUMBER and "RELATION" in place.acceptable
    return _respelt(place, 0, 0, ">") if is_sign else None


def _no_percent(place: _Place) -> Diagnostic | None:
    """`sample 10 seed "x"`, `split …: control 10`."""
    is_share = place.at(0).kind == NUMBER and PERCENT in place.acceptable
    if not is_share or NUMBER in place.acceptable:
        return None
    return _respelt(place, 0, 0, f"{place.span(0, 0).text}%")


def _unbounded_times(place: _Place) -> Diagnostic | None:
    """`did purchase 3 times`: the two readings are offered, neither is guessed."""
    if place.kinds(0, 1) != (NUMBER, "TIMES"):
        return None
    span, written = place.span(0, 1), place.span(0, 1).text
    right = [f"at least {written}", f"exactly {written}"]
    fixes = [Fix(f"write `{words}`", (Edit(span, words),)) for words in right]
    return syntax_errors.wrong_spelling(span, written, right, fixes)


def _wrong_name(place: _Place) -> Diagnostic | None:
    """`x equals 3`, `x else y`."""
    token = place.at(0)
    right = _WRONG_NAMES.get(place.span(0, 0).text.lower()) if token.kind == NAME else None
    return _respelt(place, 0, 0, right) if right else None


def _state_after_relation(place: _Place) -> Diagnostic | None:
    """`x = missing`."""
    if place.at(0).kind != "STATE" or place.at(-1).value not in ("=", "!="):
        return None
    negation = "" if place.at(-1).value == "=" else "not "
    return _respelt(place, -1, 0, f"is {negation}{place.at(0).value}")


def _not_equal(place: _Place) -> Diagnostic | None:
    """`x not = 3`."""
    if place.kinds(-1, 0) != ("NOT", "EQUAL") or "IN" not in place.acceptable:
        return None
    return _respelt(place, -1, 0, "!=")


def _comma_in_number(place: _Place) -> Diagnostic | None:
    """`1,000`, `0,5`, `33,3%`."""
    first = -1 if place.at(0).kind == "COMMA" else 0
    whole, comma, rest = (place.at(first + n) for n in range(3))
    if (whole.kind, comma.kind) != (NUMBER, "COMMA") or rest.kind not in (NUMBER, PERCENT):
        return None
    if whole.end != comma.start or comma.end != rest.start:
        return None
    span = place.span(first, first + 2)
    right = [span.text.replace(",", ".")]
    if rest.kind == NUMBER and rest.end - rest.start == 3:
        right.append(span.text.replace(",", "_"))
    fixes = [Fix(f"write `{words}`", (Edit(span, words),)) for words in right]
    return syntax_errors.wrong_spelling(span, span.text, right, fixes)


def _point_first(place: _Place) -> Diagnostic | None:
    """`.5`."""
    is_fraction = place.kinds(0, 1) == ("DOT", NUMBER) and place.at(0).end == place.at(1).start
    return _respelt(place, 0, 1, f"0{place.span(0, 1).text}") if is_fraction else None


# ---- keywords that were meant as names


def _declared_reserved(place: _Place) -> Diagnostic | None:
    """`segment not: …`."""
    if place.acceptable != {NAME} or place.at(0).kind not in vocabulary().reserved:
        return None
    return syntax_errors.keyword_as_name(place.span(0, 0), place.span(0, 0).text)


def _reserved_here(place: _Place) -> Diagnostic | None:
    """`where = 3`, `purchase.in`."""
    token = place.at(0)
    if token.kind not in vocabulary().reserved or NAME not in place.acceptable:
        return None
    following = place.at(1).kind
    as_name = [*place.tokens[: place.index], token._replace(kind=NAME)]
    is_name = following != "LPAR" and place.fits(as_name, following)
    if is_name or place.at(-1).kind == "DOT":
        return syntax_errors.reserved_name(place.span(0, 0), place.span(0, 0).text)
    return None


def _reserved_before(place: _Place) -> Diagnostic | None:
    """`not = 3`, `did > 3`."""
    token = place.at(-1)
    is_candidate = token.kind in vocabulary().reserved and place.at(0).kind in _RELATIONS
    if not is_candidate or place.at(-2).kind == "IS":
        return None
    if not place.fits(place.tokens[: place.index - 1], NAME):
        return None
    return syntax_errors.reserved_name(place.span(-1, -1), place.span(-1, -1).text)


def _keyword_before(place: _Place) -> Diagnostic | None:
    """`tags contains only > 3`, `a or else > 3`: the keyword may be meant as a field."""
    token = place.at(-1)
    if token.kind not in vocabulary().soft | frozenset(vocabulary().phrases.values()):
        return None
    before = list(place.tokens[: place.index - 1])
    if token.kind == "OR_ELSE":
        before.append(token._replace(kind="OR"))
    as_name = [*before, token._replace(kind=NAME)]
    if not place.fits(before, NAME) or not place.fits(as_name, place.at(0).kind):
        return None
    word = place.span(-1, -1).text.split()[-1]
    found = expectations.found(place.source, place.at(0))
    expected = expectations.expected(place.acceptable)
    return syntax_errors.unexpected_token(place.span(0, 0), found, expected, keyword=word)


def _respelt(place: _Place, first: int, last: int, right: str) -> Diagnostic:
    span = place.span(first, last)
    return syntax_errors.wrong_spelling(span, " ".join(span.text.split()), [right])


_READINGS: tuple[Callable[[_Place], Diagnostic | None], ...] = (
    _misspelt_declaration,
    _mixed_file,
    _needless_is,
    _any_of_after_relation,
    _in_since,
    _over_for_in,
    _unbounded_times,
    _wrong_name,
    _state_after_relation,
    _not_equal,
    _comma_in_number,
    _point_first,
    _no_percent,
    _declared_reserved,
    _reserved_here,
    _reserved_before,
    _keyword_before,
)
