"""Audiences from Parquet to Parquet, beside the best forms of Polars and DuckDB.

Each way writes the key and a yes/no column a segment. In the environment: `ROWS`, `SEGMENTS`,
`ROUNDS`, and `WAYS`, the names of those that run, with `;` between them.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from dials import Dials
from mix import mix, parquet
from peers import WRITES
from timing import Timed

ROWS = int(os.environ.get("ROWS", "300_000"))
SEGMENTS = int(os.environ.get("SEGMENTS", "1_000"))
ROUNDS = int(os.environ.get("ROUNDS", "1"))
SLOW = ("duckdb",)
CHOSEN = tuple(os.environ.get("WAYS", "").split(";"))
WAYS = [way for way in WRITES if (way in CHOSEN if any(CHOSEN) else way not in SLOW)]
TOGETHER = 100  # columns that are compared at a time
DIALS = Dials(rows=ROWS, segments=SEGMENTS)


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """Return the customers' file."""
    return parquet(folder, DIALS)


def demand_same(left: Path, right: Path) -> None:
    """Fail unless two files hold the same rows in the same order."""
    one, other = pl.scan_parquet(left), pl.scan_parquet(right)
    assert one.collect_schema() == other.collect_schema()
    names = one.collect_schema().names()
    for first in range(0, len(names), TOGETHER):
        some = names[first : first + TOGETHER]
        assert one.select(some).collect().equals(other.select(some).collect())


@pytest.fixture(scope="module")
def is_same(tmp_path_factory: pytest.TempPathFactory) -> bool:
    """Return whether all ways write the same: of few customers, so that it takes no time."""
    folder = tmp_path_factory.mktemp("few")
    dials = Dials(rows=10_001, segments=40)
    few = parquet(folder, dials)
    for way, prepared in WRITES.items():
        prepared(mix(dials))(few, folder / f"{way}.parquet")
        demand_same(folder / "segdsl.parquet", folder / f"{way}.parquet")
    return True


@pytest.fixture(scope="module")
def expected(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that segdsl writes."""
    path = tmp_path_factory.mktemp("expected") / "memberships.parquet"
    WRITES["segdsl"](mix(DIALS))(data, path)
    return path


@pytest.mark.parametrize("way", WAYS)
def test_writing(
    timed: Timed,
    data: Path,
    is_same: bool,
    expected: Path,
    tmp_path: Path,
    way: str,
) -> None:
    """Time one way from the file to the file."""
    assert is_same
    path = tmp_path / "memberships.parquet"
    group = f"{SEGMENTS:,} segments written, {ROWS:,} customers"
    timed(group, WRITES[way](mix(DIALS)), data, path, rounds=ROUNDS)
    demand_same(expected, path)
    path.unlink()
