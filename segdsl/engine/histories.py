"""Findings about windows that reach beyond the events in the data, or lie in the future."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.event_data import window_before_events
from segdsl.diagnostics.findings import window_in_future
from segdsl.engine.event_windows import window_of
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME
from segdsl.plan.plan import Plan, clauses
from segdsl.source import Span

if TYPE_CHECKING:
    import polars as pl

_SLACK = 20  # a first event later by less than this part of a window is a quiet beginning


def windows(
    plan: Plan, frames: Mapping[str, pl.DataFrame], calendar: Calendar
) -> Iterator[Diagnostic]:
    """Yield a finding for each window in which the data cannot hold what it asks for."""
    told: set[tuple[Span, str]] = set()
    firsts: dict[str, date | None] = {}
    uses = sorted(_uses(plan), key=lambda use: (use[1].source.name, use[1].start))
    for node, span in uses:
        begins = _begin(node, calendar)
        if begins is None or (span, node.event) in told:
            continue
        told.add((span, node.event))
        if begins > calendar.today:
            yield window_in_future(span, " ".join(span.text.split()))
            continue
        if node.event not in firsts:
            firsts[node.event] = _first(frames.get(node.event), calendar)
        first = firsts[node.event]
        if first is not None and (first - begins) * _SLACK > calendar.today - begins:
            said = (begins.isoformat(), first.isoformat())
            yield window_before_events(span, node.event, *said)


def _uses(plan: Plan) -> Iterator[tuple[n.Aggregate | n.InOrder, Span]]:
    """Yield what is made of events, each once, with the narrowest place where rules say it."""
    done: set[n.Node] = set()
    places: list[tuple[n.Node, Span]] = [(trait.node, trait.span) for trait in plan.traits]
    found = clauses(*(audience.clause for audience in plan.audiences))
    places += [(one.node, one.span) for one in found if one.span is not None and not one.items]
    for root, span in places:
        for node in n.ordered(root):
            if isinstance(node, n.Aggregate | n.InOrder) and node not in done:
                done.add(node)
                yield node, span


def _begin(node: n.Aggregate | n.InOrder, calendar: Calendar) -> date | None:
    """Return the local day on which a fixed window begins, None if there is none."""
    window = window_of(node.condition, calendar)
    return None if window is None else _day(window.low, calendar)


def _first(frame: pl.DataFrame | None, calendar: Calendar) -> date | None:
    """Return the local day of the first event."""
    if frame is None or TIME not in frame.columns:
        return None
    first = frame[TIME].min()
    return _day(first, calendar) if isinstance(first, date) else None


def _day(moment: date | None, calendar: Calendar) -> date | None:
    return calendar.local_date(moment) if isinstance(moment, datetime) else moment
