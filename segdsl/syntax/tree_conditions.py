"""Syntax nodes for conditions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from segdsl.catalog.types import Folding
from segdsl.functions.units import Direction, Unit
from segdsl.source import Span
from segdsl.syntax.tree_values import span_field

if TYPE_CHECKING:
    from segdsl.syntax.tree_behaviour import Aggregate, Did, DidInOrder
    from segdsl.syntax.tree_values import (
        Ago,
        Arithmetic,
        Call,
        Count,
        DateLiteral,
        Duration,
        Elapsed,
        InstantLiteral,
        MeasureOf,
        MomentWord,
        Negative,
        Number,
        OrElse,
        Reference,
        Text,
        Truth,
    )


@dataclass(frozen=True, slots=True)
class AllOf:
    """`a and b and c`, `all of { a; b; c }`."""

    items: tuple[Expression, ...]
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`a or b or c`, `any of { a; b; c }`."""

    items: tuple[Expression, ...]
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class NoneOf:
    """`none of { a; b; c }`."""

    items: tuple[Expression, ...]
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Negation:
    """`not a`."""

    item: Expression
    span: Span = span_field()


class Bound(StrEnum):
    """How a count is bounded."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    EXACTLY = "exactly"


@dataclass(frozen=True, slots=True)
class CountOf:
    """`at least 2 of { a; b; c }`."""

    bound: Bound
    count: Count
    items: tuple[Expression, ...]
    span: Span = span_field()


class Relation(StrEnum):
    """A comparison."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left relation right`; `is` and `is not` are `=` and `!=`."""

    relation: Relation
    left: Expression
    right: Expression
    folding: Folding | None
    span: Span = span_field()


class State(StrEnum):
    """What `is …` can ask of a value's presence."""

    MISSING = "missing"
    KNOWN = "known"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class StateTest:
    """`x is missing`, `x is not empty`."""

    subject: Expression
    state: State
    is_negated: bool
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Between:
    """`x between low and high`."""

    subject: Expression
    low: Expression
    high: Expression
    is_negated: bool
    span: Span = span_field()


Members: TypeAlias = "tuple[Expression, ...] | Reference"


@dataclass(frozen=True, slots=True)
class InSet:
    """`x in (a, b)`, `x in metros`."""

    subject: Expression
    members: Members
    is_negated: bool
    folding: Folding | None
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Period:
    """`last 3 full months` (count 3), `last month` (count None), `this week`."""

    direction: Direction
    count: Count | None
    unit: Unit
    is_full: bool
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class InPeriod:
    """`x in last 7 days`."""

    subject: Expression
    period: Period
    is_negated: bool
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class InNetwork:
    """`ip in network "203.0.113.0/24"`."""

    subject: Expression
    networks: tuple[Text, ...]
    is_negated: bool
    span: Span = span_field()


class TextOperator(StrEnum):
    """An operator that looks into a text (`contains` also into a list)."""

    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    LIKE = "like"
    MATCHES = "matches"


class Quantifier(StrEnum):
    """Whether one operand or each must be met."""

    ANY = "any of"
    ALL = "all of"


@dataclass(frozen=True, slots=True)
class TextTest:
    """`x contains "s"` (quantifier None, one operand), `x starts with any of (…)`."""

    subject: Expression
    operator: TextOperator
    quantifier: Quantifier | None
    operands: Members
    is_negated: bool
    folding: Folding | None
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class ContainsOnly:
    """`tags contains only ("a", "b")`."""

    subject: Expression
    members: Members
    is_negated: bool
    folding: Folding | None
    span: Span = span_field()


class DateRelation(StrEnum):
    """A comparison of dates in words."""

    BEFORE = "before"
    AFTER = "after"
    ON = "on"
    ON_OR_BEFORE = "on or before"
    ON_OR_AFTER = "on or after"


@dataclass(frozen=True, slots=True)
class DateTest:
    """`signup on or after 2026-01-01`."""

    subject: Expression
    relation: DateRelation
    bound: Expression
    is_negated: bool
    span: Span = span_field()


class DistanceUnit(StrEnum):
    """A unit of distance: 1 km = 1000 m, 1 mile = 1609.344 m."""

    KM = "km"
    M = "m"
    MILES = "miles"


@dataclass(frozen=True, slots=True)
class Point:
    """`(41.01, 28.97)`: latitude, longitude in degrees."""

    latitude: Number
    longitude: Number
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Near:
    """`place within 10 km of (41.01, 28.97)`."""

    subject: Expression
    distance: Count
    unit: DistanceUnit
    point: Point | Reference
    is_negated: bool
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Among:
    """`first_name among 150 most common per country within gold`."""

    subject: Expression
    count: Count
    per: Expression | None
    within: Reference | None
    is_negated: bool
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Anniversary:
    """`anniversary of birth_date in next 7 days` or `… on today`: one of period and day is set."""

    subject: Expression
    period: Period | None
    day: Expression | None
    is_negated: bool
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Ranked:
    """`top 10% by spend per city within gold`."""

    is_top: bool
    amount: Count
    by: Expression
    per: Expression | None
    within: Reference | None
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Sample:
    """`sample 10% seed "spring"` (high None), `sample 10% to 30% seed "spring"`."""

    low: Count
    high: Count | None
    seed: Text
    span: Span = span_field()


Expression: TypeAlias = (
    "Reference | Text | Number | DateLiteral | InstantLiteral | Truth | MomentWord"
    " | Arithmetic | Negative | OrElse | Call | Duration | Ago | MeasureOf | Elapsed"
    " | AllOf | AnyOf | NoneOf | Negation | CountOf | Comparison | StateTest | Between"
    " | InSet | InPeriod | InNetwork | TextTest | ContainsOnly | DateTest | Near | Among"
    " | Anniversary | Ranked | Sample | Did | DidInOrder | Aggregate"
)
