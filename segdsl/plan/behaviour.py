"""What aggregates and sequences mean on one customer's events, written to be read, not to be fast.

A condition or a measure is read for one event at a time: `of(node, event)`, None for missing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any as Anything
from typing import TypeAlias, assert_never

from segdsl.functions.clock import Calendar, shift_date
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME

Event: TypeAlias = Mapping[str, Anything]
"""An event's canonical values by property, `time` among them; None (or absent) for missing."""

Of: TypeAlias = Callable[[n.Node, Event], Anything]
"""The value of a node, or the truth of a predicate, for one event."""

Time: TypeAlias = date | None
"""A date, an instant (aware and in UTC), or missing."""

MILLION = 10**6
LARGEST_SUMMED = 10**12
"""The largest size of a float that can be summed exactly as a whole number of millionths."""

_COMPUTING = frozenset({"add", "subtract", "multiply", "divide", "negate", "round", "abs"})
"""The functions that compute in floats."""


class SumTooLargeError(ValueError):
    """A float is too large to be summed exactly."""


_EXACT = Context(prec=200)  # more digits than a sum of decimals can have


def those(condition: n.Predicate, events: Sequence[Event], of: Of) -> list[Event]:
    """Return the events for which a condition holds, in their order."""
    return [event for event in events if of(condition, event)]


# ---- aggregates


def aggregate(
    node: n.Aggregate, events: Sequence[Event], of: Of, *, are_floats: bool = False
) -> Anything:
    """Return what the customer's events come to; `events` are those of the aggregate's kind.

    `are_floats` says that another customer's measured numbers may be floats: so these are, too.
    """
    chosen = those(node.condition, events, of)
    if node.measure is None:
        return len(chosen)
    measured = [(of(node.measure, event), event.get(TIME)) for event in chosen]
    known = [(value, time) for value, time in measured if value is not None]
    values = [value for value, _ in known]
    values = list(map(float, values)) if are_floats else _alike(values)
    times = [time for _, time in known]
    match node.gather:
        case n.Gather.COUNT:
            return len(values)
        case n.Gather.DISTINCT:
            return len(set(values))
        case n.Gather.SUM:
            return total(values)
        case n.Gather.AVERAGE:
            return average(values)
        case n.Gather.MIN:
            return min(values, default=None)
        case n.Gather.MAX:
            return max(values, default=None)
        case n.Gather.FIRST:
            return _at(min, values, times)
        case n.Gather.LAST:
            return _at(max, values, times)
        case n.Gather.MOST_COMMON:
            counts = Counter(values)
            return min(counts, key=lambda value: (-counts[value], value), default=None)
        case _:
            assert_never(node.gather)


def may_be_float(
    measure: n.Value,
    properties: Callable[[n.Property], Iterable[Anything]],
    values: Callable[[n.Node], Iterable[Anything]],
) -> bool:
    """Return whether something that a measure of one event may be is a float.

    `properties` gives what a property is in all events, `values` what a customer's value may be.
    """
    match measure:
        case n.Apply(function="or else"):
            return any(may_be_float(one, properties, values) for one in measure.arguments)
        case n.Apply():
            return measure.function in _COMPUTING
        case n.Property():
            return _are_floats(properties(measure))
        case n.Literal():
            return isinstance(measure.value, float)
        case _:
            return _are_floats(values(measure))


def _alike(values: list[Anything]) -> list[Anything]:
    """Return numbers as floats where one of them is a float: so they compare with each other."""
    has_float = any(isinstance(value, float) for value in values)
    return [float(value) for value in values] if has_float else values


def _at(pick: Callable[..., Anything], values: list[Anything], times: list[Anything]) -> Anything:
    """Return the value at the earliest or latest time; of several at that time the smallest."""
    moment = pick((time for time in times if time is not None), default=None)
    dated = zip(values, times, strict=True)
    return min((value for value, time in dated if moment and time == moment), default=None)


def total(values: Sequence[Anything]) -> int | float | Decimal:
    """Return the sum of numbers, added exactly: floats as whole millionths, divided at the end.

    The quotient is the nearest float. Raises SumTooLargeError for floats beyond what can be summed.
    """
    if _are_floats(values):
        return sum(map(millionths, values)) / MILLION
    with localcontext(_EXACT):
        added: int | Decimal = sum(values)
        return added


def average(values: Sequence[Anything]) -> float | None:
    """Return the float nearest to the exact sum of numbers divided; None without numbers.

    Raises SumTooLargeError as `total` does.
    """
    if not values:
        return None
    if _are_floats(values):
        return sum(map(millionths, values)) / (len(values) * MILLION)
    return float(sum(map(Fraction, values)) / len(values))


def millionths(value: float) -> int:
    """Return a float in whole millionths. Raises SumTooLargeError beyond what can be summed."""
    if abs(value) > LARGEST_SUMMED:
        raise SumTooLargeError(f"{value} is beyond 10^12 and cannot be summed exactly")
    return math.floor(value * MILLION + 0.5)


def _are_floats(values: Iterable[Anything]) -> bool:
    return any(isinstance(value, float) for value in values)


# ---- sequences


def in_order(
    node: n.InOrder, events: Mapping[str, Sequence[Event]], of: Of, calendar: Calendar
) -> bool:
    """Return whether the steps follow some event of the first kind.

    Each step is measured from the last step before it that was an event, so it is enough to know
    which events can be that last one.
    """
    last = those(node.condition, events.get(node.event, ()), of)
    for step in node.steps:
        chosen = those(step.condition, events.get(step.event, ()), of)
        if step.is_negated:
            last = [
                event
                for event in last
                if is_over(event, step, calendar)
                and not any(_follows(other, event, step, of, calendar) for other in chosen)
            ]
        else:
            last = [
                event
                for event in chosen
                if any(_follows(event, earlier, step, of, calendar) for earlier in last)
            ]
    return bool(last)


def _follows(event: Event, earlier: Event, step: n.Step, of: Of, calendar: Calendar) -> bool:
    """Return whether an event is later, soon enough, and the same in what a step demands."""
    start, time = comparable(earlier.get(TIME), event.get(TIME), calendar)
    limit = limit_of(start, step, calendar)
    if time is None or limit is None or not start < time <= limit:
        return False
    if step.same is None or step.same_before is None:
        return True
    one, other = of(step.same, event), of(step.same_before, earlier)
    return None not in (one, other) and len(set(_alike([one, other]))) == 1


def is_over(event: Event, step: n.Step, calendar: Calendar) -> bool:
    """Return whether the time in which nothing may follow an event has elapsed by as-of."""
    limit = limit_of(event.get(TIME), step, calendar)
    if limit is None:
        return False
    now = calendar.as_of if isinstance(limit, datetime) else calendar.today
    return bool(limit <= now)


def comparable(a: Time, b: Time, calendar: Calendar) -> tuple[Anything, Anything]:
    """Return two times as they compare: a date that meets an instant, with its local date."""
    if isinstance(a, datetime) == isinstance(b, datetime):
        return a, b
    return _local(a, calendar), _local(b, calendar)


def _local(time: Time, calendar: Calendar) -> date | None:
    return calendar.local_date(time) if isinstance(time, datetime) else time


def limit_of(time: Time, step: n.Step, calendar: Calendar) -> Time:
    """Return until when a step may follow, the last moment of the year 9999 at the latest.

    None for a missing time.
    """
    if isinstance(time, datetime):
        return calendar.shift_instant(time, step.count, step.unit)
    return None if time is None else shift_date(time, step.count, step.unit)
