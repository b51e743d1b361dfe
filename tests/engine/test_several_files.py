"""Several files are one table, as one file with all the rows would be, and lose no digit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from segdsl.catalog import Catalog
from segdsl.engine.infer import infer_catalog
from segdsl.engine.readers import read_customers
from segdsl.errors import DataError

KINDS = (None, "text", "number", "yes/no", "date", "instant")
LONG = 2**53 + 1  # no float


def workbook(path: Path, rows: Iterable[tuple[int, object]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "x"])
        for at, (key, cell) in enumerate(rows, 1):
            sheet.write(at, 0, key)
            write = sheet.write_string if isinstance(cell, str) else sheet.write
            write(at, 1, cell)


def json_lines(path: Path, rows: Iterable[tuple[int, object]]) -> None:
    lines = (json.dumps({"id": key, "x": cell}) for key, cell in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def parquet(folder: Path, *columns: object) -> Path:
    for number, column in enumerate(columns):
        frame = pl.DataFrame({"id": [number], "x": column})
        frame.write_parquet(folder / f"{number}.parquet")
    return folder


def under(kind: object) -> Catalog:
    fields = {"id": "number", "x": kind}
    return Catalog.model_validate({"customers": {"key": "id", "fields": fields}})


def read(source: Path, kind: str | None) -> tuple[object, ...]:
    """Return the cells, their type and what is said, None for data that are refused."""
    try:
        catalog = under(kind) if kind else infer_catalog(source).catalog
        found = read_customers(catalog, source, ["x"])
    except DataError as error:
        return (error.diagnostics[0].code.id,)
    cells = found.frame["x"]
    return (*cells.to_list(), cells.dtype, *(one.code.id for one in found.notices))


WORKBOOK = (
    datetime(2024, 1, 1), datetime(2024, 1, 1, 12, 30), datetime(2024, 1, 1, 12, 30, 15, 250_000),
    45000, 1.5, True, "x", "2024-01-01", "7", None,
)  # fmt: skip


@pytest.mark.parametrize(("first", "other"), list(permutations(WORKBOOK, 2)))
def test_workbooks_are_read_as_one_workbook_with_all_rows(
    first: object, other: object, tmp_path: Path
) -> None:
    rows = [(1, first), (2, other)]
    whole, folder = tmp_path / "whole.xlsx", tmp_path / "parts"
    folder.mkdir()
    workbook(whole, rows)
    for row in rows:
        workbook(folder / f"{row[0]}.xlsx", [row])
    for kind in KINDS:
        assert read(folder, kind) == read(whole, kind)


def test_days_are_written_with_a_time_where_a_workbook_has_one(tmp_path: Path) -> None:
    cells = (datetime(2024, 1, 1), datetime(2024, 1, 2, 9), "x")
    for row in enumerate(cells):
        workbook(tmp_path / f"{row[0]}.xlsx", [row])
    assert read(tmp_path, "text")[:3] == ("2024-01-01 00:00:00", "2024-01-02 09:00:00", "x")


def test_a_date_is_no_number(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [(1, datetime(2024, 1, 1))])
    workbook(tmp_path / "b.xlsx", [(2, 45000)])
    assert read(tmp_path, "number")[:2] == (None, 45000)
    assert read(tmp_path, "date")[:2] == (date(2024, 1, 1), None)
    reading = read_customers(under("number"), tmp_path, ["x"])
    assert "`2024-01-01` (row 2 of a.xlsx)" in reading.notices[0].message


@pytest.mark.parametrize(
    ("first", "other"), list(permutations((3, 1.5, True, "x", "7", "2024-01-01", None), 2))
)
def test_json_lines_are_read_as_one_file_with_all_lines(
    first: object, other: object, tmp_path: Path
) -> None:
    rows = [(1, first), (2, other)]
    whole, folder = tmp_path / "whole.jsonl", tmp_path / "parts"
    folder.mkdir()
    json_lines(whole, rows)
    for row in rows:
        json_lines(folder / f"{row[0]}.jsonl", [row])
    for kind in KINDS:
        assert read(folder, kind) == read(whole, kind)


@pytest.mark.parametrize(
    ("first", "other", "cells"),
    [
        ([LONG], [2.0], [LONG, 2]),
        ([2.0], [LONG], [2, LONG]),
        ([LONG], pl.Series([None], dtype=pl.Float64), [LONG, None]),
        ([2**63 - 1], pl.Series([2**63], dtype=pl.UInt64), [2**63 - 1, 2**63]),
        ([5], [1.5], [5.0, 1.5]),
        ([Decimal("0.10")], [1.5], [0.1, 1.5]),
    ],
)
def test_numbers_keep_their_digits(
    first: object, other: object, cells: list[object], tmp_path: Path
) -> None:
    source = parquet(tmp_path, first, other)
    assert read(source, "number")[:2] == tuple(cells)
    texts = [None if cell is None else str(cell).removesuffix(".0") for cell in cells]
    assert read(source, "text")[:2] == tuple(texts)


@pytest.mark.parametrize(
    ("first", "other", "words"),
    [
        ([LONG], [1.5], f"`1.parquet` has numbers in `x`, beside which `{LONG}` in `0.parquet`"),
        ([1.5], [LONG], f"`0.parquet` has numbers in `x`, beside which `{LONG}` in `1.parquet`"),
        ([[LONG]], [[1.5]], f"lists of numbers in `x`, beside which `[{LONG}]`"),
        ([Decimal("12345678901234567.1")], [1.5], "beside which `12345678901234567.1`"),
    ],
)
def test_numbers_that_would_lose_digits_are_refused(
    first: object, other: object, words: str, tmp_path: Path
) -> None:
    source = parquet(tmp_path, first, other)
    with pytest.raises(DataError) as caught:
        read_customers(under("number"), source, ["x"])
    assert caught.value.diagnostics[0].code.id == "SG501"
    assert words in caught.value.diagnostics[0].message
    assert read_customers(under("number"), source).frame["id"].to_list() == [0, 1]


def test_keys_keep_their_digits(tmp_path: Path) -> None:
    for number, key in enumerate((LONG, float(LONG - 1))):
        pl.DataFrame({"id": [key]}).write_parquet(tmp_path / f"{number}.parquet")
    reading = read_customers(Catalog().with_customers(key="id"), tmp_path)
    assert reading.frame["id"].to_list() == [LONG, LONG - 1]


def test_rows_that_tie_are_compared_by_numbers_of_several_types(tmp_path: Path) -> None:
    for number, (x, y) in enumerate(((LONG, "a"), (1.5, "b"))):
        frame = pl.DataFrame({"id": 1, "at": 1, "x": x, "y": y})
        frame.write_parquet(tmp_path / f"{number}.parquet")
    catalog = Catalog().with_customers(key="id", duplicates="latest by at")
    assert read_customers(catalog, tmp_path, ["y"]).frame.rows() == [(1, "a")]
