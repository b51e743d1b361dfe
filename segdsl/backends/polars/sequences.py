"""Events that follow one another, by sorting: no customer's events are compared in pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.polars.column import INSTANT, refuse
from segdsl.backends.polars.measures import Whole
from segdsl.backends.polars.numbers import as_float, common_number, is_number
from segdsl.backends.polars.times import dates_in, shift_days, shift_instants
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME

Happened: TypeAlias = Callable[[str, n.Predicate], pl.DataFrame]
"""Returns those events of a kind for which a condition holds: customer, time, what is compared."""

_Flags: TypeAlias = npt.NDArray[np.bool_]
_Beginning: TypeAlias = tuple[object, ...]
_BITS = 62


class Sequences:
    """The sequences of one evaluation; what several of them begin with is put in order once."""

    def __init__(
        self,
        nodes: Sequence[n.InOrder],
        happened: Happened,
        customer: str,
        height: int,
        calendar: Calendar,
    ) -> None:
        """`customer` is the column with the position of the customer, `height` their number."""
        self._happened = happened
        self._customer = customer
        self._height = height
        self._calendar = calendar
        self._uses = Counter(_beginning(node) for node in nodes if node.steps)
        self._begun: dict[_Beginning, _Match] = {}

    def mask(self, node: n.InOrder) -> pl.Series:
        """Return which customers have an event that the steps follow.

        Each step is measured from the last step before it that was an event, so it is enough to
        know which events can be that last one.
        """
        last = _dated(self._happened(node.event, node.condition))
        for i, step in enumerate(node.steps):
            is_shared = i == 0 and self._uses[_beginning(node)] > 1
            match = self._shared(node, last) if is_shared else self._match(last, step)
            last = self._left(match, step) if step.is_negated else self._followers(match, step)
        found = pl.repeat(False, self._height, dtype=pl.Boolean, eager=True)
        return found.scatter(last[self._customer].unique(), True)

    def _shared(self, node: n.InOrder, last: pl.DataFrame) -> _Match:
        """Return the first events of a sequence beside those of its first step."""
        key = _beginning(node)
        if key not in self._begun:
            step = node.steps[0]
            then = _dated(self._happened(step.event, step.condition))
            self._begun[key] = _Match.of(last, then, step, self._customer, self._calendar)
        return self._begun[key]

    def _match(self, last: pl.DataFrame, step: n.Step) -> _Match:
        """Return the last events beside those of a step that are not too early or too late."""
        then = _dated(self._happened(step.event, step.condition))
        if last.height and last[TIME].dtype == then[TIME].dtype:
            limit = _moved(last[TIME], step, self._calendar)
            if step.is_negated:
                is_over = limit <= self._now(last[TIME].dtype)
                last, limit = last.filter(is_over), limit.filter(is_over)
            then = _between(then, last[TIME].min(), limit.max()) if last.height else then.clear()
        return _Match.of(last, then, step, self._customer, self._calendar)

    def _now(self, dtype: pl.DataType) -> date:
        return self._calendar.as_of if dtype == INSTANT else self._calendar.today

    def _followers(self, match: _Match, step: n.Step) -> pl.DataFrame:
        """Return the events of a step that follow one of the last."""
        merged = match.merged
        if merged is None:
            return match.then.clear()
        place = np.arange(len(merged.group))
        before = np.maximum.accumulate(np.where(merged.is_first, place, -1))
        limits = merged.running(merged.at_firsts(self._limits(match.times, step)))
        reached = ~merged.is_first & (before >= 0)
        reached &= merged.group[before] == merged.group
        reached &= limits[before] >= merged.time
        return match.then[np.sort(merged.row[reached])]

    def _left(self, match: _Match, step: n.Step) -> pl.DataFrame:
        """Return the last events that no event of a step follows, once its time has elapsed."""
        own = _moved(match.last[TIME], step, self._calendar)
        kept = (own <= self._now(own.dtype)).to_numpy().copy()
        merged = match.merged
        if merged is not None:
            size = len(merged.group)
            others = np.where(merged.is_first, size, np.arange(size))
            after = np.minimum.accumulate(others[::-1])[::-1]
            at = np.minimum(after, size - 1)
            followed = merged.is_first & (after < size) & (merged.group[at] == merged.group)
            followed &= merged.time[at] <= merged.at_firsts(self._limits(match.times, step))
            kept[merged.row[followed]] = False
        return match.last.filter(pl.Series(kept))

    def _limits(self, times: pl.Series, step: n.Step) -> Whole:
        moved = _moved(times, step, self._calendar).to_physical().cast(pl.Int64)
        return moved.fill_null(0).to_numpy()


def _beginning(node: n.InOrder) -> _Beginning:
    """Return what decides how the events of a sequence's first two steps lie to each other."""
    step = node.steps[0]
    ends = (node.event, node.condition, step.event, step.condition)
    return (*ends, step.same, step.same_before, step.is_negated)


def _dated(events: pl.DataFrame) -> pl.DataFrame:
    return events.filter(pl.col(TIME).is_not_null()) if events[TIME].null_count() else events


def _between(events: pl.DataFrame, first: Any, limit: Any) -> pl.DataFrame:
    """Return the events that are later than the first moment, up to the limit."""
    return events.filter((pl.col(TIME) > first) & (pl.col(TIME) <= limit))


def _of_same_customers(events: pl.DataFrame, others: pl.DataFrame, customer: str) -> pl.DataFrame:
    """Return the events of customers that have one of the others."""
    rows, those = events[customer].to_numpy(), others[customer].to_numpy()
    size = max(int(rows.max(initial=-1)), int(those.max(initial=-1))) + 1
    present = np.zeros(size, dtype=np.bool_)
    present[those] = True
    return events.filter(pl.Series(present[rows]))


@dataclass(frozen=True, slots=True)
class _Match:
    """The events that may be the last ones so far, and those of a step, in one order."""

    last: pl.DataFrame
    then: pl.DataFrame
    times: pl.Series  # of the last, as they compare with those of the step
    merged: _Merged | None  # None where there are none of one kind

    @staticmethod
    def of(
        last: pl.DataFrame, then: pl.DataFrame, step: n.Step, customer: str, calendar: Calendar
    ) -> _Match:
        """Return the events of customers that have both kinds; for `then not` all the last."""
        then = _of_same_customers(then, last, customer)
        if not step.is_negated:
            last = _of_same_customers(last, then, customer)
        times = [last[TIME], then[TIME]]
        if times[0].dtype != times[1].dtype:  # a date that meets an instant
            times = [_dates(time, calendar) for time in times]
        groups = [last[customer].cast(pl.Int64), then[customer].cast(pl.Int64)]
        if step.same is not None and step.same_before is not None:
            groups = _grouped(groups, [last[step.same_before.name], then[step.same.name]])
        first, second = map(_side, groups, times)
        is_empty = not len(first.row) or not len(second.row)
        return _Match(last, then, times[0], None if is_empty else _Merged.of(first, second))


@dataclass(frozen=True, slots=True)
class _Side:
    """Some rows of a frame in the order of their time."""

    row: Whole
    group: Whole
    time: Whole


@dataclass(frozen=True, slots=True)
class _Merged:
    """The rows of two sides by group and time; at one time the second side comes first.

    Only rows of one group belong together.
    """

    row: Whole  # in the frame of its side
    is_first: _Flags
    group: Whole
    time: Whole

    @staticmethod
    def of(first: _Side, then: _Side) -> _Merged:
        """Return both sides in one order."""
        size = len(first.time) + len(then.time)
        at_first = np.arange(len(first.time)) + np.searchsorted(then.time, first.time, "right")
        at_then = np.arange(len(then.time)) + np.searchsorted(first.time, then.time, "left")
        index = np.empty(size, dtype=np.int64)
        index[at_first] = np.arange(len(first.time))
        index[at_then] = len(first.time) + np.arange(len(then.time))
        group = np.concatenate([first.group, then.group])
        shift = size.bit_length()
        if int(group.max(initial=0)).bit_length() + shift > _BITS:
            group = np.unique(group, return_inverse=True)[1].astype(np.int64)
        order = np.sort((group[index] << shift) | np.arange(size))
        index = index[order & ((1 << shift) - 1)]
        row, time = (
            np.concatenate(pair)[index] for pair in ((first.row, then.row), (first.time, then.time))
        )
        return _Merged(row, index < len(first.time), order >> shift, time)

    def at_firsts(self, limits: Whole) -> Whole:
        """Return limits of the first side's rows where these stand, 0 elsewhere."""
        found = np.zeros(len(self.row), dtype=np.int64)
        found[self.is_first] = limits[self.row[self.is_first]]
        return found

    def running(self, limits: Whole) -> Whole:
        """Return for each row of the first side the latest limit up to it in its group.

        Later events have later limits but for a clock that was set back.
        """
        firsts = np.flatnonzero(self.is_first)
        group, limit = self.group[firsts], limits[firsts]
        if not bool(((limit[1:] < limit[:-1]) & (group[1:] == group[:-1])).any()):
            return limits
        frame = pl.DataFrame({"group": group, "limit": limit})
        latest = frame.select(pl.col("limit").cum_max().over("group")).to_series()
        found = limits.copy()
        found[firsts] = latest.to_numpy()
        return found


def _side(group: pl.Series, time: pl.Series) -> _Side:
    frame = pl.DataFrame({"group": group, "time": time}).with_row_index("row").drop_nulls()
    if not frame["time"].is_sorted():
        frame = frame.sort("time")
    columns = [frame[name].to_physical().cast(pl.Int64).to_numpy() for name in _SIDE]
    return _Side(*columns)


_SIDE = ("row", "group", "time")


def _dates(times: pl.Series, calendar: Calendar) -> pl.Series:
    return times if times.dtype == pl.Date() else dates_in(times, calendar.zone)


def _moved(times: pl.Series, step: n.Step, calendar: Calendar) -> pl.Series:
    time = pl.col("time")
    if times.dtype == pl.Date():
        moved = shift_days(time, step.count, step.unit)
    else:
        moved = shift_instants(time, step.count, step.unit, calendar)
    return times.alias("time").to_frame().select(moved).to_series()


def _grouped(groups: Sequence[pl.Series], values: Sequence[pl.Series]) -> list[pl.Series]:
    """Return groups that are divided by a value; rows without one have none."""
    codes = _codes(_alike(values))
    highest = codes.max()
    size = highest + 1 if isinstance(highest, int) else 1
    parted = pl.concat(groups) * size + codes
    return [parted.head(len(groups[0])), parted.tail(len(groups[1]))]


def _codes(values: pl.Series) -> pl.Series:
    """Return small whole numbers, from 0 on, that are equal where the values are."""
    if values.dtype == pl.String():
        values = values.cast(pl.Categorical(pl.Categories.random())).to_physical()
    low, high = values.min(), values.max()
    if isinstance(low, int) and isinstance(high, int) and high - low < 2**30:
        return (values - low).cast(pl.Int64)
    return values.rank("dense").cast(pl.Int64)


def _alike(values: Sequence[pl.Series]) -> pl.Series:
    """Return the values of both sides in a type that keeps which are equal."""
    dtypes = [series.dtype for series in values]
    if dtypes[0] != dtypes[1] and all(map(is_number, dtypes)):
        if any(dtype.is_float() for dtype in dtypes):
            values = [_floats(series) for series in values]
        elif (dtype := common_number(dtypes)) is not None:
            values = [series.cast(dtype) for series in values]
        else:
            raise refuse("`with same` compares numbers that no type holds together")
    frames = [series.alias("value").to_frame() for series in values]
    both = pl.concat(frames, how="vertical_relaxed")["value"]
    if both.dtype.is_float():
        return both + 0.0  # minus zero is zero
    if both.dtype == pl.Boolean() or both.dtype == pl.Null():
        return both.cast(pl.Int64)
    return both.to_physical() if both.dtype.is_temporal() else both


def _floats(values: pl.Series) -> pl.Series:
    frame = values.alias("value").to_frame()
    return frame.select(as_float(pl.col("value"), values.dtype)).to_series()
