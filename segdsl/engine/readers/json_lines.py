"""JSON Lines: one object on each line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.data_errors import empty_data, unreadable_data
from segdsl.engine.readers.encodings import explain_utf8
from segdsl.engine.readers.table import NUMBERS, READ_ERRORS, one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

_NUMBER = r"^-?[0-9]+(?:\.[0-9]+)?$"  # as a number among texts is spelt


def open_json_lines(path: Path) -> pl.DataFrame:
    """Return the objects of a file as rows; a property of mixed types is text.

    Beside a property of texts and numbers stands a hidden one with the numbers. Raises DataError
    that names the line that is no object.
    """
    place = str(path)
    try:
        frame = pl.scan_ndjson(path, infer_schema_length=None).collect()
    except READ_ERRORS as error:
        frame = _with_mixed_as_text(path, one_line(error))
    if frame.width == 0:
        raise DataError((empty_data(place),))
    return frame.with_columns(_numbers(path, frame))


def _numbers(path: Path, frame: pl.DataFrame) -> list[pl.Series]:
    """Return the numbers among the values of properties of texts and numbers.

    Read as numbers, texts are nothing, whatever they spell.
    """
    mixed = [
        column.name
        for column in frame.get_columns()
        if column.dtype == pl.String and column.str.contains(_NUMBER).any()
    ]
    if not mixed:
        return []
    found = pl.scan_ndjson(
        path,
        infer_schema_length=None,
        schema_overrides=dict.fromkeys(mixed, pl.Float64()),
        ignore_errors=True,
    )
    numbers = found.select(mixed).collect().get_columns()
    return [
        values.alias(values.name + NUMBERS)
        for values in numbers
        if values.len() == frame.height and values.null_count() < values.len()
    ]


def _with_mixed_as_text(path: Path, reason: str) -> pl.DataFrame:
    """Return the rows after looking at every line: Polars gives up at a first odd one."""
    place = str(path)
    wrong = explain_utf8(path, place)
    if wrong is not None:
        raise wrong
    kinds: dict[str, set[str]] = {}
    for number, line in enumerate(path.read_text("utf-8-sig").split("\n"), 1):
        if line.strip():
            for name, value in _object(line, number, place).items():
                kinds.setdefault(name, set()).add(_kind(value))
    if not kinds:
        raise DataError((empty_data(place),))
    mixed = [name for name, found in kinds.items() if len(found - {"null"}) > 1]
    try:
        return pl.scan_ndjson(
            path,
            infer_schema_length=None,
            schema_overrides=dict.fromkeys(mixed, pl.String()),
        ).collect()
    except READ_ERRORS:
        raise DataError((unreadable_data(reason, place),)) from None


def _object(line: str, number: int, place: str) -> dict[str, object]:
    try:
        found = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise DataError((unreadable_data(f"line {number:,} is not a JSON object", place),))


def _refuse(word: str) -> object:
    raise ValueError(word)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "yes/no"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"
