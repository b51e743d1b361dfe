"""Numbers as the texts that stand for them, each cell by itself."""

from __future__ import annotations

import polars as pl

_WHOLE = 2.0**126  # Int128 holds all whole floats below


def written(numbers: pl.Series) -> pl.Series:
    """Return numbers as texts; a whole float has no `.0`, whatever its neighbours are."""
    if not numbers.dtype.is_float():
        return numbers.cast(pl.String)
    value = pl.col("n")
    is_whole = (value.floor() == value) & (value.abs() < _WHOLE)
    whole = value.cast(pl.Int128, strict=False).cast(pl.String)
    texts = pl.when(is_whole).then(whole).otherwise(value.cast(pl.String))
    return numbers.to_frame("n").select(texts).to_series().alias(numbers.name)
