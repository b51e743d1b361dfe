"""Columns of large files that are read a batch at a time instead of whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.types import Kind
from segdsl.diagnostics.data_errors import changed_data, unreadable_data
from segdsl.engine.batches import Stream
from segdsl.engine.conversion import Manner, convert
from segdsl.engine.readers.table import READ_ERRORS, one_line
from segdsl.engine.readers.windows import read_by
from segdsl.engine.witness import Witness
from segdsl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection

    from segdsl.catalog import Catalog, Field
    from segdsl.engine.readers.table import Table

_WHOLE_TYPES = (pl.UInt64, pl.Int128, pl.UInt128)  # whose canonical type depends on the values


def streamed_fields(catalog: Catalog, table: Table, names: Collection[str]) -> frozenset[str]:
    """Return those fields whose cells can be read without knowing the others of their column.

    They stand in a file whose columns have types, and each cell fits the type of the field.
    """
    if not table.is_scanned:
        return frozenset()
    schemas = [part.frame.collect_schema() for part in table.parts]
    found: set[str] = set()
    for name in names:
        declared = catalog.customers.fields.get(name)
        column = column_of(catalog, name)
        if declared is None or column not in table.columns or column in table.repeated:
            continue
        types = {schema[column] for schema in schemas}
        if len(types) == 1 and _always_fits(declared, types.pop()):
            found.add(name)
    return frozenset(found)


def column_of(catalog: Catalog, name: str) -> str:
    """Return the column that a field is read from."""
    declared = catalog.customers.fields.get(name)
    return (declared.column if declared else None) or name


def _always_fits(declared: Field, dtype: pl.DataType) -> bool:
    match declared.value_type.kind if declared.type != "place" else Kind.PLACE:
        case Kind.TEXT:
            return dtype == pl.String
        case Kind.NUMBER:
            is_plain = dtype.is_integer() or dtype.is_float()
            return is_plain and dtype not in _WHOLE_TYPES
        case Kind.YESNO:
            return dtype == pl.Boolean
        case Kind.DATE:
            return dtype == pl.Date
        case Kind.INSTANT:
            return isinstance(dtype, pl.Datetime)
        case _:
            return False


def stream_of(
    catalog: Catalog,
    table: Table,
    names: frozenset[str],
    height: int,
    most: int | None = None,
) -> Stream:
    """Return the named fields of a table as a stream (see `streamed_fields`).

    Its frames raise DataError for data that cannot be read, or have not so many rows any more. At
    most so many rows are read at once, or as many as files hold in one piece; if it is not said,
    Polars decides.
    """
    fields, is_blank_missing = catalog.customers.fields, table.is_blank_missing
    witness = Witness()

    def manner_of(declared: Field) -> Manner:
        return Manner.of(catalog, declared, is_blank_missing=is_blank_missing)

    def canonical(name: str, cells: pl.Series) -> pl.Series:
        declared = fields[name]
        manner = manner_of(declared)
        found = convert(cells, declared.value_type, manner)
        if found is None:
            raise TypeError(f"`{name}` cannot be read from {cells.dtype}")
        witness.compare(name, cells, found.values)
        return found.values

    def frames(rows: int) -> Iterator[pl.DataFrame]:
        columns = [pl.col(column_of(catalog, name)).alias(name) for name in sorted(names)]
        parts = [replace(part, frame=part.frame.select(columns)) for part in table.parts]
        seen = 0
        try:
            for frame in _of_size(read_by(parts, rows, most), rows):
                seen += frame.height
                if seen <= height:
                    yield frame
        except READ_ERRORS as error:
            raise DataError((unreadable_data(one_line(error), table.name),)) from None
        if seen != height:  # a file that is cut off while it is read may end without an error
            raise DataError((changed_data(height, seen, table.name),))

    plain = (name for name in names if not manner_of(fields[name]).missing)
    return Stream(names, frozenset(plain), frames, canonical, witness)


def _of_size(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Yield the same rows, so many a frame but for the last."""
    waiting: list[pl.DataFrame] = []
    height = 0
    for frame in frames:
        waiting.append(frame)
        height += frame.height
        if height >= rows:
            whole = pl.concat(waiting) if len(waiting) > 1 else frame
            full = height - height % rows
            for first in range(0, full, rows):
                yield whole.slice(first, rows)
            height -= full
            waiting = [whole.slice(full)] if height else []
    if height:
        yield pl.concat(waiting)
