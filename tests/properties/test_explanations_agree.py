"""Explanations say of random customers with random events what the definition says."""

from __future__ import annotations

from random import Random

from hypothesis import given
from random_customers import drawn
from random_event_rules import EventWriter, rules
from random_events import plan_of, populations

from segdsl.engine.explain import POPULATION, explain, named_values
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.definition import evaluate, memberships
from segdsl.plan.meaning import Customer


@given(rules(), populations)
def test_explanations_keep_the_definition(
    text: str, population: tuple[Calendar, list[Customer]]
) -> None:
    calendar, customers = population
    plan = plan_of(text, calendar)
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
    plan = plan_of(text, calendar)
    expected = memberships(plan.segments, customers, calendar)
    for customer in customers:
        for audience in plan.audiences:
            told = explain(audience.clause, customer, calendar, {})
            assert told.holds == (customer.key in expected[audience.name])
            times = [event.time for event in told.events]
            assert all(time is not None for time in times)
            steps = [event.step or 0 for event in told.events]
            assert steps == sorted(set(steps))
