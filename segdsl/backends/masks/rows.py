"""Masks of all customers as they come out of batches: tables of words, block by block."""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from segdsl.backends.masks.arrow import Words
from segdsl.backends.masks.words import width

BLOCK = 64  # words: the masks of a block, some thousands, stay in the second cache
Tables = npt.NDArray[np.uint64]
"""For each block and there for each mask its words; after the last customer there are zeros."""
_LARGE = 1 << 22  # bytes


def tables(masks: int, rows: int) -> Tables:
    """Return tables of so many masks of so many customers, whose words are to be written."""
    shape = (-(-rows // (64 * BLOCK)), masks, BLOCK)
    return large_pages(8 * math.prod(shape)).view(np.uint64).reshape(shape)


def large_pages(size: int) -> npt.NDArray[np.uint8]:
    """Return so many bytes, which are to be written.

    Many are in large pages, where the system has them: small ones take longer than the work.
    """
    if size < _LARGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.empty(size, np.uint8)
    found = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # of systems that were built without
        found.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(found, np.uint8)


def laid(words: Words) -> Tables:
    """Return the tables of one mask."""
    found = np.zeros((-(-len(words) // BLOCK), 1, BLOCK), np.uint64)
    found.reshape(-1)[: len(words)] = words
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One mask: the same row of each of some tables, which follow each other."""

    tables: Sequence[Tables]
    number: int
    rows: int

    @staticmethod
    def of(words: Words, rows: int) -> Row:
        """Return the mask of so many customers with these words."""
        return Row((laid(words),), 0, rows)

    @property
    def words(self) -> Words:
        """The mask in one piece."""
        parts = [table[:, self.number].reshape(-1) for table in self.tables]
        return np.concatenate([_NONE, *parts])[: width(self.rows)]

    def blocks(self) -> Iterator[Words]:
        """Yield the words of each block."""
        return (block[self.number] for table in self.tables for block in table)

    def beside(self, masks: Sequence[Mask]) -> Iterator[Tables]:
        """Yield tables of masks, of which this is the first (see `abreast`)."""
        own = [one for one in masks if isinstance(one, Row) and one.shares(self)]
        if len(own) < len(masks):
            return stacked(masks)
        numbers = [one.number for one in own]
        return (
            table if numbers == list(range(table.shape[1])) else table.take(numbers, axis=1)
            for table in self.tables
        )

    def shares(self, other: Mask) -> bool:
        """Return whether another mask stands in the same tables."""
        return isinstance(other, Row) and other.tables is self.tables


class Mask(Protocol):
    """Who is in a set of customers, one bit each."""

    @property
    def rows(self) -> int:
        """The number of customers."""

    @property
    def words(self) -> Words:
        """The mask in one piece."""

    def blocks(self) -> Iterator[Words]:
        """Yield the words of each block."""

    def beside(self, masks: Sequence[Mask]) -> Iterator[Tables]:
        """Yield tables of masks, of which this is the first (see `abreast`)."""


def abreast(masks: Sequence[Mask]) -> Iterator[Tables]:
    """Yield tables of all masks, in which the rows are theirs, for some blocks after the other."""
    return masks[0].beside(masks) if masks else iter(())


def stacked(masks: Sequence[Mask]) -> Iterator[Tables]:
    """Yield tables of masks of any kinds, each of one block."""
    return (np.stack(blocks)[None] for blocks in zip(*(m.blocks() for m in masks), strict=True))


@dataclass(frozen=True, slots=True)
class Group:
    """Masks of some customers: those rows of a table that have these numbers."""

    table: Tables
    numbers: Sequence[int]
    rows: int  # customers

    def words(self, number: int) -> Words:
        """Return one of the masks in one piece."""
        return self.table[:, number].reshape(-1)[: width(self.rows)]


def in_groups(masks: Sequence[Mask], blocks: int) -> Iterator[Group]:
    """Yield the masks of so many blocks at a time; the last are the rest."""
    if not masks:
        return
    rows = masks[0].rows
    own = [one for one in masks if isinstance(one, Row) and one.shares(masks[0])]
    shared = len(own) == len(masks)
    numbers = [one.number for one in own] if shared else list(range(len(masks)))
    for table in _of_height(own[0].tables if shared else abreast(masks), blocks):
        here = min(rows, 64 * BLOCK * len(table))
        yield Group(table, numbers, here)
        rows -= here


def _of_height(tables: Iterable[Tables], blocks: int) -> Iterator[Tables]:
    """Yield the same blocks, so many a table but for the last."""
    waiting: list[Tables] = []
    height = 0
    for table in tables:
        waiting.append(table)
        height += len(table)
        if height >= blocks:
            whole = np.concatenate(waiting) if len(waiting) > 1 else table
            full = height - height % blocks
            yield from (whole[start : start + blocks] for start in range(0, full, blocks))
            height -= full
            waiting = [whole[full:]] if height else []
    if height:
        yield np.concatenate(waiting)


_NONE = np.zeros(0, np.uint64)
