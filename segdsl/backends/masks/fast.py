"""The masks by machine code (see `compiled`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import local
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks import compiled, compiled_codes
from segdsl.backends.masks.answers import Codes
from segdsl.backends.masks.arrow import Bytes, Views
from segdsl.backends.masks.circuit import Circuit, Kind
from segdsl.backends.masks.cuts import Bins, Numbers
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
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.rows import BLOCK, Tables
from segdsl.backends.masks.searching import FEW, MOST, Slots, TextSearch, slots_for

_FLIPS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.AND: 0,
        Kind.OR: compiled.LEFT_FLIPPED | compiled.RIGHT_FLIPPED | compiled.FLIPPED,
        Kind.XOR: compiled.ONE_OF_BOTH,
        Kind.AND_NOT: compiled.RIGHT_FLIPPED,
        Kind.NOT: compiled.FLIPPED,
        Kind.COPY: 0,
    }
)
_NO_NUMBERS = np.zeros(0, np.int64)
_NO_WORDS = np.zeros((0, 0), np.uint64)
_BITS = 64  # conditions in a word
_WIDTH = 8  # bytes of a value
_COMPARED = 40  # bounds; codes take less time with more


# What the machine code takes for granted of numbers that stand elsewhere: it is kept compiled.
assert compiled.BLOCK == BLOCK
assert BLOCK % compiled.LANES == 0


class Fast:
    """Computes codes and masks by machine code."""

    def __init__(self) -> None:
        """Prepare nothing yet; each thread keeps a table of texts for its next batch."""
        self._own = local()

    def texts(self, column: pl.Series, most: int, codes: Codes) -> pl.Series | None:
        """Write the number of each text of a column and return the texts by their numbers."""
        views = Views.of(column)
        for size in dict.fromkeys((min(most, FEW), min(most, MOST))):
            firsts, known = np.empty(size, np.int64), np.empty((size, 2), np.uint64)
            found, _, _ = compiled_codes.number_texts(
                views.words,
                views.valid,
                views.offset,
                codes,
                firsts,
                known,
                self._slots(size),
                0,
                -1,
            )
            if found != compiled_codes.FULL:
                return column.gather(firsts[:found])
        return Plain().texts(column, most, codes)  # long ones may stand in memory more than once

    def _slots(self, texts: int) -> Slots:
        """Return an empty table for so many texts."""
        if texts > FEW:
            return slots_for(texts)
        if not hasattr(self._own, "slots"):
            self._own.slots = slots_for(FEW)
        slots: Slots = self._own.slots
        slots.fill(0)
        return slots

    def search(self, attempt: Attempt) -> TextSearch:
        """Return what tries conditions on each distinct text, some rows after the others."""
        return TextSearch(attempt)

    def relabel(self, codes: Codes, labels: Codes) -> None:
        """Write for each code its label in its place."""
        compiled_codes.relabel(codes, labels)

    def reached(self, values: Numbers, bounds: Numbers, codes: Codes) -> None:
        """Write one more than the number of sorted bounds, at least one, that a value reaches."""
        bins = Bins.of(bounds)
        low, scale, earlier = bins.low, bins.scale, bins.earlier
        if not scale:
            codes[:] = np.searchsorted(bounds, values, side="right") + 1
            return
        compiled_codes.count_reached(values, bounds, low, scale, earlier, bins.known, codes)

    def look_up(self, codes: Numbered, answers: Bytes, words: Words) -> None:
        """Write the mask of those rows whose code has an answer of 1, not of 0."""
        compiled_codes.look_up(codes, answers, words)

    def compares(self, bounds: int) -> bool:
        """Return whether values are better compared with so many bounds than coded by them."""
        return bounds <= _COMPARED

    def board(self, inputs: int, connect: Connect) -> FastBoard:
        """Return a board for so many inputs."""
        circuit = Circuit()
        leaves = [circuit.leaf() for _ in range(inputs)]
        roots = Roots.of(connect(circuit, leaves))
        schedule = circuit.schedule([roots.signals[i] for i in roots.varying])
        slots = np.full(inputs, -1, np.int64)
        slots[list(schedule.leaves)] = np.arange(len(schedule.leaves))
        steps = [
            (_FLIPS[s.kind], s.left, s.left if s.right < 0 else s.right, s.target)
            for s in schedule.steps
        ]
        results = len(schedule.leaves) + schedule.buffers
        return FastBoard(roots, slots, np.array(steps, np.int64).reshape(-1, 4), results)

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
        compiled.gather(part, numbers, places, found, rows, targets)


@dataclass(frozen=True, slots=True)
class FastBoard:
    """Gates as an array of steps on slots: first those of the inputs that are read, then others."""

    roots: Roots
    slots: npt.NDArray[np.int64]  # of each input, -1 where none
    steps: npt.NDArray[np.int64]
    results: int  # the first slot of the results that vary

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
        layout = Layout.of(painted, self.slots)
        comparisons = Comparisons.of(compared, rows, self.slots)
        masks = {self.slots[number]: words for number, words in given.items()}
        masks = {slot: words for slot, words in masks.items() if slot >= 0}
        varying = np.array(self.roots.varying, np.int64)
        counts = self.roots.constants(rows, found)
        counts[varying] = compiled.run_batch(
            rows,
            codes,
            layout.tables,
            layout.members,
            layout.groups,
            layout.targets,
            comparisons.columns,
            comparisons.bounds,
            comparisons.tests,
            comparisons.turns,
            comparisons.known,
            np.stack(list(masks.values())) if masks else _NO_WORDS,
            np.array(list(masks), np.int64),
            self.steps,
            np.zeros((self.results + len(varying), BLOCK), np.uint64),
            self.results,
            found,
            varying[varying < found.shape[1]],
        )
        return counts


@dataclass(frozen=True, slots=True)
class Layout:
    """Conditions in groups of 64 (see `compiled.run_batch`): small columns share one."""

    tables: Words
    members: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]

    @staticmethod
    def of(painted: Sequence[Painted], slots: npt.NDArray[np.int64]) -> Layout:
        """Return the groups of the conditions that have slots."""
        groups: list[_Group] = []
        tables: list[Words] = []
        at = 0
        for one in painted:
            bits, own = one.answers.bits, slots[list(one.inputs)]
            height, width = bits.shape
            open_group = groups[-1] if groups else None
            if not (own >= 0).any():
                continue
            if width == 1 and open_group is not None and open_group.size + len(own) <= _BITS:
                bits = bits << np.uint64(open_group.size)
                open_group.add((one.row, at, 1), own)
            else:
                for i in range(width):
                    groups.append(_Group())
                    groups[-1].add((one.row, at + i, width), own[_BITS * i : _BITS * (i + 1)])
            tables.append(bits.ravel())
            at += height * width
        return Layout(
            np.concatenate([np.zeros(0, np.uint64), *tables]),
            np.array([m for group in groups for m in group.members], np.int64).reshape(-1, 3),
            np.cumsum([0, *(len(group.members) for group in groups)], dtype=np.int64),
            np.array([group.padded() for group in groups], np.int64).reshape(-1, _BITS),
        )


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Columns that are compared, as arrays (see `compiled._compare`)."""

    columns: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.int64]  # floats by their bits
    tests: npt.NDArray[np.int64]
    turns: npt.NDArray[np.int64]
    known: Words

    @staticmethod
    def of(compared: Sequence[Compared], rows: int, slots: npt.NDArray[np.int64]) -> Comparisons:
        """Return the columns of so many rows, with those conditions that have slots.

        Raises ValueError for values that are not so many in one piece.
        """
        columns: list[tuple[int, ...]] = []
        bounds: list[npt.NDArray[np.int64]] = []
        tests: list[tuple[int, ...]] = []
        turns: list[int] = []
        known: list[Words] = []
        at = 0
        for one in compared:
            first = len(tests)
            for number, turning in enumerate(one.answers.turns):
                slot = slots[one.inputs[number]]
                if slot >= 0:
                    missing, lowest = one.answers.table[:2, number]
                    tests.append((slot, lowest, missing, len(turns), len(turns) + len(turning)))
                    turns += turning.tolist()
            numbers, known_row = one.values.numbers, -1
            is_there = numbers.flags.c_contiguous and numbers.flags.aligned
            if not is_there or numbers.dtype.itemsize != _WIDTH or len(numbers) < rows:
                raise ValueError(f"there are not {rows} numbers of 64 bits in one piece")
            if one.values.known is not None:
                known_row = len(known)
                known.append(one.values.known)
            is_float = numbers.dtype == np.float64
            size = len(one.bounds)
            columns.append(
                (numbers.ctypes.data, is_float, at, at + size, first, len(tests), known_row)
            )
            bounds.append(one.bounds.view(np.int64))
            at += size
        return Comparisons(
            np.array(columns, np.int64).reshape(-1, 7),
            np.concatenate([_NO_NUMBERS, *bounds]),
            np.array(tests, np.int64).reshape(-1, 5),
            np.array(turns, np.int64),
            np.stack(known) if known else _NO_WORDS,
        )


@dataclass(slots=True)
class _Group:
    """64 conditions at most, on one column or on several."""

    members: list[tuple[int, int, int]] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The number of conditions."""
        return len(self.targets)

    def add(self, member: tuple[int, int, int], targets: npt.NDArray[np.int64]) -> None:
        """Add the conditions of a column."""
        self.members.append(member)
        self.targets += targets.tolist()

    def padded(self) -> list[int]:
        """Return the slots of the conditions, below 0 where there is none."""
        return [*self.targets, *[-1] * (_BITS - self.size)]
