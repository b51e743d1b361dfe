"""Windows of events: a window that is found chooses the times that the condition chooses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from segdsl.backends.polars.windows import Window, part
from segdsl.catalog.types import DATE, INSTANT, NUMBER, Type
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Direction, Unit
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer, meaning

AS_OFS = {
    "UTC": datetime(2024, 3, 1, 9, 30, tzinfo=UTC),
    "Europe/Istanbul": datetime(2013, 10, 28, 1, tzinfo=UTC),
    "America/New_York": datetime(2024, 11, 4, 3, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2024, 4, 7, 3, tzinfo=UTC),
    "Pacific/Apia": datetime(2012, 1, 2, 3, tzinfo=UTC),
    "America/Havana": datetime(2024, 11, 4, 3, tzinfo=UTC),
    "America/St_Johns": datetime(2010, 11, 8, 3, tzinfo=UTC),
}
TIME, DAY, OTHER = (
    n.Property("purchase", "time", INSTANT),
    n.Property("purchase", "time", DATE),
    n.Property("purchase", "due", DATE),
)
LOCAL = n.Apply("local date", (TIME,), DATE)
R = n.Relation


def _holds(condition: n.Node, time: Any, calendar: Calendar) -> bool:
    found: dict[n.Node, Any] = {TIME: time, DAY: time}
    for node in n.ordered(condition):
        if node not in found:
            found[node] = meaning(node, found.__getitem__, Customer(0, {}), calendar)
    return bool(found[condition])


def _conditions(time: n.Value) -> list[n.Predicate]:
    days = time if time is DAY else LOCAL
    now = n.Today() if time is DAY else n.Now()
    found: list[n.Predicate] = [
        n.Compare(relation, days, n.Shift(n.Today(), -back, Unit.DAY))
        for relation in R
        for back in range(3)
    ]
    found += [n.Compare(relation, n.Today(), days) for relation in R]
    found += [n.Compare(relation, time, now) for relation in R]
    for direction in Direction:
        for unit in (Unit.DAY, Unit.WEEK, Unit.MONTH):
            found += [n.InPeriod(time, direction, 1, unit, full) for full in (False, True)]
        if time is not DAY:
            found.append(n.InPeriod(time, direction, 36, Unit.HOUR, False))
    found.append(n.All((n.Compare(R.LE, time, now), n.Compare(R.GT, days, n.Today()))))
    return found


def _inside(window: Window, time: Any) -> bool:
    return (window.low is None or window.low <= time) and (
        window.high is None or time <= window.high
    )


@pytest.mark.parametrize("zone", AS_OFS)
@pytest.mark.parametrize("time", [TIME, DAY], ids=["instants", "dates"])
def test_a_window_is_what_the_condition_says(zone: str, time: n.Property) -> None:
    calendar = Calendar(AS_OFS[zone], zone)
    random = Random(zone)
    around = [
        AS_OFS[zone] + timedelta(days=random.randint(-70, 40), seconds=random.randint(0, 90_000))
        for _ in range(60)
    ]
    for day in range(-4, 3):
        midnight = datetime.combine(calendar.today + timedelta(day), datetime.min.time())
        start = calendar.instant(midnight)
        around += [start + timedelta(minutes=m) for m in (-61, -60, -31, -1, 0, 1, 30, 60, 61)]
        around += [start - timedelta(microseconds=1), start + timedelta(microseconds=1)]
    moments: list[Any] = around
    if time is DAY:
        moments = sorted({calendar.local_date(moment) for moment in around} - {None})
    windows = 0
    for condition in _conditions(time):
        parted = part(condition, calendar)
        for moment in moments:
            held = all(_holds(one, moment, calendar) for one in parted.others)
            inside = parted.window is None or _inside(parted.window, moment)
            assert (held and inside) == _holds(condition, moment, calendar), (condition, moment)
        windows += parted.window is not None and not parted.others
    assert windows > 20


def test_a_clock_that_was_set_back_across_midnight_has_no_window() -> None:
    calendar = Calendar(AS_OFS["America/St_Johns"], "America/St_Johns")
    turned = n.Compare(R.GE, LOCAL, n.Literal(date(2010, 11, 7), DATE))
    before = n.Compare(R.GE, LOCAL, n.Literal(date(2010, 11, 4), DATE))
    assert part(turned, calendar).window is None
    assert part(before, calendar).others == ()


def test_what_else_is_asked_stays_beside_the_window() -> None:
    calendar = Calendar(AS_OFS["UTC"])
    cheap = n.Compare(R.LT, n.Property("purchase", "amount", NUMBER), n.Literal(3, NUMBER))
    due = n.Compare(R.LE, OTHER, n.Today())
    other_day = n.Compare(R.NE, LOCAL, n.Today())
    condition = n.All((cheap, n.All((n.Compare(R.LE, TIME, n.Now()), due)), other_day, cheap))
    parted = part(condition, calendar)
    assert parted.window == Window(high=calendar.as_of)
    assert parted.others == (cheap, due, other_day)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_have_no_window(day: date) -> None:
    calendar = Calendar(AS_OFS["UTC"])
    for relation in R:
        found = part(n.Compare(relation, LOCAL, _literal(day, DATE)), calendar)
        assert found.window is None


def _literal(value: Any, type_: Type) -> n.Literal:
    return n.Literal(value, type_)
