"""The customers' table: the fields that rules need, in canonical types, one row each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.types import NUMBER, Kind, Type
from segdsl.diagnostics.catalog_errors import ambiguous_date
from segdsl.diagnostics.data_errors import (
    LostCells,
    no_cell_fits,
    strict_cells,
    unconverted_cells,
    wrong_column_type,
)
from segdsl.engine.cells.day_month import day_month_readings
from segdsl.engine.cells.missing import without_missing
from segdsl.engine.cells.spelling import spelt_by_all
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.conversion import Converted, Manner, convert, known_texts, place
from segdsl.engine.keys import canonical_key, settle_keys
from segdsl.engine.latest import ordered_as_text
from segdsl.engine.readers.opening import open_data
from segdsl.errors import DataError
from segdsl.plan.words import scalar

if TYPE_CHECKING:
    from collections.abc import Collection

    from segdsl.catalog import Catalog, Field
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table

_SHOWN = 3
_DIFFERENT, _LOOKED_AT = 4, 10_000  # cells by whose looks remedies are chosen


@dataclass(frozen=True, slots=True)
class Reading:
    """The customers' fields as read: `frame` holds the key's column and those asked for.

    `rows` are the numbers of the rows that were kept, None where all were.
    """

    frame: pl.DataFrame
    key: str
    notices: tuple[Diagnostic, ...] = ()
    rows: pl.Series | None = None


def read_customers(
    catalog: Catalog,
    data: object | None = None,
    fields: Collection[str] = (),
    *,
    columns: Collection[str] = (),
    strict: bool = False,
    rows: pl.Series | None = None,
) -> Reading:
    """Return the key and the named fields of all customers, in the order of the data.

    Only the columns that are needed are read. `columns` names further fields, or columns of the
    data as they are; `rows` are the rows that an earlier reading kept. The catalog is to name the
    key (`infer_catalog` fills what it leaves open). Raises DataError for data that cannot be read;
    with `strict`, also for cells that do not fit their declared type.
    """
    key = catalog.customers.key
    if key is None:
        raise ValueError("the catalog names no key")
    table = open_data(catalog, data)
    wanted = tuple(dict.fromkeys((*fields, *columns)))
    latest_by = catalog.customers.latest_by
    names = tuple(dict.fromkeys((key, *wanted, *((latest_by,) if latest_by else ()))))
    table.demand(columns_of(catalog, columns), "the output (`--columns`)")
    reader = Reader(catalog, table.load(columns_of(catalog, names), "the catalog"), strict)
    guessed = (key, latest_by)
    series = [reader.read(name, is_guessed=name in guessed) for name in names]
    if reader.errors:
        raise DataError(reader.errors)
    series[0] = canonical_key(series[0], key, reader.table.place(key))
    settled = settle_keys(pl.DataFrame(series), key, reader.table, latest_by, catalog, rows)
    frame = settled.frame.select(list(dict.fromkeys((key, *wanted))))
    doubts = ordered_as_text(reader.table, latest_by, catalog) if settled.rows is not None else ()
    return Reading(frame, key, (*reader.notices, *settled.notices, *doubts), settled.rows)


def columns_of(catalog: Catalog, names: Collection[str]) -> tuple[str, ...]:
    """Return the columns of the data that the named fields are read from."""
    found: list[str] = []
    for name in names:
        declared = catalog.customers.fields.get(name)
        if declared is not None and declared.type == "place":
            found += [declared.latitude or "", declared.longitude or ""]
        else:
            found.append((declared.column if declared else None) or name)
    return tuple(dict.fromkeys(found))


def _settings(declared: Field) -> dict[str, str | tuple[str, ...]]:
    """Return what a field declares besides its type, as the catalog writes it."""
    found = declared.model_dump(mode="json", exclude_defaults=True, exclude={"type"})
    return {name: tuple(one) if isinstance(one, list) else one for name, one in found.items()}


@dataclass(slots=True)
class Reader:
    """Converts one column after the other, keeping what is to be said of them."""

    catalog: Catalog
    table: Table
    strict: bool
    notices: list[Diagnostic] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)

    def read(self, name: str, *, is_guessed: bool = False) -> pl.Series:
        """Return the canonical values of a field, or of a column as it is or as it is spelt."""
        declared = self.catalog.customers.fields.get(name)
        is_blank_missing = self.table.is_blank_missing
        manner = Manner.of(self.catalog, declared, is_blank_missing=is_blank_missing)
        if declared is None:
            return self._undeclared(name, manner, is_guessed=is_guessed)
        if declared.type == "place":
            return self._place(name, declared, manner)
        column = declared.column or name
        return self._converted(name, column, declared.value_type, manner).alias(name)

    def _undeclared(self, name: str, manner: Manner, *, is_guessed: bool) -> pl.Series:
        cells = self.table.cells[name]
        if cells.dtype != pl.String:
            return without_missing(cells, manner.missing)
        texts = known_texts(cells, manner)
        if not (is_guessed and self.table.is_text):
            return texts
        numbers = self.table.numbers(name)
        plain = texts if numbers is None else texts.set(numbers.is_not_null(), "0")
        spelling = spelt_by_all(plain, manner.timezone, manner.decimal)
        among = self.table.numbers(name)
        found = convert(texts, Type(spelling.kind), manner, among) if spelling else None
        return found.values if found else texts

    def _converted(self, name: str, column: str, wanted: Type, manner: Manner) -> pl.Series:
        """Return a column under a type, complaining of what does not fit."""
        cells = self.table.cells[column]
        if self._is_ambiguous(name, cells, wanted, manner):
            return cells
        found = self._found(column, wanted, manner)
        if found is None:
            where = self.table.place(column)
            self.errors.append(wrong_column_type(name, str(wanted), spoken(cells.dtype), where))
            return cells
        failed = self._failed(column, manner)
        lost = found.lost if failed is None else _either(found.lost, failed.is_not_null())
        if lost is not None:
            is_all = found.values.null_count() == found.values.len()
            shown = cells if failed is None else _beside(cells, failed)
            self._count(name, wanted, lost, shown, column, manner, is_all=is_all)
        return found.values

    def _failed(self, column: str, manner: Manner) -> pl.Series | None:
        """Return the errors of formulas in a column; None where all are declared to be missing."""
        failures = self.table.failures(column)
        known = known_texts(failures, manner) if failures is not None else None
        return known if known is not None and known.count() else None

    def _found(self, column: str, wanted: Type, manner: Manner) -> Converted | None:
        """Return a column under a type: a date is one, however texts beside it are written."""
        cells, moments = self.table.cells[column], self.table.moments(column)
        if moments is None or wanted.kind not in (Kind.DATE, Kind.INSTANT):
            return convert(cells, wanted, manner, self.table.numbers(column))
        dated = convert(moments, wanted, manner)
        found = convert(cells.set(moments.is_not_null(), None), wanted, manner)
        if dated is None or found is None:
            return None
        values = found.values.zip_with(moments.is_null(), dated.values)
        return Converted(values.alias(cells.name), found.lost)

    def _is_ambiguous(self, name: str, cells: pl.Series, wanted: Type, manner: Manner) -> bool:
        """Return whether a date column needs a format, which is complained of then."""
        if wanted.kind not in (Kind.DATE, Kind.INSTANT) or manner.format is not None:
            return False
        if cells.dtype != pl.String:
            return False
        moments = self.table.moments(cells.name)
        bare = cells if moments is None else cells.set(moments.is_not_null(), None)
        readings = day_month_readings(known_texts(bare, manner))
        if readings is None:
            return False
        where = self.table.place(cells.name)
        kind = wanted.kind.value
        found = ambiguous_date(name, kind, readings.example, readings.formats, where)
        self.errors.append(found)
        return True

    def _place(self, name: str, declared: Field, manner: Manner) -> pl.Series:
        latitude, longitude = declared.latitude or "", declared.longitude or ""
        degrees = [
            self._converted(name, column, NUMBER, manner) for column in (latitude, longitude)
        ]
        if self.errors:
            return degrees[0]
        values, lost = place(degrees[0], degrees[1], name)
        if lost.any():
            pairs = pl.concat_str(
                pl.lit(degrees[0]).cast(pl.String),
                pl.lit(", "),
                pl.lit(degrees[1]).cast(pl.String),
            )
            cells = pl.select(pairs).to_series()
            self._count(name, None, lost, cells, latitude, manner)
        return values

    def _count(
        self,
        name: str,
        wanted: Type | None,
        lost: pl.Series,
        cells: pl.Series,
        column: str,
        manner: Manner,
        *,
        is_all: bool = False,
    ) -> None:
        """Say which cells do not fit a type, or a place; that none of the key does is an error."""
        rows = lost.arg_true().head(_SHOWN).to_list()
        examples = tuple((self.table.row(i), _as_written(cells[i])) for i in rows)
        total = cells.len() - cells.null_count()
        place_name = self.table.place(column)
        odd = _unfit(cells.filter(lost.fill_null(False)).head(_LOOKED_AT), wanted, manner)
        different = odd.unique(maintain_order=True).head(_DIFFERENT)
        counted = LostCells(
            name,
            str(wanted or "place on Earth"),
            examples,
            int(lost.sum()),
            total,
            place_name,
            tuple(map(str, different.to_list())),
            _settings(self.catalog.customers.fields[name]),
            manner.decimal,
            is_all,
        )
        if self.strict:
            self.errors.append(strict_cells(counted))
        elif is_all and name == self.catalog.customers.key:
            self.errors.append(no_cell_fits(counted))
        else:
            self.notices.append(unconverted_cells(counted))


def _either(lost: pl.Series | None, failed: pl.Series) -> pl.Series:
    return failed if lost is None else lost | failed


def _beside(cells: pl.Series, failed: pl.Series) -> pl.Series:
    """Return cells as texts, the errors of formulas among them."""
    if cells.dtype.is_nested():
        return failed
    return cells.cast(pl.String).zip_with(failed.is_null(), failed)


def _as_written(cell: object) -> str:
    """Return a cell as text, a list as a rule would write it."""
    if isinstance(cell, pl.Series):
        return f"({', '.join(map(scalar, cell.to_list()))})"
    return str(cell)


def _unfit(cells: pl.Series, wanted: Type | None, manner: Manner) -> pl.Series:
    """Return the cells that do not fit a type; of lists those elements that do not."""
    if wanted is None or not isinstance(cells.dtype, (pl.List, pl.Array)):
        return cells
    items = cells.explode(empty_as_null=True).drop_nulls()
    found = convert(items, wanted.element, replace(manner, is_blank_missing=False))
    return items.filter(found.lost) if found is not None and found.lost is not None else items
