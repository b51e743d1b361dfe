"""Which fixed stretch of time a condition on events looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

import polars as pl

from segdsl.catalog.types import Kind
from segdsl.functions.clock import MICROSECOND, Calendar
from segdsl.functions.units import Direction
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME
from segdsl.plan.meaning import Customer, meaning
from segdsl.plan.typing import type_of

Moment: TypeAlias = date  # a date or, in UTC, an instant

_DAY = timedelta(1)
_HOUR = timedelta(hours=1)
_WORTH_A_CUT = 0.8  # of the events, if fewer are left then the others are not copied
_FIXED = (n.Literal, n.Now, n.Today, n.Shift, n.Apply)
_AROUND = 27  # hours; no zone is further from UTC
_FLIPPED = MappingProxyType(
    {
        n.Relation.EQ: n.Relation.EQ,
        n.Relation.LT: n.Relation.GT,
        n.Relation.LE: n.Relation.GE,
        n.Relation.GT: n.Relation.LT,
        n.Relation.GE: n.Relation.LE,
    }
)


@dataclass(frozen=True, slots=True)
class Window:
    """The times from `low` to `high`, both included; None where it is open."""

    low: Moment | None = None
    high: Moment | None = None

    def __and__(self, other: Window) -> Window:
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Window(max(lows, default=None), min(highs, default=None))

    def __or__(self, other: Window) -> Window:
        """Return the shortest window that has both in it."""
        lows, highs = (self.low, other.low), (self.high, other.high)
        low = None if None in lows else min(low for low in lows if low is not None)
        high = None if None in highs else max(high for high in highs if high is not None)
        return Window(low, high)

    def chosen(self, times: pl.Series) -> pl.Series | None:
        """Return which times lie in the window; None where all do."""
        time, low, high = pl.col(times.name), self.low, self.high
        inside = [time.is_not_null()] if times.null_count() else []
        inside += [time >= pl.lit(low, dtype=times.dtype)] if low is not None else []
        inside += [time <= pl.lit(high, dtype=times.dtype)] if high is not None else []
        if not inside:
            return None
        mask = times.to_frame().select(pl.all_horizontal(inside).fill_null(False)).to_series()
        return None if mask.all() else mask

    def spared(self, times: pl.Series) -> pl.Series | None:
        """Return the same; None also where too few are left out to copy the others."""
        mask = self.chosen(times)
        if mask is None or int(mask.sum()) >= _WORTH_A_CUT * len(mask):
            return None
        return mask


@dataclass(frozen=True, slots=True)
class Parted:
    """A condition as the window that its events lie in, and what else has to hold.

    Without a window it does not speak of their time; otherwise their time is known.
    """

    window: Window | None
    others: tuple[n.Predicate, ...]


def part(condition: n.Predicate, calendar: Calendar) -> Parted:
    """Return a condition on one event as its window and the rest."""
    windows: list[Window] = []
    others: list[n.Predicate] = []
    waiting = [condition]
    while waiting:
        item = waiting.pop()
        if isinstance(item, n.All):
            waiting.extend(reversed(item.items))
        elif (window := _window(item, calendar)) is not None:
            windows.append(window)
        elif item not in others:
            others.append(item)
    return Parted(reduce(Window.__and__, windows) if windows else None, tuple(others))


def _constant(node: n.Node, calendar: Calendar) -> n.Scalar | None:
    """Return a value that is the same for all events; None for any other."""
    values: dict[n.Node, n.Scalar | None] = {}
    for one in n.ordered(node):
        if not isinstance(one, _FIXED):
            return None
        values[one] = meaning(one, values.__getitem__, Customer("", {}), calendar)
    return values[node]


def _window(item: n.Predicate, calendar: Calendar) -> Window | None:
    """Return the window that is exactly what a predicate says, None if there is none."""
    match item:
        case n.Compare(relation=relation, left=left, right=right) if relation in _FLIPPED:
            if (bound := _constant(right, calendar)) is not None:
                return _compared(relation, left, bound, calendar)
            if (bound := _constant(left, calendar)) is not None:
                return _compared(_FLIPPED[relation], right, bound, calendar)
            return None
        case n.InPeriod(subject=n.Property(name=name)) if name == TIME:
            return _period(item, calendar)
        case _:
            return None


def _compared(
    relation: n.Relation, left: n.Value, bound: n.Scalar, calendar: Calendar
) -> Window | None:
    match left, bound:
        case n.Property(name=name), datetime() if name == TIME:
            return _from_to(relation, bound, MICROSECOND)
        case n.Property(name=name), date() if name == TIME:
            return _from_to(relation, bound, _DAY)
        case n.Apply(function="local date", arguments=(n.Property(name=name),)), date():
            days = _from_to(relation, bound, _DAY)
            return _instants(days, calendar.zone) if days and name == TIME else None
        case _:
            return None


def _from_to(relation: n.Relation, bound: Moment, step: timedelta) -> Window | None:
    try:
        match relation:
            case n.Relation.EQ:
                return Window(bound, bound)
            case n.Relation.GE:
                return Window(low=bound)
            case n.Relation.GT:
                return Window(low=bound + step)
            case n.Relation.LE:
                return Window(high=bound)
            case n.Relation.LT:
                return Window(high=bound - step)
            case _:
                return None
    except OverflowError:
        return None


def _period(node: n.InPeriod, calendar: Calendar) -> Window | None:
    if node.unit.is_clock:
        return Window(*calendar.span_of(node.direction, node.count, node.unit))
    days = Window(*calendar.days_of(node.direction, node.count, node.unit, node.is_full))
    if type_of(node.subject).kind is not Kind.INSTANT:
        return days
    window = _instants(days, calendar.zone)
    if window is None or node.is_full or node.direction is Direction.THIS:
        return window
    is_last = node.direction is Direction.LAST
    return window & (Window(high=calendar.as_of) if is_last else Window(low=calendar.as_of))


def _instants(days: Window, zone: ZoneInfo) -> Window | None:
    """Return the instants whose local date lies in a window of days, if they are a window."""
    low = high = None
    if days.low is not None:
        low = _day_start(days.low, zone)
        if low is None:
            return None
    if days.high is not None:
        if days.high == date.max:
            return None
        end = _day_start(days.high + _DAY, zone)
        if end is None:
            return None
        high = end - MICROSECOND
    return Window(low, high)


def _day_start(day: date, zone: ZoneInfo) -> datetime | None:
    """Return the instant from which on the local date is `day` or later, if there is one.

    There is none where a clock is set back across midnight, and near the ends of the calendar.
    """
    if not date.min + 3 * _DAY <= day <= date.max - 3 * _DAY:
        return None
    midnight = datetime.combine(day, time(), UTC)

    def offset(at: datetime) -> timedelta:
        found = at.astimezone(zone).utcoffset()
        assert found is not None  # the zone is known
        return found

    hours = [midnight + hour * _HOUR for hour in range(-_AROUND, _AROUND + 1)]
    offsets = [offset(at) for at in hours]
    changes = [i for i in range(1, len(hours)) if offsets[i] != offsets[i - 1]]
    before, after = midnight - offsets[0], midnight - offsets[-1]
    if not changes:
        return before
    if len(changes) > 1:
        return None
    low, high = hours[changes[0] - 1], hours[changes[0]]
    while high - low > MICROSECOND:
        middle = low + (high - low) // 2
        low, high = (middle, high) if offset(middle) == offsets[0] else (low, middle)
    if before >= high:
        return max(high, after)
    return before if after <= high else None
