"""Delimited text read letter by letter, where quotes stand in odd places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segdsl.diagnostics.data_errors import clipped, unreadable_data
from segdsl.engine.readers.records import QUOTE
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic

_QUOTED = '"[^"]*+(?:""[^"]*+)*+"'


def rows_of(text: str, mark: str, place: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a text, each with the number of its first line; empty lines are none.

    A cell that begins with a quote ends with the next single one; any other cell is what stands
    there, quotes and all. Raises DataError for a quote that is not closed at the end of a cell.
    """
    sign = re.escape(mark)
    cell = re.compile(rf"(?:({_QUOTED})|(?!\")([^{sign}\n]*+))({sign}|\r?\n|\r?\Z)")
    rows: list[tuple[int, list[str]]] = []
    cells: list[str] = []
    line = start = 1
    at = 0
    for found in cell.finditer(text):
        if found.start() != at:
            break
        at = found.end()
        quoted, bare, end = found.groups()
        is_last = end != mark
        if quoted is not None:
            line += quoted.count("\n")
            cells.append(quoted[1:-1].replace(QUOTE * 2, QUOTE))
        else:
            cells.append(bare.removesuffix("\r"))  # as Polars, before a delimiter too
        if is_last:
            if len(cells) > 1 or cells[0] or quoted is not None:
                rows.append((start, cells))
            cells = []
            line += 1
            start = line
            if at == len(text):
                return rows
    raise DataError((_misplaced(text, at, line, mark, place),))


def _misplaced(text: str, at: int, line: int, mark: str, place: str) -> Diagnostic:
    """Return the complaint about the quote at `at`, which closes in no or in an odd place."""
    closed = re.compile(_QUOTED).match(text, at)
    if closed is None:
        reason = f"the quote opened in line {line:,} is never closed"
    else:
        end = line + closed[0].count("\n")
        after = re.split(rf"[{re.escape(mark)}\r\n]", text[closed.end() :][:200], maxsplit=1)[0]
        where = "there" if end == line else f"in line {end:,}"
        reason = (
            f"the quote opened in line {line:,} is closed {where} before {clipped(after)},"
            " not at the end of a cell"
        )
    help = ('a cell that begins with a quote ends with one; a quote inside it is doubled: `""`',)
    return unreadable_data(reason, place, help=help)
