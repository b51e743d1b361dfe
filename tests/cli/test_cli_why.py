"""`segdsl why`: explanations of one customer."""

from __future__ import annotations

from pathlib import Path

import pytest
from segdsl_runner import QUICKSTART, answer, project, segdsl

import segdsl as package
from segdsl.engine.membership import Membership
from segdsl.functions.buckets import BUCKETS, bucket

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
    assert segment["explanation"]["items"][0]["seen"] == ["age is 20"]
    assert segment["explanation"]["items"][0]["span"]["line"] == 4


TIERED = """segment young: age < 35
segment named: city is known
tiers kind: young, named otherwise others
split trial of young seed "s": control 10%, letter 90%
split whole seed "s": a 50%, b 50%
segment some: sample 30% seed "s"
"""


def explained(rules: str, folder: Path, key: int, segment: str) -> list[str]:
    project(folder)
    (folder / "rules.seg").write_text(rules, encoding="utf-8")
    lines = segdsl("why", folder, "--customer", key, "--segment", segment).stdout.splitlines()
    return [line.partition("   [")[0].strip() for line in lines[3:-1]]


def test_a_tier_says_which_one_came_first(tmp_path: Path) -> None:
    assert explained(TIERED, tmp_path, 1, "kind.named") == [
        "no   kind.named",
        "yes  named",
        'yes  city is known   (city is "İstanbul")',
        "no   not in an earlier tier: already in kind.young",
    ]
    assert explained(TIERED, tmp_path, 2, "kind.named")[-1] == "yes  not in an earlier tier"
    last = "in none of the tiers before"
    assert explained(TIERED, tmp_path, 10, "kind.others") == ["yes  kind.others", f"yes  {last}"]
    assert explained(TIERED, tmp_path, 2, "kind.others")[1] == f"no   {last}: already in kind.named"
    assert explained(TIERED, tmp_path, 1, "kind.young")[0] == "yes  kind.young"


def test_the_line_of_a_tier_names_what_came_first(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_text(TIERED, encoding="utf-8")
    lines = segdsl("why", folder, "--customer", "1").stdout.splitlines()
    assert "no   kind.named     not in an earlier tier: already in kind.young" in lines


def test_a_part_of_a_split_says_what_was_drawn(tmp_path: Path) -> None:
    drawn = bucket("s", 1) * 1000 // BUCKETS / 10
    lines = explained(TIERED, tmp_path, 1, "trial.letter")
    assert lines[:2] == ["yes  trial.letter", "yes  young"]
    assert lines[-1] == f"yes  letter takes 10% to 100%   (draws {drawn}%)"
    assert explained(TIERED, tmp_path, 1, "whole.b") == [
        f"yes  b takes 50% to 100%   (draws {drawn}%)"
    ]
    assert explained(TIERED, tmp_path, 1, "some")[0].endswith(f"(draws {drawn}%)")


RANKED = """define young: age < 35
segment oldest: top 1 by age
segment half: bottom 50% by age per city
segment one_young: top 1 by age within young
"""


@pytest.mark.parametrize(
    ("key", "segment", "seen"),
    [
        (3, "oldest", "no   top 1 by age   (age is 30, place 2 of 3, 1 taken)"),
        (10, "oldest", "yes  top 1 by age   (age is 40, place 1 of 3, 1 taken)"),
        (2, "oldest", "no   top 1 by age   (age is missing)"),
        (1, "half", '(age is 20, city is "İstanbul", place 1 of 1, 0 taken)'),
        (10, "half", "(age is 40, city is missing)"),
        (1, "one_young", "(age is 20, place 2 of 2, 1 taken)"),
        (10, "one_young", "(age is 40, not among those who are ranked)"),
    ],
)
def test_a_ranking_says_place_and_limit(key: int, segment: str, seen: str, tmp_path: Path) -> None:
    assert explained(RANKED, tmp_path, key, segment)[0].endswith(seen)


def test_a_tie_goes_to_the_smaller_key_also_in_words(tmp_path: Path) -> None:
    rules = "segment s: bottom 2 by 1 + 0 * size"
    data = {"key": [3, 1, 2], "size": [5, 6, 7]}
    ruleset = package.compile(rules)
    (tmp_path / "r.seg").write_text(rules, encoding="utf-8")
    (tmp_path / "c.csv").write_text("key,size\n3,5\n1,6\n2,7\n", encoding="utf-8")
    arguments = ("why", tmp_path / "r.seg", tmp_path / "c.csv", "--key", "key", "--customer")
    said = [segdsl(*arguments, key).stdout for key in (1, 2, 3)]
    assert ["place " + text.partition("place ")[2][:6] for text in said] == [
        "place 1 of 3", "place 2 of 3", "place 3 of 3",
    ]  # fmt: skip
    assert set(ruleset.evaluate(data).keys("s")) == {1, 2}


def test_a_distance_is_said_in_metres(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(
        '[customers]\nsource = "c.csv"\nkey = "id"\n[customers.fields]\nid = "number"\n'
        'home = { type = "place", latitude = "lat", longitude = "lon" }\n'
    )
    (tmp_path / "c.csv").write_text("id,lat,lon\n1,41,29.1\n2,,\n")
    (tmp_path / "rules.seg").write_text("segment near: home within 3 km of (41, 29)\n")
    said = segdsl("why", tmp_path, "--customer", 1).stdout
    assert "(home is (41.0, 29.1), 8,392 m away)" in said
    assert "(home is missing)" in segdsl("why", tmp_path, "--customer", 2).stdout


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
    for key in ("99", "nobody", "9" * 20, "-" + "9" * 20, "9" * 50):
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
