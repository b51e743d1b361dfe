"""The masks by NumPy alone: planes of codes, joined by calls on blocks that stay in the cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.algebra import FUNCTIONS
from segdsl.backends.masks.answers import Answers, Codes
from segdsl.backends.masks.arrow import Bytes
from segdsl.backends.masks.circuit import Circuit, Schedule, Signal
from segdsl.backends.masks.cuts import Numbers, Places
from segdsl.backends.masks.machine import (
    Attempt,
    Compared,
    Connect,
    Numbered,
    Painted,
    Roots,
    RowNumbers,
    Words,
)
from segdsl.backends.masks.planes import Classes, Painter, Plane, Source
from segdsl.backends.masks.rows import BLOCK as WORDS
from segdsl.backends.masks.rows import Tables, laid
from segdsl.backends.masks.words import last_word, ones, width
from segdsl.backends.polars.uniques import dictionary

BLOCK = 1 << 17  # rows; 64 of them are a word
_FEW = 256  # rows whose words stay in the cache


@dataclass(frozen=True, slots=True)
class Plain:
    """Computes codes and masks by NumPy."""

    def texts(self, column: pl.Series, most: int, codes: Codes) -> pl.Series | None:
        """Write the number of each text of a column and return the texts by their numbers."""
        if column.head(4 * most).n_unique() > most:
            return None
        found = dictionary(column)
        if len(found.values) > most:
            return None
        codes[:] = found.codes.to_numpy()
        return found.values

    def relabel(self, codes: Codes, labels: Codes) -> None:
        """Write for each code its label in its place."""
        codes[:] = labels[codes]

    def reached(self, values: Numbers, bounds: Numbers, codes: Codes) -> None:
        """Write one more than the number of sorted bounds, at least one, that a value reaches."""
        places = Places.of(bounds)
        for start in range(0, len(values), BLOCK):
            places.write(values[start : start + BLOCK], codes[start : start + BLOCK])

    def look_up(self, codes: Numbered, answers: Bytes, words: Words) -> None:
        """Write the mask of those rows whose code has an answer of 1, not of 0."""
        places = np.empty(min(BLOCK, len(codes)), np.intp)
        found = words.view(np.uint8)
        words[-1:] = 0
        for start in range(0, len(codes), BLOCK):
            own = codes[start : start + BLOCK]
            places[: len(own)] = own  # what `take` would do for all of them at once
            bits = np.packbits(answers.take(places[: len(own)], mode="clip"), bitorder="little")
            found[start // 8 : start // 8 + len(bits)] = bits

    def search(self, attempt: Attempt) -> None:
        """Return nothing: to try conditions on all rows takes less than to number texts."""

    def compares(self, bounds: int) -> bool:  # noqa: ARG002
        """Return that values are coded."""
        return False

    def board(self, inputs: int, connect: Connect) -> PlainBoard:
        """Return a board for so many inputs."""
        return PlainBoard(inputs, connect)

    def gather(
        self,
        part: Tables,
        numbers: RowNumbers,
        places: RowNumbers,
        found: Tables,
        rows: RowNumbers,
        targets: RowNumbers,
    ) -> None:
        """Set those bits of rows of `found` that rows of `part` have at `places`."""
        for start in range(0, len(places), _FEW):
            own, at = places[start : start + _FEW], rows[start : start + _FEW]
            words = part[own >> 12, :, own >> 6 & 63].take(numbers, axis=1)
            words >>= (own & 63).astype(np.uint64)[:, None]
            words &= np.uint64(1)
            words <<= (at & 63).astype(np.uint64)[:, None]
            firsts = np.flatnonzero(np.diff(at >> 6, prepend=-1))
            joined = np.bitwise_or.reduceat(words, firsts, axis=0)
            words_at = at[firsts] >> 6
            found[(words_at >> 6)[:, None], targets, (words_at & 63)[:, None]] |= joined


@dataclass(slots=True)
class PlainBoard:
    """The gates for the answers of the last batches: they change where a coder has learnt.

    Two are kept: customers who change are coded as of now, and as they were.
    """

    inputs: int
    connect: Connect
    _last: tuple[tuple[tuple[Answers, ...], _Gates], ...] = ()

    def run(
        self,
        rows: int,
        codes: npt.NDArray[np.uint16],
        painted: Sequence[Painted],
        compared: Sequence[Compared],
        given: Mapping[int, Words],
        found: Tables,
    ) -> npt.NDArray[np.int64]:
        """Return how many customers of a batch are in each result, and write their words."""
        if compared:
            raise ValueError("columns are coded, not compared")
        answers = tuple(one.answers for one in painted)
        gates = self._gates(answers, painted)
        counts = gates.roots.constants(rows, found)
        _Batch(gates, rows, codes, painted, given).run(counts, found)
        return counts

    def _gates(self, answers: tuple[Answers, ...], painted: Sequence[Painted]) -> _Gates:
        last = self._last
        for known, gates in last:
            if known == answers:  # answers are equal if they are the same
                return gates
        found = _Gates.of(self, painted)
        self._last = (answers, found), *last[:1]
        return found


@dataclass(frozen=True, slots=True)
class _Gates:
    """The circuit for given answers, and what its leaves are: inputs, or planes of sources."""

    roots: Roots
    schedule: Schedule
    inputs: Mapping[int, int]  # by the number of the leaf
    sources: Sequence[tuple[Source, Mapping[int, Plane], npt.NDArray[Any]]]

    @staticmethod
    def of(board: PlainBoard, painted: Sequence[Painted]) -> _Gates:
        """Return the gates; the last of a source are the classes of its codes."""
        leaves = _Leaves()
        signals: dict[int, Signal] = {}
        sources: list[tuple[Source, npt.NDArray[Any]]] = []
        for one in painted:
            classes = one.answers.classes
            size = int(classes.max()) + 1
            firsts = np.zeros(size, np.intp)
            firsts[classes[::-1]] = np.arange(len(classes))[::-1]
            source = Source(size)
            sets = list(one.answers.table[firsts].T)
            found = source.signals(leaves.circuit, sets, leaves.add)
            signals.update(zip(one.inputs, found, strict=True))
            sources.append((source, classes.astype(np.uint8 if size <= 256 else np.uint16)))
        inputs: dict[int, int] = {}
        for number in range(board.inputs):
            if number not in signals:
                leaf, signals[number] = leaves.add()
                inputs[leaf] = number
        ordered = [signals[number] for number in range(board.inputs)]
        roots = Roots.of(board.connect(leaves.circuit, ordered))
        schedule = leaves.circuit.schedule([roots.signals[i] for i in roots.varying])
        own = set(schedule.leaves)
        return _Gates(
            roots,
            schedule,
            {leaf: number for leaf, number in inputs.items() if leaf in own},
            [
                (source, {leaf: p for leaf, p in source.leaves.items() if leaf in own}, classes)
                for source, classes in sources
            ],
        )


@dataclass(slots=True)
class _Leaves:
    """The leaves of a circuit under construction."""

    circuit: Circuit = field(default_factory=Circuit)
    size: int = 0

    def add(self) -> tuple[int, Signal]:
        """Return the number of a new leaf, and its signal."""
        self.size += 1
        return self.size - 1, self.circuit.leaf()


class _Batch:
    """The slots of a schedule, filled anew for each block of a batch."""

    def __init__(
        self,
        gates: _Gates,
        rows: int,
        codes: npt.NDArray[np.uint16],
        painted: Sequence[Painted],
        given: Mapping[int, Words],
    ) -> None:
        self._gates, self._rows, self._given = gates, rows, given
        self._classes: list[Classes] = [
            np.take(classes, codes[one.row, :rows], mode="clip")
            for one, (_, _, classes) in zip(painted, gates.sources, strict=True)
        ]
        self._slots = {leaf: i for i, leaf in enumerate(gates.schedule.leaves)}
        self._painter = Painter(min(BLOCK, max(rows, 1)))
        shape = (gates.schedule.buffers + len(gates.roots.varying), width(BLOCK))
        self._buffers = np.empty(shape, np.uint64)

    def run(self, counts: npt.NDArray[np.int64], found: Tables) -> None:
        """Compute the results that vary: add how many customers are in them, write their words."""
        for start in range(0, self._rows if self._gates.roots.varying else 0, BLOCK):
            stop = min(start + BLOCK, self._rows)
            blocks = slice(start // (64 * WORDS), -(-stop // (64 * WORDS)))
            for i, own in zip(self._gates.roots.varying, self._block(start, stop), strict=True):
                counts[i] += ones(own)
                if i < found.shape[1]:
                    found[blocks, i : i + 1] = laid(own)

    def _block(self, start: int, stop: int) -> Sequence[Words]:
        """Return the results that vary for some rows."""
        begin, end = start // 64, width(stop)
        slots: list[Words] = [_NOTHING] * len(self._slots)
        for leaf, number in self._gates.inputs.items():
            slots[self._slots[leaf]] = self._given[number][begin:end]
        for (source, planes, _), classes in zip(self._gates.sources, self._classes, strict=True):
            for leaf, words in self._painter.paint(source, planes, classes[start:stop]).items():
                slots[self._slots[leaf]] = words
        slots += [buffer[: end - begin] for buffer in self._buffers]
        for step in self._gates.schedule.steps:
            function = FUNCTIONS[step.kind]
            if step.right < 0:
                function(slots[step.left], slots[step.target])
            else:
                function(slots[step.left], slots[step.right], slots[step.target])
        results = slots[len(slots) - len(self._gates.roots.varying) :]
        for words in results:
            if stop % 64:
                words[-1] &= last_word(stop)
        return results


_NOTHING = np.zeros(0, np.uint64)
