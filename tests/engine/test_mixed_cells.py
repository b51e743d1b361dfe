"""Numbers and dates among texts: what a cell of Excel or JSON Lines is, not how it is spelt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from segdsl.catalog import Catalog
from segdsl.engine.infer import infer_catalog
from segdsl.engine.readers import open_data, read_customers
from segdsl.errors import DataError

MIXED = (10.5, "10,5", "1.234", 7, 1.23456789e-05, "x", -3.25)
READ = [10.5, 10.5, 1234.0, 7.0, 1.23456789e-05, None, -3.25]


def workbook(path: Path, cells: Sequence[object], *others: str) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("first")
        sheet.write_row(0, 0, ["id", "x"])
        for row, cell in enumerate(cells, 1):
            sheet.write(row, 0, row)
            write = sheet.write_string if isinstance(cell, str) else sheet.write
            write(row, 1, cell)
        for name in others:
            book.add_worksheet(name).write_row(0, 0, ["id"])
    return path


def json_lines(path: Path, cells: Sequence[object]) -> Path:
    lines = (json.dumps({"id": row, "x": cell}) for row, cell in enumerate(cells, 1))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def under(kind: object, **customers: object) -> Catalog:
    fields = {"id": "number", "x": kind}
    return Catalog.model_validate({"customers": {"key": "id", "fields": fields, **customers}})


@pytest.mark.parametrize("make", [workbook, json_lines])
def test_a_number_is_one_whatever_the_decimal_sign_of_texts(make: object, tmp_path: Path) -> None:
    path = tmp_path / ("c.xlsx" if make is workbook else "c.jsonl")
    make(path, MIXED)  # type: ignore[operator]  # one of the two functions above
    reading = read_customers(under("number", decimal=","), path, ["x"])
    assert reading.frame["x"].to_list() == READ
    assert "1 of 7 cells of `x` is no number and counts as missing: `x`" in (
        reading.notices[0].message
    )


def test_a_spelling_of_missing_goes_before_the_number(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", (-99, 5, "6"))
    reading = read_customers(under("number", decimal=",", missing=["-99"]), path, ["x"])
    assert reading.frame["x"].to_list() == [None, 5, 6]
    assert reading.notices == ()


def test_a_text_beside_numbers_stays_the_text_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", ("06100", 6100, "true"))
    assert open_data(Catalog(), path).columns == ("id", "x")
    reading = read_customers(under("text"), path, ["x"])
    assert reading.frame["x"].to_list() == ["06100", "6100", "true"]


def test_inference_takes_numbers_for_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", (10.5, "10,5"))
    inference = infer_catalog(path, base=Catalog().with_customers(decimal=","))
    assert inference.catalog.customers.fields["x"].type == "number"
    reading = read_customers(inference.catalog, inference.table, ["x"])
    assert reading.frame["x"].to_list() == [10.5, 10.5]


def test_files_in_which_a_column_is_mixed_and_not(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", (10.5, 11.5))
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "x"])
        sheet.write_row(1, 0, [8])
        sheet.write_string(1, 1, "12,5")
    reading = read_customers(under("number", decimal=","), tmp_path, ["x"])
    assert reading.frame["x"].to_list() == [10.5, 11.5, 12.5]


def test_days_among_texts_are_dates(tmp_path: Path) -> None:
    cells = (datetime(1980, 1, 1), "1990-01-02")
    inference = infer_catalog(workbook(tmp_path / "c.xlsx", cells))
    assert inference.catalog.customers.fields["x"].type == "date"
    reading = read_customers(inference.catalog, inference.table, ["x"])
    assert reading.frame["x"].to_list() == [date(1980, 1, 1), date(1990, 1, 2)]


def test_a_time_of_day_keeps_all_midnights(tmp_path: Path) -> None:
    cells = (datetime(1980, 1, 1, 9, 30), datetime(1980, 1, 2), "1990-01-02T10:00")
    inference = infer_catalog(workbook(tmp_path / "c.xlsx", cells))
    assert inference.catalog.customers.fields["x"].type == "instant"


def test_other_sheets_are_named_where_a_column_is_not_found(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", (1,), "Müşteriler", "old")
    with pytest.raises(DataError) as caught:
        read_customers(under("number"), path, ["x"], columns=["y"])
    (found,) = caught.value.diagnostics
    assert "no column `y`, which the output (`--columns`) needs" in found.message
    assert "`Müşteriler`, `old`; `--sheet NAME`" in found.help[-1]
    with xlsxwriter.Workbook(tmp_path / "cover.xlsx") as book:
        book.add_worksheet("cover").write(0, 0, "Report")
        book.add_worksheet("data").write_row(0, 0, ["id"])
    with pytest.raises(DataError) as caught:
        infer_catalog(tmp_path / "cover.xlsx")
    assert caught.value.diagnostics[0].code.id == "SG303"
    assert "another sheet: `data`" in caught.value.diagnostics[0].help[-1]
