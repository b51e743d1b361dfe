"""`segdsl count`, and the inputs that all commands share."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from segdsl_runner import QUICKSTART, answer, project, segdsl

CONDITION = 'age >= 18 and city = "İstanbul"'


def sizes(*arguments: object, input: str | None = None) -> dict[str, int]:
    found = answer("count", *arguments, input=input)
    return {segment["name"]: segment["customers"] for segment in found["segments"]}


def test_the_json_has_exactly_the_promised_form() -> None:
    found = answer("count", QUICKSTART)
    counts = json.loads((QUICKSTART / "expected.json").read_text(encoding="utf-8"))["rules.seg"]
    assert list(found) == ["as_of", "base", "segments", "notices"]
    assert found["as_of"] == "2026-11-01T20:59:59.999999+00:00"
    assert found["base"] == 2000
    assert found["notices"] == []
    assert {s["name"]: s["customers"] for s in found["segments"]} == counts
    assert found["segments"][0] == {
        "name": "young_istanbul",
        "title": "Young people in İstanbul",
        "customers": 117,
        "share": 0.0585,
    }


def test_the_table_groups_digits_and_shows_shares() -> None:
    lines = segdsl("count", QUICKSTART).stdout.splitlines()
    assert lines[0].split() == ["segment", "title", "customers", "share"]
    assert "loyalty.basic   Loyalty level                              1,425  71.2%" in lines
    assert lines[-1] == "2,000 customers, as of 2026-11-01 23:59 Europe/Istanbul"


def test_the_funnel_counts_what_remains_after_each_clause(tmp_path: Path) -> None:
    found = answer("count", project(tmp_path), "--funnel")
    by_name = {segment["name"]: segment for segment in found["segments"]}
    assert by_name["young_big"]["steps"] == [
        {"text": "age < limit", "customers": 1, "share": 0.25, "lost": 3},
        {"text": "big", "customers": 1, "share": 0.25, "lost": 0},
    ]
    assert [step["text"] for step in by_name["adults"]["steps"]] == ["age >= limit"]
    assert len(found["segments"]) == len(by_name) == 5


def test_the_last_step_of_every_funnel_is_the_segment() -> None:
    for segment in answer("count", QUICKSTART, "--funnel")["segments"]:
        left = [2000, *(step["customers"] for step in segment["steps"])]
        assert left[-1] == segment["customers"]
        assert [a - b for a, b in pairwise(left)] == [step["lost"] for step in segment["steps"]]


def test_the_funnel_as_text(tmp_path: Path) -> None:
    lines = segdsl("count", project(tmp_path), "--funnel").stdout.splitlines()
    at = lines.index("young_big")
    assert [line.split() for line in lines[at + 1 : at + 5]] == [
        ["clause", "customers", "share", "lost"],
        ["all", "customers", "4", "100.0%"],
        ["age", "<", "limit", "1", "25.0%", "3"],
        ["big", "1", "25.0%", "0"],
    ]


def test_the_funnel_of_tiers_and_splits_names_their_segments(tmp_path: Path) -> None:
    folder = project(tmp_path)
    more = 'split trial of adults seed "s": control 10%, letter 90%\n'
    with (folder / "rules.seg").open("a", encoding="utf-8") as file:
        file.write(more)
    found = answer("count", folder, "--funnel")["segments"]
    steps = {one["name"]: [step["text"] for step in one["steps"]] for one in found}
    assert steps["kind.young_big"] == ["age < limit", "big"]
    assert steps["kind.adults"] == ["adults", "not in an earlier tier"]
    assert steps["kind.others"] == ["in none of the tiers before"]
    assert steps["trial.control"] == ["adults", "control takes 0% to 10%"]


def test_a_condition_stands_for_a_rule_file_and_the_key_is_said_aloud(tmp_path: Path) -> None:
    data = project(tmp_path) / "customers.csv"
    result = segdsl("count", CONDITION, data)
    assert result.exit_code == 0
    assert "notice[SG307]" in result.stderr
    assert "SG307" not in result.stdout
    assert segdsl("count", CONDITION, data, "--quiet").stderr == ""
    assert sizes(CONDITION, data) == {"segment": 1}


def test_every_format_gives_the_same_numbers(tmp_path: Path) -> None:
    frame = pl.read_csv(project(tmp_path) / "customers.csv")
    frame.write_parquet(tmp_path / "c.parquet")
    frame.write_ndjson(tmp_path / "c.jsonl")
    frame.write_excel(tmp_path / "c.xlsx")
    frame.write_ipc(tmp_path / "c.arrow")
    for name in ("customers.csv", "c.parquet", "c.jsonl", "c.xlsx", "c.arrow"):
        assert sizes(CONDITION, tmp_path / name) == {"segment": 1}, name


def test_rules_come_from_standard_input(tmp_path: Path) -> None:
    folder = project(tmp_path)
    rules = (
        "segment with_city: city is known\nsegment all_of_them: city is known or city is missing\n"
    )
    found = sizes("-", folder / "customers.csv", input=rules)
    assert found == {"with_city": 3, "all_of_them": 4}


def test_a_folder_means_its_rules(tmp_path: Path) -> None:
    folder = project(tmp_path)
    assert sizes(folder) == sizes(folder / "rules.seg")
    (folder / "rules.seg").rename(folder / "only.seg")
    assert sizes(folder)["adults"] == 2
    (folder / "second.seg").write_text("age > 3", encoding="utf-8")
    result = segdsl("count", folder)
    assert result.exit_code == 1
    assert "only.seg" in result.stderr
    assert "second.seg" in result.stderr


def test_params_as_of_and_catalog(tmp_path: Path) -> None:
    folder = project(tmp_path / "one")
    assert sizes(folder, "--param", "limit=35")["adults"] == 1
    found = answer("count", folder, "--as-of", "2025-06-30")
    assert found["as_of"] == "2025-06-30T20:59:59.999999+00:00"
    instant = answer("count", folder, "--as-of", "2025-06-30T12:00")
    assert instant["as_of"] == "2025-06-30T09:00:00+00:00"
    elsewhere = tmp_path / "rules.seg"
    elsewhere.write_text((folder / "rules.seg").read_text(encoding="utf-8"), encoding="utf-8")
    assert sizes(elsewhere, "--catalog", folder / "catalog.toml") == sizes(folder)


def test_encoding_delimiter_and_key_override_the_catalog(tmp_path: Path) -> None:
    folder = project(tmp_path)
    text = (folder / "customers.csv").read_text(encoding="utf-8").replace(",", ";")
    (folder / "other.csv").write_text(text, encoding="cp1254")
    arguments = ("--encoding", "cp1254", "--delimiter", ";")
    assert sizes(folder, folder / "other.csv", *arguments) == sizes(folder)
    assert sizes(CONDITION, folder / "other.csv", *arguments, "--key", "id") == {"segment": 1}
    result = segdsl("count", folder, "--key", "email")
    assert result.exit_code == 1
    assert "SG505" in result.stderr


def test_the_sheet_is_chosen(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "c.xlsx") as book:
        for name, age in (("first", 10), ("second", 70)):
            sheet = pl.DataFrame({"id": [1], "age": [age]})
            sheet.write_excel(book, worksheet=name)
    assert sizes("age > 50", tmp_path / "c.xlsx") == {"segment": 0}
    assert sizes("age > 50", tmp_path / "c.xlsx", "--sheet", "second") == {"segment": 1}


def test_strict_makes_cells_that_do_not_fit_an_error(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "customers.csv").write_text("id,age,city\n1,old,x\n2,30,x\n", encoding="utf-8")
    found = answer("count", folder)
    assert [notice["code"] for notice in found["notices"]] == ["SG506"]
    result = segdsl("count", folder, "--strict")
    assert result.exit_code == 1
    assert "SG514" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as-of", "soon"), "no date or instant"),
        (("--as-of", "2026-02-30"), "no date or instant"),
        (("--as-of", "9999-12-31"), "the years 1900 to 2999"),
        (("--as-of", "0001-01-01T00:00+14:00"), "the years 1900 to 2999"),
        (("--param", "limit"), "name=value"),
        (("--encoding", "klingon"), "no encoding"),
        (("--encoding", "base64"), "`base64` is not the name"),
        (("--delimiter", "::"), "one ASCII character"),
        (("--delimiter", "§"), "one ASCII character"),
        (("--delimiter", '"'), "one ASCII character"),
        (("--key", ""), "--key"),
        (("--format", "xml"), "xml"),
        (("--no-such-option",), "--no-such-option"),
    ],
)
def test_wrong_use_is_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    result = segdsl("count", QUICKSTART, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_long_clause_is_cut_in_the_table_and_whole_in_json(tmp_path: Path) -> None:
    condition = " or ".join(f"age = {age}" for age in range(100))
    data = project(tmp_path) / "customers.csv"
    shown = segdsl("count", condition, data, "--funnel").stdout
    assert max(map(len, shown.splitlines())) < 160
    assert "…" in shown
    (step,) = answer("count", condition, data, "--funnel")["segments"][0]["steps"]
    assert step["text"] == condition
