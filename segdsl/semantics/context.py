"""What the checker knows while it turns syntax into plan nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from zoneinfo import ZoneInfo

from segdsl.catalog.types import ERROR, TEXT, Folding, Type
from segdsl.diagnostics import Diagnostic, Sink
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME
from segdsl.plan.plan import Clause, LiteralUses, NegationUse
from segdsl.plan.typing import type_of
from segdsl.source import Span
from segdsl.syntax import tree

DEPTH_LIMIT = 200
USE_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """A field's type and the folding that its text predicates have by default."""

    type: Type
    folding: Folding = Folding.EXACT


@dataclass(frozen=True, slots=True)
class EventSchema:
    """What rules may read of one kind of event: its properties by name, `time` among them.

    A lookup's column is `product.department`. `open` are the beginnings of names that are not
    known yet, so that every name fits: the empty text, and `product.` for a lookup. `has_time` is
    false where the table has no time, so that windows and sequences are errors. `undeclared` and
    `unread` are further columns of the data, as those of customers in Schema.
    """

    properties: Mapping[str, FieldSchema]
    open: tuple[str, ...] = ()
    has_time: bool = True
    undeclared: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    def names(self, name: str) -> bool:
        """Return whether a name is a property, or would be one if a rule read it."""
        return name in self.properties or name in self.unread


@dataclass(frozen=True, slots=True)
class Schema:
    """What rules may read: customers' fields, and kinds of event, by name.

    None for fields or events that are not known yet: every name fits. `undeclared` are columns of
    the data that are no fields; `unread` those that would be, without a catalog, but that no rule
    reads.
    """

    fields: Mapping[str, FieldSchema] | None
    undeclared: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    events: Mapping[str, EventSchema] | None = None


@dataclass(frozen=True, slots=True)
class OneEvent:
    """The event that an expression is read for; in a measure its properties carry its name.

    `schema` is None for an event of which nothing is known yet.
    """

    name: str
    schema: EventSchema | None
    is_measure: bool = False

    @property
    def has_time(self) -> bool:
        """Whether events of this kind have a time; they may where nothing is known."""
        return self.schema is None or self.schema.has_time

    def knows(self, name: str) -> bool:
        """Return whether a property of that name is known."""
        return self.schema is not None and name in self.schema.properties

    def names(self, name: str) -> bool:
        """Return whether a name is a property, or would be one if a rule read it."""
        return self.schema is not None and self.schema.names(name)

    def may_have(self, name: str) -> bool:
        """Return whether there may be such a property among those that are not known yet."""
        if name == TIME and not self.has_time:
            return False
        return self.schema is None or name.startswith(self.schema.open)


@dataclass(frozen=True, slots=True)
class Typed:
    """A value as written: its node and its place; a percentage remembers that it is one."""

    node: n.Value
    span: Span
    is_percent: bool = False
    folding: Folding = Folding.EXACT

    @property
    def type(self) -> Type:
        """The type of the value."""
        return type_of(self.node)

    @property
    def constant(self) -> n.Scalar | None:
        """The value of a literal, else None."""
        return self.node.value if isinstance(self.node, n.Literal) else None


@dataclass(frozen=True, slots=True)
class NamedList:
    """A declared list: typed members, or raw cells of a file that convert where they are used."""

    name: str
    members: tuple[Typed, ...]
    cells: tuple[n.Scalar, ...]
    is_from_file: bool
    span: Span


Use: TypeAlias = tuple[str, tuple[tuple[n.Value, bool], ...]]
"""A definition's name with its arguments: two uses with equal arguments are one."""

Meaningful: TypeAlias = "Clause | Typed | NamedList | Mapping[str, Clause]"


@dataclass(slots=True)
class Record:
    """What has been found out so far; one a compilation, written by the checker alone."""

    sink: Sink
    intern: n.Interner = field(default_factory=n.Interner)
    meanings: dict[str, Meaningful] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    literals: list[LiteralUses] = field(default_factory=list)
    negations: list[NegationUse] = field(default_factory=list)
    periods: list[tree.Period] = field(default_factory=list)
    events: set[str] = field(default_factory=set)
    uses: dict[Use, Clause | Typed] = field(default_factory=dict)
    _fields: dict[n.Node, frozenset[n.Field]] = field(default_factory=dict)
    _texts: dict[str, n.Literal] = field(default_factory=dict)

    def text(self, value: str) -> n.Literal:
        """Return the literal of a text: of these there are by far the most."""
        found = self._texts.get(value)
        if found is None:
            found = self._texts[value] = self.intern(n.Literal(value, TEXT))
        return found

    def fields_beneath(self, root: n.Node) -> frozenset[n.Field]:
        """Return the fields that a node stands on; each node is looked at once a compilation."""
        found = self._fields
        stack = [(root, False)]
        while stack:
            node, is_ready = stack.pop()
            if node in found:
                continue
            below = n.children(node)
            if is_ready:
                own = frozenset((node,)) if isinstance(node, n.Field) else frozenset[n.Field]()
                found[node] = own.union(*(found[child] for child in below))
            else:
                stack.append((node, True))
                stack.extend((child, False) for child in below)
        return found[root]


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of an expression: declarations, arguments, depth.

    `event` is the one that it is read for, inside `where` and measures.
    """

    schema: Schema
    declarations: Mapping[str, tree.Declaration]
    record: Record
    broken: frozenset[str] = frozenset()
    arguments: Mapping[str, Typed] = field(default_factory=dict)
    depth: int = 0
    event: OneEvent | None = None

    def report(self, diagnostic: Diagnostic) -> None:
        """Take a complaint."""
        self.record.sink.report(diagnostic)

    def deeper(self) -> Context:
        """Return the surroundings one level further down."""
        return Context(  # `replace` takes thrice the time, and this is asked of every expression
            self.schema,
            self.declarations,
            self.record,
            self.broken,
            self.arguments,
            self.depth + 1,
            self.event,
        )

    def where(self, arguments: Mapping[str, Typed]) -> Context:
        """Return the surroundings inside a definition that is used with these arguments."""
        return replace(self, arguments=arguments)

    def for_each(self, event: OneEvent) -> Context:
        """Return the surroundings of what is read for each event of a kind."""
        return replace(self, event=event)

    def without(self, names: frozenset[str]) -> Context:
        """Return the surroundings where these names have been complained of."""
        kept = {name: d for name, d in self.declarations.items() if name not in names}
        return replace(self, declarations=kept, broken=self.broken | names)

    def erroneous(self, span: Span) -> Typed:
        """Return the value that silences whatever depends on it."""
        return Typed(self.record.intern(n.Literal(None, ERROR)), span)

    def complain(self, span: Span, diagnostic: Diagnostic) -> Typed:
        """Report and return the value that silences whatever depends on it."""
        self.report(diagnostic)
        return self.erroneous(span)


def union(*foldings: Folding) -> Folding:
    """Return the folding that passes over whatever one of them passes over."""
    case = any(f in (Folding.CASE, Folding.BOTH) for f in foldings)
    accents = any(f in (Folding.ACCENTS, Folding.BOTH) for f in foldings)
    if case and accents:
        return Folding.BOTH
    return Folding.CASE if case else Folding.ACCENTS if accents else Folding.EXACT
