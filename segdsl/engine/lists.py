"""Lists that rules read from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.catalog import Catalog
from segdsl.diagnostics import codes
from segdsl.engine.readers import open_data
from segdsl.engine.readers.encodings import likely
from segdsl.engine.readers.paths import why_missing
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from segdsl.diagnostics import Diagnostic
    from segdsl.plan.nodes import Scalar


def read_list(path: Path, column: str | None) -> tuple[tuple[Scalar, ...], str | None]:
    """Return the known cells of a list file's column, or why they cannot be read.

    Without a column the file's first one is read. Texts come back as they are.
    """
    reason = why_missing(path)
    if reason is not None or not path.is_file():
        return (), reason or "there is no such file"
    try:
        table = open_data(Catalog(), path)
        if not table.columns:
            return (), "no column has a name"
        name = column if column is not None else table.columns[0]
        cells = table.load((name,), "the list").cells[name].drop_nulls().unique()
    except DataError as error:
        first = error.diagnostics[0]
        return (), "; ".join((first.message, *_remedies(first, path)))
    return tuple(cell for cell in cells.sort().to_list() if cell != ""), None


def _remedies(complaint: Diagnostic, path: Path) -> tuple[str, ...]:
    """Return what helps for a list file, which settings of the catalog and options do not reach."""
    if complaint.code is codes.WRONG_ENCODING:
        names = " or ".join(f"`{name}`" for name in likely(path.read_bytes()))
        reads = (f"it reads well as {names}",) if names else ()
        return (*reads, "saved as UTF-8 it can be read")
    first_sheet = "of an Excel file the first sheet is read"
    notes = (first_sheet if "`sheet`" in note else note for note in complaint.help)
    return tuple(note for note in notes if "catalog" not in note)
