"""Runs a Program over all customers: level by level, values, then atoms, then segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import polars as pl

from segdsl.backends.polars.column import Column, Fixed, series_of
from segdsl.backends.polars.population import common, ntile, ranked
from segdsl.backends.polars.uniques import dictionaries
from segdsl.engine.connect import Connections
from segdsl.engine.masks import Mask
from segdsl.engine.tables import Table
from segdsl.engine.text_tables import TextTables, homes_of, worth_a_dictionary
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.program import Level, Program

_CHUNK = 256  # atoms in one pass over the customers
_NO_EVENTS: Mapping[str, pl.DataFrame] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Result:
    """The mask of each segment and the values of each trait, in the order of the frame's rows."""

    masks: dict[str, Mask]
    traits: dict[str, pl.Series]


def run(
    program: Program,
    frame: pl.DataFrame,
    key: str,
    calendar: Calendar,
    events: Mapping[str, pl.DataFrame] = _NO_EVENTS,
) -> Result:
    """Return who is in which segment of a program.

    The frame has one row a customer: the key and the program's fields as canonical columns. A frame
    of `events` has one row an event: in `engine.events.ROW` the position of its customer, and the
    program's properties as canonical columns. Raises UnsupportedError for what Polars cannot keep
    the meaning of, DataError for numbers that are too large to be summed.
    """
    running = _Run(program, frame, key, calendar, events)
    for level in program.levels:
        running.run_level(level)
    return running.result()


class _Run:
    """The tables and masks of one evaluation."""

    def __init__(
        self,
        program: Program,
        frame: pl.DataFrame,
        key: str,
        calendar: Calendar,
        events: Mapping[str, pl.DataFrame],
    ) -> None:
        self._program = program
        self._calendar = calendar
        self._events = events
        self._key = key
        self._customers = Table.of(frame, key, key, calendar)
        self._connections = Connections(program, frame.height)
        steps = [node for level in program.levels for node in (*level.values, *level.atoms)]
        homes = homes_of(n.ordered(*steps, *program.traits.values()))
        found = dictionaries(frame, worth_a_dictionary(steps, homes))
        self._texts = TextTables.of(self._customers, found, homes, calendar)

    def run_level(self, level: Level) -> None:
        """Compute the steps of a level."""
        if level.events:
            self._gather(level.events)
        for node in level.values:
            if isinstance(node, n.Ntile):
                tiles = ntile(self._column(node.subject), self._keys, node.buckets)
                kept = Column(self._customers.add(tiles), pl.Int64())
                self._customers.lowering.put(node, (kept,))
        rest = [node for node in self._texts.derive(level.values) if not isinstance(node, n.Ntile)]
        self._bring(rest)
        self._customers.derive(rest)
        atoms = iter(level.atoms)
        while chunk := tuple(islice(atoms, _CHUNK)):
            self._run_atoms(chunk)

    def result(self) -> Result:
        """Return what the segments and traits have become."""
        segments = self._program.segments.items()
        return Result(
            {name: self._connections.read(root) for name, root in segments},
            {name: self._column(root).alias(name) for name, root in self._program.traits.items()},
        )

    @property
    def _keys(self) -> pl.Series:
        return self._customers.frame[self._key]

    def _gather(self, nodes: Sequence[n.OverEvents]) -> None:
        """Compute what is made of events: a column of each aggregate, a mask of each sequence."""
        from segdsl.engine.events import gathered  # NumPy is needed for events alone

        height = self._customers.frame.height
        found = gathered(nodes, self._events, self._parts, height, self._calendar)
        for node, series in found.items():
            if isinstance(node, n.InOrder):
                self._connections.add(node, series)
            else:
                column = Column(self._customers.add(series), series.dtype)
                self._customers.lowering.put(node, (column,))

    def _run_atoms(self, atoms: Sequence[n.Node]) -> None:
        """Compute the masks of atoms, all in one pass but for those on the population."""
        exprs = self._texts.masks(atoms)
        rest = [atom for atom in atoms if atom not in exprs]
        self._bring(rest)
        for atom in rest:
            if not isinstance(atom, n.Ranked | n.Common):
                exprs[atom] = self._customers.lowering.predicate(atom)
        masks = dict(zip(exprs, self._customers.compute(list(exprs.values())), strict=True))
        for atom in atoms:
            self._connections.add(atom, masks[atom] if atom in masks else self._population(atom))

    def _population(self, node: n.Node) -> Mask:
        match node:
            case n.Ranked():
                values, groups = self._column(node.by), self._group(node.per)
                within = self._connections.read(node.within) if node.within else None
                return ranked(values, self._keys, groups, within, node.amount, node.is_top)
            case n.Common():
                within = self._connections.read(node.within) if node.within else None
                values, groups = self._column(node.subject), self._group(node.per)
                return common(values, groups, within, node.count)
            case _:
                raise TypeError(f"{type(node).__name__} does not stand on the population")

    def _group(self, node: n.Node | None) -> pl.Series | None:
        return None if node is None else self._column(node)

    def _column(self, node: n.Node) -> pl.Series:
        """Return a value for each customer."""
        self._bring([node])
        operand = self._customers.lowering.value(node)
        if not operand:
            return pl.repeat(None, len(self._keys), dtype=pl.Null, eager=True)
        return series_of(operand, self._customers.compute)

    def _parts(self, node: n.Node) -> tuple[pl.Series | Fixed, ...]:
        """Return a value for each customer, in the parts whose first known one it is."""
        self._bring([node])
        parts = self._customers.lowering.value(node)
        columns = [part.expr for part in parts if isinstance(part, Column)]
        computed = iter(self._customers.compute(columns))
        return tuple(next(computed) if isinstance(part, Column) else part for part in parts)

    def _bring(self, nodes: Iterable[n.Node]) -> None:
        """Give the customers those values of distinct texts that nodes over customers read."""
        self._texts.bring(root for node in nodes for root in _read_by(node))


def _read_by(node: n.Node) -> tuple[n.Node, ...]:
    """Return the nodes whose values, and those beneath, a value or an atom reads."""
    if isinstance(node, n.Ranked):
        return (node.by,) if node.per is None else (node.by, node.per)
    return (node,)
