"""Explanations say of random customers with random events what the definition says."""

from __future__ import annotations

from random import Random

from hypothesis import given
from random_customers import drawn
from random_event_rules import EventWriter, rules
from random_events import EVENTS, FIELDS, populations

from segdsl.diagnostics import Sink
from segdsl.document import Folder
from segdsl.engine.explain import POPULATION, explain, named_values
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.definition import evaluate, memberships
from segdsl.plan.meaning import Customer
from segdsl.plan.plan import Plan
from segdsl.semantics import FieldSchema, Schema, check, collect
from segdsl.semantics.context import EventSchema
from segdsl.source import Source
from segdsl.syntax import parse


def _plan(text: str, calendar: Calendar) -> Plan:
    events = {
        name: EventSchema(
            {item: FieldSchema(type) for item, type in own.items()}, has_time="time" in own
        )
        for name, own in EVENTS.items()
    }
    fields = {name: FieldSchema(type) for name, type in FIELDS.items()}
    module, _ = parse(Source.of(text))
    sink = Sink()
    project = collect(module, Folder(), sink)
    plan = check(project, Schema(fields, zone=calendar.zone, events=events), {}, sink)
    assert not sink.errors, "\n".join(map(str, sink.errors))
    return plan


@given(rules(), populations)
def test_explanations_keep_the_definition(
    text: str, population: tuple[Calendar, list[Customer]]
) -> None:
    calendar, customers = population
    plan = _plan(text, calendar)
    expected = memberships(plan.segments, customers, calendar)
    population_nodes = [
        node for node in n.ordered(*plan.segments.values()) if isinstance(node, POPULATION)
    ]
    columns = evaluate(population_nodes, customers, calendar)
    names = named_values(plan)
    for i, customer in enumerate(customers):
        given = {node: columns[node][i] for node in population_nodes}
        for audience in plan.audiences:
            told = explain(audience.clause, customer, calendar, given, names=names)
            assert told.holds == (customer.key in expected[audience.name])
            str(told)


def _sequences(random: Random) -> str:
    writer = EventWriter(random)
    lines = (f"segment s_{i}: {writer.in_order()}" for i in range(5))
    return "\n".join(('param city_asked = "a"', *lines))


@given(drawn(_sequences), populations)
def test_the_choices_of_a_sequence_keep_the_definition(
    text: str, population: tuple[Calendar, list[Customer]]
) -> None:
    calendar, customers = population
    plan = _plan(text, calendar)
    expected = memberships(plan.segments, customers, calendar)
    for customer in customers:
        for audience in plan.audiences:
            told = explain(audience.clause, customer, calendar, {})
            assert told.holds == (customer.key in expected[audience.name])
            times = [event.time for event in told.events]
            assert all(time is not None for time in times)
            steps = [event.step or 0 for event in told.events]
            assert steps == sorted(set(steps))
