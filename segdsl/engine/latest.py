"""Which column may tell the latest of several rows of one customer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.types import Kind
from segdsl.diagnostics.data_errors import latest_by_text
from segdsl.engine.cells.spelling import spelt_by_all
from segdsl.engine.conversion import Manner, known_texts
from segdsl.engine.guess import guess

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table

_NEW = re.compile(r"updat|modif|chang|edit|version|valid|load|sync|last|güncel|son_", re.IGNORECASE)
_BORN = re.compile(r"birth|born|dob|doğum|dogum", re.IGNORECASE)
_SAMPLE = 1000


def latest_column(table: Table, key: str, catalog: Catalog) -> str | None:
    """Return the field or column of dates or instants that best tells how new a row is.

    None when there is none. Days of birth say nothing; names of changes count before others.
    """
    declared = catalog.customers.fields
    names = [name for name in (*declared, *table.columns) if name != key and not _BORN.search(name)]
    kinds = {
        name: Kind(declared[name].type) if name in declared else _kind(table, name, catalog)
        for name in dict.fromkeys(names)
    }
    for wanted in (
        [name for name in kinds if _NEW.search(name)],
        [name for name in kinds if kinds[name] is Kind.INSTANT],
        list(kinds),
    ):
        found = next((n for n in wanted if kinds[n] in (Kind.DATE, Kind.INSTANT)), None)
        if found is not None:
            return found
    return None


def ordered_as_text(table: Table, name: str | None, catalog: Catalog) -> tuple[Diagnostic, ...]:
    """Return a notice if the latest row is found by texts in a column without a declared type.

    The column has been read; None stands for a catalog that names none.
    """
    if name is None or name in catalog.customers.fields:
        return ()
    manner = Manner.of(catalog, None, is_blank_missing=table.is_blank_missing)
    found = guess(table, name, manner)
    if found.type is None or found.type.kind is not Kind.TEXT:
        return ()
    remedies = found.notice.help if found.notice is not None else ()
    return (latest_by_text(name, found.reason, remedies, table.place(name)),)


def _kind(table: Table, name: str, catalog: Catalog) -> Kind | None:
    """Return the type of a column, judged by its first cells."""
    if name in table.repeated:
        return None
    cells = table.first_cells(name, _SAMPLE)
    if cells is None:
        return None
    if isinstance(cells.dtype, (pl.Date, pl.Datetime)):
        return Kind.DATE if cells.dtype == pl.Date else Kind.INSTANT
    if not table.is_text or cells.dtype != pl.String:
        return None
    manner = Manner.of(catalog, None, is_blank_missing=table.is_blank_missing)
    found = spelt_by_all(known_texts(cells, manner), manner.timezone, manner.decimal)
    return found.kind if found else None
