"""Steps that stand on one text alone, computed once for each distinct text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from segdsl.backends.polars.column import Column, Operand, Part
from segdsl.backends.polars.uniques import Dictionary, spread_mask
from segdsl.catalog.types import Kind
from segdsl.engine.tables import Table, TextTable
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n

_ENOUGH = 3  # steps that make a dictionary of a text worth while
_EACH = (n.Bucket, n.Ntile, n.Ranked, n.Common, n.OverEvents)  # depend on who the customer is


@dataclass(frozen=True, slots=True)
class TextTables:
    """The tables of distinct texts beside a table, and which steps are theirs."""

    main: Table
    tables: Mapping[str, TextTable]
    homes: Mapping[n.Node, str]

    @staticmethod
    def of(
        main: Table,
        dictionaries: Mapping[str, Dictionary],
        homes: Mapping[n.Node, str],
        calendar: Calendar,
    ) -> TextTables:
        """Return the tables of dictionaries, whose codes are added to the main table."""
        tables = {name: TextTable.of(own, main, calendar) for name, own in dictionaries.items()}
        return TextTables(main, tables, homes)

    def home(self, node: n.Node) -> TextTable | None:
        """Return the table that a node can be computed on, if there is one."""
        name = self.homes.get(node)
        return None if name is None else self.tables.get(name)

    def derive(self, values: Sequence[n.Node]) -> list[n.Node]:
        """Compute those values that stand on one text, and return the others."""
        for name, text in self.tables.items():
            text.table.derive(node for node in values if self.homes.get(node) == name)
        return [node for node in values if self.home(node) is None]

    def masks(self, atoms: Sequence[n.Node]) -> dict[n.Node, pl.Expr]:
        """Return masks over the main table of those atoms that stand on one text."""
        found: dict[n.Node, pl.Expr] = {}
        for name, text in self.tables.items():
            own = [atom for atom in atoms if self.homes.get(atom) == name]
            masks = text.table.compute([text.table.lowering.predicate(atom) for atom in own])
            for atom, mask in zip(own, masks, strict=True):
                found[atom] = spread_mask(mask, text.codes, text.dtype)
        return found

    def bring(self, roots: Iterable[n.Node]) -> None:
        """Give the main table those values of distinct texts that nodes over it read."""
        for value in n.ordered(*roots) if self.tables else ():
            text = self.home(value)
            done = text.table.lowering.values.get(value) if text else None
            if text and done and value not in self.main.lowering.values:
                self.main.keep({value: _spread(done, text)})


def _spread(operand: Operand, text: TextTable) -> Operand:
    """Return a value of the distinct texts as that of each row."""
    parts: list[Part] = []
    for part in operand:
        if isinstance(part, Column):
            distinct = text.table.compute([part.expr])[0]
            part = Column(pl.lit(distinct).gather(text.codes), part.dtype)
        parts.append(part)
    return tuple(parts)


def homes_of(nodes: Iterable[n.Node], others: Container[n.Node] = ()) -> dict[n.Node, str]:
    """Return the text of each node that stands on nothing but that one field or property.

    The nodes come after their children; `others` stand for themselves.
    """
    several = ""
    homes: dict[n.Node, str] = {}
    for node in nodes:
        beneath = {homes[child] for child in n.children(node) if child in homes}
        if isinstance(node, _EACH) or node in others or len(beneath) > 1:
            homes[node] = several
        elif isinstance(node, n.Field | n.Property):
            homes[node] = node.name if node.type.kind is Kind.TEXT else several
        elif beneath:
            homes[node] = beneath.pop()
    return {node: name for node, name in homes.items() if name != several}


def worth_a_dictionary(steps: Iterable[n.Node], homes: Mapping[n.Node, str]) -> list[str]:
    """Return the texts that several steps read, or one that is dear."""
    readers = Counter(homes[node] for node in steps if node in homes)
    dear = {homes[node] for node in homes if _is_dear(node)}
    return [name for name, count in readers.items() if count >= _ENOUGH or name in dear]


def _is_dear(node: n.Node) -> bool:
    """Return whether Python computes a node, value by value."""
    return isinstance(node, n.Folded | n.InNetwork) or (
        isinstance(node, n.Apply) and node.function == "domain"
    )
