"""Which cells of an Excel sheet hold the error of a formula: the reader takes them for blank."""

from __future__ import annotations

import posixpath
import re
import zlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20
_LONGEST = 64  # bytes of a mark, about
_MARK = re.compile(rb"""\st\s*=\s*["']e["']""")
_TAG = rb"<(?:\w+:)?"
_FILLED = re.compile(
    _TAG + rb"""c\s(?:[^>]*?\s)?r=["']([A-Z]+)([0-9]+)["'][^>]*>\s*""" + _TAG + rb"(?:f|v|is)\b"
)
_FAILED = re.compile(
    _TAG + rb"""c(?=\s)([^>]*\st\s*=\s*["']e["'][^>/]*)>(.*?)</(?:\w+:)?c>""", re.DOTALL
)
_PLACE = re.compile(rb"""\sr=["']([A-Z]+)([0-9]+)["']""")
_VALUE = re.compile(_TAG + rb"v\b[^>]*>([^<]*)<")
_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_BAD = (
    OSError, ValueError, LookupError, StopIteration, RuntimeError, BadZipFile, zlib.error,
    ElementTree.ParseError,
)  # fmt: skip


def failures(path: Path, sheet: str, frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Return what stands in the cells of failed formulas, as `#N/A`, by the columns of `frame`.

    Only the formats that are XML of Excel's own tell them; for any other file nothing is returned.
    """
    try:
        with ZipFile(path) as book:
            part = _part(book, sheet)
            if not _has_mark(book, part):
                return {}
            text = book.read(part)
        filled = _FILLED.findall(text)
        top, left = int(filled[0][1]), min(_number(letters) for letters in {a for a, _ in filled})
    except _BAD:
        return {}  # the reader proper says what is wrong with the file
    found: dict[str, list[tuple[int, str]]] = {}
    for row, column, error in _failed(text):
        at, of = row - top - 1, column - left
        if 0 <= at < frame.height and 0 <= of < frame.width:
            found.setdefault(frame.columns[of], []).append((at, error))
    return {name: _placed(errors, frame.height) for name, errors in found.items()}


def _failed(text: bytes) -> Iterator[tuple[int, int, str]]:
    """Give the row and the column, from 1, and the error of each cell that is one."""
    for settings, inside in _FAILED.findall(text):
        place, value = _PLACE.search(settings), _VALUE.search(inside)
        if place is not None and value is not None:
            yield int(place[2]), _number(place[1]), value[1].decode("utf-8", errors="replace")


def _placed(errors: list[tuple[int, str]], height: int) -> pl.Series:
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    return empty.scatter([row for row, _ in errors], [error for _, error in errors])


def _part(book: ZipFile, sheet: str) -> str:
    """Return the name of the file in which a sheet stands."""
    sheets = ElementTree.fromstring(book.read(_BOOK)).iter()
    link = next(
        value
        for one in sheets
        if one.tag.endswith("}sheet") and one.get("name") == sheet
        for name, value in one.items()
        if name.endswith("}id")
    )
    links = ElementTree.fromstring(book.read(_LINKS)).iter()
    target = next(one.attrib["Target"] for one in links if one.get("Id") == link)
    return posixpath.normpath(posixpath.join("/xl", target)).removeprefix("/")


def _has_mark(book: ZipFile, part: str) -> bool:
    """Return whether a sheet may have errors; most have none, and need no reading cell by cell."""
    with book.open(part) as file:
        end = b""
        while chunk := file.read(_CHUNK):
            if _MARK.search(end + chunk):
                return True
            end = chunk[-_LONGEST:]
    return False


def _number(letters: bytes) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - ord("A") + 1
    return found
