"""Lists that rules read from files."""

from __future__ import annotations

from pathlib import Path

from segdsl.catalog import Catalog
from segdsl.engine.readers import open_data
from segdsl.errors import DataError
from segdsl.plan.nodes import Scalar


def read_list(path: Path, column: str | None) -> tuple[tuple[Scalar, ...], str | None]:
    """Return the known cells of a list file's column, or why they cannot be read.

    Without a column the file's first one is read. Texts come back as they are.
    """
    if not path.is_file():
        return (), "there is no such file"
    try:
        table = open_data(Catalog(), path)
        name = column if column is not None else table.columns[0]
        cells = table.load((name,), "the list").cells[name].drop_nulls().unique()
    except DataError as error:
        first = error.diagnostics[0]
        return (), "; ".join((first.message, *first.help))
    return tuple(cell for cell in cells.sort().to_list() if cell != ""), None
