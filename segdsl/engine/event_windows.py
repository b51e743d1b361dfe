"""The fixed stretches of time that rules look at in events."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from segdsl.backends.polars.windows import Window, part
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n


def window_of(condition: n.Predicate, calendar: Calendar) -> Window | None:
    """Return the window outside of which a condition holds for no event, None if there is none."""

    return part(condition, calendar).window


def widest_windows(nodes: Iterable[n.OverEvents], calendar: Calendar) -> dict[str, Window]:
    """Return for each event the window outside of which no node needs one, if there is one."""
    found: dict[str, dict[n.Predicate, Window | None]] = {}
    for node in nodes:
        for event, condition in _conditions(node):
            known = found.setdefault(event, {})
            if condition not in known:
                known[condition] = window_of(condition, calendar)
    widest: dict[str, Window] = {}
    for event, windows in found.items():
        limited = [window for window in windows.values() if window is not None]
        if len(limited) == len(windows):
            widest[event] = reduce(Window.__or__, limited)
    return widest


def _conditions(node: n.OverEvents) -> list[tuple[str, n.Predicate]]:
    match node:
        case n.Aggregate():
            return [(node.event, node.condition)]
        case n.InOrder():
            steps = [(step.event, step.condition) for step in node.steps]
            return [(node.event, node.condition), *steps]
        case _:
            raise TypeError(f"{type(node).__name__} is not made of events")
