"""Planes: one bit a customer of what a column of small codes says, and how sets are made of them.

A set of codes becomes a range of codes, a union of single codes, or a bit of a look-up table,
whichever is cheapest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from segdsl.backends.masks.arrow import Words
from segdsl.backends.masks.circuit import Circuit, Signal

Classes: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Chosen: TypeAlias = npt.NDArray[np.bool_]
"""For each code whether it is in a set."""

# Measured times of 2^18 rows in the cache, in microseconds; only their ratios matter.
_COMPARED = 10.5  # a plane by comparing
_LOOKED_UP = 20.0  # a plane by looking up eight at once
_JOINED = 0.9  # two planes joined

_TABLE = 8  # planes in one look-up


class Test(Enum):
    """What a plane says of a code."""

    EQUALS = "="
    AT_LEAST = ">="
    LOOKED_UP = "in"


@dataclass(frozen=True, slots=True)
class Plane:
    """A leaf of the circuit: the test of a source's codes. `number` is a code or a place."""

    test: Test
    number: int


@dataclass(slots=True)
class Source:
    """The planes that are made of a column of codes, by the numbers of their leaves."""

    size: int  # the number of different codes
    planes: dict[Plane, Signal] = field(default_factory=dict)
    leaves: dict[int, Plane] = field(default_factory=dict)
    tables: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    _places: int = 0

    def signals(
        self, circuit: Circuit, sets: Sequence[Chosen], leaf: Callable[[], tuple[int, Signal]]
    ) -> list[Signal]:
        """Return the signals of sets of codes. `leaf` gives a new leaf, its number first."""
        ways = _ways(sets)
        return [
            self._signal(circuit, chosen, way, leaf) for chosen, way in zip(sets, ways, strict=True)
        ]

    def _signal(
        self,
        circuit: Circuit,
        chosen: Chosen,
        way: Test,
        leaf: Callable[[], tuple[int, Signal]],
    ) -> Signal:
        def plane(test: Test, number: int) -> Signal:
            return self._plane(Plane(test, number), leaf)

        match way:
            case Test.AT_LEAST:
                return _of_ranges(circuit, chosen, lambda code: plane(Test.AT_LEAST, code))
            case Test.EQUALS:
                is_few = 2 * int(chosen.sum()) <= len(chosen)
                codes = np.flatnonzero(chosen if is_few else ~chosen)
                found = circuit.any(plane(Test.EQUALS, int(code)) for code in codes)
                return found if is_few else found ^ 1
            case Test.LOOKED_UP:
                return plane(Test.LOOKED_UP, self._enter(chosen))

    def _plane(self, plane: Plane, leaf: Callable[[], tuple[int, Signal]]) -> Signal:
        signal = self.planes.get(plane)
        if signal is None:
            number, signal = leaf()
            self.planes[plane] = signal
            self.leaves[number] = plane
        return signal

    def _enter(self, chosen: Chosen) -> int:
        """Give a set a bit in a table and return its place."""
        table, bit = divmod(self._places, _TABLE)
        if not bit:
            self.tables.append(np.zeros(self.size, np.uint8))
        self.tables[table] |= chosen.astype(np.uint8) << np.uint8(bit)
        self._places += 1
        return self._places - 1


def _of_ranges(circuit: Circuit, chosen: Chosen, at_least: Callable[[int], Signal]) -> Signal:
    """Return a set that is a few ranges: each from one code up to another."""
    edges = [int(edge) + 1 for edge in np.flatnonzero(chosen[1:] != chosen[:-1])]
    starts = edges[1::2] if chosen[0] else edges[::2]
    ends = edges[::2] if chosen[0] else edges[1::2]
    whole: list[Signal] = []
    if chosen[0]:
        if not ends:
            return 1
        whole.append(at_least(ends[0]) ^ 1)
        ends = ends[1:]
    for i, start in enumerate(starts):
        found = at_least(start)
        if i < len(ends):
            found = circuit.all((found, at_least(ends[i]) ^ 1))
        whole.append(found)
    return circuit.any(whole)


def _ways(sets: Sequence[Chosen]) -> list[Test]:
    """Return how each set is made, by what is cheapest for them together."""
    edges = [np.flatnonzero(chosen[1:] != chosen[:-1]) for chosen in sets]
    sizes = [min(int(chosen.sum()), int((~chosen).sum())) for chosen in sets]
    ranged = _worth_it(range(len(sets)), edges)
    rest = [i for i in range(len(sets)) if i not in ranged]
    single = [np.flatnonzero(c if 2 * int(c.sum()) <= len(c) else ~c) for c in sets]
    small = [i for i in rest if _JOINED * sizes[i] < _LOOKED_UP]
    joined = _worth_it(small, single)
    return [
        Test.AT_LEAST if i in ranged else Test.EQUALS if i in joined else Test.LOOKED_UP
        for i in range(len(sets))
    ]


def _worth_it(sets: Iterable[int], needs: Sequence[npt.NDArray[np.intp]]) -> set[int]:
    """Return those sets for which planes are worth while that others need as well."""
    candidates = sorted(sets, key=lambda i: len(needs[i]))
    planes: set[int] = set()
    found: set[int] = set()
    waiting: set[int] = set()
    spared = 0.0
    for i in candidates:
        own = set(map(int, needs[i]))
        planes |= own
        waiting.add(i)
        spared += _LOOKED_UP - _JOINED * len(own)
        if _COMPARED * len(planes) <= spared + _COMPARED / 10:
            found |= waiting
            waiting = set()
    return found


@dataclass(slots=True)
class Painter:
    """Makes the planes of a block; its buffers serve all blocks."""

    block: int
    _flags: npt.NDArray[np.bool_] = field(init=False)
    _looked: npt.NDArray[np.uint8] = field(init=False)
    _places: npt.NDArray[np.intp] = field(init=False)

    def __post_init__(self) -> None:
        self._flags = np.zeros(self.block, np.bool_)
        self._looked = np.zeros(self.block, np.uint8)
        self._places = np.zeros(self.block, np.intp)

    def paint(
        self, source: Source, leaves: Mapping[int, Plane], codes: Classes
    ) -> dict[int, Words]:
        """Return the words of a source's leaves for a block of codes."""
        found: dict[int, Words] = {}
        tables: dict[int, list[tuple[int, int]]] = {}
        flags = self._flags[: len(codes)]
        for leaf, plane in leaves.items():
            match plane.test:
                case Test.EQUALS:
                    np.equal(codes, plane.number, out=flags)
                    found[leaf] = _packed(flags)
                case Test.AT_LEAST:
                    np.greater_equal(codes, plane.number, out=flags)
                    found[leaf] = _packed(flags)
                case Test.LOOKED_UP:
                    table, bit = divmod(plane.number, _TABLE)
                    tables.setdefault(table, []).append((bit, leaf))
        if tables:
            self._places[: len(codes)] = codes
        for table, bits in tables.items():
            self._look_up(source.tables[table], bits, len(codes), found)
        return found

    def _look_up(
        self,
        table: npt.NDArray[np.uint8],
        bits: Iterable[tuple[int, int]],
        rows: int,
        found: dict[int, Words],
    ) -> None:
        looked, flags = self._looked[:rows], self._flags[:rows].view(np.uint8)
        np.take(table, self._places[:rows], out=looked, mode="wrap")
        for bit, leaf in bits:
            np.bitwise_and(looked, np.uint8(1 << bit), out=flags)
            found[leaf] = _packed(flags)


def _packed(flags: npt.NDArray[np.bool_] | npt.NDArray[np.uint8]) -> Words:
    """Return flags as words, the last one filled up with zeros."""
    found = np.packbits(flags, bitorder="little")
    if len(found) % 8:
        found = np.concatenate([found, np.zeros(-len(found) % 8, np.uint8)])
    return found.view(np.uint64)
