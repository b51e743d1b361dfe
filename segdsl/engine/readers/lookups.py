"""Lookup tables: the columns that they add to events, many events to one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.tables import as_customers, lookups_of
from segdsl.diagnostics.data_errors import clipped
from segdsl.diagnostics.event_data import duplicate_lookup_keys, lookup_misses
from segdsl.engine.keys import canonical_key
from segdsl.engine.readers.customers import Reader, columns_of
from segdsl.engine.readers.matching import Keys, found_among, keys_like
from segdsl.engine.readers.sources import Opened, open_lookup
from segdsl.engine.readers.wanted import apart
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table

_SHOWN = 3
_LOOKED_AT = 10_000  # keys without a row among which different ones are looked for


@dataclass(frozen=True, slots=True)
class Holder:
    """A table, as the catalog names it, and its field or column that holds a lookup's keys."""

    home: str
    reader: Reader
    column: str


@dataclass(slots=True)
class Lookups:
    """Reads lookup tables, each column once."""

    catalog: Catalog
    opened: Opened
    strict: bool
    notices: list[Diagnostic] = field(default_factory=list)

    def columns(
        self,
        lookup: str,
        names: Sequence[str],
        source: Holder,
        kept: pl.Series | None,
    ) -> list[pl.Series]:
        """Return `lookup.name` for each of the names, for the rows of a table that are `kept`.

        Keys without a row give missing values, which are counted.
        """
        declared = self.catalog.lookups[lookup]
        keys, frame = self._table(lookup, names)
        other = f"lookups.{lookup}.{declared.key}"
        found = keys_like(source.reader, source.column, keys, source.home, other)
        if kept is not None:
            found = Keys(found.values.filter(kept), found.given.filter(kept))
        rows = found_among(found, keys)
        if rows.null_count() > found.given.null_count():
            self._count(lookup, source, rows, found.given)
        return [frame[name].gather(rows).alias(f"{lookup}.{name}") for name in names]

    def _table(self, lookup: str, names: Sequence[str]) -> tuple[pl.Series, pl.DataFrame]:
        """Return the keys of a lookup and its columns of these names, those of further lookups too.

        Raises DataError for keys that occur twice, and for data that cannot be read.
        """
        declared = self.catalog.lookups[lookup]
        view = as_customers(self.catalog, declared)
        table = self.opened.lookups.get(lookup) or open_lookup(self.catalog, lookup)
        own, theirs = apart(names, {*table.columns, *declared.fields})
        attached = lookups_of(self.catalog, declared, {*table.columns, *declared.fields})
        further = {name: attached[name] for name in theirs}
        columns = columns_of(view, (declared.key, *own, *further.values()))
        reader = Reader(view, table.load(columns, f"the lookup `{lookup}`"), self.strict)
        series = [reader.read(name) for name in own]
        keys = reader.read(declared.key, is_guessed=True)
        if reader.errors:
            raise DataError(reader.errors)
        keys = canonical_key(keys, declared.key, reader.table.place(declared.key))
        self._demand_once_each(lookup, declared.key, keys, reader.table)
        self.notices += reader.notices
        for name, found in theirs.items():
            series += self.columns(
                name, found, Holder(f"lookups.{lookup}", reader, further[name]), None
            )
        is_known = keys.is_not_null()
        frame = pl.DataFrame(series) if series else pl.DataFrame()
        return keys.drop_nulls(), frame if is_known.all() else frame.filter(is_known)

    def _demand_once_each(self, lookup: str, key: str, keys: pl.Series, table: Table) -> None:
        known = keys.drop_nulls()
        if known.n_unique() == known.len():
            return
        rows = pl.DataFrame({"key": keys}).with_row_index("row").drop_nulls()
        groups = (
            rows.filter(pl.col("key").is_duplicated())
            .group_by("key")
            .agg(pl.col("row").sort())
            .sort(pl.col("row").list.first())
        )
        shown = tuple(
            f"{clipped(str(value))} in {table.row(found[0])} and {table.row(found[1])}"
            for value, found in groups.head(_SHOWN).iter_rows()
        )
        error = duplicate_lookup_keys(lookup, key, shown, groups.height, table.name)
        raise DataError((error,))

    def _count(self, lookup: str, source: Holder, rows: pl.Series, given: pl.Series) -> None:
        lost = given.filter(rows.is_null() & given.is_not_null())
        some = lost.head(_LOOKED_AT).unique(maintain_order=True).head(_SHOWN)
        examples = tuple(map(str, some.to_list()))
        place = source.reader.table.name
        notice = lookup_misses(lookup, source.column, lost.len(), rows.len(), examples, place)
        self.notices.append(notice)
