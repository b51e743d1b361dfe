"""What a name stands for: an argument, a declaration, a member, or a customer's field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from segdsl.catalog.types import ERROR, Kind
from segdsl.diagnostics import (
    Diagnostic,
    event_errors,
    misplaced_events,
    name_errors,
)
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause
from segdsl.semantics.bare_events import property_alone
from segdsl.semantics.context import Context, FieldSchema, Meaningful, OneEvent, Typed
from segdsl.semantics.kinds import is_constant, is_field, kind_of, members_of, name_span, names_of
from segdsl.semantics.properties import (
    is_prefixed,
    property_named,
    unknown_property,
    without_prefix,
)
from segdsl.source import Span
from segdsl.syntax import tree

CUSTOMER = "customer"
"""What stands before a customer's field where a bare name is an event's property."""


def resolve(
    reference: tree.Reference, context: Context, wanted: str = "field"
) -> Meaningful | None:
    """Return what a reference means; None where a complaint has been made already.

    A field comes back as a typed value. An unknown name is complained of as the `wanted` thing.
    """
    if context.event is not None:
        return _of_event(reference, context.event, wanted, context)
    head = reference.parts[0].text
    if len(reference.parts) == 1 and head in context.arguments:
        return context.arguments[head]
    declaration = context.declarations.get(head)
    if declaration is not None and not _may_be_field(reference, declaration, context):
        return _declared(reference, declaration, context)
    if head in context.broken and not is_field(reference.text, context):
        return None
    return _field(reference, wanted, context)


def is_declared(reference: tree.Reference, context: Context) -> bool:
    """Return whether a name means anything here; what has been complained of counts as well."""
    if context.event is not None:
        name = _property_name(reference, context.event)
        if name is not None and (context.event.knows(name) or context.event.may_have(name)):
            return True
    elif context.schema.fields is None:
        return True
    head = reference.parts[0].text
    known = (context.arguments, context.declarations, context.broken, context.schema.undeclared)
    return is_field(reference.text, context) or any(head in names for names in known)


def _declared(
    reference: tree.Reference, declaration: tree.Declaration, context: Context
) -> Meaningful | None:
    name = reference.parts[0].text
    context.record.used.add(name)
    if isinstance(declaration, tree.Define | tree.Trait) and declaration.parameters:
        context.report(
            name_errors.argument_count(reference.span, name, len(declaration.parameters), 0)
        )
        return None
    found = context.record.meanings.get(name)
    if isinstance(found, Mapping):
        return _member(reference, found, context)
    if len(reference.parts) > 1:
        context.report(
            name_errors.unknown_member(reference.span, name, reference.parts[1].text, ())
        )
        return None
    return found


def _member(
    reference: tree.Reference, members: Mapping[str, Clause], context: Context
) -> Clause | None:
    parent = reference.parts[0].text
    member = ".".join(part.text for part in reference.parts[1:])
    if member in members:
        return members[member]
    if member:
        written = None if context.schema.fields is not None else reference.text
        context.report(
            name_errors.unknown_member(reference.span, parent, member, members, column=written)
        )
    else:
        kind = kind_of(context.declarations[parent])
        context.report(name_errors.wrong_kind(reference.span, parent, kind, "condition or value"))
    return None


def _may_be_field(
    reference: tree.Reference, declaration: tree.Declaration, context: Context
) -> bool:
    """Return whether a name that begins like a declared one is that of a field.

    While the fields are not known, a dotted name can be one where it can be no member.
    """
    if context.schema.fields is not None:
        return reference.text in context.schema.fields
    return len(reference.parts) > 1 and not isinstance(declaration, tree.Tiers | tree.Split)


def _field(reference: tree.Reference, wanted: str, context: Context) -> Typed | None:
    schema = context.schema
    name = reference.text
    if schema.fields is None:
        return Typed(context.record.intern(n.Field(name, ERROR)), reference.span)
    found = schema.fields.get(name)
    if found is None and wanted != "field":
        fields = schema.fields.items()
        context.report(_unknown_name(reference, wanted, fields, context))
        return None
    if found is None:
        context.report(_unknown_field(reference, context))
        return None
    node = context.record.intern(n.Field(name, found.type))
    return Typed(node, reference.span, folding=found.folding)


def _unknown_field(reference: tree.Reference, context: Context) -> Diagnostic:
    """Return the complaint that a name is no field, though it may be a part of an event."""
    schema, span, name = context.schema, reference.span, reference.text
    fields, events = schema.fields or {}, schema.events or {}
    head, rest = reference.parts[0].text, ".".join(part.text for part in reference.parts[1:])
    if name in schema.undeclared:
        return name_errors.unknown_field(span, name, (), undeclared_column=True)
    if head == CUSTOMER and rest:
        return event_errors.customer_prefix(span, rest, fields)
    if head in events:
        if rest:
            return property_alone(span, head, rest, context)
        return misplaced_events.bare_event(span, head)
    for event, item in events.items():
        if item.names(name):
            return property_alone(span, event, name, context)
    others = (*schema.undeclared, *context.declarations, *context.arguments)
    return name_errors.unknown_field(span, name, fields, others)


def _unknown_name(
    reference: tree.Reference,
    wanted: str,
    fields: Iterable[tuple[str, FieldSchema]],
    context: Context,
) -> Diagnostic:
    """Return the complaint that nothing of the wanted kind has that name; a list may be a field."""
    if wanted == "list":
        lists = [name for name, item in fields if item.type.kind is Kind.LIST]
        known = (*names_of(context, "list"), *lists)
    else:
        members = (name for one in context.declarations.values() for name, _ in members_of(one))
        known = (*names_of(context, "segment", "definition"), *members)
    return name_errors.unknown_name(reference.span, reference.text, wanted, known)


# ---- for one event


def _property_name(reference: tree.Reference, event: OneEvent) -> str | None:
    """Return the property that a name would be; the name of its event may stand before it."""
    if event.is_measure and not is_prefixed(reference, event):
        return None
    return without_prefix(reference, (event,))


def _of_event(
    reference: tree.Reference, event: OneEvent, wanted: str, context: Context
) -> Meaningful | None:
    """Return what a name means for one event: a property, an argument, a param or a list."""
    head, span = reference.parts[0].text, reference.span
    if head == CUSTOMER and len(reference.parts) > 1:
        return _of_customer(reference, context)
    name = _property_name(reference, event)
    kind = _constant_kind(reference, context)
    if name is not None and event.names(name):
        if kind is not None and name == reference.text:
            declaration = context.declarations.get(head) if kind != "argument" else None
            defined = name_span(declaration) if declaration else None
            context.report(event_errors.ambiguous_name(span, name, event.name, kind, defined))
            return None
        if event.knows(name):
            return property_named(name, span, event, context)
    if kind is not None:
        is_argument = kind == "argument"
        declaration = context.declarations.get(head)
        if is_argument or declaration is None:
            return context.arguments[head]
        return _declared(reference, declaration, context)
    if name is not None and event.may_have(name):
        return property_named(name, span, event, context)
    if head not in context.broken:
        context.report(_unknown_in_event(reference, name, event, wanted, context))
    return None


def _of_customer(reference: tree.Reference, context: Context) -> Typed | None:
    """Return the field of `customer.x`."""
    rest = tree.Reference(reference.parts[1:], reference.span)
    if not is_field(rest.text, context) and rest.parts[0].text in context.declarations:
        kind = kind_of(context.declarations[rest.parts[0].text])
        context.report(_not_for_one_event(reference.span, kind, rest.text))
        return None
    return _field(rest, "field", context)


def _constant_kind(reference: tree.Reference, context: Context) -> str | None:
    """Return the word for an argument, param or list of that name."""
    head = reference.parts[0].text
    if len(reference.parts) > 1:
        return None
    if head in context.arguments:
        return "argument"
    declaration = context.declarations.get(head)
    if declaration is None or not is_constant(declaration):
        return None
    return kind_of(declaration)


def _not_for_one_event(span: Span, kind: str, name: str) -> Diagnostic:
    return event_errors.not_for_one_event(span, f"the {kind} `{name}`", kind, name)


def _unknown_in_event(
    reference: tree.Reference, name: str | None, event: OneEvent, wanted: str, context: Context
) -> Diagnostic:
    """Return the complaint that a name means nothing for one event."""
    span, head, text = reference.span, reference.parts[0].text, reference.text
    events = context.schema.events or {}
    if head in context.declarations:
        return _not_for_one_event(span, kind_of(context.declarations[head]), text)
    if wanted != "field":
        properties = event.schema.properties.items() if event.schema is not None else ()
        return _unknown_name(reference, wanted, properties, context)
    if head != event.name and head in events and len(reference.parts) > 1:
        return event_errors.several_events(span, event.name, head)
    if name is None and event.knows(text):
        return event_errors.without_event(span, event.name, text)
    before = text.removesuffix(name) if name is not None else f"{event.name}."
    return unknown_property(span, name or text, event, context, before)
