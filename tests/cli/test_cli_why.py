"""`segdsl why`: explanations of one customer."""

from __future__ import annotations

from pathlib import Path

import pytest
from segdsl_runner import QUICKSTART, answer, project, segdsl

import segdsl as package
from segdsl.engine.membership import Membership

POPULATION = """segment rich: top 1 by age
segment rich_here: top 1 by age within known_city
segment known_city: city is known
segment old_half: quintile of age >= 3
segment usual: city among 1 most common
"""


def test_a_line_for_each_audience(tmp_path: Path) -> None:
    lines = segdsl("why", project(tmp_path), "--customer", "3").stdout.splitlines()
    assert lines[0] == "customer 3, as of 2026-01-31 23:59 Europe/Istanbul"
    assert "yes  adults" in lines
    assert "no   young_big       age < limit   (age is 30)" in lines


def test_the_tree_of_a_segment(tmp_path: Path) -> None:
    result = segdsl("why", project(tmp_path), "--customer", "3", "--segment", "young_big")
    assert result.stdout.splitlines()[2:7] == [
        "young_big",
        "  no   age < limit and big   [rules.seg:4:20]",
        "    no   age < limit   (age is 30)   [rules.seg:4:20]",
        "    no   big   [rules.seg:4:36]",
        '      no   city = "İstanbul"   (city is "Bursa")   [rules.seg:2:13]',
    ]


def test_json(tmp_path: Path) -> None:
    found = answer("why", project(tmp_path), "--customer", "1", "--segment", "young_big")
    assert found["customer"] == "1"
    (segment,) = found["segments"]
    assert segment["holds"] is True
    assert segment["explanation"]["items"][0]["values"] == {"age": 20}
    assert segment["explanation"]["items"][0]["span"]["line"] == 4


def membership(folder: Path) -> Membership:
    return package.load(folder / "rules.seg").evaluate()


@pytest.mark.parametrize("key", [1, 2, 3, 10])
def test_population_clauses_agree_with_the_run(key: int, tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_text(POPULATION, encoding="utf-8")
    found = answer("why", folder, "--customer", str(key))["segments"]
    said = {segment["name"]: segment["holds"] for segment in found}
    result = membership(folder)
    assert said == {name: key in result.keys(name) for name in result.segments}


def test_why_agrees_with_the_run_on_the_quickstart() -> None:
    result = membership(QUICKSTART)
    for key in (5, 12, 777, 2000):
        found = answer("why", QUICKSTART, "--customer", str(key))["segments"]
        said = {segment["name"]: segment["holds"] for segment in found}
        assert said == {name: key in result.keys(name) for name in result.segments}


def test_unknown_keys_and_segments(tmp_path: Path) -> None:
    folder = project(tmp_path)
    for key in ("99", "nobody"):
        result = segdsl("why", folder, "--customer", key)
        assert result.exit_code == 1
        assert f"error[SG510]: no customer has the key `{key}`" in result.stderr
    result = segdsl("why", folder, "--customer", "1", "--segment", "adult")
    assert result.exit_code == 2
    assert "`adults`" in result.stderr
    assert segdsl("why", folder).exit_code == 2


def test_a_condition_is_explained_in_full(tmp_path: Path) -> None:
    data = project(tmp_path) / "customers.csv"
    result = segdsl("why", 'age > 3 and city = "Bursa"', data, "--customer", "2")
    assert "    no   age > 3   (age is missing)" in result.stdout
