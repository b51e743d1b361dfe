"""What Polars computes of each customer of a frame: values as columns, atoms as masks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import polars as pl

from segdsl.backends.polars.column import Column, Fixed, series_of
from segdsl.backends.polars.uniques import dictionaries
from segdsl.engine.tables import Table
from segdsl.engine.text_tables import TextTables, homes_of, worth_a_dictionary
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n

_CHUNK = 256  # atoms in one pass over the customers


@dataclass(frozen=True, slots=True)
class Columns:
    """The customers of a frame, and the tables of the distinct texts in it."""

    key: str
    table: Table
    texts: TextTables

    @staticmethod
    def of(
        frame: pl.DataFrame,
        key: str,
        calendar: Calendar,
        steps: Sequence[n.Node],
        others: Iterable[n.Node] = (),
        customers: int = 0,
    ) -> Columns:
        """Return the columns of a frame on which these steps, and other values, are computed.

        It may be a batch of so many customers.
        """
        table = Table.of(frame, key, key, calendar, customers)
        homes = homes_of(n.ordered(*steps, *others))
        found = dictionaries(frame, worth_a_dictionary(steps, homes))
        return Columns(key, table, TextTables.of(table, found, homes, calendar))

    @property
    def keys(self) -> pl.Series:
        """The customers' keys."""
        return self.table.frame[self.key]

    def add(self, node: n.Node, series: pl.Series) -> None:
        """Know a value by a column that is computed."""
        kept = Column(self.table.add(series), series.dtype)
        self.table.lowering.put(node, (kept,))

    def derive(self, values: Sequence[n.Node]) -> None:
        """Compute values as columns."""
        rest = self.texts.derive(values)
        self._bring(rest)
        self.table.derive(rest)

    def masks(self, atoms: Iterable[n.Node]) -> Iterable[tuple[n.Node, pl.Series]]:
        """Yield the masks of atoms, none of which stands on the population."""
        waiting = iter(atoms)
        while chunk := tuple(islice(waiting, _CHUNK)):
            exprs = self.texts.masks(chunk)
            rest = [atom for atom in chunk if atom not in exprs]
            self._bring(rest)
            exprs.update((atom, self.table.lowering.predicate(atom)) for atom in rest)
            yield from zip(exprs, self.table.compute(list(exprs.values())), strict=True)

    def column(self, node: n.Node) -> pl.Series:
        """Return a value of each customer."""
        self._bring([node])
        operand = self.table.lowering.value(node)
        if not operand:
            return pl.repeat(None, len(self.keys), dtype=pl.Null, eager=True)
        if (
            len(operand) == 1
            and isinstance(operand[0], Column)
            and operand[0].expr.meta.is_column()
        ):
            return self.table.frame[operand[0].expr.meta.output_name()]
        return series_of(operand, self.table.compute)

    def parts(self, node: n.Node) -> tuple[pl.Series | Fixed, ...]:
        """Return a value of each customer, in the parts whose first known one it is."""
        self._bring([node])
        parts = self.table.lowering.value(node)
        columns = [part.expr for part in parts if isinstance(part, Column)]
        computed = iter(self.table.compute(columns))
        return tuple(next(computed) if isinstance(part, Column) else part for part in parts)

    def _bring(self, nodes: Iterable[n.Node]) -> None:
        """Give the customers those values of distinct texts that nodes over customers read."""
        self.texts.bring(nodes)
