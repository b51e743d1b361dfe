"""What names stand for where one event is read: the event itself and its properties."""

from __future__ import annotations

from collections.abc import Iterable

from segdsl.catalog.types import ERROR
from segdsl.diagnostics import Diagnostic, event_errors, name_errors
from segdsl.diagnostics.event_errors import Elsewhere
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME
from segdsl.semantics.context import Context, OneEvent, Typed
from segdsl.semantics.kinds import is_constant, is_field, kind_of
from segdsl.source import Span
from segdsl.syntax import tree


def event_named(
    reference: tree.Reference, context: Context, *, may_be_property: bool = False
) -> OneEvent | None:
    """Return the kind of event that a name stands for; None after a complaint.

    Of what is measured the name `may_be_property` without that of its event.
    """
    span, head = reference.span, reference.parts[0].text
    events = context.schema.events
    is_known = events is None or head in events
    if head in context.broken:
        return None
    if head in context.declarations and (events is None or head not in events):
        declaration = context.declarations[head]
        context.record.used.add(head)
        context.report(name_errors.wrong_kind(span, head, kind_of(declaration), "event"))
    elif not is_known:
        context.report(_unknown_event(reference, context, may_be_property=may_be_property))
    elif len(reference.parts) > 1:
        rest = ".".join(part.text for part in reference.parts[1:])
        context.report(event_errors.property_for_event(span, head, rest))
    else:
        context.record.events.add(head)
        return OneEvent(head, events[head] if events is not None else None)
    return None


def _unknown_event(
    reference: tree.Reference, context: Context, *, may_be_property: bool
) -> Diagnostic:
    events = context.schema.events or {}
    name = reference.text
    having = [event for event, item in events.items() if item.names(name)]
    perhaps = [event for event, item in events.items() if name.startswith(item.open)]
    if not may_be_property:
        return event_errors.unknown_event(reference.span, name, tuple(events), having)
    return event_errors.unmeasured_event(reference.span, name, tuple(events), having, perhaps)


def property_named(name: str, span: Span, event: OneEvent, context: Context) -> Typed | None:
    """Return an event's property; None if there is none of that name."""
    intern = context.record.intern
    if event.schema is not None and name in event.schema.properties:
        found = event.schema.properties[name]
        node = intern(n.Property(event.name, name, found.type))
        return Typed(node, span, folding=found.folding)
    if event.may_have(name):
        return Typed(intern(n.Property(event.name, name, ERROR)), span)
    return None


def without_prefix(reference: tree.Reference, events: Iterable[OneEvent]) -> str:
    """Return the property that a name would be; one of these events may stand before it.

    In a measure it does; elsewhere a property of exactly that name is meant first.
    """
    for event in events:
        is_whole = event.knows(reference.text) and not event.is_measure
        if is_prefixed(reference, event) and not is_whole:
            return ".".join(part.text for part in reference.parts[1:])
    return reference.text


def is_prefixed(reference: tree.Reference, event: OneEvent) -> bool:
    """Return whether the name of the event stands before that of a property."""
    return reference.parts[0].text == event.name and len(reference.parts) > 1


def unknown_property(
    span: Span, name: str, event: OneEvent, context: Context, before: str = ""
) -> Diagnostic:
    """Return the complaint that an event has no such property; `before` stands before its name."""
    if name == TIME and not event.has_time:
        return event_errors.no_time_property(span, event.name)
    events = context.schema.events or {}
    properties = event.schema.properties if event.schema is not None else {}
    is_inside = context.event is not None
    elsewhere = Elsewhere(
        is_inside,
        is_inside and is_field(name, context),
        event.schema is not None and name in event.schema.undeclared,
        [before + other for other in properties if other.endswith(f".{name}")],
        [other for other, item in events.items() if item.names(name) and other != event.name],
    )
    unread = event.schema.unread if event.schema is not None else ()
    undeclared = event.schema.undeclared if event.schema is not None else ()
    constants = (name for name, item in context.declarations.items() if is_constant(item))
    others = (*undeclared, *constants, *context.arguments)
    known = (*properties, *unread)
    return event_errors.unknown_property(span, event.name, name, known, elsewhere, others)
