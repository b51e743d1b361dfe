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
_SEVERAL = frozenset("%nt")  # what may occur more than once
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "j": 3}
_YEARS = frozenset("Yy")
_OFFSET = "(?:[+-][0-9]{2}(?::?[0-9]{2})?|[Zz])"
_SHAPES = {
    **dict.fromkeys("bBaA", "[A-Za-z]+"), "p": "[AaPp][Mm]", "%": "%",
    **dict.fromkeys(_ZONES, _OFFSET),
    ".f": r"(?:\.[0-9]+)?", **{f".{n}f": r"(?:\.[0-9]+)?" for n in "369"},
    **{f"{n}f": f"[0-9]{{{n}}}" for n in "369"},
}  # fmt: skip
_BLANK_PADDED = {"e": "%_d", "k": "%_H", "l": "%_I"}
_TOKEN = re.compile(rf"{_CODE.pattern}|(?P<blank>\s+)|(?P<sign>.)", re.DOTALL)


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


def shape_of(form: str) -> str:
    """Return a regular expression that all texts of a format fit, in the syntax of Python and Rust.

    A year is written with all its digits. Other numbers may lack a leading zero and have white
    space before them, unless another number stands beside them. Raises ValueError, with the
    reason, for a code that there is not.

    >>> shape_of("%d.%m.%Y")
    '^\\\\s*[0-9]{1,2}\\\\.\\\\s*[0-9]{1,2}\\\\.\\\\s*[0-9]{4}$'
    """
    tokens = tuple(_TOKEN.finditer(_CODE.sub(_plain_but_padded, form)))
    digits = (False, *(_has_digits(found) for found in tokens), False)
    kinds = (False, *(_is_code(found) for found in tokens), False)
    parts = (
        _part(
            found,
            is_beside_digits=digits[i] or digits[i + 2],
            is_between_codes=kinds[i] and kinds[i + 2],
        )
        for i, found in enumerate(tokens)
    )
    return f"^{''.join(parts)}$"


def _plain_but_padded(found: re.Match[str]) -> str:
    plain = _plain(found)
    if found["name"] in _BLANK_PADDED:
        return _BLANK_PADDED[found["name"]]
    return f"%_{found['name']}" if found["pad"] == "_" else plain


def _is_blank(found: re.Match[str]) -> bool:
    return bool(found["blank"]) or found["name"] in ("n", "t")


def _is_code(found: re.Match[str]) -> bool:
    return bool(found["name"]) and not _is_blank(found)


def _has_digits(found: re.Match[str]) -> bool:
    name = found["name"] or ""
    return name in _WIDTHS or name[:1] in ("3", "6", "9") or found[0].isdigit()


def _part(found: re.Match[str], *, is_beside_digits: bool, is_between_codes: bool) -> str:
    """Return the regular expression of one code, some white space or one sign of a format."""
    name = found["name"]
    if _is_blank(found):
        return r"\s+" if is_between_codes else r"\s*"
    if name is None:
        return re.escape(found["sign"])
    width = _WIDTHS.get(name)
    if width is None:
        return _SHAPES[name]
    if not is_beside_digits:
        return rf"\s*[0-9]{{{width}}}" if name in _YEARS else rf"\s*[0-9]{{1,{width}}}"
    is_blank_padded = found["pad"] == "_" and width == 2
    return "(?:[0-9]{2}| [0-9])" if is_blank_padded else f"[0-9]{{{width}}}"


def codes_of(form: str) -> frozenset[str]:
    """Return the codes of a format, those that stand for several taken apart."""
    return frozenset(found["name"] for found in _CODE.finditer(plain_format(form)))


def day_left_out(form: str) -> str:
    """Return the codes that a format lacks of the day of the year, after a space each."""
    codes = codes_of(form)
    if "j" in codes:
        return ""
    return ("" if codes & _MONTHS else " %m") + ("" if "d" in codes else " %d")


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
    twice = _occurring_twice(form)
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
        (len(codes & _YEARS) == 2, "`%Y` and `%y` are both the year: one of them is enough"),
        (len(months) > 1, "`%m`, `%b` and `%B` are all the month: one of them is enough"),
        (twice, f"`%{min(twice, default='')}` occurs more than once"),
    )
    return next((reason for is_so, reason in needs if is_so), None)


def _occurring_twice(form: str) -> frozenset[str]:
    names = [found["name"] for found in _CODE.finditer(plain_format(form))]
    return frozenset(name for name in names if names.count(name) > 1) - _SEVERAL
