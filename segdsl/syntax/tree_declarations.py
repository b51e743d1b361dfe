"""Syntax nodes for declarations and whole files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from segdsl.source import Source, Span
from segdsl.syntax.tree_values import span_field

if TYPE_CHECKING:
    from segdsl.syntax.tree_conditions import Expression
    from segdsl.syntax.tree_values import Literal, Name, Number, Reference, Text


@dataclass(frozen=True, slots=True)
class Annotation:
    """`owner = "crm"`."""

    name: Name
    value: Literal
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Use:
    """`use "common.seg"`."""

    path: Text
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Param:
    """`param min_spend = 500`."""

    name: Name
    default: Literal
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class InlineList:
    """`list metros = ("İstanbul", "Ankara")`."""

    name: Name
    members: tuple[Literal, ...]
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class FileList:
    """`list vip from "vip.csv" column "customer_id"`."""

    name: Name
    path: Text
    column: Text | None
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Define:
    """`define lapsed(n) "Lapsed": …`."""

    name: Name
    parameters: tuple[Name, ...]
    title: Text | None
    body: Expression
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Trait:
    """`trait ltv "Lifetime value": …`."""

    name: Name
    parameters: tuple[Name, ...]
    title: Text | None
    body: Expression
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Segment:
    """`segment name "Title" [owner = "crm"]: condition`."""

    name: Name
    title: Text | None
    annotations: tuple[Annotation, ...]
    body: Expression
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Tiers:
    """`tiers loyalty: gold, silver otherwise basic`."""

    name: Name
    title: Text | None
    annotations: tuple[Annotation, ...]
    members: tuple[Reference, ...]
    otherwise: Name | None
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Share:
    """`control 10%`."""

    name: Name
    part: Number
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Split:
    """`split spring of young_metro seed "spring-26": control 10%, offer 90%`."""

    name: Name
    title: Text | None
    annotations: tuple[Annotation, ...]
    of: Reference | None
    seed: Text
    shares: tuple[Share, ...]
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A `test` or `check` declaration."""

    words: str
    span: Span = span_field()


Declaration: TypeAlias = (
    "Use | Param | InlineList | FileList | Define | Trait | Segment | Tiers | Split | RuleTest"
)


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed rule file: declarations, or one bare condition."""

    source: Source
    declarations: tuple[Declaration, ...]
    condition: Expression | None = None
    broken: frozenset[str] = frozenset()  # names of declarations that have been complained of
