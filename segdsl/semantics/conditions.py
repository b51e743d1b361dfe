"""Conditions: connectives, names that stand for conditions, and the way to each predicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from segdsl.catalog.types import ERROR, YESNO
from segdsl.diagnostics import event_errors, name_errors, syntax_errors, type_errors
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause, NegationUse
from segdsl.semantics import comparisons, dates, habits, population, texts
from segdsl.semantics.bare_events import bare_event
from segdsl.semantics.calls import call_for_one_event
from segdsl.semantics.context import DEPTH_LIMIT, Context, NamedList, Typed
from segdsl.semantics.forms import Judged, nobody
from segdsl.semantics.names import resolve
from segdsl.semantics.uses import has_too_many_uses, use_of
from segdsl.semantics.values import bound_arguments, value, whole_number
from segdsl.source import Span
from segdsl.syntax import tree

Judge = Callable[[Any, Context], Judged]  # each takes its own kind of expression

_PREDICATES: Mapping[type, Judge] = {
    tree.Comparison: comparisons.comparison,
    tree.Between: comparisons.between,
    tree.InSet: comparisons.in_set,
    tree.StateTest: comparisons.state,
    tree.TextTest: texts.text_test,
    tree.ContainsOnly: texts.contains_only,
    tree.InNetwork: texts.in_network,
    tree.DateTest: dates.date_test,
    tree.InPeriod: dates.in_period,
    tree.Anniversary: dates.anniversary,
    tree.Ranked: population.ranked,
    tree.Among: population.among,
    tree.Sample: population.sample,
    tree.Near: population.near,
}

_NOT_FOR_ONE_EVENT: Mapping[type, str] = {
    tree.Did: "`did`",
    tree.DidInOrder: "`did`",
    tree.Ranked: "a ranking",
    tree.Among: "`among`",
    tree.Sample: "a sample",
}


def condition(expression: tree.Expression, context: Context) -> Clause:
    """Return the clause of a condition; mistakes are reported and become a clause of nobody."""
    if context.depth > DEPTH_LIMIT:
        context.report(syntax_errors.too_deep(expression.span, DEPTH_LIMIT, "levels of nesting"))
        return _clause(nobody(context), expression.span)
    misplaced = _NOT_FOR_ONE_EVENT.get(type(expression)) if context.event is not None else None
    if misplaced is not None:
        context.report(event_errors.not_for_one_event(expression.span, misplaced))
        return _clause(nobody(context), expression.span)
    bare = bare_event(expression, context)
    if bare is not None:
        context.report(bare)
        return _clause(nobody(context), expression.span)
    predicate = _PREDICATES.get(type(expression))
    if predicate is not None:
        return _clause(predicate(expression, context.deeper()), expression.span)
    inner = context.deeper()
    intern = context.record.intern
    match expression:
        case tree.AllOf():
            items = _all_conditions(expression.items, inner)
            return _joined(intern(n.All(_nodes(items))), items, expression.span)
        case tree.AnyOf():
            rewritten = habits.lone_alternatives(expression)
            if rewritten is not None:
                context.report(type_errors.lone_alternatives(expression.span, rewritten))
                return _clause(nobody(context), expression.span)
            habits.note_negatives(expression, context)
            habits.note_precedence(expression, context)
            items = _conditions(expression.items, inner)
            return _joined(intern(n.Any(_nodes(items))), items, expression.span)
        case tree.NoneOf():
            items = _conditions(expression.items, inner)
            either = intern(n.Any(_nodes(items)))
            return _joined(intern(n.Not(either)), items, expression.span)
        case tree.Negation():
            return _negation(expression, inner)
        case tree.CountOf():
            return _count_of(expression, inner)
        case tree.Reference():
            return _reference(expression, inner)
        case tree.Call():
            return _call(expression, inner)
        case tree.Did() | tree.DidInOrder():
            from segdsl.semantics import behaviour  # its `where` holds conditions

            if isinstance(expression, tree.Did):
                return _clause(behaviour.did(expression, inner), expression.span)
            return _clause(behaviour.did_in_order(expression, inner), expression.span)
        case _:
            return _of_value(value(expression, inner), context)


def _clause(found: Judged, span: Span) -> Clause:
    return Clause(found.node, span, found.subjects)


def _joined(node: n.Predicate, items: Sequence[Clause], span: Span) -> Clause:
    return Clause(node, span, items=tuple(items))


def _conditions(expressions: Sequence[tree.Expression], context: Context) -> tuple[Clause, ...]:
    return tuple(condition(expression, context) for expression in expressions)


def _all_conditions(expressions: Sequence[tree.Expression], context: Context) -> tuple[Clause, ...]:
    """Return the clauses of a conjunction; `per x and y` is told apart from a condition y."""
    items: list[Clause] = []
    for before, expression in zip((None, *expressions), expressions, strict=False):
        is_grouped = isinstance(before, tree.Ranked | tree.Among) and before.per is not None
        if is_grouped and isinstance(expression, tree.Reference):
            found = resolve(expression, context)
            if isinstance(found, Typed) and found.type not in (YESNO, ERROR):
                context.report(type_errors.second_group(expression.span, expression.text))
                continue
        items.append(condition(expression, context))
    return tuple(items)


def _nodes(items: Sequence[Clause]) -> tuple[n.Predicate, ...]:
    return tuple(item.node for item in items)


def _negation(expression: tree.Negation, context: Context) -> Clause:
    item = condition(expression.item, context)
    fields = tuple(sorted(context.record.fields_beneath(item.node), key=lambda f: f.name))
    if fields and context.event is None:
        context.record.negations.append(NegationUse(item.node, fields, expression.span))
    return _joined(context.record.intern(n.Not(item.node)), (item,), expression.span)


def _count_of(expression: tree.CountOf, context: Context) -> Clause:
    items = _conditions(expression.items, context)
    count = whole_number(expression.count, "the number of conditions", context)
    if count is None:
        return _clause(nobody(context), expression.span)
    if count < 0:
        context.report(
            type_errors.bad_amount(expression.count.span, "the number of conditions", "0 or more")
        )
    low, high = {
        tree.Bound.AT_LEAST: (count, len(items)),
        tree.Bound.AT_MOST: (0, count),
        tree.Bound.EXACTLY: (count, count),
    }[expression.bound]
    node = context.record.intern(n.HowMany(low, high, _nodes(items)))
    return _joined(node, items, expression.span)


def _reference(reference: tree.Reference, context: Context) -> Clause:
    found = resolve(reference, context)
    match found:
        case Clause():
            return Clause(found.node, reference.span, items=(found,), name=reference.text)
        case Typed():
            return _of_value(Typed(found.node, reference.span), context)
        case NamedList():
            context.report(
                name_errors.wrong_kind(reference.span, found.name, "list", "condition", found.span)
            )
            return _clause(nobody(context), reference.span)
        case _:
            return _clause(nobody(context), reference.span)


def _call(call: tree.Call, context: Context) -> Clause:
    """Return a definition with arguments in place of its use; any other call is a value."""
    name = call.function.text
    declaration = context.declarations.get(name)
    if not isinstance(declaration, tree.Define):
        return _of_value(value(call, context), context)
    if context.event is not None:
        context.report(call_for_one_event(call, declaration))
        return _clause(nobody(context), call.span)
    arguments = bound_arguments(call, declaration.parameters, context)
    if arguments is None:
        return _clause(nobody(context), call.span)
    use = use_of(call, arguments)
    inner = context.record.uses.get(use)
    if not isinstance(inner, Clause):
        if has_too_many_uses(call, context):
            return _clause(nobody(context), call.span)
        inner = condition(declaration.body, context.where(arguments))
        context.record.uses[use] = inner
    given = tuple((name, argument.node) for name, argument in arguments.items())
    return Clause(
        inner.node, call.span, items=(inner,), name=call.span.text, is_use=True, arguments=given
    )


def _of_value(found: Typed, context: Context) -> Clause:
    """Return a yes/no value as a condition: known and true."""
    if found.type == YESNO:
        intern = context.record.intern
        yes = intern(n.Literal(True, YESNO))
        node = intern(n.Compare(n.Relation.EQ, found.node, yes))
        return Clause(node, found.span, (found.node,))
    if not found.type.is_error:
        context.report(type_errors.not_a_condition(found.span, str(found.type)))
    return _clause(nobody(context), found.span)
