"""Why a customer is in an audience or not: each clause with its values and its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from segdsl.diagnostics import catalog_errors
from segdsl.diagnostics.data_errors import sum_too_large
from segdsl.engine.ranks import Rank
from segdsl.engine.why_events import EventSeen, counted, in_words
from segdsl.engine.why_needs import is_constant, needed
from segdsl.engine.why_sequences import Progress, progress
from segdsl.errors import DataError, UnsupportedError
from segdsl.functions.buckets import BUCKETS
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import SumTooLargeError
from segdsl.plan.meaning import Customer, meaning
from segdsl.plan.plan import Clause, Plan, clauses
from segdsl.plan.words import describe
from segdsl.source import Span

POPULATION = (n.Ranked, n.Common, n.Ntile)
_DEEPEST = 50  # levels of definitions that are told one inside the other
_NAME = 90  # characters of what was looked at, so that its value is seen as well
_AMONG_ALL = "`segdsl why RULES DATA --customer KEY` looks at all customers"
_NO_RANKS: Mapping[n.Node, Rank] = MappingProxyType({})
_NO_NAMES: Mapping[n.Node, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clause for one customer: its text, whether it holds, the values that it looked at.

    `values` pairs what was looked at, as a rule would write it, with what it was (None: missing);
    `seen` says the same in words, what it would have to be, how far a sequence came, and where the
    customer stands in a ranking or was drawn. `events` are the latest few of the `events_counted`
    that made the values, or the steps of a sequence. `span` is the clause's place in the rules;
    None where no text stands for it.
    """

    text: str
    holds: bool
    values: tuple[tuple[str, Any], ...]
    seen: tuple[str, ...]
    span: Span | None
    items: tuple[Explanation, ...] = ()
    name: str | None = None
    events: tuple[EventSeen, ...] = ()
    events_counted: int = 0

    @property
    def event_lines(self) -> tuple[str, ...]:
        """The events in words, a line each, and how many more there are."""
        more = self.events_counted - len(self.events)
        lines = tuple(str(event) for event in self.events if event.is_telling)
        return (*lines, f"and {more:,} more") if lines and more > 0 else lines

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
            "events": [event.to_dict() for event in self.events],
            "events_counted": self.events_counted,
            "span": where,
            "items": [item.to_dict() for item in self.items],
        }

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> list[str]:
        mark = "yes" if self.holds else "no "
        seen = ", ".join(self.seen)
        line = f"{'  ' * depth}{mark}  {self.text}{f'   ({seen})' if seen else ''}"
        events = (f"{'  ' * depth}       {event}" for event in self.event_lines)
        return [line, *events, *(line for item in self.items for line in item._lines(depth + 1))]


def explain(
    clause: Clause,
    customer: Customer,
    calendar: Calendar,
    given: Mapping[n.Node, Any],
    ranks: Mapping[n.Node, Rank] = _NO_RANKS,
    names: Mapping[n.Node, str] = _NO_NAMES,
) -> Explanation:
    """Return the explanation of a clause and of all below it.

    `given` holds the values of population nodes, `ranks` the customer's rankings, `names` what
    values are called. Raises UnsupportedError for a node that is not given, since a rank cannot be
    told from one profile; DataError for a float that is too large to be summed.
    """
    values: dict[n.Node, Any] = dict(given)
    ways: dict[n.Node, Progress] = {}
    for node in n.ordered(*_roots(clause)):
        if node in values:
            continue
        if isinstance(node, POPULATION):
            complaint = catalog_errors.needs_population(describe(node), help=(_AMONG_ALL,))
            raise UnsupportedError((complaint,))
        if isinstance(node, n.InOrder):
            ways[node] = progress(node, customer, values.__getitem__, calendar)
            values[node] = ways[node].holds
            continue
        try:
            values[node] = meaning(node, values.__getitem__, customer, calendar)
        except SumTooLargeError:
            raise DataError((sum_too_large(),)) from None
    return _Telling(customer, calendar, values, ranks, names, ways, set()).told_of(clause, {})


def named_values(plan: Plan) -> Mapping[n.Node, str]:
    """Return the traits of a plan by what they are; one that is but a field keeps its name."""
    return {
        trait.node: trait.name
        for trait in reversed(plan.traits)
        if not isinstance(trait.node, n.Field | n.Literal)
    }


def _roots(root: Clause) -> list[n.Node]:
    return [node for clause in clauses(root) for node in (clause.node, *clause.subjects)]


@dataclass(frozen=True, slots=True)
class _Telling:
    """All that is known of one customer; `told` are the clauses that have been told in full."""

    customer: Customer
    calendar: Calendar
    values: Mapping[n.Node, Any]
    ranks: Mapping[n.Node, Rank]
    names: Mapping[n.Node, str]
    ways: Mapping[n.Node, Progress]
    told: set[int]

    def told_of(
        self, clause: Clause, arguments: Mapping[str, n.Value], depth: int = 0
    ) -> Explanation:
        """Return one clause's explanation; what has been told once is not told again in full."""
        subjects = self._subjects(clause)
        below = clause.items if depth < _DEEPEST else ()
        new = [item for item in below if id(item) not in self.told]
        self.told.update(map(id, new))
        inside = dict(clause.arguments) if clause.name is not None else arguments
        found = Explanation(
            _text(clause, self.values),
            bool(self.values[clause.node]),
            tuple({describe(one, names=self.names): self.values[one] for one in subjects}.items()),
            tuple(self._seen(clause, subjects, arguments)),
            clause.span,
            tuple(self.told_of(item, inside, depth + 1) for item in new),
            clause.name,
        )
        return self._with_events(found, clause)

    def _subjects(self, clause: Clause) -> list[n.Value]:
        """Return what a clause looked at, and what the conditions on events in it are held to."""
        found: dict[n.Value, None] = {}
        for one in clause.subjects:
            if isinstance(one, n.Bucket):
                continue
            found[one] = None
            if isinstance(one, n.Ntile):
                found[one.subject] = None
            if isinstance(one, n.OverEvents):
                found.update(dict.fromkeys(self._bounds(one.reads)))
        return list(found)

    def _bounds(self, reads: Sequence[n.Node]) -> Iterator[n.Value]:
        """Yield the fields, aggregates and named values that some values stand on."""
        for node in n.ordered(*reads, below=self._below):
            if isinstance(node, n.Field | n.Aggregate) or node in self.names:
                yield node  # type: ignore[misc]  # only values have names

    def _below(self, node: n.Node) -> tuple[n.Node, ...]:
        return () if isinstance(node, n.OverEvents) or node in self.names else n.children(node)

    def _seen(
        self, clause: Clause, subjects: Sequence[n.Value], arguments: Mapping[str, n.Value]
    ) -> Iterator[str]:
        """Yield in words what a clause looked at."""
        values = self.values
        needs = {} if values[clause.node] else self._needs(clause, subjects)
        for subject in subjects:
            value = values[subject]
            if needs and is_constant(subject):
                continue  # it is what is needed
            if isinstance(subject, n.Apply) and subject.function == "distance":
                if value is not None:
                    yield f"{value:,.0f} m away"
                continue
            if subject in clause.subjects and self._way(clause) is not None:
                if value:
                    yield _may_begin(value, subject)
                continue  # how many it takes is no matter: what follows is told below
            yield f"{self._name(subject)} is {self._shown(value)}"
            if subject in needs:
                yield f"needs {needs[subject]}"
        if clause.items or clause.earlier:
            return
        way = self._way(clause)
        yield from way.words if way is not None else ()
        written = set(re.findall(r"\w+", clause.span.text)) if clause.span else set()
        for name, argument in arguments.items():
            if name in written:
                yield f"{name} is {self._argument(argument)}"
        for node in n.ordered(clause.node):
            if isinstance(node, n.Bucket):
                yield f"draws {values[node] * 1000 // BUCKETS / 10}%"
        if isinstance(clause.node, n.Ranked):
            yield from self._standing(clause.node)

    def _argument(self, node: n.Value) -> str:
        return self._shown(node.value) if isinstance(node, n.Literal) else self._name(node)

    def _needs(self, clause: Clause, subjects: Sequence[n.Value]) -> Mapping[n.Value, str]:
        """Return what values that are made of events would have to be."""
        found: dict[n.Value, str] = {}
        for subject in subjects:
            if any(isinstance(node, n.OverEvents) for node in n.ordered(subject)):
                value, read = self.values[subject], self.values.__getitem__
                words = needed(clause.node, subject, value, read, self.calendar)
                found.update({subject: words} if words is not None else {})
        return found

    def _way(self, clause: Clause) -> Progress | None:
        """Return how far the sequence came that a clause is, or is the complement of."""
        node = clause.node
        return self.ways.get(node.item if isinstance(node, n.Not) else node)

    def _with_events(self, found: Explanation, clause: Clause) -> Explanation:
        """Return an explanation with the events that counted."""
        way = self._way(clause)
        if clause.items:
            return found
        if way is not None:
            return replace(found, events=way.events, events_counted=len(way.events))
        nodes = n.ordered(*clause.subjects, below=_to_events)
        aggregates = [node for node in nodes if isinstance(node, n.Aggregate)]
        if not aggregates:
            return found
        read = self.values.__getitem__
        events, count = counted(aggregates, self.customer, read, self.calendar)
        return replace(found, events=events, events_counted=count)

    def _standing(self, node: n.Ranked) -> Iterator[str]:
        """Yield where a customer stands in a ranking, or why nowhere."""
        rank = self.ranks.get(node)
        if node.per is not None:
            yield f"{self._name(node.per)} is {self._shown(self.values[node.per])}"
        if rank is not None:
            yield f"place {rank.place:,} of {rank.of:,}, {rank.taken:,} taken"
        elif node.within is not None and not self.values[node.within]:
            yield "not among those who are ranked"

    def _name(self, node: n.Node) -> str:
        return describe(node, _NAME, self.names)

    def _shown(self, value: Any) -> str:
        return in_words(value, self.calendar)


def _may_begin(count: int, subject: n.Value) -> str:
    """Return how many events may begin a sequence, in words."""
    event = subject.event if isinstance(subject, n.Aggregate) else ""
    return f"{count:,} event{'' if count == 1 else 's'} `{event}` may begin it"


def _to_events(node: n.Node) -> tuple[n.Node, ...]:
    return () if isinstance(node, n.OverEvents) else n.children(node)


def words_of(clause: Clause) -> str:
    """Return a clause in one line, as it is written where its text says it."""
    if clause.words is not None:
        return clause.words
    return " ".join(clause.span.text.split()) if clause.span else describe(clause.node)


def _text(clause: Clause, values: Mapping[n.Node, Any]) -> str:
    """Return a clause in one line; of tiers that come first it says which has the customer."""
    first = next((name for name, node in clause.earlier if values[node]), None)
    return words_of(clause) if first is None else f"{words_of(clause)}: already in {first}"
