"""Dates and instants from text cells, and local times to UTC."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from segdsl.backends.polars.times import instants_in
from segdsl.catalog.date_formats import (
    day_left_out,
    has_clock,
    has_offset,
    plain_format,
    shape_of,
)
from segdsl.engine.cells.numbers import with_ascii_digits

INSTANT = pl.Datetime("us", "UTC")

_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MIDNIGHT = r"[T ]00:00(?::00(?:\.0+)?)?$"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_EXACT = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
_OFFSET = r"[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?"
_INSTANT = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(?:Z|{_OFFSET})?$"
_TO_THE_SECOND = len("2026-01-31T18:30:00")


def dates(texts: pl.Series, form: str | None = None, *, is_declared: bool = True) -> pl.Series:
    """Return the dates that texts spell in ISO form or in `form`; what spells none is null.

    Under a declared type a midnight may follow an ISO date.
    """
    plain = with_ascii_digits(texts)
    if is_declared:
        plain = plain.str.strip_chars()
    if form is not None:
        texts, whole = _shaped(plain, form)
        return _years_that_exist(texts.str.to_date(whole, strict=False))
    if is_declared and plain.str.len_bytes().max() != 10:
        plain = plain.str.replace(_MIDNIGHT, "")
    day = pl.when(pl.col("t").str.contains(_DATE)).then("t").otherwise(None)
    found = plain.to_frame("t").select(day.str.to_date("%Y-%m-%d", strict=False)).to_series()
    return _years_that_exist(found)


def _shaped(texts: pl.Series, form: str) -> tuple[pl.Series, str]:
    """Return the texts that look like a format, null for the others, and a format to parse them in.

    The engine's parser looks less closely: for it `9X0802` is a date, and 24 the year 24. What the
    format leaves out of the day is added, as the first.
    """
    lacking = day_left_out(form)
    more = "".join(" 01" for _ in lacking.split())
    fits = pl.col("t").str.contains(shape_of(form))
    found = texts.to_frame("t").select(pl.when(fits).then(pl.col("t") + more))
    return found.to_series(), plain_format(form) + lacking


def _years_that_exist(days: pl.Series) -> pl.Series:
    """Return the dates with null for years that the calendar of Python lacks."""
    year = pl.col("d").dt.year()
    return days.to_frame("d").select(pl.when(year.is_between(1, 9999)).then("d")).to_series()


def instants(
    texts: pl.Series, timezone: str, form: str | None = None, *, is_declared: bool = True
) -> pl.Series:
    """Return the instants (UTC) that texts spell in ISO form or in `form`; else null.

    Without an offset a time is local to `timezone`. Under a declared type a bare date is its
    first moment.
    """
    plain = with_ascii_digits(texts)
    if is_declared:
        plain = plain.str.strip_chars()
    if form is not None:
        return _in_form(plain, form, timezone)
    uniform = _uniform(plain, timezone)
    if uniform is not None:
        return uniform
    if is_declared:
        plain = plain.str.replace(_DATE, "${0}T00:00")
    kept = plain.to_frame("t").select(
        pl.when(pl.col("t").str.contains(_INSTANT)).then("t").alias("t")
    )
    clock = pl.col("t").str.slice(11)
    offset = clock.str.extract(rf"({_OFFSET}|Z)$", 1)
    time = clock.str.slice(0, clock.str.len_chars() - offset.str.len_chars().fill_null(0))
    whole = pl.when(time.str.len_chars() == 5).then(time + ":00").otherwise(time)
    local = (pl.col("t").str.slice(0, 10) + " " + whole).str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False
    )
    columns = kept.select(local=local, offset=offset)
    return _combined(columns, timezone)


def _uniform(texts: pl.Series, timezone: str) -> pl.Series | None:
    """Return the instants when all texts are written to the second and in one way, else None."""
    example = texts.drop_nulls().head(1)
    if example.is_empty() or len(example[0]) < _TO_THE_SECOND:
        return None
    is_utc = example[0].endswith("Z")
    local = texts.str.strip_suffix("Z") if is_utc else texts
    if is_utc and not texts.str.ends_with("Z").all():
        return None
    between = example[0][10]
    shape = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{between}{_EXACT}$"
    if between not in "T " or not local.str.contains(shape).all():
        return None
    form = f"%Y-%m-%d{between}%H:%M:%S%.f"
    times = local.str.to_datetime(form, time_unit="us", strict=False)
    return _instants_that_exist(to_utc(times, "UTC" if is_utc else timezone))


def _combined(columns: pl.DataFrame, timezone: str) -> pl.Series:
    """Return the instants of local times with their offsets, null meaning the time zone's own."""
    here = to_utc(columns["local"], timezone)
    if columns["offset"].null_count() == columns.height:
        return _instants_that_exist(here)
    digits = pl.col("offset").str.replace(":", "", literal=True).str.pad_end(5, "0")
    minutes = (
        digits.str.slice(1, 2).cast(pl.Int64, strict=False) * 60
        + digits.str.slice(3, 2).cast(pl.Int64, strict=False)
    ) * pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)
    shift = pl.when(pl.col("offset") == "Z").then(0).otherwise(minutes)
    elsewhere = pl.col("local") - pl.duration(minutes=shift)
    found = columns.with_columns(here=here).select(
        pl.when(pl.col("offset").is_null())
        .then("here")
        .otherwise(elsewhere.dt.replace_time_zone("UTC"))
    )
    return _instants_that_exist(found.to_series().cast(INSTANT))


def _instants_that_exist(found: pl.Series) -> pl.Series:
    year = pl.col("i").dt.year()
    return found.to_frame("i").select(pl.when(year.is_between(1, 9999)).then("i")).to_series()


def _in_form(texts: pl.Series, form: str, timezone: str) -> pl.Series:
    texts, plain = _shaped(texts, form)
    if has_offset(form):
        zoned = texts.str.to_datetime(plain, time_unit="us", time_zone="UTC", strict=False)
        return _instants_that_exist(zoned)
    if has_clock(form):
        local = texts.str.to_datetime(plain, time_unit="us", strict=False)
    else:
        local = texts.str.to_date(plain, strict=False).cast(pl.Datetime("us"))
    return _instants_that_exist(to_utc(local, timezone))


def to_utc(local: pl.Series, timezone: str) -> pl.Series:
    """Return the instants of local times: the first of two, a missing hour moved forward.

    By Python's time zones, as the engine's local times, so that no two databases disagree.
    """
    times = local.cast(pl.Datetime("us"))
    if timezone == "UTC":
        return times.dt.replace_time_zone("UTC")
    return instants_in(times, ZoneInfo(timezone))
