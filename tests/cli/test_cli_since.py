"""`segdsl run --since`: who entered and left, on the screen, as JSON and in a file."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from segdsl_runner import CUSTOMERS, answer, project, segdsl

LATER = CUSTOMERS.replace("3,30,Bursa", "3,24,İstanbul").replace("10,40,,", "12,60,,")


def changed(tmp_path: Path, out: str = "before.parquet") -> tuple[Path, Path]:
    """Return a project whose customers have changed since a run, and what that run wrote."""
    folder = project(tmp_path / "in")
    assert segdsl("run", folder, "--out", tmp_path / out).exit_code == 0
    (folder / "customers.csv").write_text(LATER, encoding="utf-8")
    return folder, tmp_path / out


def test_sizes_come_with_who_entered_and_left(tmp_path: Path) -> None:
    folder, before = changed(tmp_path)
    result = segdsl("run", folder, "--since", before)
    header, first, *_ = result.stdout.splitlines()
    assert header.split()[-2:] == ["entered", "left"]
    assert first.split()[0] == "adults"
    assert first.split()[-2:] == ["1", "2"]


def test_json_has_both_numbers(tmp_path: Path) -> None:
    folder, before = changed(tmp_path, "out")
    found = answer("run", folder, "--since", before)
    adults, young, *_ = found["segments"]
    assert (adults["entered"], adults["left"]) == (1, 2)
    assert (young["entered"], young["left"]) == (1, 0)
    assert found["since"] == str(before)
    assert "entered" not in answer("run", folder)["segments"][0]


def test_the_run_before_may_be_replaced(tmp_path: Path) -> None:
    folder, before = changed(tmp_path)
    changes = tmp_path / "changes.csv"
    result = segdsl("run", folder, "--since", before, "--out", before, "--changes", changes)
    assert f"the changes are in {changes}" in result.stdout
    assert pl.read_csv(changes).filter(segment="adults").rows() == [
        (3, "adults", "left"),
        (10, "adults", "left"),
        (12, "adults", "entered"),
    ]
    again = answer("run", folder, "--since", before)
    assert {(one["entered"], one["left"]) for one in again["segments"]} == {(0, 0)}


def test_the_record_of_a_folder_has_both_numbers(tmp_path: Path) -> None:
    folder, before = changed(tmp_path)
    segdsl("run", folder, "--since", before, "--out", tmp_path / "now")
    record = json.loads((tmp_path / "now" / "segdsl-run.json").read_text(encoding="utf-8"))
    assert [one["entered"] for one in record["segments"]][:2] == [1, 1]


def test_changes_do_not_take_the_place_of_what_was_read(tmp_path: Path) -> None:
    folder, before = changed(tmp_path)
    for target in (before, folder / "customers.csv"):
        kept = target.read_bytes()
        result = segdsl("run", folder, "--since", before, "--changes", target)
        assert result.exit_code == (1 if target.suffix else 2), result.output
        assert "this run reads that file" in result.stderr
        assert target.read_bytes() == kept


def test_changes_need_something_to_compare_with(tmp_path: Path) -> None:
    folder, before = changed(tmp_path)
    result = segdsl("run", folder, "--changes", tmp_path / "changes.csv")
    assert result.exit_code == 2
    assert "--since" in result.stderr
    same = ("--out", tmp_path / "a.csv", "--changes", tmp_path / "a.csv")
    assert segdsl("run", folder, "--since", before, *same).exit_code == 2
    for bad in (tmp_path, tmp_path / "changes.doc"):
        assert segdsl("run", folder, "--since", before, "--changes", bad).exit_code == 2


def test_changes_take_no_file_of_the_other_outputs(tmp_path: Path) -> None:
    folder, before = changed(tmp_path)
    out = tmp_path / "out"
    segdsl("run", folder, "--out", out, "--layout", "long")
    for layout, name in (
        ("files", "adults.csv"),
        ("files", "../out/adults.csv"),
        ("files", "memberships.csv"),  # of the run before: it is removed
        ("wide", "customers.csv"),
    ):
        wishes = ("--out", out, "--layout", layout, "--changes", out / name)
        result = segdsl("run", folder, "--since", before, *wishes)
        assert result.exit_code == 2, result.output
        assert "is a file of --out" in result.stderr
        assert sorted(one.name for one in out.iterdir()) == ["memberships.csv", "segdsl-run.json"]
    beside = out / "changes.csv"
    result = segdsl("run", folder, "--since", before, "--out", out, "--changes", beside)
    assert result.exit_code == 0, result.output
    assert "change" in pl.read_csv(beside).columns


def test_changes_and_thresholds_are_two_files(tmp_path: Path) -> None:
    folder, before = changed(tmp_path)
    both = tmp_path / "both.csv"
    wishes = ("--changes", both, "--thresholds", both)
    result = segdsl("run", folder, "--since", before, *wishes)
    assert result.exit_code == 2
    assert "--changes and --thresholds would both write" in result.stderr
    assert not both.exists()


def test_a_bad_previous_stops_before_anything_is_written(tmp_path: Path) -> None:
    folder, _ = changed(tmp_path)
    odd = tmp_path / "odd.csv"
    odd.write_text("name,adults\nx,true\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    result = segdsl("run", folder, "--since", odd, "--out", out)
    assert result.exit_code == 1
    assert "[SG541]" in result.stderr
    assert str(odd) in result.stderr
    assert not out.exists()
