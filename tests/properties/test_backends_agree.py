"""Every backend selects the customers that the definition selects."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from random_customers import all_fields, calendars, populations
from random_plans import plans
from random_rules import rules

from segdsl.backends.polars.lower import polars_expression
from segdsl.diagnostics import Sink
from segdsl.document import Folder
from segdsl.engine.evaluate import run
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar
from segdsl.optimise.passes import optimised
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer
from segdsl.semantics import FieldSchema, Schema, check, collect
from segdsl.source import Source
from segdsl.syntax import parse

KEY = "customer id"


@given(plans(), populations, calendars)
def test_the_engine_keeps_the_definition(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> None:
    expected = memberships(segments, customers, calendar)
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
    expected = memberships(segments, customers, calendar)
    frame = frame_of_profiles(customers, all_fields(), KEY)
    for name, root in segments.items():
        expr = polars_expression(root, calendar, frame.schema, KEY)
        assert set(frame.filter(expr)[KEY]) == expected[name]
        assert set(frame.lazy().filter(expr).collect()[KEY]) == expected[name]


@given(plans(), populations, calendars)
def test_optimising_keeps_the_meaning(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> None:
    expected = memberships(segments, customers, calendar)
    smaller = optimised(segments, n.Interner())
    assert memberships(smaller, customers, calendar) == expected
    frame = frame_of_profiles(customers, all_fields(), KEY)
    result = run(share(smaller, {}), frame, KEY, calendar)
    assert {name: set(frame[KEY].filter(m)) for name, m in result.masks.items()} == expected


@given(rules(), populations, calendars)
def test_rules_as_written_keep_the_definition(
    text: str, customers: list[Customer], calendar: Calendar
) -> None:
    fields = {field.name: FieldSchema(field.type) for field in all_fields()}
    source = Source.of(text)
    module, mistakes = parse(source)
    sink = Sink()
    sink.extend(mistakes)
    project = collect(module, Folder(), sink)
    plan = check(project, Schema(fields, zone=calendar.zone), {}, sink)
    assert not sink.errors, "\n".join(map(str, sink.errors))
    expected = memberships(plan.segments, customers, calendar)
    frame = frame_of_profiles(customers, all_fields(), KEY)
    for segments in (plan.segments, optimised(plan.segments, n.Interner())):
        result = run(share(segments, {}), frame, KEY, calendar)
        found = {name: set(frame[KEY].filter(mask)) for name, mask in result.masks.items()}
        assert found == expected
