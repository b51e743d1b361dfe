"""Functions applied to typed values, under the overload that fits."""

from __future__ import annotations

from collections.abc import Sequence

from segdsl.catalog.types import DATE, INSTANT, LIST_ANY, NUMBER, Kind, Type
from segdsl.diagnostics import Diagnostic, event_errors, name_errors, type_errors
from segdsl.functions.table import Function, Overload
from segdsl.plan import nodes as n
from segdsl.semantics.context import Context, Typed
from segdsl.semantics.kinds import kind_of
from segdsl.source import Span
from segdsl.syntax import tree


def applied(function: str, arguments: Sequence[Typed], result: Type, context: Context) -> n.Apply:
    """Return the node of a function applied to values of fitting types."""
    nodes = tuple(argument.node for argument in arguments)
    return context.record.intern(n.Apply(function, nodes, result))


def as_date(typed: Typed, context: Context) -> Typed:
    """Return a date: an instant becomes its local date, anything else stays as it is."""
    if typed.type != INSTANT:
        return typed
    return Typed(applied("local date", (typed,), DATE, context), typed.span)


def typed_call(
    function: Function, arguments: Sequence[Typed], span: Span, context: Context
) -> Typed:
    """Return the call under the first overload that fits, instants taken as dates if need be."""
    if any(argument.type.is_error for argument in arguments):
        return context.erroneous(span)
    sized = [row for row in function.overloads if len(row.parameters) == len(arguments)]
    if not sized:
        expected = " or ".join(str(len(row.parameters)) for row in function.overloads)
        wanted = int(expected) if expected.isdigit() else expected
        return context.complain(
            span, name_errors.argument_count(span, function.name, wanted, len(arguments))
        )
    for row in sized:
        dated = [
            as_date(argument, context) if parameter == DATE else argument
            for argument, parameter in zip(arguments, row.parameters, strict=True)
        ]
        if all(map(_fits, dated, row.parameters)):
            return Typed(applied(function.name, dated, row.result, context), span)
    return _misfit(function, arguments, sized[0], span, context)


def _misfit(
    function: Function,
    arguments: Sequence[Typed],
    row: Overload,
    span: Span,
    context: Context,
) -> Typed:
    """Complain of the first argument that does not fit."""
    wanted_type, found = next(
        (parameter, argument)
        for argument, parameter in zip(arguments, row.parameters, strict=True)
        if not _fits(argument, parameter)
    )
    if wanted_type == INSTANT and found.type == DATE:
        return context.complain(span, type_errors.clock_on_date(found.span, function.name))
    return context.complain(
        found.span,
        type_errors.wrong_operand(
            found.span, f"`{function.form}`", str(wanted_type), str(found.type)
        ),
    )


def _fits(argument: Typed, parameter: Type) -> bool:
    return argument.type == parameter or (parameter == LIST_ANY and argument.type.kind is Kind.LIST)


def call_for_one_event(call: tree.Call, declaration: tree.Declaration) -> Diagnostic:
    """Return the complaint that a definition or trait cannot be used for one event."""
    kind, name = kind_of(declaration), call.function.text
    words = f"the {kind} `{name}`"
    return event_errors.not_for_one_event(call.span, words, kind, call.span.text)


def is_rankable(operand: Typed, what: str, context: Context) -> bool:
    """Return whether customers can be ranked by the value; complain if not."""
    if operand.type.is_error:
        return False
    if operand.type in (NUMBER, DATE, INSTANT):
        return True
    context.report(
        type_errors.wrong_operand(operand.span, what, "number, date or instant", str(operand.type))
    )
    return False
