"""Parts of a table read some rows at a time, so that no more of a file is in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from segdsl.engine.readers.table import Part
from segdsl.engine.thrift import Items, Reader

_LARGEST = 1 << 22  # bytes of a footer, from which reading it takes longer than it is worth
_GROUPS, _HEIGHT = 4, 3  # fields of a Parquet footer, and of a row group in it


def read_by(parts: Sequence[Part], rows: int, most: int | None) -> Iterator[pl.DataFrame]:
    """Yield the rows of parts in frames of some size, with at most so many read at once.

    `rows` are wished for in a frame. Row groups of Parquet files are read whole; how far
    ahead other files are read, and all where no bound is given, is left to Polars.
    """
    if most is None:
        whole = pl.concat([part.frame for part in parts], how="vertical")
        yield from whole.collect_batches(chunk_size=rows, maintain_order=True)
        return
    for part in parts:
        groups = row_groups(part.parquet) if part.parquet is not None else None
        if groups is None:
            yield from part.frame.collect_batches(chunk_size=rows, maintain_order=True)
        else:
            for first, height in _windows(groups, most):
                yield part.frame.slice(first, height).collect()


def row_groups(path: Path) -> list[int] | None:
    """Return how many rows are in each row group of a Parquet file; None if that is not known."""
    try:
        with path.open("rb") as file:
            file.seek(-8, 2)
            size = int.from_bytes(file.read(4), "little")
            if size > _LARGEST:
                return None
            file.seek(-8 - size, 2)
            _, groups = Reader(file.read(size)).struct()[_GROUPS]
    except (OSError, ValueError, LookupError, RecursionError):
        return None  # the reader proper says what is wrong with the file
    if not isinstance(groups, Items):
        return None
    found = [one.get(_HEIGHT, (0, None))[1] for one in groups.values if isinstance(one, dict)]
    heights = [one for one in found if isinstance(one, int)]
    return heights if len(heights) == len(groups.values) else None


def _windows(groups: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Yield the first row and the height of row groups that are read together."""
    first = height = 0
    for group in groups:
        if height and height + group > most:
            yield first, height
            first, height = first + height, 0
        height += group
    if height:
        yield first, height
