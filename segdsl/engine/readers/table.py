"""Opened data: the names of the columns are known, and their cells are read when needed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.catalog_errors import unknown_column
from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.engine.known_files import FileState
from segdsl.engine.readers.hidden import FAILURES, HIDDEN, MOMENTS, NUMBERS
from segdsl.engine.readers.unify import as_texts, exact, mixed_as_in_one_file, respelt
from segdsl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

_ROW = "\x00row"
READ_ERRORS = (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException)


@dataclass(frozen=True, slots=True)
class Part:
    """One file, or a frame from memory; `rows` are the numbers of its rows if some are left out.

    `parquet` is the path of a Parquet file. `state` is that of the file before it was opened, if it
    can be told from a later one and all its rows are here.
    """

    name: str
    frame: pl.LazyFrame
    rows: pl.Series | None = None
    parquet: Path | None = None
    path: Path | None = None
    state: FileState | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Data of one or more parts with the same columns, and the cells read so far.

    `is_text` tells formats whose texts may spell any type, `is_blank_missing` those where an empty
    cell is missing; `first_row` is the number that people give the first row of a part; `sheets`
    are the other sheets of an Excel file. Of data that are scanned some rows can be read alone.
    """

    name: str
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    is_text: bool = False
    is_blank_missing: bool = False
    first_row: int = 1
    repeated: frozenset[str] = frozenset()
    sheets: tuple[str, ...] = ()
    is_scanned: bool = False
    cells: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    heights: tuple[int, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether it has no columns because it has no rows; a table with a header has both."""
        return not self.columns and not self.is_blank_missing

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
            alike = exact(self._alike(frames), [part.name for part in self.parts], self.name)
            cells = respelt(pl.concat(alike, how="vertical_relaxed"))
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
            frames = as_texts(self._alike(pl.collect_all(chosen)))
            return pl.concat(frames, how="vertical_relaxed")
        except READ_ERRORS as error:
            raise DataError((unreadable_data(one_line(error), self.name),)) from None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the cells are read from."""
        return tuple(part.path for part in self.parts if part.path is not None)

    def only(self, numbers: pl.Series) -> Table:
        """Return some rows of a table of one part or several, whose cells are not read yet.

        `numbers` rise; those of all rows are counted through the parts. Raises DataError.
        """
        heights = self._heights() if len(self.parts) > 1 else (0,)
        parts: list[Part] = []
        for part, start in zip(self.parts, (0, *accumulate(heights[:-1])), strict=True):
            own = numbers.cast(pl.Int64) - start
            wanted = pl.lit(own.filter(own >= 0).implode())
            index = pl.col(_ROW).cast(pl.Int64)
            frame = part.frame.with_row_index(_ROW).filter(index.is_in(wanted)).drop(_ROW)
            parts.append(replace(part, frame=frame, state=None))
        return replace(self.unread(), parts=tuple(parts))

    def _heights(self) -> tuple[int, ...]:
        counts = [part.frame.select(pl.len()) for part in self.parts]
        try:
            return tuple(int(one.item()) for one in pl.collect_all(counts))
        except READ_ERRORS as error:
            raise DataError((unreadable_data(one_line(error), self.name),)) from None

    def height(self) -> int:
        """Return how many rows files that are scanned say they have; 0 if they cannot be read."""
        try:
            counts = pl.collect_all([part.frame.select(pl.len()) for part in self.parts])
        except READ_ERRORS:
            return 0
        return sum(frame.item() for frame in counts)

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
        """Return the frames with mixed columns where one file would have them."""
        # of the formats that are text, sheets are those with cells that have types
        is_sheet = self.is_blank_missing
        return mixed_as_in_one_file(frames, is_sheet=is_sheet) if self.is_text else frames

    def numbers(self, column: str) -> pl.Series | None:
        """Return the numbers among the cells of a mixed column; None where it has none."""
        return self._among(column + NUMBERS)

    def moments(self, column: str) -> pl.Series | None:
        """Return the dates and times among the cells of a mixed column; None where it has none."""
        return self._among(column + MOMENTS)

    def failures(self, column: str) -> pl.Series | None:
        """Return what stands in the cells of failed formulas; None where it has none."""
        return self._among(column + FAILURES)

    def _among(self, name: str) -> pl.Series | None:
        found = self.cells[name] if name in self.cells.columns else None
        return found if found is not None and found.count() else None

    def dtype(self, column: str) -> pl.DataType:
        """Return the type of a column, as read or as its first file has it."""
        if column in self.cells.columns:
            return self.cells.schema[column]
        return self.parts[0].frame.collect_schema()[column]

    def first_cells(self, column: str, count: int) -> pl.Series | None:
        """Return the first cells of a column in the first file; None if they cannot be read."""
        try:
            return self.parts[0].frame.select(column).head(count).collect()[column]
        except READ_ERRORS:
            return None

    def row(self, index: int) -> str:
        """Return what people call a row: `row 5`, or `row 5 of part-2.csv`."""
        starts = (0, *accumulate(self.heights))
        at = bisect_right(starts, index) - 1 if len(self.parts) > 1 else 0
        part, index = self.parts[at], index - starts[at]
        number = index if part.rows is None else int(part.rows[index])
        where = f" of {part.name}" if len(self.parts) > 1 else ""
        return f"row {number + self.first_row:,}{where}"

    def place(self, column: str) -> str:
        """Return the words for a column in a diagnostic."""
        return f"{self.name}, column `{column}`"


def _chosen(frame: pl.LazyFrame, names: list[str]) -> pl.LazyFrame:
    """Return the named columns, and the numbers and dates among those that are mixed."""
    there = set(frame.collect_schema().names())
    hidden = (name + ending for name in names for ending, _ in HIDDEN)
    return frame.select(*names, *(name for name in hidden if name in there))


def one_line(error: BaseException) -> str:
    """Return the reason that a reader gives, as one short line without its own advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines else type(error).__name__
    return f"the data cannot be read: {reason[:200]}".rstrip(".:")
