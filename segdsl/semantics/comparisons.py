"""Comparisons, ranges, sets and presence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from segdsl.catalog.types import TEXT, Folding, Kind, Type
from segdsl.diagnostics import data_errors, findings, name_errors, type_errors
from segdsl.functions.scalars import canonical
from segdsl.plan import nodes as n
from segdsl.plan.meaning import compare
from segdsl.semantics.context import Context, NamedList, Typed
from segdsl.semantics.forms import (
    Judged,
    any_of,
    compared,
    folded,
    folding_of,
    is_list,
    judged,
    nobody,
    note_sought,
    values_together,
)
from segdsl.semantics.names import resolve
from segdsl.semantics.values import value
from segdsl.source import Span
from segdsl.syntax import tree

Comparing: TypeAlias = "tree.Comparison | tree.Between | tree.InSet | tree.StateTest"

_RELATIONS = {relation: n.Relation(relation.value) for relation in tree.Relation}


def comparison(expression: tree.Comparison, context: Context) -> Judged:
    """Return `left relation right`."""
    left, right = values_together((expression.left, expression.right), context)
    folding = folding_of(expression.folding, (left, right), expression.span, context)
    relation = _RELATIONS[expression.relation]
    node = compared(relation, left, right, expression.span, context, folding)
    return judged(node, (left, right), context) if node else nobody(context)


def between(expression: tree.Between, context: Context) -> Judged:
    """Return `x between low and high`, both ends included."""
    subject, low, high = values_together(
        (expression.subject, expression.low, expression.high), context
    )
    folding = folding_of(None, (subject, low, high), expression.span, context)
    above = compared(n.Relation.GE, subject, low, expression.span, context, folding)
    below = compared(n.Relation.LE, subject, high, expression.span, context, folding)
    if above is None or below is None:
        return nobody(context)
    if _is_reversed(low, high):
        context.report(
            findings.reversed_bounds(
                expression.span, low.span.text, high.span.text, low.span, high.span
            )
        )
    node = context.record.intern(n.All((above, below)))
    return judged(node, (subject, low, high), context, is_negated=expression.is_negated)


def _is_reversed(low: Typed, high: Typed) -> bool:
    """Return whether both bounds are constants and stand the wrong way round."""
    if low.constant is None or high.constant is None or low.type != high.type:
        return False
    return compare(n.Relation.GT, low.constant, high.constant)


def in_set(expression: tree.InSet, context: Context) -> Judged:
    """Return `x in (a, b)`, `x in metros`, or `"vip" in tags` for a list field."""
    if isinstance(expression.members, tree.Reference):
        named = resolve(expression.members, context, "list")
        if isinstance(named, Typed) and is_list(named):
            return _in_list_field(expression, named, context)
        subject = value(expression.subject, context)
        members = list_members(expression.members, named, subject.type, context)
    else:
        subject, *members = values_together((expression.subject, *expression.members), context)
    if members is None or subject.type.is_error:
        return nobody(context)
    folding = folding_of(expression.folding, (subject, *members), expression.span, context)
    node = equals_any(subject, members, folding, expression.span, context)
    if node is None:
        return nobody(context)
    return judged(node, (subject,), context, is_negated=expression.is_negated)


def _in_list_field(expression: tree.InSet, items: Typed, context: Context) -> Judged:
    subject = value(expression.subject, context)
    folding = folding_of(expression.folding, (items, subject), expression.span, context)
    node = has(items, subject, folding, context)
    if node is None:
        return nobody(context)
    note_sought(items, (subject,), n.How.CONTAINS, folding, context)
    return judged(node, (items, subject), context, is_negated=expression.is_negated)


def has(items: Typed, member: Typed, folding: Folding, context: Context) -> n.Predicate | None:
    """Return whether a list has a member; None after a complaint."""
    if items.type.is_error or member.type.is_error:
        return None
    if member.type != items.type.element:
        operation = f"an element of `{items.span.text}`"
        context.report(
            type_errors.wrong_operand(
                member.span, operation, str(items.type.element), str(member.type)
            )
        )
        return None
    items, member = folded(items, folding, context), folded(member, folding, context)
    return context.record.intern(n.Has(items.node, member.node))


def equals_any(
    subject: Typed, members: Sequence[Typed], folding: Folding, span: Span, context: Context
) -> n.Predicate | None:
    """Return whether the subject equals a member: one set of constants, and any others."""
    plain, others = _parted(subject, members)
    parts = [compared(n.Relation.EQ, subject, member, span, context, folding) for member in others]
    sound = [node for node in parts if node is not None]
    if len(sound) < len(parts):
        return None
    if plain:
        note_sought(subject, plain, None, folding, context)
        constants = [folded(member, folding, context).constant for member in plain]
        members_of_set = n.distinct(scalar for scalar in constants if scalar is not None)
        subject = folded(subject, folding, context)
        sound.append(context.record.intern(n.OneOf(subject.node, members_of_set)))
    return any_of(sound, context)


def _parted(subject: Typed, members: Sequence[Typed]) -> tuple[list[Typed], list[Typed]]:
    """Return the members that are constants of the subject's type, and the others."""
    plain: list[Typed] = []
    others: list[Typed] = []
    wanted = subject.type
    is_plain = wanted.kind in _PLAIN
    for member in members:
        is_of_set = is_plain and member.constant is not None and member.type == wanted
        (plain if is_of_set else others).append(member)
    return plain, others


_PLAIN = {Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.INSTANT, Kind.YESNO, Kind.WEEKDAY}


def list_members(
    reference: tree.Reference, named: object, wanted: Type, context: Context
) -> list[Typed] | None:
    """Return the members of a declared list, those of a file converted to the type they meet."""
    if named is None:
        return None
    if not isinstance(named, NamedList):
        if isinstance(named, Typed) and named.type.is_error:
            return None
        is_a = str(named.type) if isinstance(named, Typed) else "condition"
        context.report(name_errors.wrong_kind(reference.span, reference.text, is_a, "list"))
        return None
    if not named.is_from_file:
        return [Typed(member.node, reference.span, member.is_percent) for member in named.members]
    return _converted(reference, named, wanted, context)


def _converted(
    reference: tree.Reference, named: NamedList, wanted: Type, context: Context
) -> list[Typed] | None:
    if wanted.is_error:
        return None
    zone = context.schema.zone
    found: list[Typed] = []
    failed: list[str] = []
    for cell in named.cells:
        try:
            plain = str(cell) if wanted == TEXT else cell
            scalar = canonical(plain, wanted, zone)
        except TypeError:
            failed.append(str(cell))
            continue
        node = context.record.intern(n.Literal(scalar, wanted))
        found.append(Typed(node, reference.span))
    if failed:
        context.report(
            data_errors.unconverted_members(
                reference.span, named.name, str(wanted), failed[:3], len(failed)
            )
        )
    return found


def state(expression: tree.StateTest, context: Context) -> Judged:
    """Return `x is missing`, `x is known`, `x is empty`."""
    subject = value(expression.subject, context)
    if subject.type.is_error:
        return nobody(context)
    intern = context.record.intern
    node: n.Predicate
    match expression.state:
        case tree.State.EMPTY if subject.type == TEXT or is_list(subject):
            node = intern(n.Blank(subject.node))
        case tree.State.KNOWN:
            node = intern(n.Known(subject.node))
        case _:
            node = intern(n.Not(intern(n.Known(subject.node))))
    if expression.is_negated:
        node = intern(n.Not(node))
    return judged(node, (subject,), context)
