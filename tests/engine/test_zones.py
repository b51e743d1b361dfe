"""Local times of data become the instants that the engine's own local times come from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import segdsl
from segdsl.engine.cells.moments import INSTANT, instants, to_utc

ZONES = ["America/New_York", "Europe/Istanbul", "Africa/Casablanca", "Asia/Kolkata", "UTC"]
STARTS = [
    datetime(y, m, d)
    for y in (1, 1890, 1945, 2025, 2037, 2060, 2500, 9999)
    for m, d in ((3, 8), (6, 28), (10, 29))
]
TIMES = [day + timedelta(hours=7 * i, minutes=13) for day in STARTS for i in range(20)]


def as_defined(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_local_times_in_all_centuries(zone: str) -> None:
    expected = pl.Series([as_defined(time, zone) for time in TIMES], dtype=INSTANT)
    assert to_utc(pl.Series(TIMES, dtype=pl.Datetime("ms")), zone).equals(expected)
    texts = pl.Series([f"{time:%Y-%m-%dT%H:%M:%S}".zfill(19) for time in TIMES])
    assert instants(texts, zone).equals(expected)


@pytest.mark.parametrize("zone", ZONES)
def test_a_local_midnight_stays_on_its_day(zone: str) -> None:
    days = [date(2060, month, 1) for month in range(1, 13)]
    frame = pl.DataFrame({"id": range(12), "seen": [f"{day}T00:00" for day in days]})
    catalog = segdsl.Catalog.model_validate(
        {
            "timezone": zone,
            "customers": {"key": "id", "fields": {"seen": {"type": "instant"}, "id": "number"}},
        }
    )
    rules = "\n".join(f"segment s{i}: seen = {day}" for i, day in enumerate(days))
    counts = segdsl.compile(rules, catalog=catalog).evaluate(frame).counts()
    assert list(counts.values()) == [1] * 12


def test_zoned_columns_as_dates() -> None:
    at = pl.Series([datetime(2060, 7, 1, 3, 30, tzinfo=UTC)]).dt.convert_time_zone("Asia/Tokyo")
    frame = pl.DataFrame({"id": [1], "day": at})
    catalog = segdsl.Catalog.model_validate(
        {
            "timezone": "America/New_York",
            "customers": {"key": "id", "fields": {"day": {"type": "date"}, "id": "number"}},
        }
    )
    rules = "segment s: day = 2060-06-30"
    assert segdsl.compile(rules, catalog=catalog).evaluate(frame).counts() == {"s": 1}
