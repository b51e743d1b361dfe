"""Why a customer is in an audience or not: each clause with its values and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segdsl.diagnostics import catalog_errors
from segdsl.errors import UnsupportedError
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.dump import describe, scalar
from segdsl.plan.meaning import Customer, meaning
from segdsl.plan.plan import Clause, clauses
from segdsl.source import Span

POPULATION = (n.Ranked, n.Common, n.Ntile)
_DEEPEST = 50  # levels of definitions that are told one inside the other


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clause for one customer: its text, whether it holds, the values that it looked at.

    `values` pairs what was looked at, as a rule would write it, with what it was (None: missing).
    `span` is the clause's place in the rules; None where no text stands for it.
    """

    text: str
    holds: bool
    values: tuple[tuple[str, Any], ...]
    span: Span | None
    items: tuple[Explanation, ...] = ()
    name: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data."""
        where = None
        if self.span is not None:
            start = self.span.source.position(self.span.start)
            where = {"file": self.span.source.name, "line": start.line, "column": start.column}
        return {
            "text": self.text,
            "holds": self.holds,
            "values": dict(self.values),
            "span": where,
            "items": [item.to_dict() for item in self.items],
        }

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> list[str]:
        mark = "yes" if self.holds else "no "
        seen = ", ".join(f"{what} is {_shown(value)}" for what, value in self.values)
        line = f"{'  ' * depth}{mark}  {self.text}{f'   ({seen})' if seen else ''}"
        return [line, *(line for item in self.items for line in item._lines(depth + 1))]


def _shown(value: Any) -> str:
    return f"({', '.join(map(_shown, value))})" if isinstance(value, tuple) else scalar(value)


def explain(
    clause: Clause, customer: Customer, calendar: Calendar, given: Mapping[n.Node, Any]
) -> Explanation:
    """Return the explanation of a clause and of all below it.

    `given` holds the values of population nodes. Raises UnsupportedError for one that is not
    given: a rank cannot be told from one profile.
    """
    values: dict[n.Node, Any] = dict(given)
    for node in n.ordered(*_roots(clause)):
        if node in values:
            continue
        if isinstance(node, POPULATION):
            raise UnsupportedError((catalog_errors.needs_population(describe(node)),))
        values[node] = meaning(node, values.__getitem__, customer, calendar)
    return _explained(clause, values, set())


def _roots(root: Clause) -> list[n.Node]:
    return [node for clause in clauses(root) for node in (clause.node, *clause.subjects)]


def _explained(
    clause: Clause, values: Mapping[n.Node, Any], told: set[int], depth: int = 0
) -> Explanation:
    """Return one clause's explanation; what has been told once is not told again in full."""
    text = " ".join(clause.span.text.split()) if clause.span else describe(clause.node)
    seen = {
        describe(subject): values[subject]
        for subject in clause.subjects
        if not isinstance(subject, n.Bucket)
    }
    below = clause.items if depth < _DEEPEST else ()
    new = [item for item in below if id(item) not in told]
    told.update(map(id, new))
    items = tuple(_explained(item, values, told, depth + 1) for item in new)
    holds = bool(values[clause.node])
    return Explanation(text, holds, tuple(seen.items()), clause.span, items, clause.name)
