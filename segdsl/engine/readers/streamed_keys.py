"""Keys that are looked at while they are read and not kept: that each occurs once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from segdsl.engine.keys import is_strictly_rising
from segdsl.engine.readers.streams import stream_of, streamed_fields

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.engine.readers.table import Table

_ROWS = 1 << 18
_HASHED = 40  # bytes that a key takes while it is compared with others

Keys = Callable[[], Iterator[pl.Series]]


def customers_by_key(catalog: Catalog, table: Table, most: int, memory: int) -> int | None:
    """Return how many rows there are if each has a key of its own; None if it may be otherwise.

    At most so many rows are read at once, and so many bytes are taken: keys that do not rise are
    read several times, and each time some of them are compared.
    """
    name = catalog.customers.key
    if name is None or catalog.customers.latest_by or not streamed_fields(catalog, table, [name]):
        return None
    stream = stream_of(catalog, table, frozenset([name]), table.height(), most)

    def keys() -> Iterator[pl.Series]:
        return (stream.canonical(name, frame[name]) for frame in stream.frames(_ROWS))

    height, is_rising = _looked_through(keys)
    if height is None or is_rising:
        return height
    parts = -(-height * _HASHED // max(memory, 1))
    return height if all(_are_distinct(keys, part, parts) for part in range(parts)) else None


def _looked_through(keys: Keys) -> tuple[int | None, bool]:
    """Return how many keys there are, and whether they rise; None if some are missing or odd."""
    height, is_rising = 0, True
    last: pl.Series | None = None
    for some in keys():
        if some.null_count() or not (some.dtype.is_integer() or some.dtype == pl.String):
            return None, False
        height += some.len()
        if last is not None and last.dtype != some.dtype:
            return None, False
        is_rising = is_rising and is_strictly_rising(some if last is None else last.append(some))
        last = some.tail(1)
    return height, is_rising


def _are_distinct(keys: Keys, part: int, parts: int) -> bool:
    """Return whether those keys differ whose hashes leave this remainder."""
    found = []
    for some in keys():
        hashes = some.hash()
        found.append(hashes.filter(hashes % parts == part) if parts > 1 else hashes)
    whole = pl.concat(found)
    return whole.n_unique() == whole.len()
