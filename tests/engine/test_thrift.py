"""Thrift's compact protocol: what is written is read again, and what is none is refused."""

from __future__ import annotations

import pytest

from segdsl.engine import thrift
from segdsl.engine.thrift import BINARY, FALSE, I64, LIST, STRUCT, TRUE, Items, Reader, Struct

ENDLESS = b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f"  # a size


@pytest.mark.parametrize("kind", [TRUE, FALSE])
def test_booleans_in_a_list_are_a_byte_each(kind: int) -> None:
    fields: Struct = {1: (LIST, Items(kind, [TRUE, FALSE, TRUE])), 2: (I64, -7)}
    data = thrift.struct(fields)
    assert data == bytes((1 << 4 | LIST, 3 << 4 | kind, 1, 2, 1, 1 << 4 | I64, 13, 0))
    assert Reader(data).struct() == fields


def test_fields_are_read_one_after_the_other() -> None:
    data = thrift.struct({1: (TRUE, 1), 20: (BINARY, b"a"), 21: (STRUCT, {3: (I64, 1 << 40)})})
    fields = Reader(data[:-8]).fields()
    assert next(fields) == (1, (TRUE, 1))
    assert next(fields) == (20, (BINARY, b"a"))
    with pytest.raises(IndexError):
        next(fields)


@pytest.mark.parametrize("kind", [TRUE, FALSE, I64, BINARY, LIST, STRUCT])
def test_a_list_that_goes_on_past_the_end(kind: int) -> None:
    with pytest.raises(IndexError):
        Reader(bytes((1 << 4 | LIST, 0xF0 | kind)) + ENDLESS).struct()


@pytest.mark.parametrize("size", [b"\x04", ENDLESS])
def test_bytes_that_go_on_past_the_end(size: bytes) -> None:
    with pytest.raises(IndexError):
        Reader(bytes((1 << 4 | BINARY,)) + size + b"abc").struct()


def test_a_number_without_end() -> None:
    with pytest.raises(ValueError, match="no end"):
        Reader(bytes((1 << 4 | I64,)) + b"\x80" * 1000 + b"\0\0").struct()
