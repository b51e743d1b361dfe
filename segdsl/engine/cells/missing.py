"""Spellings of missing cells where cells are not texts: `-1` is the number as it is written."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from segdsl.engine.cells.written import written

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?", re.ASCII)
_WHOLE = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_YES_NO = {"true": True, "false": False}


def without_missing(cells: pl.Series, spellings: tuple[str, ...]) -> pl.Series:
    """Return typed cells, null where a text format that spells them so would be missing."""
    values = [value for spelling in spellings for value in _values(spelling, cells.dtype)]
    if not values:
        return cells
    cell = pl.col("c")
    local = cell.dt.replace_time_zone(None) if isinstance(cells.dtype, pl.Datetime) else cell
    is_missing = pl.any_horizontal(local == value for value in values).fill_null(False)
    known = cells.alias("c").to_frame().select(pl.when(~is_missing).then("c"))
    return known.to_series().alias(cells.name)


def _values(
    spelling: str, dtype: pl.DataType
) -> Iterator[bool | int | float | Decimal | date | datetime]:
    """Give the value of a type that is spelt so, if there is one."""
    if dtype == pl.Boolean and spelling in _YES_NO:
        yield _YES_NO[spelling]
    elif dtype.is_numeric() and _NUMBER.fullmatch(spelling):
        yield from _numbers(spelling, dtype)
    elif isinstance(dtype, (pl.Date, pl.Datetime)):
        try:
            moment = datetime.fromisoformat(spelling)
        except ValueError:
            return
        if dtype == pl.Datetime and moment.tzinfo is None:
            yield moment
        elif len(spelling) == len("2026-01-31"):
            yield moment.date()


def _numbers(spelling: str, dtype: pl.DataType) -> Iterator[int | float | Decimal]:
    if dtype.is_float():
        value = float(spelling)
        if written(pl.Series([value]))[0] == spelling:
            yield value
    elif isinstance(dtype, pl.Decimal):
        yield Decimal(spelling)
    elif _WHOLE.fullmatch(spelling):
        yield int(spelling)
