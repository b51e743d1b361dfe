"""Data of any kind to an opened table: files by their format, frames as they are."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import polars as pl

from segdsl.diagnostics.catalog_errors import no_source
from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.engine.readers.delimited import open_delimited
from segdsl.engine.readers.excel import open_sheet
from segdsl.engine.readers.formats import Format, recognise
from segdsl.engine.readers.json_lines import open_json_lines
from segdsl.engine.readers.paths import find_files
from segdsl.engine.readers.table import NUMBERS, READ_ERRORS, Part, Table, one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.catalog.models import Table as Declared

_UUID = "arrow.uuid"


def open_data(catalog: Catalog, data: object | None = None) -> Table:
    """Return the customers' data opened: those given, else the catalog's own source.

    `data` is a path, folder or pattern, a Polars frame, a mapping of columns, or anything with the
    Arrow stream interface (pandas, PyArrow, DuckDB); an opened table is returned as it is. Raises
    DataError for data that cannot be read and TypeError for anything else.
    """
    if isinstance(data, Table):
        return data
    if data is None:
        source = catalog.customers.source
        if source is None:
            raise DataError((no_source(),))
        return _open_files(source, catalog.folder, catalog.customers)
    if isinstance(data, (str, Path)):
        return _open_files(data, None, catalog.customers)
    return _open_frame(data)


def _open_frame(data: object) -> Table:
    if isinstance(data, pl.LazyFrame):
        frame = data
    elif isinstance(data, pl.DataFrame):
        frame = data.lazy()
    elif isinstance(data, Mapping):
        frame = _from_columns(data).lazy()
    elif hasattr(data, "__arrow_c_stream__"):
        try:
            frame = _with_uuid_texts(pl.DataFrame(data), data).lazy()
        except Exception as error:  # any producer's own kind of exception
            raise DataError((unreadable_data(one_line(error), "customer data"),)) from None
    else:
        raise TypeError(
            "customer data are a path, a frame, a mapping or an object with `__arrow_c_stream__`,"
            f" not {type(data).__name__}"
        )
    return _typed((Part("customer data", frame),), "customer data")


def _with_uuid_texts(frame: pl.DataFrame, data: object) -> pl.DataFrame:
    """Return the frame with the uuids of an Arrow table as their 36 lower-case characters."""
    schema = getattr(data, "schema", None)
    types = dict(zip(getattr(schema, "names", ()), getattr(schema, "types", ()), strict=False))
    names = [name for name, found in types.items() if getattr(found, "extension_name", "") == _UUID]
    shape = r"^(.{8})(.{4})(.{4})(.{4})(.{12})$"
    texts = [pl.col(name).bin.encode("hex") for name in names]
    return frame.with_columns(text.str.replace(shape, "${1}-${2}-${3}-${4}-${5}") for text in texts)


def _from_columns(data: Mapping[str, object]) -> pl.DataFrame:
    try:
        return pl.DataFrame(data, strict=False, infer_schema_length=None)
    except READ_ERRORS as error:
        raise DataError((unreadable_data(one_line(error), "customer data"),)) from None


def _open_files(source: str | Path, folder: Path | None, settings: Declared) -> Table:
    files = find_files(source, folder)
    name = str(files[0]) if len(files) == 1 else str(source)
    formats = {file: recognise(file) for file in files}
    kinds = sorted({str(found) for found in formats.values()})
    if len(kinds) > 1:
        reason = f"the files are of several formats: {', '.join(kinds)}"
        raise DataError((unreadable_data(reason, name),))
    tables = [_open_file(file, formats[file], settings) for file in files]
    for other in tables[1:]:
        _demand_same_columns(tables[0], other, name)
    first = tables[0]
    if len(tables) == 1:
        return first
    return Table(
        name=name,
        parts=tuple(part for table in tables for part in table.parts),
        columns=first.columns,
        is_text=first.is_text,
        is_blank_missing=first.is_blank_missing,
        first_row=first.first_row,
        repeated=frozenset().union(*(table.repeated for table in tables)),
    )


def _demand_same_columns(first: Table, other: Table, place: str) -> None:
    lacking = [name for name in first.columns if name not in other.columns]
    extra = [name for name in other.columns if name not in first.columns]
    if not lacking and not extra:
        return
    what = "lacks" if lacking else "also has"
    listed = ", ".join(f"`{name}`" for name in (lacking or extra)[:5])
    reason = f"`{other.parts[0].name}` {what} {listed}, unlike `{first.parts[0].name}`"
    help = ("files of one folder or pattern are read as one table with the same columns",)
    raise DataError((unreadable_data(reason, place, help=help),))


def _open_file(path: Path, format: Format, settings: Declared) -> Table:
    match format:
        case Format.CSV:
            return _delimited(path, settings)
        case Format.EXCEL:
            sheet = open_sheet(path, settings.sheet)
            part = Part(path.name, sheet.frame.lazy())
            table = _typed((part,), str(path), is_text=True, is_blank_missing=True, first_row=2)
            return replace(table, sheets=sheet.others)
        case Format.JSON_LINES:
            return _typed((Part(path.name, open_json_lines(path).lazy()),), str(path), is_text=True)
        case Format.PARQUET:
            return _typed((Part(path.name, pl.scan_parquet(path, glob=False)),), str(path))
        case Format.IPC:
            return _typed((Part(path.name, pl.scan_ipc(path, glob=False)),), str(path))
        case Format.IPC_STREAM:
            return _typed((Part(path.name, _ipc_stream(path)),), str(path))
        case _:
            assert_never(format)


def _ipc_stream(path: Path) -> pl.LazyFrame:
    try:
        return pl.read_ipc_stream(path).lazy()
    except READ_ERRORS as error:
        raise DataError((unreadable_data(one_line(error), str(path)),)) from None


def _delimited(path: Path, settings: Declared) -> Table:
    found = open_delimited(path, settings.encoding, settings.delimiter)
    counts = Counter(found.names)
    places = {name: i for i, name in reversed(tuple(enumerate(found.names))) if name}
    columns = tuple(name for name in dict.fromkeys(found.names) if name)
    return Table(
        name=str(path),
        parts=(
            Part(path.name, found.frame.select(pl.col(f"c{places[n]}").alias(n) for n in columns)),
        ),
        columns=columns,
        is_text=True,
        is_blank_missing=True,
        first_row=2,
        repeated=frozenset(name for name, count in counts.items() if count > 1),
    )


def _typed(
    parts: tuple[Part, ...],
    name: str,
    *,
    is_text: bool = False,
    is_blank_missing: bool = False,
    first_row: int = 1,
) -> Table:
    """Return a table of parts with column types, nested fields under their dotted names."""
    flat = tuple(Part(part.name, _flattened(part.frame, name)) for part in parts)
    names = flat[0].frame.collect_schema().names()
    columns = tuple(name for name in names if not name.endswith(NUMBERS))
    return Table(name, flat, columns, is_text, is_blank_missing, first_row)


def _flattened(frame: pl.LazyFrame, place: str) -> pl.LazyFrame:
    """Return the columns under names in normal form C, and the fields of structs as `a.b`."""
    try:
        schema = frame.collect_schema()
    except READ_ERRORS as error:
        raise DataError((unreadable_data(one_line(error), place),)) from None
    found: dict[str, pl.Expr] = {}
    nested: list[tuple[str, pl.Expr, pl.Struct]] = []
    for raw, dtype in schema.items():
        name = unicodedata.normalize("NFC", raw)
        if isinstance(dtype, pl.Struct):
            nested.append((name, pl.col(raw), dtype))
        elif name:
            found.setdefault(name, pl.col(raw))
    while nested:
        name, column, struct = nested.pop(0)
        for inner in struct.fields:
            path = f"{name}.{unicodedata.normalize('NFC', inner.name)}"
            value = column.struct.field(inner.name)
            if isinstance(inner.dtype, pl.Struct):
                nested.append((path, value, inner.dtype))
            else:
                found.setdefault(path, value)
    return frame.select(value.alias(name) for name, value in found.items())
