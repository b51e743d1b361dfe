"""The code of what stands on events: aggregates and sequences, by their own definition.

Conditions and measures become functions of one event and of the customer's values that they read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from segdsl.matching.code import Write, Writer, function
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import Event, Of, aggregate, in_order, may_be_float

EVENTS = "events"
"""The local that holds the customer's events by name."""

Compiled = Mapping[n.Node, Callable[[Event, Sequence[Any]], Any]]


def _aggregate(w: Writer, node: n.Aggregate) -> str:
    compiled = _compiled(w, node)
    event, measure = node.event, node.measure

    def gathered(events: Mapping[str, Sequence[Event]], reads: Sequence[Any]) -> Any:
        own = events.get(event, ())
        known = dict(zip(node.reads, reads, strict=True))
        are_floats = measure is not None and may_be_float(
            measure,
            lambda one: (happened.get(one.name) for happened in own),
            lambda one: (known.get(one),),
        )
        return aggregate(node, own, _of(compiled, reads), are_floats=are_floats)

    return f"{w.constant(gathered)}({EVENTS}, {_reads(w, node)})"


def _in_order(w: Writer, node: n.InOrder) -> str:
    compiled = _compiled(w, node)
    calendar = w.settings.calendar

    def follows(events: Mapping[str, Sequence[Event]], reads: Sequence[Any]) -> bool:
        return in_order(node, events, _of(compiled, reads), calendar)

    return f"{w.constant(follows)}({EVENTS}, {_reads(w, node)})"


def _of(compiled: Compiled, reads: Sequence[Any]) -> Of:
    return lambda root, event: compiled[root](event, reads)


def _reads(w: Writer, node: n.OverEvents) -> str:
    return f"({''.join(f'{w.names[read]}, ' for read in node.reads)})"


def _compiled(w: Writer, node: n.OverEvents) -> Compiled:
    """Return a function of an event and what the node reads, for each root inside the node."""
    found: dict[n.Node, Callable[[Event, Sequence[Any]], Any]] = {}
    for root in _roots(node):
        inner = Writer(w.settings, w.table)
        inner.names.update({read: f"reads[{i}]" for i, read in enumerate(node.reads)})
        inner.write((root,))
        found[root] = function(inner, "event, reads", inner.names[root])
    return found


def _roots(node: n.OverEvents) -> Iterable[n.Node]:
    match node:
        case n.Aggregate(condition=condition, measure=measure):
            return (condition,) if measure is None else (condition, measure)
        case n.InOrder(condition=condition, steps=steps):
            parts = [(step.condition, step.same, step.same_before) for step in steps]
            return [condition, *(one for part in parts for one in part if one is not None)]
        case _:
            raise TypeError(f"{type(node).__name__} does not stand on events")


BEHAVIOUR: Mapping[type[n.Node], Write] = MappingProxyType[type[Any], Any](
    {
        n.Aggregate: _aggregate,
        n.InOrder: _in_order,
        n.Property: lambda w, node: f"event.get({w.constant(node.name)})",
    }
)
