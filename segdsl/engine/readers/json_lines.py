"""JSON Lines: one object on each line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.types import Kind, Type
from segdsl.diagnostics.data_errors import empty_data, unreadable_data
from segdsl.engine.conversion import Manner, convert
from segdsl.engine.readers.encodings import BOM, explain_utf8, text_content, whole
from segdsl.engine.readers.hidden import NUMBERS
from segdsl.engine.readers.table import READ_ERRORS, one_line
from segdsl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segdsl.catalog import Catalog

_NUMBER = r"^-?[0-9]+(?:\.[0-9]+)?$"  # as a number among texts is spelt


def open_json_lines(path: Path, catalog: Catalog) -> pl.DataFrame:
    """Return the objects of a file as rows; a property of mixed types is text.

    Beside a property of texts and numbers stands a hidden one with the numbers; the texts of a
    declared list are separated. A file without a line has no columns. Raises DataError that names
    the line that is no object.
    """
    place = str(path)
    content = whole(text_content(path, catalog.customers.encoding))
    content = content.removeprefix(BOM.encode())
    if not content.strip():
        return pl.DataFrame()
    try:
        frame = pl.scan_ndjson(content, infer_schema_length=None).collect()
    except READ_ERRORS as error:
        frame = _with_mixed_as_text(content, one_line(error), place)
    if frame.width == 0:
        raise DataError((empty_data(place, is_json=True),))
    numbers = _numbers(content, frame)
    return frame.with_columns(*_lists(content, frame, catalog, place), *numbers)


def _numbers(content: bytes, frame: pl.DataFrame) -> list[pl.Series]:
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
        content,
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


def _lists(
    content: bytes, frame: pl.DataFrame, catalog: Catalog, place: str
) -> Iterator[pl.Series]:
    """Yield the declared lists of which some values are texts: each value by itself as a list."""
    for name, field in catalog.customers.fields.items():
        column = field.column or name
        if field.type != "list" or frame.schema.get(column) != pl.String:
            continue
        manner = Manner.of(catalog, field, is_blank_missing=False)
        texts = frame[column]
        lists = pl.Series(column, [None], dtype=pl.List(pl.String)).new_from_index(0, len(texts))
        if texts.str.starts_with("[").any():
            values = [_elements(value.get(column)) for value in _objects(content, place)]
            lists = pl.Series(column, values, dtype=pl.List(pl.String))
            texts = texts.set(lists.is_not_null(), None)
        separated = convert(texts, Type(Kind.LIST, Kind.TEXT), manner)
        if separated is not None:
            both = pl.DataFrame([lists.alias("list"), separated.values.alias("text")])
            yield both.select(pl.coalesce("list", "text")).to_series().alias(column)


def _elements(value: object) -> list[str | None] | None:
    """Return the elements of a JSON list as the texts that spell them, None for another value."""
    if not isinstance(value, list):
        return None
    return [
        one if one is None or isinstance(one, str) else json.dumps(one, ensure_ascii=False)
        for one in value
    ]


def _with_mixed_as_text(content: bytes, reason: str, place: str) -> pl.DataFrame:
    """Return the rows after looking at every line: Polars gives up at a first odd one."""
    wrong = explain_utf8(content, place)
    if wrong is not None:
        raise wrong
    kinds: dict[str, set[str]] = {}
    for found in _objects(content, place):
        for name, value in found.items():
            kinds.setdefault(name, set()).add(_kind(value))
    if not kinds:
        raise DataError((empty_data(place, is_json=True),))
    mixed = [name for name, of in kinds.items() if len(of - {"null"}) > 1]
    try:
        return pl.scan_ndjson(
            content,
            infer_schema_length=None,
            schema_overrides=dict.fromkeys(mixed, pl.String()),
        ).collect()
    except READ_ERRORS:
        raise DataError((unreadable_data(reason, place),)) from None


def _objects(content: bytes, place: str) -> Iterator[dict[str, object]]:
    """Yield the object of every line that is not blank."""
    for number, line in enumerate(content.decode("utf-8").split("\n"), 1):
        if line.strip():
            yield _object(line, number, place)


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
