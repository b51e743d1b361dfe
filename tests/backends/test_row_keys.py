"""Finding the customers of events: compact numbers, scattered ones, texts, unknown ones."""

from __future__ import annotations

from random import Random
from typing import Any

import polars as pl
import pytest

from segdsl.backends.polars.keys import rows_of

LOW, HIGH = -(2**63), 2**63 - 1
CUSTOMERS: dict[str, list[Any]] = {
    "compact": [5, 3, 4, 9],
    "negative": [-3, 0, -1, 7],
    "scattered": [10**15, 3, -(10**12), 0],
    "lowest": [LOW, LOW + 2, LOW + 1],
    "highest": [HIGH, HIGH - 5],
    "both ends": [LOW, HIGH, 0],
    "texts": ["b", "a", "", "ş"],
    "one": [7],
    "none": [],
}


@pytest.mark.parametrize("name", CUSTOMERS)
def test_each_event_finds_its_customer(name: str) -> None:
    customers = CUSTOMERS[name]
    dtype = pl.String() if name == "texts" else pl.Int64()
    strangers = ["c", "A"] if name == "texts" else [1, 6, 10**14, LOW, HIGH]
    random = Random(name)
    events = [random.choice([*customers, *strangers, None]) for _ in range(50)]
    found = rows_of(pl.Series(events, dtype=dtype), pl.Series(customers, dtype=dtype))
    assert found.dtype == pl.UInt32()
    assert found.to_list() == [customers.index(e) if e in customers else None for e in events]


def test_wide_keys() -> None:
    wide = pl.Int128()
    found = rows_of(pl.Series([2**70, 1, None], dtype=wide), pl.Series([3, 2**70], dtype=wide))
    assert found.to_list() == [1, None, None]


def test_no_events() -> None:
    assert rows_of(pl.Series([], dtype=pl.Int64()), pl.Series([1, 2])).to_list() == []
