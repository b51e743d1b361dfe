"""Customer keys: their types, one row each, and their order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import segdsl
from segdsl.catalog import Catalog
from segdsl.engine.infer import infer_catalog
from segdsl.engine.keys import canonical_key, order_of
from segdsl.engine.readers import read_customers
from segdsl.errors import DataError


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([2, 1]), [2, 1]),
        (pl.Series([2.0, 1.0]), [2, 1]),
        (pl.Series([2.0**60, -(2.0**63), 2.0**63 - 1024]), [2**60, -(2**63), 2**63 - 1024]),
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


def test_a_float_beyond_64_bits_is_no_key() -> None:
    with pytest.raises(DataError, match="`id` is beyond the whole numbers of 64 bits") as caught:
        canonical_key(pl.Series([1.0, 2.0**63]), "id", "data")
    assert "such as `9223372036854775808`" in caught.value.diagnostics[0].message


def test_a_uuid_held_as_text_stays_as_it_is_written() -> None:
    keys = pl.Series(["ABCDEF00-0000-0000-0000-000001579BDE"])
    assert canonical_key(keys, "id", "data").to_list() == keys.to_list()


def test_order_is_by_number_or_by_code_point() -> None:
    for rising in ([-1, 9, 10], ["10", "9", "Z", "b", "é", "\uffff", "\U0001f600"]):
        keys = pl.Series(rising[::-1])
        order = order_of(keys)
        assert order is not None
        assert keys.gather(order).to_list() == rising
        assert order_of(pl.Series(rising)) is None


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
    rows = reading.frame.sort("id").rows()
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


@pytest.mark.parametrize(
    ("header", "cells", "column"),
    [
        ("id,born,seen,updated on", "1,2000-01-01,2024-01-01T10:00,2024-01-01", "updated on"),
        ("id,joined,seen", "1,2000-01-01,2024-01-01T10:00", "seen"),
        ("id,joined", "1,2000-01-01", "joined"),
        ("id,birth_date,city", "1,2000-01-01,Ankara", "…"),
    ],
)
def test_the_column_that_tells_the_latest_row_is_one_that_is_there(
    header: str, cells: str, column: str, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(f"{header}\n{cells}\n{cells}\n", encoding="utf-8")
    inference = infer_catalog(tmp_path / "c.csv")
    with pytest.raises(DataError) as caught:
        read_customers(inference.catalog, inference.table)
    assert f'`duplicates = "latest by {column}"`' in caught.value.diagnostics[0].help[0]


TIED = pl.DataFrame({"id": [1, 1], "at": [5, 5], "spend": [10, 20], "age": [9, 1], "__row": [1, 1]})


@pytest.mark.parametrize("columns", [[], ["age"], ["age", "__row"], ["at"]])
@pytest.mark.parametrize("further", ["", "\nsegment b: age > 3"])
@pytest.mark.parametrize("frame", [TIED, TIED.reverse()], ids=["in order", "reversed"])
def test_ties_do_not_depend_on_what_is_read(
    frame: pl.DataFrame, further: str, columns: list[str]
) -> None:
    settings = {"customers": {"key": "id", "duplicates": "latest by at"}}
    catalog = Catalog.model_validate(settings)
    rules = segdsl.compile(f"segment a: spend > 15{further}", catalog=catalog)
    membership = rules.evaluate(frame, columns=columns)
    assert membership.counts()["a"] == 0
    assert membership.people(["spend", "age"]).rows() == [(1, 10, 9)]


def test_ties_across_files_and_cells_of_all_types(tmp_path: Path) -> None:
    for i, text in enumerate(("1,5,a,9\n2,5,b,1\n", "2,5,b,10\n1,4,z,99\n3,1,c,\n1,5,a,10\n")):
        (tmp_path / f"{i}.csv").write_text(f"id,at,x,n\n{text}", encoding="utf-8")
    catalog = Catalog().with_customers(key="id", duplicates="latest by at")
    reading = read_customers(catalog, tmp_path, columns=["n"])
    assert reading.frame.sort("id").rows() == [(1, "10"), (2, "10"), (3, None)]
    assert reading.rows is not None
    again = read_customers(catalog, tmp_path, columns=["x"], rows=reading.rows)
    assert again.frame.sort("id").rows() == [(1, "a"), (2, "b"), (3, "c")]
    odd = pl.DataFrame(
        {
            "id": [1, 1],
            "at": [0, 0],
            "bytes": [b"\xff", b"\xff"],
            "list": [[1] * 20 + [2], [1] * 20 + [3]],
            "time": [timedelta(1)] * 2,
        }
    )
    for frame in (odd, odd.reverse()):
        assert read_customers(catalog, frame, columns=["list"]).frame["list"][0][-1] == 3


LATEST_BY_TEXT = [
    (["9", "10", "2024-01-01"], "1 of 3 cells is not a plain number"),
    (["02.03.2024", "01.04.2024", "01.05.2024"], "may be 2 March 2024 or 3 February 2024"),
    (["v9", "v10", "v11"], "the cells are words"),
]


@pytest.mark.parametrize(("cells", "why"), LATEST_BY_TEXT)
@pytest.mark.parametrize("condition", ["v = 2", "v = 2 and at is known"])
def test_rows_in_the_order_of_texts_are_pointed_out(
    cells: list[str], why: str, condition: str, tmp_path: Path
) -> None:
    rows = "".join(f"1,{cell},{i}\n" for i, cell in enumerate(cells))
    (tmp_path / "c.csv").write_text(f"id,at,v\n{rows}", encoding="utf-8")
    catalog = Catalog().with_customers(key="id", duplicates="latest by at")
    found = segdsl.compile(condition, catalog=catalog).evaluate(tmp_path / "c.csv").notices
    (said,) = [notice for notice in found if notice.code.id == "SG517"]
    assert why in said.message


@pytest.mark.parametrize(
    "cells", [["9", "10"], ["2024-01-09", "2024-01-10"], ["1.5", "-2", "2"], ["no", "yes"]]
)
def test_rows_in_an_order_that_is_inferred_need_no_notice(cells: list[str], tmp_path: Path) -> None:
    rows = "".join(f"1,{cell},{cell}\n" for cell in cells)
    (tmp_path / "c.csv").write_text(f"id,at,v\n{rows}", encoding="utf-8")
    settings = {"key": "id", "duplicates": "latest by at", "fields": {"v": "text"}}
    catalog = Catalog.model_validate({"customers": settings})
    found = read_customers(catalog, tmp_path / "c.csv", ["v"])
    assert found.frame["v"].to_list() == [cells[-1]]
    assert [notice.code.id for notice in found.notices] == ["SG515"]
