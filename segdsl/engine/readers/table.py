"""Opened data: the names of the columns are known, and their cells are read when needed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.catalog_errors import unknown_column
from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

READ_ERRORS = (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException)


@dataclass(frozen=True, slots=True)
class Part:
    """One file, or a frame from memory."""

    name: str
    frame: pl.LazyFrame


@dataclass(frozen=True, slots=True)
class Table:
    """Data of one or more parts with the same columns, and the cells read so far.

    `is_text` tells formats whose texts may spell any type, `is_blank_missing` those where an empty
    cell is missing; `first_row` is the number that people give the first row of a part.
    """

    name: str
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    is_text: bool = False
    is_blank_missing: bool = False
    first_row: int = 1
    repeated: frozenset[str] = frozenset()
    cells: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    heights: tuple[int, ...] = ()

    def load(self, columns: Collection[str], need: str = "a rule") -> Table:
        """Return the table with these columns read, each part once and all parts in parallel.

        Raises DataError for a column that is not there or data that cannot be read.
        """
        self.demand(columns, need)
        wanted = [name for name in dict.fromkeys(columns) if name not in self.cells.columns]
        if not wanted:
            return self
        try:
            frames = pl.collect_all([part.frame.select(wanted) for part in self.parts])
            cells = pl.concat(self._alike(frames), how="vertical_relaxed")
        except READ_ERRORS as error:
            raise DataError((unreadable_data(one_line(error), self.name),)) from None
        merged = cells if self.cells.width == 0 else self.cells.hstack(cells.get_columns())
        return replace(self, cells=merged, heights=tuple(frame.height for frame in frames))

    def demand(self, columns: Iterable[str], need: str) -> None:
        """Raise DataError unless the data have each column exactly once."""
        bad = tuple(
            unknown_column(name, need, self.columns, self.name, is_repeated=name in self.repeated)
            for name in columns
            if name not in self.columns or name in self.repeated
        )
        if bad:
            raise DataError(bad)

    def _alike(self, frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
        """Return the frames with texts in a column where one file has texts and another none."""
        if not self.is_text or len(frames) == 1:
            return frames
        mixed = [
            name
            for name in frames[0].columns
            if len({frame.schema[name] for frame in frames} - {pl.Null()}) > 1
            and any(frame.schema[name] == pl.String for frame in frames)
        ]
        return [frame.with_columns(pl.col(mixed).cast(pl.String)) for frame in frames]

    def dtype(self, column: str) -> pl.DataType:
        """Return the type of a column, as read or as its first file has it."""
        if column in self.cells.columns:
            return self.cells.schema[column]
        return self.parts[0].frame.collect_schema()[column]

    def row(self, index: int) -> str:
        """Return what people call a row: `row 5`, or `row 5 of part-2.csv`."""
        if len(self.parts) == 1:
            return f"row {index + self.first_row:,}"
        starts = (0, *accumulate(self.heights))
        part = bisect_right(starts, index) - 1
        return f"row {index - starts[part] + self.first_row:,} of {self.parts[part].name}"

    def place(self, column: str) -> str:
        """Return the words for a column in a diagnostic."""
        return f"{self.name}, column `{column}`"


def one_line(error: BaseException) -> str:
    """Return the reason that a reader gives, as one short line without its own advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines else type(error).__name__
    return f"the data cannot be read: {reason[:200]}".rstrip(".:")
