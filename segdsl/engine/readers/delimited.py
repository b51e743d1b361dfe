"""CSV and its kin: every cell as text, after every row was counted."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.data_errors import empty_data, ragged_rows, unreadable_data
from segdsl.engine.readers.encodings import BOM, Content, explain_utf8, text_content, whole
from segdsl.engine.readers.letters import rows_of
from segdsl.engine.readers.records import QUOTE, records
from segdsl.engine.readers.table import READ_ERRORS, one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

_DELIMITERS = (",", ";", "\t", "|")
_SHOWN = 5
_LONGEST_NAME = 131_072  # characters


@dataclass(frozen=True, slots=True)
class Delimited:
    """The header of one file, and its cells in columns called `c0`, `c1` …"""

    names: tuple[str, ...]
    frame: pl.LazyFrame


def open_delimited(path: Path, encoding: str | None, delimiter: str | None) -> Delimited:
    """Return the cells of a CSV file; raises DataError when its rows cannot be told apart."""
    place = str(path)
    content, lines, is_turned = _lines(text_content(path, encoding), place)
    filled = lines.head(1000).to_frame("l").select(pl.col("l").str.strip_chars() != "").to_series()
    first = filled.arg_max() if filled.any() else None
    if first is None:
        raise DataError((empty_data(place),))
    mark = delimiter or find_delimiter(lines[first])
    rows = records(lines, mark)
    if rows is None:
        found = _by_the_letter(content, mark, place)
    else:
        found = _by_the_line(content, lines, rows, mark, place)
    if not is_turned:
        return found
    whole = found.frame.with_columns(pl.all().str.replace_all("\n", "\r", literal=True))
    return Delimited(found.names, whole)


def _by_the_line(
    content: Content, lines: pl.Series, rows: pl.DataFrame, mark: str, place: str
) -> Delimited:
    """Return the cells of a file whose quotes all stand where they should."""
    if rows["is_blank"].any():
        content = _without_blank_lines(content, rows)
        rows = rows.filter(~pl.col("is_blank"))
    start, height = int(rows["line"][0]) - 1, int(rows["height"][0])
    header = rows_of("\n".join(lines[start : start + height]), mark, place)[0][1]
    names = header_names(header, place)
    _demand_cells(rows.select("line", "cells"), len(header), place)
    frame = pl.scan_csv(
        content,
        separator=mark,
        has_header=False,
        skip_lines=height,
        schema={f"c{i}": pl.String() for i in range(len(header))},
        glob=False,
    )
    return Delimited(names, frame)


def find_delimiter(header: str) -> str:
    """Return the delimiter that occurs most in a header, outside quotes; a comma if none does."""
    bare = "".join(part for i, part in enumerate(header.split(QUOTE)) if i % 2 == 0)
    return max(_DELIMITERS, key=bare.count)


def header_names(cells: list[str], place: str) -> tuple[str, ...]:
    """Return the names of columns: normal form C, without white space around them.

    Raises DataError for a cell that no header would have.
    """
    longest = max(map(len, cells), default=0)
    if longest > _LONGEST_NAME:
        reason = f"the header has a cell of {longest:,} characters, which is no name of a column"
        raise DataError((unreadable_data(reason, place),))
    plain = [cell.replace("\r\n", "\n").strip() for cell in cells]
    return tuple(unicodedata.normalize("NFC", cell) for cell in plain)


def _lines(content: Content, place: str) -> tuple[Content, pl.Series, bool]:
    """Return the content, its lines, and whether line ends of old (CR) were turned to read it."""
    try:
        lines = pl.read_lines(content, glob=False).to_series()
    except READ_ERRORS as error:
        wrong = explain_utf8(content, place)
        raise wrong or DataError((unreadable_data(one_line(error), place),)) from None
    if lines.is_empty():
        raise DataError((empty_data(place),))
    if lines.len() == 1 and "\r" in lines[0]:
        return *_lines(whole(content).replace(b"\r", b"\n"), place)[:2], True
    if lines[0].startswith(BOM):
        lines = lines.set(pl.Series([True]).extend_constant(False, lines.len() - 1), lines[0][1:])
    return content, lines, False


def _without_blank_lines(content: Content, rows: pl.DataFrame) -> bytes:
    blank = frozenset(rows.filter("is_blank")["line"].to_list())
    lines = whole(content).split(b"\n")
    return b"\n".join(line for number, line in enumerate(lines, 1) if number not in blank)


def _demand_cells(rows: pl.DataFrame, expected: int, place: str) -> None:
    """Raise DataError if a row has more or fewer cells than the header."""
    bad = rows.filter(pl.col("cells") != expected)
    if bad.height:
        shown = tuple(bad.head(_SHOWN).select("line", "cells").iter_rows())
        raise DataError((ragged_rows(expected, shown, bad.height, place),))


def _by_the_letter(content: Content, mark: str, place: str) -> Delimited:
    """Return the cells of a file with stray quotes, read letter by letter."""
    text = whole(content).decode("utf-8").removeprefix(BOM)
    (_, header), *rows = found = rows_of(text, mark, place)
    names = header_names(header, place)
    counts = pl.DataFrame(
        {"line": [line for line, _ in found], "cells": [len(cells) for _, cells in found]}
    )
    _demand_cells(counts, len(header), place)
    cells = [cells for _, cells in rows]
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(header)
    frame = pl.DataFrame(
        {f"c{i}": pl.Series(column, dtype=pl.String) for i, column in enumerate(columns)}
    )
    return Delimited(names, frame.lazy())
