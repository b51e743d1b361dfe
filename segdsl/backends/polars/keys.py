"""Finds the customers that events belong to."""

from __future__ import annotations

import polars as pl

_SPARE = 8  # numbers to a customer in a table of all numbers between the first and the last
_SMALL = 1 << 20


def rows_of(event_keys: pl.Series, customer_keys: pl.Series) -> pl.Series:
    """Return for each event the position of its customer (UInt32), null for an unknown one.

    Both are keys of one type, integers or texts; no customer's key is null or occurs twice.
    """
    if event_keys.dtype == pl.Int64() and customer_keys.dtype == pl.Int64() and len(customer_keys):
        first, last = customer_keys.min(), customer_keys.max()
        assert isinstance(first, int)
        assert isinstance(last, int)
        size = last - first + 1
        if size <= _SPARE * len(customer_keys) + _SMALL:
            return _looked_up(event_keys, customer_keys, first, last)
    customers = pl.DataFrame({"key": customer_keys}).with_row_index("row")
    events = pl.DataFrame({"key": event_keys})
    found = events.join(customers, on="key", how="left", maintain_order="left")
    return found["row"].cast(pl.UInt32)


def _looked_up(events: pl.Series, customers: pl.Series, first: int, last: int) -> pl.Series:
    """Return positions from a table with a place for each number that a key can be."""
    rows = pl.int_range(len(customers), dtype=pl.UInt32, eager=True)
    empty = pl.repeat(None, last - first + 1, dtype=pl.UInt32, eager=True)
    table = empty.scatter(customers - first, rows)
    key = pl.col("key")
    places = pl.when(key.is_between(first, last)).then(key - first)
    frame = pl.DataFrame({"key": events})
    return frame.select(pl.lit(table).gather(places).alias("row"))["row"]
