"""The small shapes that predicates are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from segdsl.catalog.types import DATE, INSTANT, LIST_ANY, TEXT, WEEKDAY, Folding, Kind
from segdsl.diagnostics import Diagnostic, name_errors, type_errors
from segdsl.functions.folding import fold
from segdsl.plan import nodes as n
from segdsl.plan.plan import LiteralUses
from segdsl.semantics.calls import as_date
from segdsl.semantics.context import Context, Typed, union
from segdsl.semantics.names import is_declared
from segdsl.semantics.values import value
from segdsl.source import Span
from segdsl.syntax import tree

WEEKDAYS = {name: i for i, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1)}
_UNORDERED = {Kind.YESNO, Kind.WEEKDAY}


@dataclass(frozen=True, slots=True)
class Judged:
    """A predicate and the values that it looks at."""

    node: n.Predicate
    subjects: tuple[n.Value, ...] = ()


Predicates: TypeAlias = Iterable[n.Predicate]


def nobody(context: Context) -> Judged:
    """Return the predicate that stands where a complaint has been made."""
    return Judged(context.record.intern(n.Constant(False)))


def all_of(items: Predicates, context: Context) -> n.Predicate:
    """Return the conjunction; of one item that item."""
    found = tuple(dict.fromkeys(items))
    return found[0] if len(found) == 1 else context.record.intern(n.All(found))


def any_of(items: Predicates, context: Context) -> n.Predicate:
    """Return the disjunction; of one item that item."""
    found = tuple(dict.fromkeys(items))
    return found[0] if len(found) == 1 else context.record.intern(n.Any(found))


def known(operands: Iterable[n.Value], context: Context) -> list[n.Predicate]:
    """Return the predicates that hold where the operands are known; literals always are."""
    intern = context.record.intern
    constants = (n.Literal, n.Now, n.Today, n.Bucket)
    return [intern(n.Known(operand)) for operand in operands if not isinstance(operand, constants)]


def judged(
    node: n.Predicate, operands: Iterable[Typed], context: Context, *, is_negated: bool = False
) -> Judged:
    """Return the predicate, or its negative form: false too where an operand is missing."""
    nodes = tuple(operand.node for operand in operands)
    if is_negated:
        opposite = context.record.intern(n.Not(node))
        node = all_of((*known(nodes, context), opposite), context)
    return Judged(node, tuple(v for v in nodes if not isinstance(v, n.Literal)))


def values_together(expressions: Iterable[tree.Expression], context: Context) -> list[Typed]:
    """Return the values of operands that meet: beside a weekday, `mon` to `sun` are names."""
    listed = list(expressions)
    first = next((e for e in listed if _weekday_name(e) is None), listed[0])
    subject = value(first, context)
    return [subject if e is first else _beside(e, subject, context) for e in listed]


def _beside(expression: tree.Expression, subject: Typed, context: Context) -> Typed:
    """Return the value of an operand that meets `subject`."""
    if isinstance(expression, tree.Text):  # a set may hold hundreds
        return Typed(context.record.text(expression.value), expression.span)
    if not isinstance(expression, tree.Reference) or len(expression.parts) > 1:
        return value(expression, context)
    number = _weekday_name(expression)
    if number is not None and subject.type == WEEKDAY:
        return Typed(context.record.intern(n.Literal(number, WEEKDAY)), expression.span)
    if subject.type in (TEXT, WEEKDAY) and not is_declared(expression, context):
        name, span = expression.text, expression.span
        if subject.type == WEEKDAY:
            return context.complain(span, name_errors.unknown_weekday(span, name))
        field = subject.span.text
        return context.complain(span, name_errors.unquoted_text(span, name, field))
    return value(expression, context)


def _weekday_name(expression: tree.Expression) -> int | None:
    if isinstance(expression, tree.Reference) and len(expression.parts) == 1:
        return WEEKDAYS.get(expression.parts[0].text)
    return None


def folding_of(
    written: Folding | None, operands: Iterable[Typed], span: Span, context: Context
) -> Folding:
    """Return the folding of a text predicate: as written, else the fields' own default."""
    listed = list(operands)
    default = union(*{o.folding for o in listed})
    if written is None and default is Folding.EXACT:
        return default
    is_text = all(o.type.is_error or _holds_text(o) for o in listed)
    if written is None:
        return default if is_text else Folding.EXACT
    if not is_text:
        other = next(o for o in listed if not (o.type.is_error or _holds_text(o)))
        context.report(type_errors.wrong_operand(span, f"`{written}`", "text", str(other.type)))
        return Folding.EXACT
    return written


def _holds_text(operand: Typed) -> bool:
    return operand.type == TEXT or operand.type.of is Kind.TEXT


def folded(operand: Typed, folding: Folding, context: Context) -> Typed:
    """Return the operand with its texts folded."""
    if folding is Folding.EXACT or not _holds_text(operand):
        return operand
    intern = context.record.intern
    if isinstance(operand.constant, str):
        return Typed(intern(n.Literal(fold(operand.constant, folding), TEXT)), operand.span)
    return Typed(intern(n.Folded(operand.node, folding)), operand.span)


def compared(
    relation: n.Relation,
    left: Typed,
    right: Typed,
    span: Span,
    context: Context,
    folding: Folding = Folding.EXACT,
) -> n.Predicate | None:
    """Return the comparison of two values of one type; None after a complaint."""
    if left.type.is_error or right.type.is_error:
        return None
    if {left.type, right.type} == {DATE, INSTANT}:
        left, right = as_date(left, context), as_date(right, context)
    is_ordered = relation not in (n.Relation.EQ, n.Relation.NE)
    if left.type != right.type or left.type.kind in (Kind.LIST, Kind.PLACE):
        context.report(mismatch(left, right, span))
        return None
    if is_ordered and left.type.kind in _UNORDERED:
        what = f"`{relation}`"
        context.report(
            type_errors.wrong_operand(span, what, "number, text or date", str(left.type))
        )
        return None
    note_literal(left, right, relation, folding, context)
    left, right = folded(left, folding, context), folded(right, folding, context)
    if isinstance(left.node, n.Literal) and not isinstance(right.node, n.Literal):
        left, right, relation = right, left, _MIRRORED[relation]
    return context.record.intern(n.Compare(relation, left.node, right.node))


_MIRRORED = {
    n.Relation.EQ: n.Relation.EQ,
    n.Relation.NE: n.Relation.NE,
    n.Relation.LT: n.Relation.GT,
    n.Relation.LE: n.Relation.GE,
    n.Relation.GT: n.Relation.LT,
    n.Relation.GE: n.Relation.LE,
}


def mismatch(left: Typed, right: Typed, span: Span) -> Diagnostic:
    """Return the complaint that two values have types that do not meet."""
    return type_errors.type_mismatch(
        span,
        left.span.text,
        str(left.type),
        right.span.text,
        str(right.type),
        left.span,
        right.span,
    )


def note_literal(
    left: Typed, right: Typed, relation: n.Relation, folding: Folding, context: Context
) -> None:
    """Remember which texts a field or property is compared with, to hold them against the data."""
    if relation not in (n.Relation.EQ, n.Relation.NE):
        return
    for field, text in ((left, right), (right, left)):
        note_sought(field, (text,), None, folding, context)


def note_sought(
    subject: Typed, operands: Iterable[Typed], how: n.How | None, folding: Folding, context: Context
) -> None:
    """Remember which texts are looked for in a field; patterns do not stand for themselves."""
    if not isinstance(subject.node, n.Field | n.Property) or how in (n.How.LIKE, n.How.MATCHES):
        return
    wanted = None if is_list(subject) else how  # an element of a list is a whole text
    found = [(text.constant, text.span) for text in operands if isinstance(text.constant, str)]
    if found:
        literals, spans = zip(*found, strict=True)
        uses = LiteralUses(subject.node, literals, spans, folding, wanted)
        context.record.literals.append(uses)


def is_list(operand: Typed) -> bool:
    """Return whether the operand is a list of anything."""
    return operand.type.kind is LIST_ANY.kind
