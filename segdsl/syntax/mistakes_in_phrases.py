"""Explains words that other languages, or plain English, would put there."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from segdsl.diagnostics import Diagnostic, Edit, Fix, syntax_errors
from segdsl.syntax.place import Place, Reading, respelt, unexpected
from segdsl.syntax.words import NAME, NUMBER, PERCENT

_OPERATORS = frozenset({"IN", "BETWEEN", "CONTAINS", "STARTS", "ENDS", "LIKE", "MATCHES"}) | {
    "SIDE",
    "ON",
    "WITHIN",
    "AMONG",
}
_WRONG_NAMES = MappingProxyType(
    {"else": "or else", "equals": "=", "equal": "=", "includes": "contains", "isnt": "is not"}
    | {"startswith": "starts with", "endswith": "ends with", "xor": "!=", "rlike": "matches"}
)
_MORE, _LESS = "more|greater|larger|bigger|higher", "less|fewer|smaller|lower"
_PHRASES = (
    # (words as they may be written, what is right, kinds that have to follow); `A` is a kind
    ("in|within|during the last|past|previous", "in last", ""),
    ("within|during last|past|previous", "in last", "NUMBER|UNIT"),
    ("in past|previous", "in last", "NUMBER|UNIT"),
    ("in|within|during the next|coming", "in next", ""),
    ("within|during next|coming", "in next", "NUMBER|UNIT"),
    ("in coming", "in next", "NUMBER|UNIT"),
    *(
        (f"{start}{words}", right, "")
        for start in ("is ", "")
        for words, right in (
            (f"{_MORE} than or equal to", ">="),
            (f"{_LESS} than or equal to", "<="),
            (f"{_MORE} than", ">"),
            (f"{_LESS} than", "<"),
            ("later than", "after"),
            ("earlier than", "before"),
            ("not equal to", "!="),
            ("equal to", "="),
        )
    ),
    *(
        (f"{start}{words}", right, NUMBER)
        for start in ("is ", "")
        for words, right in (
            ("at_least", ">="),
            ("at_most", "<="),
            ("above", ">"),
            ("below|under", "<"),
        )
    ),
    ("does|do not contain|contains|include", "not contains", ""),
    ("does|do not start|begin with", "not starts with", ""),
    ("does|do not end with", "not ends with", ""),
    ("does|do not match", "not matches", ""),
    ("does|do not equal", "!=", ""),
    ("does|do not exist", "is missing", ""),
    ("begin|begins with", "starts with", ""),
    ("exists|exist", "is known", ""),
    ("NUMBER percent|pct", "{0}%", ""),
    ("NUMBER per cent", "{0}%", ""),
)
_AFTER_IN = ("a list", "a period such as `last 7 days`")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words and kinds that stand one after the other, and what is right instead of the words."""

    words: tuple[frozenset[str], ...]
    right: str
    following: tuple[frozenset[str], ...]

    def stands_at(self, place: Place, start: int) -> bool:
        """Return whether the words, and what has to follow, stand there."""
        return all(
            not wanted.isdisjoint((place.word(offset), place.at(offset).kind))
            for offset, wanted in enumerate(self.words + self.following, start)
        )


@cache
def _phrases() -> tuple[_Phrase, ...]:
    return tuple(
        _Phrase(
            tuple(frozenset(choice.split("|")) for choice in words.split()),
            right,
            tuple(frozenset(choice.split("|")) for choice in following.split()),
        )
        for words, right, following in _PHRASES
    )


def _phrase(place: Place) -> Diagnostic | None:
    """`in the last 60 days`, `is more than 5`, `does not contain "x"`."""
    for phrase in _phrases():
        count = len(phrase.words)
        for start in range(1 - count - len(phrase.following), 1):
            if not phrase.stands_at(place, start):
                continue
            if _is_count(place, start + count):
                return None
            texts = [place.span(offset, offset).text for offset in range(start, start + count)]
            return respelt(place, start, start + count - 1, phrase.right.format(*texts))
    return None


def _is_count(place: Place, offset: int) -> bool:
    """Return whether a number of conditions or of times stands there."""
    number, following = place.kinds(offset, offset + 1)
    return number == NUMBER and following in ("TIMES", "OF")


def _ago(place: Place) -> Diagnostic | None:
    """`more than 60 days ago`, `less than 60 days ago`."""
    for start in (-2, -1, 0):
        words = [place.word(start + offset) for offset in range(2)]
        if words[1] != "than" or place.kinds(start + 2, start + 4) != (NUMBER, "UNIT", "AGO"):
            continue
        first = start - (place.at(start - 1).kind == "IS")
        duration = place.span(start + 2, start + 3).text
        if words[0] in (*_MORE.split("|"), "longer", "older"):
            return respelt(place, first, start + 4, f"before {duration} ago", fixes=())
        if words[0] in _LESS.split("|"):
            right = (f"in last {duration}", f"after {duration} ago")
            return respelt(place, first, start + 4, *right, fixes=())
    return None


def _within_days(place: Place) -> Diagnostic | None:
    """`last_order within 60 days`."""
    if place.kinds(-2, 0) != ("WITHIN", NUMBER, "UNIT") or place.at(1).kind in ("OF", "SIDE"):
        return None
    return respelt(place, -2, 0, f"in last {place.span(-1, 0).text}")


def _in_year(place: Place) -> Diagnostic | None:
    """`last_order in 2026`, `last_order in November 2026`."""
    year = place.span(0, 0).text
    if place.at(0).kind != NUMBER or not (year.isdecimal() and "1900" <= year <= "2199"):
        return None
    if place.at(-1).kind == "IN" and place.at(1).kind != "COMMA":
        first = -3 if place.at(-2).kind == "NOT" else -2
        name = place.span(first, first).text if place.at(first).kind == NAME else "…"
        days = f"`between {year}-01-01 and {year}-12-31`"
        note = f"a year is {days}, or `year({name}) = {year}`"
        return unexpected(place, (note,), expected=_AFTER_IN)
    if place.at(-2).kind == "IN" and place.word(-1) in _MONTHS:
        month = _MONTHS.index(place.word(-1)) + 1
        last = monthrange(int(year), month)[1]
        days = f"`between {year}-{month:02}-01 and {year}-{month:02}-{last}`"
        return unexpected(place, (f"a month is {days}",), expected=_AFTER_IN)
    return None


def _to_in_range(place: Place) -> Diagnostic | None:
    """`between 25 to 40`, `from 25 to 40`."""
    if place.at(0).kind == "TO" and "AND" in place.acceptable and "OR" not in place.acceptable:
        return respelt(place, 0, 0, "and")
    kinds = place.kinds(0, 3)
    if (kinds[0], kinds[2]) != ("FROM", "TO") or "BETWEEN" not in place.acceptable:
        return None
    low, high = place.span(1, 1).text, place.span(3, 3).text
    return respelt(place, 0, 3, f"between {low} and {high}")


def _rank_of(place: Place) -> Diagnostic | None:
    """`top 5% of spend`, `top 5% of customers by spend`."""
    amount = place.at(-1).kind
    if place.at(0).kind != "OF" or amount not in (NUMBER, PERCENT) or place.at(-2).kind != "RANK":
        return None
    is_needless = place.word(1).isalpha() and place.at(2).kind == "BY"
    return respelt(place, 0, 2 if is_needless else 0, "by")


def _needless_is(place: Place) -> Diagnostic | None:
    """`is in`, `is not between`; `is before`, where the keyword was taken for a name."""
    if place.kinds(-4, -1) == ("IS", "ON", "OR", "SIDE"):
        return respelt(place, -4, -1, place.span(-3, -1).text)
    last = 0 if place.at(0).kind in ("IN", "BETWEEN") else -1
    if place.at(last).kind not in _OPERATORS:
        return None
    word = place.span(last, last).text
    if place.at(last - 1).kind == "IS":
        return respelt(place, last - 1, last, word)
    if place.kinds(last - 2, last - 1) == ("IS", "NOT"):
        return respelt(place, last - 2, last, f"not {word}")
    return None


def _any_of_after_relation(place: Place) -> Diagnostic | None:
    """`= any of (…)`."""
    if place.kinds(-1, 0) != ("ANY", "OF"):
        return None
    relation = place.at(-2)
    if relation.value == "=" or relation.kind == "IS":
        return respelt(place, -2, 0, "in")
    if relation.value == "!=":
        return respelt(place, -2, 0, "not in")
    return respelt(place, -3, 0, "not in") if place.kinds(-3, -2) == ("IS", "NOT") else None


def _in_since(place: Place) -> Diagnostic | None:
    """`did purchase in since d`, `signup in since d`."""
    if place.kinds(-1, 0) == ("IN", "SINCE"):
        return respelt(place, -1, 0, "since")
    if place.kinds(-2, -1) == ("IN", "SINCE"):
        return respelt(place, -2, -1, "on or after")
    return None


def _over_for_in(place: Place) -> Diagnostic | None:
    """`did purchase over last 90 days`, `age over 25`."""
    if place.at(0).kind != "OVER" or "IN" not in place.acceptable:
        return None
    if place.at(1).kind in ("LAST", "NEXT", "THIS"):
        return respelt(place, 0, 0, "in")
    is_sign = place.at(1).kind == NUMBER and "RELATION" in place.acceptable
    return respelt(place, 0, 0, ">") if is_sign else None


def _unbounded_times(place: Place) -> Diagnostic | None:
    """`did purchase 3 times`: the two readings are offered, neither is guessed."""
    if place.kinds(0, 1) != (NUMBER, "TIMES"):
        return None
    span, written = place.span(0, 1), place.span(0, 1).text
    right = [f"at least {written}", f"exactly {written}"]
    fixes = [Fix(f"write `{words}`", (Edit(span, words),)) for words in right]
    return syntax_errors.wrong_spelling(span, written, right, fixes)


def _wrong_name(place: Place) -> Diagnostic | None:
    """`x equals 3`, `x else y`."""
    token = place.at(0)
    right = _WRONG_NAMES.get(place.span(0, 0).text.lower()) if token.kind == NAME else None
    return respelt(place, 0, 0, right) if right else None


def _state_after_relation(place: Place) -> Diagnostic | None:
    """`x = missing`."""
    if place.at(0).kind != "STATE" or place.at(-1).value not in ("=", "!="):
        return None
    negation = "" if place.at(-1).value == "=" else "not "
    return respelt(place, -1, 0, f"is {negation}{place.at(0).value}")


def _not_equal(place: Place) -> Diagnostic | None:
    """`x not = 3`."""
    if place.kinds(-1, 0) != ("NOT", "EQUAL") or "IN" not in place.acceptable:
        return None
    return respelt(place, -1, 0, "!=")


READINGS: tuple[Reading, ...] = (
    _needless_is,
    _any_of_after_relation,
    _in_since,
    _over_for_in,
    _unbounded_times,
    _ago,
    _phrase,
    _within_days,
    _in_year,
    _to_in_range,
    _rank_of,
    _wrong_name,
    _state_after_relation,
    _not_equal,
)
