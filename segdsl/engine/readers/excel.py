"""Excel sheets: numbers, dates and yes/no as the cells have them, the rest as text."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any

import polars as pl

from segdsl.diagnostics.catalog_errors import other_sheets
from segdsl.diagnostics.data_errors import empty_data, unreadable_data
from segdsl.diagnostics.wording import near_help
from segdsl.engine.conversion import whole_if_all
from segdsl.engine.readers.table import NUMBERS, one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from segdsl.diagnostics import Diagnostic

_NUMBER = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"  # as a number cell among texts is spelt
_DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) "  # as a date cell among texts begins
_MOMENT = _DAY + "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_MIDNIGHT = "00:00:00"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a sheet under the names of its first row, and what other sheets there are."""

    frame: pl.DataFrame
    others: tuple[str, ...]


def open_sheet(path: Path, sheet: str | None) -> Sheet:
    """Return the cells of a sheet, the first if none is named.

    Beside a column of texts and numbers stands a hidden one with the numbers. Raises DataError
    when the file or the sheet cannot be read.
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
        name = sheet if sheet is not None else names[0]
        frame = book.load_sheet(name, schema_sample_rows=None).to_polars()
        numbers = _numbers(book, name, frame)
    except (fastexcel.FastExcelError, OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise DataError((unreadable_data(one_line(error), place),)) from None
    others = tuple(other for other in names if other != name)
    if frame.width == 0:
        raise DataError((empty_data(place, help=other_sheets(others)),))
    return Sheet(frame.select(*map(_as_meant, frame.get_columns()), *numbers), others)


def _no_sheet(sheet: str | None, names: list[str], place: str) -> Diagnostic:
    help = near_help(sheet or "", names, "sheet")
    return unreadable_data(f"the file has no sheet `{sheet}`", place, help=help)


def _numbers(book: Any, sheet: str, frame: pl.DataFrame) -> list[pl.Series]:
    """Return the numbers among the cells of columns of texts and numbers.

    The reader's texts do not tell the number 1.5 from the text `1.5`, and shorten long numbers.
    Read as yes/no, numbers are something and texts nothing. `Any`: the reader has no types.
    """
    mixed = [
        column.name
        for column in frame.get_columns()
        if column.dtype == pl.String and column.str.contains(_NUMBER).any()
    ]
    if not mixed:
        return []
    as_bool, as_float = (
        book.load_sheet(
            sheet,
            schema_sample_rows=None,
            use_columns=mixed,
            dtypes=dict.fromkeys(mixed, dtype),
        ).to_polars()
        for dtype in ("boolean", "float")
    )
    found: list[pl.Series] = []
    for name in mixed:
        is_number = as_bool[name].is_not_null() & ~frame[name].is_in(["true", "false"])
        if is_number.any():
            values = as_float[name].set(~is_number.fill_null(False), None)
            found.append(values.alias(name + NUMBERS))
    return found


def _as_meant(column: pl.Series) -> pl.Series:
    """Return whole numbers as such and days as dates, for a sheet knows neither."""
    if column.dtype.is_float():
        return whole_if_all(column)
    if isinstance(column.dtype, pl.Datetime) and (column.dt.time() == time(0)).all():
        return column.dt.date()
    if column.dtype == pl.String:
        moments = column.filter(column.str.contains(_MOMENT))
        if moments.len() and moments.str.ends_with(_MIDNIGHT).all():
            return column.str.replace(f"{_DAY}{_MIDNIGHT}$", "${1}")
    return column
