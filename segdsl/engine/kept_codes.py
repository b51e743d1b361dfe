"""What masks were made of: the codes of each batch, from which some customers' are made again.

Where masks are many, codes take far less room than they do, and one customer's stand at far fewer
places in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Lock
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.answers import Answers
from segdsl.backends.masks.coders import MOST
from segdsl.backends.masks.machine import Board, Painted, Words
from segdsl.backends.masks.rows import BLOCK, Tables, memory, tables
from segdsl.backends.masks.words import packed

Narrow: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Places: TypeAlias = npt.NDArray[np.int64]

_SHARE = 4  # codes are kept where they take at most such a part of what the masks take
_FEW = 1 << 8  # codes that are told apart by a byte
_AT_ONCE = 16 * 64 * BLOCK  # customers whose codes stay in the cache
_ROOM = 1 << 25  # bytes that are asked for at once: only what is written to is taken
_LINE = 64  # bytes


@dataclass(frozen=True, slots=True)
class BatchCodes:
    """What the results of a batch were made of: the codes of columns, and masks by input."""

    rows: int
    painted: Sequence[Painted]
    codes: Sequence[Narrow]  # of what is painted
    given: Mapping[int, Words]

    @property
    def size(self) -> int:
        """The number of bytes."""
        return sum(one.nbytes for one in (*self.codes, *self.given.values()))


# ---- while customers are evaluated


@dataclass(slots=True)
class CodeKeeper:
    """Keeps the codes of so many customers, as long as so many masks take several times the room.

    Several threads may `copy`; one adds the batches, in their order.
    """

    customers: int
    masks: int
    _batches: list[_Batch] = field(default_factory=list)
    _columns: dict[int, _Column] = field(default_factory=dict)
    _size: int = 0
    _is_worth: bool = True
    _room: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    _lock: Lock = field(default_factory=Lock)

    def copy(
        self,
        rows: int,
        codes: npt.NDArray[np.uint16],
        painted: Sequence[Painted],
        given: Mapping[int, Words],
    ) -> BatchCodes | None:
        """Return what a batch was made of, its codes copied; None where that is not to be kept."""
        if not self._is_worth:
            return None
        own: list[Narrow] = []
        for one in painted:
            is_wide = len(one.answers.table) > _FEW
            room = self._taken(2 * rows if is_wide else rows, 2 * len(codes) * self.customers)
            own.append(room.view(np.uint16) if is_wide else room)
            np.copyto(own[-1], codes[one.row, :rows], casting="unsafe")
        return BatchCodes(rows, painted, own, given)

    def _taken(self, size: int, most: int) -> npt.NDArray[np.uint8]:
        """Return fresh memory, of which there may be so much in all: it is dear in small pieces."""
        with self._lock:
            if len(self._room) < size:
                self._room = memory(max(size, min(_ROOM, most)))
            found, self._room = self._room[:size], self._room[-(-size // _LINE) * _LINE :]
        return found

    def add(self, batch: BatchCodes | None) -> None:
        """Add what the next batch was made of."""
        if batch is None or not self._is_worth:
            return
        rows = [one.row for one in batch.painted]
        if not self._batches:
            self._columns = {one.row: _Column(one.inputs) for one in batch.painted}
        if rows == list(self._columns):
            variants = [self._columns[one.row].number(one.answers) for one in batch.painted]
            self._batches.append(_Batch(batch, variants))
            self._size += batch.size
        # columns that gave codes for a while, or codes that have meant too many things
        self._is_worth = rows == list(self._columns) and self._is_small()
        if not self._is_worth:
            self._batches.clear()
            self._columns.clear()

    def _is_small(self) -> bool:
        answers = [one for column in self._columns.values() for one in column.variants]
        size = self._size + sum(one.table.nbytes for one in answers)
        is_coded = all(column.codes <= MOST for column in self._columns.values())
        return is_coded and _SHARE * size <= self.masks * self.customers // 8

    def kept(self, board: Board) -> KeptCodes | None:
        """Return what all batches were made of, by whose board; None if it was not to be kept."""
        if not self._batches:
            return None
        columns = list(self._columns.values())
        starts = [column.starts() for column in columns]
        batches: list[_Slice] = []
        first = 0
        for one in self._batches:
            own = [starts[i][variant] for i, variant in enumerate(one.variants)]
            batches.append(_Slice(first, one.made.codes, own, one.made.given))
            first += one.made.rows
        painted = [Painted(i, one.answers(), one.inputs) for i, one in enumerate(columns)]
        return KeptCodes(board, self.masks, first, painted, batches)


@dataclass(frozen=True, slots=True)
class _Batch:
    made: BatchCodes
    variants: Sequence[int]  # of each column, what its codes mean there


@dataclass(slots=True)
class _Column:
    """What the codes of a column meant in the batches: often the same, or more of the same."""

    inputs: Sequence[int]
    variants: list[Answers] = field(default_factory=list)

    @property
    def codes(self) -> int:
        """The number of codes, each counted once for each thing that it has meant."""
        return sum(len(one.table) for one in self.variants)

    def number(self, answers: Answers) -> int:
        """Return the number of the variant that holds some answers."""
        for number, known in enumerate(self.variants):
            if _begins(known, answers):
                return number
            if _begins(answers, known):
                self.variants[number] = answers
                return number
        self.variants.append(answers)
        return len(self.variants) - 1

    def starts(self) -> Sequence[int]:
        """Return which code the first of each variant is among those of all."""
        return list(accumulate((len(one.table) for one in self.variants[:-1]), initial=0))

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
class KeptCodes:
    """What the masks of an evaluation were made of; several threads may use it."""

    board: Board
    masks: int
    rows: int
    painted: Sequence[Painted]
    batches: Sequence[_Slice]

    @property
    def size(self) -> int:
        """The number of bytes that codes and masks take."""
        kept = (array for one in self.batches for array in (*one.codes, *one.given.values()))
        return sum(array.nbytes for array in kept)

    def answers(self, places: Places, threads: int = 1) -> Tables:
        """Return the masks of some rows alone, by their places, which rise."""
        found = tables(self.masks, len(places))
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
        bits = {number: np.empty(len(places), np.bool_) for number in self.batches[0].given}
        for batch, own in self._parts(places):
            at = places[own] - batch.first
            for row, (kept, start) in enumerate(zip(batch.codes, batch.starts, strict=True)):
                codes[row, own] = kept[at]
                if start:
                    codes[row, own] += np.uint16(start)
            for number, words in batch.given.items():
                bits[number][own] = words[at >> 6] >> (at & 63).astype(np.uint64) & np.uint64(1)
        given = {number: packed(pl.Series(own)) for number, own in bits.items()}
        self.board.run(len(places), codes, self.painted, given, found)

    def _parts(self, places: Places) -> Iterator[tuple[_Slice, slice]]:
        """Yield the batches that some rows are in, and which of these they are."""
        ends = np.searchsorted(places, [*(one.first for one in self.batches[1:]), self.rows])
        start = 0
        for batch, end in zip(self.batches, ends.tolist(), strict=True):
            if end > start:
                yield batch, slice(start, end)
            start = end


@dataclass(frozen=True, slots=True)
class _Slice:
    """A batch: its first row, its codes, by how much they are to be raised, and its masks."""

    first: int
    codes: Sequence[Narrow]
    starts: Sequence[int]
    given: Mapping[int, Words]
