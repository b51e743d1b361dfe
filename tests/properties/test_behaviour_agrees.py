"""The engine selects by what customers did as the definition does."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from random_event_rules import rules
from random_events import FIELDS, event_frames, plan_of, populations, shuffled

from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.plain import Plain
from segdsl.engine.evaluate import run
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar
from segdsl.optimise.passes import optimised
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import evaluate, memberships
from segdsl.plan.meaning import Customer

KEY = "customer id"


def _floats(values: list[Any]) -> list[float | None]:
    """Return exact numbers as the floats that they are in a column with others."""
    return [None if value is None else float(value) for value in values]


@given(rules(), populations)
def test_behaviour_keeps_the_definition(
    text: str, population: tuple[Calendar, list[Customer]]
) -> None:
    calendar, customers = population
    plan = plan_of(text, calendar)
    expected = memberships(plan.segments, customers, calendar)
    traits = {trait.name: trait.node for trait in plan.traits}
    values = evaluate(traits.values(), customers, calendar)
    fields = [n.Field(name, type) for name, type in FIELDS.items()]
    frame = frame_of_profiles(customers, fields, KEY)
    events = event_frames(customers)
    for roots in (plan.segments | traits, optimised(plan.segments | traits, n.Interner())):
        segments = {name: roots[name] for name in plan.segments}
        program = share(segments, {name: roots[name] for name in traits})
        result = run(program, frame, KEY, calendar, events=events)
        found = {name: set(frame[KEY].filter(mask)) for name, mask in result.masks.items()}
        assert found == expected
        coded = share(segments, {}, enough=1)
        for machine in (Plain(), Fast()):
            counted = run(coded, frame, KEY, calendar, events=events, keep=False, machine=machine)
            assert counted.masks.sizes == {name: len(keys) for name, keys in expected.items()}
        for name, node in traits.items():
            column = result.traits[name]
            is_joined = column.dtype.is_float() and isinstance(node, n.Apply)
            assert column.to_list() == (_floats(values[node]) if is_joined else values[node]), name


@given(rules(), populations)
def test_the_order_of_events_is_free(
    text: str, population: tuple[Calendar, list[Customer]]
) -> None:
    calendar, customers = population
    segments = plan_of(text, calendar).segments
    expected = memberships(segments, customers, calendar)
    smaller = optimised(segments, n.Interner())
    assert memberships(smaller, shuffled(customers, Random(text)), calendar) == expected
