"""One audience from Parquet to its size, beside the best forms of Polars and DuckDB.

In the environment: `ROWS` and `ROUNDS`.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from dials import KEY, Dials, Form, Mix, alone
from mix import TYPES, customers, mix, parquet
from peers import ONE, by_duckdb_where, by_segdsl
from timing import Timed

ROWS = int(os.environ.get("ROWS", "1_000_000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
FEW_ROWS = 10_001
_WORD = pl.col("city").str.contains("12", literal=True)
FORMS = {
    "a text equal": Form(
        'city = "Şehir 00012"',
        (pl.col("city") == "Şehir 00012").fill_null(False),
        "coalesce(city = 'Şehir 00012', false)",
    ),
    "a text that contains": Form(
        'city contains "12"', _WORD.fill_null(False), "coalesce(contains(city, '12'), false)"
    ),
    "a number": Form(
        "spend between 100 and 2_500",
        pl.col("spend").is_between(100, 2_500).fill_null(False),
        "coalesce(spend between 100 and 2500, false)",
    ),
    "a number and a text": Form(
        'age between 20 and 40 and city contains "12" and spend > 500',
        (pl.col("age").is_between(20, 40) & _WORD & (pl.col("spend") > 500)).fill_null(False),
        "coalesce(age between 20 and 40 and contains(city, '12') and spend > 500, false)",
    ),
}
CASES: dict[str, Mix] = {name: alone(TYPES, form) for name, form in FORMS.items()}
CASES["five conditions"] = mix(Dials(segments=1))
TENTH = -(-(2**32) // 10)  # buckets below it are in
SAMPLE = alone(
    TYPES,
    Form(
        'sample 10% seed "spring"',
        pl.lit(None),  # Polars has no MD5
        f"substr(md5(concat('spring:', {KEY})), 1, 8) < '{TENTH:08x}'",
    ),
)
SAMPLE_WAYS = {"segdsl": by_segdsl, "duckdb, where": by_duckdb_where}


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """Return the customers' file."""
    return parquet(folder, Dials(rows=ROWS))


@cache
def few() -> pl.DataFrame:
    """Return few customers, of whom all ways have to say the same."""
    return customers(Dials(rows=FEW_ROWS))


@pytest.mark.parametrize("way", ONE)
@pytest.mark.parametrize("case", CASES)
def test_one(timed: Timed, data: Path, case: str, way: str) -> None:
    """Time one way from the file to the size."""
    counting, ours = ONE[way](CASES[case]), by_segdsl(CASES[case])
    assert counting(few()) == ours(few())
    expected = ours(data)
    assert all(0 < count < ROWS for count in expected.values())
    group = f"{case}, {ROWS:,} customers"
    assert timed(group, counting, data, rounds=ROUNDS, warm=1) == expected


@pytest.mark.parametrize("way", SAMPLE_WAYS)
def test_sample(timed: Timed, data: Path, way: str) -> None:
    """Time a sample by the MD5 of keys."""
    counting = SAMPLE_WAYS[way](SAMPLE)
    expected = by_segdsl(SAMPLE)(data)
    assert 0.09 * ROWS < expected["audience"] < 0.11 * ROWS
    group = f"sample, {ROWS:,} customers"
    assert timed(group, counting, data, rounds=ROUNDS, warm=1) == expected
