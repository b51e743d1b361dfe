"""Turns the spelling of texts, numbers and dates into their nodes."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING
from unicodedata import normalize

from segdsl.diagnostics import syntax_errors
from segdsl.syntax import tree
from segdsl.syntax.words import DATE, INSTANT, keywords

if TYPE_CHECKING:
    from segdsl.diagnostics import Sink
    from segdsl.source import Span

MOST_DIGITS = 18

_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))", re.DOTALL)
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})"
    r"(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|([+-])([0-9]{2}):?([0-9]{2}))?"
)
_LOOSE = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt ]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(\.[0-9]+)?)?([Zz]|[+-][0-9:]+)?)?"
)
_ODD_DATE = re.compile(r"([0-9]+)[-/.]([0-9]+)[-/.]([0-9]+)(?:[Tt ]([0-9:]+))?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_GLUED = re.compile(r"([0-9]+(?:\.[0-9]+)?)([^\W\d]\w*)")
_SOME_DATE = date(2000, 1, 1)


def text(span: Span, sink: Sink) -> tree.Text:
    """Return a text without its quotes, escapes resolved."""
    inner = span.source.text[span.start + 1 : span.end - 1]
    if "\\" not in inner:
        return tree.Text(normalize("NFC", inner), span)
    parts, at = [], 0
    for found in _ESCAPE.finditer(inner):
        meant = _escaped(found)
        if meant is None:
            start = span.start + 1 + found.start()
            sink.report(syntax_errors.bad_escape(span.source.span(start, start + len(found[0]))))
        parts += [inner[at : found.start()], meant or ""]
        at = found.end()
    return tree.Text(normalize("NFC", "".join(parts) + inner[at:]), span)


def _escaped(found: re.Match[str]) -> str | None:
    if found[1] is None:
        return _ESCAPES.get(found[2])
    point = int(found[1], 16)
    return chr(point) if point < 0xD800 or 0xDFFF < point <= 0x10FFFF else None


def number(span: Span, sink: Sink, *, is_percent: bool) -> tree.Number:
    """Return a number; a percentage is an exact decimal."""
    digits = span.text.removesuffix("%").replace("_", "")
    whole, _, fraction = digits.partition(".")
    if len(whole) > MOST_DIGITS or len(fraction) > MOST_DIGITS:
        reason = f"at most {MOST_DIGITS} digits before and after the point"
        sink.report(syntax_errors.bad_number(span, reason))
        return tree.Number(0, span, is_percent)
    if is_percent:
        return tree.Number(Decimal(digits).scaleb(-2), span, is_percent=True)
    return tree.Number(Decimal(digits) if fraction else int(digits), span)


def not_a_number(span: Span, sink: Sink) -> None:
    """Say what is wrong with characters that begin with a digit and are no number."""
    written = span.text
    if _THOUSANDS.fullmatch(written):
        reason, right = "a number has one point at most", written.replace(".", "_")
        sink.report(syntax_errors.bad_number(span, reason, right=right))
        return
    glued = _GLUED.fullmatch(written)
    if glued and glued[2].lower() in keywords():
        spaced, hint = f"{glued[1]} {glued[2]}", "a space stands between a number and a word"
        sink.report(syntax_errors.bad_number(span, "two words in one", hint=hint, right=spaced))
        return
    if not written.isascii() and written.isdecimal():
        reason = "numbers are written with the digits 0 to 9"
        sink.report(syntax_errors.bad_number(span, reason, right=str(int(written))))
        return
    hint = f"a name that begins with a digit stands in backticks: `` `{written}` ``"
    if written[0].isascii() and not written[-1].isalnum():
        hint = "numbers are written `25`, `1_000`, `0.5` or `10%`"
    sink.report(syntax_errors.bad_number(span, "neither a number nor a name", hint=hint))


def date_or_instant(
    span: Span, sink: Sink
) -> tuple[str, tree.DateLiteral] | tuple[str, tree.InstantLiteral]:
    """Return the kind and node of what looks like a date, with or without a time of day."""
    written = span.text
    try:
        if found := _DATE.fullmatch(written):
            return DATE, tree.DateLiteral(date(*(int(part) for part in found.groups())), span)
        if found := _INSTANT.fullmatch(written):
            return INSTANT, tree.InstantLiteral(_instant(found), span)
        reason = "months, days, hours and minutes have two digits"
        if " " in written:
            reason = "a `T` stands between the date and the time of day"
        elif len(written) > len("2026-01-31T18:30:00.000000") and "." in written:
            reason = "seconds have at most six digits after the point"
    except ValueError as error:
        reason = _reason(error)
    sink.report(syntax_errors.bad_date(span, reason, right=_right_spelling(written)))
    return DATE, tree.DateLiteral(_SOME_DATE, span)


def odd_date(span: Span, sink: Sink) -> tree.DateLiteral:
    """Return some date for one whose parts stand in another order or between other marks."""
    found = _ODD_DATE.fullmatch(span.text)
    assert found is not None  # the lexer's pattern is narrower
    first, second, third = found.group(1, 2, 3)
    orders = {(third, first, second), (third, second, first)}
    if len(first) == 4:
        orders = {(first, second, third)}
    elif len(third) == 2:  # the year may be the first part as well
        orders = {
            ("20" + year, month, day) for year, month, day in (*orders, (first, second, third))
        }
    dates = {f"{year}-{int(month):02}-{int(day):02}" for year, month, day in orders}
    time = f"T{found[4]:0>5}" if found[4] else ""
    right = [day + time for day in sorted(dates) if _is_date(day)]
    sink.report(syntax_errors.bad_date(span, "the order is year, month, day", right=right))
    return tree.DateLiteral(_SOME_DATE, span)


def _instant(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute = (int(part) for part in found.group(1, 2, 3, 4, 5))
    micros = int((found[7] or "").ljust(6, "0"))
    zone = None
    if found[8]:
        hours, minutes = int(found[10] or 0), int(found[11] or 0)
        if hours > 23 or minutes > 59:
            raise ValueError("the offset from UTC is out of range")
        offset = timedelta(hours=hours, minutes=minutes)
        zone = timezone(-offset if found[9] == "-" else offset)
    return datetime(year, month, day, hour, minute, int(found[6] or 0), micros, zone)


def _reason(error: ValueError) -> str:
    words = str(error)
    if words.startswith("day "):
        return "the month has no such day"
    named = {"month": "months run from 01 to 12", "hour": "hours run from 00 to 23"}
    named |= {"minute": "minutes run from 00 to 59", "second": "seconds run from 00 to 59"}
    named |= {"year": "years run from 0001 to 9999"}
    return named.get(words.split()[0], words)


def _right_spelling(written: str) -> list[str]:
    """Return the spelling that was probably meant; a day past the month's end becomes its last."""
    found = _LOOSE.fullmatch(written)
    if found is None:
        return []
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    while day > 28 and not _is_date(f"{year:04}-{month:02}-{day:02}"):
        day -= 1
    right = f"{year:04}-{month:02}-{day:02}"
    if found[4]:
        right += f"T{int(found[4]):02}:{int(found[5]):02}"
        right += f":{int(found[6]):02}" if found[6] else ""
        right += (found[7] or "")[:7] + (found[8] or "").upper()
        exact = _INSTANT.fullmatch(right)
        with suppress(ValueError):
            return [right] if exact and _instant(exact) else []
        return []
    return [right] if _is_date(right) else []


def _is_date(written: str) -> bool:
    with suppress(ValueError):
        return bool(date.fromisoformat(written))
    return False
