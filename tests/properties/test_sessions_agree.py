"""A session answers random rules as the definition does."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from random_customers import FIELDS, all_fields, calendars, populations
from random_rules import rules

import segdsl
from segdsl.catalog.types import Kind, Type
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer

KEY = "customer id"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@given(rules(), populations, calendars)
def test_a_session_keeps_the_definition(
    text: str, customers: list[Customer], calendar: Calendar
) -> None:
    found = segdsl.compile(text, catalog=catalog(calendar))
    expected = memberships(found.plan.segments, customers, calendar)
    session = found.session(frame(customers), as_of=calendar.as_of)
    assert session.sizes() == {name: len(keys) for name, keys in expected.items()}
    for name, keys in expected.items():
        assert set(session.select(name).keys()) == keys
    first, *others = expected
    for other in others:
        joined = f"{first} and not {other} or {other} and not {first}"
        assert set(session.select(joined).keys()) == expected[first] ^ expected[other]
        assert session.size(joined) == len(expected[first] ^ expected[other])


def catalog(calendar: Calendar) -> segdsl.Catalog:
    """Return the catalog of random customers under a calendar."""
    return segdsl.Catalog.model_validate(
        {
            "timezone": calendar.timezone,
            "week_start": DAYS[calendar.week_start - 1],
            "leap_day": calendar.leap_day,
            "customers": {
                "key": KEY,
                "fields": {name: entry(name, type) for name, type in FIELDS.items()},
            },
        }
    )


def entry(name: str, type: Type) -> dict[str, str]:
    """Return what a catalog says of a field."""
    if type.kind is Kind.PLACE:
        return {"type": "place", "latitude": f"{name} north", "longitude": f"{name} east"}
    return {"type": type.kind.value, **({"of": type.of.value} if type.of else {})}


def frame(customers: list[Customer]) -> pl.DataFrame:
    """Return customers as data give them: of a place two columns."""
    found = frame_of_profiles(customers, all_fields(), KEY)
    place = pl.col("home").struct
    return found.with_columns(
        place.field("latitude").alias("home north"), place.field("longitude").alias("home east")
    ).drop("home")
