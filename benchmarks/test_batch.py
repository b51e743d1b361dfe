"""A hundred audiences on a million customers, from Parquet to counts, beside Polars by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from population import Pair, parquet, segments
from pytest_benchmark.fixture import BenchmarkFixture

import segdsl

ROWS = 1_000_000
PAIRS = list(segments(100))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the customers' file."""
    return parquet(tmp_path_factory.mktemp("customers"), ROWS)


def by_segdsl(path: Path, pairs: list[Pair]) -> dict[str, int]:
    """Return the counts as segdsl gives them, compiling included."""
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "customer_id"}})
    rules = segdsl.compile("\n".join(pair.rule for pair in pairs), catalog=catalog)
    return rules.evaluate(path).counts()


def by_polars_sums(path: Path, pairs: list[Pair]) -> dict[str, int]:
    """Return the counts by one `select` of sums."""
    sums = [pair.polars.sum().alias(pair.name) for pair in pairs]
    return pl.scan_parquet(path).select(sums).collect().row(0, named=True)


def by_polars_masks(path: Path, pairs: list[Pair]) -> dict[str, int]:
    """Return the counts by yes/no columns first, then sums: Polars' own sharing at work."""
    masks = pl.scan_parquet(path).select(pair.polars.alias(pair.name) for pair in pairs)
    return masks.select(pl.all().sum()).collect().row(0, named=True)


WAYS = {"segdsl": by_segdsl, "polars sums": by_polars_sums, "polars masks": by_polars_masks}


@pytest.fixture(scope="module")
def answers(data: Path) -> dict[str, int]:
    """Return the counts, the same in every way."""
    found = {name: way(data, PAIRS) for name, way in WAYS.items()}
    assert found["segdsl"] == found["polars sums"] == found["polars masks"]
    assert sum(0 < count < ROWS for count in found["segdsl"].values()) > 0.8 * len(PAIRS)
    return found["segdsl"]


@pytest.mark.parametrize("way", WAYS)
def test_counts(benchmark: BenchmarkFixture, data: Path, answers: dict[str, int], way: str) -> None:
    """Time one way from the file to the counts."""
    benchmark.group = f"100 segments, {ROWS:,} customers"
    found = benchmark.pedantic(WAYS[way], (data, PAIRS), rounds=5, warmup_rounds=1)
    assert found == answers
