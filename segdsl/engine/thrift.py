"""Thrift's compact protocol, in which Parquet files say what they hold: read and written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Struct: TypeAlias = "dict[int, tuple[int, Value]]"
"""The fields of a struct by number, each as its kind and its value."""
Value: TypeAlias = "int | bytes | Items | dict[int, tuple[int, Value]]"

TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, STRUCT = 1, 2, 3, 7, 8, 9, 12
I16, I32, I64 = 4, 5, 6
_STOP = b"\0"
_ELEMENTS = {TRUE: BYTE, FALSE: BYTE}  # as elements, booleans are bytes: TRUE or FALSE
_MOST = 64  # bits of a number


@dataclass(frozen=True, slots=True)
class Items:
    """A list: the kind of its elements, and they."""

    kind: int
    values: list[Value]


def integer(value: int) -> bytes:
    """Return a whole number from 0 on as a varint."""
    if value < 0x80:
        return bytes((value,))
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def signed(value: int) -> bytes:
    """Return a number as fields hold it."""
    return integer(value << 1 if value >= 0 else (-value << 1) - 1)


def struct(fields: Struct) -> bytes:
    """Return a struct as bytes."""
    found, last = bytearray(), 0
    for number, (kind, value) in sorted(fields.items()):
        step = number - last
        found += bytes((step << 4 | kind,)) if 0 < step < 16 else bytes((kind,)) + signed(number)
        found += _value(kind, value)
        last = number
    return bytes(found) + _STOP


def head_of_list(kind: int, size: int) -> bytes:
    """Return what stands before the elements of a list."""
    return bytes((size << 4 | kind,)) if size < 15 else bytes((0xF0 | kind,)) + integer(size)


def _value(kind: int, value: Value) -> bytes:
    match value:
        case Items():
            kind = _ELEMENTS.get(value.kind, value.kind)
            elements = (_value(kind, one) for one in value.values)
            return head_of_list(value.kind, len(value.values)) + b"".join(elements)
        case dict():
            return struct(value)
        case bytes():
            return value if kind == DOUBLE else integer(len(value)) + value
        case _ if kind in (TRUE, FALSE):
            return b""
        case _:
            return bytes((value & 0xFF,)) if kind == BYTE else signed(value)


class Reader:
    """Reads a struct from bytes. Raises IndexError and ValueError for what is none."""

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte."""
        self._data, self._at = data, 0

    def struct(self) -> Struct:
        """Return the struct that comes next."""
        return dict(self.fields())

    def fields(self) -> Iterator[tuple[int, tuple[int, Value]]]:
        """Give the fields of the struct that comes next, each read when it is asked for."""
        number = 0
        while head := self._byte():
            step = head >> 4
            number = number + step if step else self._signed()
            yield number, (head & 15, self._value(head & 15))

    def _value(self, kind: int) -> Value:
        if kind in (TRUE, FALSE):
            return int(kind == TRUE)
        if kind == BYTE:
            return self._byte()
        if kind in (I16, I32, I64):
            return self._signed()
        if kind == DOUBLE:
            return self._bytes(8)
        if kind == BINARY:
            return self._bytes(self._integer())
        if kind == STRUCT:
            return self.struct()
        if kind != LIST:
            raise ValueError(f"no value of a Parquet footer is of kind {kind}")
        head = self._byte()
        size = head >> 4 if head >> 4 < 15 else self._integer()
        kind = head & 15
        of = _ELEMENTS.get(kind, kind)
        return Items(kind, [self._value(of) for _ in range(size)])

    def _bytes(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise IndexError("a value goes on past the end")
        self._at += size
        return self._data[self._at - size : self._at]

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _integer(self) -> int:
        value = shift = 0
        while shift < _MOST:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
        raise ValueError("a number has no end")

    def _signed(self) -> int:
        value = self._integer()
        return value >> 1 ^ -(value & 1)
