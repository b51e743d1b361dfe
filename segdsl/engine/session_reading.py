"""The columns of a session: each is read, or computed of another, when it is first needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import polars as pl

from segdsl.backends.masks.machine import Machine
from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.engine.columns import Columns
from segdsl.engine.readers.customers import Reader, Reading, columns_of
from segdsl.engine.session_columns import CodedColumn, Column, kept, size_of
from segdsl.engine.session_work import Work
from segdsl.errors import DataError
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.sources import Opened


@dataclass(frozen=True, slots=True)
class OpenedData:
    """What is known of the data under some rules: a catalog without gaps, the tables opened."""

    catalog: Catalog
    opened: Opened


class KeptColumns:
    """The customers' keys, and columns by the digests of what they are."""

    def __init__(
        self, reading: Reading, calendar: Calendar, machine: Machine, *, strict: bool
    ) -> None:
        """Keep the customers' keys as they were read."""
        self.key, self.keys = reading.key, reading.frame[reading.key].rechunk()
        self.height = reading.frame.height
        self._notices, self._noting = list(reading.notices), Lock()
        self.count = 0  # of columns that were read or computed
        self._columns: dict[bytes, Column] = {}
        self._rows, self._strict = reading.rows, strict
        self._calendar, self._machine = calendar, machine

    @property
    def notices(self) -> tuple[Diagnostic, ...]:
        """What was assumed or counted so far."""
        with self._noting:
            return tuple(self._notices)

    def note(self, notices: Iterable[Diagnostic]) -> None:
        """Add what is not noted yet; sessions of several rules do so, each in its own threads."""
        with self._noting:
            self._notices += [one for one in notices if one not in self._notices]

    @property
    def size(self) -> int:
        """The bytes of the columns."""
        return sum(map(size_of, tuple(self._columns.values())))

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._columns

    def __getitem__(self, digest: bytes) -> Column:
        return self._columns[digest]

    def read(self, work: Work, data: OpenedData) -> None:
        """Read the fields, and find the functions of instants, that are not there yet."""
        lacking = [one for one in work.sources if work.digests[one] not in self._columns]
        below = (one.arguments[0] if isinstance(one, n.Apply) else one for one in lacking)
        fields = {one.name: work.digests[one] for one in below if isinstance(one, n.Field)}
        self.read_fields(
            {name: one for name, one in fields.items() if one not in self._columns}, data
        )
        for one in lacking:
            if isinstance(one, n.Apply):
                self.keep(work.digests[one], self.table(one.arguments, [one], work).column(one))

    def read_fields(self, wanted: Mapping[str, bytes], data: OpenedData) -> None:
        """Read fields: of a text format all at once, of others one after the other."""
        table = data.opened.customers
        if table.is_text:
            table = table.load(columns_of(data.catalog, list(wanted)), "the catalog")
        for name, digest in wanted.items():
            if name == self.key:
                self.keep(digest, self.keys)
                continue
            whole = table.load(columns_of(data.catalog, [name]), "the catalog")
            reader = Reader(data.catalog, whole, self._strict)
            values = reader.read(name)
            if reader.errors:
                raise DataError(reader.errors)
            self.note(reader.notices)
            self.keep(digest, self._own(values, table.name))

    def _own(self, values: pl.Series, place: str) -> pl.Series:
        """Return the values of those rows that the session began with."""
        rows = self._rows
        if rows is None and len(values) == self.height:
            return values
        if rows is None or (len(rows) and int(str(rows.max())) >= len(values)):
            raise DataError((unreadable_data("rows have come or gone since the beginning", place),))
        return values[rows]

    def keep(self, digest: bytes, values: pl.Series) -> None:
        """Keep a column."""
        self.count += 1
        self._columns[digest] = kept(values, self._machine)

    def series(self, digest: bytes) -> pl.Series:
        """Return the values of a column that is kept."""
        column = self._columns[digest]
        return column.series() if isinstance(column, CodedColumn) else column

    def table(self, sources: Sequence[n.Node], steps: Sequence[n.Node], work: Work) -> Columns:
        """Return the columns on which steps are computed."""
        fields = [one for one in sources if isinstance(one, n.Field)]
        frame = self.frame({one.name: work.digests[one] for one in fields})
        columns = Columns.of(frame, self.key, self._calendar, steps)
        for one in sources:
            if isinstance(one, n.Field):
                continue
            series = self.series(work.digests[one])
            if series.dtype == pl.Null:
                columns.table.lowering.put(one, ())
            else:
                columns.add(one, series)
        return columns

    def frame(self, fields: Mapping[str, bytes]) -> pl.DataFrame:
        """Return the keys and the values of fields."""
        others = [self.series(one).alias(name) for name, one in fields.items() if name != self.key]
        return pl.DataFrame([self.keys, *others])
