"""CSV and its kin: every cell as text, after every row was counted."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polars as pl

from segdsl.diagnostics.data_errors import empty_data, ragged_rows, unreadable_data
from segdsl.engine.readers.encodings import decoded, explain_utf8
from segdsl.engine.readers.records import QUOTE, records
from segdsl.engine.readers.table import READ_ERRORS, one_line
from segdsl.errors import DataError

Content: TypeAlias = "Path | bytes"

_DELIMITERS = (",", ";", "\t", "|")
_SHOWN = 5
_UTF8 = ("utf-8", "utf-8-sig", "ascii")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Delimited:
    """The header of one file, and its cells in columns called `c0`, `c1` …"""

    names: tuple[str, ...]
    frame: pl.LazyFrame


def open_delimited(path: Path, encoding: str | None, delimiter: str | None) -> Delimited:
    """Return the cells of a CSV file; raises DataError when its rows cannot be told apart."""
    place = str(path)
    content, lines = _lines(_content(path, encoding), place)
    filled = lines.head(1000).to_frame("l").select(pl.col("l").str.strip_chars() != "").to_series()
    first = filled.arg_max() if filled.any() else None
    if first is None:
        raise DataError((empty_data(place),))
    mark = delimiter or find_delimiter(lines[first])
    rows = records(lines, mark)
    if rows is None:
        return _by_the_letter(lines, mark, place)
    if rows["is_blank"].any():
        content = _without_blank_lines(lines, rows)
        rows = rows.filter(~pl.col("is_blank"))
    start, height = int(rows["line"][0]) - 1, int(rows["height"][0])
    header = _cells("\n".join(lines[start : start + height]), mark, place)
    _demand_cells(rows.select("line", "cells"), len(header), place)
    frame = pl.scan_csv(
        content,
        separator=mark,
        has_header=False,
        skip_lines=height,
        schema={f"c{i}": pl.String() for i in range(len(header))},
        glob=False,
    )
    return Delimited(header_names(header), frame)


def find_delimiter(header: str) -> str:
    """Return the delimiter that occurs most in a header, outside quotes; a comma if none does."""
    bare = "".join(part for i, part in enumerate(header.split(QUOTE)) if i % 2 == 0)
    return max(_DELIMITERS, key=bare.count)


def header_names(cells: list[str]) -> tuple[str, ...]:
    """Return the names of columns: normal form C, without white space around them."""
    return tuple(unicodedata.normalize("NFC", cell.strip()) for cell in cells)


def _content(path: Path, encoding: str | None) -> Content:
    if encoding is None or encoding in _UTF8:
        return path
    return decoded(path.read_bytes(), encoding, str(path)).encode("utf-8")


def _lines(content: Content, place: str) -> tuple[Content, pl.Series]:
    """Return the content, line ends unified if need be, and its lines."""
    try:
        lines = pl.read_lines(content).to_series()
    except READ_ERRORS as error:
        wrong = explain_utf8(content, place)
        raise wrong or DataError((unreadable_data(one_line(error), place),)) from None
    if lines.is_empty():
        raise DataError((empty_data(place),))
    if lines.len() == 1 and "\r" in lines[0]:
        whole = content if isinstance(content, bytes) else content.read_bytes()
        return _lines(whole.replace(b"\r", b"\n"), place)
    if lines[0].startswith(_BOM):
        lines = lines.set(pl.Series([True]).extend_constant(False, lines.len() - 1), lines[0][1:])
    return content, lines


def _without_blank_lines(lines: pl.Series, rows: pl.DataFrame) -> bytes:
    numbers = pl.int_range(1, lines.len() + 1, dtype=pl.UInt32, eager=True)
    blank = rows.filter("is_blank")["line"]
    kept = lines.filter(~numbers.is_in(blank.implode()))
    return ("\n".join(kept) + "\n").encode("utf-8")


def _cells(text: str, mark: str, place: str) -> list[str]:
    """Return the cells of the header. Raises DataError for one that no header would have."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])
    except csv.Error:
        reason = f"the first line has {len(text):,} characters, which is no header"
        raise DataError((unreadable_data(reason, place),)) from None


def _demand_cells(rows: pl.DataFrame, expected: int, place: str) -> None:
    """Raise DataError if a row has more or fewer cells than the header."""
    bad = rows.filter(pl.col("cells") != expected)
    if bad.height:
        shown = tuple(bad.head(_SHOWN).select("line", "cells").iter_rows())
        raise DataError((ragged_rows(expected, shown, bad.height, place),))


def _by_the_letter(lines: pl.Series, mark: str, place: str) -> Delimited:
    """Return the cells of a file with stray quotes, read letter by letter."""
    text = "\n".join(lines)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    found: list[list[str]] = []
    starts: list[int] = []
    line = 1
    try:
        for cells in reader:
            if cells:
                found.append(cells)
                starts.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError((unreadable_data(f"line {line:,}: {error}", place),)) from None
    _demand_closed(found[-1], starts[-1], text, place)
    header, rows = found[0], found[1:]
    counts = pl.DataFrame({"line": starts, "cells": [len(cells) for cells in found]})
    _demand_cells(counts, len(header), place)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    frame = pl.DataFrame(
        {f"c{i}": pl.Series(column, dtype=pl.String) for i, column in enumerate(columns)}
    )
    return Delimited(header_names(header), frame.lazy())


def _demand_closed(last: list[str], line: int, text: str, place: str) -> None:
    """Raise DataError if the last row is what an unclosed quote swallowed."""
    if "\n" in last[-1] and not text.rstrip().endswith(QUOTE):
        reason = f"the quote opened in line {line:,} is never closed"
        help = ('a quote inside a quoted cell is doubled: `""`',)
        raise DataError((unreadable_data(reason, place, help=help),))
