"""Fifty segments of what customers did, from Parquet to counts, beside Polars and DuckDB by hand.

`EVENTS` and `CUSTOMERS` in the environment change the size.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from events import AS_OF, SEGMENTS, Files, files, rules
from peak import IS_KNOWN, output, peak
from pytest_benchmark.fixture import BenchmarkFixture

EVENTS = int(os.environ.get("EVENTS", "2_000_000"))
CUSTOMERS = int(os.environ.get("CUSTOMERS", "100_000"))
WAYS = ("segdsl", "polars", "duckdb")


def by_segdsl(data: Files) -> list[int]:
    """Return the counts as segdsl gives them, compiling included."""
    import segdsl

    purchase = {"source": str(data.purchases), "key": "customer_id", "time": "time"}
    catalog = segdsl.Catalog.model_validate(
        {"customers": {"key": "customer_id"}, "events": {"purchase": purchase}}
    )
    compiled = segdsl.compile(rules(), catalog=catalog)
    return list(compiled.evaluate(data.customers, as_of=AS_OF).counts().values())


def by_way(way: str, data: Files) -> list[int]:
    """Return the counts in one of the ways."""
    if way == "segdsl":
        return by_segdsl(data)
    from events_by_hand import by_duckdb, by_polars

    return by_polars(data) if way == "polars" else by_duckdb(data)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return the files of customers and events."""
    given = os.environ.get("EVENTS_FOLDER")
    folder = Path(given) if given else tmp_path_factory.mktemp("events")
    return files(folder, CUSTOMERS, EVENTS)


@pytest.fixture(scope="module")
def answers(data: Files) -> list[int]:
    """Return the counts, the same in every way."""
    found = {way: by_way(way, data) for way in WAYS}
    assert found["segdsl"] == found["polars"] == found["duckdb"]
    assert sum(0 < count < CUSTOMERS for count in found["segdsl"]) > 0.9 * len(SEGMENTS)
    return found["segdsl"]


@pytest.mark.parametrize("way", WAYS)
def test_counts(benchmark: BenchmarkFixture, data: Files, answers: list[int], way: str) -> None:
    """Time one way from the files to the counts."""
    benchmark.group = f"{len(SEGMENTS)} segments, {CUSTOMERS:,} customers, {EVENTS:,} events"
    assert benchmark.pedantic(by_way, (way, data), rounds=5, warmup_rounds=1) == answers


@pytest.mark.skipif(not IS_KNOWN, reason="needs Linux")
@pytest.mark.parametrize("way", WAYS)
def test_memory(data: Files, way: str) -> None:
    """Print the peak memory of one way in a process of its own; segdsl's stays under 8 GB."""
    most = int(output(__file__, way, data.customers, data.purchases))
    print(f"{way}: {most / 1e9:.1f} GB at most")
    assert way != "segdsl" or most < 8e9


if __name__ == "__main__":
    by_way(sys.argv[1], Files(Path(sys.argv[2]), Path(sys.argv[3])))
    print(peak())
