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


def failing(path: Path, *, above: int = 0) -> Path:
    """Write a sheet with failed formulas, with some blank rows and a blank column before it."""
    left = int(above > 0)
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("cover").write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet = book.add_worksheet("A & B")
        sheet.write_blank(0, 0, None, book.add_format({"bold": True}))
        sheet.write_row(above, left, ["id", "x", "y"])
        for row, error in enumerate((None, "#DIV/0!", "#N/A", ""), above + 1):
            sheet.write(row, left, row - above)
            if error:
                sheet.write_formula(row, left + 1, "=1/0", None, error)
                sheet.write_formula(row, left + 2, "=1/0", None, error)
            elif error is None:
                sheet.write_row(row, left + 1, [1.5, "a"])
    return path


@pytest.mark.parametrize("above", [0, 2])
def test_failed_formulas_are_cells_that_do_not_fit(above: int, tmp_path: Path) -> None:
    path = failing(tmp_path / "c.xlsx", above=above)
    catalog = under("number", sheet="A & B")
    reading = read_customers(catalog, path, ["x"])
    assert reading.frame["x"].to_list() == [1.5, None, None, None]
    assert [notice.code.id for notice in reading.notices] == ["SG506"]
    assert "2 of 3 cells of `x` are no number" in reading.notices[0].message
    assert "`#DIV/0!` (row 3), `#N/A` (row 4)" in reading.notices[0].message
    with pytest.raises(DataError) as caught:
        read_customers(catalog, path, ["x"], strict=True)
    assert caught.value.diagnostics[0].code.id == "SG514"


def test_failed_formulas_may_be_declared_missing(tmp_path: Path) -> None:
    path = failing(tmp_path / "c.xlsx")
    catalog = under("number", sheet="A & B", missing=["#N/A"])
    reading = read_customers(catalog, path, ["x"])
    assert "1 of 2 cells of `x` is no number" in reading.notices[0].message
    silent = under("number", sheet="A & B", missing=["#N/A", "#DIV/0!"])
    assert read_customers(silent, path, ["x"], strict=True).notices == ()


def test_a_row_of_failed_formulas_is_not_blank(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "x"])
        sheet.write_row(1, 0, [1, 5])
        sheet.write_formula(3, 0, "=NA()", None, "#N/A")
    with pytest.raises(DataError, match="1 row has no key `id`: row 4"):
        read_customers(Catalog().with_customers(key="id"), path)


def test_failed_formulas_in_one_file_of_a_folder(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        workbook(tmp_path / name, [["id", "x"], [name, 5]])
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "x"])
        sheet.write_row(1, 0, ["b"])
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
    inference = infer_catalog(tmp_path)
    assert inference.catalog.customers.fields["x"].type == "number"
    reading = read_customers(inference.catalog, tmp_path, ["x"])
    assert "`#N/A` (row 2 of b.xlsx)" in reading.notices[0].message
