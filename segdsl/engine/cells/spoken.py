"""What columns hold, in words."""

from __future__ import annotations

import polars as pl

_WORDS: tuple[tuple[type[pl.DataType], str], ...] = (
    (pl.Boolean, "yes/no values"),
    (pl.Decimal, "decimal numbers"),
    (pl.Date, "dates"),
    (pl.Datetime, "dates with a time"),
    (pl.Time, "times of day"),
    (pl.Duration, "durations"),
    (pl.String, "texts"),
    (pl.Categorical, "texts"),
    (pl.Enum, "texts"),
    (pl.Binary, "bytes"),
    (pl.Struct, "objects"),
    (pl.Null, "nothing"),
)


def spoken(dtype: pl.DataType) -> str:
    """Return what a column of a type holds: `whole numbers`, `lists of texts`."""
    if isinstance(dtype, (pl.List, pl.Array)):
        inner = dtype.inner
        return f"lists of {spoken(inner) if isinstance(inner, pl.DataType) else 'values'}"
    if dtype.is_integer():
        return "whole numbers"
    if dtype.is_float():
        return "numbers"
    return next((words for type, words in _WORDS if isinstance(dtype, type)), str(dtype).lower())
