"""Workbooks of Excel, with texts for what its cells would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from segdsl.engine.cell_forms import FormatError, flat, with_floats

_SHEET = "customers"
_EXCEL_ROWS = 1_048_576
_EXCEL_COLUMNS = 16_384
_EXCEL_TEXT = 32_767
_EXACT_DIGITS = 15  # of a whole number that a cell gives back as it was
_EXCEL_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was


def on_the_clock(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the frame with what the clock showed for instants in columns that lose nothing by it.

    A cell of Excel has no zone, so an hour that the clock showed twice would be the first.
    """
    columns: list[pl.Series] = []
    for name in names:
        dtype = frame.schema[name]
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            shown = frame[name].dt.replace_time_zone(None)
            first = shown.dt.replace_time_zone(dtype.time_zone, ambiguous="earliest")
            columns += [shown] if first.equals(frame[name]) and not _is_changed(shown) else []
    return frame.with_columns(columns)


def _excel_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with texts for what a cell of Excel would change."""
    cells = with_floats(flat(frame))
    lossy = [name for name in cells.columns if _is_changed(cells[name])]
    return cells.with_columns(pl.col(lossy).cast(pl.String)) if lossy else cells


def _is_changed(values: pl.Series) -> bool:
    dtype = values.dtype
    if dtype.is_integer():
        return bool((values.cast(pl.Int128).abs() >= 10**_EXACT_DIGITS).any())
    if dtype == pl.Date:
        return bool((values < _EXCEL_FIRST_DAY).any())
    if isinstance(dtype, pl.Datetime):
        is_whole = values.dt.truncate("1s") == values
        return bool(((values.dt.date() < _EXCEL_FIRST_DAY) | ~is_whole).any())
    if dtype.is_float():
        return bool((~values.is_finite()).any())
    return not (dtype == pl.Boolean or isinstance(dtype, pl.String))


def write_excel(people: pl.DataFrame, path: Path) -> None:
    """Write a workbook of one sheet. Raises FormatError for what is beyond Excel."""
    import xlsxwriter

    frame = _excel_cells(people)
    if frame.height + 1 > _EXCEL_ROWS or frame.width > _EXCEL_COLUMNS:
        raise FormatError(
            f"{frame.height:,} rows and {frame.width:,} columns are more than an Excel sheet holds"
            f" ({_EXCEL_ROWS - 1:,} and {_EXCEL_COLUMNS:,}); CSV and Parquet have no such limit"
        )
    texts = frame.select(pl.col(pl.String).str.len_chars().max())
    longest = max((length or 0 for length in texts.row(0)), default=0) if texts.width else 0
    if longest > _EXCEL_TEXT:
        raise FormatError(f"a text of {longest:,} characters is more than an Excel cell holds")
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(_SHEET)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        for i, name in enumerate(frame.columns):
            sheet.write_string(0, i, name, bold)
        writers = [_cell_writer(sheet, dtype, day, time) for dtype in frame.dtypes]
        for row, cells in enumerate(frame.iter_rows(), start=1):
            for i, value in enumerate(cells):
                if value is not None:
                    writers[i](row, i, value)


def _cell_writer(
    sheet: Any, dtype: pl.DataType, day: Any, time: Any
) -> Callable[[int, int, Any], object]:
    """Return what writes a cell of a type; `Any`: the objects of xlsxwriter have no types."""
    if dtype == pl.Boolean:
        return sheet.write_boolean  # type: ignore[no-any-return]
    if dtype.is_numeric():
        return sheet.write_number  # type: ignore[no-any-return]
    if dtype.is_temporal():
        form = day if dtype == pl.Date else time
        return lambda row, column, value: sheet.write_datetime(row, column, value, form)
    return sheet.write_string  # type: ignore[no-any-return]
