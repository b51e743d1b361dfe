"""Every backend selects the customers that the definition selects."""

from __future__ import annotations

import polars as pl
from hypothesis import given, reject
from random_customers import all_fields, calendars, populations
from random_plans import plans

from segdsl.backends.polars.lower import polars_expression
from segdsl.engine.evaluate import run
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import Key, memberships
from segdsl.plan.meaning import Customer

KEY = "customer id"


def defined(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> dict[str, set[Key]]:
    try:
        return memberships(segments, customers, calendar)
    except OverflowError:  # an instant whose local date would lie outside the years 1 to 9999
        reject()


@given(plans(), populations, calendars)
def test_the_engine_keeps_the_definition(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> None:
    expected = defined(segments, customers, calendar)
    frame = frame_of_profiles(customers, all_fields(), KEY)
    result = run(share(segments, {}), frame, KEY, calendar)
    found = {name: set(frame[KEY].filter(mask)) for name, mask in result.masks.items()}
    assert found == expected
    assert all(mask.dtype == pl.Boolean and not mask.null_count() for mask in result.masks.values())


@given(plans(), populations, calendars)
def test_a_single_expression_keeps_the_definition(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> None:
    population = (n.Ntile, n.Ranked, n.Common)
    segments = {
        name: root
        for name, root in segments.items()
        if not any(isinstance(node, population) for node in n.ordered(root))
    }
    expected = defined(segments, customers, calendar)
    frame = frame_of_profiles(customers, all_fields(), KEY)
    for name, root in segments.items():
        expr = polars_expression(root, calendar, frame.schema, KEY)
        assert set(frame.filter(expr)[KEY]) == expected[name]
        assert set(frame.lazy().filter(expr).collect()[KEY]) == expected[name]
