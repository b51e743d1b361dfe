"""Formats of dates: which codes there are, and what a format needs to say when something was."""

from __future__ import annotations

import re

FORMAT_CODES = (
    "the codes are `%d` day, `%m` month in digits, `%b` `%B` in letters, `%Y` year, `%y` its last"
    " two digits, `%j` day of the year, `%a` `%A` weekday; `%H` hour, `%M` minute, `%S` second,"
    " `%.f` its fraction, `%I` hour with `%p` AM or PM; `%z` offset; and `%F` `%D` `%T` `%R` `%r`"
    " `%e` `%k` `%l` for several or with spaces, `%%` for `%`"
)
_CODE = re.compile(r"%(?P<pad>[-_0]?)(?P<name>\.?[369]?f|:?z|#z|.|\Z)", re.DOTALL)
_ALIKE = (
    ("F", "%Y-%m-%d"), ("D", "%m/%d/%y"), ("x", "%m/%d/%y"), ("v", "%d-%b-%Y"),
    ("T", "%H:%M:%S"), ("X", "%H:%M:%S"), ("R", "%H:%M"), ("r", "%I:%M:%S %p"),
    ("c", "%a %b %d %H:%M:%S %Y"), ("h", "%b"), ("e", "%d"), ("k", "%H"), ("l", "%I"), ("P", "%p"),
)  # fmt: skip
_DIGITS = frozenset("YymdjHIMS")  # what may be padded in other ways
_FRACTIONS = frozenset((".f", "3f", "6f", "9f", ".3f", ".6f", ".9f"))
_ZONES = frozenset(("z", ":z", "#z"))
_CLOCK = frozenset("HIMSp") | _FRACTIONS | _ZONES
_KNOWN = _CLOCK | frozenset("YymdbBjaA%nt")
_MONTHS = frozenset("mbB")


def plain_format(form: str) -> str:
    """Return a format in the codes that stand for one thing, without paddings.

    All readers skip white space before a number and need no leading zero, so that paddings say
    nothing. Raises ValueError, with the reason, for a code that there is not.

    >>> plain_format("%-d.%m.%Y %R")
    '%d.%m.%Y %H:%M'
    """
    return _CODE.sub(_plain, form)


def _plain(found: re.Match[str]) -> str:
    pad, name = found["pad"], found["name"]
    plain = dict(_ALIKE).get(name, f"%{name}")
    single = plain.removeprefix("%")
    is_digits = single in _DIGITS
    if (pad and not is_digits) or (single not in _KNOWN and name not in dict(_ALIKE)):
        raise ValueError(f"`{found[0]}` is no code of date formats")
    return plain


def codes_of(form: str) -> frozenset[str]:
    """Return the codes of a format, those that stand for several taken apart."""
    return frozenset(found["name"] for found in _CODE.finditer(plain_format(form)))


def has_clock(form: str) -> bool:
    """Return whether a format reads a time of day."""
    return not codes_of(form).isdisjoint(_CLOCK)


def has_offset(form: str) -> bool:
    """Return whether a format reads an offset from UTC."""
    return not codes_of(form).isdisjoint(_ZONES)


def problem_of(form: str) -> str | None:
    """Return why nothing can be read in a format, None where it can."""
    try:
        codes = codes_of(form)
    except ValueError as error:
        return str(error)
    hours, months = codes & {"H", "I"}, codes & _MONTHS
    needs = (
        (not codes, "a format has codes, such as `%Y-%m-%d`"),
        (not codes & {"Y", "y"}, "the year is lacking, `%Y` or `%y`"),
        ("d" in codes and not months, "the month is lacking beside `%d`: `%m`, `%b` or `%B`"),
        (codes & _CLOCK and not hours, "the hour is lacking, `%H`, or `%I` with `%p`"),
        (hours and "M" not in codes, "the minute is lacking beside the hour, `%M`"),
        (("I" in codes) != ("p" in codes), "`%I` and `%p`, AM or PM, go together"),
        (
            codes & _FRACTIONS and "S" not in codes,
            "the second is lacking beside its fraction, `%S`",
        ),
        (len(hours) == 2, "`%H` and `%I` are both the hour: one of them is enough"),
    )
    return next((reason for is_so, reason in needs if is_so), None)
