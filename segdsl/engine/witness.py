"""Whether the cells of a stream, once all were read, are what conditions read of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True, slots=True)
class Witness:
    """Which fields were read of which batches, and of which reading changed cells.

    Several threads may tell it at a time.
    """

    _rows: dict[tuple[str, int], int] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)

    def has_read(self, name: str, first: int, rows: int) -> None:
        """Know that a field is read of so many customers from the first one on."""
        self._rows[name, first] = rows

    def compare(self, name: str, cells: pl.Series, values: pl.Series) -> None:
        """Know cells of a field, or the distinct texts among them, and what was made of them.

        Numbers and moments may have another type now, in which they are the same; local times are
        not the instants that they become.
        """
        is_same = values.null_count() == cells.null_count()
        if isinstance(cells.dtype, pl.Datetime):
            is_same = is_same and cells.dtype.time_zone is not None
        if is_same and cells.dtype == pl.String:
            is_same = values.equals(cells, null_equal=True)
        if not is_same:
            self._changed.add(name)

    def as_is(self, names: Collection[str], height: int) -> frozenset[str]:
        """Return those fields that were read of so many customers, all cells as they stand."""
        read = dict.fromkeys(names, 0)
        for (name, _), rows in self._rows.items():
            read[name] += rows
        return frozenset(
            name for name, rows in read.items() if rows == height and name not in self._changed
        )
