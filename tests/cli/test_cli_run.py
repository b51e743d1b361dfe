"""`segdsl run`: files, layouts, formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from segdsl_runner import QUICKSTART, answer, project, segdsl

from segdsl import load
from segdsl.engine import run as running

FILES = ["adults", "young_big", "kind.young_big", "kind.adults", "kind.others"]


def test_without_out_nothing_is_written(tmp_path: Path) -> None:
    folder = project(tmp_path)
    before = sorted(folder.iterdir())
    result = segdsl("run", folder)
    assert "--out" in result.stderr
    assert "adults" in result.stdout
    assert sorted(folder.iterdir()) == before


def test_nothing_is_kept_for_an_update_that_never_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bool] = []
    run = running.run

    def noting(*given: Any, keep_codes: bool, **options: Any) -> Any:
        kept.append(keep_codes)
        return run(*given, keep_codes=keep_codes, **options)

    monkeypatch.setattr(running, "run", noting)
    folder = project(tmp_path)
    assert segdsl("run", folder).exit_code == 0
    load(folder / "rules.seg").evaluate(folder / "customers.csv")
    assert kept == [False, True]


def test_a_folder_gets_one_file_per_audience_and_a_record(tmp_path: Path) -> None:
    folder, out = project(tmp_path / "in"), tmp_path / "out"
    result = segdsl("run", folder, "--out", out, "--columns", "email,city")
    assert result.exit_code == 0
    assert f"5 files in {out}" in result.stdout
    assert {path.name for path in out.iterdir()} == {
        *(f"{name}.csv" for name in FILES),
        "segdsl-run.json",
    }
    assert (out / "adults.csv").read_text(encoding="utf-8") == (
        "id,email,city\n3,c@example.org,Bursa\n10,,\n"
    )
    assert "=cmd()" in (out / "kind.others.csv").read_text(encoding="utf-8")
    record = json.loads((out / "segdsl-run.json").read_text(encoding="utf-8"))
    assert record["as_of"] == "2026-01-31T20:59:59.999999+00:00"
    assert set(record["versions"]) == {"segdsl", "tzdata", "unicode", "polars"}
    assert record["files"][0] == {"name": "adults.csv", "segment": "adults", "customers": 2}
    assert [segment["customers"] for segment in record["segments"]] == [2, 1, 1, 2, 1]


def test_stale_files_go_and_all_others_stay(tmp_path: Path) -> None:
    folder, out = project(tmp_path / "in"), tmp_path / "out"
    segdsl("run", folder, "--out", out)
    (out / "notes.txt").write_text("mine")
    (folder / "rules.seg").write_text("segment adults: age >= 18")
    segdsl("run", folder, "--out", out)
    names = {path.name for path in out.iterdir()}
    assert names == {"adults.csv", "notes.txt", "segdsl-run.json"}
    segdsl("run", folder, "--out", out, "--output-format", "parquet")
    names = {path.name for path in out.iterdir()}
    assert names == {"adults.parquet", "notes.txt", "segdsl-run.json"}


def test_a_record_that_names_files_elsewhere_removes_nothing_there(tmp_path: Path) -> None:
    folder, out = project(tmp_path / "in"), tmp_path / "out"
    out.mkdir()
    precious = tmp_path / "precious.txt"
    precious.write_text("keep")
    record = {"format": "segdsl-run", "files": [{"name": "../precious.txt"}]}
    (out / "segdsl-run.json").write_text(json.dumps(record))
    assert segdsl("run", folder, "--out", out).exit_code == 0
    assert precious.exists()


def read(path: Path) -> pl.DataFrame:
    match path.suffix:
        case ".csv":
            return pl.read_csv(path)
        case ".tsv":
            return pl.read_csv(path, separator="\t")
        case ".parquet":
            return pl.read_parquet(path)
        case ".jsonl":
            return pl.read_ndjson(path)
        case ".xlsx":
            return pl.read_excel(path)
        case _:
            return pl.read_ipc(path)


@pytest.mark.parametrize("extension", ["csv", "tsv", "parquet", "jsonl", "xlsx", "arrow"])
def test_each_format_wide_and_long(extension: str, tmp_path: Path) -> None:
    folder = project(tmp_path)
    wide, long = tmp_path / f"wide.{extension}", tmp_path / f"long.{extension}"
    assert segdsl("run", folder, "--out", wide).exit_code == 0
    assert segdsl("run", folder, "--out", long, "--layout", "long").exit_code == 0
    rows = read(wide)
    assert rows.columns == ["id", *FILES]
    assert rows["id"].to_list() == [1, 2, 3, 10]
    assert rows["adults"].to_list() == [False, False, True, True]
    pairs = read(long)
    assert pairs.columns == ["id", "segment"]
    assert pairs.rows()[:3] == [(1, "young_big"), (1, "kind.young_big"), (2, "kind.others")]


def test_all_formats_hold_the_same_cells(tmp_path: Path) -> None:
    arguments = ("--columns", "city,spend,signup_date,newsletter", "--layout", "wide")
    frames = []
    for extension in ("csv", "parquet", "jsonl", "xlsx", "arrow"):
        path = tmp_path / f"all.{extension}"
        assert segdsl("run", QUICKSTART, "--out", path, *arguments).exit_code == 0
        frame = read(path).with_columns(
            pl.col("spend").cast(pl.Float64), pl.col("signup_date").cast(pl.String)
        )
        frames.append(frame.with_columns(pl.col("customer_id").cast(pl.Int64)).rows())
    assert all(rows == frames[0] for rows in frames[1:])


def test_the_json_names_the_files(tmp_path: Path) -> None:
    found = answer("run", project(tmp_path), "--out", tmp_path / "x.parquet")
    assert found["files"] == [str(tmp_path / "x.parquet")]
    assert found["layout"] == "wide"
    assert found["base"] == 4
    assert "unicode" in found["versions"]


def test_traits_are_written_when_asked_for(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_text('trait half "Half": age / 2\nsegment a: half > 10\n')
    assert segdsl("run", folder, "--out", tmp_path / "x.csv", "--traits").exit_code == 0
    assert pl.read_csv(tmp_path / "x.csv").columns == ["id", "half", "a"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "x.foo"), "not the extension"),
        (("--out", "x.csv", "--layout", "files"), "needs a folder"),
        (("--out", "x.csv", "--output-format", "xlsx"), "xlsx is asked for"),
        (("--out", "x.csv", "--columns", "segment", "--layout", "long"), "`segment`"),
    ],
)
def test_wishes_that_contradict_each_other(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(tmp_path)
    (folder / "customers.csv").write_text("id,age,city,segment\n1,20,x,y\n")
    monkeypatch.chdir(folder)
    result = segdsl("run", ".", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_what_cannot_be_written_is_a_diagnostic(tmp_path: Path) -> None:
    folder = project(tmp_path)
    taken = tmp_path / "taken"
    taken.write_text("a file")
    result = segdsl("run", folder, "--out", taken)
    assert result.exit_code == 1
    assert "SG513" in result.stderr
    assert taken.read_text() == "a file"
    inside = segdsl("run", folder, "--out", taken / "x.csv")
    assert inside.exit_code == 1
    assert "SG513" in inside.stderr


def test_an_unknown_column_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    folder, out = project(tmp_path / "in"), tmp_path / "out"
    result = segdsl("run", folder, "--out", out, "--columns", "emial")
    assert result.exit_code == 1
    assert "`email`" in result.stderr
    assert not out.exists()


@pytest.mark.parametrize("name", ["o.v1", "o2.csv"])
def test_a_name_with_a_slash_at_its_end_is_a_folder(name: str, tmp_path: Path) -> None:
    folder = project(tmp_path / "in")
    result = segdsl("run", folder, "--out", f"{tmp_path / name}/", "--layout", "wide")
    assert result.exit_code == 0, result.output
    made = {path.name for path in (tmp_path / name).iterdir()}
    assert made == {"customers.csv", "segdsl-run.json"}


def test_a_column_with_the_name_of_a_trait_is_wrong_use(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_text("trait email: age + 1\nsegment adults: age >= 18")
    out = ("--out", tmp_path / "o.csv", "--columns", "email")
    assert segdsl("run", folder, *out).exit_code == 0
    result = segdsl("run", folder, *out, "--traits")
    assert result.exit_code == 2
    assert "two columns would be named `email`" in result.stderr
