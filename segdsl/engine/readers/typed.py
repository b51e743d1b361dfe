"""Data whose columns have types: nested fields under dotted names, uuids as texts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.engine.readers.hidden import is_hidden
from segdsl.engine.readers.table import READ_ERRORS, Part, Table, one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segdsl.engine.readers.footers import Columns

_Column: TypeAlias = "tuple[tuple[str, ...], pl.Expr, pl.DataType]"

_UUID = "arrow.uuid"
_BYTES = 16
_SHAPE = r"^(.{8})(.{4})(.{4})(.{4})(.{12})$"


def typed_table(
    part: Part,
    name: str,
    *,
    is_text: bool = False,
    is_blank_missing: bool = False,
    first_row: int = 1,
    uuids: Callable[[], Columns] = frozenset,
) -> Table:
    """Return a table with column types; `uuids` tells which columns of bytes hold uuids.

    A name that several columns have, in normal form C, is repeated, and the first of them is there.
    Raises DataError for data that cannot be read.
    """
    try:
        schema = part.frame.collect_schema()
    except READ_ERRORS as error:
        raise DataError((unreadable_data(one_line(error), name),)) from None
    found = tuple(_flattened(schema, uuids))
    counts = Counter(path for path, _ in found)
    columns = {path: value.alias(path) for path, value in reversed(found)}
    names = tuple(path for path in counts if not is_hidden(path))
    return Table(
        name,
        (replace(part, frame=part.frame.select(columns[path] for path in counts)),),
        names,
        is_text,
        is_blank_missing,
        first_row,
        frozenset(path for path in names if counts[path] > 1),
    )


def _flattened(schema: pl.Schema, uuids: Callable[[], Columns]) -> Iterator[tuple[str, pl.Expr]]:
    """Give the columns under names in normal form C, and the fields of structs as `a.b`."""
    waiting: list[_Column] = [((raw,), pl.col(raw), of) for raw, of in schema.items() if raw]
    nested: list[_Column] = []
    known: Columns | None = None
    while waiting:
        for path, value, dtype in waiting:
            if isinstance(dtype, pl.Struct):
                nested += [
                    ((*path, inner.name), value.struct.field(inner.name), _of(inner))
                    for inner in dtype.fields
                ]
                continue
            if dtype == pl.Binary:
                known = uuids() if known is None else known
                value = _uuid_text(value) if path in known else value
            yield unicodedata.normalize("NFC", ".".join(path)), value
        waiting, nested = nested, []


def _of(field: pl.Field) -> pl.DataType:
    return field.dtype if isinstance(field.dtype, pl.DataType) else field.dtype()


def _uuid_text(value: pl.Expr) -> pl.Expr:
    """Return the 36 lower-case characters of uuids."""
    digits = value.bin.encode("hex")
    return digits.str.replace(_SHAPE, "${1}-${2}-${3}-${4}-${5}")


def uuids_of(data: object) -> Columns:
    """Return the columns of a PyArrow table that are of sixteen bytes, none for other data."""
    schema = getattr(data, "schema", None)
    names, types = getattr(schema, "names", None), getattr(schema, "types", None)
    if not isinstance(names, list) or not isinstance(types, list):
        return frozenset()
    return frozenset(
        (name,)
        for name, found in zip(names, types, strict=True)
        if getattr(found, "extension_name", "") == _UUID or _width(found) == _BYTES
    )


def _width(found: object) -> object:
    """Return the bytes of each cell of a type of PyArrow; None where they differ."""
    try:
        return getattr(found, "byte_width", None)
    except ValueError:
        return None
