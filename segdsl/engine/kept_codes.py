"""What masks were made of: the codes of each batch, from which some customers' are made again.

Where masks are many, codes take far less room than they do, and one customer's stand at far fewer
places in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from threading import Lock
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.answers import Answers
from segdsl.backends.masks.coders import MOST
from segdsl.backends.masks.machine import Board, Painted, Words
from segdsl.backends.masks.rows import BLOCK, Tables, large_pages, tables
from segdsl.backends.masks.words import packed

Narrow: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Places: TypeAlias = npt.NDArray[np.int64]

_SHARE = 4  # codes are kept where they take at most such a part of what the masks take
_FEW = 1 << 8  # codes that are told apart by a byte
_AT_ONCE = 16 * 64 * BLOCK  # customers whose codes stay in the cache


@dataclass(frozen=True, slots=True)
class BatchCodes:
    """What the results of a batch were made of: the codes of columns, and masks by input.

    Where the codes stand, those of all customers have room.
    """

    first: int
    rows: int
    painted: Sequence[Painted]
    codes: Sequence[Narrow]  # of what is painted
    given: Mapping[int, Words]

    @property
    def size(self) -> int:
        """The number of bytes."""
        codes = sum(self.rows * one.itemsize for one in self.codes)
        return codes + sum(one.nbytes for one in self.given.values())


# ---- while customers are evaluated


@dataclass(slots=True)
class CodeKeeper:
    """Keeps the codes of so many customers, as long as so many masks take several times the room.

    Several threads may `copy`; one adds the batches, in their order. Columns that are compared
    rather than coded are not kept: while it `is_worth` it, they are to be coded.
    """

    customers: int
    masks: int
    is_worth: bool = True
    _batches: list[BatchCodes] = field(default_factory=list)
    _columns: dict[int, _Column] = field(default_factory=dict)
    _size: int = 0
    _rooms: dict[tuple[int, bool], Narrow] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @staticmethod
    def of(customers: int, masks: int, columns: int) -> CodeKeeper | None:
        """Return a keeper of so many columns; None where they are too many for the masks."""
        return None if 8 * _SHARE * columns > masks else CodeKeeper(customers, masks)

    def copy(
        self,
        first: int,
        rows: int,
        codes: npt.NDArray[np.uint16],
        painted: Sequence[Painted],
        given: Mapping[int, Words],
    ) -> BatchCodes | None:
        """Return what a batch was made of, its codes copied; None where that is not to be kept."""
        if not self.is_worth or first + rows > self.customers:
            return None
        own: list[Narrow] = []
        for one in painted:
            room = self._room(one.row, is_wide=len(one.answers.table) > _FEW)
            if room is None:
                return None
            np.copyto(room[first : first + rows], codes[one.row, :rows], casting="unsafe")
            own.append(room)
        return BatchCodes(first, rows, painted, own, given)

    def _room(self, row: int, *, is_wide: bool) -> Narrow | None:
        """Return memory for a column of all customers; what is not written to takes none.

        There is none once it is not worth it any more, so that none stays behind.
        """
        with self._lock:
            if not self.is_worth:
                return None
            room = self._rooms.get((row, is_wide))
            if room is None:
                fresh = large_pages(self.customers * (1 + is_wide))
                room = self._rooms[row, is_wide] = fresh.view(np.uint16) if is_wide else fresh
            return room

    def add(self, batch: BatchCodes | None) -> None:
        """Add what the next batch was made of."""
        if not self.is_worth:
            return
        if batch is not None and not self._batches:
            self._columns = {one.row: _Column(one.inputs) for one in batch.painted}
        # not columns that gave codes for a while, nor codes that have meant too many things
        if (
            batch is None
            or [one.row for one in batch.painted] != list(self._columns)
            or not self._is_small(batch)
        ):
            self._batches.clear()
            self._columns.clear()
            with self._lock:
                self.is_worth = False
                self._rooms.clear()

    def _is_small(self, batch: BatchCodes) -> bool:
        """Return whether all that is kept is little enough with one more batch."""
        self._batches.append(batch)
        for one, codes in zip(batch.painted, batch.codes, strict=True):
            self._columns[one.row].add(batch.first + batch.rows, codes, one.answers)
        self._size += batch.size
        answers = [one for column in self._columns.values() for one in column.variants]
        size = self._size + sum(one.table.nbytes for one in answers)
        is_coded = all(column.height <= MOST for column in self._columns.values())
        return is_coded and _SHARE * size <= self.masks * self.customers // 8

    def kept(self, board: Board, tables: Sequence[Tables]) -> KeptCodes | None:
        """Return what tables of masks were made of, by whose board; None where it is not kept."""
        if not self._batches:
            return None
        columns = list(self._columns.values())
        painted = [Painted(i, one.answers(), one.inputs) for i, one in enumerate(columns)]
        firsts = [one.first for one in self._batches]
        given = [one.given for one in self._batches]
        pieces = [one.pieces() for one in columns]
        return KeptCodes(board, tables, self._size, painted, pieces, firsts, given)


@dataclass(slots=True)
class _Column:
    """What the codes of a column meant in the batches: often the same, or more of the same."""

    inputs: Sequence[int]
    variants: list[Answers] = field(default_factory=list)
    _codes: list[tuple[int, Narrow, int]] = field(default_factory=list)

    @property
    def height(self) -> int:
        """The number of codes, each counted once for each thing that it has meant."""
        return sum(len(one.table) for one in self.variants)

    def add(self, end: int, codes: Narrow, answers: Answers) -> None:
        """Add the codes up to a row, and what they mean."""
        number = self._number(answers)
        if self._codes and self._codes[-1][1] is codes and self._codes[-1][2] == number:
            self._codes.pop()  # it goes on
        self._codes.append((end, codes, number))

    def _number(self, answers: Answers) -> int:
        """Return the number of the variant that holds some answers."""
        for number, known in enumerate(self.variants):
            if _begins(known, answers):
                return number
            if _begins(answers, known):
                self.variants[number] = answers
                return number
        self.variants.append(answers)
        return len(self.variants) - 1

    def pieces(self) -> Sequence[Piece]:
        """Return the codes of all rows."""
        heights = (len(one.table) for one in self.variants[:-1])
        starts = list(accumulate(heights, initial=0))
        return [Piece(end, codes, starts[number]) for end, codes, number in self._codes]

    def answers(self) -> Answers:
        """Return the answers of all variants, one after the other."""
        if len(self.variants) == 1:
            return self.variants[0]
        return Answers(np.concatenate([one.table for one in self.variants]), is_ordered=False)


def _begins(whole: Answers, answers: Answers) -> bool:
    """Return whether the answers of some codes are the first of others."""
    if whole is answers:
        return True
    size = len(answers.table)
    return size <= len(whole.table) and np.array_equal(whole.table[:size], answers.table)


# ---- when they are evaluated


@dataclass(frozen=True, slots=True)
class Piece:
    """The codes of a column up to the row `end`, which mean what those from `start` on mean."""

    end: int
    codes: Narrow
    start: int


@dataclass(frozen=True, slots=True)
class KeptCodes:
    """What the masks of an evaluation were made of; several threads may use it.

    It takes `size` bytes. `pieces` are a column's, for each that is painted; `given` are masks of
    the rows of each batch, whose `firsts` begin a word.
    """

    board: Board
    tables: Sequence[Tables]
    size: int
    painted: Sequence[Painted]
    pieces: Sequence[Sequence[Piece]]
    firsts: Sequence[int]
    given: Sequence[Mapping[int, Words]]

    def answers(self, places: Places, threads: int = 1) -> Tables:
        """Return the masks of some rows alone, by their places, which rise."""
        found = tables(self.tables[0].shape[1], len(places))
        firsts = range(0, len(places), _AT_ONCE)
        work = (
            (places[i : i + _AT_ONCE], found[i // (64 * BLOCK) : (i + _AT_ONCE) // (64 * BLOCK)])
            for i in firsts
        )
        if threads < 2 or len(firsts) < 2:
            for one in work:
                self._answer(*one)
            return found
        with ThreadPoolExecutor(threads) as pool:
            for part in [pool.submit(self._answer, *one) for one in work]:
                part.result()
        return found

    def _answer(self, places: Places, found: Tables) -> None:
        codes = np.empty((len(self.painted), len(places)), np.uint16)
        for row, pieces in zip(codes, self.pieces, strict=True):
            for piece, own in zip(pieces, _parts(places, [one.end for one in pieces]), strict=True):
                row[own] = piece.codes[places[own]]
                if piece.start:
                    row[own] += np.uint16(piece.start)
        self.board.run(len(places), codes, self.painted, (), self._masks(places), found)

    def _masks(self, places: Places) -> dict[int, Words]:
        bits = {number: np.empty(len(places), np.bool_) for number in self.given[0]}
        parts = _parts(places, [*self.firsts[1:], int(places[-1]) + 1]) if bits else ()
        for first, given, own in zip(self.firsts, self.given, parts, strict=False):
            at = places[own] - first
            for number, words in given.items():
                bits[number][own] = words[at >> 6] >> (at & 63).astype(np.uint64) & np.uint64(1)
        return {number: packed(pl.Series(own)) for number, own in bits.items()}


def _parts(places: Places, ends: Sequence[int]) -> list[slice]:
    """Return which of some places are below each end, and not below the one before."""
    stops = np.searchsorted(places, ends).tolist()
    return [slice(start, stop) for start, stop in pairwise((0, *stops))]
