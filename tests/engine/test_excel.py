"""Excel sheets are read as the CSV files of the same cells would be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from segdsl.catalog import Catalog
from segdsl.engine.infer import infer_catalog
from segdsl.engine.readers import open_data, read_customers
from segdsl.errors import DataError


def workbook(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                write = sheet.write_string if isinstance(cell, str) else sheet.write
                write(i, j, cell)
    return path


def csv(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    return path


def under(kind: object, **customers: object) -> Catalog:
    fields = {"id": "number", "x": kind}
    return Catalog.model_validate({"customers": {"key": "id", "fields": fields, **customers}})


def cells(path: Path, catalog: Catalog) -> list[object]:
    return list(read_customers(catalog, path, ["x"]).frame["x"].to_list())


WRITERS = [(workbook, "c.xlsx"), (csv, "c.csv")]


@pytest.mark.parametrize(("write", "name"), WRITERS)
@pytest.mark.parametrize("values", [(-1, 5, 0), (-1, 5, 0.5), ("a", -1, 5)])
def test_spellings_of_missing_hold_for_numbers(
    write: object, name: str, values: Sequence[object], tmp_path: Path
) -> None:
    rows = [["id", "x"], *([i, value] for i, value in enumerate(values))]
    path = write(tmp_path / name, rows)  # type: ignore[operator]  # one of WRITERS
    expected = [None if value in (-1, "a") else value for value in values]
    assert cells(path, under("number", missing=["-1", "a"])) == expected


def test_spellings_of_missing_hold_for_dates(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", [["id", "x"], [1, datetime(1900, 3, 1)], [2, None]])
    assert cells(path, under("date", missing=["1900-01-01"])) == [date(1900, 3, 1), None]
    assert cells(path, under("date", missing=["1900-03-01"])) == [None, None]


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_names_are_trimmed_and_repeated_ones_refused(
    write: object, name: str, tmp_path: Path
) -> None:
    rows = [["id", "a", " a", " b ", "e\u0301", "\u00e9", "", "a_1"], list(range(8))]
    path = write(tmp_path / name, rows)  # type: ignore[operator]  # one of WRITERS
    table = open_data(Catalog(), path)
    assert table.columns == ("id", "a", "b", "\u00e9", "a_1")
    assert table.repeated - {""} == {"a", "\u00e9"}
    frame = read_customers(Catalog().with_customers(key="id"), path, columns=["a_1", "b"]).frame
    assert [str(cell) for cell in frame.row(0)] == ["0", "7", "3"]
    with pytest.raises(DataError, match="several columns are named `a`"):
        read_customers(Catalog().with_customers(key="id"), path, columns=["a"])
    said = " ".join(notice.message for notice in infer_catalog(path).notices)
    assert "`a` is no field" in said
    assert "`\u00e9` is no field" in said


def test_names_that_are_dates_and_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", [["id", datetime(2026, 1, 31), 5, None], [1, 2, 3, 4]])
    assert open_data(Catalog(), path).columns == ("id", "2026-01-31", "5")


@pytest.mark.parametrize(("kind", "first"), [("date", date(2024, 3, 1)), ("text", "2024-03-01")])
def test_dates_beside_texts_in_a_format(kind: str, first: object, tmp_path: Path) -> None:
    rows = [["id", "x"], [1, datetime(2024, 3, 1)], [2, "02.03.2024"], [3, "2024-03-03 00:00:00"]]
    path = workbook(tmp_path / "c.xlsx", rows)
    form = {"format": "%d.%m.%Y"} if kind == "date" else {}
    reading = read_customers(under({"type": kind, **form}), path, ["x"])
    third = None if kind == "date" else "2024-03-03 00:00:00"
    second = date(2024, 3, 2) if kind == "date" else "02.03.2024"
    assert reading.frame["x"].to_list() == [first, second, third]
    if kind == "date":
        assert "1 of 3 cells of `x`" in reading.notices[0].message


def test_dates_beside_texts_whose_day_is_unclear(tmp_path: Path) -> None:
    days = [datetime(2024, 3, day) for day in (1, 2, 3)]
    rows = [["id", "x"], *([i, cell] for i, cell in enumerate([*days, "04.05.2024"]))]
    with pytest.raises(DataError, match=r"ambiguous: `04\.05\.2024`"):
        cells(workbook(tmp_path / "c.xlsx", rows), under("date"))


def test_dates_beside_texts_of_another_sheet_of_the_same_folder(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [["id", "x"], [1, datetime(2024, 3, 1)]])
    workbook(tmp_path / "b.xlsx", [["id", "x"], [2, "02.03.2024"], [None, None], [3, 1.5]])
    catalog = under({"type": "date", "format": "%d.%m.%Y"})
    assert cells(tmp_path, catalog) == [date(2024, 3, 1), date(2024, 3, 2), None]


def test_times_beside_texts_in_a_format(tmp_path: Path) -> None:
    rows = [["id", "x"], [1, datetime(2024, 3, 1, 10, 30)], [2, "02.03.2024 11:00"]]
    catalog = under({"type": "instant", "format": "%d.%m.%Y %H:%M"})
    found = cells(workbook(tmp_path / "c.xlsx", rows), catalog)
    assert [str(one) for one in found] == ["2024-03-01 10:30:00+00:00", "2024-03-02 11:00:00+00:00"]


def test_blank_rows_are_left_out(tmp_path: Path) -> None:
    rows = [["id", "x"], [1, 5], [None, None], ["", ""], [2, 6], [None], [3, None], [None]]
    path = workbook(tmp_path / "c.xlsx", rows)
    assert read_customers(under("number"), path, ["x"]).frame.rows() == [(1, 5), (2, 6), (3, None)]


def test_rows_are_called_by_their_numbers_in_the_sheet(tmp_path: Path) -> None:
    rows = [["id", "x"], [1, 5], [None, None], [2, "?"], [None, 7]]
    workbook(tmp_path / "c.xlsx", rows[:4])
    reading = read_customers(under("number"), tmp_path / "c.xlsx", ["x"])
    assert "`?` (row 4)" in reading.notices[0].message
    with pytest.raises(DataError, match="1 row has no key `id`: row 5"):
        cells(workbook(tmp_path / "d.xlsx", rows), under("number"))


def test_a_number_is_the_same_text_whatever_its_neighbours(tmp_path: Path) -> None:
    columns = ([5, 6.5, 1e20], [5, 7, 8], [5, "x", 0.5])
    found = []
    for i, column in enumerate(columns):
        rows = [["id", "x"], *([at, cell] for at, cell in enumerate(column))]
        found.append(cells(workbook(tmp_path / f"{i}.xlsx", rows), under("text")))
    assert found == [["5", "6.5", "100000000000000000000"], ["5", "7", "8"], ["5", "x", "0.5"]]
