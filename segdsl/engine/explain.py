"""Why a customer is in an audience or not: each clause with its values and its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from segdsl.diagnostics import catalog_errors
from segdsl.engine.ranks import Rank
from segdsl.errors import UnsupportedError
from segdsl.functions.buckets import BUCKETS
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.dump import describe, scalar
from segdsl.plan.meaning import Customer, meaning
from segdsl.plan.plan import Clause, clauses
from segdsl.source import Span

POPULATION = (n.Ranked, n.Common, n.Ntile)
_DEEPEST = 50  # levels of definitions that are told one inside the other
_NO_RANKS: Mapping[n.Node, Rank] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clause for one customer: its text, whether it holds, the values that it looked at.

    `values` pairs what was looked at, as a rule would write it, with what it was (None: missing);
    `seen` says the same in words, and where the customer stands in a ranking or was drawn.
    `span` is the clause's place in the rules; None where no text stands for it.
    """

    text: str
    holds: bool
    values: tuple[tuple[str, Any], ...]
    seen: tuple[str, ...]
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
            "seen": list(self.seen),
            "span": where,
            "items": [item.to_dict() for item in self.items],
        }

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> list[str]:
        mark = "yes" if self.holds else "no "
        seen = ", ".join(self.seen)
        line = f"{'  ' * depth}{mark}  {self.text}{f'   ({seen})' if seen else ''}"
        return [line, *(line for item in self.items for line in item._lines(depth + 1))]


def _shown(value: Any) -> str:
    return f"({', '.join(map(_shown, value))})" if isinstance(value, tuple) else scalar(value)


def explain(
    clause: Clause,
    customer: Customer,
    calendar: Calendar,
    given: Mapping[n.Node, Any],
    ranks: Mapping[n.Node, Rank] = _NO_RANKS,
) -> Explanation:
    """Return the explanation of a clause and of all below it.

    `given` holds the values of population nodes, `ranks` the customer's rankings. Raises
    UnsupportedError for a node that is not given: a rank cannot be told from one profile.
    """
    values: dict[n.Node, Any] = dict(given)
    for node in n.ordered(*_roots(clause)):
        if node in values:
            continue
        if isinstance(node, POPULATION):
            raise UnsupportedError((catalog_errors.needs_population(describe(node)),))
        values[node] = meaning(node, values.__getitem__, customer, calendar)
    return _explained(clause, values, ranks, set())


def _roots(root: Clause) -> list[n.Node]:
    return [node for clause in clauses(root) for node in (clause.node, *clause.subjects)]


def _explained(
    clause: Clause,
    values: Mapping[n.Node, Any],
    ranks: Mapping[n.Node, Rank],
    told: set[int],
    depth: int = 0,
) -> Explanation:
    """Return one clause's explanation; what has been told once is not told again in full."""
    subjects = [one for one in clause.subjects if not isinstance(one, n.Bucket)]
    found = {describe(subject): values[subject] for subject in subjects}
    below = clause.items if depth < _DEEPEST else ()
    new = [item for item in below if id(item) not in told]
    told.update(map(id, new))
    return Explanation(
        _text(clause, values),
        bool(values[clause.node]),
        tuple(found.items()),
        tuple(_seen(clause, subjects, values, ranks)),
        clause.span,
        tuple(_explained(item, values, ranks, told, depth + 1) for item in new),
        clause.name,
    )


def words_of(clause: Clause) -> str:
    """Return a clause in one line, as it is written where its text says it."""
    if clause.words is not None:
        return clause.words
    return " ".join(clause.span.text.split()) if clause.span else describe(clause.node)


def _text(clause: Clause, values: Mapping[n.Node, Any]) -> str:
    """Return a clause in one line; of tiers that come first it says which has the customer."""
    first = next((name for name, node in clause.earlier if values[node]), None)
    return words_of(clause) if first is None else f"{words_of(clause)}: already in {first}"


def _seen(
    clause: Clause,
    subjects: Sequence[n.Value],
    values: Mapping[n.Node, Any],
    ranks: Mapping[n.Node, Rank],
) -> Iterator[str]:
    """Yield in words what a clause looked at."""
    for subject in subjects:
        value = values[subject]
        if isinstance(subject, n.Apply) and subject.function == "distance":
            if value is not None:
                yield f"{value:,.0f} m away"
        else:
            yield f"{describe(subject)} is {_shown(value)}"
    if clause.items or clause.earlier:
        return
    for node in n.ordered(clause.node):
        if isinstance(node, n.Bucket):
            yield f"draws {values[node] * 1000 // BUCKETS / 10}%"
    if isinstance(clause.node, n.Ranked):
        yield from _standing(clause.node, values, ranks.get(clause.node))


def _standing(node: n.Ranked, values: Mapping[n.Node, Any], rank: Rank | None) -> Iterator[str]:
    """Yield where a customer stands in a ranking, or why nowhere."""
    if node.per is not None:
        yield f"{describe(node.per)} is {_shown(values[node.per])}"
    if rank is not None:
        yield f"place {rank.place:,} of {rank.of:,}, {rank.taken:,} taken"
    elif node.within is not None and not values[node.within]:
        yield "not among those who are ranked"
