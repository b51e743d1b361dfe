"""Audiences over numbers without gaps, from memory to counts, beside the best forms of Polars.

In the environment: `ROWS`, `SEGMENTS` and `ROUNDS`.
"""

from __future__ import annotations

import os

import polars as pl
import pytest
from dials import Mix
from numeric import customers, dials, numeric
from peers import COUNTS
from timing import Timed

ROWS = int(os.environ.get("ROWS", "300_000"))
SEGMENTS = int(os.environ.get("SEGMENTS", "1_000"))
ROUNDS = int(os.environ.get("ROUNDS", "2"))
FEW_ROWS = 10_001
WAYS = {name: way for name, way in COUNTS.items() if not name.startswith("duckdb")}


@pytest.fixture(scope="module")
def mix() -> Mix:
    """Return the segments; all ways have the same answers of few customers."""
    some = numeric(dials(ROWS, SEGMENTS))
    few = customers(dials(FEW_ROWS, SEGMENTS))
    first, *others = (way(some)(few) for way in WAYS.values())
    assert all(one == first for one in others)
    assert sum(0 < count < FEW_ROWS for count in first.values()) > 0.8 * SEGMENTS
    return some


@pytest.fixture(scope="module")
def data() -> pl.DataFrame:
    """Return the customers."""
    return customers(dials(ROWS, SEGMENTS))


@pytest.fixture(scope="module")
def answers(mix: Mix, data: pl.DataFrame) -> dict[str, int]:
    """Return the counts."""
    return COUNTS["segdsl"](mix)(data)


@pytest.mark.parametrize("way", WAYS)
def test_counts(
    timed: Timed, mix: Mix, data: pl.DataFrame, answers: dict[str, int], way: str
) -> None:
    """Time one way from the columns to the counts."""
    group = f"{SEGMENTS:,} segments on numbers, {ROWS:,} customers"
    assert timed(group, WAYS[way](mix), data, rounds=ROUNDS) == answers
