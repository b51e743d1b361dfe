"""How commands speak: results on standard output, words on standard error."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic

_WIDEST = 120


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Prints in the form that was asked for."""

    is_json: bool = False
    is_quiet: bool = False
    format: str = "text"

    @staticmethod
    def of(format: str, *, is_quiet: bool) -> Report:
        """Return the report for a format by name."""
        return Report(format == "json", is_quiet, format)

    def result(self, value: object) -> None:
        """Print plain data as JSON."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))

    def text(self, line: str = "") -> None:
        """Print a line of the result."""
        click.echo(line)

    def words(self, line: str) -> None:
        """Say something that is not the result."""
        if not self.is_quiet and not self.is_json:
            click.echo(line, err=True)

    def notices(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Show diagnostics that do not stop a command; in JSON they are part of the result."""
        if not self.is_quiet and not self.is_json:
            self.diagnostics(diagnostics)

    def diagnostics(self, diagnostics: Iterable[Diagnostic], *, is_result: bool = False) -> None:
        """Show diagnostics with their places, a blank line after each."""
        from segdsl.diagnostics import render_text

        stream = sys.stdout if is_result else sys.stderr
        color = _has_colour(stream)
        width = min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)
        for diagnostic in diagnostics:
            text = render_text(diagnostic, color=color, width=width)
            click.echo(f"{text}\n", err=not is_result, color=color)

    def failure(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Show what stopped a command, for people and, if JSON was asked for, for programs."""
        from segdsl.diagnostics import render_json

        sys.stdout.flush()
        self.diagnostics(diagnostics)
        if self.is_json:
            self.result({"diagnostics": [render_json(d) for d in diagnostics]})

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Print a table: ruled on a terminal, plain and aligned elsewhere."""
        from segdsl.diagnostics.snippet import shown

        cells = [tuple(map(shown, row)) for row in rows]
        if is_terminal(sys.stdout):
            _ruled(columns, cells)
        else:
            _aligned(columns, cells)


def clipped(text: str, limit: int = 120) -> str:
    """Return a text for one line of a report: not longer than `limit`."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def is_terminal(stream: Any) -> bool:
    """Return whether a stream is a terminal that can do more than print."""
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def _has_colour(stream: Any) -> bool:
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def _ruled(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.is_number else "left",
            no_wrap=column.is_number,
        )
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False, no_color=not _has_colour(sys.stdout)).print(table)


def _aligned(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    from segdsl.diagnostics.snippet import columns as width_of

    lines = [[column.title for column in columns], *rows]
    widths = [max(width_of(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        cells = []
        for cell, width, column in zip(line, widths, columns, strict=True):
            blank = " " * (width - width_of(cell))
            cells.append(blank + cell if column.is_number else cell + blank)
        click.echo("  ".join(cells).rstrip())


def _plain(value: object) -> object:
    """Return a value that JSON has no form for as a text."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
