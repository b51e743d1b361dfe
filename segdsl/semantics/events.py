"""Which events a rule speaks of: their kind, their window, `where`, and that they have happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from segdsl.catalog.types import DATE, ERROR, INSTANT, NUMBER
from segdsl.diagnostics import event_errors, type_errors
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME
from segdsl.semantics.conditions import condition
from segdsl.semantics.context import Context, OneEvent, Typed
from segdsl.semantics.forms import all_of
from segdsl.semantics.properties import property_named
from segdsl.semantics.windows import in_window
from segdsl.source import Span
from segdsl.syntax import tree

_VARYING = (n.Field, n.Bucket, n.Ntile, n.OverEvents)
_VALUES = (*_VARYING, n.Literal, n.Now, n.Today, n.Shift, n.Apply, n.Folded)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The events that count: their kind, where it is named, and the condition on each."""

    event: OneEvent
    span: Span
    condition: n.Predicate


def chosen(
    event: OneEvent,
    span: Span,
    where: tree.Expression | None,
    window: tree.Window | None,
    context: Context,
) -> Chosen | None:
    """Return the events of a kind that count; None after a complaint, or without a type.

    Those of which the time is known count only if it is not after as-of.
    """
    parts: list[n.Predicate | None] = []
    if event.has_time:
        parts.append(_has_happened(time_of(event, span, context), context))
    if window is not None:
        parts.append(_within(window, event, span, context))
    if where is not None:
        parts.append(condition(where, context.for_each(event)).node)
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return Chosen(event, span, _together(found, context))


def _together(parts: Iterable[n.Predicate], context: Context) -> n.Predicate:
    """Return one conjunction of what the parts demand; without any the one that always holds."""
    flat = [item for part in parts for item in (part.items if isinstance(part, n.All) else (part,))]
    return all_of(flat, context) if flat else context.record.intern(n.Constant(True))


def _has_happened(time: Typed, context: Context) -> n.Predicate | None:
    intern = context.record.intern
    if time.type == DATE:
        return intern(n.Compare(n.Relation.LE, time.node, intern(n.Today())))
    if time.type == INSTANT:
        return intern(n.Compare(n.Relation.LE, time.node, intern(n.Now())))
    if not time.type.is_error:
        what = "the time of an event"
        context.report(
            type_errors.wrong_operand(time.span, what, "date or instant", str(time.type))
        )
    return None


def _within(
    window: tree.Window, event: OneEvent, span: Span, context: Context
) -> n.Predicate | None:
    if not event.has_time:
        context.report(event_errors.no_time(window.span, event.name, "a window"))
        return None
    time = time_of(event, span, context)
    if time.type in (DATE, INSTANT):
        return in_window(window, time, context)
    # what the window holds is checked all the same
    in_window(window, Typed(time.node, span), context)
    return None


def time_of(event: OneEvent, span: Span, context: Context) -> Typed:
    """Return the time of an event of a kind that has one."""
    found = property_named(TIME, span, event, context)
    if found is None:  # declared, and its type is in the data
        found = Typed(context.record.intern(n.Property(event.name, TIME, ERROR)), span)
    return found


def gathered(gather: n.Gather, of: Chosen, measure: Typed | None, context: Context) -> n.Aggregate:
    """Return what is made of a value of the events that count; of the events without one."""
    node = measure.node if measure is not None else None
    is_number = node is None or gather in _NUMBERS
    type = NUMBER if is_number or measure is None else measure.type
    roots = (of.condition,) if node is None else (of.condition, node)
    made = n.Aggregate(reads_of(roots), gather, of.event.name, of.condition, node, type)
    return context.record.intern(made)


_NUMBERS = (n.Gather.COUNT, n.Gather.DISTINCT, n.Gather.SUM, n.Gather.AVERAGE)


def reads_of(roots: Iterable[n.Node]) -> tuple[n.Node, ...]:
    """Return the customer's values that a condition on an event reads, the largest, in order."""
    listed = tuple(roots)
    is_of_event: dict[n.Node, bool] = {}
    is_varying: dict[n.Node, bool] = {}
    for node in n.ordered(*listed, below=_below):
        below = _below(node)
        is_of_event[node] = isinstance(node, n.Property) or any(map(is_of_event.get, below))
        is_varying[node] = isinstance(node, _VARYING) or any(map(is_varying.get, below))
    found: dict[n.Node, None] = {}
    seen: set[n.Node] = set()
    stack = list(reversed(listed))
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, _VALUES) and not is_of_event[node]:
            if is_varying[node]:
                found[node] = None
            continue
        stack.extend(reversed(_below(node)))
    return tuple(found)


def _below(node: n.Node) -> tuple[n.Node, ...]:
    """Return what a node is made of; what stands on other events is one value."""
    return () if isinstance(node, n.OverEvents) else n.parts(node)
