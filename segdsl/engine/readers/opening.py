"""Data of any kind to an opened table: files by their format, frames as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import polars as pl

from segdsl.diagnostics.catalog_errors import no_source
from segdsl.diagnostics.data_errors import empty_data, unreadable_data
from segdsl.engine.known_files import FileState
from segdsl.engine.readers.delimited import open_delimited
from segdsl.engine.readers.excel import open_sheet
from segdsl.engine.readers.footers import arrow_names, uuid_columns
from segdsl.engine.readers.formats import Format, recognise
from segdsl.engine.readers.json_lines import open_json_lines
from segdsl.engine.readers.paths import find_files
from segdsl.engine.readers.table import READ_ERRORS, Part, Table, one_line
from segdsl.engine.readers.together import together
from segdsl.engine.readers.typed import typed_table, uuids_of
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.catalog.models import Table as Declared


def open_data(
    catalog: Catalog,
    data: object | None = None,
    *,
    what: str = "customer data",
    may_be_blank: bool = False,
) -> Table:
    """Return the customers' data opened: those given, else the catalog's own source.

    `data` is a path, folder or pattern, a Polars frame, a mapping of columns, or anything with the
    Arrow stream interface (pandas, PyArrow, DuckDB); an opened table is returned as it is. `what`
    they are called where they have no name. If they `may_be_blank`, a file of JSON Lines may hold
    none, and is then a table without columns. Raises DataError for data that cannot be read and
    TypeError for anything else.
    """
    if isinstance(data, Table):
        return data
    if data is None:
        source = catalog.customers.source
        if source is None:
            raise DataError((no_source(),))
        return _open_files(source, catalog.folder, catalog, may_be_blank=may_be_blank)
    if isinstance(data, (str, Path)):
        return _open_files(data, None, catalog, may_be_blank=may_be_blank)
    return _open_frame(data, what)


def _open_frame(data: object, what: str) -> Table:
    if isinstance(data, pl.LazyFrame):
        frame = data
    elif isinstance(data, pl.DataFrame):
        frame = data.lazy()
    elif isinstance(data, Mapping):
        frame = _from_columns(data, what).lazy()
    elif hasattr(data, "__arrow_c_stream__"):
        try:
            frame = pl.DataFrame(data).lazy()
        except Exception as error:  # any producer's own kind of exception
            raise DataError((unreadable_data(one_line(error), what),)) from None
    else:
        raise TypeError(
            f"{what} are a path, a frame, a mapping or an object with `__arrow_c_stream__`,"
            f" not {type(data).__name__}"
        )
    table = typed_table(Part(what, frame), what, uuids=partial(uuids_of, data))
    return replace(table, is_scanned=not isinstance(data, pl.LazyFrame))


def _from_columns(data: Mapping[str, object], what: str) -> pl.DataFrame:
    try:
        return pl.DataFrame(data, strict=False, infer_schema_length=None)
    except READ_ERRORS as error:
        raise DataError((unreadable_data(one_line(error), what),)) from None


def _open_files(
    source: str | Path, folder: Path | None, catalog: Catalog, *, may_be_blank: bool
) -> Table:
    files = find_files(source, folder)
    name = str(files[0]) if len(files) == 1 else str(source)
    formats = {file: recognise(file, catalog.customers.encoding) for file in files}
    kinds = sorted({str(found) for found in formats.values()})
    if len(kinds) > 1:
        reason = f"the files are of several formats: {', '.join(kinds)}"
        raise DataError((unreadable_data(reason, name),))
    tables = [_at(file, formats[file], catalog) for file in files]
    blank = [table for table in tables if table.is_blank]
    if blank and not may_be_blank:
        raise DataError((empty_data(blank[0].name, is_json=True),))
    filled = [table for table in tables if table not in blank] if blank else tables
    return together(filled or tables[:1], name)


def _at(path: Path, format: Format, catalog: Catalog) -> Table:
    state = FileState.of(path)
    table = _open_file(path, format, catalog)
    parts = tuple(replace(part, path=path.absolute(), state=state) for part in table.parts)
    return replace(table, parts=parts)


def _open_file(path: Path, format: Format, catalog: Catalog) -> Table:
    # Polars takes a tilde at the beginning of a relative path for a folder
    place, source = str(path), path.absolute()
    if format in (Format.IPC, Format.IPC_STREAM):
        _demand_single_names(path, format)
    match format:
        case Format.CSV:
            return _delimited(path, catalog.customers)
        case Format.EXCEL:
            return _sheet(path, catalog.customers.sheet)
        case Format.JSON_LINES:
            part = Part(path.name, open_json_lines(path, catalog).lazy())
            return typed_table(part, place, is_text=True)
        case Format.PARQUET:
            frame = pl.scan_parquet(source, glob=False)
        case Format.IPC:
            frame = pl.scan_ipc(source, glob=False)
        case Format.IPC_STREAM:
            frame = _ipc_stream(source, place)
        case _:
            assert_never(format)
    part = Part(path.name, frame, parquet=source if format is Format.PARQUET else None)
    table = typed_table(part, place, uuids=partial(uuid_columns, path, format))
    return replace(table, is_scanned=format is not Format.IPC_STREAM)


def _demand_single_names(path: Path, format: Format) -> None:
    """Raise DataError if several columns of an Arrow file have one name: Polars cannot read it."""
    counts = Counter(arrow_names(path, format))
    repeated = [f"`{name}`" for name, count in counts.items() if count > 1]
    if repeated:
        reason = f"several columns of the file are named {' and '.join(repeated)}"
        help = ("each column of an Arrow file needs a name of its own to be read",)
        raise DataError((unreadable_data(reason, str(path), help=help),))


def _sheet(path: Path, name: str | None) -> Table:
    sheet = open_sheet(path, name)
    part = Part(path.name, sheet.frame.lazy(), sheet.rows)
    table = typed_table(part, str(path), is_text=True, is_blank_missing=True, first_row=2)
    return replace(table, sheets=sheet.others, repeated=table.repeated | sheet.repeated)


def _ipc_stream(path: Path, place: str) -> pl.LazyFrame:
    try:
        return pl.read_ipc_stream(path).lazy()
    except READ_ERRORS as error:
        raise DataError((unreadable_data(one_line(error), place),)) from None


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
