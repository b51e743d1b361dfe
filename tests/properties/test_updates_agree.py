"""An evaluation brought up to date is that of the data as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_customers import FIELDS, all_fields, calendars, populations
from random_event_rules import rules as event_rules
from random_events import EVENTS, event_frames
from random_events import FIELDS as EVENT_FIELDS
from random_events import populations as timelines
from random_rules import rules

import segdsl
from segdsl.catalog import Catalog
from segdsl.catalog.types import Kind, Type
from segdsl.engine import evaluate as evaluating
from segdsl.engine import kept_codes
from segdsl.engine import update as updating
from segdsl.engine.events import ROW
from segdsl.engine.membership import Membership
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar, LeapDay
from segdsl.optimise import coding
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer

KEY = "customer id"
SPANS = (
    timedelta(),
    timedelta(microseconds=1),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=31),
    timedelta(days=-3),
    timedelta(days=400),
)
seeds = st.integers(0, 2**32)


def declared(name: str, type: Type) -> dict[str, Any]:
    if type.kind is Kind.PLACE:
        return {"type": "place", "latitude": f"{name}.latitude", "longitude": f"{name}.longitude"}
    if type.kind is Kind.LIST:
        return {"type": "list", "of": str(type.of)}
    return {"type": str(type)}


def catalog_of(calendar: Calendar, fields: dict[str, Type], events: dict[str, Any]) -> Catalog:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    tables = {
        name: {
            "source": "none.csv",
            "key": KEY,
            "time": "time" if "time" in own else None,
            "fields": {one: declared(one, type) for one, type in own.items()},
        }
        for name, own in events.items()
    }
    own = {"key": KEY, "fields": {name: declared(name, type) for name, type in fields.items()}}
    return Catalog.model_validate(
        {
            "timezone": calendar.timezone,
            "week_start": days[calendar.week_start - 1],
            "leap_day": calendar.leap_day.value,
            "customers": own,
            "events": tables,
        }
    )


def same(found: Membership, expected: Membership) -> None:
    """Assert that two memberships hold the same, in the order of the customers."""
    order = expected.customers[KEY]
    assert sorted(found.customers[KEY]) == sorted(order)
    assert found.counts() == expected.counts()
    assert found.base == expected.base
    for name in expected:
        assert found.keys(name) == expected.keys(name), name
        assert found.masks[name].sum() == expected.masks.sizes[name]
    assert found.unique_reach() == expected.unique_reach()
    for name in expected.traits:
        pairs = [
            dict(zip(m.customers[KEY], m.traits[name], strict=True)) for m in (found, expected)
        ]
        assert pairs[0] == pairs[1], name


def changed_as_sets(before: Membership, now: Membership) -> None:
    """Assert that the changes are the differences of the sets of keys."""
    changes = now.changes()
    counts = changes.counts()
    for name in now:
        was, has = set(before.keys(name)), set(now.keys(name))
        assert set(changes.entered(name).keys()) == has - was
        assert set(changes.left(name).keys()) == was - has
        assert (counts[name].entered, counts[name].left) == (len(has - was), len(was - has))


def merged(base: pl.DataFrame, rows: pl.DataFrame, gone: list[Any]) -> pl.DataFrame:
    """Return the customers after some rows took the place of others and some are gone."""
    both = pl.concat([base, rows], how="vertical_relaxed")
    found = both.unique(KEY, keep="last", maintain_order=True)
    return found.filter(~pl.col(KEY).is_in(gone)) if gone else found


def changes_of(random: Random, frame: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """Return rows of a frame, under keys of the base or as they are."""
    if frame.is_empty() or random.random() < 0.1:
        return frame.head(0)
    size = random.randint(1, max(1, frame.height // random.choice((1, 4, 8))))
    rows = frame[random.sample(range(frame.height), size)]
    if base.height >= size and random.random() < 0.7:
        keys = base[KEY].gather(random.sample(range(base.height), size))
        rows = rows.with_columns(keys.alias(KEY))
    return rows


def gone_of(random: Random, base: pl.DataFrame, rows: pl.DataFrame) -> list[Any]:
    left = base.filter(~pl.col(KEY).is_in(rows[KEY].implode()))[KEY].to_list()
    return random.sample(left, min(len(left), random.choice((0, 0, 0, 1, 2))))


@contextmanager
def ways(random: Random) -> Iterator[None]:
    """Let columns of so few customers, too, become codes, and these be kept, or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluating, "_WORTH_CODES", random.choice((0, evaluating._WORTH_CODES)))
        patch.setattr(kept_codes, "_SHARE", random.choice((0, 0, kept_codes._SHARE)))
        enough = {**coding._ENOUGH, **random.choice((dict.fromkeys(coding._ENOUGH, 1), {}))}
        patch.setattr(coding, "_ENOUGH", enough)
        yield


@contextmanager
def few_or_most(random: Random) -> Iterator[None]:
    """Let most of so few customers, too, be evaluated by themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(updating, "_MOST", random.choice((1, 1, 3)))
        yield


@settings(max_examples=60)
@given(rules(), populations, calendars, seeds)
def test_changed_customers(
    text: str, customers: list[Customer], calendar: Calendar, seed: int
) -> None:
    random = Random(seed)
    ruleset = segdsl.compile(text, catalog=catalog_of(calendar, FIELDS, {}))
    whole = frame_of_profiles(customers, all_fields(), KEY)
    base = whole[sorted(random.sample(range(whole.height), whole.height * 3 // 4))]
    with ways(random):
        before = ruleset.evaluate(base, as_of=calendar.as_of)
    as_of = calendar.as_of
    for _ in range(random.choice((1, 1, 3, 10))):
        rows = changes_of(random, whole, base)
        gone = gone_of(random, base, rows)
        moved = as_of + random.choice(SPANS)
        as_of = moved if random.random() < 0.3 and 1900 < moved.year < 2900 else as_of
        base = merged(base, rows, gone)
        with few_or_most(random):
            now = ruleset.update(before, rows, gone=gone, as_of=as_of)
        same(now, ruleset.evaluate(base, as_of=as_of))
        changed_as_sets(before, now)
        before = now


def clock_rules(random: Random) -> str:
    """Return rules that look at as-of in every way, beside others."""

    def one() -> str:
        subject = random.choice(("born", "signup", "seen", "bought"))
        span = f"{random.choice((1, 2, 7, 40))} {random.choice(('days', 'weeks', 'months'))}"
        return random.choice(
            (
                f"{subject} in last {span}",
                f"{subject} in next {span}",
                f"{subject} in this {random.choice(('week', 'month', 'year'))}",
                f"{subject} > {span} ago",
                f"{subject} <= today - {span}",
                f"days since {subject} > {random.choice((0, 3, 30))}",
                f"seen in last {random.choice((1, 5, 30))} hours",
                f"anniversary of {random.choice(('born', 'signup'))} in next {span}",
                "anniversary of born on today",
                "seen < bought",
                'city = "İstanbul"',
                "whole > 2",
            )
        )

    lines = []
    for i in range(random.randint(1, 6)):
        first, second, third = one(), one(), one()
        joined = random.choice((first, f"{first} and not ({second})", f"{first} or {second}"))
        lines.append(f"segment s{i}: ({joined}) and ({third} or {one()})")
    return "\n".join(lines)


@settings(max_examples=60)
@given(populations, seeds)
def test_customers_as_of_another_instant(customers: list[Customer], seed: int) -> None:
    random = Random(seed)
    zone = random.choice(("UTC", "Europe/Istanbul", "America/Havana"))
    as_of = datetime(2024, 6, 1, 12, tzinfo=UTC) + timedelta(days=random.randint(-150, 150))
    calendar = Calendar(as_of, zone, random.randint(1, 7), random.choice(tuple(LeapDay)))
    ruleset = segdsl.compile(clock_rules(random), catalog=catalog_of(calendar, FIELDS, {}))
    base = frame_of_profiles(customers, all_fields(), KEY)
    with ways(random):
        before = ruleset.evaluate(base, as_of=as_of)
    for _ in range(3):
        as_of += random.choice(SPANS)
        rows = changes_of(random, base, base) if random.random() < 0.3 else base.head(0)
        base = merged(base, rows, [])
        with few_or_most(random):
            now = ruleset.update(before, rows, as_of=as_of)
        assert now.notices == () or "so many" in now.notices[0].message
        same(now, ruleset.evaluate(base, as_of=as_of))
        changed_as_sets(before, now)
        before = now


def events_of(customers: list[Customer]) -> dict[str, pl.DataFrame]:
    """Return the events with the keys of their customers."""
    keys = pl.Series(KEY, [customer.key for customer in customers], dtype=pl.Int64)
    return {
        name: frame.with_columns(keys.gather(frame[ROW]).alias(KEY)).drop(ROW)
        for name, frame in event_frames(customers).items()
    }


@settings(max_examples=60)
@given(event_rules(), timelines, seeds)
def test_changed_customers_and_events(
    text: str, population: tuple[Calendar, list[Customer]], seed: int
) -> None:
    random = Random(seed)
    calendar, customers = population
    ruleset = segdsl.compile(text, catalog=catalog_of(calendar, EVENT_FIELDS, EVENTS))
    fields = [n.Field(name, type) for name, type in EVENT_FIELDS.items()]
    whole = frame_of_profiles(customers, fields, KEY)
    base = whole[sorted(random.sample(range(whole.height), whole.height * 3 // 4))]
    events = events_of(customers)
    early = {
        name: frame.filter(
            pl.Series([random.random() < 0.7 for _ in range(frame.height)], dtype=pl.Boolean)
        )
        for name, frame in events.items()
    }
    late = {
        name: frame.join(
            early[name], on=frame.columns, how="anti", nulls_equal=True, maintain_order="left"
        )
        for name, frame in events.items()
    }
    with ways(random):
        before = ruleset.evaluate(base, events=early, as_of=calendar.as_of)
    as_of = calendar.as_of
    for _ in range(random.choice((1, 2))):
        rows = changes_of(random, whole, base)
        gone = gone_of(random, base, rows)
        moved = as_of + random.choice(SPANS)
        as_of = moved if random.random() < 0.5 else as_of
        added = {
            name: frame.sample(fraction=0.5, seed=seed)
            for name, frame in late.items()
            if random.random() < 0.6
        }
        base = merged(base, rows, gone)
        early = {
            name: pl.concat([frame, added[name]]) if name in added else frame
            for name, frame in early.items()
        }
        with few_or_most(random):
            now = ruleset.update(before, rows, added, gone=gone, as_of=as_of)
        same(now, ruleset.evaluate(base, events=early, as_of=as_of))
        changed_as_sets(before, now)
        before = now
