"""Local time in Polars, by Python's time zones: one look-up a day, not one a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import polars as pl

from segdsl.functions.clock import Calendar
from segdsl.functions.units import Unit

DATE = pl.Date()
LOCAL = pl.Datetime("us")
INSTANT = pl.Datetime("us", "UTC")
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(1) // _MICROSECOND
_SECOND = timedelta(seconds=1) // _MICROSECOND
_FIRST = (datetime.min - _EPOCH) // _MICROSECOND
_LAST = (datetime.max - _EPOCH) // _MICROSECOND
_EDGE = 2 * _DAY  # no zone is further from UTC
_CLOSE = 4_000  # days that are gone through one by one
_FEW = 16  # changes of the clock that times are compared with one by one
MICROSECONDS = {Unit.SECOND: _SECOND, Unit.MINUTE: 60 * _SECOND, Unit.HOUR: 3600 * _SECOND}
DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


def local_times(instants: pl.Expr, calendar: Calendar) -> pl.Expr:
    """Return the local times of instants, without a zone; none outside the years 1 to 9999."""

    def convert(series: pl.Series) -> pl.Series:
        return _known(_local(series, calendar.zone))

    return instants.map_batches(convert, return_dtype=LOCAL, is_elementwise=True)


def instants_of(local: pl.Expr, calendar: Calendar) -> pl.Expr:
    """Return the instants of local times: the first of two, moved forward where there is none."""

    def convert(series: pl.Series) -> pl.Series:
        return instants_in(series, calendar.zone)

    return local.map_batches(convert, return_dtype=INSTANT, is_elementwise=True)


def instants_in(local: pl.Series, zone: ZoneInfo) -> pl.Series:
    """Return the instants of a zone's local times, as `instants_of` does."""

    def offset(at: int) -> int:
        return _microseconds(_clamped(at).replace(tzinfo=zone, fold=0).utcoffset())

    micros = local.to_physical()
    return (micros - _offsets(micros, offset)).cast(INSTANT)


def dates_in(instants: pl.Series, zone: ZoneInfo) -> pl.Series:
    """Return the local dates of instants in a zone; none outside the years 1 to 9999."""
    return _known(_local(instants, zone)).dt.date()


def within_years(times: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return dates or times, cut off at the ends of the years 1 to 9999.

    Reads them once only, as everything must that stands on itself: an expression that read its
    operand twice would double with each level.
    """
    return times.clip(*_ends(dtype))


def _ends(dtype: pl.DataType) -> tuple[pl.Expr, pl.Expr]:
    """Return the first and the last date or time."""
    first, last = (_FIRST // _DAY, _LAST // _DAY) if dtype == DATE else (_FIRST, _LAST)
    physical = pl.Int32() if dtype == DATE else pl.Int64()
    return pl.lit(first, dtype=physical).cast(dtype), pl.lit(last, dtype=physical).cast(dtype)


def _beyond(times: pl.Expr, count: int, dtype: pl.DataType) -> pl.Expr:
    """Return the last or, if `count` is negative, the first moment for each that is known."""
    end = _ends(dtype)[count > 0]
    return times.clip(end, end)


def shift_days(dates: pl.Expr, count: int, unit: Unit, dtype: pl.DataType = DATE) -> pl.Expr:
    """Return dates or local times moved by days or longer units, clipped to the month's end.

    They are cut off at the ends of the years 1 to 9999.
    """
    if unit in DAYS:
        days = count * DAYS[unit]
        if abs(days) > 366 * 9999:
            return _beyond(dates, count, dtype)
        return within_years(dates + pl.lit(timedelta(days), dtype=pl.Duration("us")), dtype)
    months = count * MONTHS[unit]
    if abs(months) > 12 * 9999:
        return _beyond(dates, count, dtype)
    return within_years(dates.dt.offset_by(f"{months}mo"), dtype)


def shift_instants(instants: pl.Expr, count: int, unit: Unit, calendar: Calendar) -> pl.Expr:
    """Return instants moved by any unit, those of a day and longer on the local clock.

    They are cut off at the ends of the years 1 to 9999.
    """
    if unit.is_clock:
        microseconds = count * MICROSECONDS[unit]
        if abs(microseconds) > _LAST - _FIRST:
            return _beyond(instants, count, INSTANT)
        moved = instants + pl.lit(microseconds, dtype=pl.Duration("us"))
    else:
        local = within_years(_all_local_times(instants, calendar), LOCAL)
        moved = instants_of(shift_days(local, count, unit, LOCAL), calendar)
    return within_years(moved, INSTANT)


def _all_local_times(instants: pl.Expr, calendar: Calendar) -> pl.Expr:
    """Return the local times of instants, those of the years 0 and 10000 among them."""

    def convert(series: pl.Series) -> pl.Series:
        return _local(series, calendar.zone)

    return instants.map_batches(convert, return_dtype=LOCAL, is_elementwise=True)


def _known(local: pl.Series) -> pl.Series:
    """Return local times, missing where they lie outside the years 1 to 9999."""
    micros = local.to_physical()
    outside = ~micros.is_between(_FIRST, _LAST)
    return local.set(outside.fill_null(False), None) if outside.any() else local


def _local(instants: pl.Series, zone: ZoneInfo) -> pl.Series:
    def offset(at: int) -> int:
        instant = _clamped(at).replace(tzinfo=UTC)
        return _microseconds(instant.astimezone(zone).utcoffset())

    micros = instants.to_physical()
    return (micros + _offsets(micros, offset)).cast(LOCAL)


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
    for day in _days(times):
        start, end = day * _DAY, (day + 1) * _DAY
        for at in (start, _change(start, end, offset)):
            if not offsets or offset(at) != offsets[-1]:
                starts.append(at)
                offsets.append(offset(at))
    if len(offsets) <= 1:
        return offsets[0] if offsets else 0
    if len(offsets) <= _FEW:
        return _stepwise(times, starts, offsets)
    steps = pl.Series(starts, dtype=pl.Int64).search_sorted(times, side="right")
    return pl.Series(offsets, dtype=pl.Int64).gather(steps.cast(pl.Int64) - 1)


def _days(times: pl.Series) -> Iterable[int]:
    """Return the days of times in order; where they lie close together also those between."""
    first, last = times.min(), times.max()
    if isinstance(first, int) and isinstance(last, int) and last - first < _CLOSE * _DAY:
        return range(first // _DAY, last // _DAY + 1)
    days: list[int] = (times // _DAY).unique().drop_nulls().sort().to_list()
    return days


def _stepwise(times: pl.Series, starts: Sequence[int], offsets: Sequence[int]) -> pl.Series:
    """Return the offset from the last start that is not later than each time."""
    time = pl.col("time")
    found = pl.lit(offsets[0], dtype=pl.Int64)
    for start, offset in zip(starts[1:], offsets[1:], strict=True):
        found = pl.when(time >= start).then(pl.lit(offset, dtype=pl.Int64)).otherwise(found)
    return times.alias("time").to_frame().select(found).to_series()


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
