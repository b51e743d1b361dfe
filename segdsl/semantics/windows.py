"""Windows of events: the conditions that their times meet."""

from __future__ import annotations

import re

from segdsl.catalog.types import DATE
from segdsl.diagnostics import (
    findings,
    misplaced_events,
    type_errors,
)
from segdsl.functions.units import Direction
from segdsl.plan import nodes as n
from segdsl.plan.meaning import compare
from segdsl.semantics.context import Context, Typed
from segdsl.semantics.dates import is_dated, is_full, period_count
from segdsl.semantics.forms import compared
from segdsl.semantics.values import value, whole_number
from segdsl.source import Span
from segdsl.syntax import tree

_WORD = re.compile(r"\s*[^\W\d]+")
_RELATIONS = {
    tree.Side.SINCE: n.Relation.GE,
    tree.Side.BEFORE: n.Relation.LT,
    tree.Side.AFTER: n.Relation.GT,
}


def in_window(window: tree.Window, time: Typed, context: Context) -> n.Predicate | None:
    """Return the condition that a window sets to the time of an event; None after a complaint."""
    match window:
        case tree.PeriodWindow():
            found = _in_period(window, time, context)
        case tree.SideWindow():
            found = _on_side(window, time, context)
        case tree.SpanWindow():
            found = _between(window, time, context)
        case tree.NearWindow():
            found = _near(window, time, context)
    return found


def _in_period(window: tree.PeriodWindow, time: Typed, context: Context) -> n.Predicate | None:
    period = window.period
    count = period_count(period, time.type, context)
    if count is None:
        return None
    if period.direction is Direction.NEXT and is_full(period):
        _note_future(window.span, context)
    within = n.InPeriod(time.node, period.direction, count, period.unit, is_full(period))
    return context.record.intern(within)


def _on_side(window: tree.SideWindow, time: Typed, context: Context) -> n.Predicate | None:
    bound = _bound(window.bound, f"`{window.side}`", context)
    if bound is None:
        return None
    seen = _side_of_now(bound.node, time)
    is_after_now = window.side is tree.Side.AFTER and seen == 0
    if (seen == 1 and window.side is not tree.Side.BEFORE) or is_after_now:
        _note_future(window.span, context)
    return compared(_RELATIONS[window.side], time, bound, window.span, context)


def _between(window: tree.SpanWindow, time: Typed, context: Context) -> n.Predicate | None:
    low, high = (_bound(bound, "`between`", context) for bound in (window.low, window.high))
    if low is None or high is None:
        return None
    if _is_reversed(low, high):
        texts = low.span.text, high.span.text
        context.report(findings.reversed_bounds(window.span, *texts, low.span, high.span))
    elif _side_of_now(low.node, time) == 1:
        _note_future(window.span, context)
    return _span(time, low, high, window.span, context)


def _is_reversed(low: Typed, high: Typed) -> bool:
    """Return whether both bounds are constants and stand the wrong way round."""
    if low.constant is None or high.constant is None or low.type != high.type:
        return False
    return compare(n.Relation.GT, low.constant, high.constant)


def _near(window: tree.NearWindow, time: Typed, context: Context) -> n.Predicate | None:
    """Return `within 30 days after d`: from d to d + 30 days, both included."""
    anchor = _bound(window.anchor, f"`{window.side}`", context)
    count = whole_number(window.count, "the length of a window", context)
    if anchor is None or count is None:
        return None
    if count < 0:
        wanted = "0 or more"
        context.report(type_errors.bad_amount(window.count.span, "the length of a window", wanted))
        return None
    if window.unit.is_clock and DATE in (anchor.type, time.type):
        context.report(type_errors.clock_on_date(with_unit(window.count.span), window.unit))
        return None
    is_after = window.side is tree.Side.AFTER
    shift = n.Shift(anchor.node, count if is_after else -count, window.unit)
    shifted = Typed(context.record.intern(shift), anchor.span)
    low, high = (anchor, shifted) if is_after else (shifted, anchor)
    if _side_of_now(low.node, time) == 1:
        _note_future(window.span, context)
    return _span(time, low, high, window.span, context)


def with_unit(count: Span) -> Span:
    """Return the place of a number together with that of the word after it."""
    word = _WORD.match(count.source.text, count.end)
    return count.source.span(count.start, word.end()) if word else count


def _span(time: Typed, low: Typed, high: Typed, span: Span, context: Context) -> n.Predicate | None:
    above = compared(n.Relation.GE, time, low, span, context)
    below = compared(n.Relation.LE, time, high, span, context)
    if above is None or below is None:
        return None
    return context.record.intern(n.All((above, below)))


def _bound(expression: tree.Expression, what: str, context: Context) -> Typed | None:
    if isinstance(expression, tree.Duration):
        context.report(misplaced_events.duration_for_moment(expression.span, what))
        return None
    found = value(expression, context)
    return found if is_dated(found, what, context) else None


def _side_of_now(bound: n.Value, time: Typed) -> int | None:
    """Return 1 for what lies after as-of whatever it is, 0 for as-of, -1 before; None: unknown."""
    match bound:
        case n.Now() | n.Today():
            return 0
        case n.Shift(base, count, unit):
            below = _side_of_now(base, time)
            own = (count > 0) - (count < 0)
            if below is None or (unit.is_clock and time.type == DATE):
                return None
            return own or below if below in (0, own) or own == 0 else None
        case _:
            return None


def _note_future(span: Span, context: Context) -> None:
    context.report(findings.window_in_future(span, " ".join(span.text.split())))
