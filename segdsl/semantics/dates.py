"""Predicates over dates and instants: bounds in words, periods, anniversaries."""

from __future__ import annotations

from segdsl.catalog.types import DATE, ERROR, INSTANT, Type
from segdsl.diagnostics import (
    Diagnostic,
    misplaced_events,
    type_errors,
)
from segdsl.functions.units import Direction
from segdsl.plan import nodes as n
from segdsl.semantics.calls import as_date
from segdsl.semantics.context import Context, Typed
from segdsl.semantics.forms import Judged, compared, judged, nobody
from segdsl.semantics.values import value, whole_number
from segdsl.syntax import tree

_RELATIONS = {
    tree.DateRelation.BEFORE: n.Relation.LT,
    tree.DateRelation.AFTER: n.Relation.GT,
    tree.DateRelation.ON: n.Relation.EQ,
    tree.DateRelation.ON_OR_BEFORE: n.Relation.LE,
    tree.DateRelation.ON_OR_AFTER: n.Relation.GE,
}


def date_test(expression: tree.DateTest, context: Context) -> Judged:
    """Return `signup on or after 2026-01-01` and its kin."""
    subject, bound = value(expression.subject, context), value(expression.bound, context)
    for operand in (subject, bound):
        if not is_dated(operand, f"`{expression.relation}`", context):
            return nobody(context)
    left, right = subject, bound
    if expression.relation is tree.DateRelation.ON:
        left, right = as_date(subject, context), as_date(bound, context)
    node = compared(_RELATIONS[expression.relation], left, right, expression.span, context)
    if node is None:
        return nobody(context)
    return judged(node, (subject, bound), context, is_negated=expression.is_negated)


def in_period(expression: tree.InPeriod, context: Context) -> Judged:
    """Return `x in last 7 days` and its kin."""
    subject = value(expression.subject, context)
    is_aggregate = isinstance(expression.subject, tree.Aggregate)
    if is_aggregate and subject.type not in (DATE, INSTANT, ERROR):
        context.report(_in_for_over(expression, subject))
        return nobody(context)
    count = period_count(expression.period, subject.type, context)
    if count is None or not is_dated(subject, "`in` a period", context):
        return nobody(context)
    period = expression.period
    node = context.record.intern(
        n.InPeriod(subject.node, period.direction, count, period.unit, is_full(period))
    )
    return judged(node, (subject,), context, is_negated=expression.is_negated)


def anniversary(expression: tree.Anniversary, context: Context) -> Judged:
    """Return `anniversary of birth_date in next 7 days`, `… on today`."""
    subject = value(expression.subject, context)
    if not is_dated(subject, "`anniversary of`", context):
        return nobody(context)
    dated = as_date(subject, context)
    intern = context.record.intern
    if expression.period is not None:
        count = period_count(expression.period, DATE, context)
        if count is None:
            return nobody(context)
        period = expression.period
        node: n.Predicate = intern(
            n.AnniversaryIn(dated.node, period.direction, count, period.unit, is_full(period))
        )
        return judged(node, (subject,), context, is_negated=expression.is_negated)
    assert expression.day is not None  # the grammar gives a period or a day
    day = value(expression.day, context)
    if not is_dated(day, "`anniversary of`", context):
        return nobody(context)
    day = as_date(day, context)
    varying = n.Field | n.Property | n.OverEvents
    if any(isinstance(node, varying) for node in n.ordered(day.node)):
        context.report(type_errors.needs_constant(day.span, "the day of an anniversary"))
        return nobody(context)
    node = intern(n.AnniversaryOn(dated.node, day.node))
    return judged(node, (subject, day), context, is_negated=expression.is_negated)


def _in_for_over(expression: tree.InPeriod, subject: Typed) -> Diagnostic:
    """Return the complaint that a number does not lie in a period; `over` was meant."""
    source, start = expression.span.source, expression.subject.span.end
    between = source.text[start : expression.period.span.start]
    keyword = None
    if between.strip().lower() == "in":
        at = start + len(between) - len(between.lstrip())
        keyword = source.span(at, at + len("in"))
    period = expression.period.span.text
    return misplaced_events.in_for_over(subject.span, subject.span.text, keyword, period)


def is_dated(operand: Typed, what: str, context: Context) -> bool:
    """Return whether the operand is a date or instant; complain if not."""
    if operand.type in (DATE, INSTANT):
        return True
    if not operand.type.is_error:
        context.report(
            type_errors.wrong_operand(operand.span, what, "date or instant", str(operand.type))
        )
    return False


def period_count(period: tree.Period, subject: Type, context: Context) -> int | None:
    """Return the number of units, 1 for `last month`; None after a complaint."""
    context.record.periods.append(period)
    unit = period.unit
    if unit.is_clock and (period.is_full or period.count is None):
        written = period.span.text
        context.report(
            type_errors.bad_period(
                period.span,
                f"`{written}` has no calendar unit: days and longer units are whole ones",
                f"elapsed time is written with a number, as in `last 1 {unit}`",
            )
        )
        return None
    if unit.is_clock and subject == DATE:
        context.report(type_errors.clock_on_date(period.span, unit))
        return None
    if period.count is None:
        return 1
    count = whole_number(period.count, "the length of a period", context)
    if count is not None and count < 1:
        context.report(
            type_errors.bad_amount(period.count.span, "the length of a period", "at least 1")
        )
        return None
    return count


def is_full(period: tree.Period) -> bool:
    """Return whether the period is one of complete calendar units: `last month` is."""
    return period.is_full or (period.count is None and period.direction is not Direction.THIS)
