"""Ten thousand audiences: time grows no faster than conditions and sub-conditions do.

In the environment: `ROWS`, `SEGMENTS` (several with commas) and `ROUNDS`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dials import Dials
from mix import mix, parquet
from peers import compiled
from timing import Timed

ROWS = int(os.environ.get("ROWS", "1_000_000"))
SIZES = [int(size) for size in os.environ.get("SEGMENTS", "1000,3000,10000").split(",")]
ROUNDS = int(os.environ.get("ROUNDS", "2"))


@pytest.mark.parametrize("count", SIZES)
def test_many(timed: Timed, folder: Path, count: int) -> None:
    """Time so many segments, compiled beforehand."""
    data = parquet(folder, Dials(rows=ROWS))
    rules = compiled(mix(Dials(rows=ROWS, segments=count)))
    levels = rules.program.levels
    atoms = sum(len(level.atoms) for level in levels)
    joins = sum(len(level.connectives) for level in levels)
    group = f"{atoms:,} conditions and {joins:,} sub-conditions, {ROWS:,} customers"
    found = timed(group, rules.count, data, rounds=ROUNDS, warm=1)
    assert len(found) == count
