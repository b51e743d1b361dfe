"""Events that stand where a condition or a value belongs, and what was meant."""

from __future__ import annotations

from segdsl.diagnostics import (
    Diagnostic,
    misplaced_events,
)
from segdsl.plan.event_nodes import TIME
from segdsl.semantics.context import Context, OneEvent
from segdsl.source import Span
from segdsl.syntax import tree

_DATED = (tree.DateRelation.BEFORE, tree.DateRelation.AFTER)


def bare_event(expression: tree.Expression, context: Context) -> Diagnostic | None:
    """Return a complaint of `purchase in last 30 days`, `purchase >= 3` and their kin."""
    if context.event is not None or not context.schema.events:
        return None
    match expression:
        case tree.Reference():
            return _complaint(expression, "did", "", context)
        case tree.InPeriod(
            subject=tree.Reference(parts=(event, tree.Name(text="time"))), is_negated=False
        ) if event.text in context.schema.events:
            period = " ".join(expression.period.span.text.split())
            span = expression.subject.span
            return property_alone(span, event.text, TIME, context, period)
        case tree.InPeriod(subject=subject, is_negated=is_negated):
            return _complaint(subject, "did", "not" if is_negated else "", context)
        case tree.DateTest(subject=subject, relation=relation, is_negated=False):
            return _complaint(subject, "did" if relation in _DATED else "", "", context)
        case tree.Comparison(left=subject):
            return _complaint(subject, "count of", "", context)
        case _:
            return None


def property_alone(
    span: Span, event: str, name: str, context: Context, period: str = ""
) -> Diagnostic:
    """Return the complaint that an event's property stands where no event is at hand."""
    found = (context.schema.events or {})[event].properties.get(name)
    kind = "" if found is None else str(found.type)
    kind = TIME if name == TIME else kind
    return misplaced_events.property_alone(span, event, name, kind, period)


def event_for_moment(expression: tree.Expression, context: Context) -> Diagnostic | None:
    """Return a complaint of the `purchase` in `days since purchase`."""
    if not isinstance(expression, tree.Reference) or not _is_event(expression, context):
        return None
    name = expression.text
    has_time = OneEvent(name, (context.schema.events or {})[name]).has_time
    return misplaced_events.event_for_moment(expression.span, name, has_time)


def _complaint(
    subject: tree.Expression, before: str, negation: str, context: Context
) -> Diagnostic | None:
    """Return a complaint if the subject is an event; `before` is what was left out before it.

    A negation is written after it: the span goes on to the next word then.
    """
    if not isinstance(subject, tree.Reference) or not _is_event(subject, context):
        return None
    span, name = subject.span, subject.span.text
    if not before:
        return misplaced_events.bare_event(span, subject.text)
    if not negation:
        return misplaced_events.bare_event(span, subject.text, f"{before} {name}")
    rest = span.source.text[span.end :]
    negated = len(rest) - len(rest.lstrip()) + len(negation)
    whole = span.source.span(span.start, span.end + negated)
    return misplaced_events.bare_event(span, subject.text, f"{before} {negation} {name}", whole)


def _is_event(reference: tree.Reference, context: Context) -> bool:
    """Return whether a name is that of an event and of nothing else."""
    name = reference.text
    others = (context.schema.fields or (), context.declarations, context.arguments)
    is_known = len(reference.parts) == 1 and name in (context.schema.events or ())
    return is_known and not any(name in names for names in others)
