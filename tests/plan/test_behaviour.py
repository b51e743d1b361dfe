"""What aggregates and sequences mean, on nodes built by hand."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest

from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, Type
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Unit
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import average, millionths, total
from segdsl.plan.definition import evaluate
from segdsl.plan.meaning import Customer, Event

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
CALENDAR = Calendar(AS_OF)
INTERN = n.Interner()
NOW = INTERN(n.Now())


def _property(name: str, type: Type = NUMBER, event: str = "purchase") -> n.Property:
    return INTERN(n.Property(event, name, type))


def _compare(left: n.Value, relation: n.Relation, right: n.Value) -> n.Compare:
    return INTERN(n.Compare(relation, left, right))


TIME = _property("time", INSTANT)
UP_TO_NOW = _compare(TIME, n.Relation.LE, NOW)


def _aggregate(
    gather: n.Gather,
    measure: n.Value | None = None,
    condition: n.Predicate = UP_TO_NOW,
    reads: tuple[n.Node, ...] = (),
) -> n.Aggregate:
    return INTERN(n.Aggregate(reads, gather, "purchase", condition, measure, NUMBER))


def _value(node: n.Node, *events: Event, **profile: Any) -> Any:
    customer = Customer(1, profile, {"purchase": events})
    return evaluate((node,), (customer,), CALENDAR)[node][0]


def _at(hours: float, **properties: Any) -> dict[str, Any]:
    """Return an event so many hours before as-of."""
    return {"time": AS_OF - timedelta(hours=hours), **properties}


AMOUNT = _property("amount")


@pytest.mark.parametrize(
    ("gather", "value"),
    [
        (n.Gather.COUNT, 4),
        (n.Gather.DISTINCT, 2),
        (n.Gather.SUM, 14),
        (n.Gather.AVERAGE, 3.5),
        (n.Gather.MIN, 2),
        (n.Gather.MAX, 5),
        (n.Gather.FIRST, 2),
        (n.Gather.LAST, 2),
        (n.Gather.MOST_COMMON, 2),
    ],
)
def test_aggregates_of_known_values(gather: n.Gather, value: float) -> None:
    events = (
        _at(3, amount=2),
        _at(2, amount=5),
        _at(1, amount=5),
        _at(1, amount=2),
        _at(0.5),
        _at(0.5, amount=None),
        {"amount": 100},
        _at(-1, amount=100),
    )
    found = _value(_aggregate(gather, AMOUNT), *events)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("gather", n.Gather)
def test_aggregates_of_nothing(gather: n.Gather) -> None:
    is_counted = gather in (n.Gather.COUNT, n.Gather.DISTINCT, n.Gather.SUM)
    for events in ((), (_at(1),), (_at(-1, amount=1),)):
        assert _value(_aggregate(gather, AMOUNT), *events) == (0 if is_counted else None)


def test_events_are_counted_without_a_measure() -> None:
    assert _value(_aggregate(n.Gather.COUNT), _at(1), _at(0), _at(-1), {}) == 2


def test_a_condition_reads_the_customer() -> None:
    limit = INTERN(n.Field("limit", NUMBER))
    condition = INTERN(n.All((UP_TO_NOW, _compare(AMOUNT, n.Relation.GT, limit))))
    count = _aggregate(n.Gather.COUNT, None, condition, (limit,))
    events = (_at(1, amount=1), _at(1, amount=2), _at(1, amount=3))
    assert _value(count, *events, limit=1) == 2
    assert _value(count, *events) == 0


def test_a_condition_reads_another_aggregate() -> None:
    first = _aggregate(n.Gather.FIRST, TIME)
    bound = INTERN(n.Shift(first, 2, Unit.HOUR))
    condition = INTERN(n.All((UP_TO_NOW, _compare(TIME, n.Relation.LE, bound))))
    count = _aggregate(n.Gather.COUNT, None, condition, (bound,))
    assert _value(count, _at(3), _at(2), _at(1), _at(0)) == 3
    assert _value(count) == 0


def test_floats_add_up_in_any_order() -> None:
    values = (0.1, 0.2, 0.3, -0.15, 1e11, 0.0000005, -0.0000005)
    expected = 100000000000.450001
    assert {total(list(order)) for order in itertools.permutations(values)} == {expected}
    assert total([0.1, 0.2]) == 0.3


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (0.5e-6, 1),
        (0.49e-6, 0),
        (-0.5e-6, 0),
        (-0.51e-6, -1),
        (1.5e-6, 2),
        (-1.5e-6, -1),
        (-0.1, -100_000),
        (1e12, 10**18),
    ],
)
def test_halves_of_millionths_go_up(value: float, whole: int) -> None:
    assert millionths(value) == whole


def test_floats_beyond_the_limit_are_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        total([1e12 + 1])


def test_whole_numbers_and_decimals_add_exactly() -> None:
    assert total([2**62, 2**62, 1]) == 2**63 + 1
    many = [Decimal("99999999999999999999.000000000000000001")] * 3
    with localcontext(prec=5):
        assert total(many) == Decimal("299999999999999999997.000000000000000003")
        assert average([Decimal("0.10"), 1]) == 0.55
    assert total([]) == 0
    assert average([]) is None


def test_averages_are_divided_once() -> None:
    assert average([1, 2]) == 1.5
    assert average([2**53 + 1, 0]) == float(2**53 + 1) / 2
    assert average([0.1, 0.2]) == 300_000 / 2_000_000
    assert average([Decimal("0.1"), Decimal("0.2"), 0]) == 3 / 30


def test_numbers_of_different_kinds_compare_as_floats() -> None:
    events = (_at(2, amount=1), _at(1, amount=1.0), _at(1, amount=0.5))
    assert _value(_aggregate(n.Gather.DISTINCT, AMOUNT), *events) == 2
    assert _value(_aggregate(n.Gather.MOST_COMMON, AMOUNT), *events) == 1
    assert _value(_aggregate(n.Gather.SUM, AMOUNT), *events) == 2.5


# ---- sequences

UNTIL = {event: _compare(_property("time", INSTANT, event), n.Relation.LE, NOW) for event in "abc"}


def _then(
    event: str, count: int = 2, unit: Unit = Unit.HOUR, no: bool = False, same: str = ""
) -> n.Step:
    keys = (_property("p", TEXT, event), _property("p", TEXT, same)) if same else (None, None)
    return INTERN(n.Step(no, event, UNTIL[event], *keys, count, unit))


def _holds(steps: tuple[n.Step, ...], **hours: list[Any]) -> bool:
    """Return whether an `a` is followed by the steps; events are given by hours before as-of."""
    events = {
        event: [_at(*given) if isinstance(given, tuple) else _at(given) for given in times]
        for event, times in hours.items()
    }
    node = INTERN(n.InOrder((), "a", UNTIL["a"], steps))
    return bool(evaluate((node,), (Customer(1, {}, events),), CALENDAR)[node][0])


def test_a_step_is_strictly_later_and_soon_enough() -> None:
    assert _holds((_then("b"),), a=[5], b=[3])
    assert _holds((_then("b"),), a=[5], b=[4.999])
    assert not _holds((_then("b"),), a=[5], b=[5])
    assert not _holds((_then("b"),), a=[5], b=[2.999])
    assert not _holds((_then("b"),), a=[5], b=[6])
    assert not _holds((_then("b"),), a=[0], b=[-1])
    assert not _holds((_then("b"),), b=[1])


def test_some_choice_is_enough() -> None:
    steps = (_then("b"), _then("c"))
    assert _holds(steps, a=[9, 5], b=[8, 4], c=[3])
    assert not _holds(steps, a=[9], b=[8, 6], c=[5])  # the later b is too late for the a
    assert _holds((_then("a"), _then("a")), a=[5, 4, 3])
    assert not _holds((_then("a"), _then("a")), a=[5, 4])


def test_what_may_not_follow_must_have_had_its_time() -> None:
    steps = (_then("b", no=True),)
    assert _holds(steps, a=[2])
    assert not _holds(steps, a=[1.999])
    assert not _holds(steps, a=[5], b=[3])
    assert _holds(steps, a=[5], b=[2.999])
    assert _holds(steps, a=[5], b=[5])
    assert _holds(steps, a=[9, 5], b=[3])


def test_steps_are_measured_from_the_last_event() -> None:
    steps = (_then("b", 1, no=True), _then("c", 3))
    assert _holds(steps, a=[5], c=[2], b=[3.5])
    assert not _holds(steps, a=[5], c=[2], b=[4])
    assert not _holds(steps, a=[5], c=[1.999])
    both = (_then("b", no=True), _then("c", no=True))
    assert _holds(both, a=[5])
    assert not _holds(both, a=[5], c=[3])


def test_the_same_value_is_known_and_equal() -> None:
    steps = (_then("b", same="a"), _then("c", same="b"))

    def holds(a: str | None, b: str | None, c: str | None) -> bool:
        hours = {"a": (5, a), "b": (4, b), "c": (3, c)}
        events = {name: [_at(at, p=value)] for name, (at, value) in hours.items()}
        node = INTERN(n.InOrder((), "a", UNTIL["a"], steps))
        return bool(evaluate((node,), (Customer(1, {}, events),), CALENDAR)[node][0])

    assert holds("x", "x", "x")
    assert not holds("x", "x", "y")
    assert not holds("y", "x", "x")
    assert not holds(None, None, None)
    assert not holds("x", "x", None)


def _dated(event: str, day: date) -> dict[str, list[Event]]:
    return {event: [{"time": day}]}


def test_a_date_and_an_instant_compare_by_local_dates() -> None:
    today = INTERN(n.Today())
    dated = {
        event: _compare(_property("time", DATE, event), n.Relation.LE, today) for event in "ab"
    }
    from_date = INTERN(n.InOrder((), "a", dated["a"], (_then("b", 1, Unit.DAY),)))
    step = INTERN(n.Step(False, "b", dated["b"], None, None, 1, Unit.DAY))
    to_date = INTERN(n.InOrder((), "a", UNTIL["a"], (step,)))

    def holds(node: n.InOrder, a: date, b: date) -> bool:
        customer = Customer(1, {}, {**_dated("a", a), **_dated("b", b)})
        return bool(evaluate((node,), (customer,), CALENDAR)[node][0])

    noon, day = datetime(2026, 6, 10, 12, tzinfo=UTC), date(2026, 6, 10)
    assert not holds(from_date, day, noon)
    assert holds(from_date, day, noon + timedelta(days=1, hours=11))
    assert not holds(from_date, day, noon + timedelta(days=2))
    assert not holds(to_date, noon, day)
    assert holds(to_date, noon, day + timedelta(1))
    assert not holds(to_date, noon, day + timedelta(2))


def test_a_date_has_had_its_time_by_today() -> None:
    today = INTERN(n.Today())
    until = _compare(_property("time", DATE, "a"), n.Relation.LE, today)
    node = INTERN(n.InOrder((), "a", until, (_then("b", 1, Unit.DAY, no=True),)))
    for days, expected in ((0, False), (1, True), (-1, False)):
        customer = Customer(1, {}, _dated("a", CALENDAR.today - timedelta(days)))
        assert evaluate((node,), (customer,), CALENDAR)[node] == [expected]


def test_days_are_reckoned_on_the_local_clock() -> None:
    calendar = Calendar(datetime(2026, 3, 20, tzinfo=UTC), "America/New_York")
    start = datetime(2026, 3, 7, 17, tzinfo=UTC)  # noon; the next day has 23 hours
    node = INTERN(n.InOrder((), "a", UNTIL["a"], (_then("b", 1, Unit.DAY),)))
    for hours, expected in ((23, True), (24, False)):
        events = {"a": [{"time": start}], "b": [{"time": start + timedelta(hours=hours)}]}
        assert evaluate((node,), (Customer(1, {}, events),), calendar)[node] == [expected]


def test_a_limit_beyond_the_calendar_is_none() -> None:
    assert _holds((_then("b", 9000, Unit.YEAR),), a=[5], b=[4])
    assert not _holds((_then("b", 9000, Unit.YEAR),), a=[4], b=[5])
    assert not _holds((_then("b", 9000, Unit.YEAR, no=True),), a=[5])
