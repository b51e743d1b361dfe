"""Explains numbers, percentages, brackets and what parts their items."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic, Edit, Fix
from segdsl.syntax.place import Place, Reading, respelt, unexpected
from segdsl.syntax.words import DATE, INSTANT, NUMBER, PERCENT, TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.syntax.lexer import Token

_LITERALS = frozenset({TEXT, NUMBER, PERCENT, DATE, INSTANT})
_MEMBERS = ("values in parentheses", "the name of a list")
_GROUP = "the conditions of a group stand in braces, parted by semicolons: `{ a; b }`"


def _comma_in_number(place: Place) -> Diagnostic | None:
    """`1,000`, `0,5`, `33,3%`, `1.000,50`."""
    first = -1 if place.at(0).kind == "COMMA" else 0
    last = first
    while _continues_number(place, last):
        last += 2
    if last == first or place.at(first).kind != NUMBER:
        return None
    span = place.span(first, last)
    right = _numbers(span.text)
    fixes = [
        Fix(f"write `{words}`" + (f" for {meant}" if meant else ""), (Edit(span, words),))
        for words, meant in right
    ]
    notes = [f"`{words}` is the number {meant}" for words, meant in right if meant]
    if not right:
        return unexpected(place, ("numbers are written `25`, `1_000`, `0.5` or `10%`",))
    return respelt(place, first, last, *(words for words, _ in right), fixes=fixes, notes=notes)


def _continues_number(place: Place, offset: int) -> bool:
    before, comma, after = (place.at(offset + n) for n in range(3))
    return (
        comma.kind == "COMMA"
        and before.kind == NUMBER
        and after.kind in (NUMBER, PERCENT)
        and before.end == comma.start
        and comma.end == after.start
    )


def _numbers(written: str) -> list[tuple[str, str]]:
    """Return what a number with commas may stand for, and what each spelling means."""
    percent = "%" * written.endswith("%")
    digits = written.removesuffix("%")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", digits):
        return [(digits.replace(".", "").replace(",", ".") + percent, "")]
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", digits):
        return [(digits.replace(",", "") + percent, "")]
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3}){2,}", digits):
        return [(digits.replace(",", "_") + percent, "")]
    if not re.fullmatch(r"[0-9_]+,[0-9]+", digits):
        return []
    point = digits.replace(",", ".")
    if not re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", digits):
        return [(point + percent, "")]
    whole, small = digits.replace(",", ""), f"{Decimal(point).normalize():f}"
    return [
        (digits.replace(",", "_") + percent, whole + percent),
        (point + percent, small + percent),
    ]


def _point_first(place: Place) -> Diagnostic | None:
    """`.5`."""
    is_fraction = place.kinds(0, 1) == ("DOT", NUMBER) and place.at(0).end == place.at(1).start
    return respelt(place, 0, 1, f"0{place.span(0, 1).text}") if is_fraction else None


def _no_percent(place: Place) -> Diagnostic | None:
    """`sample 10 seed "x"`, `split …: control 10`."""
    is_share = place.at(0).kind == NUMBER and PERCENT in place.acceptable
    if not is_share or NUMBER in place.acceptable:
        return None
    if place.at(-1).kind == "SAMPLE":
        number = place.span(0, 0).text
        notes = (
            'a sample is a percentage of the customers, as in `sample 10% seed "spring"`',
            f"a number of customers is taken by `top {number} by …`; "
            "a `split` parts everybody by percentages",
        )
        return unexpected(place, notes, expected=("a percentage such as `10%`",))
    return respelt(place, 0, 0, f"{place.span(0, 0).text}%")


def _bare_members(place: Place) -> Diagnostic | None:
    """`town in "Madrid"`, `starts with any of "a", "b"`."""
    if place.at(0).kind not in _LITERALS or place.at(-1).kind not in ("IN", "OF", "ONLY"):
        return None
    if "LPAR" not in place.acceptable:
        return None
    last = 0
    while place.at(last + 1).kind == "COMMA" and place.at(last + 2).kind in _LITERALS:
        last += 2
    span = place.span(0, last)
    right = f"({span.text})"
    note = f"the values stand in parentheses: `{right}`"
    return unexpected(
        place, (note,), (Fix("put them in parentheses", (Edit(span, right),)),), expected=_MEMBERS
    )


def _round_group(place: Place) -> Diagnostic | None:
    """`at least 2 of (a, b)`."""
    if place.at(0).kind != "LPAR" or place.acceptable != {"LBRACE"}:
        return None
    commas, closing = place.inside(place.index)
    if closing is None or closing.kind != "RPAR":
        return unexpected(place, (_GROUP,))
    edits = (
        place.edit(place.at(0), "{ "),
        *(place.edit(comma, ";") for comma in commas),
        place.edit(closing, " }"),
    )
    return unexpected(place, (_GROUP,), (Fix("write braces and semicolons", edits),))


def _comma_in_group(place: Place) -> Diagnostic | None:
    """`any of { a, b }`."""
    opening = place.bracket()
    if place.at(0).kind != "COMMA" or opening is None or place.tokens[opening].kind != "LBRACE":
        return None
    commas, _ = place.inside(opening)
    edits = tuple(place.edit(comma, ";") for comma in commas)
    return unexpected(place, (_GROUP,), (Fix("write semicolons", edits),))


def _several_operands(place: Place) -> Diagnostic | None:
    """`brands contains ("a", "b")`, `city = ("a", "b")`."""
    opening = place.bracket()
    if place.at(0).kind != "COMMA" or opening is None or place.tokens[opening].kind != "LPAR":
        return None
    offset = opening - place.index - 1
    operator = place.at(offset)
    if operator.kind == "EQUAL" or operator.kind == "IS":
        return respelt(place, offset, offset, "in")
    if operator.value == "!=":
        return respelt(place, offset, offset, "not in")
    if place.kinds(offset - 1, offset) == ("IS", "NOT"):
        return respelt(place, offset - 1, offset, "not in")
    return _several_texts(place, offset, place.tokens[:opening])


def _several_texts(place: Place, offset: int, before: Sequence[Token]) -> Diagnostic | None:
    if not place.fits(before, "ANY"):
        return None
    first = offset - (place.at(offset).kind == "WITH")
    if place.at(first).kind not in ("CONTAINS", "STARTS", "ENDS", "LIKE", "MATCHES"):
        return None
    span = place.span(first, offset)
    quantifiers = ("any of", "all of") if place.at(first).kind == "CONTAINS" else ("any of",)
    right = [f"{span.text} {quantifier}" for quantifier in quantifiers]
    fixes = [Fix(f"write `{words}`", (Edit(span, words),)) for words in right]
    return respelt(place, first, offset, *right, fixes=fixes)


READINGS: tuple[Reading, ...] = (
    _comma_in_number,
    _point_first,
    _no_percent,
    _bare_members,
    _round_group,
    _comma_in_group,
    _several_operands,
)
