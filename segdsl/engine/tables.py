"""Frames on which steps are computed: all customers, and the distinct texts of one column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

import polars as pl

from segdsl.backends.polars.column import Column, Operand, Part
from segdsl.backends.polars.lower import Lowering
from segdsl.backends.polars.uniques import Dictionary
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n

Names: TypeAlias = "count[int]"


@dataclass(slots=True)
class Table:
    """A frame with the columns of steps beside those it came with, and the lowering over it."""

    frame: pl.DataFrame
    lowering: Lowering
    anchor: str  # a column that is always there: it gives constants their height
    _names: Names = field(default_factory=count)

    @staticmethod
    def of(
        frame: pl.DataFrame, anchor: str, key: str | None, calendar: Calendar, customers: int = 0
    ) -> Table:
        """Return the table of a frame, which may be a batch of so many customers."""
        customers = max(customers, frame.height)
        return Table(frame, Lowering(calendar, frame.schema, key, customers), anchor)

    def derive(self, nodes: Iterable[n.Node]) -> None:
        """Compute values as columns; each comes after those that it reads."""
        waiting: dict[n.Node, Operand] = {}
        for node in nodes:
            if self._reads(node, waiting):
                self.keep(waiting)
                waiting = {}
            waiting[node] = self.lowering.value(node)
        self.keep(waiting)

    def _reads(self, node: n.Node, waiting: Mapping[n.Node, Operand]) -> bool:
        """Return whether a value stands on one that waits, columns that are there aside."""
        beneath, seen = [node], {node}
        while beneath:
            for child in n.children(beneath.pop()):
                if child in waiting:
                    return True
                if child not in seen and child not in self.lowering.values:
                    seen.add(child)
                    beneath.append(child)
        return False

    def keep(self, operands: dict[n.Node, Operand]) -> None:
        """Compute operands as columns and know them by these nodes from now on."""
        added: list[pl.Expr] = []
        for node, operand in operands.items():
            kept: list[Part] = []
            for part in operand:
                if isinstance(part, Column):
                    name = self._new_name()
                    added.append(part.expr.alias(name))
                    part = Column(pl.col(name), part.dtype)
                kept.append(part)
            self.lowering.put(node, tuple(kept))
        self.frame = self.frame.with_columns(added)

    def add(self, series: pl.Series) -> pl.Expr:
        """Add a column under a name of its own and return it."""
        name = self._new_name()
        self.frame = self.frame.with_columns(series.alias(name))
        return pl.col(name)

    def compute(self, exprs: Sequence[pl.Expr]) -> list[pl.Series]:
        """Return what expressions give, in one pass over the frame."""
        named = [expr.alias(f"\0{i}") for i, expr in enumerate(exprs)]
        # The anchor gives expressions without a column the height of the frame.
        found = self.frame.select(pl.col(self.anchor), *named).get_columns()[1:]
        return [series.rechunk(in_place=True) for series in found]

    def _new_name(self) -> str:
        return f"\0step {next(self._names)}"  # no field begins like this


@dataclass(slots=True)
class TextTable:
    """The table of the distinct texts of a column, and where each customer's text stands in it."""

    table: Table
    codes: pl.Expr
    dtype: pl.DataType

    @staticmethod
    def of(dictionary: Dictionary, customers: Table, calendar: Calendar) -> TextTable:
        """Return the table of a dictionary, whose codes are added to the customers' table."""
        frame = dictionary.values.to_frame()
        table = Table.of(frame, dictionary.values.name, None, calendar)
        return TextTable(table, customers.add(dictionary.codes), dictionary.codes.dtype)
