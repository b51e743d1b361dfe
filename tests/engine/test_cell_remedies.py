"""Cells that do not fit: the help goes by their looks, and only a key of them is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.engine.readers import Reading, read_customers
from segdsl.errors import DataError


def reading(kind: object, cells: list[str], folder: Path, name: str = "x") -> Reading:
    rows = "".join(f'{i},"{cell}"\n' for i, cell in enumerate(cells, 1))
    (folder / "c.csv").write_text(f"id,{name}\n{rows}", encoding="utf-8")
    entries = {"customers": {"key": "id", "fields": {"id": "number", name: kind}}}
    return read_customers(Catalog.model_validate(entries), folder / "c.csv", [name])


def said(kind: object, cells: list[str], folder: Path) -> Diagnostic:
    (found,) = reading(kind, cells, folder).notices
    assert found.code.id == "SG506"
    return found


REMEDIES = [
    ("number", ["1", "12,5%"], "`%` is not read: the data need the number alone, `12,5`"),
    ("number", ["1", "%20"], "`%` is not read: the data need the number alone, `20`"),
    ("number", ["1", "12,5"], '`x = { type = "number", decimal = "," }` in the catalog'),
    ("number", ["1", "1.250,50"], '`x = { type = "number", decimal = "," }` in the catalog'),
    ("number", ["1", "1,250.50"], '`x = { type = "number", decimal = "." }` in the catalog'),
    ({"type": "number", "decimal": ","}, ["1", "1.5"], 'decimal = "." }` in the catalog'),
    ("number", ["1", "€ 5"], "signs and units are not read: `€ 5`"),
    ("number", ["1", "n/a"], '`missing = ["n/a"]`'),
    ("yes/no", ["1", "Evet", "Hayır"], '{ type = "yes/no", yes = ["Evet"], no = ["Hayır"] }`'),
    ("yes/no", ["1", "HAYIR"], '{ type = "yes/no", no = ["HAYIR"] }`'),
    ("yes/no", ["1", "open", "shut"], "the words for yes and no, here `open` and `shut`"),
    ("yes/no", ["1", "unknown", "?"], '`missing = ["?", "unknown"]`'),
    (
        {"type": "yes/no", "yes": ["Evet"]},
        ["Evet", "hayır"],
        '{ type = "yes/no", yes = ["Evet"], no = ["hayır"] }`',
    ),
    ("date", ["2024-01-01", "2024-01-02", "18.06.1998"], 'format = "%d.%m.%Y" }`'),
    ("date", ["2024-01-01", "5 Jan 2024"], 'format = "%d %b %Y" }`'),
    ("date", ["2024-01-01", "01.02.69"], "reads `01.02.69` as 1 February 2069"),
    ("date", ["2024-01-01", "2024-01-01 10:30"], '`x = "instant"` in the catalog'),
    ({"type": "date", "format": "%d.%m.%Y"}, ["01.02.2024", "2024-01-01"], "without `format`"),
    ("date", ["2024-01-01", "soon"], '`missing = ["soon"]`'),
]


@pytest.mark.parametrize(("kind", "cells", "help"), REMEDIES)
def test_the_help_fits_the_cells(kind: object, cells: list[str], help: str, tmp_path: Path) -> None:
    assert any(help in note for note in said(kind, cells, tmp_path).help)


def test_only_cells_that_look_like_nothing_are_proposed_as_missing(tmp_path: Path) -> None:
    notes = said("number", ["1", "5%", "2,5", "n/a"], tmp_path).help
    assert [note for note in notes if "missing" in note] == [
        'spellings of a missing cell can be declared in the catalog: `missing = ["n/a"]`'
    ]


def test_numbers_that_are_declared_dates_are_offered_as_numbers(tmp_path: Path) -> None:
    notes = said("date", ["20,50", "3,10", "1,00"], tmp_path).help
    assert notes == (
        '`x = { type = "number", decimal = "," }` in the catalog reads numbers, such as `20,50`',
    )
    assert not any("missing" in note for note in said("date", ["A1", "B2", "C3"], tmp_path).help)


def test_a_comma_may_group_or_part(tmp_path: Path) -> None:
    notes = said("number", ["1", "1,250"], tmp_path).help
    assert 'decimal = ","' in notes[0]
    assert any('decimal = "."' in note for note in notes)


@pytest.mark.parametrize("kind", ["number", "yes/no", "date"])
def test_a_column_of_which_no_cell_fits_is_missing(kind: str, tmp_path: Path) -> None:
    found = said(kind, ["a", "b", ""], tmp_path)
    word = "yes/no value" if kind == "yes/no" else kind
    assert found.message.startswith(f"not one of the 2 cells of `x` is a {word}, so that")
    assert "missing in every row: `a` (row 2), `b` (row 3)" in found.message
    assert found.help
    one = said(kind, ["a"], tmp_path)
    assert one.message.startswith(f"the only cell of `x` is no {kind}, so that")
    assert reading(kind, ["a", "b"], tmp_path).frame["x"].to_list() == [None, None]


def test_a_key_of_which_no_cell_fits_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id\na\nb\n", encoding="utf-8")
    entries = {"customers": {"key": "id", "fields": {"id": "number"}}}
    with pytest.raises(DataError) as caught:
        read_customers(Catalog.model_validate(entries), tmp_path / "c.csv")
    (found,) = caught.value.diagnostics
    assert found.code.id == "SG512"
    assert "declared number, and none of its 2 cells is one: `a` (row 2)" in found.message


def test_a_column_without_cells_is_no_error(tmp_path: Path) -> None:
    assert reading("number", ["", ""], tmp_path).frame["x"].to_list() == [None, None]


def test_the_line_that_is_proposed_is_toml_and_reads_the_cells(tmp_path: Path) -> None:
    (notice,) = reading("number", ["12,5", "7,25"], tmp_path, name="Tutar (₺)").notices
    line = notice.help[0].split("`")[1]
    (kind,) = tomllib.loads(line).values()
    found = reading(kind, ["12,5", "7,25"], tmp_path, name="Tutar (₺)")
    assert found.frame["Tutar (₺)"].to_list() == [12.5, 7.25]


def test_words_for_yes_and_no(tmp_path: Path) -> None:
    kind = {"type": "yes/no", "yes": "Evet", "no": ["Hayır", "1"]}
    cells = [" evet", "EVET ", "hayır", "1", "0", "yes", ""]
    found = reading(kind, cells, tmp_path)
    assert found.frame["x"].to_list() == [True, True, False, False, False, True, None]
    assert found.notices == ()
    lists = {"type": "list", "of": "yes/no", "yes": ["Evet"], "no": ["Hayır"]}
    assert reading(lists, ["Evet;Hayır"], tmp_path).frame["x"].to_list() == [[True, False]]
