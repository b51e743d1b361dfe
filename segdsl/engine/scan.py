"""The events of one kind, read once: which of them fulfil each condition, and what is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeAlias

import polars as pl

from segdsl.backends.polars.column import (
    Column,
    Fixed,
    Part,
    series_of,
    single,
)
from segdsl.backends.polars.measures import Codes, codes_of, codes_of_texts
from segdsl.backends.polars.uniques import dictionaries
from segdsl.backends.polars.windows import Parted, Window, part
from segdsl.catalog.types import Kind
from segdsl.engine import masks as m
from segdsl.engine.readers.wanted import ROW
from segdsl.engine.tables import Table
from segdsl.engine.text_tables import TextTables, homes_of, worth_a_dictionary
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME

Given: TypeAlias = Mapping[n.Node, Sequence[pl.Series | Fixed]]
"""The customers' values, one for each customer; of several the first known one counts."""

_CHUNK = 64  # atoms in one pass
_DEEP = 32  # operations one in another in one expression


@dataclass(slots=True)
class Scan:
    """The events that some condition may choose, and the masks over them."""

    table: Table
    texts: TextTables
    parted: Mapping[n.Predicate, Parted]
    _masks: dict[n.Node, m.Mask] = field(default_factory=dict)
    _windows: dict[Window, m.Mask | None] = field(default_factory=dict)  # None: every event

    @staticmethod
    def of(
        frame: pl.DataFrame,
        conditions: Sequence[n.Predicate],
        values: Sequence[n.Value],
        given: Given,
        calendar: Calendar,
        *,
        needs_time: bool = False,
    ) -> Scan:
        """Return the scan of a frame for some conditions and some values of single events.

        `given` are the customers' values that they read, one for each customer.
        """
        parted = {condition: part(condition, calendar) for condition in conditions}
        others = [item for one in parted.values() for item in one.others]
        inside = _inside((*others, *values), given)
        names = {node.name: None for node in inside if isinstance(node, n.Property)}
        has_window = any(one.window for one in parted.values())
        if needs_time or has_window:
            names[TIME] = None
        frame = _cut(frame.select(ROW, *names), [one.window for one in parted.values()])
        frame = frame.with_columns(pl.col(ROW).cast(pl.Int64))
        table = Table.of(frame, ROW, None, calendar)
        for node in inside:
            if node in given:
                parts = [_spread(part, table) for part in given[node]]
                table.lowering.put(node, tuple(parts))
        scan = Scan(table, _text_tables(table, inside, others, values, given, calendar), parted)
        scan._derive(inside)
        scan._compute(_atoms(others))
        return scan

    def chosen(self, condition: n.Predicate, known: m.Mask | None) -> m.Mask | None:
        """Return which events fulfil a condition and are in `known`; None stands for all."""
        parted = self.parted[condition]
        own: list[m.Mask | None] = [self._mask(item) for item in parted.others]
        if parted.window is not None:
            own.append(self._within(parted.window))
        masks = [mask for mask in (*own, known) if mask is not None]
        return m.intersection(masks) if masks else None

    def column(self, name: str, mask: m.Mask | None) -> pl.Series:
        """Return a column of the chosen events."""
        values = self.table.frame[name]
        return values if mask is None else values.filter(mask)

    def measure(self, node: n.Value) -> pl.Series | None:
        """Return a value of each event, None for one that stands on nothing known."""
        self.texts.bring([node])
        operand = self.table.lowering.value(node)
        if not operand:
            return None
        schema = self.table.frame.schema
        if isinstance(node, n.Property) and schema[node.name] == single(operand).dtype:
            return self.table.frame[node.name]
        return series_of(operand, self.table.compute)

    def codes(self, node: n.Value, values: pl.Series) -> Codes:
        """Return the codes of a measure with these values."""
        text = self.texts.tables.get(node.name) if isinstance(node, n.Property) else None
        if text is None:
            return codes_of(values)
        codes = self.table.frame[text.codes.meta.output_name()]
        return codes_of_texts(codes, text.table.frame.to_series(0))

    def happened(self, condition: n.Predicate, values: Sequence[n.Property]) -> pl.DataFrame:
        """Return customer, time and some properties of those events that fulfil a condition."""
        mask = self.chosen(condition, None)
        names = dict.fromkeys((ROW, TIME, *(value.name for value in values)))
        frame = self.table.frame.select(*names)
        return frame if mask is None else frame.filter(mask)

    def _within(self, window: Window) -> m.Mask | None:
        """Return which events lie in a window; None where all do."""
        if window not in self._windows:
            self._windows[window] = window.chosen(self.table.frame[TIME])
        return self._windows[window]

    def _derive(self, inside: Sequence[n.Node]) -> None:
        """Compute values that are dear or read more than once."""
        rest = self.texts.derive(_steps(inside))
        self.texts.bring(rest)
        self.table.derive(rest)

    def _compute(self, atoms: Sequence[n.Node]) -> None:
        """Compute the masks of atoms."""
        for start in range(0, len(atoms), _CHUNK):
            chunk = atoms[start : start + _CHUNK]
            exprs = self.texts.masks(chunk)
            rest = [atom for atom in chunk if atom not in exprs]
            self.texts.bring(rest)
            exprs.update((atom, self.table.lowering.predicate(atom)) for atom in rest)
            found = self.table.compute(list(exprs.values()))
            self._masks.update(zip(exprs, found, strict=True))

    def _mask(self, root: n.Predicate) -> m.Mask | None:
        """Return the mask of a condition that is made of atoms."""
        for node in n.ordered(root, below=_connected):
            if node not in self._masks:
                self._masks[node] = m.joined(node, self._masks, self.table.frame.height)
        return self._masks[root]


def _connected(node: n.Node) -> tuple[n.Node, ...]:
    """Return the conditions that a connective joins."""
    return n.children(node) if isinstance(node, n.CONNECTIVES) else ()


def _atoms(roots: Iterable[n.Node]) -> list[n.Node]:
    """Return the distinct predicates that the roots join."""
    joined = n.ordered(*roots, below=_connected)
    return [node for node in joined if not isinstance(node, n.CONNECTIVES)]


def _spread(part: pl.Series | Fixed, table: Table) -> Part:
    """Return a value of the customers as that of each event."""
    if isinstance(part, Fixed):
        return part
    spread = part.gather(table.frame[ROW])
    return Column(table.add(spread), spread.dtype)


def _inside(roots: Iterable[n.Node], given: Given) -> tuple[n.Node, ...]:
    """Return all nodes that hold for one event, and of the customer's those that they read."""
    return n.ordered(*roots, below=lambda node: () if node in given else n.children(node))


def _cut(frame: pl.DataFrame, windows: Sequence[Window | None]) -> pl.DataFrame:
    """Return the events of the shortest window that has all others in it, if that spares many."""
    known = [window for window in windows if window is not None]
    if not known or len(known) < len(windows):
        return frame
    mask = reduce(Window.__or__, known).spared(frame[TIME])
    return frame if mask is None else frame.filter(mask)


def _text_tables(
    table: Table,
    inside: Sequence[n.Node],
    roots: Iterable[n.Node],
    values: Iterable[n.Value],
    given: Given,
    calendar: Calendar,
) -> TextTables:
    homes = homes_of(inside, given)
    names = worth_a_dictionary([*_atoms(roots), *_steps(inside)], homes)
    measured = [node.name for node in values if isinstance(node, n.Property) and _is_text(node)]
    found = dictionaries(table.frame, list(dict.fromkeys((*names, *measured))))
    return TextTables.of(table, found, homes, calendar)


def _is_text(node: n.Property) -> bool:
    return node.type.kind is Kind.TEXT


def _steps(inside: Sequence[n.Node]) -> list[n.Node]:
    """Return the values worth a column: dear ones, those that are read twice, and deep ones."""
    readers = Counter(child for node in inside for child in n.children(node))
    depths: dict[n.Node, int] = {}  # of what varies: operations since the last column
    steps: list[n.Node] = []
    for node in inside:
        beneath = [depths[child] for child in n.children(node) if child in depths]
        if not beneath and not isinstance(node, n.Property):
            continue
        depths[node] = 1 + max(beneath, default=-1)
        if _is_step(node, readers[node], depths[node]):
            depths[node] = 0
            steps.append(node)
    return steps


def _is_step(node: n.Node, readers: int, depth: int) -> bool:
    if isinstance(node, n.Apply | n.Shift):
        return readers > 1 or depth >= _DEEP
    return isinstance(node, n.Folded)
