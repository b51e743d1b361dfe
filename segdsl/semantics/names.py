"""What a name stands for: an argument, a declaration, a member, or a customer's field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from segdsl.catalog.types import ERROR
from segdsl.diagnostics import name_errors
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause
from segdsl.semantics.context import Context, Meaningful, Typed
from segdsl.source import Span
from segdsl.syntax import tree


def kind_of(declaration: tree.Declaration) -> str:
    """Return the word for what a declaration declares."""
    match declaration:
        case tree.Use():
            return "file"
        case tree.Param():
            return "param"
        case tree.InlineList() | tree.FileList():
            return "list"
        case tree.Define():
            return "definition"
        case tree.Trait():
            return "trait"
        case tree.Segment():
            return "segment"
        case tree.Tiers():
            return "tiers"
        case tree.Split():
            return "split"
        case tree.RuleTest():
            return "test"
        case _:
            assert_never(declaration)


def names_of(context: Context, *kinds: str) -> tuple[str, ...]:
    """Return the declared names of some kinds."""
    return tuple(name for name, item in context.declarations.items() if kind_of(item) in kinds)


def resolve(
    reference: tree.Reference, context: Context, wanted: str = "field"
) -> Meaningful | None:
    """Return what a reference means; None where a complaint has been made already.

    A field comes back as a typed value. An unknown name is complained of as the `wanted` thing.
    """
    head = reference.parts[0].text
    if len(reference.parts) == 1 and head in context.arguments:
        return context.arguments[head]
    declaration = context.declarations.get(head)
    if declaration is not None and not _may_be_field(reference, declaration, context):
        return _declared(reference, declaration, context)
    if head in context.broken and not _is_field(reference.text, context):
        return None
    return _field(reference, wanted, context)


def is_declared(reference: tree.Reference, context: Context) -> bool:
    """Return whether a name means anything here; what has been complained of counts as well."""
    if context.schema.fields is None or _is_field(reference.text, context):
        return True
    head = reference.parts[0].text
    known = (context.arguments, context.declarations, context.broken, context.schema.undeclared)
    return any(head in names for names in known)


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


def members_of(declaration: tree.Declaration) -> tuple[tuple[str, Span], ...]:
    """Return the names of the members of tiers or a split, as rules write them."""
    match declaration:
        case tree.Tiers():
            rest = (declaration.otherwise,) if declaration.otherwise else ()
            members = [(one.text, one.span) for one in (*declaration.members, *rest)]
        case tree.Split():
            members = [(share.name.text, share.name.span) for share in declaration.shares]
        case _:
            return ()
    return tuple((f"{declaration.name.text}.{name}", span) for name, span in members)


def _is_field(name: str, context: Context) -> bool:
    return context.schema.fields is not None and name in context.schema.fields


def _field(reference: tree.Reference, wanted: str, context: Context) -> Typed | None:
    schema = context.schema
    name = reference.text
    if schema.fields is None:
        return Typed(context.record.intern(n.Field(name, ERROR)), reference.span)
    found = schema.fields.get(name)
    if found is None and wanted != "field":
        context.report(
            name_errors.unknown_name(reference.span, name, wanted, tuple(context.declarations))
        )
        return None
    if found is None:
        known = (*schema.fields, *schema.undeclared, *context.declarations, *context.arguments)
        context.report(
            name_errors.unknown_field(
                reference.span, name, known, undeclared_column=name in schema.undeclared
            )
        )
        return None
    node = context.record.intern(n.Field(name, found.type))
    return Typed(node, reference.span, folding=found.folding)
