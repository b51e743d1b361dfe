"""Excel sheets: numbers, dates and yes/no as the cells have them, the rest as text."""

from __future__ import annotations

import logging
from datetime import time
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.data_errors import empty_data, unreadable_data
from segdsl.diagnostics.wording import near_help
from segdsl.engine.conversion import whole_if_all
from segdsl.engine.readers.table import one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from segdsl.diagnostics import Diagnostic


def open_sheet(path: Path, sheet: str | None) -> pl.DataFrame:
    """Return the cells of a sheet, the first if none is named, under the names of its first row.

    Raises DataError when the file or the sheet cannot be read.
    """
    import fastexcel

    # its advice about empty columns is not for the people who run rules
    logger = logging.getLogger("fastexcel")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    place = str(path)
    try:
        book = fastexcel.read_excel(path)
        names = list(book.sheet_names)
        if not names or (sheet is not None and sheet not in names):
            raise DataError((_no_sheet(sheet, names, place),))
        found = book.load_sheet(sheet if sheet is not None else names[0], schema_sample_rows=None)
        frame = found.to_polars()
    except (fastexcel.FastExcelError, OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise DataError((unreadable_data(one_line(error), place),)) from None
    if frame.width == 0:
        raise DataError((empty_data(place),))
    return frame.select(_as_meant(column) for column in frame.get_columns())


def _no_sheet(sheet: str | None, names: list[str], place: str) -> Diagnostic:
    help = near_help(sheet or "", names, "sheet")
    return unreadable_data(f"the file has no sheet `{sheet}`", place, help=help)


def _as_meant(column: pl.Series) -> pl.Series:
    """Return whole numbers as such and days as dates, for a sheet knows neither."""
    if column.dtype.is_float():
        return whole_if_all(column)
    if isinstance(column.dtype, pl.Datetime) and (column.dt.time() == time(0)).all():
        return column.dt.date()
    return column
