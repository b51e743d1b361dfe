"""Findings that need the data: texts that never occur, `not` that lets the missing in, windows."""

from __future__ import annotations

from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.engine.histories import windows
from segdsl.engine.literals import literals
from segdsl.engine.negations import negations
from segdsl.engine.readers import read_customers
from segdsl.engine.readers.events import read_events
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.wanted import properties_read
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.plan import Plan


def findings_of(
    plan: Plan, catalog: Catalog, calendar: Calendar, data: object
) -> tuple[Diagnostic, ...]:
    """Return what the data say about the rules, and what was counted on reading them.

    `data` are the customers' alone, or Opened. Raises DataError for data that cannot be read.
    """
    opened = Opened.of(catalog, data)
    names = [field.name for field in plan.mentioned]
    reading = read_customers(catalog, opened.customers, names)
    compared = [use.field for use in plan.literals if isinstance(use.field, n.Property)]
    wanted = properties_read(plan.nodes, compared)
    events = read_events(catalog, opened, wanted, reading.frame[reading.key])
    found = (
        *literals(plan.literals, reading.frame, events.frames),
        *negations(plan, reading.frame, reading.key, calendar, events.frames),
        *windows(plan, events.frames, calendar),
    )
    return (*reading.notices, *events.notices, *found)
