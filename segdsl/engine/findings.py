"""Findings that need the data: texts that never occur, and `not` that lets the missing in."""

from __future__ import annotations

from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.engine.literals import literals
from segdsl.engine.negations import negations
from segdsl.engine.readers import read_customers
from segdsl.functions.clock import Calendar
from segdsl.plan.plan import Plan


def findings_of(
    plan: Plan, catalog: Catalog, calendar: Calendar, data: object
) -> tuple[Diagnostic, ...]:
    """Return what the data say about the rules, and what was counted on reading them.

    Raises DataError for data that cannot be read.
    """
    names = [field.name for field in plan.mentioned]
    reading = read_customers(catalog, data, names)
    found = (
        *literals(plan.literals, reading.frame),
        *negations(plan, reading.frame, reading.key, calendar),
    )
    return (*reading.notices, *found)
