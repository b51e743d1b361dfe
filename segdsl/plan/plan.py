"""The Plan: what a rule file means, typed and interned, with its sources beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from segdsl.catalog.types import Folding
from segdsl.plan import nodes as n
from segdsl.source import Span


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition as the author wrote it, and the node that it became.

    `subjects` are the values that it looks at, `items` its parts; `name` is that of the segment
    or definition that stands here. A clause that was made without a text has no span; `words` say
    what it is where its text does not. `earlier` are the tiers that it keeps out, by name. A clause
    is a use where its parts were made for its `arguments`, which stand by the names of parameters.
    """

    node: n.Predicate
    span: Span | None
    subjects: tuple[n.Value, ...] = ()
    items: tuple[Clause, ...] = ()
    name: str | None = None
    words: str | None = None
    earlier: tuple[tuple[str, n.Predicate], ...] = ()
    is_use: bool = False
    arguments: tuple[tuple[str, n.Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """One result: a segment, a tier or a part of a split."""

    name: str
    title: str | None
    annotations: tuple[tuple[str, n.Scalar], ...]
    clause: Clause
    span: Span

    @property
    def root(self) -> n.Predicate:
        """The node that decides membership."""
        return self.clause.node


@dataclass(frozen=True, slots=True)
class TraitPlan:
    """A named value."""

    name: str
    title: str | None
    node: n.Value
    span: Span


@dataclass(frozen=True, slots=True)
class LiteralUse:
    """A text that a rule compares a field with: the field's values may be held against it.

    The field is a customer's or a property of events. `how` the text is looked for in the field's
    texts; None for a whole text, or an element of a list.
    """

    field: n.Field | n.Property
    literal: str
    folding: Folding
    span: Span
    how: n.How | None = None


@dataclass(frozen=True, slots=True)
class LiteralUses:
    """The texts that a rule compares a field with in one place, each with its span."""

    field: n.Field | n.Property
    literals: tuple[str, ...]
    spans: tuple[Span, ...]
    folding: Folding
    how: n.How | None = None

    def __iter__(self) -> Iterator[LiteralUse]:
        for literal, span in zip(self.literals, self.spans, strict=True):
            yield LiteralUse(self.field, literal, self.folding, span, self.how)


@dataclass(frozen=True, slots=True)
class NegationUse:
    """A `not (…)`: customers may come in only because a field is missing."""

    item: n.Predicate
    fields: tuple[n.Field, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Plan:
    """The audiences and traits of a rule file, in the order in which they are declared."""

    audiences: tuple[Audience, ...] = ()
    traits: tuple[TraitPlan, ...] = ()
    literals: tuple[LiteralUses, ...] = ()
    negations: tuple[NegationUse, ...] = ()
    mentioned: tuple[n.Field, ...] = ()  # also where a rule could not be typed
    properties: tuple[n.Property, ...] = ()  # of events, also where a rule could not be typed
    events: tuple[str, ...] = ()  # the kinds that rules speak of, by name

    @property
    def segments(self) -> dict[str, n.Predicate]:
        """The root of each audience by name."""
        return {audience.name: audience.root for audience in self.audiences}

    @property
    def is_open(self) -> bool:
        """Whether the type of a property is not known yet, so that rules are not all there."""
        return any(node.type.is_error for node in self.properties)

    @property
    def nodes(self) -> tuple[n.Node, ...]:
        """The nodes of all clauses and traits."""
        found = clauses(*(audience.clause for audience in self.audiences))
        traits = (trait.node for trait in self.traits)
        return tuple(dict.fromkeys((*(clause.node for clause in found), *traits)))

    @property
    def fields(self) -> tuple[n.Field, ...]:
        """The customer fields that audiences and traits read, by name."""
        roots = (*self.segments.values(), *(trait.node for trait in self.traits))
        found = {node for node in n.ordered(*roots) if isinstance(node, n.Field)}
        return tuple(sorted(found, key=lambda field: field.name))


def clauses(*roots: Clause) -> Iterator[Clause]:
    """Yield each clause that the roots hold, once, before those that it holds itself."""
    order: list[Clause] = []
    done: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        current, is_left = stack.pop()
        if is_left:
            order.append(current)
        elif id(current) not in done:
            done.add(id(current))
            stack.append((current, True))
            stack.extend((item, False) for item in current.items)
    return reversed(order)
