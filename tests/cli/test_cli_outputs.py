"""What is written to files: names, atomicity, cells that a format cannot hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import segdsl
from segdsl.engine.outputs import Destination, Output, destination, file_names
from segdsl.engine.publish import publish_file, publish_folder
from segdsl.errors import DataError

RULES = segdsl.compile("segment all_known: id is known\nsegment none_of_them: id is missing\n")


def written(frame: pl.DataFrame, path: Path) -> Path:
    columns = [name for name in frame.columns if name != "id"]
    RULES.evaluate(frame).write(path, "wide", columns=columns)
    return path


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("gold", "gold.csv"),
        ("loyalty.gold", "loyalty.gold.csv"),
        ("yaşlı سن उम्र", "yaşlı سن उम्र.csv"),
        ("a/b", "a%2Fb.csv"),
        ("..", "%2E%2E.csv"),
        ("50%", "50%25.csv"),
        ("a\tb", "a%09b.csv"),
        ("con", "%63on.csv"),
        ("nul.x", "%6Eul.x.csv"),
        ("console", "console.csv"),
        ("end.", "end%2E.csv"),
        (" ", "%20.csv"),
    ],
)
def test_file_names(name: str, file: str) -> None:
    assert file_names([name], "csv") == {name: file}


def test_names_that_clash_get_a_number_and_long_ones_are_cut() -> None:
    assert list(file_names(["a", "A", "a~2", "ａ"], "csv").values()) == [
        "a.csv",
        "A~2.csv",
        "a~2~2.csv",
        "ａ~3.csv",
    ]
    long = file_names(["ş" * 300, "ş" * 299], "csv").values()
    assert len(set(long)) == 2
    assert all(len(name.encode()) < 255 for name in long)


def test_where_a_target_leads(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert destination("out") == Destination(Path("out"), True, "files", Output.CSV)
    assert destination("x.PQ") == Destination(Path("x.PQ"), False, "wide", Output.PARQUET)
    assert destination(tmp_path / "folder.csv").is_folder
    assert destination("v1.2/").is_folder
    assert destination("v1.2", "files").is_folder
    assert destination("x.txt", output=Output.TSV).output is Output.TSV
    assert destination("out", "long").layout == "long"
    with pytest.raises(ValueError, match="not the extension"):
        destination("v1.2")


def test_columns_are_read_when_they_are_asked_for_late(tmp_path: Path) -> None:
    source = tmp_path / "c.csv"
    source.write_text("id,age,email\n2,30,b@x\n1,20,a@x\n")
    result = segdsl.compile("age > 3").evaluate(str(source))
    (file,) = result.write(tmp_path / "out", layout="files", columns=["email"])
    assert file.read_text() == "id,email\n1,a@x\n2,b@x\n"
    frame = result.frame(columns=["email"])
    assert frame.rows() == [(1, "a@x", True), (2, "b@x", True)]
    with pytest.raises(DataError, match="SG304"):
        result.write(tmp_path / "out2", columns=["emial"])
    assert not (tmp_path / "out2").exists()


def test_an_extra_column_with_the_name_of_an_audience(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [1], "segment": ["x"]})
    rules = segdsl.compile("id > 0")
    with pytest.raises(ValueError, match="`segment`"):
        rules.evaluate(frame, columns=["segment"]).write(tmp_path / "x.csv")


CELLS = pl.DataFrame(
    {
        "id": [1, 2],
        "list": [["a", "b"], None],
        "at": pl.Series(
            [datetime(2026, 1, 2, 3, 4, 5, 6, UTC), None], dtype=pl.Datetime("us", "UTC")
        ),
        "big": [2**60 + 1, 7],
        "day": [date(1850, 1, 1), None],
        "sum": pl.Series(["1.50", "-0.25"]).cast(pl.Decimal(20, 2)),
        "huge": pl.Series([2**70, None], dtype=pl.Int128),
    }
)


def test_csv_cells_that_need_a_form(tmp_path: Path) -> None:
    assert written(CELLS, tmp_path / "x.csv").read_text().splitlines()[1:] == [
        f"1,a;b,2026-01-02T03:04:05.000006Z,{2**60 + 1},1850-01-01,1.50,{2**70},true,false",
        "2,,,7,,-0.25,,true,false",
    ]


def test_what_excel_would_change_is_a_text(tmp_path: Path) -> None:
    found = pl.read_excel(written(CELLS, tmp_path / "x.xlsx")).rows()
    assert found[0] == (
        1,
        "a;b",
        "2026-01-02T03:04:05.000006Z",
        str(2**60 + 1),
        "1850-01-01",
        1.5,
        str(2**70),
        True,
        False,
    )


def test_json_lines_and_parquet_keep_lists_and_numbers(tmp_path: Path) -> None:
    first = json.loads(written(CELLS, tmp_path / "x.jsonl").read_text().splitlines()[0])
    assert first["list"] == ["a", "b"]
    assert first["sum"] == 1.5
    assert first["huge"] == 2**70
    frame = pl.read_parquet(written(CELLS, tmp_path / "x.parquet"))
    assert frame["list"].to_list() == [["a", "b"], None]
    assert frame["huge"].to_list() == [2**70, None]
    assert frame.schema["at"] == pl.Datetime("us", "UTC")


def test_decimals_beyond_a_float_stay_as_they_are(tmp_path: Path) -> None:
    exact = "12345678901234567.89"
    frame = pl.DataFrame({"id": [1], "sum": pl.Series([exact]).cast(pl.Decimal(30, 2))})
    assert json.loads(written(frame, tmp_path / "x.jsonl").read_text())["sum"] == exact
    assert pl.read_excel(written(frame, tmp_path / "x.xlsx"))["sum"].to_list() == [exact]


def test_a_list_whose_elements_hold_the_separator_is_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [1], "list": [["a;b"]]})
    with pytest.raises(DataError, match="SG513"):
        written(frame, tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_limits_of_excel_are_errors(tmp_path: Path) -> None:
    rows = pl.DataFrame({"id": range(1_048_576)})
    with pytest.raises(DataError, match="1,048,576 rows"):
        written(rows, tmp_path / "x.xlsx")
    text = pl.DataFrame({"id": [1], "t": ["x" * 32_768]})
    with pytest.raises(DataError, match="32,768 characters"):
        written(text, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_formulas_and_links_are_plain_texts_in_excel(tmp_path: Path) -> None:
    texts = ["=1+1", "https://example.org/", "@x"]
    frame = pl.DataFrame({"id": [1, 2, 3], "t": texts})
    assert pl.read_excel(written(frame, tmp_path / "x.xlsx"))["t"].to_list() == texts


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")

    def fail(aside: Path) -> None:
        aside.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(DataError, match="no space left on device"):
        publish_file(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"]
    assert path.read_text() == "old"


def test_a_folder_that_fails_half_way_is_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a").write_text("old")

    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error")

    makes = {"a": lambda path: path.write_text("new"), "b": fail}
    with pytest.raises(DataError, match="SG513"):
        publish_folder(folder, makes, manifest=("m.json", "{}"))
    assert [p.name for p in folder.iterdir()] == ["a"]
    assert (folder / "a").read_text() == "old"


def test_a_link_is_written_through_and_the_mode_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    publish_file(link, lambda path: path.write_text("new") and None)
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
