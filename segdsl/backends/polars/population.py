"""What is decided among all customers: ranks, rank groups and the most common values."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from segdsl.plan.definition import quota


def ranked(
    values: pl.Series,
    keys: pl.Series,
    groups: pl.Series | None,
    within: pl.Series | None,
    amount: int | Decimal,
    is_top: bool,
) -> pl.Series:
    """Return who is among the first by value in each group; ties go to the smaller key."""
    frame = _candidates(values, keys, groups)
    if within is not None:
        frame = frame.filter(within.gather(frame["row"]))
    if groups is None:
        rows = frame.sort("value", "key", descending=[is_top, False])["row"]
        return _mask(rows.head(quota(amount, len(rows))), len(keys))
    frame = frame.sort("group", "value", "key", descending=[False, is_top, False])
    places = frame.select(
        place=pl.int_range(pl.len()).over("group"), size=pl.len().over("group").cast(pl.Int64)
    )
    sizes = places["size"].unique()
    quotas = pl.Series([quota(amount, size) for size in sizes.to_list()], dtype=pl.Int64)
    limits = places["size"].replace_strict(sizes, quotas, return_dtype=pl.Int64)
    return _mask(frame["row"].filter(places["place"] < limits), len(keys))


def ntile(values: pl.Series, keys: pl.Series, buckets: int) -> pl.Series:
    """Return the rank group of each known value, as SQL's NTILE: the first have one more."""
    rows = _candidates(values, keys, None).sort("value", "key")["row"]
    size, larger = divmod(len(rows), buckets)
    rank = pl.int_range(len(rows), eager=True)
    in_larger = larger * (size + 1)
    tiles = pl.select(
        pl.when(rank < in_larger)
        .then(rank // (size + 1) + 1)
        .otherwise(larger + (rank - in_larger) // max(size, 1) + 1)
    ).to_series()
    missing = pl.repeat(None, len(keys), dtype=pl.Int64, eager=True)
    return missing.scatter(rows, tiles)


def common(
    values: pl.Series, groups: pl.Series | None, within: pl.Series | None, count: int
) -> pl.Series:
    """Return who has one of the most frequent values of their group; ties: the smaller value."""
    frame = _candidates(values, values, groups)
    if within is not None:
        frame = frame.filter(within.gather(frame["row"]))
    counts = (
        frame.group_by("group", "value")
        .len()
        .sort("group", "len", "value", descending=[False, True, False])
    )
    top = counts.filter(pl.int_range(pl.len()).over("group") < count)
    chosen = frame.join(top, on=["group", "value"], how="semi")["row"]
    return _mask(chosen, len(values))


def _candidates(values: pl.Series, keys: pl.Series, groups: pl.Series | None) -> pl.DataFrame:
    """Return row, value, key and group of the customers whose value and group are known."""
    if values.dtype.is_float():
        values = values + 0.0  # minus zero is zero
    if groups is not None and groups.dtype.is_float():
        groups = groups + 0.0
    everyone = pl.repeat(0, len(keys), dtype=pl.UInt8, eager=True)
    return pl.DataFrame(
        {
            "row": pl.int_range(len(keys), eager=True),
            "value": values,
            "key": keys,
            "group": everyone if groups is None else groups,
        }
    ).drop_nulls(["value", "group"])


def _mask(rows: pl.Series, height: int) -> pl.Series:
    return pl.repeat(False, height, dtype=pl.Boolean, eager=True).scatter(rows, True)
