"""What is made of events: by hand at the edges, and many events of one customer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
import pytest

from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, YESNO, Type
from segdsl.engine.evaluate import run
from segdsl.engine.events import ROW
from segdsl.engine.profiles import frame_of_profiles
from segdsl.errors import DataError
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Direction, Unit
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import evaluate
from segdsl.plan.meaning import Customer

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALENDAR = Calendar(AS_OF)
I = n.Interner()  # noqa: E741  # the plan's own short name for what makes nodes
G = n.Gather
TYPES: dict[str, Type] = {
    "time": INSTANT, "amount": NUMBER, "kind": TEXT, "due": DATE, "gift": YESNO, "item": NUMBER,
}  # fmt: skip
EVERY = I(n.Constant(True))


def of_event(name: str, event: str = "buy") -> n.Property:
    return I(n.Property(event, name, TYPES[name]))


TIME, AMOUNT, KIND, ITEM = map(of_event, ("time", "amount", "kind", "item"))
PAST = I(n.All((I(n.Compare(n.Relation.LE, TIME, I(n.Now()))),)))


def gather(
    how: n.Gather, measure: n.Value | None = None, condition: n.Predicate = PAST, *reads: n.Node
) -> n.Aggregate:
    type_ = NUMBER if measure is None or how in (G.COUNT, G.DISTINCT, G.SUM) else measure.type
    return I(n.Aggregate(reads, how, "buy", condition, measure, type_))


def at(hours: float) -> datetime:
    return AS_OF + timedelta(hours=hours)


def buy(hours: float | None = -1, **values: Any) -> dict[str, Any]:
    return {"time": None if hours is None else at(hours), **values}


def frames(customers: list[Customer], types: dict[str, Type] = TYPES) -> dict[str, pl.DataFrame]:
    """Return the events of customers, last rows first."""
    names = dict.fromkeys(name for customer in customers for name in customer.events)
    fields = [n.Field(name, type) for name, type in types.items()]
    found = {}
    for name in names or ("buy",):
        rows = [
            Customer(row, event)
            for row, customer in enumerate(customers)
            for event in customer.events.get(name, ())
        ]
        frame = frame_of_profiles(rows[::-1], fields, ROW)
        found[name] = frame.with_columns(pl.col(ROW).cast(pl.UInt32))
    return found


def values_of(nodes: list[Any], customers: list[Customer]) -> list[list[Any]]:
    """Return the values of aggregates for each customer, which the definition gives too."""
    traits = {str(i): node for i, node in enumerate(nodes)}
    fields = [node for node in n.ordered(*nodes) if isinstance(node, n.Field)]
    frame = frame_of_profiles(customers, fields, "id")
    found = run(share({}, traits), frame, "id", CALENDAR, frames(customers)).traits
    defined = evaluate(nodes, customers, CALENDAR)
    for name, node in traits.items():
        assert found[name].to_list() == defined[node], node
    return [series.to_list() for series in found.values()]


def masks_of(node: n.InOrder, customers: list[Customer]) -> list[bool]:
    frame = frame_of_profiles(customers, [], "id")
    found = run(share({"s": node}, {}), frame, "id", CALENDAR, frames(customers)).masks["s"]
    assert found.to_list() == evaluate([node], customers, CALENDAR)[node]
    return found.to_list()


def customer(key: int, *events: dict[str, Any], **others: list[dict[str, Any]]) -> Customer:
    return Customer(key, {}, {"buy": list(events), **others})


ALL = [gather(G.COUNT), *(gather(how, AMOUNT) for how in G)]
TEXTUAL = (G.COUNT, G.DISTINCT, G.MIN, G.MAX, G.FIRST, G.LAST, G.MOST_COMMON)


def test_a_customer_without_events_has_none_of_them() -> None:
    customers = [customer(1), customer(2, buy(amount=2.5)), customer(3, buy(amount=None))]
    found = [column[0] for column in values_of(ALL, customers)]
    assert found == [0, 0, 0, 0.0, None, None, None, None, None, None]
    assert [column[2] for column in values_of(ALL, customers)][:3] == [1, 0, 0]


@pytest.mark.parametrize("rows", [0, 1])
def test_no_events_at_all(rows: int) -> None:
    customers = [Customer(7, {}, {"buy": []})][:rows]
    nodes = [*ALL, *(gather(how, KIND) for how in TEXTUAL), gather(G.LAST, TIME)]
    assert [len(column) for column in values_of(nodes, customers)] == [rows] * len(nodes)


def test_a_column_without_a_value() -> None:
    customers = [customer(1, buy(), buy()), customer(2)]
    frame = frames(customers)["buy"].with_columns(amount=pl.lit(None), kind=pl.lit(None))
    nodes = [*ALL, *(gather(how, KIND) for how in TEXTUAL)]
    traits: dict[str, n.Node] = {str(i): node for i, node in enumerate(nodes)}
    people = frame_of_profiles(customers, [], "id")
    found = run(share({}, traits), people, "id", CALENDAR, {"buy": frame}).traits
    expected = evaluate(nodes, customers, CALENDAR)
    assert {name: found[name].to_list() for name in traits} == {
        name: expected[node] for name, node in traits.items()
    }


def test_events_after_as_of_and_those_without_a_time_do_not_count() -> None:
    late = timedelta(microseconds=1) / timedelta(hours=1)
    customers = [customer(1, buy(0), buy(late), buy(None)), customer(2, buy(late))]
    assert values_of([gather(G.COUNT)], customers) == [[1, 0]]


@pytest.mark.parametrize(
    "amounts",
    [
        [1, 2, -5, 2],
        [2**62, 2**62, 2**62, -1],
        [-(2**63), 2**63 - 1, -(2**63)],
        [2**63 - 1],
        [2**100, 3, -(2**90)],
        [Decimal("0.10"), Decimal("0.20"), Decimal("0.2"), Decimal("-7")],
        [Decimal("0.000000000000000001"), Decimal("999999999999999999.5")],
        [0.1, 0.2, 0.2, 0.3, -0.0, 0.0],
        [1e12, 1e12, 1e12, -1e12, 5e-7, 4e-7, -5e-7],
        [0.0, -0.0, -1.5, 2.5],
    ],
    ids=str,
)
def test_numbers_are_added_exactly(amounts: list[Any]) -> None:
    events = [buy(-i - 1, amount=amount) for i, amount in enumerate(amounts)]
    values_of(ALL, [customer(3), customer(1, *events), customer(2, *events[:1], *events[-1:])])


@pytest.mark.parametrize("how", [G.SUM, G.AVERAGE])
def test_a_float_beyond_what_can_be_summed(how: n.Gather) -> None:
    fine = I(n.Compare(n.Relation.LT, AMOUNT, I(n.Literal(100, NUMBER))))
    customers = [customer(1, buy(amount=1.5), buy(amount=1e12 + 1))]
    with pytest.raises(DataError) as caught:
        values_of([gather(how, AMOUNT)], customers)
    assert [one.code.slug for one in caught.value.diagnostics] == ["sum-too-large"]
    values_of([gather(how, AMOUNT, I(n.All((PAST, fine))))], customers)


def test_first_and_last_go_by_time_and_then_by_the_smallest_value() -> None:
    events = [
        buy(-5, kind=None, amount=0),
        buy(-4, kind="ş", amount=2),
        buy(-4, kind="b", amount=3),
        buy(-2, kind="a", amount=5),
        buy(-2, kind="Z", amount=None),
        buy(-1, kind=None, amount=None),
        buy(None, kind="A", amount=-1),
    ]
    nodes = [gather(how, value) for how in (G.FIRST, G.LAST) for value in (KIND, AMOUNT, TIME)]
    found = values_of(nodes, [customer(1, *events)])
    assert [column[0] for column in found] == ["b", 0, at(-5), "Z", 5, at(-1)]


def test_most_common_ties_go_to_the_smallest() -> None:
    kinds = ["b", "a", "b", "a", "c", None, None, None]
    events = [buy(kind=kind, amount=i % 3 - 10**15) for i, kind in enumerate(kinds)]
    found = values_of(
        [gather(G.MOST_COMMON, value) for value in (KIND, AMOUNT)], [customer(1, *events)]
    )
    assert found == [["a"], [-(10**15)]]


def test_dates_and_yes_or_no_can_be_measured() -> None:
    events = [buy(due=date(2026, 1, day), gift=day > 3) for day in (9, 1, 9, 5)]
    nodes = [gather(how, of_event("due")) for how in TEXTUAL]
    nodes += [gather(how, of_event("gift")) for how in (G.DISTINCT, G.MOST_COMMON)]
    values_of(nodes, [customer(1, *events), customer(2)])


def test_texts_with_few_and_with_many_values() -> None:
    random = Random(5)
    nodes: list[n.Node] = [gather(how, KIND) for how in TEXTUAL]
    nodes += [
        gather(G.COUNT, None, I(n.All((PAST, I(n.Match(n.How.CONTAINS, KIND, text))))))
        for text in (I(n.Literal(letter, TEXT)) for letter in "abş")
    ]
    for letters in ("abş", "abcdefghijklmnopşqrs"):
        customers = [
            customer(
                key,
                *(
                    buy(
                        -random.randint(1, 9),
                        kind=random.choice(["".join(random.choices(letters, k=3)), None]),
                    )
                    for _ in range(random.randint(0, 20))
                ),
            )
            for key in range(40)
        ]
        values_of(nodes, customers)


def test_bounds_that_each_customer_has_their_own() -> None:
    seen, limit = I(n.Field("seen", INSTANT)), I(n.Field("limit", NUMBER))
    since = I(n.Compare(n.Relation.GE, TIME, seen))
    dear = I(n.Compare(n.Relation.GT, AMOUNT, limit))
    count = gather(G.COUNT, None, I(n.All((since, dear, PAST))), seen, limit)
    above = I(n.Compare(n.Relation.GE, AMOUNT, count))
    total = gather(G.SUM, AMOUNT, I(n.All((above, PAST))), count)
    events = [buy(-5, amount=1), buy(-3, amount=2), buy(-1, amount=3)]
    customers = [
        Customer(1, {"seen": at(-3), "limit": 1}, {"buy": events}),
        Customer(2, {"seen": at(-9), "limit": 2}, {"buy": events}),
        Customer(3, {"seen": None, "limit": 0}, {"buy": events}),
        Customer(4, {"seen": at(-9), "limit": 0}, {"buy": []}),
    ]
    assert values_of([count, total], customers) == [[2, 1, 0, 0], [5, 6, 6, 0]]


def test_a_trait_beside_a_text_does_not_become_a_matter_of_the_text() -> None:
    city = I(n.Field("city", TEXT))
    local = I(n.Compare(n.Relation.EQ, KIND, city))
    count = gather(G.COUNT, None, I(n.All((local, PAST))), city)
    length = I(n.Apply("length", (city,), NUMBER))
    longer = I(n.Compare(n.Relation.GT, length, count))
    customers = [
        Customer(key, {"city": "a" * (1 + key % 2)}, {"buy": [buy(kind="a")] * (key % 4)})
        for key in range(30)
    ]
    frame = frame_of_profiles(customers, [city], "id")
    found = run(share({"s": longer}, {}), frame, "id", CALENDAR, frames(customers)).masks["s"]
    assert found.to_list() == evaluate([longer], customers, CALENDAR)[longer]


# ---- sequences


def step(
    count: int, unit: Unit = Unit.HOUR, *, no: bool = False, same: bool = False, event: str = "buy"
) -> n.Step:
    past = I(n.Compare(n.Relation.LE, of_event("time", event), I(n.Now())))
    items = (of_event("item", event), ITEM) if same else (None, None)
    return I(n.Step(no, event, past, *items, count, unit))


def in_order(*steps: n.Step) -> n.InOrder:
    return I(n.InOrder((), "buy", PAST, steps))


def test_the_limit_is_included_and_the_same_moment_is_not_later() -> None:
    late = timedelta(microseconds=1) / timedelta(hours=1)
    customers = [
        customer(1, buy(-5), buy(-4)),
        customer(2, buy(-5), buy(-4 + late)),
        customer(3, buy(-5), buy(-5)),
        customer(4, buy(-5)),
        customer(5),
        customer(6, buy(-9), buy(-5), buy(-5 + late), buy(-1)),
    ]
    assert masks_of(in_order(step(1)), customers) == [True, False, False, False, False, True]


def test_then_not_needs_its_time_to_have_elapsed() -> None:
    customers = [
        customer(1, buy(-1)),
        customer(2, buy(-0.5)),
        customer(3, buy(-5), buy(-4)),
        customer(4, buy(-5), buy(-3.9)),
        customer(5),
    ]
    negated = in_order(step(1, no=True))
    assert masks_of(negated, customers) == [True, False, True, True, False]


def test_the_same_item_has_to_be_known() -> None:
    customers = [
        customer(1, buy(-5, item=7), buy(-4, item=7)),
        customer(2, buy(-5, item=7), buy(-4, item=8)),
        customer(3, buy(-5), buy(-4)),
        customer(4, buy(-5, item=7), buy(-4.5, item=8), buy(-4, item=7.0)),
    ]
    assert masks_of(in_order(step(1, same=True)), customers) == [True, False, False, True]
    negated = in_order(step(1, no=True, same=True))
    assert masks_of(negated, customers) == [True, True, True, True]


def test_random_sequences_of_two_kinds_of_events() -> None:
    random = Random(11)
    for _ in range(60):
        customers = [
            customer(
                key,
                *(buy(-random.randint(0, 60), item=random.choice([1, 2, None])) for _ in range(6)),
                see=[
                    buy(-random.randint(0, 60), item=random.choice([1, 2, 2.5, None]))
                    for _ in range(random.randint(0, 4))
                ],
            )
            for key in range(12)
        ]
        steps = [
            step(
                random.randint(1, 30),
                random.choice([Unit.HOUR, Unit.DAY, Unit.MINUTE]),
                no=random.random() < 0.4,
                same=random.random() < 0.4,
                event=random.choice(["buy", "see"]),
            )
            for _ in range(random.randint(1, 3))
        ]
        masks_of(in_order(*steps), customers)


def test_a_customer_with_very_many_events() -> None:
    size = 100_000
    rows = pl.Series([0] * size + [1, 1], dtype=pl.UInt32)
    seconds = pl.Series([*range(size), 0, 10]) * 2
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = (pl.lit(start) + pl.duration(seconds=seconds)).alias("time")
    items = pl.Series("item", [*range(size), 5, 5])
    frame = pl.select(rows.alias(ROW), times, items)
    second = {
        "each follows the one before": in_order(*[step(2, Unit.SECOND)] * 5),
        "too soon": in_order(step(1, Unit.SECOND)),
        "none is the same": in_order(step(30, Unit.DAY, same=True)),
        "the last of all": in_order(step(10, Unit.DAY, no=True)),
    }
    calendar = Calendar(AS_OF, "Europe/Istanbul")
    people = pl.DataFrame({"id": [1, 2]})
    found = run(share(dict(second), {}), people, "id", calendar, {"buy": frame}).masks
    assert {name: mask.to_list() for name, mask in found.items()} == {
        "each follows the one before": [True, False],
        "too soon": [False, False],
        "none is the same": [False, True],
        "the last of all": [True, True],
    }


def test_last_days_of_a_zone_whose_clock_turns() -> None:
    calendar = Calendar(datetime(2024, 11, 4, 6, tzinfo=UTC), "America/New_York")
    times = [
        datetime(2024, 11, 3, hour, minute, tzinfo=UTC) for hour in (3, 4, 5) for minute in (0, 59)
    ]
    customers = [Customer(i, {}, {"buy": [{"time": time}]}) for i, time in enumerate(times)]
    period = I(n.InPeriod(TIME, Direction.LAST, 2, Unit.DAY, False))
    count = gather(G.COUNT, None, I(n.All((period, PAST))))
    people = frame_of_profiles(customers, [], "id")
    found = run(share({}, {"c": count}), people, "id", calendar, frames(customers)).traits["c"]
    assert found.to_list() == evaluate([count], customers, calendar)[count] == [0, 0, 1, 1, 1, 1]


def test_the_order_of_the_events_does_not_matter() -> None:
    random = Random(3)
    customers = [
        customer(key, *(buy(-random.randint(1, 9), amount=random.random()) for _ in range(9)))
        for key in range(20)
    ]
    traits: dict[str, n.Node] = {str(i): node for i, node in enumerate(ALL)}
    people = frame_of_profiles(customers, [], "id")
    (name, frame), *_ = frames(customers).items()
    mixed = [frame, frame.sort("time"), frame.sample(fraction=1, shuffle=True, seed=1)]
    mixed.append(pl.concat([frame.tail(50), frame.head(frame.height - 50)], rechunk=False))
    found = [run(share({}, traits), people, "id", CALENDAR, {name: one}).traits for one in mixed]
    assert all(one[key].equals(found[0][key]) for one in found for key in traits)
