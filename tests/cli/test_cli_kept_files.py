"""What `run` never replaces: the files that it reads, and in a folder those of others."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import polars as pl
import pytest
from segdsl_runner import project, segdsl

import segdsl as package
from segdsl.errors import DataError

AS_CSV = ("--output-format", "csv")


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files_in(folder)}


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = project(tmp_path / "in")
    (folder / "more.seg").write_text("segment young: age < 25\n")
    (folder / "cities.csv").write_text("city\nBursa\n")
    (folder / "rules.seg").write_text(
        'use "more.seg"\nlist cities from "cities.csv"\n'
        "segment `customers`: city in cities\nsegment adults: age >= 18 and not young\n"
    )
    (folder / "link.csv").symlink_to("customers.csv")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("rules.seg", "customers.csv", "--out", "customers.csv"),
        ("rules.seg", "--out", "customers.csv"),
        ("rules.seg", "--out", "../in/./customers.csv"),
        ("rules.seg", "--out", "link.csv"),
        ("rules.seg", "link.csv", "--out", "customers.csv"),
        ("rules.seg", "c*.csv", "--key", "id", "--out", "customers.csv"),
        ("rules.seg", "--out", "."),
        ("rules.seg", "--out", ".", "--layout", "wide"),
        ("rules.seg", "--out", "rules.seg", *AS_CSV),
        ("rules.seg", "--out", "more.seg", *AS_CSV),
        ("rules.seg", "--out", "cities.csv"),
        ("rules.seg", "--out", "catalog.toml", *AS_CSV),
        ("rules.seg", "--delimiter", ",", "--out", "catalog.toml", *AS_CSV),
        ("age > 1", "customers.csv", "--out", "customers.csv"),
        ("age > 1", "--catalog", "catalog.toml", "--out", "catalog.toml", *AS_CSV),
    ],
)
def test_what_a_run_reads_is_not_replaced(arguments: tuple[str, ...], here: Path) -> None:
    if "c*.csv" in arguments:  # all files of a pattern have the same columns
        (here / "cities.csv").write_text("id,age,city,email\n7,1,Bursa,\n")
        (here / "rules.seg").write_text("segment adults: age > 18")
    before = contents(here)
    result = segdsl("run", *arguments)
    assert result.exit_code == 1
    assert "SG513" in result.stderr
    assert "cannot be written: this run reads that file" in result.stderr
    assert contents(here) == before


def test_the_sources_of_events_are_not_replaced(here: Path) -> None:
    (here / "sales.csv").write_text("customer,item\n1,2\n")
    with (here / "catalog.toml").open("a") as file:
        file.write('[events.sale]\nsource = "sales.csv"\nkey = "customer"\n')
        file.write('[events.visit]\nsource = "nowhere.csv"\nkey = "customer"\n')
    assert segdsl("run", "rules.seg", "--out", "sales.csv").exit_code == 1
    assert (here / "sales.csv").read_text().startswith("customer,item")
    assert segdsl("run", "rules.seg", "--out", "other.csv").exit_code == 0


def test_other_files_are_written_over(here: Path) -> None:
    for name in ("result.csv", "other.csv"):
        (here / name).write_text("old")
    (here / "way.csv").symlink_to("other.csv")
    for name in ("result.csv", "way.csv"):
        assert segdsl("run", "rules.seg", "--out", name).exit_code == 0
    assert (here / "result.csv").read_text() == (here / "other.csv").read_text() != "old"


def test_data_of_an_earlier_run_are_not_removed(here: Path) -> None:
    (here / "first.seg").write_text("segment all_known: id is known\n")
    (here / "second.seg").write_text("segment some: id > 1\n")
    assert segdsl("run", "first.seg", "--out", "out").exit_code == 0
    before = contents(here)
    result = segdsl("run", "second.seg", "out/all_known.csv", "--out", "out")
    assert result.exit_code == 1
    assert "`all_known.csv` of an earlier run would be removed" in result.stderr
    assert contents(here) == before


@pytest.mark.parametrize("name", ["adults.csv", "segdsl-run.json"])
def test_a_file_that_no_run_wrote_stays(name: str, here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / name).write_text("{}")
    before = contents(here)
    result = segdsl("run", "rules.seg", "--out", "out")
    assert result.exit_code == 1
    assert f"`{Path('out', name)}` cannot be written: a file of that name" in result.stderr
    assert "no earlier run wrote it" in result.stderr
    assert "name another folder" in result.stderr
    assert contents(here) == before


def test_a_file_of_another_stays_beside_those_of_earlier_runs(here: Path) -> None:
    assert segdsl("run", "age > 1", "customers.csv", "--out", "out").exit_code == 0
    for name in ("adults.csv", "customers.csv"):
        (here / "out" / name).write_text("mine")
    result = segdsl("run", "rules.seg", "--out", "out")
    assert result.exit_code == 1
    assert "(and 1 more)" in result.stderr
    assert (here / "out" / "adults.csv").read_text() == "mine"
    record = json.loads((here / "out" / "segdsl-run.json").read_text(encoding="utf-8"))
    assert [file["name"] for file in record["files"]] == ["segment.csv"]


def test_python_keeps_what_it_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = package.load("rules.seg")
    before = contents(here)
    members = rules.evaluate("customers.csv")
    own = rules.evaluate()
    monkeypatch.chdir("..")
    for made in (members, pickle.loads(pickle.dumps(members)), own):
        for target in (here / "customers.csv", here):
            with pytest.raises(DataError, match=r"SG513.*this run reads that file"):
                made.write(target)
    assert contents(here) == before
    frame = pl.DataFrame({"id": [1], "age": [20], "city": ["Bursa"]})
    rules.evaluate(frame).write(here / "customers.csv")  # a frame has no file
    assert (here / "customers.csv").read_bytes() != before["customers.csv"]


LONG = "a" * 300


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "rules.seg", "--out", f"{LONG}.csv"), "SG513"),
        (("run", "rules.seg", "--out", f"{LONG}.xlsx"), "SG513"),
        (("run", "rules.seg", "--out", f"{LONG}/x.csv"), "SG513"),
        (("run", "rules.seg", "--out", LONG), "SG513"),
        (("infer", "customers.csv", "--out", f"{LONG}.toml"), "SG513"),
        (("run", "rules.seg", f"{LONG}.csv"), "SG501"),
        (("run", "rules.seg", f"{LONG}/"), "SG501"),
        (("infer", f"{LONG}/x.csv"), "SG501"),
        (("run", "age > 1", "--catalog", "source.toml"), "SG501"),
        (("run", "rules.seg", "--catalog", f"{LONG}.toml"), "SG301"),
        (("run", "use.seg"), "SG108"),
        (("run", "list.seg"), "SG108"),
    ],
)
def test_a_name_that_is_too_long(arguments: tuple[str, ...], said: str, here: Path) -> None:
    (here / "source.toml").write_text(f'[customers]\nsource = "{LONG}.csv"\n')
    (here / "use.seg").write_text(f'use "{LONG}.seg"\nsegment a: age > 1')
    (here / "list.seg").write_text(f'list a from "{LONG}/a.csv"\nsegment b: city in a')
    before = contents(here)
    result = segdsl(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "file name too long" in result.stderr.lower()
    assert contents(here) == before


def test_a_rule_file_whose_name_is_too_long() -> None:
    assert "SG002" in segdsl("run", f"{LONG}.seg").stderr
    with pytest.raises(package.CompileError, match="file name too long"):
        package.load(f"{LONG}/rules.seg")
