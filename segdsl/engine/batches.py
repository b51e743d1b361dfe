"""Batches of customers: slices of columns that are there, or frames as files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from threading import Lock
from typing import Protocol, TypeAlias, TypeGuard

import polars as pl

from segdsl.backends.masks.machine import Words
from segdsl.backends.masks.words import packed, width
from segdsl.engine.columns import Columns
from segdsl.engine.memory import Pace
from segdsl.engine.witness import Witness
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.program import Coded, Level, Program

Canonical: TypeAlias = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some customers in a row, the first of which stands at the beginning of a word.

    `column` gives the values of a column that is coded, `words` are masks of all customers, and
    `compute` makes masks of further atoms for these.
    """

    first: int
    rows: int
    column: Callable[[n.Node], pl.Series]
    words: Mapping[n.Node, Words]
    compute: Callable[[Sequence[n.Node]], Mapping[n.Node, Words]]

    def masks(self, nodes: Sequence[n.Node]) -> dict[n.Node, Words]:
        """Return the masks of atoms, and of what is known from before."""
        own = _words(self.first, self.rows)
        found = {node: self.words[node][own] for node in nodes if node in self.words}
        lacking = [node for node in nodes if node not in found]
        return {**found, **self.compute(lacking)} if lacking else found


class Source(Protocol):
    """Where the columns of a level come from."""

    def worth_codes(self, level: Level) -> Coded:
        """Return the values that become codes, and their atoms."""

    def sample(self, node: n.Node) -> pl.Series:
        """Return values of a column as batches have them."""

    def canonical(self, node: n.Node) -> Canonical:
        """Return what makes of texts of a column those that conditions read; it holds no data."""

    def batches(self, words: Mapping[n.Node, Words]) -> Iterator[Batch]:
        """Yield the customers; `words` are masks of all of them."""


def _words(first: int, rows: int) -> slice:
    return slice(first // 64, first // 64 + width(rows))


# ---- columns that are there


@dataclass(frozen=True, slots=True)
class Sliced:
    """All customers' columns, a slice of them at a time."""

    columns: Columns
    pace: Pace
    _values: dict[n.Node, pl.Series] = field(default_factory=dict)
    _late: dict[n.Node, Words] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def worth_codes(self, level: Level) -> Coded:
        """Return the values that become codes, and their atoms."""
        return level.coded

    def sample(self, node: n.Node) -> pl.Series:
        """Return the values of a column."""
        if node not in self._values:
            self._values[node] = self.columns.column(node)
        return self._values[node]

    def canonical(self, node: n.Node) -> Canonical:  # noqa: ARG002
        """Return what leaves texts as they are."""
        return pl.Series.rechunk

    def batches(self, words: Mapping[n.Node, Words]) -> Iterator[Batch]:
        """Yield the customers; `words` are masks of all of them."""
        height = self.columns.table.frame.height
        size = self.pace.batch(height)
        for first in range(0, height, size):
            rows = min(size, height - first)
            column = partial(self._column, first, rows)
            yield Batch(first, rows, column, words, partial(self._masks, first, rows))

    def _column(self, first: int, rows: int, node: n.Node) -> pl.Series:
        return self._values[node].slice(first, rows)

    def _masks(self, first: int, rows: int, atoms: Sequence[n.Node]) -> dict[n.Node, Words]:
        """Return the masks of atoms that codes could not say after all."""
        with self._lock:
            lacking = [atom for atom in atoms if atom not in self._late]
            self._late.update((a, packed(mask)) for a, mask in self.columns.masks(lacking))
        return {atom: self._late[atom][_words(first, rows)] for atom in atoms}


# ---- columns that are read batch by batch


@dataclass(frozen=True, slots=True)
class Stream:
    """Fields that are not in the frame of all customers but read batch by batch.

    `frames` yields the cells of all customers, so many rows a frame but for the last; `canonical`
    reads the cells of a field. Coders are given texts as they stand, and floats of `plain` fields:
    what reading those does, coders do themselves. The `witness` knows of all others whether reading
    changed them.
    """

    fields: frozenset[str]
    plain: frozenset[str]
    frames: Callable[[int], Iterator[pl.DataFrame]]
    canonical: Callable[[str, pl.Series], pl.Series]
    witness: Witness

    def reads(self, node: n.Node) -> bool:
        """Return whether a node stands on a field that is read batch by batch."""
        return any(isinstance(one, n.Field) and one.name in self.fields for one in n.ordered(node))


class Streamed:
    """The fields of a stream, with all customers' columns beside them."""

    def __init__(
        self,
        columns: Columns,
        stream: Stream,
        values: Sequence[n.Node],
        calendar: Calendar,
        pace: Pace,
    ) -> None:
        """Begin to read; `values` are the steps of the level, and there is a customer at least."""
        self._columns, self._stream = columns, stream
        self._values, self._calendar = values, calendar
        self._frames = stream.frames(pace.batch(columns.table.frame.height))
        self._head = next(self._frames)
        self._whole: dict[n.Node, pl.Series] = {}

    def worth_codes(self, level: Level) -> Coded:
        """Return the values that become codes, and their atoms."""
        return {
            node: atoms
            for node, atoms in level.coded_as_read.items()
            if node in level.coded or self._stream.reads(node)
        }

    def sample(self, node: n.Node) -> pl.Series:
        """Return values of a column as batches have them: texts as they were read."""
        if not self._is_streamed(node):
            self._whole[node] = self._columns.column(node)
            return self._whole[node]
        return self._column(0, self._head, node)

    def canonical(self, node: n.Node) -> Canonical:
        """Return what makes of texts of a column those that conditions read."""
        if self._is_streamed(node):
            return partial(self._stream.canonical, node.name)
        return pl.Series.rechunk

    def batches(self, words: Mapping[n.Node, Words]) -> Iterator[Batch]:
        """Yield the customers; `words` are masks of all of them."""
        first = 0
        for frame in chain([self._head], self._frames):
            column = partial(self._column, first, frame)
            compute = partial(self._masks, first, frame)
            yield Batch(first, frame.height, column, words, compute)
            first += frame.height

    def _column(self, first: int, frame: pl.DataFrame, node: n.Node) -> pl.Series:
        if not self._is_streamed(node):
            return self._whole[node].slice(first, frame.height)
        cells = frame[node.name]
        if cells.dtype == pl.Float64 and node.name in self._stream.plain:
            return cells
        self._stream.witness.has_read(node.name, first, frame.height)
        return cells if cells.dtype == pl.String else self._stream.canonical(node.name, cells)

    def _is_streamed(self, node: n.Node) -> TypeGuard[n.Field]:
        return isinstance(node, n.Field) and node.name in self._stream.fields

    def _masks(
        self, first: int, frame: pl.DataFrame, atoms: Sequence[n.Node]
    ) -> dict[n.Node, Words]:
        """Return the masks of atoms for the customers of one frame."""
        below = n.ordered(*atoms)
        names = dict.fromkeys(node.name for node in below if isinstance(node, n.Field))
        there = [name for name in names if name not in self._stream.fields]
        key = self._columns.key
        whole = self._columns.table.frame.select(list(dict.fromkeys((key, *there))))
        late = [name for name in names if name in self._stream.fields]
        read = [self._stream.canonical(name, frame[name]).alias(name) for name in late]
        for name in late:
            self._stream.witness.has_read(name, first, frame.height)
        own = whole.slice(first, frame.height).hstack(read)
        inside = set(below)
        values = [node for node in self._values if node in inside]
        height = self._columns.table.frame.height
        columns = Columns.of(own, key, self._calendar, [*values, *atoms], customers=height)
        columns.derive(values)
        return {atom: packed(mask) for atom, mask in columns.masks(atoms)}


def at_the_bottom(program: Program) -> frozenset[str]:
    """Return the fields that nothing reads but atoms which stand on fields and the key alone."""
    if not program.levels:
        return frozenset()
    is_plain: dict[n.Node, bool] = {}
    roots = [*program.segments.values(), *program.traits.values()]
    for node in n.ordered(*roots):
        others = (n.OverEvents, n.Ntile, n.Ranked, n.Common)
        is_plain[node] = not isinstance(node, others) and all(map(is_plain.get, n.children(node)))
    bottom, *above = program.levels
    atoms = [atom for atom in bottom.atoms if is_plain[atom]]
    beside: list[n.Node] = [atom for atom in bottom.atoms if not is_plain[atom]]
    beside += [*bottom.events, *program.traits.values()]
    beside += [node for level in above for node in (*level.events, *level.values, *level.atoms)]
    return _fields(atoms) - _fields(beside)


def _fields(nodes: Sequence[n.Node]) -> frozenset[str]:
    return frozenset(node.name for node in n.ordered(*nodes) if isinstance(node, n.Field))
