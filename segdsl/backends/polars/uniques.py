"""Texts by their distinct values: what is the same for equal texts is computed once for each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

_SAMPLE = 5_000  # rows
_FEW = 4  # distinct values that are compared one by one rather than looked up


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The distinct values of a text column, the missing one last, and for each row which it has."""

    values: pl.Series
    codes: pl.Series  # positions in `values`, never null


def dictionaries(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, Dictionary]:
    """Return the dictionaries of those text columns that repeat their values often enough.

    They are worth while if there are at most half as many distinct values as rows.
    """
    # Categories of their own, since those of a process would grow from run to run.
    types = {name: pl.Categorical(pl.Categories.random()) for name in names}
    likely = [name for name in names if repeats(frame[name])]
    encoded = frame.select(pl.col(name).cast(types[name]) for name in likely)
    found = {column.name: _dictionary(column) for column in encoded}
    return {name: own for name, own in found.items() if 2 * (len(own.values) - 1) <= frame.height}


def dictionary(texts: pl.Series) -> Dictionary:
    """Return the dictionary of a text column."""
    return _dictionary(texts.cast(pl.Categorical(pl.Categories.random())))


def _dictionary(encoded: pl.Series) -> Dictionary:
    codes = encoded.to_physical()
    last = codes.max()
    size = 0 if last is None else int(str(last)) + 1
    numbers = pl.int_range(size, dtype=pl.UInt32, eager=True)
    values = numbers.cat.to(encoded.dtype).cast(pl.String)
    missing = pl.Series([None], dtype=pl.String)
    return Dictionary(values.alias(encoded.name).append(missing), codes.fill_null(size))


def repeats(texts: pl.Series) -> bool:
    """Return whether a sample repeats itself as if half of the rows at most were distinct."""
    rows = len(texts)
    sample = texts.gather_every(max(1, rows // _SAMPLE))
    # What a sample would repeat if each of rows / 2 values were as frequent as the others.
    expected = len(sample) + rows / 2 * math.expm1(-2 * len(sample) / max(rows, 1))
    return len(sample) - sample.n_unique() >= expected


def spread_mask(mask: pl.Series, codes: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return a yes/no of each distinct value as that of each row."""
    chosen = mask.arg_true().head(_FEW + 1).to_list()
    if len(chosen) > _FEW:
        return pl.lit(mask).gather(codes)
    return pl.any_horizontal(pl.lit(False), *(codes == pl.lit(code, dtype) for code in chosen))


def map_uniques(
    values: pl.Series, function: Callable[[list[Any]], list[Any]], dtype: pl.DataType
) -> pl.Series:
    """Return a Python function of the known values, called with each distinct one only once.

    Where hardly a value repeats itself, looking for those that do would take longer.
    """
    if repeats(values):
        distinct = values.drop_nulls().unique()
        results = pl.Series(function(distinct.to_list()), dtype=dtype)
        return values.replace_strict(distinct, results, default=None, return_dtype=dtype)
    found = pl.repeat(None, len(values), dtype=dtype, eager=True)
    results = pl.Series(function(values.drop_nulls().to_list()), dtype=dtype)
    return found.scatter(values.is_not_null().arg_true(), results)
