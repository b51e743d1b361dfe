"""Local time in Polars, by Python's time zones: one look-up a day, not one a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import polars as pl

from segdsl.functions.clock import Calendar
from segdsl.functions.units import Unit

LOCAL = pl.Datetime("us")
INSTANT = pl.Datetime("us", "UTC")
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(1) // _MICROSECOND
_SECOND = timedelta(seconds=1) // _MICROSECOND
_FIRST = (datetime.min - _EPOCH) // _MICROSECOND
_LAST = (datetime.max - _EPOCH) // _MICROSECOND
_EDGE = 2 * _DAY  # no zone is further from UTC
MICROSECONDS = {Unit.SECOND: _SECOND, Unit.MINUTE: 60 * _SECOND, Unit.HOUR: 3600 * _SECOND}
DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


def local_times(instants: pl.Expr, calendar: Calendar) -> pl.Expr:
    """Return the local times of instants, without a zone."""

    def offset(at: int) -> int:
        instant = _clamped(at).replace(tzinfo=UTC)
        return _microseconds(instant.astimezone(calendar.zone).utcoffset())

    def convert(series: pl.Series) -> pl.Series:
        micros = series.to_physical()
        return (micros + _offsets(micros, offset)).cast(LOCAL)

    return instants.map_batches(convert, return_dtype=LOCAL, is_elementwise=True)


def instants_of(local: pl.Expr, calendar: Calendar) -> pl.Expr:
    """Return the instants of local times: the first of two, moved forward where there is none."""

    def offset(at: int) -> int:
        return _microseconds(_clamped(at).replace(tzinfo=calendar.zone, fold=0).utcoffset())

    def convert(series: pl.Series) -> pl.Series:
        micros = series.to_physical()
        return (micros - _offsets(micros, offset)).cast(INSTANT)

    return local.map_batches(convert, return_dtype=INSTANT, is_elementwise=True)


def within_years(times: pl.Expr) -> pl.Expr:
    """Return dates or times, missing outside the years 1 to 9999."""
    return pl.when(times.dt.year().is_between(1, 9999)).then(times)


def shift_days(dates: pl.Expr, count: int, unit: Unit) -> pl.Expr:
    """Return dates or local times moved by days or longer units, clipped to the month's end."""
    if unit in DAYS:
        days = count * DAYS[unit]
        if abs(days) > 366 * 9999:
            return pl.when(pl.lit(False)).then(dates)
        return within_years(dates + pl.lit(timedelta(days), dtype=pl.Duration("us")))
    months = count * MONTHS[unit]
    if abs(months) > 12 * 9999:
        return pl.when(pl.lit(False)).then(dates)
    return within_years(dates.dt.offset_by(f"{months}mo"))


def shift_instants(instants: pl.Expr, count: int, unit: Unit, calendar: Calendar) -> pl.Expr:
    """Return instants moved by any unit, those of a day and longer on the local clock."""
    if unit.is_clock:
        microseconds = count * MICROSECONDS[unit]
        if abs(microseconds) > _LAST - _FIRST:
            return pl.when(pl.lit(False)).then(instants)
        moved = instants + pl.lit(microseconds, dtype=pl.Duration("us"))
    else:
        local = within_years(local_times(instants, calendar))
        moved = instants_of(shift_days(local, count, unit), calendar)
    return within_years(moved)


def _microseconds(offset: timedelta | None) -> int:
    assert offset is not None  # the zone is known
    return offset // _MICROSECOND


def _clamped(at: int) -> datetime:
    """Return the naive time of microseconds since 1970, kept where a zone can be applied."""
    inside = min(max(at, _FIRST + _EDGE), _LAST - _EDGE)
    return _EPOCH + timedelta(microseconds=inside)


def _offsets(times: pl.Series, offset: Callable[[int], int]) -> pl.Series | int:
    """Return the zone's offset at each time, all in microseconds.

    Looks at both ends of each day that occurs and, where they differ, for the second between
    them from which on the new offset holds: no zone changes its clock twice in a day.
    """
    offset = cache(offset)  # the end of a day is the start of the next
    starts: list[int] = []
    offsets: list[int] = []
    for day in (times // _DAY).unique().drop_nulls().sort().to_list():
        start, end = day * _DAY, (day + 1) * _DAY
        for at in (start, _change(start, end, offset)):
            if not offsets or offset(at) != offsets[-1]:
                starts.append(at)
                offsets.append(offset(at))
    if len(offsets) <= 1:
        return offsets[0] if offsets else 0
    steps = pl.Series(starts, dtype=pl.Int64).search_sorted(times, side="right")
    return pl.Series(offsets, dtype=pl.Int64).gather(steps.cast(pl.Int64) - 1)


def _change(start: int, end: int, offset: Callable[[int], int]) -> int:
    """Return the first second with the offset of the day's end; the start if it is its own."""
    before, after = offset(start), offset(end)
    if before == after:
        return start
    low, high = start // _SECOND, end // _SECOND
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle * _SECOND) == before else (low, middle)
    return high * _SECOND
