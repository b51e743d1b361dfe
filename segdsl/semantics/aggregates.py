"""Values that are made of what customers did: counts, sums, first and last ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, Folding, Kind, Type
from segdsl.diagnostics import (
    event_errors,
    misplaced_events,
)
from segdsl.plan import nodes as n
from segdsl.semantics.context import Context, OneEvent, Typed
from segdsl.semantics.events import chosen, gathered
from segdsl.semantics.names import CUSTOMER
from segdsl.semantics.properties import event_named, property_named, unknown_property
from segdsl.semantics.values import value
from segdsl.syntax import tree

_TIMED = (n.Gather.FIRST, n.Gather.LAST)


def aggregate(expression: tree.Aggregate, context: Context) -> Typed:
    """Return `sum of purchase.amount where (…) over last 365 days`; mistakes are silenced."""
    span, gather = expression.span, expression.gather
    if context.event is not None:
        words = f"`{gather}`"
        return context.complain(span, event_errors.not_for_one_event(span, words, "aggregate"))
    event = _event_of(expression, context)
    if event is None:
        return context.erroneous(span)
    measure = _measure(expression, event, context)
    if gather in _TIMED and not event.has_time:
        return context.complain(span, event_errors.no_time(span, event.name, f"`{gather}`"))
    of = chosen(event, expression.measured.span, expression.where, expression.window, context)
    is_failed = measure is not None and measure.type.is_error
    if of is None or is_failed or not _fits(gather, measure, context):
        return context.erroneous(span)
    made = gathered(gather, of, measure, context)
    is_text = measure is not None and made.type == TEXT
    folding = measure.folding if measure is not None and is_text else Folding.EXACT
    return Typed(made, span, folding=folding)


def _event_of(expression: tree.Aggregate, context: Context) -> OneEvent | None:
    """Return the event that is measured; None after a complaint."""
    measured = expression.measured
    if isinstance(measured, tree.Reference):
        return _named(measured, expression.gather, context)
    heads = {
        reference.parts[0].text: reference
        for reference in _references(measured)
        if len(reference.parts) > 1 and _may_be_event(reference.parts[0].text, context)
    }
    if not heads:
        example = _example(measured, context)
        context.report(event_errors.no_event(measured.span, str(expression.gather), example))
        return None
    first, *others = heads
    for other in others:
        context.report(event_errors.several_events(heads[other].span, first, other))
    head = heads[first].parts[0]
    return None if others else event_named(tree.Reference((head,), head.span), context)


def _example(measured: tree.Expression, context: Context) -> str:
    """Return a property that may be meant, with the name of its event."""
    names = [reference.text for reference in _references(measured)]
    for event, item in (context.schema.events or {}).items():
        for name in names:
            if name in item.properties:
                return f"{event}.{name}"
    return "purchase.amount"


def _named(measured: tree.Reference, gather: n.Gather, context: Context) -> OneEvent | None:
    head = measured.parts[0]
    if len(measured.parts) == 1 and _is_something_else(head.text, context):
        context.report(event_errors.no_event(measured.span, str(gather)))
        return None
    if len(measured.parts) > 1 and not _may_be_event(head.text, context):
        return event_named(measured, context)
    may_be_property = len(measured.parts) == 1 and gather is not n.Gather.COUNT
    named = tree.Reference((head,), head.span)
    return event_named(named, context, may_be_property=may_be_property)


def _is_something_else(name: str, context: Context) -> bool:
    """Return whether a name is a customer's field or an argument, and no event."""
    events, known = context.schema.events or {}, context.schema.fields or {}
    return name not in events and (name in known or name in context.arguments)


def _may_be_event(name: str, context: Context) -> bool:
    if context.schema.events is not None:
        return name in context.schema.events
    return name != CUSTOMER and name not in context.declarations


def _references(expression: object) -> Iterator[tree.Reference]:
    """Yield the names that an expression is made of, in order."""
    stack = [expression]
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Reference):
            yield item
        elif isinstance(item, tuple):
            stack.extend(reversed(item))
        elif is_dataclass(item):
            stack.extend(getattr(item, f.name) for f in reversed(fields(item)) if f.name != "span")


def _measure(expression: tree.Aggregate, event: OneEvent, context: Context) -> Typed | None:
    """Return the value that is gathered; None where events themselves are counted."""
    measured, gather = expression.measured, expression.gather
    if not isinstance(measured, tree.Reference):
        inner = context.for_each(OneEvent(event.name, event.schema, is_measure=True))
        return value(measured, inner)
    if len(measured.parts) > 1:
        name = ".".join(part.text for part in measured.parts[1:])
        found = property_named(name, measured.span, event, context)
        if found is not None:
            return found
        complaint = unknown_property(measured.span, name, event, context, f"{event.name}.")
        return context.complain(measured.span, complaint)
    if gather is n.Gather.COUNT:
        return None
    if event.schema is None:
        others = sorted(context.record.events - {event.name})
        complaint = event_errors.one_name(measured.span, str(gather), event.name, others)
        return context.complain(measured.span, complaint)
    known = event.schema.properties
    names = [name for name, item in known.items() if _can_be(gather, item.type)]
    complaint = event_errors.needs_property(measured.span, str(gather), event.name, names)
    return context.complain(measured.span, complaint)


def _fits(gather: n.Gather, measure: Typed | None, context: Context) -> bool:
    """Return whether such values can be gathered; complain if not."""
    if measure is None or _can_be(gather, measure.type):
        return True
    wanted = _WANTED.get(gather, "number, text, date, instant or yes/no value")
    found = str(measure.type)
    written = measure.span.text if isinstance(measure.node, n.Property) else ""
    complaint = misplaced_events.cannot_gather(measure.span, str(gather), wanted, found, written)
    context.report(complaint)
    return False


_ORDERED = "number, text, date or instant"
_WANTED = {
    n.Gather.SUM: "number",
    n.Gather.AVERAGE: "number",
    n.Gather.MIN: _ORDERED,
    n.Gather.MAX: _ORDERED,
}


def _can_be(gather: n.Gather, type: Type) -> bool:
    """Return whether values of a type can be gathered."""
    match gather:
        case n.Gather.COUNT:
            return True
        case n.Gather.SUM | n.Gather.AVERAGE:
            return type == NUMBER
        case n.Gather.MIN | n.Gather.MAX:
            return type in (NUMBER, TEXT, DATE, INSTANT)
        case _:
            return type.kind not in (Kind.LIST, Kind.PLACE)
