"""Text files: quotes, line ends, encodings, odd names, and several files as one table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.catalog import Catalog
from segdsl.engine.infer import infer_catalog
from segdsl.engine.lists import read_list
from segdsl.engine.readers import open_data, read_customers
from segdsl.engine.readers.delimited import open_delimited
from segdsl.engine.readers.letters import rows_of
from segdsl.errors import DataError


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells_of(path: Path, encoding: str | None = None) -> list[tuple[str, ...]]:
    return open_delimited(path, encoding, None).frame.collect().rows()


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Return the code and the message with which something is refused."""
    with pytest.raises(DataError) as caught:
        act()
    first = caught.value.diagnostics[0]
    return first.code.id, first.message


# ---- quotes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('id,a,b\n1,x,y\n2,"x,y\n3,q,r\n4,"s",t\n5,u,v', 'line 3 is closed in line 5 before `s"`'),
        ('id,a\n1,x\n2,"x\n3,y\n', "line 3 is never closed"),
        ('id,a\n1,x\n2,"x" y\n', "line 3 is closed there before ` y`"),
        ('id,a\n1,"x"\n2,"x""\n', "line 3 is never closed"),
        ('id,a\n1,"x\ny"\n2,"x"y""\n', 'line 4 is closed there before `y""`'),
        ('id,a\r\n1,"x"" \r\n2,"y"\r\n', 'line 2 is closed in line 3 before `y"`'),
        ('id,"a\n1,x\n', "line 1 is never closed"),
        ("id,a\r1,x\r2," + '"x\r', "line 3 is never closed"),
    ],
)
def test_a_quote_that_is_not_closed_at_the_end_of_a_cell(
    content: str, words: str, tmp_path: Path
) -> None:
    code, message = refusal(lambda: cells_of(write(tmp_path / "q.csv", content)))
    assert code == "SG501"
    assert words in message


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('id,a\n1,5" pipe\n2,x\n', [("1", '5" pipe'), ("2", "x")]),
        ('id,a\n1,x"\n2,"y"\n', [("1", 'x"'), ("2", "y")]),
        ('id,a\n1, "x"\n', [("1", ' "x"')]),
        ('id,a\n1,5" x\n\n2,"y, ""z"""', [("1", '5" x'), ("2", 'y, "z"')]),
        ('id,a\n1,5" x\n2,""\n', [("1", '5" x'), ("2", "")]),
        ('id,a\n1,5" x\n2,' + "y" * 200_000, [("1", '5" x'), ("2", "y" * 200_000)]),
    ],
)
def test_quotes_inside_a_cell_without_quotes_stand_for_themselves(
    content: str, rows: list[tuple[str, ...]], tmp_path: Path
) -> None:
    assert cells_of(write(tmp_path / "q.csv", content)) == rows


STRAY = '3,5" x\n'  # makes the file one that is read letter by letter


@pytest.mark.parametrize("more", ["", "\r\n\r\n", STRAY, "\r\n" + STRAY])
def test_line_ends_inside_a_cell_stay_as_they_are(more: str, tmp_path: Path) -> None:
    content = 'id,"a\r\nb"\r\n1,"x\r\ny"\r\n2,"x\ny\r"\r\n' + more
    table = open_data(Catalog(), write(tmp_path / "c.csv", content))
    assert table.columns == ("id", "a\nb")
    cells = table.load(table.columns).cells["a\nb"].to_list()
    assert cells[:2] == ["x\r\ny", "x\ny\r"]


@pytest.mark.parametrize("more", ["", '2,5" x\r'])
def test_line_ends_of_one_carriage_return(more: str, tmp_path: Path) -> None:
    assert cells_of(write(tmp_path / "c.csv", f'id,a\r1,"x\ry"\r{more}'))[0] == ("1", "x\ry")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_carriage_return_at_the_end_of_a_cell_is_the_same_both_ways(
    end: str, tmp_path: Path
) -> None:
    lines = ("id,a,b", "1\r,x\r,y\r", "2,x\ry\r\r,\r", "3,,z\r\r")
    rows = end.join(lines) + end
    fast = cells_of(write(tmp_path / "fast.csv", rows))
    slow = cells_of(write(tmp_path / "slow.csv", rows + '4,5" x,'))
    assert [tuple(cell or "" for cell in row) for row in fast] == slow[:3]
    assert slow[0][:2] == ("1", "x")
    assert slow[1][1] == "x\ry\r"


TEXTS = st.text(alphabet='ab," ş\n\r', max_size=5)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_both_ways_of_reading_give_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], end: str
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    path = write(tmp_path_factory.mktemp("rows") / "c.csv", text.getvalue())
    expected = [tuple(cell or None for cell in row) for row in rows]
    fast = [tuple(cell or None for cell in row) for row in cells_of(path)]
    slow = [tuple(cell or None for cell in row) for _, row in rows_of(text.getvalue(), ",", "")]
    assert fast == slow[1:] == expected


# ---- names of files


def as_csv(path: Path, frame: pl.DataFrame) -> None:
    frame.write_csv(path)


def as_json_lines(path: Path, frame: pl.DataFrame) -> None:
    frame.write_ndjson(path)


def as_parquet(path: Path, frame: pl.DataFrame) -> None:
    frame.write_parquet(path)


def as_ipc(path: Path, frame: pl.DataFrame) -> None:
    frame.write_ipc(path)


def as_stream(path: Path, frame: pl.DataFrame) -> None:
    frame.write_ipc_stream(path)


def as_excel(path: Path, frame: pl.DataFrame) -> None:
    frame.write_excel(path)


KINDS = [
    ("csv", as_csv), ("jsonl", as_json_lines), ("parquet", as_parquet), ("arrow", as_ipc),
    ("arrows", as_stream), ("xlsx", as_excel),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "writer"), KINDS)
def test_a_file_is_the_one_of_that_name(
    ending: str,
    writer: Callable[[Path, pl.DataFrame], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    writer(Path(f"p1.{ending}").absolute(), pl.DataFrame({"a": [9, 9]}))
    for name in ("p[1]", "p*", "~q"):
        writer(Path(f"{name}.{ending}").absolute(), pl.DataFrame({"a": [7]}))
        for path in (f"{name}.{ending}", f"./{name}.{ending}", tmp_path / f"{name}.{ending}"):
            assert open_data(Catalog(), path).load(["a"]).cells["a"].to_list() in ([7], ["7"])
    assert read_list(Path(f"p[1].{ending}"), "a")[0] in ((7,), ("7",))


def test_a_pattern_starts_from_a_folder_with_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "d[1]"
    folder.mkdir()
    write(folder / "1.csv", "id\n1\n")
    catalog = Catalog().with_customers(source="*.csv").in_folder(folder)
    assert open_data(catalog).load(["id"]).cells["id"].to_list() == ["1"]
    assert open_data(Catalog(), folder).columns == ("id",)


def test_a_tilde_without_a_home_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(write(tmp_path / "c.csv", "id\n1\n").parent))
    assert open_data(Catalog(), "~/c.csv").columns == ("id",)
    for path in ("~nobody-of-this-name/c.csv", "./~c.csv"):
        assert refusal(lambda path=path: open_data(Catalog(), path)) == (  # type: ignore[misc]
            "SG501",
            "there is no such file",
        )


# ---- encodings


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-8", "cp1254"])
@pytest.mark.parametrize("name", ["c.csv", "c.jsonl", "c.json", "c"])
def test_a_named_encoding_is_the_one_that_is_read(
    name: str, encoding: str, mark: str, tmp_path: Path
) -> None:
    if mark and encoding == "cp1254":
        mark = ""
    text = '{"id":"1","a":"ş"}\n' if name.startswith("c.j") else "id,a\n1,ş\n"
    path = write(tmp_path / name, (mark + text).encode(encoding))
    table = open_data(Catalog().with_customers(encoding=encoding), path)
    assert table.columns == ("id", "a")
    assert table.load(["a"]).cells["a"].to_list() == ["ş"]


def test_utf_8_with_a_mark_is_utf_8(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", '\ufeff{"id":1,"a":"x"}\n{"id":2,"a":5}\n')
    table = open_data(Catalog(), path).load(["id", "a"])
    assert table.cells["a"].to_list() == ["x", "5"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_a_wide_encoding_is_proposed(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "id,a\n1,ş\n".encode(encoding))
    with pytest.raises(DataError) as caught:
        open_data(Catalog(), path)
    assert f"`--encoding {encoding}`) reads `id,a`" in caught.value.diagnostics[0].help[0]


def test_the_mark_of_utf_32_in_either_order(tmp_path: Path) -> None:
    for encoding in ("utf-32-le", "utf-32-be"):
        path = write(tmp_path / "c.csv", "\ufeffid,a\n1,ş\n".encode(encoding))
        with pytest.raises(DataError, match=r"`--encoding utf-32`\) reads `id,a`"):
            open_data(Catalog(), path)
        table = open_data(Catalog().with_customers(encoding="utf-32"), path).load(["a"])
        assert table.cells["a"].to_list() == ["ş"]


def test_half_a_letter_of_utf_16(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "id,a\n1,ş\n".encode("utf-16-le")[:-1])
    named = Catalog().with_customers(encoding="utf-16-le")
    assert refusal(lambda: open_data(named, path))[0] == "SG502"


# ---- list files


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a\nş\n".encode("cp1254"), "it reads well as `cp1254`"),
        ("a\nş\n".encode("utf-16"), "it reads well as `utf-16`; saved as UTF-8 it can be read"),
        ("a\nş\n".encode("utf-32"), "it reads well as `utf-32`; saved as UTF-8 it can be read"),
        (b"a\nx,y\n", "needs quotes around it"),
        (b",\n1,2\n", "no column has a name"),
        (b'a\n"x\n', "line 2 is never closed"),
    ],
)
def test_remedies_for_list_files_reach_them(content: bytes, words: str, tmp_path: Path) -> None:
    members, reason = read_list(write(tmp_path / "l.csv", content), None)
    assert members == ()
    assert reason is not None
    assert words in reason
    assert "catalog" not in reason
    assert "--" not in reason


# ---- JSON Lines


def with_list(of: str = "text") -> Catalog:
    fields = {"id": "number", "t": {"type": "list", "of": of}}
    return Catalog.model_validate({"missing": ["NA"], "customers": {"key": "id", "fields": fields}})


def lists_in(source: Path, of: str = "text") -> list[object]:
    return read_customers(with_list(of), source, ["t"]).frame["t"].to_list()


def test_lists_beside_texts_convert_each_by_itself(tmp_path: Path) -> None:
    lines = ['["a;b", "c"]', '"b; c"', '"[d]"', "null", '"NA"', "[]", '["x", null, 3, true]', "7"]
    text = "".join(f'{{"id": {i}, "t": {value}}}\n' for i, value in enumerate(lines))
    found = lists_in(write(tmp_path / "l.jsonl", text))
    assert found[:6] == [["a;b", "c"], ["b", "c"], ["[d]"], None, None, []]
    assert found[6:] == [["x", None, "3", "true"], ["7"]]


def test_lists_of_numbers_beside_texts(tmp_path: Path) -> None:
    path = write(tmp_path / "l.jsonl", '{"id":1,"t":[1,2]}\n{"id":2,"t":"3;4"}\n')
    assert lists_in(path, "number") == [[1, 2], [3, 4]]


def test_lists_in_one_file_and_texts_in_another(tmp_path: Path) -> None:
    write(tmp_path / "1.jsonl", '{"id":1,"t":["a;b"]}\n')
    write(tmp_path / "2.jsonl", '{"id":2,"t":"a;b"}\n')
    write(tmp_path / "3.jsonl", '{"id":3,"t":null}\n')
    assert lists_in(tmp_path) == [["a;b"], ["a", "b"], None]
    code, message = refusal(lambda: open_data(Catalog(), tmp_path))
    assert code == "SG501"
    assert message == "`2.jsonl` has texts in `t`, where `1.jsonl` has lists of texts"


# ---- several files


@pytest.mark.parametrize("writer", [as_parquet, as_ipc])
@pytest.mark.parametrize(
    ("columns", "type", "values"),
    [
        ([pl.Series([None], dtype=pl.Null), pl.Series([5]), pl.Series([1.5])], "number",
         [None, 5, 1.5]),
        ([pl.Series([5]), pl.Series(["05"])], "text", ["5", "05"]),
        ([pl.Series(["05"]), pl.Series([5])], "text", ["05", "5"]),
        ([pl.Series([date(2026, 1, 1)]), pl.Series([datetime(2026, 1, 1, 5)])], "instant",
         [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 5, tzinfo=UTC)]),
        ([pl.Series(["x"], dtype=pl.Enum(["x"])), pl.Series(["y"], dtype=pl.Categorical)], "text",
         ["x", "y"]),
        ([pl.Series([[]], dtype=pl.List(pl.Null)), pl.Series([["x"]])], "list", [[], ["x"]]),
    ],
)  # fmt: skip
def test_the_types_of_a_folder_come_from_all_its_files(
    writer: Callable[[Path, pl.DataFrame], None],
    columns: list[pl.Series],
    type: str,
    values: list[object],
    tmp_path: Path,
) -> None:
    for number, column in enumerate(columns):
        frame = pl.DataFrame({"id": [number], "a": column})
        writer(tmp_path / f"{number}.{'parquet' if writer is as_parquet else 'arrow'}", frame)
    found = infer_catalog(tmp_path)
    assert found.catalog.customers.fields["a"].type == type
    read = read_customers(found.catalog, found.table, ["a"]).frame["a"]
    assert read.to_list() == values


def test_zones_of_several_files_are_one(tmp_path: Path) -> None:
    noon = pl.Series([datetime(2026, 1, 1, 12)])
    for number, zone in enumerate(("UTC", "Europe/Paris")):
        frame = pl.DataFrame({"id": [number], "a": noon.dt.replace_time_zone(zone)})
        frame.write_parquet(tmp_path / f"{number}.parquet")
    found = infer_catalog(tmp_path)
    read = read_customers(found.catalog, found.table, ["a"]).frame["a"]
    assert [one.hour for one in read] == [12, 11]


@pytest.mark.parametrize(
    ("first", "other", "message"),
    [
        (
            [date(2026, 1, 1)],
            [5],
            "`1.parquet` has whole numbers in `a`, where `0.parquet` has dates",
        ),
        ([["x"]], ["x"], "`1.parquet` has texts in `a`, where `0.parquet` has lists of texts"),
    ],
)
def test_files_with_columns_of_other_kinds_are_named(
    first: list[object], other: list[object], message: str, tmp_path: Path
) -> None:
    for number, values in enumerate((first, other)):
        pl.DataFrame({"id": [number], "a": values}).write_parquet(tmp_path / f"{number}.parquet")
    assert refusal(lambda: open_data(Catalog(), tmp_path)) == ("SG501", message)


def test_every_file_decides_what_texts_spell(tmp_path: Path) -> None:
    write(tmp_path / "1.csv", "id,a\n1,5\n2,\n")
    write(tmp_path / "2.csv", "id,a\n3,x\n")
    assert infer_catalog(tmp_path).catalog.customers.fields["a"].type == "text"
