"""Windows and steps at the ends of the calendar, exact numbers beside floats, shared beginnings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest

from segdsl import compile
from segdsl.catalog.types import INSTANT, NUMBER
from segdsl.engine.evaluate import run
from segdsl.engine.events import ROW
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Unit
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer, meaning

CUSTOMERS = pl.DataFrame(
    {
        "id": [1, 2],
        "valid_from": [date.min, date(2026, 1, 1)],
        "valid_to": [date.max, date(2026, 1, 2)],
        "until": [datetime.max, datetime(2026, 1, 2)],
    }
).with_columns(pl.col("until").dt.replace_time_zone("UTC"))


def selected(rule: str, **columns: Any) -> list[int]:
    """Return whom a rule selects; of the customers only 1 did something, three times."""
    times = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    events = pl.DataFrame({"id": [1] * 3, "time": times, **columns})
    found = compile(rule).evaluate(CUSTOMERS, events={"p": events}, as_of="2026-02-01")
    return found.audience("segment")["id"].to_list()


@pytest.mark.parametrize(
    "rule",
    [
        "did p within 2030 years before today",
        "did p in last 2030 years",
        "did p since 3000 years ago",
        "did p after 2026 years ago",
        "did p between 3000 years ago and today",
        "did p before (today + 9000 years)",
        "did p then p within 8000 years",
        "did p then p within 9000 years then p within 99_999 months",
        "did p then p within 99_999_999 hours",
        "did p within 500_000 weeks before valid_to and did p since (valid_from - 1 day)",
        "did p within 9000 years before valid_to",
        "did p within 100_000_000 hours before until",
        "did p before (until + 1 day) and until + 1 month > now",
        "count of p over since 9999 years ago = 3",
    ],
)
def test_what_lies_beyond_the_calendar_is_cut_off(rule: str) -> None:
    assert selected(rule) == [1]


def test_a_step_that_never_ends_never_has_elapsed() -> None:
    assert selected("did p then not p within 8000 years") == []
    assert selected("did p then not p within 8 hours") == [1]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Istanbul", "America/New_York", "Pacific/Apia"])
def test_instants_at_the_ends_are_shifted_as_the_definition_says(zone: str) -> None:
    calendar = Calendar(datetime(2026, 3, 1, tzinfo=UTC), zone)
    first, last = (one.replace(tzinfo=UTC) for one in (datetime.min, datetime.max))
    hours = [timedelta(hours=i) for i in (0, 1, 5, 13, 26, 50)]
    instants = [*(first + one for one in hours), *(last - one for one in hours), calendar.as_of]
    field = n.Field("t", INSTANT)
    customers = [Customer(i, {"t": one}) for i, one in enumerate(instants)]
    frame = frame_of_profiles(customers, [field], "id")
    counts = [0, 1, -1, 2, -2, 9_999, -9_999, 10**8, -(10**8)]
    shifts = [n.Shift(field, count, unit) for count in counts for unit in Unit]
    found = run(share({}, {str(i): one for i, one in enumerate(shifts)}), frame, "id", calendar)
    for i, shift in enumerate(shifts):
        expected = [meaning(shift, lambda _, c=c: c.profile["t"], c, calendar) for c in customers]
        assert found.traits[str(i)].to_list() == expected, shift


MIXED = {"f": [0.5, None, None], "q": [4, 2**53 + 1, None]}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("sum of (p.f or else p.x) = 3.5", [1]),
        ("average of (p.f or else p.x) = 1.75", [1]),
        ("max of (p.f or else p.q) = 9_007_199_254_740_992", [1]),
        ("max of p.q = 9_007_199_254_740_992", []),
        ("count of distinct (p.f or else p.q) = 2", [1]),
        ("first of (p.q or else p.f) = 4", [1]),
        ("most common of (p.q or else p.f) = 4", [1]),
        ("sum of (p.q or else p.d) = 9_007_199_254_740_997.25", [1]),
        ("top 1 by (last of p.f or else last of p.q)", [1]),
    ],
)
def test_exact_numbers_joined_with_floats_are_measured_as_floats(
    rule: str, expected: list[int]
) -> None:
    exact = pl.Series([None, None, "0.25"]).str.to_decimal(scale=2)
    assert selected(rule, **MIXED, d=exact, x=[9, 3, None]) == expected


def test_a_trait_that_joins_exact_numbers_with_floats_is_floats() -> None:
    events = pl.DataFrame(
        {"id": [1, 2], "time": [datetime(2026, 1, 1)] * 2, "f": [0.5, None], "q": [7, 8]}
    )
    rules = compile("trait t: last of p.f or else last of p.q\nsegment s: t > 1")
    found = rules.evaluate(CUSTOMERS, events={"p": events}, as_of="2026-02-01")
    assert found.traits["t"].to_list() == [0.5, 8.0]
    assert found.counts() == {"s": 1}


def test_a_condition_compares_a_customer_s_numbers_exactly() -> None:
    exact, other = n.Field("exact", NUMBER), n.Field("other", NUMBER)
    bound = n.Apply("or else", (other, exact), NUMBER)
    amount = n.Property("buy", "amount", NUMBER)
    above = n.Compare(n.Relation.GT, amount, bound)
    count = n.Aggregate((bound,), n.Gather.COUNT, "buy", above, None, NUMBER)
    did = n.Compare(n.Relation.GE, count, n.Literal(1, NUMBER))
    customers = [
        Customer(1, {"exact": 2**53, "other": None}, {"buy": [{"amount": 2**53 + 1}]}),
        Customer(2, {"exact": 1, "other": 2.0**53}, {"buy": [{"amount": 2**53 + 1}]}),
    ]
    frame = frame_of_profiles(customers, [exact, other], "id")
    events = pl.DataFrame({ROW: pl.Series([0, 1], dtype=pl.UInt32()), "amount": [2**53 + 1] * 2})
    calendar = Calendar(datetime(2026, 1, 1, tzinfo=UTC))
    found = run(share({"s": did}, {}), frame, "id", calendar, {"buy": events}).masks["s"]
    assert found.to_list() == [True, False]
    assert memberships({"s": did}, customers, calendar) == {"s": {1}}


def test_sequences_that_begin_alike_are_each_found() -> None:
    random = Random(8)
    calendar = Calendar(datetime(2024, 11, 4, 12, tzinfo=UTC), "America/New_York")
    time, item = n.Property("buy", "time", INSTANT), n.Property("buy", "item", NUMBER)
    past = n.Compare(n.Relation.LE, time, n.Now())
    customers = [
        Customer(
            key,
            {},
            {
                "buy": [
                    {
                        "time": calendar.as_of - timedelta(hours=random.randint(-2, 70)),
                        "item": random.choice((1, 2, None)),
                    }
                    for _ in range(random.randint(0, 6))
                ]
            },
        )
        for key in range(60)
    ]
    roots: dict[str, n.Node] = {}
    for i in range(60):
        unit, same = random.choice((Unit.HOUR, Unit.DAY)), random.choice((item, None))
        steps = tuple(
            n.Step(random.random() < 0.4, "buy", past, same, same, random.randint(1, 30), unit)
            for _ in range(random.choice((1, 1, 2)))
        )
        roots[str(i)] = n.InOrder((), "buy", past, steps)
    rows = [(c.key, one["time"], one["item"]) for c in customers for one in c.events["buy"]]
    frame = pl.DataFrame(rows, schema=[ROW, "time", "item"], orient="row")
    frame = frame.with_columns(pl.col(ROW).cast(pl.UInt32), pl.col("item").cast(pl.Int64))
    people = frame_of_profiles(customers, [], "id")
    found = run(share(roots, {}), people, "id", calendar, {"buy": frame}).masks
    expected = memberships(roots, customers, calendar)
    assert {name: set(people["id"].filter(mask)) for name, mask in found.items()} == expected
    assert len({frozenset(keys) for keys in expected.values()}) > 9
