"""Single values from text and from Python, in their canonical form.

Canonical: text in NFC, numbers `int`, finite `float` or `Decimal`, instants aware and in UTC.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Context, Decimal
from numbers import Integral
from typing import Any
from zoneinfo import ZoneInfo

from segdsl.catalog.types import Kind, Type
from segdsl.functions.clock import to_instant

# Percentages and shares are reckoned exactly, whatever decimal context the caller has set.
EXACT = Context(prec=60)
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?", re.ASCII)
_PAST_THE_HOUR = re.compile(r".{10}.*[+-]\d\d:?[6-9]\d", re.ASCII)  # an offset as `+03:75`
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def whole_if_possible(number: Decimal) -> int | Decimal:
    """Return an `int` for a decimal without a fraction, else the decimal itself."""
    return int(number) if number == number.to_integral_value() else number


def ascii_digits(text: str) -> str:
    """Return the text with the digits of any script written as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def _number(text: str, _: ZoneInfo) -> int | Decimal | None:
    plain = ascii_digits(text.strip())
    return whole_if_possible(Decimal(plain)) if _NUMBER.fullmatch(plain) else None


def _date(text: str, _: ZoneInfo) -> date | None:
    plain = ascii_digits(text.strip())
    try:
        return date.fromisoformat(plain) if len(plain) == 10 else None
    except ValueError:
        return None


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    plain = ascii_digits(text.strip())
    if _PAST_THE_HOUR.fullmatch(plain):
        return None
    try:
        return to_instant(datetime.fromisoformat(plain), zone) if len(plain) > 10 else None
    except (ValueError, OverflowError):
        return None


_PARSERS: Mapping[Kind, Callable[[str, ZoneInfo], Any]] = {
    Kind.TEXT: lambda text, _: unicodedata.normalize("NFC", text),
    Kind.NUMBER: _number,
    Kind.YESNO: lambda text, _: _YES_NO.get(text.strip().lower()),
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
}


def from_text(text: str, kind: Kind, zone: ZoneInfo) -> Any:
    """Return the value that a text stands for, or None where it stands for none."""
    parser = _PARSERS.get(kind)
    return parser(text, zone) if parser else None


def _is_void(value: object) -> bool:
    """Return whether a value stands for none: NaN, an infinity, or the NaT of data frames."""
    match value:
        case float():
            return not math.isfinite(value)
        case datetime():
            return value != value  # NaT is no time, and equals nothing
        case _:
            return False


def canonical(value: Any, type: Type, zone: ZoneInfo) -> Any:
    """Return a Python value in canonical form for a type; None for missing.

    Texts are accepted for numbers, dates, instants and yes/no. Raises TypeError for a value
    that does not fit.
    """
    if value is None or _is_void(value):
        return None
    match type.kind, value:
        case Kind.LIST, list() | tuple() | set() | frozenset():
            return tuple(canonical(item, type.element, zone) for item in value)
        case Kind.PLACE, (latitude, longitude):
            pair = (latitude, longitude)
            return None if None in pair else (float(latitude), float(longitude))
        case Kind.YESNO, bool():
            return value
        case Kind.NUMBER, int() | float() if not isinstance(value, bool):
            return value
        case Kind.NUMBER, Decimal() if value.is_finite():
            return whole_if_possible(value)
        case Kind.NUMBER, Integral() if not isinstance(value, bool):
            return int(value)  # such as those of NumPy
        case Kind.INSTANT, datetime():
            with suppress(OverflowError):  # it lies outside the years 1 to 9999 in UTC
                return to_instant(value, zone)
        case Kind.DATE, date() if not isinstance(value, datetime):
            return value
        case _, str():
            parsed = from_text(value, type.kind, zone)
            if parsed is not None:
                return parsed
    raise TypeError(f"{value!r} is not of type {type}")
