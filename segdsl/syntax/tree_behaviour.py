"""Syntax nodes for what customers did: conditions and aggregates over events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from segdsl.functions.gather import Gather
from segdsl.functions.units import Unit
from segdsl.source import Span
from segdsl.syntax.tree_values import span_field

if TYPE_CHECKING:
    from segdsl.syntax.tree_conditions import Bound, Expression, Period
    from segdsl.syntax.tree_values import Count, Reference


# ---- windows: which events count


class Side(StrEnum):
    """On which side of a moment events lie."""

    BEFORE = "before"
    AFTER = "after"
    SINCE = "since"


@dataclass(frozen=True, slots=True)
class PeriodWindow:
    """`in last 90 days`, `over this month`."""

    period: Period
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class SideWindow:
    """`since 2026-01-01`, `before signup_date`, `after signup_date`."""

    side: Side
    bound: Expression
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class SpanWindow:
    """`between 2026-01-01 and 2026-03-31`."""

    low: Expression
    high: Expression
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class NearWindow:
    """`within 30 days after signup_date`."""

    count: Count
    unit: Unit
    side: Side
    anchor: Expression
    span: Span = span_field()


Window: TypeAlias = PeriodWindow | SideWindow | SpanWindow | NearWindow


# ---- counts: how often


@dataclass(frozen=True, slots=True)
class Times:
    """`at least 3 times`, `exactly 1 time`."""

    bound: Bound
    count: Count
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class TimesBetween:
    """`between 2 and 5 times`."""

    low: Expression
    high: Expression
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class OnDays:
    """`on at least 5 days`."""

    bound: Bound
    count: Count
    unit: Unit
    span: Span = span_field()


Often: TypeAlias = Times | TimesBetween | OnDays


# ---- conditions


@dataclass(frozen=True, slots=True)
class Did:
    """`did purchase where (amount > 20) at least 3 times in last 90 days`."""

    event: Reference
    is_negated: bool
    where: Expression | None
    often: Often | None
    window: Window | None
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Step:
    """`then not purchase where (…) with same product_id within 7 days`."""

    event: Reference
    is_negated: bool
    where: Expression | None
    same: Reference | None
    count: Count
    unit: Unit
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class DidInOrder:
    """`did view then purchase within 7 days in last 60 days`; the window is the first step's."""

    event: Reference
    is_negated: bool
    where: Expression | None
    steps: tuple[Step, ...]
    window: Window | None
    span: Span = span_field()


# ---- values


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`sum of purchase.amount where (…) over last 365 days`.

    `measured` is an event, a property with the event's name before it, or (in parentheses) an
    expression over the properties of one event. Without a window all time counts.
    """

    gather: Gather
    measured: Expression
    where: Expression | None
    window: Window | None
    span: Span = span_field()
