"""One profile is in the segments that the definition says, run as code and by the index."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
import random_event_rules
from hypothesis import given
from hypothesis import strategies as st
from random_customers import all_fields, calendars, population, populations
from random_events import plan_of
from random_events import populations as populations_with_events
from random_plans import plans

from segdsl.catalog import Catalog
from segdsl.engine.evaluate import run
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar
from segdsl.matching.matcher import Form, matcher
from segdsl.matching.thresholds import POPULATION, Thresholds, population_names
from segdsl.optimise.passes import optimised
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer

KEY = "customer id"
CATALOG = Catalog.model_validate({"customers": {"key": KEY}})
FORMS: tuple[Form, ...] = ("code", "index")
Segments = Mapping[str, n.Predicate]


def _matched(
    segments: Segments,
    customers: list[Customer],
    calendar: Calendar,
    form: Form,
    thresholds: Thresholds | None = None,
) -> dict[str, set[int | str]]:
    match = matcher(segments, calendar, catalog=CATALOG, thresholds=thresholds, form=form).match
    found: dict[str, set[int | str]] = {name: set() for name in segments}
    for customer in customers:
        names = match({**customer.profile, KEY: customer.key}, events=customer.events)
        assert list(names) == [name for name in segments if name in names]
        for name in names:
            found[name].add(customer.key)
    return found


def _without_population(segments: Segments) -> Segments:
    return {
        name: root
        for name, root in segments.items()
        if not any(isinstance(node, POPULATION) for node in n.ordered(root))
    }


@pytest.mark.parametrize("form", FORMS)
@given(plans(), populations, calendars)
def test_profiles_keep_the_definition(
    form: Form, segments: Segments, customers: list[Customer], calendar: Calendar
) -> None:
    segments = _without_population(segments)
    expected = memberships(segments, customers, calendar)
    assert _matched(segments, customers, calendar, form) == expected
    smaller = optimised(segments, n.Interner())
    assert _matched(smaller, customers, calendar, form) == expected


@pytest.mark.parametrize("form", FORMS)
@given(plans(), populations, calendars)
def test_thresholds_keep_the_population(
    form: Form, segments: Segments, customers: list[Customer], calendar: Calendar
) -> None:
    frame = frame_of_profiles(customers, all_fields(), KEY)
    result = run(share(segments, {}), frame, KEY, calendar)
    named = population_names(segments.values())
    thresholds = Thresholds({name: result.thresholds[node] for name, node in named.items()})
    read = Thresholds.from_json(thresholds.to_json())
    assert read == thresholds
    expected = memberships(segments, customers, calendar)
    assert _matched(segments, customers, calendar, form, read) == expected


@pytest.mark.parametrize("form", FORMS)
@given(random_event_rules.rules(), populations_with_events)
def test_behaviour_keeps_the_definition(
    form: Form, text: str, drawn: tuple[Calendar, list[Customer]]
) -> None:
    calendar, customers = drawn
    plan = plan_of(text, calendar)
    segments = _without_population(plan.segments)
    # Numbers that are floats for one customer are so for all: a profile stands by itself.
    alone = [memberships(segments, [customer], calendar) for customer in customers]
    expected = {name: set().union(*(found[name] for found in alone)) for name in segments}
    assert _matched(segments, customers, calendar, form) == expected


def _nested(random: Random, intern: n.Interner, leaves: list[n.Node], depth: int) -> n.Node:
    """Return a random tree of connectives, in which parts come up again and again."""
    grown = list(leaves)
    for _ in range(depth):
        several = random.choices(grown[-6:] + leaves, k=random.randint(0, 4))
        kind = random.randrange(5)
        match kind:
            case 0 | 1:
                made: n.Node = n.All(tuple(several))  # type: ignore[arg-type]  # predicates
            case 2 | 3:
                made = n.Any(tuple(several))  # type: ignore[arg-type]
            case _:
                low = random.randint(0, 3)
                made = n.HowMany(low, low + random.randint(0, 2), tuple(several))  # type: ignore[arg-type]
        made = intern(made)
        grown.append(intern(n.Not(made)) if random.random() < 0.3 else made)  # type: ignore[arg-type]
    return grown[-1]


@pytest.mark.parametrize("form", FORMS)
@given(plans(), st.integers(0, 2**32), st.sampled_from((3, 12, 60, 150)), calendars)
def test_nesting_keeps_the_definition(
    form: Form, segments: Segments, seed: int, depth: int, calendar: Calendar
) -> None:
    random, intern = Random(seed), n.Interner()
    leaves = list(optimised(_without_population(segments), intern).values())
    leaves = leaves or [intern(n.Constant(True))]
    several = {f"s{i}": _nested(random, intern, leaves, depth) for i in range(depth)}
    customers = population(seed, 5)
    expected = memberships(several, customers, calendar)
    assert _matched(several, customers, calendar, form) == expected  # type: ignore[arg-type]
