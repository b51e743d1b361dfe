"""What Parquet and Arrow files say of their columns and Polars does not: uuids, repeated names.

Polars takes columns with sixteen bytes in each cell for bytes of any length, and breaks down where
two columns of an Arrow file have one name.
"""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING, TypeAlias

from segdsl.engine.readers.formats import Format
from segdsl.engine.thrift import Items, Reader, Struct, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Columns: TypeAlias = "frozenset[tuple[str, ...]]"

_WIDTH = 16  # bytes of a uuid
_BAD = (OSError, ValueError, LookupError, struct.error, RuntimeError)  # too deep, too short


def uuid_columns(path: Path, format: Format) -> Columns:
    """Return the columns of a file that are of sixteen bytes, each as the names that lead to it."""
    try:
        with path.open("rb") as file:
            if format is Format.PARQUET:
                file.seek(-8, 2)
                (length,) = struct.unpack("<I", file.read(4))
                file.seek(-8 - length, 2)
                return frozenset(_of_parquet(file.read(length)))
            return frozenset(_of_arrow(_arrow_schema(file, format)))
    except _BAD:
        return frozenset()  # the reader proper says what is wrong with the file


def arrow_names(path: Path, format: Format) -> tuple[str, ...]:
    """Return the names of an Arrow file's columns, as often as they occur; none if it is broken."""
    try:
        with path.open("rb") as file:
            flat = _Flat(_arrow_schema(file, format))
        schema = flat.pointer(flat.at(0), _HEADER)
        return tuple(flat.text(field, _FIELD_NAME) for field in flat.tables(schema, _FIELDS))
    except _BAD:
        return ()


def _arrow_schema(file: IO[bytes], format: Format) -> bytes:
    """Return the message with the schema, the first of an Arrow file."""
    file.seek(8 if format is Format.IPC else 0)
    (length,) = struct.unpack("<I", file.read(4))
    if length == 0xFFFFFFFF:  # files of before 2019 begin with the length at once
        (length,) = struct.unpack("<I", file.read(4))
    return file.read(length)


_SCHEMA = 2  # field of Parquet's footer
_TYPE, _LENGTH, _NAME, _CHILDREN = 1, 2, 4, 5  # fields of Parquet's SchemaElement
_FIXED = 7


def _of_parquet(footer: bytes) -> Iterator[tuple[str, ...]]:
    """Give the columns by the schema in a Parquet footer, its second field."""
    for number, (_, value) in Reader(footer).fields():
        if number == _SCHEMA and isinstance(value, Items):
            elements = iter(element for element in value.values if isinstance(element, dict))
            yield from _leaves(next(elements), elements, ())
            return


def _leaves(
    group: Struct, elements: Iterator[Struct], path: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    count = _field(group, _CHILDREN)
    for _ in range(count if isinstance(count, int) else 0):
        element = next(elements)
        name = _field(element, _NAME)
        here = (*path, name.decode("utf-8") if isinstance(name, bytes) else "")
        if _field(element, _TYPE) == _FIXED and _field(element, _LENGTH) == _WIDTH:
            yield here
        yield from _leaves(element, elements, here)


def _field(of: Struct, number: int) -> Value | None:
    return of[number][1] if number in of else None


_HEADER, _FIELDS = 2, 1  # of Arrow's Message and Schema
_FIELD_NAME, _FIELD_KIND, _FIELD_TYPE, _FIELD_CHILDREN = 0, 2, 3, 5
_FIXED_BYTES = 15


def _of_arrow(message: bytes) -> Iterator[tuple[str, ...]]:
    """Give the columns by the schema in an Arrow message."""
    flat = _Flat(message)
    schema = flat.pointer(flat.at(0), _HEADER)
    waiting: list[tuple[tuple[str, ...], int]] = [((), f) for f in flat.tables(schema, _FIELDS)]
    while waiting:
        path, field = waiting.pop()
        here = (*path, flat.text(field, _FIELD_NAME))
        kind = flat.slot(field, _FIELD_KIND)
        if kind is not None and message[kind] == _FIXED_BYTES:
            width = flat.slot(flat.pointer(field, _FIELD_TYPE), 0)
            if width is not None and flat.number(width) == _WIDTH:
                yield here
        waiting += [(here, child) for child in flat.tables(field, _FIELD_CHILDREN)]


class _Flat:
    """Reads FlatBuffers, in which a table is known by where it begins."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def number(self, place: int) -> int:
        """Return the number at a place."""
        return int(struct.unpack_from("<i", self._data, place)[0])

    def at(self, place: int) -> int:
        """Return where the offset at a place leads to."""
        return place + self.number(place)

    def slot(self, table: int, index: int) -> int | None:
        """Return where a table has a field; None where it has none."""
        listing = table - self.number(table)
        size, entry = struct.unpack_from("<H", self._data, listing)[0], 4 + 2 * index
        if entry >= size:
            return None
        (offset,) = struct.unpack_from("<H", self._data, listing + entry)
        return table + offset if offset else None

    def pointer(self, table: int, index: int) -> int:
        """Return where a field of a table leads to; raises ValueError if there is none."""
        place = self.slot(table, index)
        if place is None:
            raise ValueError(index)
        return self.at(place)

    def tables(self, table: int, index: int) -> list[int]:
        """Return the tables of a list."""
        place = self.slot(table, index)
        if place is None:
            return []
        start = self.at(place)
        return [self.at(start + 4 + 4 * i) for i in range(self.number(start))]

    def text(self, table: int, index: int) -> str:
        """Return a text, empty if there is none."""
        place = self.slot(table, index)
        if place is None:
            return ""
        start = self.at(place)
        return self._data[start + 4 : start + 4 + self.number(start)].decode("utf-8")
