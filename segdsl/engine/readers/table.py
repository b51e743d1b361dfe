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

NUMBERS = "\x00numbers"
"""Ends the name of a hidden column: the numbers among the cells of a mixed one."""
_ROW = "\x00row"
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
    cell is missing; `first_row` is the number that people give the first row of a part; `sheets`
    are the other sheets of an Excel file.
    """

    name: str
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    is_text: bool = False
    is_blank_missing: bool = False
    first_row: int = 1
    repeated: frozenset[str] = frozenset()
    sheets: tuple[str, ...] = ()
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
            frames = pl.collect_all([_chosen(part.frame, wanted) for part in self.parts])
            cells = pl.concat(self._alike(frames), how="vertical_relaxed")
        except READ_ERRORS as error:
            raise DataError((unreadable_data(one_line(error), self.name),)) from None
        merged = cells if self.cells.width == 0 else self.cells.hstack(cells.get_columns())
        return replace(self, cells=merged, heights=tuple(frame.height for frame in frames))

    def rows(self, numbers: pl.Series) -> pl.DataFrame:
        """Return the cells of all columns in some rows of a table that was loaded.

        `numbers` rise. Raises DataError for data that cannot be read.
        """
        wanted = pl.lit(numbers.cast(pl.Int64).implode())
        starts = (0, *accumulate(self.heights[:-1]))
        chosen = [
            _chosen(part.frame, list(self.columns))
            .with_row_index(_ROW)
            .filter((pl.col(_ROW).cast(pl.Int64) + start).is_in(wanted))
            .drop(_ROW)
            for part, start in zip(self.parts, starts, strict=True)
        ]
        try:
            return pl.concat(self._alike(pl.collect_all(chosen)), how="vertical_relaxed")
        except READ_ERRORS as error:
            raise DataError((unreadable_data(one_line(error), self.name),)) from None

    def unread(self) -> Table:
        """Return the table without the cells that were read."""
        return replace(self, cells=pl.DataFrame(), heights=())

    def demand(self, columns: Iterable[str], need: str) -> None:
        """Raise DataError unless the data have each column exactly once."""
        bad = tuple(
            unknown_column(
                name,
                need,
                self.columns,
                self.name,
                is_repeated=name in self.repeated,
                sheets=self.sheets,
            )
            for name in columns
            if name not in self.columns or name in self.repeated
        )
        if bad:
            raise DataError(bad)

    def _alike(self, frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
        """Return the frames with texts in a column where one file has texts and another none."""
        if not self.is_text or len(frames) == 1:
            return frames
        shared = [name for name in frames[0].columns if not name.endswith(NUMBERS)]
        mixed = [
            name
            for name in shared
            if len({frame.schema[name] for frame in frames} - {pl.Null()}) > 1
            and any(frame.schema[name] == pl.String for frame in frames)
        ]
        marked = [name for name in shared if any(name + NUMBERS in f.columns for f in frames)]
        marks = tuple(dict.fromkeys((*mixed, *marked)))
        return [
            frame.with_columns(
                pl.col(mixed).cast(pl.String), *(_numbers(frame, name) for name in marks)
            ).select(*shared, *(name + NUMBERS for name in marks))
            for frame in frames
        ]

    def numbers(self, column: str) -> pl.Series | None:
        """Return the numbers among the cells of a mixed column; None where it is not mixed."""
        name = column + NUMBERS
        return self.cells[name] if name in self.cells.columns else None

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


def _chosen(frame: pl.LazyFrame, names: list[str]) -> pl.LazyFrame:
    """Return the named columns, and the numbers of those that are mixed."""
    hidden = frame.collect_schema().names()
    return frame.select(*names, *(name + NUMBERS for name in names if name + NUMBERS in hidden))


def _numbers(frame: pl.DataFrame, name: str) -> pl.Expr:
    """Return the numbers among the cells that one file has in a column."""
    if name + NUMBERS in frame.columns:
        return pl.col(name + NUMBERS)
    is_number = frame.schema[name].is_numeric()
    found = pl.col(name).cast(pl.Float64) if is_number else pl.lit(None, dtype=pl.Float64)
    return found.alias(name + NUMBERS)


def one_line(error: BaseException) -> str:
    """Return the reason that a reader gives, as one short line without its own advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines else type(error).__name__
    return f"the data cannot be read: {reason[:200]}".rstrip(".:")
