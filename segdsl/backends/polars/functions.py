"""The functions of rules as Polars expressions, one row each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import polars as pl

from segdsl.backends.polars.column import (
    Column,
    Operand,
    Part,
    as_column,
    constant_value,
    first_known,
    is_constant,
    map_values,
    refuse,
    single,
)
from segdsl.backends.polars.numbers import as_float, as_float_value
from segdsl.backends.polars.times import DAYS, MICROSECONDS, MONTHS, local_times
from segdsl.backends.polars.uniques import map_uniques
from segdsl.functions.clock import Calendar, LeapDay
from segdsl.functions.places import DEGREE, EARTH_RADIUS, distance
from segdsl.functions.units import Unit

Builder: TypeAlias = Callable[..., Operand]  # of the calendar and one operand an argument

TEXT = pl.String()
_NOT_FINITE = (math.nan, math.inf, -math.inf)
_NEAR_HALF = 1e-6  # metres; sines of different libraries differ by far less


def _float(operand: Operand) -> pl.Expr:
    """Return a number, from whichever part is the first known, as the nearest float."""
    return pl.coalesce([_part_as_float(part) for part in operand])


def _part_as_float(part: Part) -> pl.Expr:
    column = as_column(part)
    return as_float(column.expr, column.dtype)


def _finite(expr: pl.Expr) -> Operand:
    # Reads the expression once: one that read it twice would double with each level.
    return (Column(expr.replace(_NOT_FINITE, None), pl.Float64()),)


def _floats(compute: Callable[..., pl.Expr]) -> Builder:
    """Return a row that computes in floats; what is not finite is missing."""

    def build(_: Calendar, *numbers: Operand) -> Operand:
        return _finite(compute(*map(_float, numbers)))

    return build


def _whole(expr: pl.Expr) -> Operand:
    return (Column(expr.cast(pl.Int64), pl.Int64()),)


def _round(_: Calendar, number: Operand, digits: Operand | None = None) -> Operand:
    value = _float(number)
    if digits is None:
        return _finite((value + 0.5).floor())
    if is_constant(digits):
        known = constant_value(digits)
        assert known is not None  # nothing is rounded to missing digits
        return _finite(_rounded(value, pl.lit(_power(as_float_value(known)), dtype=pl.Float64)))
    pairs = pl.struct(value=value, digits=_float(digits))
    return _finite(map_values(pairs, _round_each, pl.Float64()))


def _round_each(pairs: pl.Series) -> pl.Series:
    powers = map_uniques(pairs.struct.field("digits"), _powers, pl.Float64())
    frame = pl.DataFrame({"value": pairs.struct.field("value"), "power": powers})
    return frame.select(_rounded(pl.col("value"), pl.col("power"))).to_series()


def _each(divisor: pl.Expr) -> pl.Expr:
    """Return a divisor row by row: by a scalar, Polars multiplies with its inexact inverse."""
    return pl.int_range(pl.len()) * 0.0 + divisor


def _rounded(value: pl.Expr, power: pl.Expr) -> pl.Expr:
    return (value * power + 0.5).floor() / _each(power)


def _powers(digits: list[float]) -> list[float | None]:
    return [_power(n) for n in digits]


def _power(digits: float) -> float | None:
    # Python's, since libraries disagree on its last bit.
    try:
        return float(10.0**digits)
    except OverflowError:
        return None


def _of_day(read: Callable[[pl.Expr], pl.Expr]) -> Builder:
    """Return a row that reads the date, for an instant the local date."""

    def build(calendar: Calendar, day: Operand) -> Operand:
        column = single(day)
        is_instant = isinstance(column.dtype, pl.Datetime)
        return _whole(read(local_times(column.expr, calendar) if is_instant else column.expr))

    return build


def _local_date(calendar: Calendar, instant: Operand) -> Operand:
    return (Column(local_times(single(instant).expr, calendar).dt.date(), pl.Date()),)


def _domain(_: Calendar, email: Operand) -> Operand:
    def domains(emails: pl.Series) -> pl.Series:
        _, after, rest = emails.str.split_exact("@", 2).struct.unnest().get_columns()
        found = after.set(rest.is_not_null(), None)
        # Python's own, since libraries disagree on the lower case of some letters.
        return map_uniques(found, lambda texts: [text.lower() for text in texts], TEXT)

    return (Column(map_values(single(email).expr, domains, TEXT), TEXT),)


def _distance(_: Calendar, place: Operand, latitude: Operand, longitude: Operand) -> Operand:
    column = single(place)
    if not isinstance(column.dtype, pl.Struct):
        raise refuse("a place must be a pair of a latitude and a longitude")
    pairs = pl.struct(
        lat1=column.expr.struct.field("latitude"),
        lon1=column.expr.struct.field("longitude"),
        lat2=_float(latitude),
        lon2=_float(longitude),
    )
    return (Column(map_values(pairs, _distances, pl.Int64()), pl.Int64()),)


def _distances(pairs: pl.Series) -> pl.Series:
    """Return `functions.places.distance` of the pairs, in whole metres.

    Polars' sines may differ from Python's in the last bit, so Python decides what lies so near
    to half a metre that this could matter.
    """
    lat1, lon1, lat2, lon2 = (pl.col(side) for side in ("lat1", "lon1", "lat2", "lon2"))
    p1, p2 = lat1 * DEGREE, lat2 * DEGREE
    s = ((p2 - p1) * 0.5).sin()
    t = ((lon2 * DEGREE - lon1 * DEGREE) * 0.5).sin()
    h = s * s + (p1.cos() * p2.cos()) * (t * t)
    h = pl.when(h > 1.0).then(1.0).otherwise(h)
    metres = (2.0 * EARTH_RADIUS) * h.sqrt().arcsin() + 0.5
    frame = pairs.struct.unnest().with_columns(metres=metres, row=pl.int_range(pl.len()))
    doubtful = frame.filter((metres - metres.round()).abs() < _NEAR_HALF)
    rows = doubtful.select("lat1", "lon1", "lat2", "lon2").rows()
    exact = pl.Series([distance(*row) for row in rows], dtype=pl.Int64)
    return frame["metres"].floor().cast(pl.Int64).scatter(doubtful["row"], exact)


def _between(unit: Unit) -> Builder:
    def build(calendar: Calendar, start: Operand, end: Operand) -> Operand:
        first, last = single(start).expr, single(end).expr
        if unit.is_clock:
            elapsed = (last - first).dt.total_microseconds()
            return _whole(_towards_zero(elapsed, MICROSECONDS[unit]))
        if unit in DAYS:
            return _whole(_towards_zero((last - first).dt.total_days(), DAYS[unit]))
        earlier, later = pl.min_horizontal(first, last), pl.max_horizontal(first, last)
        units = _whole_months(earlier, later, unit, calendar.leap_day)
        signed = pl.when(first > last).then(-units).otherwise(units)
        return _whole(pl.when(first.is_not_null() & last.is_not_null()).then(signed))

    return build


def _towards_zero(amount: pl.Expr, size: int) -> pl.Expr:
    whole = amount.abs() // size
    return pl.when(amount < 0).then(-whole).otherwise(whole)


def _whole_months(earlier: pl.Expr, later: pl.Expr, unit: Unit, leap_day: LeapDay) -> pl.Expr:
    """Return the whole months or longer units between dates, as `Calendar.whole_units` does."""
    years = later.dt.year().cast(pl.Int64) - earlier.dt.year().cast(pl.Int64)
    day, month = earlier.dt.day(), earlier.dt.month()
    if unit is Unit.YEAR and leap_day is LeapDay.MAR1:
        later_month, later_day = later.dt.month(), later.dt.day()
        is_short = (later_month < month) | ((later_month == month) & (later_day < day))
        return years - is_short.cast(pl.Int64)
    months = 12 * years + later.dt.month().cast(pl.Int64) - month.cast(pl.Int64)
    is_short = later.dt.day() < pl.min_horizontal(day, later.dt.days_in_month())
    return (months - is_short.cast(pl.Int64)) // MONTHS[unit]


FUNCTIONS: Mapping[str, Builder] = MappingProxyType(
    {
        "add": _floats(lambda a, b: a + b),
        "subtract": _floats(lambda a, b: a - b),
        "multiply": _floats(lambda a, b: a * b),
        "divide": _floats(lambda a, b: a / _each(b)),
        "negate": _floats(lambda a: -a),
        "round": _round,
        "abs": _floats(lambda a: a.abs()),
        "year": _of_day(lambda day: day.dt.year()),
        "month": _of_day(lambda day: day.dt.month()),
        "day": _of_day(lambda day: day.dt.day()),
        "hour": _of_day(lambda instant: instant.dt.hour()),
        "weekday": _of_day(lambda day: day.dt.weekday()),
        "domain": _domain,
        "length": lambda _, text: _whole(single(text).expr.str.len_chars()),
        "size": lambda _, items: _whole(single(items).expr.list.len()),
        "local date": _local_date,
        "distance": _distance,
        "or else": lambda _, *values: first_known(values),
        **{f"{unit}s between": _between(unit) for unit in Unit},
    }
)
"""By name: a builder that takes the calendar and the operands."""
