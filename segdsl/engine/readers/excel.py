"""Excel sheets: numbers, dates and yes/no as the cells have them, the rest as text."""

from __future__ import annotations

import logging
import re
from collections import Counter
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any

import polars as pl

from segdsl.diagnostics.catalog_errors import other_sheets
from segdsl.diagnostics.data_errors import empty_data, unreadable_data
from segdsl.diagnostics.wording import near_help
from segdsl.engine.conversion import whole_if_all
from segdsl.engine.readers.delimited import header_names
from segdsl.engine.readers.failures import failures
from segdsl.engine.readers.hidden import FAILURES, MOMENTS, NUMBERS
from segdsl.engine.readers.table import one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from segdsl.diagnostics import Diagnostic

_NUMBER = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"  # as a number cell among texts is spelt
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"  # as a date cell is
_MIDNIGHT = " 00:00:00"
_MADE_UP = re.compile(r"__UNNAMED__[0-9]+|(.*)_[0-9]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a sheet under the names of its first row, and what other sheets there are.

    `repeated` are the names that several columns have, of which the first is there; `rows` are the
    numbers of the rows, None where none is left out as blank.
    """

    frame: pl.DataFrame
    others: tuple[str, ...]
    repeated: frozenset[str] = frozenset()
    rows: pl.Series | None = None


def open_sheet(path: Path, sheet: str | None) -> Sheet:
    """Return the cells of a sheet, the first if none is named, without blank rows.

    Beside a column of texts and numbers or dates stand hidden ones with the numbers and the dates.
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
        name = sheet if sheet is not None else names[0]
        frame = book.load_sheet(name, schema_sample_rows=None).to_polars()
        titles = _titles(book, name, frame.columns)
        among = (*_among_texts(book, name, frame), failures(path, name, frame))
    except (fastexcel.FastExcelError, OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise DataError((unreadable_data(one_line(error), place),)) from None
    others = tuple(other for other in names if other != name)
    if frame.width == 0:
        raise DataError((empty_data(place, help=other_sheets(others)),))
    header = header_names(titles, place)
    counts = Counter(header)
    columns: dict[str, pl.Series] = {}
    for title, column in zip(header, frame.get_columns(), strict=True):
        if title and title not in columns:
            columns |= _cells(title, column, *(found.get(column.name) for found in among))
    repeated = frozenset(title for title, count in counts.items() if title and count > 1)
    frame = frame.with_columns(found.alias(name + FAILURES) for name, found in among[-1].items())
    return _without_blank_rows(frame, Sheet(pl.DataFrame(columns), others, repeated))


def _no_sheet(sheet: str | None, names: list[str], place: str) -> Diagnostic:
    help = near_help(sheet or "", names, "sheet")
    return unreadable_data(f"the file has no sheet `{sheet}`", place, help=help)


def _titles(book: Any, sheet: str, names: list[str]) -> list[str]:
    """Return the names of the columns as the first row has them, empty where it has none.

    The reader makes up names for empty cells and for names that repeat. `Any`: it has no types.
    """
    found = (_MADE_UP.fullmatch(name) for name in names)
    if not any(one is not None and (one[1] is None or one[1] in names) for one in found):
        return names
    first = book.load_sheet(sheet, header_row=None, n_rows=1, dtypes="string").to_polars()
    cells = ["" if cell is None else str(cell) for cell in first.row(0)] if first.height else []
    return [cell.removesuffix(_MIDNIGHT) for cell in cells] if len(cells) == len(names) else names


def _among_texts(
    book: Any, sheet: str, frame: pl.DataFrame
) -> tuple[dict[str, pl.Series], dict[str, pl.Series]]:
    """Return the numbers and the dates among the cells of columns that also have texts.

    The reader's texts do not tell the number 1.5 from the text `1.5`, and shorten long numbers.
    Read as yes/no, numbers are something and texts nothing; read as durations, dates are something.
    """
    texts = [column for column in frame.get_columns() if column.dtype == pl.String]
    mixed = [column.name for column in texts if column.str.contains(_NUMBER).any()]
    dated = [column.name for column in texts if column.str.contains(_MOMENT).any()]
    numbers: dict[str, pl.Series] = {}
    if mixed:
        is_something, values = (_read_as(book, sheet, mixed, d) for d in ("boolean", "float"))
        for name in mixed:
            is_one = is_something[name].is_not_null() & ~frame[name].is_in(["true", "false"])
            numbers |= _marked(values[name], is_one)
    moments: dict[str, pl.Series] = {}
    if dated:
        is_something, values = (_read_as(book, sheet, dated, d) for d in ("duration", "datetime"))
        for name in dated:
            is_one = is_something[name].is_not_null() & frame[name].str.contains(_MOMENT)
            moments |= _marked(values[name], is_one)
    return numbers, moments


def _read_as(book: Any, sheet: str, names: list[str], dtype: str) -> pl.DataFrame:
    """Return some columns read as one type, null where a cell is of another."""
    dtypes = dict.fromkeys(names, dtype)
    found = book.load_sheet(sheet, schema_sample_rows=None, use_columns=names, dtypes=dtypes)
    frame: pl.DataFrame = found.to_polars()
    return frame


def _marked(values: pl.Series, is_one: pl.Series) -> dict[str, pl.Series]:
    """Return the values that are what was looked for, under their column's name."""
    is_one = is_one.fill_null(False)
    return {values.name: values.set(~is_one, None)} if is_one.any() else {}


def _cells(
    title: str,
    column: pl.Series,
    numbers: pl.Series | None,
    moments: pl.Series | None,
    failed: pl.Series | None,
) -> dict[str, pl.Series]:
    """Return a column, and the hidden ones beside it, whole numbers and days as such.

    A sheet knows neither: its numbers have a point, and its days a time.
    """
    if column.dtype.is_float():
        column = whole_if_all(column)
    elif isinstance(column.dtype, pl.Datetime) and (column.dt.time() == time(0)).all():
        column = column.dt.date()
    elif moments is not None and (moments.dt.time() == time(0)).all():
        column = column.zip_with(moments.is_null(), column.str.strip_suffix(_MIDNIGHT))
    hidden = ((NUMBERS, numbers), (MOMENTS, moments), (FAILURES, failed))
    return {title: column} | {title + end: found for end, found in hidden if found is not None}


def _without_blank_rows(cells: pl.DataFrame, sheet: Sheet) -> Sheet:
    """Return a sheet without the rows in which no column of it has anything."""
    filled = [
        pl.col(name).is_not_null() & (pl.col(name) != "" if dtype == pl.String else True)
        for name, dtype in cells.schema.items()
    ]
    is_filled = cells.select(pl.any_horizontal(filled)).to_series()
    if is_filled.all():
        return sheet
    rows = is_filled.arg_true()
    return Sheet(sheet.frame.filter(is_filled), sheet.others, sheet.repeated, rows)
