"""Builds conditions and aggregates over events from the parts that the parser found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from segdsl.functions.gather import Gather
from segdsl.syntax import tree
from segdsl.syntax.build_values import unit
from segdsl.syntax.tree import Side

if TYPE_CHECKING:
    from segdsl.source import Span
    from segdsl.syntax.tree import Bound, Count, Expression, Often, Period, Reference, Window

Habit: TypeAlias = "tuple[Often | None, Window | None]"
Measured: TypeAlias = "tuple[Expression, Expression | None]"


def _did(
    span: Span,
    negation: str | None,
    event: Reference,
    where: Expression | None,
    habit: Habit | None,
) -> tree.Did:
    often, window = habit or (None, None)
    return tree.Did(event, negation is not None, where, often, window, span)


def _did_in_order(
    span: Span,
    negation: str | None,
    event: Reference,
    where: Expression | None,
    steps: tuple[tree.Step, ...],
    window: Window | None,
) -> tree.DidInOrder:
    return tree.DidInOrder(event, negation is not None, where, steps, window, span)


def _where(_: Span, condition: Expression) -> Expression:
    return condition


def _often_in_window(_: Span, often: Often, window: Window | None) -> Habit:
    return often, window


def _in_window_often(_: Span, window: Window, often: Often | None) -> Habit:
    return often, window


def _often_times(span: Span, bound: Bound, count: Count, _: str) -> tree.Times:
    return tree.Times(bound, count, span)


def _often_between(span: Span, low: Expression, high: Expression, _: str) -> tree.TimesBetween:
    return tree.TimesBetween(low, high, span)


def _often_on_days(span: Span, bound: Bound, count: Count, word: str) -> tree.OnDays:
    return tree.OnDays(bound, count, unit(word), span)


def _period_window(span: Span, period: Period) -> tree.PeriodWindow:
    return tree.PeriodWindow(period, span)


def _since_window(span: Span, bound: Expression) -> tree.SideWindow:
    return tree.SideWindow(Side.SINCE, bound, span)


def _side_window(span: Span, side: str, bound: Expression) -> tree.SideWindow:
    return tree.SideWindow(Side(side), bound, span)


def _span_window(span: Span, low: Expression, high: Expression) -> tree.SpanWindow:
    return tree.SpanWindow(low, high, span)


def _near_window(
    span: Span, count: Count, word: str, side: str, anchor: Expression
) -> tree.NearWindow:
    return tree.NearWindow(count, unit(word), Side(side), anchor, span)


def _all_time(_: Span) -> None:
    """Build nothing: all time is what counts without a window."""


def _step(
    span: Span,
    negation: str | None,
    event: Reference,
    where: Expression | None,
    same: Reference | None,
    count: Count,
    word: str,
) -> tree.Step:
    return tree.Step(event, negation is not None, where, same, count, unit(word), span)


def _measured(_: Span, value: Expression, where: Expression | None) -> Measured:
    return value, where


def _counted(span: Span, measured: Measured, window: Window | None) -> tree.Aggregate:
    return tree.Aggregate(Gather.COUNT, *measured, window, span)


def _counted_distinct(span: Span, measured: Measured, window: Window | None) -> tree.Aggregate:
    return tree.Aggregate(Gather.DISTINCT, *measured, window, span)


def _aggregated(span: Span, word: str, measured: Measured, window: Window | None) -> tree.Aggregate:
    return tree.Aggregate(Gather(f"{word} of"), *measured, window, span)


def _most_common(span: Span, measured: Measured, window: Window | None) -> tree.Aggregate:
    return tree.Aggregate(Gather.MOST_COMMON, *measured, window, span)


def _in_order(_: Span, *parts: object) -> tuple[object, ...]:
    return parts


BEHAVIOUR: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "did": _did,
        "did_in_order": _did_in_order,
        "where": _where,
        "often_in_window": _often_in_window,
        "in_window_often": _in_window_often,
        "often_times": _often_times,
        "often_between": _often_between,
        "often_on_days": _often_on_days,
        "period_window": _period_window,
        "since_window": _since_window,
        "side_window": _side_window,
        "span_window": _span_window,
        "near_window": _near_window,
        "all_time": _all_time,
        "steps": _in_order,
        "step": _step,
        "measured": _measured,
        "counted": _counted,
        "counted_distinct": _counted_distinct,
        "aggregated": _aggregated,
        "most_common": _most_common,
    }
)
