"""What an evaluation was made with, by which it is brought up to date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import polars as pl

from segdsl.backends.polars.windows import Window
from segdsl.catalog import Catalog
from segdsl.diagnostics.change_errors import bad_change, data_changed
from segdsl.engine.evaluate import Prepared
from segdsl.engine.kept_codes import KeptCodes
from segdsl.engine.people import KeyIndex, People, Rows
from segdsl.engine.readers import Table, read_customers
from segdsl.engine.readers.events import EventsRead, read_events
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.unify import exact
from segdsl.engine.readers.wanted import Properties
from segdsl.errors import DataError
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.plan import Plan
from segdsl.plan.program import Program

Stamp: TypeAlias = tuple[int, int]
"""The size of a file, and when it was written."""


class Rules(Protocol):
    """Rules that can be told from others."""

    def to_json(self) -> str:
        """Return all that they say."""


def stamps_of(files: Iterable[Path]) -> dict[Path, Stamp]:
    """Return by which each file can be told from a later one of its name."""
    return {path: _stamp(path) for path in files}


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


@dataclass(frozen=True)
class Origin:
    """The rules and data of an evaluation, and what has changed in the data since.

    The data are those of the first evaluation; `patches` are rows of customers that came later, in
    the order in which they came, and `added` events. `source` are the keys of the first customers,
    `kept` the numbers of their rows if not all were. `codes` are what the masks of the last
    evaluation of all were made of, where they are kept. `memory` is the budget of bytes that it
    had, if any: codes are not kept then.
    """

    rules: Rules
    plan: Plan
    program: Program
    catalog: Catalog
    calendar: Calendar
    data: Opened
    stamps: Mapping[Path, Stamp]
    strict: bool
    columns: tuple[str, ...]
    kept: pl.Series | None
    source: KeyIndex
    people: People
    prepared: Prepared
    memory: int | None = None
    codes: KeptCodes | None = None
    patches: tuple[pl.DataFrame, ...] = ()
    added: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name of the key."""
        return self.source.keys.name

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the rules read."""
        return tuple(item.name for item in self.program.fields)

    @property
    def over_events(self) -> list[n.OverEvents]:
        """What the rules make of events."""
        return [node for level in self.program.levels for node in level.events]

    @property
    def is_as_it_was(self) -> bool:
        """Whether the customers and events are those of the first evaluation."""
        is_complete = len(self.people.keys) == len(self.source.keys)
        return is_complete and not self.patches and not self.added

    @cached_property
    def _patch(self) -> pl.DataFrame:
        """The latest rows of the customers that came later."""
        whole = _joined(self.patches, "the changed customers")
        return whole.unique(self.key, keep="last", maintain_order=True)

    def customers(
        self, names: Collection[str], rows: Rows | None = None, *, columns: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Return the key and some fields of the customers as they are now, or of some rows.

        Raises DataError where the data are not those of the first evaluation any more.
        """
        keys = self.people.keys if rows is None else self.people.keys.gather(rows)
        late = KeyIndex(self._patch[self.key]).rows(keys) if self.patches else None
        early = np.ones(len(keys), np.bool_) if late is None else late < 0
        wanted = list(dict.fromkeys((self.key, *names, *columns)))
        frames: list[pl.DataFrame] = []
        order = np.zeros(len(keys), np.int64)
        if early.any() or late is None or not len(keys):
            own = keys if late is None else keys.filter(pl.Series(early))
            frames.append(self._read(names, own, is_all=rows is None, columns=columns))
            order[early] = np.arange(len(own))
        if late is not None and not early.all():
            frames.append(self._patch.select(wanted))
            order[~early] = late[~early] + (frames[0].height if len(frames) > 1 else 0)
        whole = _joined([one.select(wanted) for one in frames], "the customers")
        return whole if len(frames) == 1 and late is None else whole[order]

    def _read(
        self, names: Collection[str], keys: pl.Series, *, is_all: bool, columns: Sequence[str]
    ) -> pl.DataFrame:
        """Return rows of the first customers, by their keys."""
        self.demand_same()
        rows = self.source.rows(keys)
        table, kept = self.data.customers, self.kept
        if is_all or not table.is_scanned:
            read = read_customers(
                self.catalog, table, names, columns=columns, strict=self.strict, rows=kept
            ).frame
            is_same = len(read) == len(rows) and bool((np.diff(rows, prepend=-1) == 1).all())
            found = read if is_same else read[rows]
        else:  # rows that are read alone come in the order of the data
            order = np.argsort(rows)
            numbers = pl.Series(rows[order]) if kept is None else kept.gather(rows[order])
            read = read_customers(
                self.catalog, table.only(numbers), names, columns=columns, strict=self.strict
            ).frame
            found = read[np.argsort(order)] if len(read) == len(rows) else read
        if not found[self.key].equals(keys):
            raise DataError((data_changed(table.name),))
        return found

    def events(
        self,
        wanted: Properties,
        customers: pl.Series,
        windows: Mapping[str, Window],
    ) -> dict[str, pl.DataFrame]:
        """Return the events of some customers as they are now. Raises DataError as `customers`."""
        if not wanted:
            return {}
        self.demand_same()
        frames = dict(
            read_events(
                self.catalog, self.data, wanted, customers, strict=self.strict, windows=windows
            ).frames
        )
        for event, tables in self.added.items():
            if event in wanted:
                later = [self.added_events(event, one, wanted, customers) for one in tables]
                parts = [frames[event], *(one.frames[event] for one in later)]
                frames[event] = _joined(parts, f"the events `{event}`")
        return frames

    def added_events(
        self, event: str, table: Table, wanted: Properties, customers: pl.Series
    ) -> EventsRead:
        """Return the events of a table that came later."""
        data = Opened(self.data.customers, {event: table}, self.data.lookups)
        own = {event: wanted[event]}
        return read_events(self.catalog, data, own, customers, strict=self.strict)

    def demand_same(self) -> None:
        """Raise DataError if a file is not the one that was evaluated."""
        for path, stamp in self.stamps.items():
            if _stamp(path) != stamp:
                raise DataError((data_changed(str(path)),))


def _joined(frames: Sequence[pl.DataFrame], what: str) -> pl.DataFrame:
    """Return rows below each other, in types that hold the values of all."""
    if len(frames) == 1:
        return frames[0]
    columns = frames[0].columns
    try:
        alike = exact([one.select(columns) for one in frames], [what] * len(frames), what)
        return pl.concat(alike, how="vertical_relaxed")
    except pl.exceptions.PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise DataError((bad_change(f"the rows do not go together: {reason}", what),)) from None
