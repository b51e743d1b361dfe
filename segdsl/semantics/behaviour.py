"""Conditions on what customers did: how often, and in which order."""

from __future__ import annotations

from segdsl.catalog.types import DATE, NUMBER, Kind
from segdsl.diagnostics import (
    event_errors,
    findings,
    misplaced_events,
    type_errors,
)
from segdsl.functions.units import Unit
from segdsl.plan import nodes as n
from segdsl.semantics.calls import as_date
from segdsl.semantics.context import Context, OneEvent
from segdsl.semantics.events import Chosen, chosen, gathered, reads_of, time_of
from segdsl.semantics.forms import Judged, all_of, nobody
from segdsl.semantics.properties import (
    event_named,
    property_named,
    unknown_property,
    without_prefix,
)
from segdsl.semantics.values import whole_number
from segdsl.semantics.windows import with_unit
from segdsl.source import Span
from segdsl.syntax import tree

_RELATIONS = {
    tree.Bound.AT_LEAST: n.Relation.GE,
    tree.Bound.AT_MOST: n.Relation.LE,
    tree.Bound.EXACTLY: n.Relation.EQ,
}
_TIMES, _DAYS = "the number of times", "the number of days"
_INCOMPARABLE = (Kind.LIST, Kind.PLACE)


def did(expression: tree.Did, context: Context) -> Judged:
    """Return `did purchase at least 3 times in last 90 days`; `did not …` is its complement."""
    event = event_named(expression.event, context)
    bounds = _bounds(expression.often, context)
    if event is None:
        return nobody(context)
    of = chosen(event, expression.event.span, expression.where, expression.window, context)
    if of is None or bounds is None:
        return nobody(context)
    count = _count(of, expression.often, context)
    if count is None:
        return nobody(context)
    intern = context.record.intern
    limits = [(relation, intern(n.Literal(bound, NUMBER))) for relation, bound in bounds]
    compared = [intern(n.Compare(relation, count, limit)) for relation, limit in limits]
    node = all_of(compared, context)
    return Judged(intern(n.Not(node)) if expression.is_negated else node, (count,))


def _count(of: Chosen, often: tree.Often | None, context: Context) -> n.Aggregate | None:
    """Return the number of events, or of the local dates on which they happened."""
    if not isinstance(often, tree.OnDays):
        return gathered(n.Gather.COUNT, of, None, context)
    if not of.event.has_time:
        context.report(event_errors.no_time(often.span, of.event.name, _DAYS))
        return None
    if often.unit is not Unit.DAY:
        context.report(misplaced_events.only_days(often.span, often.unit))
        return None
    return gathered(
        n.Gather.DISTINCT, of, as_date(time_of(of.event, of.span, context), context), context
    )


def _bounds(often: tree.Often | None, context: Context) -> list[tuple[n.Relation, int]] | None:
    """Return the bounds of a count; None after a complaint."""
    match often:
        case None:
            return [(n.Relation.GE, 1)]
        case tree.Times() | tree.OnDays():
            what = _DAYS if isinstance(often, tree.OnDays) else _TIMES
            count = _at_least(0, often.count, what, context)
            if count == 0 and often.bound is tree.Bound.AT_LEAST:
                context.report(findings.always_true(often.span, "no count is below 0"))
            return None if count is None else [(_RELATIONS[often.bound], count)]
        case tree.TimesBetween(low=low, high=high):
            least, most = (_at_least(0, bound, _TIMES, context) for bound in (low, high))
            if least is None or most is None:
                return None
            if least > most:
                texts = low.span.text, high.span.text
                context.report(findings.reversed_bounds(often.span, *texts, low.span, high.span))
            return [(n.Relation.GE, least), (n.Relation.LE, most)]


def _at_least(least: int, count: tree.Expression, what: str, context: Context) -> int | None:
    """Return a whole number that is no smaller; None after a complaint."""
    found = whole_number(count, what, context)
    if found is not None and found < least:
        wanted = "a whole number from 0" if least == 0 else f"at least {least}"
        context.report(type_errors.bad_amount(count.span, what, wanted))
        return None
    return found


def did_in_order(expression: tree.DidInOrder, context: Context) -> Judged:
    """Return `did view then purchase within 7 days in last 60 days`, or its complement.

    What it looks at is how many events may begin the sequence.
    """
    event, span = event_named(expression.event, context), expression.event.span
    first = None
    if event is not None and _is_timed(event, span, context):
        first = chosen(event, span, expression.where, expression.window, context)
    last = event
    steps: list[n.Step] = []
    for written in expression.steps:
        event = event_named(written.event, context)
        step = _step(written, event, last, context)
        if step is not None:
            steps.append(step)
        if not written.is_negated:
            last = event
    if first is None or len(steps) < len(expression.steps):
        return nobody(context)
    intern = context.record.intern
    roots = (first.condition, *(step.condition for step in steps))
    made = n.InOrder(reads_of(roots), first.event.name, first.condition, tuple(steps))
    node: n.Predicate = intern(made)
    started = gathered(n.Gather.COUNT, first, None, context)
    return Judged(intern(n.Not(node)) if expression.is_negated else node, (started,))


def _is_timed(event: OneEvent, span: Span, context: Context) -> bool:
    if not event.has_time:
        context.report(event_errors.no_time(span, event.name, "a sequence"))
    return event.has_time


def _step(
    written: tree.Step, event: OneEvent | None, last: OneEvent | None, context: Context
) -> n.Step | None:
    """Return a step that follows an event of the kind `last`; None after a complaint."""
    count = _at_least(1, written.count, "the duration of a step", context)
    span = written.event.span
    if event is None or not _is_timed(event, span, context):
        return None
    of = chosen(event, span, written.where, None, context)
    if last is None or not last.has_time:
        return None
    same = _same(written.same, event, last, context)
    if of is None or count is None or same is None:
        return None
    times = (time_of(one, span, context) for one in (event, last))
    if written.unit.is_clock and any(time.type == DATE for time in times):
        context.report(type_errors.clock_on_date(with_unit(written.count.span), written.unit))
        return None
    step = n.Step(written.is_negated, event.name, of.condition, *same, count, written.unit)
    return context.record.intern(step)


def _same(
    reference: tree.Reference | None, event: OneEvent, last: OneEvent, context: Context
) -> tuple[n.Property | None, n.Property | None] | None:
    """Return the property of `with same` of this event and of the one before it."""
    if reference is None:
        return None, None
    name, span = without_prefix(reference, (event, last)), reference.span
    nodes: list[n.Property] = []
    for each in (event, last):
        found = property_named(name, span, each, context)
        if found is None:
            context.report(unknown_property(span, name, each, context))
            return None
        if found.type.kind in _INCOMPARABLE:
            context.report(
                type_errors.wrong_operand(span, "`with same`", "single value", str(found.type))
            )
            return None
        assert isinstance(found.node, n.Property)  # what property_named returns
        nodes.append(found.node)
    this, before = nodes
    if this.type.is_error or before.type.is_error:
        return None
    if this.type != before.type:
        sides = (last.name, str(before.type)), (event.name, str(this.type))
        context.report(event_errors.unequal_same(span, name, *sides))
        return None
    return this, before
