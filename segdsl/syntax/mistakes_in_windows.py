"""Explains windows and values of events that other languages, or plain English, put differently."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import Edit, Fix
from segdsl.syntax.place import Place, Reading, respelt, unexpected
from segdsl.syntax.words import NAME, NUMBER, is_name

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic

_PERIODS = frozenset({"last", "next", "this"})
_AGGREGATES = MappingProxyType(
    {"avg": "average", "mean": "average", "total": "sum"}
    | {"minimum": "min", "lowest": "min", "maximum": "max", "highest": "max"}
    | {"earliest": "first", "latest": "last", "newest": "last", "oldest": "first"}
)
_BOUNDS = MappingProxyType(
    {">=": ("at least", 0), ">": ("at least", 1), "<=": ("at most", 0), "<": ("at most", -1)}
    | {"=": ("exactly", 0)}
)
_ENDS = frozenset({"first", "last"})
_SIDES = frozenset({"SIDE", "BETWEEN", "WITHIN"})
_BOUND = frozenset({"DATE", "INSTANT", "MOMENT", NAME})
_OFTEN = MappingProxyType({"once": "1 time", "twice": "2 times", "thrice": "3 times"})


def _is_event(place: Place, end: int) -> bool:
    """Return whether `did` and an event, perhaps with `where`, stand right before an offset."""
    at = end - 1
    while place.at(at).kind in (NAME, "DOT", "NOT", "RPAR", "WHERE"):
        at = place.opening(at) - 1 if place.at(at).kind == "RPAR" else at - 1
    return place.at(at).kind == "DID" and at < end - 1


def _since_period(place: Place) -> Diagnostic | None:
    """`did purchase since last month`, `… over since last 30 days`."""
    first = next((at for at in (-2, -1) if place.at(at).kind == "SINCE"), None)
    if first is None or place.word(first + 1) not in _PERIODS:
        return None
    last = first + 2 + (place.at(first + 2).kind == NUMBER)
    if place.at(last).kind != "UNIT":
        return None
    is_over = place.at(first - 1).kind == "OVER"
    period = place.span(first + 1, last).text
    right = period if is_over else f"in {period}"
    notes = ("`since` takes a day, as in `since 2026-01-01`, and goes on until now",)
    is_same = place.word(first + 1) == "this" or last == first + 3
    return respelt(place, first, last, right, fixes=None if is_same else (), notes=notes)


def _since_of_field(place: Place) -> Diagnostic | None:
    """`signup since 2026-01-01`, `signup since 30 days`."""
    if place.at(0).kind != "SINCE" or not {"SIDE", "IS"} <= place.acceptable:
        return None
    first = -1
    while place.at(first).kind in (NAME, "DOT"):
        first -= 1
    if first == -1 or place.at(first).kind in ("OF", "DISTINCT"):
        return None
    if place.kinds(1, 2) == (NUMBER, "UNIT") and place.at(3).kind != "AGO":
        return respelt(place, 0, 2, f"in last {place.span(1, 2).text}")
    if place.word(1) in _PERIODS:
        return None
    return respelt(place, 0, 0, "on or after")


def _bare_duration(place: Place) -> Diagnostic | None:
    """`did purchase in 30 days`, `signup in 30 days`."""
    if place.kinds(-1, 1) != ("IN", NUMBER, "UNIT"):
        return None
    duration = place.span(0, 1).text
    if place.at(2).kind == "AGO":
        return None
    ways = [f"in last {duration}", f"in next {duration}"]
    if _is_event(place, -1):
        return respelt(place, -1, 1, ways[0])
    span = place.span(-1, 1)
    fixes = [Fix(f"write `{way}`", (Edit(span, way),)) for way in ways]
    return respelt(place, -1, 1, *ways, fixes=fixes)


def _late_number(place: Place) -> Diagnostic | None:
    """`in last days 30`."""
    if place.at(0).kind != NUMBER or place.at(-1).kind != "UNIT":
        return None
    word = place.word(-2)
    if word not in ("last", "next"):
        return None
    return respelt(place, -2, 0, f"{word} {place.span(0, 0).text} {place.span(-1, -1).text}")


def _sign_for_often(place: Place) -> Diagnostic | None:
    """`did purchase >= 3 times`, `did purchase > 3`."""
    written = place.span(1, 1).text
    sign = place.span(0, 0).text
    if sign not in _BOUNDS or place.at(1).kind != NUMBER or not written.isdecimal():
        return None
    if "AT_LEAST" not in place.acceptable or not _is_event(place, 0):
        return None
    words, more = _BOUNDS[sign]
    count = int(written) + more
    if count < 0:
        return None
    right = f"{words} {count} time{'' if count == 1 else 's'}"
    return respelt(place, 0, 2 if place.at(2).kind == "TIMES" else 1, right)


def _often_word(place: Place) -> Diagnostic | None:
    """`did purchase at least once`."""
    for at in (-1, 0):
        if place.at(at - 1).kind in ("AT_LEAST", "AT_MOST", "EXACTLY") and place.word(at) in _OFTEN:
            return respelt(place, at, at, _OFTEN[place.word(at)])
    return None


def _other_aggregate(place: Place) -> Diagnostic | None:
    """`avg of purchase.amount`, `total of purchase.amount`."""
    right = _AGGREGATES.get(place.word(-1))
    if place.at(0).kind != "OF" or place.at(1).kind not in (NAME, "LPAR") or right is None:
        return None
    return respelt(place, -1, -1, right)


def _end_without_of(place: Place) -> Diagnostic | None:
    """`last purchase.time in last 30 days`, `days since last purchase > 30`."""
    if place.at(0).kind != NAME or place.word(-1) not in _ENDS or not place.is_on_line(0):
        return None
    if not place.fits(place.tokens[: place.index - 1], NAME):
        return None
    end, word = place.word(-1), place.span(-1, -1).text
    is_elapsed = place.kinds(-3, -2) == ("UNIT", "SINCE")
    last = 0
    while place.at(last + 1).kind == "DOT" and place.at(last + 2).kind in (NAME, "TIMES"):
        last += 2
    written = place.span(0, last).text
    if last > 0:
        value = f"{end} of {written}"
        return respelt(place, -1, last, f"({value})" if is_elapsed else value)
    if not is_name(written):
        return None
    value = f"{end} of {written}.time"
    shown = f"{place.span(-3, -2).text} ({value})" if is_elapsed else value
    notes = (
        f"when the {end} `{written}` happened is written `{shown}`",
        f"a name has no spaces, as in `{word}_{written}`, "
        f"or stands in backticks: `` `{word} {written}` ``",
    )
    return unexpected(place, notes)


def _over_side(place: Place) -> Diagnostic | None:
    """`did visit over before 2026-01-01`, `count of visit over before 2026-01-01 > 3`."""
    at = 0 if place.word(0) == "over" else -1
    if place.word(at) != "over" or place.at(at + 1).kind not in _SIDES:
        return None
    if at == 0 and "SINCE" in place.acceptable:
        before = place.source.span(place.at(-1).end, place.at(0).end)
        fix = Fix("leave out `over`", (Edit(before, ""),))
        return unexpected(place, ("the window of `did` stands there by itself",), (fix,))
    is_short = place.at(at + 1).kind == "SIDE" and place.at(at + 2).kind in _BOUND
    time = place.span(at + 1, at + 2).text if is_short else f"{place.word(at + 1)} …"
    note = f"which events count is part of the aggregate: `… where (time {time})`"
    return unexpected(place, ("`over` takes a period, or `since` a day", note))


READINGS: tuple[Reading, ...] = (
    _since_period,
    _since_of_field,
    _bare_duration,
    _late_number,
    _sign_for_often,
    _often_word,
    _other_aggregate,
    _end_without_of,
    _over_side,
)
