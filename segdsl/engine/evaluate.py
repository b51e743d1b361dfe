"""Runs a Program over all customers: level by level, values, then atoms, then segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import polars as pl

from segdsl.backends.polars.column import Column, Operand, Part, single
from segdsl.backends.polars.population import common, ntile, ranked
from segdsl.backends.polars.uniques import dictionaries, spread_mask
from segdsl.catalog.types import Kind
from segdsl.engine.connect import Connections
from segdsl.engine.masks import Mask
from segdsl.engine.tables import Table, TextTable
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.program import Level, Program

_CHUNK = 256  # atoms in one pass over the customers
_ENOUGH = 3  # steps that make a dictionary of a text worth while
_EACH = frozenset({n.Bucket, n.Ntile, n.Ranked, n.Common})  # depend on who the customer is


@dataclass(frozen=True, slots=True)
class Result:
    """The mask of each segment and the values of each trait, in the order of the frame's rows."""

    masks: dict[str, Mask]
    traits: dict[str, pl.Series]


def run(program: Program, frame: pl.DataFrame, key: str, calendar: Calendar) -> Result:
    """Return who is in which segment of a program.

    The frame has one row a customer: the key and the program's fields as canonical columns. Raises
    UnsupportedError for what Polars cannot keep the meaning of.
    """
    running = _Run(program, frame, key, calendar)
    for level in program.levels:
        running.run_level(level)
    return running.result()


class _Run:
    """The tables and masks of one evaluation."""

    def __init__(self, program: Program, frame: pl.DataFrame, key: str, calendar: Calendar) -> None:
        self._program = program
        self._key = key
        self._customers = Table.of(frame, key, key, calendar)
        self._connections = Connections(program, frame.height)
        self._homes = _homes(program)
        names = _worth_a_dictionary(program, self._homes)
        self._texts = {
            name: TextTable.of(dictionary, self._customers, calendar)
            for name, dictionary in dictionaries(frame, names).items()
        }

    def run_level(self, level: Level) -> None:
        """Compute the steps of a level."""
        for node in level.values:
            if isinstance(node, n.Ntile):
                tiles = ntile(self._column(node.subject), self._keys, node.buckets)
                kept = Column(self._customers.add(tiles), pl.Int64())
                self._customers.lowering.put(node, (kept,))
        for name, text in self._texts.items():
            text.table.derive(node for node in level.values if self._homes.get(node) == name)
        rest = [node for node in level.values if self._home(node) is None]
        rest = [node for node in rest if not isinstance(node, n.Ntile)]
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

    def _home(self, node: n.Node) -> TextTable | None:
        """Return the table of distinct texts that a node can be computed on, if there is one."""
        name = self._homes.get(node)
        return None if name is None else self._texts.get(name)

    def _run_atoms(self, atoms: Sequence[n.Node]) -> None:
        """Compute the masks of atoms, all in one pass but for those on the population."""
        exprs: dict[n.Node, pl.Expr] = {}
        for name, text in self._texts.items():
            own = [atom for atom in atoms if self._homes.get(atom) == name]
            found = text.table.compute([text.table.lowering.predicate(atom) for atom in own])
            for atom, mask in zip(own, found, strict=True):
                exprs[atom] = spread_mask(mask, text.codes, text.dtype)
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
        return self._customers.compute([single(operand).expr])[0]

    def _bring(self, nodes: Iterable[n.Node]) -> None:
        """Give the customers those values of distinct texts that nodes over customers read."""
        roots = [root for node in nodes for root in _read_by(node)] if self._texts else ()
        for value in n.ordered(*roots):
            text = self._home(value)
            done = text.table.lowering.values.get(value) if text else None
            if text and done and value not in self._customers.lowering.values:
                self._customers.keep({value: _spread(done, text)})


def _spread(operand: Operand, text: TextTable) -> Operand:
    """Return a value of the distinct texts as that of each customer."""
    parts: list[Part] = []
    for part in operand:
        if isinstance(part, Column):
            distinct = text.table.compute([part.expr])[0]
            part = Column(pl.lit(distinct).gather(text.codes), part.dtype)
        parts.append(part)
    return tuple(parts)


def _read_by(node: n.Node) -> tuple[n.Node, ...]:
    """Return the nodes whose values, and those beneath, a value or an atom reads."""
    if isinstance(node, n.Ranked):
        return (node.by,) if node.per is None else (node.by, node.per)
    return (node,)


def _homes(program: Program) -> dict[n.Node, str]:
    """Return the text field of each node that stands on nothing but that one field."""
    several = ""
    homes: dict[n.Node, str] = {}
    steps = (node for level in program.levels for node in (*level.values, *level.atoms))
    for node in n.ordered(*steps, *program.traits.values()):
        beneath = {homes[child] for child in n.children(node) if child in homes}
        if type(node) in _EACH or len(beneath) > 1:
            homes[node] = several
        elif isinstance(node, n.Field):
            homes[node] = node.name if node.type.kind is Kind.TEXT else several
        elif beneath:
            homes[node] = beneath.pop()
    return {node: name for node, name in homes.items() if name != several}


def _worth_a_dictionary(program: Program, homes: Mapping[n.Node, str]) -> list[str]:
    """Return the text fields that several steps read, or one that is dear."""
    steps = [node for level in program.levels for node in (*level.values, *level.atoms)]
    readers = Counter(homes[node] for node in steps if node in homes)
    dear = {homes[node] for node in homes if _is_dear(node)}
    return [name for name, count in readers.items() if count >= _ENOUGH or name in dear]


def _is_dear(node: n.Node) -> bool:
    """Return whether Python computes a node, value by value."""
    return isinstance(node, n.Folded | n.InNetwork) or (
        isinstance(node, n.Apply) and node.function == "domain"
    )
