"""Customer keys: their types, one row each, and their order."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from segdsl.catalog import Catalog
from segdsl.engine.keys import canonical_key, sort_by_key
from segdsl.engine.readers import read_customers
from segdsl.errors import DataError


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([2, 1]), [2, 1]),
        (pl.Series([2.0, 1.0]), [2, 1]),
        (pl.Series([Decimal("2.00"), Decimal("1")]), [2, 1]),
        (pl.Series(["b", "A"]), ["b", "A"]),
    ],
)
def test_whole_numbers_and_texts_are_keys(values: pl.Series, expected: list[object]) -> None:
    found = canonical_key(values, "id", "data").to_list()
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize(
    "values",
    [pl.Series([1.5]), pl.Series([Decimal("1.5")]), pl.Series([True]), pl.Series([b"x"])],
)
def test_other_types_are_an_error(values: pl.Series) -> None:
    with pytest.raises(DataError) as caught:
        canonical_key(values, "id", "data")
    assert caught.value.diagnostics[0].code.id == "SG507"


def test_order_is_by_number_or_by_code_point() -> None:
    numbers = sort_by_key(pl.DataFrame({"id": [10, 9, -1]}), "id")
    texts = sort_by_key(
        pl.DataFrame({"id": ["b", "Z", "é", "10", "9", "\U0001f600", "\uffff"]}), "id"
    )
    assert numbers["id"].to_list() == [-1, 9, 10]
    assert texts["id"].to_list() == ["10", "9", "Z", "b", "é", "\uffff", "\U0001f600"]


def latest(frame: pl.DataFrame) -> tuple[list[tuple[object, ...]], str]:
    catalog = Catalog.model_validate(
        {
            "customers": {
                "key": "id",
                "duplicates": "latest by at",
                "fields": {"id": "number", "x": "text"},
            }
        }
    )
    reading = read_customers(catalog, frame, ["x"])
    rows = sort_by_key(reading.frame, "id").rows()
    return rows, " ".join(d.message for d in reading.notices)


def test_the_latest_row_stays_in_any_order() -> None:
    frame = pl.DataFrame(
        {"id": [1, 1, 2, 3, 3, 4, 4], "at": [1, 2, None, 5, 5, None, None], "x": list("abcdefg")}
    )
    results = {str(latest(frame.sample(fraction=1, shuffle=True, seed=s))) for s in range(8)}
    rows, said = latest(frame)
    assert rows == [(1, "b"), (2, "c"), (3, "e"), (4, "g")]
    assert "3 rows left out" in said
    assert "2 keys have several latest rows" in said
    assert len(results) == 1


def test_duplicates_and_missing_keys_name_their_rows() -> None:
    with pytest.raises(DataError) as caught:
        read_customers(Catalog().with_customers(key="id"), {"id": [5, 3, 5, 3, 1]})
    assert caught.value.diagnostics[0].code.id == "SG504"
    assert "2 values" in caught.value.diagnostics[0].message
    assert "`5` in rows 1 and 3, `3` in rows 2 and 4" in caught.value.diagnostics[0].message
    with pytest.raises(DataError) as caught:
        read_customers(Catalog().with_customers(key="id"), {"id": [5, None]})
    assert caught.value.diagnostics[0].code.id == "SG505"
