"""Inference: types from whole columns, the key from its name, and TOML that loads back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from segdsl.catalog import Catalog, parse_catalog
from segdsl.engine.infer import infer_catalog, infer_toml
from segdsl.errors import DataError
from segdsl.source import Source

COLUMNS = [
    (["true", "FALSE", ""], "yes/no"), (["yes", "no"], "yes/no"), (["1", "0"], "number"),
    (["yes", "evet"], "text"), (["5", "-3", "0", "0.5"], "number"), (["٢٥", "30"], "number"),
    (["06100", "34000"], "text"), (["٠٦", "30"], "text"), (["+905", "1"], "text"),
    (["9" * 18], "number"), (["9" * 19], "text"), (["1", "x"], "text"), (["1,5"], "text"),
    (["2024-01-31", ""], "date"), (["2024-02-30"], "text"), (["03/04/2024"], "text"),
    (["2024-01-31T10:00", "2024-01-31 10:00:00Z"], "instant"),
    (["2024-01-31", "2024-01-31T10:00"], "text"), (["", ""], "text"), ([" 5"], "text"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "kind"), COLUMNS)
def test_a_text_column(cells: list[str], kind: str, tmp_path: Path) -> None:
    rows = "".join(f'{i},"{cell}"\n' for i, cell in enumerate(cells))
    (tmp_path / "c.csv").write_text("id,x\n" + rows, encoding="utf-8")
    inference = infer_catalog(tmp_path / "c.csv")
    assert inference.catalog.customers.fields["x"].type == kind


def test_the_whole_column_is_looked_at(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i}\n" for i in range(5000)) + "5000,n/a\n"
    (tmp_path / "c.csv").write_text("id,x\n" + rows)
    inference = infer_catalog(tmp_path / "c.csv")
    assert inference.catalog.customers.fields["x"].type == "text"
    said = next(d for d in inference.notices if d.code.id == "SG308")
    assert "1 of 5,001 cells is not a plain number, such as `n/a` (row 5,002)" in said.message


def test_dates_that_are_not_iso_are_text_and_said(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,born\n1,03/04/2024\n2,05/06/2024\n")
    inference = infer_catalog(tmp_path / "c.csv")
    said = next(d for d in inference.notices if d.code.id == "SG308")
    assert "3 April 2024 or 4 March 2024" in said.message
    assert len(said.help) == 2


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        (["a", "Customer_ID", "id"], "Customer_ID"),
        (["name", "EMAIL"], "EMAIL"),
        (["key_x", "key"], "key"),
        (["paid", "idea", "user_id"], "user_id"),
        (["PAID", "valid", "Customer ID"], "Customer ID"),
        (["name", "customerId"], "customerId"),
        (["name", "CustomerID"], "CustomerID"),
        (["name", "customer-id"], "customer-id"),
        (["name", "Müşteri ID"], "Müşteri ID"),
    ],
)
def test_the_first_column_named_like_an_id_is_the_key(columns: list[str], key: str) -> None:
    inference = infer_catalog({name: [1] for name in columns})
    assert inference.catalog.customers.key == key
    assert [d.code.id for d in inference.notices] == ["SG307"]


def test_no_key_lists_the_columns() -> None:
    with pytest.raises(DataError) as caught:
        infer_catalog({"a": [1], "b": [2]})
    assert caught.value.diagnostics[0].code.id == "SG303"
    assert "`a`, `b`" in caught.value.diagnostics[0].help[0]


MEANT = [
    (["18.06.1998", "03.01.1990"], ['x = { type = "date", format = "%d.%m.%Y" }']),
    (
        ["03/04/2024"],
        [
            'x = { type = "date", format = "%d/%m/%Y" }',
            'x = { type = "date", format = "%m/%d/%Y" }',
        ],
    ),
    (["18.06.1998 10:00"], ['x = { type = "instant", format = "%d.%m.%Y %H:%M" }']),
    (["1.250,50", "7,25"], ['x = { type = "number", decimal = "," }']),
    (["5", "7,25", "8"], ['x = { type = "number", decimal = "," }']),
    (["1,250.50"], ['x = { type = "number", decimal = "." }']),
    (["Evet", "Hayır"], ['x = { type = "yes/no", yes = ["Evet"], no = ["Hayır"] }']),
    (["1", "2", "n/a"], ['x = "number"']),
    (["5%", "7%"], []),
]


@pytest.mark.parametrize(("cells", "lines"), MEANT)
def test_what_may_be_meant_is_a_ready_line(
    cells: list[str], lines: list[str], tmp_path: Path
) -> None:
    rows = "".join(f'{i},"{cell}"\n' for i, cell in enumerate(cells))
    (tmp_path / "c.csv").write_text("id,x\n" + rows, encoding="utf-8")
    inference = infer_catalog(tmp_path / "c.csv")
    text = infer_toml(inference)
    assert [one.removeprefix("# ") for one in text.splitlines() if one.startswith("# x")] == lines
    assert "SG308" in {notice.code.id for notice in inference.notices}
    for line in lines:
        mended = text.replace('\nx = "text"', f"\n{line}").replace(f"# {line}", "")
        catalog, complaints = parse_catalog(Source.of(mended))
        assert complaints == ()
        assert catalog is not None
        assert catalog.customers.fields["x"].type != "text"


def test_a_field_whose_name_needs_quotes_is_declared_with_them(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,Doğum günü,Yaş\n1,18.06.1998,5\n2,03.01.1990,x\n", "utf-8")
    said = [d for d in infer_catalog(tmp_path / "c.csv").notices if d.code.id == "SG308"]
    assert said[0].help[0].startswith('`"Doğum günü" = { type = "date"')
    assert said[1].help[0].startswith('`"Yaş" = "number"`')


def test_reasons_speak_of_values_not_of_types_of_columns() -> None:
    frame = pl.DataFrame({"id": [1], "l": [["a"]], "t": [datetime(2024, 1, 1, 9)], "b": [b"x"]})
    inference = infer_catalog(frame)
    assert inference.reasons == {
        "id": "the column holds whole numbers",
        "l": "the column holds lists of texts",
        "t": "the column holds dates with a time",
    }
    assert "rules cannot read what it holds, bytes" in inference.notices[-1].message


def test_a_catalog_beside_the_data_is_not_used_and_said(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,a\n1,2\n")
    (tmp_path / "catalog.toml").write_text("")

    def codes(base: Catalog | None) -> list[str]:
        found = infer_catalog(tmp_path / "c.csv", base=base, fields=["a"])
        return [notice.code.id for notice in found.notices]

    assert codes(None) == ["SG307", "SG310"]
    assert codes(Catalog().in_folder(tmp_path)) == ["SG307"]
    (tmp_path / "c.csv").write_text("name,a\n1,2\n")
    with pytest.raises(DataError) as caught:
        codes(None)
    assert f"--catalog {tmp_path / 'catalog.toml'}" in caught.value.diagnostics[0].help[-1]


def test_typed_columns_map_by_type_and_the_rest_is_left_out() -> None:
    frame = pl.DataFrame(
        {"id": [1], "t": ["2024-01-01"], "b": [b"x"], "l": [["a"]], "f": [0.5], "z": [[[1]]]}
    )
    inference = infer_catalog(frame)
    kinds = {name: str(f.value_type) for name, f in inference.catalog.customers.fields.items()}
    assert kinds == {"id": "number", "t": "text", "l": "list of text", "f": "number"}
    assert [d.code.id for d in inference.notices] == ["SG307", "SG309", "SG309"]


def test_only_what_is_asked_for_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,a,b\n1,2,3\n")
    inference = infer_catalog(tmp_path / "c.csv", fields=["b", "unknown"])
    assert set(inference.catalog.customers.fields) == {"id", "b"}
    assert set(inference.table.cells.columns) == {"id", "b"}
    assert inference.table.columns == ("id", "a", "b")


def test_what_is_declared_stays(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("nr;a;b\n1;2,5;3\n")
    base = Catalog.model_validate(
        {"timezone": "Europe/Istanbul", "customers": {"key": "nr", "fields": {"a": "text"}}}
    )
    inference = infer_catalog(tmp_path / "c.csv", base=base)
    assert set(inference.catalog.customers.fields) == {"nr", "a"}
    assert inference.catalog.customers.fields["a"].type == "text"
    assert inference.catalog.timezone == "Europe/Istanbul"
    assert inference.catalog.is_complete
    assert inference.notices == ()
    decimal = infer_catalog(
        tmp_path / "c.csv", base=Catalog().with_customers(key="nr", decimal=",")
    )
    assert decimal.catalog.customers.fields["a"].type == "number"


def test_the_toml_loads_back_to_the_same_catalog(tmp_path: Path) -> None:
    rows = '1,x,06100,2024-01-01,"a ""b""\nc",yes,#1\n'
    (tmp_path / "c.csv").write_text('id,Ad Soyad,post,born,"q""=#",vip,a.b\n' + rows)
    inference = infer_catalog(tmp_path / "c.csv", base=Catalog(missing=("NA", "-")))
    text = infer_toml(inference, "data\\c.csv")
    catalog, complaints = parse_catalog(Source.of(text))
    assert complaints == ()
    assert catalog == inference.catalog.with_customers(source="data\\c.csv")
    assert "digits with leading zeros" in text
    assert "the first column named like an id" in text


def test_a_catalog_with_everything_is_written_whole(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("nr;a\n1;2\n")
    base = Catalog.model_validate(
        {
            "as_of": "2026-01-31",
            "week_start": "sunday",
            "customers": {
                "key": "nr",
                "delimiter": ";",
                "fields": {
                    "nr": "number",
                    "b": {"type": "list", "of": "number", "separator": "|", "column": "a"},
                },
            },
            "events": {
                "buy": {
                    "source": "e.csv",
                    "key": "k",
                    "lookups": {"p": "x"},
                    "fields": {"y": "text"},
                }
            },
            "lookups": {"p": {"source": "p.csv", "key": "x", "fields": {"z": "date"}}},
        }
    )
    catalog, complaints = parse_catalog(
        Source.of(infer_toml(infer_catalog(tmp_path / "c.csv", base=base)))
    )
    assert complaints == ()
    assert catalog == base
