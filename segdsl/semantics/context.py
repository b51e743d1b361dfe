"""What the checker knows while it turns syntax into plan nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from zoneinfo import ZoneInfo

from segdsl.catalog.types import ERROR, Folding, Type
from segdsl.diagnostics import Diagnostic, Sink
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause, LiteralUse, NegationUse
from segdsl.plan.typing import type_of
from segdsl.source import Span
from segdsl.syntax import tree

DEPTH_LIMIT = 200


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """A field's type and the folding that its text predicates have by default."""

    type: Type
    folding: Folding = Folding.EXACT


@dataclass(frozen=True, slots=True)
class Schema:
    """What rules may read: the fields by name (None: not known yet, every name fits)."""

    fields: Mapping[str, FieldSchema] | None
    undeclared: frozenset[str] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


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


Meaningful: TypeAlias = "Clause | Typed | NamedList | Mapping[str, Clause]"


@dataclass(slots=True)
class Record:
    """What has been found out so far; one a compilation, written by the checker alone."""

    sink: Sink
    intern: n.Interner = field(default_factory=n.Interner)
    meanings: dict[str, Meaningful] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    literals: list[LiteralUse] = field(default_factory=list)
    negations: list[NegationUse] = field(default_factory=list)
    periods: list[tree.Period] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of an expression: declarations, arguments, depth."""

    schema: Schema
    declarations: Mapping[str, tree.Declaration]
    record: Record
    broken: frozenset[str] = frozenset()
    arguments: Mapping[str, Typed] = field(default_factory=dict)
    depth: int = 0

    def report(self, diagnostic: Diagnostic) -> None:
        """Take a complaint."""
        self.record.sink.report(diagnostic)

    def deeper(self, arguments: Mapping[str, Typed] | None = None) -> Context:
        """Return the surroundings one level further down, with other arguments if given."""
        inner = self.arguments if arguments is None else arguments
        return replace(self, depth=self.depth + 1, arguments=inner)

    def erroneous(self, span: Span) -> Typed:
        """Return the value that silences whatever depends on it."""
        return Typed(self.record.intern(n.Literal(None, ERROR)), span)

    def complain(self, span: Span, diagnostic: Diagnostic) -> Typed:
        """Report and return the value that silences whatever depends on it."""
        self.report(diagnostic)
        return self.erroneous(span)
