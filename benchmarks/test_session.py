"""A condition that is edited, on customers that a session holds: from its text to its exact size.

`ROWS` in the environment changes the size, `MIX_FOLDER` keeps the customers' file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import combinations, count
from pathlib import Path

import polars as pl
import pytest
from mix import TYPES, Dials, parquet
from pytest_benchmark.fixture import BenchmarkFixture

import segdsl

DIALS = Dials(rows=int(os.environ.get("ROWS", "1_000_000")))
EDITED = 'age between 20 and 40 and city contains "12" and spend > 500 or country in ("AK", "BL")'
AS_OF = "2024-06-01"

# What is new in each round is numbered, so that no round finds the mask of another.
COLD = {
    "text, contains": "city contains '{n}'",
    "text, 20 values": "city in (" + ", ".join(f"'Şehir {i:03}{{n:02}}'" for i in range(20)) + ")",
    "whole number": "orders between {n} and 400",
    "decimal number": "spend > {n}.5",
    "decimal number, range": "score between 0.{n:02} and 0.9",
    "date": "signup in last {n} weeks",
    "instant, days": "seen in last {n} days",
    "instant, hours": "seen in last {n} hours",
}
# All of the conditions are known; which are joined, and how, is new in each round.
KNOWN = [f"age > {20 + i}" for i in range(8)] + [f'country = "A{one}"' for one in "KLMN"]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> segdsl.Session:
    """Return a session that has met each column."""
    folder = os.environ.get("MIX_FOLDER") or tmp_path_factory.mktemp("mix")
    data = parquet(Path(folder), DIALS)
    fields = {name: {"type": type} for name, type in TYPES.items()}
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "customer_id", "fields": fields}})
    begun = segdsl.compile("segment adult: age >= 18", catalog=catalog).session(data, as_of=AS_OF)
    within = pl.col("age").is_between(20, 40) & pl.col("city").str.contains("12")
    within &= pl.col("spend") > 500
    expected = within.fill_null(False) | pl.col("country").is_in(["AK", "BL"]).fill_null(False)
    assert begun.size(EDITED) == pl.scan_parquet(data).select(expected.sum()).collect().item()
    for condition in (EDITED, *KNOWN, *(one.format(n=99) for one in COLD.values())):
        begun.size(condition)
    return begun


def _grouped(benchmark: BenchmarkFixture, what: str) -> None:
    benchmark.group = f"{what}, {DIALS.rows:,} customers"


@pytest.mark.parametrize("kind", COLD)
def test_one_condition_is_new(
    benchmark: BenchmarkFixture, session: segdsl.Session, kind: str
) -> None:
    """Time an edited condition of which one part has not been met."""
    _grouped(benchmark, "one condition is new")
    numbers = count(13)

    def edited() -> tuple[tuple[str], dict[str, object]]:
        return (f"({EDITED}) and {COLD[kind].format(n=next(numbers))}",), {}

    before = session.effort.conditions
    benchmark.pedantic(session.size, setup=edited, rounds=15)
    assert session.effort.conditions - before == 15


@pytest.mark.parametrize("conditions", [2, 5])
def test_all_conditions_are_known(
    benchmark: BenchmarkFixture, session: segdsl.Session, conditions: int
) -> None:
    """Time conditions of known parts that are joined in new ways."""
    _grouped(benchmark, "all conditions are known")
    ways = _ways(conditions)
    before = session.effort.conditions
    benchmark.pedantic(session.size, setup=lambda: ((next(ways),), {}), rounds=30)
    assert session.effort.conditions == before


def _ways(conditions: int) -> Iterator[str]:
    """Yield conditions of so many known parts, each another one."""
    for a, b, *rest in combinations(KNOWN, conditions):
        yield f"{a} and not ({b})" + "".join(f" or ({a} and {c})" for c in rest)
