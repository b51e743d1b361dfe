"""Explains conditions on events that are written as other languages, or plain English, would."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic, Edit, Fix, syntax_errors
from segdsl.syntax.place import Place, Reading, respelt, unexpected
from segdsl.syntax.words import NAME, NUMBER

if TYPE_CHECKING:
    from segdsl.source import Span

_PERIODS = frozenset({"LAST", "NEXT", "THIS"})
_MAKERS = frozenset({"COUNT", "AGGREGATE", "LAST", "COMMON"})  # what stands before `of`
_WINDOWS = frozenset({"IN", "OVER", "SINCE", "SIDE", "WITHIN", "BETWEEN", "ON"})
_AFTER_EVENT = _WINDOWS | {"AT_LEAST", "AT_MOST", "EXACTLY"}
_OFTEN = MappingProxyType({"once": "1 time", "twice": "2 times", "thrice": "3 times"})
_NEAR = frozenset({"of", "from"})  # said of a date: `within 3 days of signup`
_SIDES = ("after", "before")
_NUMBERS = frozenset({"count", "sum", "average"})
_MORE = frozenset({"more", "greater"})
_FEWER = frozenset({"fewer", "less"})


def _period_end(place: Place, first: int) -> int | None:
    """Return the offset of the last word of a period that begins at an offset."""
    if place.at(first).kind not in _PERIODS:
        return None
    last = first + 1
    if place.at(last).kind in (NUMBER, NAME):
        last += 1
    if place.at(last).kind == "FULL" or place.word(last) == "full":
        last += 1
    return last if place.at(last).kind == "UNIT" else None


def _aggregate_before(place: Place, end: int) -> int | None:
    """Return the offset at which an aggregate begins that ends right before an offset."""
    at = end - 1
    while place.at(at).kind in (NAME, "DOT", "DISTINCT", "RPAR", "WHERE"):
        at = place.opening(at) - 1 if place.at(at).kind == "RPAR" else at - 1
    is_aggregate = place.at(at).kind == "OF" and place.at(at - 1).kind in _MAKERS
    return at - 1 if is_aggregate and at < end - 1 else None


def _event_start(place: Place, end: int) -> int | None:
    """Return the offset of `did` where an event is named after it right before an offset."""
    at = end - 1
    while place.at(at).kind in (NAME, "DOT"):
        at -= 1
    at -= place.at(at).kind == "NOT"
    return at if place.at(at).kind == "DID" else None


def _no_over(place: Place) -> Diagnostic | None:
    """`count of purchase last 30 days`, `did purchase last 30 days`, `… since 2026-01-01`."""
    is_aggregate = _aggregate_before(place, 0) is not None
    word = place.span(0, 0).text
    if place.at(0).kind == "SINCE" and is_aggregate:
        return respelt(place, 0, 0, f"over {word}")
    if _period_end(place, 0) is None or "IN" not in place.acceptable:
        return None
    return respelt(place, 0, 0, f"over {word}" if is_aggregate else f"in {word}")


def _in_for_over(place: Place) -> Diagnostic | None:
    """`count of purchase in last 30 days >= 3`, `sum of purchase.amount before d > 3`."""
    at = -1
    while place.at(at).kind and place.at(at).kind not in _WINDOWS:
        at -= 1
    if place.at(at).kind == "SINCE" and place.at(at - 1).kind == "OVER":
        return None
    if _aggregate_before(place, at) is None or "AND" not in place.acceptable:
        return None
    if place.at(0).kind not in ("EQUAL", "RELATION"):
        return None
    if place.at(at).kind == "IN" and _period_end(place, at + 1) == -1:
        return respelt(place, at, at, "over")
    window = place.span(at, -1).text
    note = f"which events count is part of the aggregate: `… where (time {window})`"
    return unexpected(place, (note,))


def _window_after_relation(place: Place) -> Diagnostic | None:
    """`count of purchase >= 3 in last 30 days`."""
    kinds = place.kinds(-2, 0)
    is_late = kinds[0] in ("EQUAL", "RELATION") and kinds[1] == NUMBER and kinds[2] in _WINDOWS
    if not is_late or _aggregate_before(place, -2) is None:
        return None
    last = _period_end(place, 1)
    note = "the window of an aggregate stands before the comparison"
    if last is None or kinds[2] not in ("IN", "OVER"):
        return unexpected(place, (f"{note}: `… over since 2026-01-01 >= 3`",))
    after_aggregate = place.source.span(place.at(-3).end, place.at(-3).end)
    late = place.source.span(place.at(-1).end, place.at(last).end)
    period = place.span(1, last).text
    edits = (Edit(after_aggregate, f" over {period}"), Edit(late, ""))
    return unexpected(place, (note,), (Fix("put it there", edits),))


def _over_after_did(place: Place) -> Diagnostic | None:
    """`did purchase over since 2026-01-01`, `did purchase over all time`."""
    if place.at(0).kind != "OVER" or "SINCE" not in place.acceptable:
        return None
    if place.at(1).kind == "SINCE":
        return respelt(place, 0, 1, "since")
    if place.word(1) == "all_time" or (place.word(1), place.word(2)) == ("all", "time"):
        last = 1 if place.word(1) == "all_time" else 2
        return _needless(place, place.span(0, last), "without a window all time counts")
    return None


def _needless(place: Place, span: Span, note: str) -> Diagnostic:
    before = place.source.span(place.at(-1).end, span.end)
    return unexpected(place, (note,), (Fix("leave it out", (Edit(before, ""),)),))


def _how_often(place: Place) -> Diagnostic | None:
    """`did purchase more than 3 times`, `did purchase once`."""
    if "AT_LEAST" not in place.acceptable:
        return None
    if place.word(0) in _OFTEN:
        written = _OFTEN[place.word(0)]
        right = [f"at least {written}", f"exactly {written}"]
        span = place.span(0, 0)
        fixes = [Fix(f"write `{words}`", (Edit(span, words),)) for words in right]
        return syntax_errors.wrong_spelling(span, span.text, right, fixes)
    if place.word(1) != "than" or place.kinds(2, 3) != (NUMBER, "TIMES"):
        return None
    written = place.span(2, 2).text
    if not written.isdecimal():
        return None
    if place.word(0) in _MORE:
        return respelt(place, 0, 3, f"at least {_times(int(written) + 1)}")
    if place.word(0) in _FEWER and int(written) > 0:
        return respelt(place, 0, 3, f"at most {_times(int(written) - 1)}")
    return None


def _times(count: int) -> str:
    return f"{count} time" if count == 1 else f"{count} times"


def _bare_where(place: Place) -> Diagnostic | None:
    """`did purchase where amount > 3`, `did purchase (amount > 3)`."""
    if place.at(-1).kind == "WHERE" and place.at(0).kind != "LPAR":
        note = "the condition on events stands in parentheses: `where (amount > 20)`"
        return unexpected(place, (note,))
    if place.at(0).kind == "LPAR" and "WHERE" in place.acceptable:
        here = place.source.span(place.at(0).start, place.at(0).start)
        fix = Fix("write `where` before it", (Edit(here, "where "),))
        return unexpected(place, (), (fix,))
    return None


def _late_where(place: Place) -> Diagnostic | None:
    """`did purchase in last 30 days where (amount > 3)`."""
    if place.at(0).kind != "WHERE" or place.at(1).kind != "LPAR":
        return None
    first = -1
    while place.at(first).kind and place.at(first - 1).kind not in ("DID", "OF"):
        first -= 1
    while place.at(first).kind and place.at(first).kind not in _AFTER_EVENT:
        first += 1
    note = "`where ( … )` stands right after the event, before how often and when"
    _, closing = place.inside(place.index + 1)
    if first >= 0 or closing is None:
        return unexpected(place, (note,))
    after_event = place.source.span(place.at(first - 1).end, place.at(first - 1).end)
    late = place.source.span(place.at(-1).end, closing.end)
    written = place.source.text[place.at(0).start : closing.end]
    edits = (Edit(after_event, f" {written}"), Edit(late, ""))
    return unexpected(place, (note,), (Fix("put it there", edits),))


def _never(place: Place) -> Diagnostic | None:
    """`never did purchase`, `did never purchase`, `did purchase not in last 30 days`."""
    if place.word(-1) == "never" and place.at(0).kind == "DID":
        return respelt(place, -1, 0, "did not")
    if place.at(-2).kind == "DID" and place.word(-1) == "never" and place.at(0).kind == NAME:
        return respelt(place, -1, -1, "not")
    start = _event_start(place, 0) if place.at(0).kind == "NOT" else None
    if start is None or place.at(1).kind not in _WINDOWS:
        return None
    did = place.source.span(place.at(start).end, place.at(start).end)
    late = place.source.span(place.at(-1).end, place.at(0).end)
    fix = Fix("write `did not`", (Edit(did, " not"), Edit(late, "")))
    return unexpected(place, ("`not` stands right after `did`",), (fix,))


def _english_window(place: Place) -> Diagnostic | None:
    """`count of purchase in the last 30 days >= 3`, `did not purchase for 30 days`."""
    is_period = place.kinds(-2, -2) == ("IN",) and place.word(-1) == "the"
    if is_period and place.at(0).kind in _PERIODS:
        start = _aggregate_before(place, -2)
        is_number = start is not None and place.word(start) in _NUMBERS
        return respelt(place, -2, 0, f"over {place.span(0, 0).text}") if is_number else None
    is_for = place.word(0) == "for" and place.kinds(1, 2) == (NUMBER, "UNIT")
    if is_for and _event_start(place, 0) is not None:
        return respelt(place, 0, 2, f"in last {place.span(1, 2).text}")
    is_near = place.kinds(-3, -1) == ("WITHIN", NUMBER, "UNIT") and "SIDE" in place.acceptable
    if is_near and place.span(0, 0).text.lower() in _NEAR:
        span = place.span(0, 0)
        fixes = [Fix(f"write `{side}`", (Edit(span, side),)) for side in _SIDES]
        return respelt(place, 0, 0, *_SIDES, fixes=fixes)
    if is_near:
        return respelt(place, -3, -1, f"in last {place.span(-2, -1).text}")
    return None


def _over_a_number(place: Place) -> Diagnostic | None:
    """`count of purchase over 3`, `did purchase over 3 times`."""
    if place.kinds(0, 2) == ("OVER", NUMBER, "TIMES") and place.span(1, 1).text.isdecimal():
        return respelt(place, 0, 2, f"at least {_times(int(place.span(1, 1).text) + 1)}")
    is_sign = place.kinds(-1, 0) == ("OVER", NUMBER) and place.at(1).kind != "UNIT"
    if is_sign and _aggregate_before(place, -1) is not None:
        return respelt(place, -1, -1, ">")
    return None


def _did_in_year(place: Place) -> Diagnostic | None:
    """`did purchase in 2026`."""
    year = place.span(0, 0).text
    is_year = place.at(0).kind == NUMBER and year.isdecimal() and len(year) == 4
    if not is_year or place.at(-1).kind != "IN" or _event_start(place, -1) is None:
        return None
    return respelt(place, -1, 0, f"between {year}-01-01 and {year}-12-31")


READINGS: tuple[Reading, ...] = (
    _no_over,
    _in_for_over,
    _window_after_relation,
    _over_after_did,
    _how_often,
    _bare_where,
    _late_where,
    _never,
    _english_window,
    _over_a_number,
    _did_in_year,
)
