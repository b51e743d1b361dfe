"""Every format gives the same frame, and what cannot be read is told in one diagnostic."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from segdsl.catalog import Catalog
from segdsl.engine.infer import infer_catalog
from segdsl.engine.readers import Reading, open_data
from segdsl.engine.readers import read_customers as read_complete
from segdsl.engine.readers.delimited import open_delimited
from segdsl.errors import DataError

SCHEMA = {
    "id": pl.Int64,
    "name": pl.String,
    "post": pl.String,
    "spend": pl.Float64,
    "vip": pl.Boolean,
    "born": pl.Date,
    "seen": pl.Datetime("us"),
}
ROWS = [
    (2, 'Şişli, "A"', "06100", 1.5, True, date(2000, 2, 29), datetime(2026, 1, 31, 18, 30)),
    (1, None, "34000", -3.0, False, None, None),
    (10, "x\ny", "00001", None, None, date(1999, 1, 1), datetime(2026, 1, 1, 0, 0, 1)),
]
FRAME = pl.DataFrame(ROWS, schema=SCHEMA, orient="row")
EXPECTED = FRAME.with_columns(pl.col("seen").dt.replace_time_zone("UTC"))
FIELDS = tuple(SCHEMA)


def read_customers(
    catalog: Catalog, data: object, fields: Collection[str] = (), **more: Any
) -> Reading:
    """Read as an evaluation does: what the catalog leaves open is inferred first."""
    if catalog.is_complete:
        return read_complete(catalog, data, fields, **more)
    wanted = (*fields, *more.get("columns", ()))
    inference = infer_catalog(data, base=catalog, fields=wanted)
    return read_complete(inference.catalog, inference.table, fields, **more)


def catalog(**customers: object) -> Catalog:
    kinds = ("number", "text", "text", "number", "yes/no", "date", "instant")
    fields = dict(zip(FIELDS, kinds, strict=True))
    return Catalog.model_validate({"customers": {"key": "id", "fields": fields, **customers}})


def small(*, key: str = "id", fields: dict[str, object] | None = None, **more: object) -> Catalog:
    """Return a catalog with a number key and the given fields."""
    customers = {"key": key, "fields": {key: "number", **(fields or {})}, **more}
    return Catalog.model_validate({"customers": customers})


def write_csv(folder: Path) -> Path:
    FRAME.write_csv(folder / "c.csv", datetime_format="%Y-%m-%dT%H:%M:%S")
    return folder / "c.csv"


def write_semicolons(folder: Path) -> Path:
    path = folder / "c.txt"
    FRAME.write_csv(path, separator=";", quote_style="always", datetime_format="%Y-%m-%d %H:%M:%S")
    return path


def write_tabs(folder: Path) -> Path:
    FRAME.write_csv(folder / "c.tsv", separator="\t", include_bom=True)
    return folder / "c.tsv"


def write_parquet(folder: Path) -> Path:
    FRAME.write_parquet(folder / "c.parquet")
    return folder / "c.parquet"


def write_ipc(folder: Path) -> Path:
    FRAME.with_columns(pl.col("name").cast(pl.Categorical)).write_ipc(folder / "c.arrow")
    return folder / "c.arrow"


def write_stream(folder: Path) -> Path:
    FRAME.with_columns(pl.col("seen").cast(pl.Datetime("ns"))).write_ipc_stream(folder / "c.arrows")
    return folder / "c.arrows"


def write_json_lines(folder: Path) -> Path:
    texts = FRAME.with_columns(
        pl.col("born").cast(pl.String), pl.col("seen").dt.strftime("%Y-%m-%dT%H:%M:%S")
    )
    texts.write_ndjson(folder / "c.jsonl")
    return folder / "c.jsonl"


def write_excel(folder: Path) -> Path:
    FRAME.write_excel(folder / "c.xlsx")
    return folder / "c.xlsx"


def write_folder(folder: Path) -> Path:
    (folder / "parts").mkdir()
    FRAME[:1].write_parquet(folder / "parts" / "1.parquet")
    FRAME[1:].select(reversed(FIELDS)).write_parquet(folder / "parts" / "2.parquet")
    (folder / "parts" / "_SUCCESS").touch()
    return folder / "parts"


def write_pattern(folder: Path) -> str:
    FRAME[:2].write_csv(folder / "p1.csv")
    FRAME[2:].write_csv(folder / "p2.csv")
    return str(folder / "p*.csv")


def to_pandas(_: Path) -> object:
    return FRAME.to_pandas()


SOURCES: tuple[Callable[[Path], object], ...] = (
    write_csv, write_semicolons, write_tabs, write_parquet, write_ipc, write_stream,
    write_json_lines, write_excel, write_folder, write_pattern,
    lambda _: FRAME, lambda _: FRAME.lazy(), lambda _: FRAME.to_arrow(),
    to_pandas, lambda _: FRAME.to_dict(as_series=False),
)  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_data_give_the_same_frame(
    source: Callable[[Path], object], tmp_path: Path
) -> None:
    reading = read_customers(catalog(), source(tmp_path), FIELDS)
    assert reading.key == "id"
    assert_frame_equal(reading.frame, EXPECTED)
    assert reading.notices == ()


# pandas has no dates, only instants
@pytest.mark.parametrize("source", [s for s in SOURCES if s is not to_pandas])
def test_inference_agrees_with_the_declared_types(
    source: Callable[[Path], object], tmp_path: Path
) -> None:
    inference = infer_catalog(source(tmp_path))
    assert dict(inference.catalog.customers.fields) == dict(catalog().customers.fields)
    reading = read_customers(inference.catalog, inference.table, FIELDS)
    assert_frame_equal(reading.frame, EXPECTED)


def test_only_what_is_needed_is_there(tmp_path: Path) -> None:
    reading = read_customers(catalog(), write_csv(tmp_path), ["vip"], columns=["post"])
    assert reading.frame.columns == ["id", "vip", "post"]


def test_the_catalogs_source_starts_from_its_folder(tmp_path: Path) -> None:
    write_csv(tmp_path)
    reading = read_customers(catalog(source="c.csv").in_folder(tmp_path), None, FIELDS)
    assert_frame_equal(reading.frame, EXPECTED)


def test_opened_data_are_read_once() -> None:
    table = open_data(catalog(), FRAME).load(["id", "name"])
    assert table.load(["name"]) is table


def test_pandas_and_arrow_types_that_polars_lacks() -> None:
    frame = pd.DataFrame({"id": [1, 2], "n": pd.array([1, None], dtype="Int32")})
    assert read_customers(small(fields={"n": "number"}), frame, ["n"]).frame["n"].to_list() == [
        1,
        None,
    ]
    key = pa.array([b"\x01" * 16, b"\xab" * 16], pa.uuid())
    table = pa.table({"user_id": key, "n": [1, 2]})
    reading = read_customers(Catalog(), table, ["n"])
    assert reading.frame["user_id"].to_list()[1] == "abababab-abab-abab-abab-abababababab"


def test_what_is_no_data_is_the_callers_mistake() -> None:
    with pytest.raises(TypeError, match="not int"):
        read_customers(catalog(), 3)


# ---- what stops a run


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


BROKEN = [
    ("e.csv", "", "SG508", "empty"),
    ("e.csv", "\n \n", "SG508", "empty"),
    ("e.jsonl", "\n", "SG508", "empty"),
    ("b.csv", b"id\n\x00\x01", "SG509", "no text"),
    ("b.zzz", b"\x00\x01", "SG509", "no text"),
    ("a.json", '[{"id": 1}]', "SG509", "JSON array"),
    ("t.csv", "id,a\n1,ş\n".encode("cp1254"), "SG502", "line 2"),
    ("u.csv", "id,a\n1,ş\n".encode("utf-16"), "SG502", "line 1"),
    ("r.csv", "id,a\n1,2,3\n2\n3,4\n", "SG503", "line 2 has 3, line 3 has 1"),
    ("q.csv", 'id,a\n"1\n3",4\n5\n', "SG503", "line 4 has 1"),
    ("q.csv", 'id,a\n1,"x\n2,y\n', "SG501", "line 2 is never closed"),
    ("p.parquet", b"PAR1 nothing", "SG501", "cannot be read"),
    ("p.parquet", b"nothing", "SG501", "not in the format Parquet"),
    ("x.xlsx", b"PK\x03\x04 nothing", "SG501", "cannot be read"),
    ("j.jsonl", '{"id": 1}\n{"id": \n', "SG501", "line 2"),
    ("d.duckdb", b"12345678DUCK", "SG401", "databases"),
    ("n.csv", "a,b\n1,2\n", "SG303", "no column identifies"),
    ("h.csv", "id,a,a\n1,2,3\n", "SG304", "several columns are named `a`"),
    ("m.csv", "id,b\n1,2\n", "SG304", "no column `a`"),
    ("k.csv", "id,a\n1,2\n,3\n", "SG505", "row 3"),
    ("k.csv", "id,a\n1,2\n1,3\n2,2\n", "SG504", "`1` in rows 2 and 3"),
    ("k.csv", "id,a\n1.5,2\n", "SG507", "such as `1.5`"),
]


@pytest.mark.parametrize(("name", "content", "code", "words"), BROKEN)
def test_what_cannot_be_read_is_said(
    name: str, content: str | bytes, code: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        read_customers(Catalog(), write(tmp_path, name, content), columns=["a"])
    assert caught.value.diagnostics[0].code.id == code
    assert words in caught.value.diagnostics[0].message


def test_missing_files_patterns_and_addresses(tmp_path: Path) -> None:
    write(tmp_path, "customers.csv", "id\n1\n")
    for source, code in (
        (tmp_path / "custmers.csv", "SG501"),
        (str(tmp_path / "*.parquet"), "SG501"),
        ("postgresql://host/db", "SG401"),
        (None, "SG305"),
    ):
        with pytest.raises(DataError) as caught:
            read_customers(Catalog(), source)
        assert caught.value.diagnostics[0].code.id == code


def test_files_of_one_folder_must_agree(tmp_path: Path) -> None:
    write(tmp_path, "1.csv", "id,a\n1,2\n")
    write(tmp_path, "2.csv", "id,b\n1,2\n")
    with pytest.raises(DataError, match=r"`2\.csv` lacks `a`"):
        read_customers(Catalog(), tmp_path)
    write(tmp_path, "2.csv", "id,a\n1,3\n")
    with pytest.raises(DataError, match=r"`1` in row 2 of 1\.csv and row 2 of 2\.csv"):
        read_customers(Catalog(), tmp_path)


# ---- text files


def test_encodings_are_proposed_and_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "id,ad\n1,Şişli İstanbul ığdır\n".encode("cp1254"))
    with pytest.raises(DataError) as caught:
        read_customers(Catalog(), path, ["ad"])
    assert "cp1254" in caught.value.diagnostics[0].help[0]
    assert "Şişli İstanbul ığdır" in caught.value.diagnostics[0].help[0]
    named = Catalog().with_customers(encoding="cp1254")
    assert read_customers(named, path, ["ad"]).frame["ad"].to_list() == ["Şişli İstanbul ığdır"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Łódź, Gdańsk, Śląsk", "cp1250"),
        ("Москва, Иван", "cp1251"),
        ("محمد علي", "cp1256"),
        ("Αθήνα, Γιώργος", "cp1253"),
    ],
)
def test_the_likeliest_encoding_comes_first(text: str, encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", f"id;a\n1;{text}\n".encode(encoding))
    with pytest.raises(DataError) as caught:
        read_customers(Catalog(), path, ["a"])
    assert encoding in caught.value.diagnostics[0].help[0]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("id,a\n1,x\n", [(1, "x")]),
        ("id;a\r\n1;x,y\r\n\r\n", [(1, "x,y")]),
        ("id|a\n\n1|x\n\n2|y", [(1, "x"), (2, "y")]),
        ('\ufeffid,a\n1,""\n2,"x ""y"""\n', [(1, None), (2, 'x "y"')]),
        ('id,a\n1,"x\n\ny"\n2,z\n', [(1, "x\n\ny"), (2, "z")]),
        ('id,a\n1,5" pipe\n2,"x"\n', [(1, '5" pipe'), (2, "x")]),
        ('"i""d",a,id\n0,x,1\n', [(1, "x")]),
        ("id,a\r1,x\r", [(1, "x")]),
        ("id, a \n1,x\n", [(1, "x")]),
        ("id,a\n", []),
        ("id,a", []),
    ],
)
def test_delimited_text(content: str, rows: list[tuple[int, str]], tmp_path: Path) -> None:
    path = write(tmp_path, "c.csv", content)
    frame = read_customers(small(fields={"a": "text"}), path, ["a"]).frame
    assert frame.rows() == rows


def test_a_line_of_ten_megabytes(tmp_path: Path) -> None:
    path = write(tmp_path, "c.csv", "id,a\n1," + "x" * 10_000_000 + "\n2,y\n")
    frame = read_customers(small(fields={"a": "text"}), path, ["a"]).frame
    assert frame["a"].str.len_chars().to_list() == [10_000_000, 1]


CELLS = st.text(alphabet='ab,"\n ş', max_size=5)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_written_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows: object) -> None:
    expected = [tuple(cell or None for cell in row) for row in list(rows)]  # type: ignore[call-overload]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("a", "b"), *list(rows)])  # type: ignore[call-overload]
    path = tmp_path_factory.mktemp("rows") / "c.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    found = open_delimited(path, None, ",")
    assert found.names == ("a", "b")
    cells = found.frame.collect().rows()
    assert [tuple(cell or None for cell in row) for row in cells] == expected


# ---- cells


def read_one(kind: object, cells: list[str], folder: Path, **more: object) -> Reading:
    lines = "".join(f'{i},"{cell}"\n' for i, cell in enumerate(cells, 1))
    path = write(folder, "one.csv", "id,x\n" + lines)
    return read_customers(small(fields={"x": kind}, **more), path, ["x"])


def test_cells_that_do_not_fit_are_counted_and_shown(tmp_path: Path) -> None:
    reading = read_one("number", ["1", "n/a", "", "x", "NA"], tmp_path, missing=["NA"])
    assert reading.frame["x"].to_list() == [1, None, None, None, None]
    assert [d.code.id for d in reading.notices] == ["SG506"]
    assert "2 of 5 cells of `x` are no number" in reading.notices[0].message
    assert "`n/a` (row 3), `x` (row 5)" in reading.notices[0].message


def test_strict_makes_them_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "c.csv", "id,x\n1,a\n")
    with pytest.raises(DataError) as caught:
        read_customers(small(fields={"x": "number"}), path, ["x"], strict=True)
    assert caught.value.diagnostics[0].code.id == "SG514"


def test_ambiguous_dates_show_both_readings(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_one("date", ["03/04/2024", "05/06/2024"], tmp_path)
    found = caught.value.diagnostics[0]
    assert found.code.id == "SG306"
    assert "`03/04/2024` may be 3 April 2024 or 4 March 2024" in found.message
    assert len(found.help) == 2


def test_clear_dates_offer_the_one_format(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_one("date", ["03.04.2024", "25.06.2024"], tmp_path)
    found = caught.value.diagnostics[0]
    assert found.code.id == "SG306"
    assert len(found.help) == 1
    assert 'format = "%d.%m.%Y"' in found.help[0]
    reading = read_one(
        {"type": "date", "format": "%d.%m.%Y"}, ["03.04.2024", "25.06.2024"], tmp_path
    )
    assert reading.frame["x"].to_list() == [date(2024, 4, 3), date(2024, 6, 25)]


def test_places_come_from_two_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "c.csv", "id,lat,lon\n1,41.5,29\n2,91,0\n3,,5\n")
    fields = {"home": {"type": "place", "latitude": "lat", "longitude": "lon"}}
    reading = read_customers(small(fields=fields), path, ["home"])
    assert reading.frame["home"].to_list() == [{"latitude": 41.5, "longitude": 29.0}, None, None]
    assert "`91.0, 0` (row 3)" in reading.notices[0].message


def test_a_typed_column_that_cannot_be_the_declared_type() -> None:
    frame = pl.DataFrame({"id": [1], "x": [date(2024, 1, 1)], "b": [b"x"]})
    for name, kind in (("x", "number"), ("b", "text")):
        with pytest.raises(DataError) as caught:
            read_customers(small(fields={name: kind}), frame, [name])
        assert caught.value.diagnostics[0].code.id == "SG512"


def test_an_empty_text_is_missing_in_csv_only(tmp_path: Path) -> None:
    assert read_one("text", [""], tmp_path).frame["x"].to_list() == [None]
    frame = pl.DataFrame({"id": [1], "x": [""]})
    assert read_customers(small(fields={"x": "text"}), frame, ["x"]).frame["x"].to_list() == [""]


def test_nested_fields_have_dotted_names(tmp_path: Path) -> None:
    lines = '{"id": 1, "a": {"b": {"c": 5}}, "t": ["x"]}\n{"id": 2, "a.d": "y"}\n'
    inference = infer_catalog(write(tmp_path, "n.jsonl", lines))
    fields = inference.catalog.customers.fields
    assert set(fields) == {"id", "a.b.c", "t", "a.d"}
    frame = read_customers(inference.catalog, inference.table, ["a.b.c", "t"]).frame
    assert frame.rows() == [(1, 5, ["x"]), (2, None, None)]


def test_mixed_columns_of_json_lines_are_text(tmp_path: Path) -> None:
    path = write(tmp_path, "m.jsonl", '{"id":1,"a":5,"b":true}\n{"id":2,"a":"x","b":7}\n')
    inference = infer_catalog(path)
    assert inference.catalog.customers.fields["a"].type == "text"
    assert {d.code.id for d in inference.notices} == {"SG307", "SG308"}
    declared = read_customers(small(fields={"a": "number"}), path, ["a"])
    assert declared.frame["a"].to_list() == [5, None]
    assert declared.notices[0].code.id == "SG506"


def test_excel_keeps_texts_and_chooses_sheets(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "s.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("first").write_row(0, 0, ["id"])
        sheet = book.add_worksheet("Müşteriler")
        sheet.write_row(0, 0, ["id", "post", "n"])
        sheet.write_row(1, 0, [1, "06100", 2.0])
        sheet.write_row(2, 0, [2, "", 2.5])
        sheet.write_string(1, 1, "06100")
    named = Catalog().with_customers(sheet="Müşteriler")
    frame = read_customers(named, path, ["post", "n"]).frame
    assert frame.rows() == [(1, "06100", 2.0), (2, None, 2.5)]
    with pytest.raises(DataError, match="no sheet `Musteriler`"):
        read_customers(Catalog().with_customers(sheet="Musteriler"), path)
