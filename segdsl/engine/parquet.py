"""Parquet files of customers and masks: the bits of a mask are the cells of its column as they are.

Polars writes the columns beside the masks and says how the columns are described, so the files are
like its own. A page of a mask is its words; where it is nearly empty or full, they are compressed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from queue import SimpleQueue
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.rows import BLOCK, Group
from segdsl.backends.masks.spill import write_whole
from segdsl.backends.masks.words import share_of_ones
from segdsl.engine import thrift
from segdsl.engine.thrift import BINARY, I32, I64, LIST, STRUCT, Items, Struct

_MARK = b"PAR1"
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4  # of a footer
_COLUMNS, _TOTAL, _HEIGHT, _BEGIN, _COMPRESSED = 1, 2, 3, 5, 6  # of a row group
_PLACE, _ABOUT = 2, 3  # of a column in it
_SIZE, _LENGTH, _PAGES, _DICTIONARY = 6, 7, 9, 11  # of what is said about it
_BITS, _PLAIN, _LEVELS, _AS_IS, _GZIP = 0, 0, 3, 0, 2  # types, encodings, codecs
_RARE = 1 / 64  # the part of customers from which, and to which, runs of equal bytes are rare
_AT_ONCE = 2  # groups that wait beside those that are made


@dataclass(frozen=True, slots=True)
class _Pages:
    """A row group ready to be written: its columns of cells, its masks in `buffer` or packed."""

    rows: int
    cells: bytes
    footer: Struct | None  # of the cells; None where there are only masks
    buffer: npt.NDArray[np.uint8]  # a page a row
    head: int  # bytes of a page before its cells
    packed: dict[int, bytes]  # other pages, by mask


@dataclass(slots=True)
class ParquetWriter:
    """Writes row groups one after the other; `head` is a frame without rows of all columns."""

    file: BinaryIO
    head: pl.DataFrame
    masks: Sequence[str]
    _template: Struct = field(init=False)
    _at: int = field(default=0, init=False)
    _rows: int = field(default=0, init=False)
    _groups: list[bytes] = field(default_factory=list, init=False)
    _described: list[bytes] = field(default_factory=list, init=False)
    _free: SimpleQueue[npt.NDArray[np.uint8]] = field(default_factory=SimpleQueue, init=False)

    def __post_init__(self) -> None:
        self._template = _footer(_as_parquet(self.head))
        self._described = [_description(name) for name in self.masks]
        self._put(_MARK)

    def write(
        self, groups: Iterable[tuple[pl.DataFrame, Group]], threads: int, buffers: int
    ) -> None:
        """Write cells and masks of customers, in their order, and end the file.

        So many groups are made at a time, and as many `buffers` are in use at most.
        """
        waiting: list[Future[_Pages]] = []
        for _ in range(max(1, buffers)):
            self._free.put(np.empty(0, np.uint8))
        with ThreadPoolExecutor(threads) as pool:
            for cells, group in groups:
                waiting.append(pool.submit(self._made, cells, group))
                if len(waiting) >= max(1, buffers):
                    self._append(waiting.pop(0).result())
            for one in waiting:
                self._append(one.result())
        self._end()

    def _made(self, cells: pl.DataFrame, group: Group) -> _Pages:
        data = _as_parquet(cells) if cells.width else b""
        rows, size = group.rows, (group.rows + 7) // 8
        levels = thrift.integer(rows << 1) + b"\1"  # each cell is there
        body = len(levels).to_bytes(4, "little") + levels
        head = _page_head(rows, len(body) + size, len(body) + size) + body
        buffer = self._buffer(len(self.masks), len(head) + size)
        buffer[:, : len(head)] = np.frombuffer(head, np.uint8)
        packed: dict[int, bytes] = {}
        for i, number in enumerate(group.numbers):
            words = group.table[:, number]
            _copy(words, buffer[i, len(head) :])
            if not _RARE < share_of_ones(words[::8]) < 1 - _RARE:
                packed[i] = _packed(buffer[i, len(head) - len(body) :], rows)
        return _Pages(rows, data, _footer(data) if data else None, buffer, len(head), packed)

    def _buffer(self, masks: int, width: int) -> npt.NDArray[np.uint8]:
        """Return memory that was used before, since the first use of fresh memory is slow."""
        memory = self._free.get()
        if len(memory) < masks * width:
            memory = np.empty(masks * width, np.uint8)
        return memory[: masks * width].reshape(masks, width)

    def _append(self, pages: _Pages) -> None:
        begin = self._at
        columns = [*self._cells(pages), *self._bits(pages)]
        self._free.put(pages.buffer.reshape(-1))
        size = self._at - begin
        unpacked = pages.buffer.size + sum(_number(about, _SIZE) for about in _abouts(pages.footer))
        described = thrift.struct({_TOTAL: (I64, unpacked), _HEIGHT: (I64, pages.rows)})
        head = bytes((_COLUMNS << 4 | LIST,)) + thrift.head_of_list(STRUCT, len(columns))
        # what follows the columns counts its numbers from theirs on
        rest = bytes((1 << 4 | I64,)) + described[1:-1]
        place = bytes((2 << 4 | I64,)) + thrift.signed(begin)
        length = bytes((1 << 4 | I64,)) + thrift.signed(size)
        self._groups.append(head + b"".join(columns) + rest + place + length + b"\0")
        self._rows += pages.rows

    def _cells(self, pages: _Pages) -> Iterator[bytes]:
        """Write what Polars made of the cells, and yield what is said of each column."""
        for about in _abouts(pages.footer):
            start = _number(about, _DICTIONARY if _DICTIONARY in about else _PAGES)
            move = self._at - start
            for name in (_PAGES, _DICTIONARY):
                if name in about:
                    about[name] = (I64, _number(about, name) + move)
            self._put(memoryview(pages.cells)[start : start + _number(about, _LENGTH)])
            yield thrift.struct({_PLACE: (I64, start + move), _ABOUT: (STRUCT, about)})

    def _bits(self, pages: _Pages) -> Iterator[bytes]:
        """Write the pages of the masks, and yield what is said of each."""
        width = pages.buffer.shape[1]
        unwritten = 0
        for i, described in enumerate(self._described):
            page = pages.packed.get(i)
            begin = self._at + (i - unwritten) * width
            if page is not None:
                self._put(pages.buffer[unwritten:i].reshape(-1).data)
                self._put(page)
                unwritten = i + 1
            codec, length = (_AS_IS, width) if page is None else (_GZIP, len(page))
            yield _about(described, codec, pages.rows, width, length, begin)
        self._put(pages.buffer[unwritten:].reshape(-1).data)

    def _put(self, data: bytes | memoryview) -> None:
        write_whole(self.file, data)
        self._at += len(data)

    def _end(self) -> None:
        footer = {**self._template, _ROWS: (I64, self._rows)}
        before = {number: one for number, one in footer.items() if number < _GROUPS}
        after = {number: one for number, one in footer.items() if number > _GROUPS}
        groups = thrift.head_of_list(STRUCT, len(self._groups)) + b"".join(self._groups)
        rest = thrift.struct(after)
        if after:  # its first number counts from that of the groups on
            rest = bytes(((min(after) - _GROUPS) << 4 | rest[0] & 15,)) + rest[1:]
        whole = thrift.struct(before)[:-1] + bytes((1 << 4 | LIST,)) + groups + rest
        self._put(whole)
        self._put(len(whole).to_bytes(4, "little") + _MARK)


def _copy(words: npt.NDArray[np.uint64], cells: npt.NDArray[np.uint8]) -> None:
    """Copy the words of some blocks, the last of which may be there in part."""
    size = 8 * BLOCK
    whole = len(cells) // size
    found = words.view(np.uint8)
    cells[: whole * size].reshape(whole, size)[:] = found[:whole]
    if len(cells) % size:
        cells[whole * size :] = found[whole, : len(cells) % size]


def _packed(body: npt.NDArray[np.uint8], rows: int) -> bytes:
    """Return the page of a mask in which most bytes are like the one before."""
    work = zlib.compressobj(1, zlib.DEFLATED, 31, 8, zlib.Z_RLE)
    data = work.compress(body.data) + work.flush()
    return _page_head(rows, len(body), len(data)) + data


def _page_head(rows: int, size: int, packed: int) -> bytes:
    """Return what stands before a page of so many bytes."""
    about: Struct = {1: (I32, rows), 2: (I32, _PLAIN), 3: (I32, _LEVELS), 4: (I32, _LEVELS)}
    return thrift.struct({1: (I32, 0), 2: (I32, size), 3: (I32, packed), 5: (STRUCT, about)})


def _description(name: str) -> bytes:
    """Return what is said of a mask's column in each row group: its encodings and its name."""
    encodings = Items(I32, [_PLAIN, _LEVELS])
    path = Items(BINARY, [name.encode("utf-8")])
    return thrift.struct({1: (I32, _BITS), 2: (LIST, encodings), 3: (LIST, path)})[:-1]


_NO_GAPS = thrift.struct({3: (I64, 0)})


def _about(described: bytes, codec: int, rows: int, size: int, length: int, begin: int) -> bytes:
    """Return what is said of a mask's column in a row group."""
    field, whole = bytes((1 << 4 | I64,)), thrift.signed
    return b"".join(
        (
            bytes((_PLACE << 4 | I64,)), whole(begin),
            bytes((1 << 4 | STRUCT,)), described,
            bytes((1 << 4 | I32,)), whole(codec),
            field, whole(rows),
            field, whole(size),
            field, whole(length),
            bytes((2 << 4 | I64,)), whole(begin),
            bytes((3 << 4 | STRUCT,)), _NO_GAPS,
            b"\0\0",
        )
    )  # fmt: skip


# ---- what Polars writes


def _as_parquet(frame: pl.DataFrame) -> bytes:
    """Return a frame as a file of one row group."""
    target = BytesIO()
    frame.write_parquet(target, row_group_size=max(frame.height, 1))
    return target.getvalue()


def _footer(data: bytes) -> Struct:
    size = int.from_bytes(data[-8:-4], "little")
    return thrift.Reader(data[-8 - size : -8]).struct()


def _abouts(footer: Struct | None) -> list[Struct]:
    """Return what a footer says of each column of its only row group."""
    if footer is None:
        return []
    (group,) = _items(footer, _GROUPS)
    return [_struct(column, _ABOUT) for column in _items(group, _COLUMNS)]


def _items(of: Struct, number: int) -> list[Struct]:
    _, value = of[number]
    assert isinstance(value, Items)
    return [one for one in value.values if isinstance(one, dict)]


def _struct(of: Struct, number: int) -> Struct:
    _, value = of[number]
    assert isinstance(value, dict)
    return value


def _number(of: Struct, number: int) -> int:
    _, value = of[number]
    assert isinstance(value, int)
    return value
