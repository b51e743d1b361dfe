"""Random timelines: few customers, few distinct times about the edges of windows, ties, gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, YESNO, Kind, Type, list_of
from segdsl.diagnostics import Sink
from segdsl.document import Folder
from segdsl.engine.events import ROW
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar, LeapDay
from segdsl.functions.units import Unit
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer, Event
from segdsl.plan.plan import Plan
from segdsl.semantics import FieldSchema, Schema, check, collect
from segdsl.semantics.context import EventSchema
from segdsl.source import Source
from segdsl.syntax import parse

COUNTS = (1, 1, 1, 2, 30)
FIELDS: dict[str, Type] = {
    "city": TEXT, "whole": NUMBER, "share": NUMBER, "signup": DATE, "seen": INSTANT, "optin": YESNO,
}  # fmt: skip
PURCHASE: dict[str, Type] = {
    "time": INSTANT, "price": NUMBER, "cost": NUMBER, "pieces": NUMBER, "product": TEXT,
    "online": YESNO, "due": DATE, "sent": INSTANT, "tags": list_of(Kind.TEXT),
}  # fmt: skip
EVENTS: dict[str, dict[str, Type]] = {
    "purchase": PURCHASE,
    "visit": {"time": INSTANT, "product": TEXT, "pieces": NUMBER},
    "mail": {"time": DATE, "product": TEXT, "pieces": NUMBER},
    "survey": {"product": TEXT, "pieces": NUMBER},
}
_PRICES = (0.1, 0.2, 0.3, -0.1, 5e-7, -5e-7, 0.125, 1.0, 2.5, 0.0, -0.0, 1e12, -1e12)
_COSTS = tuple(map(Decimal, ("0.10", "0.20", "-0.30", "1.00", "2.50", "0.00")))
_PIECES = (0, 1, 2, 3, 3, -1, 2**53, 2**53 + 1, 2**62)
_TEXTS = ("a", "A", "b", "", "é", "😀", "\ufb01")
_AS_OFS = (  # about changes of the clock in the zones, at the end of months, in a leap year
    ("America/New_York", datetime(2024, 3, 10, 16, tzinfo=UTC)),
    ("America/New_York", datetime(2024, 11, 3, 6, 30, tzinfo=UTC)),
    ("America/New_York", datetime(2024, 11, 4, 6, 30, tzinfo=UTC)),
    ("Europe/Istanbul", datetime(2013, 10, 27, 22, 30, tzinfo=UTC)),
    ("Europe/Istanbul", datetime(2013, 3, 31, 21, 30, tzinfo=UTC)),
    ("Europe/Warsaw", datetime(2024, 2, 29, 23, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2024, 4, 7, 3, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 31, 12, tzinfo=UTC)),
    ("UTC", datetime(2025, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)),
    ("UTC", datetime(2024, 7, 31, 12, tzinfo=UTC)),
)
_UNITS = (Unit.HOUR, Unit.DAY, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR)


def times(calendar: Calendar, random: Random) -> list[datetime]:
    """Return a few instants: as-of, others some units away, starts of days, and next to them."""
    found = [calendar.as_of, calendar.as_of + timedelta(microseconds=1)]
    while len(found) < 9:
        start = random.choice((calendar.as_of, random.choice(found)))
        moved = calendar.shift_instant(start, -random.choice(COUNTS), random.choice(_UNITS))
        if moved.year > 1990:
            found.append(random.choice((moved, _midnight(moved, calendar))))
        beside = random.choice((-1, 1))
        found.append(random.choice(found) + timedelta(microseconds=beside))
    return found


def _midnight(instant: datetime, calendar: Calendar) -> datetime:
    local = instant.astimezone(calendar.zone).replace(tzinfo=None)
    return calendar.instant(local.replace(hour=0, minute=0, second=0, microsecond=0))


def timelines(seed: int, size: int) -> tuple[Calendar, list[Customer]]:
    """Return a calendar and customers with events of every kind, in no order."""
    random = Random(seed)
    zone, as_of = random.choice(_AS_OFS)
    calendar = Calendar(as_of, zone, random.choice((1, 7)), random.choice(tuple(LeapDay)))
    pool = times(calendar, random)
    keys = random.sample(range(-9, 99), size)
    return calendar, [
        Customer(
            key,
            {name: _cell(name, type, pool, calendar, random) for name, type in FIELDS.items()},
            {
                name: [
                    {p: _cell(p, type, pool, calendar, random) for p, type in own.items()}
                    for _ in range(random.choice((0, 1, 2, 4, 7)))
                ]
                for name, own in EVENTS.items()
            },
        )
        for key in keys
    ]


def _cell(
    name: str, type: Type, pool: list[datetime], calendar: Calendar, random: Random
) -> Any:  # Any: of the type
    if random.random() < (0.06 if name == "time" else 0.15):
        return None
    match type.kind:
        case Kind.INSTANT:
            return random.choice(pool)
        case Kind.DATE:
            return calendar.local_date(random.choice(pool))
        case Kind.TEXT:
            return random.choice(_TEXTS)
        case Kind.YESNO:
            return random.random() < 0.5
        case Kind.LIST:
            return tuple(random.choice(_TEXTS) for _ in range(random.randint(0, 3)))
        case _:
            return random.choice(_NUMBERS[name])


_NUMBERS: dict[str, tuple[Any, ...]] = {
    "whole": (0, 1, 2, 3),
    "share": (0.0, 0.1, 0.3, 1.5),
    "price": _PRICES,
    "cost": _COSTS,
    "pieces": _PIECES,
}


def event_frames(customers: list[Customer]) -> dict[str, pl.DataFrame]:
    """Return the events of each kind as the engine takes them, the rows of all customers mixed."""
    return {
        name: _frame(
            [
                Customer(row, event)
                for row, customer in enumerate(customers)
                for event in customer.events[name]
            ],
            properties,
        )
        for name, properties in EVENTS.items()
    }


def _frame(events: list[Customer], properties: dict[str, Type]) -> pl.DataFrame:
    mixed = sorted(events, key=lambda event: repr(sorted(event.profile.items(), key=str)))
    fields = [n.Field(name, type) for name, type in properties.items()]
    return frame_of_profiles(mixed, fields, ROW).with_columns(pl.col(ROW).cast(pl.UInt32))


def shuffled(customers: list[Customer], random: Random) -> list[Customer]:
    """Return the customers with their events in another order."""

    def mixed(events: Any) -> list[Event]:
        return random.sample(list(events), len(events))

    return [
        Customer(c.key, c.profile, {name: mixed(own) for name, own in c.events.items()})
        for c in customers
    ]


populations = st.builds(timelines, st.integers(0, 2**32), st.sampled_from((0, 1, 2, 3, 5, 8)))


def plan_of(text: str, calendar: Calendar) -> Plan:
    """Return the plan of rules about the random events."""
    events = {
        name: EventSchema(
            {item: FieldSchema(type) for item, type in own.items()}, has_time="time" in own
        )
        for name, own in EVENTS.items()
    }
    fields = {name: FieldSchema(type) for name, type in FIELDS.items()}
    module, mistakes = parse(Source.of(text))
    sink = Sink()
    sink.extend(mistakes)
    project = collect(module, Folder(), sink)
    plan = check(project, Schema(fields, zone=calendar.zone, events=events), {}, sink)
    assert not sink.errors, "\n".join(map(str, sink.errors))
    return plan
