"""Audiences from Parquet to counts, beside the best forms of Polars and DuckDB.

In the environment: `ROWS`, `SEGMENTS` (several with commas), `ROUNDS`, and `WAYS`, the names of
those that run, with `;` between them (all but the slowest if not said).
"""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from dials import Dials, Mix
from mix import customers, mix, parquet
from peak import IS_KNOWN, output, peak
from peers import COUNTS, compiled
from timing import Timed

ROWS = int(os.environ.get("ROWS", "1_000_000"))
SIZES = [int(size) for size in os.environ.get("SEGMENTS", "100,1000").split(",")]
ROUNDS = int(os.environ.get("ROUNDS", "1"))
CHOSEN = tuple(os.environ.get("WAYS", "").split(";"))
SLOW = ("polars, sums", "polars, masks", "duckdb, filter")
"""Never the fastest; their answers are compared all the same."""
SLOW_WITH_MANY = (*SLOW, "duckdb, conditions first")
MANY = 300  # segments
FEW_ROWS, FEW_SEGMENTS = 10_001, 40


def ways(count: int) -> list[str]:
    """Return the ways that run with so many segments."""
    slow = SLOW_WITH_MANY if count > MANY else SLOW
    return [way for way in COUNTS if (way in CHOSEN if any(CHOSEN) else way not in slow)]


@cache
def segments_of(count: int) -> Mix:
    """Return so many segments."""
    return mix(Dials(rows=ROWS, segments=count))


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """Return the customers' file."""
    return parquet(folder, Dials(rows=ROWS))


@pytest.fixture(scope="module")
def is_same() -> bool:
    """Return whether all ways have the same answers: of few customers, so that it takes no time."""
    dials = Dials(rows=FEW_ROWS, segments=FEW_SEGMENTS)
    few, some = customers(dials), mix(dials)
    first, *others = (way(some)(few) for way in COUNTS.values())
    assert sum(0 < count < FEW_ROWS for count in first.values()) > 0.8 * FEW_SEGMENTS
    return all(one == first for one in others)


@cache
def answers(data: Path, count: int) -> dict[str, int]:
    """Return the counts."""
    return compiled(segments_of(count)).count(data)


@pytest.mark.parametrize(("count", "way"), [(size, way) for size in SIZES for way in ways(size)])
def test_counts(timed: Timed, data: Path, is_same: bool, count: int, way: str) -> None:
    """Time one way from the file to the counts."""
    assert is_same
    expected = answers(data, count)
    counting = COUNTS[way](segments_of(count))
    group = f"{count:,} segments, {ROWS:,} customers"
    assert timed(group, counting, data, rounds=ROUNDS) == expected


@pytest.mark.skipif(not IS_KNOWN, reason="needs Linux")
@pytest.mark.parametrize("way", ["segdsl", "polars, conditions first"])
@pytest.mark.parametrize("count", SIZES)
def test_memory(data: Path, count: int, way: str) -> None:
    """Print the peak memory of one way in a process of its own, and its first and second time."""
    first, second, most = map(float, output(__file__, way, data, count).split())
    print(f"{count:,} segments, {way}: {first:.2f} s, then {second:.2f} s, {most / 1e9:.2f} GB")
    assert way != "segdsl" or most < 4e9


def _alone(way: str, data: Path, count: int) -> None:
    counting = COUNTS[way](mix(Dials(segments=count)))
    for _ in range(2):
        start = time.perf_counter()
        counting(data)
        print(time.perf_counter() - start)
    print(peak())


if __name__ == "__main__":
    _alone(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
