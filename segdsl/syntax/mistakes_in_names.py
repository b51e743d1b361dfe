"""Explains names that are keywords, have several words, or are no names at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic, Edit, Fix, syntax_errors
from segdsl.syntax import expectations
from segdsl.syntax.place import Place, Reading, respelt
from segdsl.syntax.words import COMPARISONS, END, NAME, NUMBER, TEXT, is_name, keywords, vocabulary

if TYPE_CHECKING:
    from segdsl.syntax.lexer import Token

_RELATIONS = frozenset({"EQUAL", "RELATION", "DOT", "IS"})
# Declarations that begin with a name.
_NAMED = frozenset({"PARAM", "LIST", "DEFINE", "TRAIT", "SEGMENT", "TIERS", "SPLIT"})
_TITLED = _NAMED - {"PARAM", "LIST"}


def _declared_reserved(place: Place) -> Diagnostic | None:
    """`segment not: …`."""
    if place.acceptable != {NAME} or place.at(0).kind not in vocabulary().reserved:
        return None
    return syntax_errors.keyword_as_name(place.span(0, 0), place.span(0, 0).text)


def _reserved_here(place: Place) -> Diagnostic | None:
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


def _reserved_before(place: Place) -> Diagnostic | None:
    """`not = 3`, `did > 3`."""
    token = place.at(-1)
    is_candidate = token.kind in vocabulary().reserved and place.at(0).kind in _RELATIONS
    if not is_candidate or place.at(-2).kind == "IS":
        return None
    if not place.fits(place.tokens[: place.index - 1], NAME):
        return None
    return syntax_errors.reserved_name(place.span(-1, -1), place.span(-1, -1).text)


def _keyword_before(place: Place) -> Diagnostic | None:
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


def _declared_words(place: Place) -> Diagnostic | None:
    """`segment my audience: …`, `segment my-audience: …`."""
    if place.tokens[0].kind not in _NAMED or place.index != 2:
        return None
    last = 0
    while _goes_on(place, last):
        last += 1
    if last == 0 or place.at(last).kind not in place.acceptable:
        return None
    written = " ".join(place.span(-1, last - 1).text.split())
    name = _as_name(written)
    return respelt(place, -1, last - 1, name, notes=(_in_backticks(written),))


def _goes_on(place: Place, offset: int) -> bool:
    """Return whether this can be a further part of the name being declared."""
    token = place.at(offset)
    is_part = _is_word(place, token) or token.kind in ("SUBTRACT", NUMBER)
    is_header = token.kind in place.acceptable or token.kind == END
    return is_part and not is_header and place.is_on_line(offset)


def _declared_text(place: Place) -> Diagnostic | None:
    """`segment "my audience": …`."""
    is_name_due = place.tokens[0].kind in _NAMED and place.index == 1 and place.acceptable == {NAME}
    if not is_name_due or place.at(0).kind != TEXT:
        return None
    span = place.span(0, 0)
    name = _as_name(span.text[1:-1])
    if place.tokens[0].kind not in _TITLED or place.at(1).kind == TEXT:
        return respelt(place, 0, 0, name)
    fix = Fix(f"write `{name}`, with the text as its title", (Edit(span, f"{name} {span.text}"),))
    return respelt(place, 0, 0, name, fixes=(fix,), notes=("a title may follow the name",))


def _as_name(written: str) -> str:
    """Return the name that these words may become."""
    joined = re.sub(r"\W+", "_", written).strip("_")
    if joined.lower() in keywords():
        joined += "_1"
    return joined if joined and is_name(joined) else f"n_{joined}".strip("_")


def _in_backticks(written: str) -> str:
    return f"a name with spaces or signs stands in backticks: `` `{written}` ``"


def words_of_name(place: Place) -> str:
    """Return several words side by side that may be meant as one name: `job title = …`."""
    if not place.fits(place.tokens[: max(0, place.index - 1)], NAME):
        return ""
    last = -1
    while _is_word(place, place.at(last + 1)) and place.is_on_line(last + 1):
        if place.at(last + 1).kind != NAME and place.at(last + 1).kind in COMPARISONS:
            break
        last += 1
    is_run = last >= 0 and _is_word(place, place.at(-1))
    if not is_run or place.at(last + 1).kind not in COMPARISONS:
        return ""
    return " ".join(place.span(-1, last).text.split())


def _is_word(place: Place, token: Token) -> bool:
    """Return whether a token can be (a part of) a name without backticks."""
    if token.kind == NAME:
        return place.source.text[token.start] != "`"
    return token.kind in vocabulary().soft


READINGS: tuple[Reading, ...] = (
    _declared_words,
    _declared_text,
    _declared_reserved,
    _reserved_here,
    _reserved_before,
    _keyword_before,
)
