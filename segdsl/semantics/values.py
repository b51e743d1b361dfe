"""Values: literals, fields, arithmetic, functions, durations."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from segdsl.catalog.types import DATE, INSTANT, NUMBER
from segdsl.catalog.types import YESNO as YES_NO
from segdsl.diagnostics import (
    Diagnostic,
    event_errors,
    name_errors,
    syntax_errors,
    type_errors,
)
from segdsl.functions.clock import to_instant
from segdsl.functions.scalars import whole_if_possible
from segdsl.functions.table import FUNCTIONS
from segdsl.functions.units import Unit
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause
from segdsl.semantics.bare_events import event_for_moment
from segdsl.semantics.calls import applied, call_for_one_event, is_rankable, typed_call
from segdsl.semantics.context import (
    DEPTH_LIMIT,
    Context,
    NamedList,
    Typed,
    union,
)
from segdsl.semantics.kinds import kind_of, names_of
from segdsl.semantics.names import resolve
from segdsl.semantics.uses import has_too_many_uses, use_of
from segdsl.source import Span
from segdsl.syntax import tree

_ARITHMETIC = {
    tree.Operator.ADD: "add",
    tree.Operator.SUBTRACT: "subtract",
    tree.Operator.MULTIPLY: "multiply",
    tree.Operator.DIVIDE: "divide",
}
_NTILES = {
    tree.Measure.QUARTILE: 4,
    tree.Measure.QUINTILE: 5,
    tree.Measure.DECILE: 10,
    tree.Measure.PERCENTILE: 100,
}
_LITERALS = (
    *(tree.Text, tree.Number, tree.DateLiteral, tree.InstantLiteral, tree.Truth),
    tree.MomentWord,
)
_MOMENTS = {tree.Moment.YESTERDAY: -1, tree.Moment.TOMORROW: 1}


def value(expression: tree.Expression, context: Context) -> Typed:
    """Return the typed value of an expression; mistakes are reported and silenced."""
    if context.depth > DEPTH_LIMIT:
        return context.complain(
            expression.span,
            syntax_errors.too_deep(expression.span, DEPTH_LIMIT, "levels of nesting"),
        )
    if isinstance(expression, _LITERALS):
        return literal(expression, context)
    if isinstance(expression, tree.Reference):
        return _reference(expression, context)
    inner = context.deeper()
    match expression:
        case tree.Arithmetic():
            return _arithmetic(expression, inner)
        case tree.Negative():
            return _negative(expression, inner)
        case tree.OrElse():
            return _or_else(expression, inner)
        case tree.Call():
            return _call(expression, inner)
        case tree.Ago():
            return _ago(expression, inner)
        case tree.MeasureOf():
            return _measure(expression, inner)
        case tree.Elapsed():
            return _elapsed(expression, inner)
        case tree.Duration():
            return context.complain(
                expression.span,
                type_errors.lone_duration(expression.span),
            )
        case tree.Aggregate():
            from segdsl.semantics.aggregates import aggregate  # its `where` holds conditions

            return aggregate(expression, inner)
        case _:
            return context.complain(expression.span, type_errors.not_a_value(expression.span))


def literal(expression: tree.Literal, context: Context) -> Typed:
    """Return the typed value of a literal."""
    intern = context.record.intern
    span = expression.span
    match expression:
        case tree.Text():
            return Typed(context.record.text(expression.value), span)
        case tree.Number():
            number = whole_if_possible(Decimal(expression.value))
            return Typed(intern(n.Literal(number, NUMBER)), span, expression.is_percent)
        case tree.DateLiteral():
            return Typed(intern(n.Literal(expression.value, DATE)), span)
        case tree.InstantLiteral():
            instant = to_instant(expression.value, context.schema.zone)
            return Typed(intern(n.Literal(instant, INSTANT)), span)
        case tree.Truth():
            return Typed(intern(n.Literal(expression.value, YES_NO)), span)
        case tree.MomentWord():
            if expression.moment is tree.Moment.NOW:
                return Typed(intern(n.Now()), span)
            today = intern(n.Today())
            days = _MOMENTS.get(expression.moment)
            return Typed(intern(n.Shift(today, days, Unit.DAY)) if days else today, span)


def whole_number(count: tree.Expression, what: str, context: Context) -> int | None:
    """Return the whole number that a literal, param or argument stands for."""
    found = constant_number(count, what, context)
    if found is None:
        return None
    if found.is_percent or not isinstance(found.constant, int):
        context.report(type_errors.not_whole(found.span, what, found.span.text))
        return None
    return found.constant


def constant_number(count: tree.Expression, what: str, context: Context) -> Typed | None:
    """Return the number that a literal, param or argument stands for."""
    found = value(count, context)
    if found.type.is_error:
        return None
    if found.constant is None:
        context.report(type_errors.needs_constant(found.span, what))
    elif found.type != NUMBER:
        context.report(type_errors.wrong_operand(found.span, what, "number", str(found.type)))
    else:
        return found
    return None


def _reference(reference: tree.Reference, context: Context) -> Typed:
    found = resolve(reference, context)
    match found:
        case Typed():
            is_argument = reference.text in context.arguments
            span = found.span if is_argument else reference.span
            return Typed(found.node, span, found.is_percent, found.folding)
        case Clause():
            return context.complain(reference.span, _condition_as_value(reference, context))
        case NamedList():
            return context.complain(
                reference.span,
                name_errors.wrong_kind(reference.span, found.name, "list", "value", found.span),
            )
        case _:
            return context.erroneous(reference.span)


def _condition_as_value(reference: tree.Reference, context: Context) -> Diagnostic:
    name = reference.parts[0].text
    declaration = context.declarations[name]
    defined = None if isinstance(declaration, tree.Use | tree.RuleTest) else declaration.name.span
    return name_errors.wrong_kind(
        reference.span, reference.text, kind_of(declaration), "value", defined
    )


def _arithmetic(expression: tree.Arithmetic, context: Context) -> Typed:
    """Return a chain of operations; a long one is walked, not recursed into."""
    chain = [expression]
    while isinstance(chain[-1].left, tree.Arithmetic):
        chain.append(chain[-1].left)
    first = chain[-1]
    if isinstance(first.left, tree.Duration) and first.operator is tree.Operator.ADD:
        chain.pop()
        found = _shift(value(first.right, context), first.left, 1, first.span, context)
    else:
        found = value(first.left, context)
    for link in reversed(chain):
        found = _operated(link, found, context)
    return found


def _operated(link: tree.Arithmetic, left: Typed, context: Context) -> Typed:
    """Return one operation, its left side known."""
    sign = {tree.Operator.ADD: 1, tree.Operator.SUBTRACT: -1}.get(link.operator)
    if isinstance(link.right, tree.Duration) and sign is not None:
        return _shift(left, link.right, sign, link.span, context)
    function = FUNCTIONS[_ARITHMETIC[link.operator]]
    return typed_call(function, (left, value(link.right, context)), link.span, context)


def _shift(base: Typed, duration: tree.Duration, sign: int, span: Span, context: Context) -> Typed:
    count = whole_number(duration.count, "the number of units", context)
    if count is None or base.type.is_error:
        return context.erroneous(span)
    if base.type not in (DATE, INSTANT):
        return context.complain(
            span,
            type_errors.wrong_operand(
                base.span, "adding a duration", "date or instant", str(base.type)
            ),
        )
    if base.type == DATE and duration.unit.is_clock:
        return context.complain(span, type_errors.clock_on_date(duration.span, duration.unit))
    node = n.Shift(base.node, sign * count, duration.unit)
    return Typed(context.record.intern(node), span)


def _ago(expression: tree.Ago, context: Context) -> Typed:
    intern = context.record.intern
    base = intern(n.Now()) if expression.duration.unit.is_clock else intern(n.Today())
    return _shift(Typed(base, expression.span), expression.duration, -1, expression.span, context)


def _negative(expression: tree.Negative, context: Context) -> Typed:
    operand = value(expression.operand, context)
    if isinstance(operand.constant, int | Decimal) and operand.type == NUMBER:
        node = context.record.intern(n.Literal(-operand.constant, NUMBER))
        return Typed(node, expression.span, operand.is_percent)
    return typed_call(FUNCTIONS["negate"], (operand,), expression.span, context)


def _or_else(expression: tree.OrElse, context: Context) -> Typed:
    items = [value(item, context) for item in expression.items]
    if any(item.type.is_error for item in items):
        return context.erroneous(expression.span)
    first = items[0]
    for item in items[1:]:
        if item.type != first.type:
            return context.complain(
                expression.span,
                type_errors.type_mismatch(
                    expression.span,
                    first.span.text,
                    str(first.type),
                    item.span.text,
                    str(item.type),
                    first.span,
                    item.span,
                ),
            )
    node = applied("or else", items, first.type, context)
    return Typed(node, expression.span, folding=union(*(item.folding for item in items)))


def _call(expression: tree.Call, context: Context) -> Typed:
    name = expression.function.text
    declaration = context.declarations.get(name)
    if declaration is not None and context.event is not None:
        return context.complain(expression.span, call_for_one_event(expression, declaration))
    if isinstance(declaration, tree.Trait):
        return _trait(expression, declaration, context)
    if declaration is not None:
        return context.complain(expression.span, type_errors.not_a_value(expression.span))
    if name in context.broken:
        return context.erroneous(expression.span)
    function = FUNCTIONS.get(name)
    if function is None or not function.is_callable:
        known = [row.name for row in FUNCTIONS.values() if row.is_callable]
        known += names_of(context, "definition", "trait")
        return context.complain(
            expression.span, name_errors.unknown_function(expression.function.span, name, known)
        )
    arguments = [value(argument, context) for argument in expression.arguments]
    if name == "round" and len(arguments) > 1 and not isinstance(arguments[1].constant, int):
        return context.complain(
            expression.span,
            type_errors.not_whole(
                arguments[1].span, "the number of digits", arguments[1].span.text
            ),
        )
    return typed_call(function, arguments, expression.span, context)


def _trait(expression: tree.Call, trait: tree.Trait, context: Context) -> Typed:
    arguments = bound_arguments(expression, trait.parameters, context)
    if arguments is None:
        return context.erroneous(expression.span)
    use = use_of(expression, arguments)
    inner = context.record.uses.get(use)
    if not isinstance(inner, Typed):
        if has_too_many_uses(expression, context):
            return context.erroneous(expression.span)
        inner = value(trait.body, context.where(arguments))
        context.record.uses[use] = inner
    return Typed(inner.node, expression.span, inner.is_percent, inner.folding)


def bound_arguments(
    call: tree.Call, parameters: Sequence[tree.Name], context: Context
) -> dict[str, Typed] | None:
    """Return the arguments of a definition's or trait's use by parameter."""
    name = call.function.text
    context.record.used.add(name)
    if len(parameters) != len(call.arguments):
        found = len(call.arguments)
        context.report(name_errors.argument_count(call.span, name, len(parameters), found))
        return None
    values = [value(argument, context) for argument in call.arguments]
    return {p.text: v for p, v in zip(parameters, values, strict=True)}


def _measure(expression: tree.MeasureOf, context: Context) -> Typed:
    operand = value(expression.operand, context)
    if expression.measure in _NTILES:
        if context.event is not None:
            words = f"`{expression.measure} of`"
            return context.complain(
                expression.span, event_errors.not_for_one_event(expression.span, words)
            )
        if not is_rankable(operand, f"`{expression.measure} of`", context):
            return context.erroneous(expression.span)
        node = n.Ntile(_NTILES[expression.measure], operand.node)
        return Typed(context.record.intern(node), expression.span)
    function = FUNCTIONS[expression.measure]
    return typed_call(function, (operand,), expression.span, context)


def _elapsed(expression: tree.Elapsed, context: Context) -> Typed:
    intern = context.record.intern
    is_clock = expression.unit.is_clock
    bare = event_for_moment(expression.start, context) if context.event is None else None
    if bare is not None:
        return context.complain(expression.start.span, bare)
    start = value(expression.start, context)
    if expression.end is not None:
        end = value(expression.end, context)
    else:
        end = Typed(intern(n.Now()) if is_clock else intern(n.Today()), expression.span)
    for operand in (start, end):
        if is_clock and operand.type == DATE:
            return context.complain(
                expression.span, type_errors.clock_on_date(operand.span, expression.unit)
            )
    function = FUNCTIONS[f"{expression.unit}s between"]
    return typed_call(function, (start, end), expression.span, context)
