"""Who entered and who left: between two evaluations, and since what a run wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import segdsl
from segdsl.engine.rolls import Change

RULES = """segment young: age < 30
segment bursa: city = "Bursa"
segment no_one: age > 200
"""
BEFORE = {"id": [1, 2, 3, 4], "age": [20, 20, 40, 50], "city": ["Bursa", None, "Bursa", "Izmir"]}
# 1 stays, 2 grows old, 3 moves in age and city, 4 is gone, 9 and 5 are new
NOW = {
    "id": [9, 3, 1, 2, 5],
    "age": [25, 29, 20, 30, 60],
    "city": ["Bursa", "Izmir", "Bursa", "Bursa", None],
}
COUNTS = {"young": Change(2, 1), "bursa": Change(2, 1), "no_one": Change(0, 0)}
ROWS = [
    (2, "young", "left"),
    (2, "bursa", "entered"),
    (3, "young", "entered"),
    (3, "bursa", "left"),
    (9, "young", "entered"),
    (9, "bursa", "entered"),
]


def as_texts(data: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {**data, "id": [f"c{one}" for one in data["id"]]}


def test_keys_may_come_and_go() -> None:
    rules = segdsl.compile(RULES)
    before = rules.evaluate(BEFORE)
    changes = rules.evaluate(NOW, previous=before).changes()
    assert changes.counts() == COUNTS
    assert changes.frame().rows() == ROWS
    assert changes.frame().columns == ["id", "segment", "change"]
    assert changes.entered("young").keys() == [3, 9]
    assert changes.left("young").keys() == [2]
    assert changes.unknown == ()
    with pytest.raises(KeyError):
        changes.left("old")


def test_a_customer_who_is_gone_has_left() -> None:
    rules = segdsl.compile(RULES)
    fewer = {name: values[1:] for name, values in BEFORE.items()}
    found = rules.evaluate(fewer, previous=rules.evaluate(BEFORE)).changes()
    assert found.counts()["young"] == Change(0, 1)
    assert found.left("young").keys() == [1]
    nobody = pl.DataFrame(BEFORE).head(0)
    assert rules.evaluate(nobody, previous=rules.evaluate(BEFORE)).changes().counts()[
        "young"
    ] == Change(0, 2)
    assert rules.evaluate(BEFORE, previous=rules.evaluate(nobody)).changes().counts()[
        "young"
    ] == Change(2, 0)


def test_where_the_keys_are_the_same_rows_are_not_looked_up() -> None:
    rules = segdsl.compile("age >= 30")
    ids, ages = list(range(500)), [i % 60 for i in range(500)]
    older = [age + 1 for age in ages]
    before = rules.evaluate({"id": ids, "age": ages})
    changes = rules.evaluate({"id": ids, "age": older}, previous=before).changes()
    assert changes._earlier_rows is None
    assert changes.entered("segment").keys() == [i for i in ids if i % 60 == 29]
    assert changes.counts()["segment"].left == 0


def test_an_audience_that_was_not_known_is_entered_by_all() -> None:
    before = segdsl.compile("segment young: age < 30").evaluate(BEFORE)
    found = segdsl.compile(RULES).evaluate(NOW, previous=before)
    assert found.changes().counts() == {**COUNTS, "bursa": Change(3, 0)}
    assert found.changes().unknown == ("bursa", "no_one")
    (notice,) = [one for one in found.notices if one.code.slug == "not-known-before"]
    assert "`bursa` and `no_one`" in notice.message


def test_keys_of_another_type_are_refused() -> None:
    rules = segdsl.compile(RULES)
    with pytest.raises(segdsl.DataError, match="the key `id` is texts"):
        rules.evaluate(NOW, previous=rules.evaluate(as_texts(BEFORE)))


def test_an_evaluation_without_an_earlier_one_has_no_changes() -> None:
    with pytest.raises(ValueError, match="previous"):
        segdsl.compile(RULES).evaluate(NOW).changes()


def test_what_is_no_membership_is_refused() -> None:
    with pytest.raises(TypeError, match="DataFrame"):
        segdsl.compile(RULES).evaluate(NOW, previous=pl.DataFrame(BEFORE))  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", ["wide", "long", "files"])
@pytest.mark.parametrize("output", ["csv", "tsv", "parquet", "jsonl", "xlsx", "arrow"])
@pytest.mark.parametrize("is_text", [False, True], ids=["numbers", "texts"])
def test_what_a_run_wrote_is_read_back(
    tmp_path: Path, layout: Any, output: str, is_text: bool
) -> None:
    rules = segdsl.compile(RULES)
    before, now = (as_texts(BEFORE), as_texts(NOW)) if is_text else (BEFORE, NOW)
    earlier = rules.evaluate(before, columns=["city"] if layout == "long" else ["age"])
    folder, file = tmp_path / "out", tmp_path / f"out.{output}"
    earlier.write(folder, layout, output=output)
    found = [rules.evaluate(now, previous=folder)]
    if layout != "files":
        earlier.write(file, layout)
        found.append(rules.evaluate(now, previous=str(file)))
    for one in found:
        assert one.changes().counts() == COUNTS
        assert one.changes().frame().height == len(ROWS)
    assert found[0].changes().unknown == ()


def test_an_audience_named_segment_is_no_long_layout(tmp_path: Path) -> None:
    rules = segdsl.compile("age < 30")
    for name in ("wide.csv", "wide.parquet", "wide.xlsx"):
        rules.evaluate(BEFORE).write(tmp_path / name)
        assert rules.evaluate(NOW, previous=tmp_path / name).changes().counts() == {
            "segment": Change(2, 1)
        }


def test_a_run_that_found_no_one_is_read_back(tmp_path: Path) -> None:
    rules = segdsl.compile(RULES)
    nobody = rules.evaluate(pl.DataFrame(BEFORE).head(0))
    for name in ("none.jsonl", "none.csv", "none.parquet"):
        for layout in ("wide", "long"):
            nobody.write(tmp_path / name, layout)  # type: ignore[arg-type]
            found = rules.evaluate(NOW, previous=tmp_path / name).changes()
            assert found.counts()["young"] == Change(3, 0)


def test_changes_are_written_whole_and_over_no_file_that_was_read(tmp_path: Path) -> None:
    rules = segdsl.compile(RULES)
    before = tmp_path / "before.csv"
    rules.evaluate(BEFORE).write(before)
    changes = rules.evaluate(NOW, previous=before).changes()
    for name in ("changes.csv", "changes.parquet"):
        written = changes.write(tmp_path / name)
        read = pl.read_csv(written) if name.endswith("csv") else pl.read_parquet(written)
        assert read.rows() == ROWS
    with pytest.raises(segdsl.DataError, match="this run reads that file"):
        changes.write(before)
    with pytest.raises(ValueError, match="a folder"):
        changes.write(tmp_path)


BAD = {
    "no key": ("customer,young\n1,true\n", "there is no column `id`"),
    "not yes/no": ("id,young\n1,maybe\n", "`young` is an audience"),
    "missing": ("id,young\n1,\n2,true\n", "`young` is an audience"),
    "twice": ("id,young\n1,true\n1,false\n", "the key `1` occurs more than once"),
    "no audience": (
        "id,age\n1,20\n",
        "nothing of the audiences of these rules (`young`, `bursa` and `no_one`)",
    ),
    "no number": ("id,young\n1,true\nA7,true\n", "such as `A7`, and now whole numbers"),
    "only texts": ("id,young\nA7,true\n", "and now whole numbers"),
    "other rules, long": ("id,segment\n1,gold\n2,silver\n", "nothing of the audiences"),
    "other rules, wide": ("id,gold\n1,true\n2,false\n", "nothing of the audiences"),
    "customers": ("id,age,is_vip\n1,20,true\n2,40,false\n", "nothing of the audiences"),
    "changes": ("id,segment,change\n1,young,entered\n2,young,left\n", "who entered and left"),
    "no changes": ("id,segment,change\n", "who entered and left"),
    "keyless": ("id,segment\n1,young\n,young\n", "rows without a key"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_run_wrote_is_refused_with_place_and_remedy(tmp_path: Path, name: str) -> None:
    text, message = BAD[name]
    place = tmp_path / "before.csv"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(segdsl.DataError) as error:
        segdsl.compile(RULES).evaluate(NOW, previous=place)
    (found,) = error.value.diagnostics
    assert found.code.slug == "bad-previous"
    assert message in found.message
    assert str(place) in (found.place or "")
    assert found.help


@pytest.mark.parametrize("output", ["csv", "parquet", "jsonl", "xlsx", "arrow"])
def test_changes_are_no_earlier_run(tmp_path: Path, output: str) -> None:
    rules = segdsl.compile(RULES)
    found = rules.evaluate(NOW, previous=rules.evaluate(BEFORE)).changes()
    place = found.write(tmp_path / f"changes.{output}")
    with pytest.raises(segdsl.DataError, match="who entered and left") as error:
        rules.evaluate(NOW, previous=place)
    assert "not its `--changes`" in error.value.diagnostics[0].help[0]


def test_a_column_named_change_may_be_carried_along(tmp_path: Path) -> None:
    rules = segdsl.compile("segment young: age < 30")
    data = {**BEFORE, "change": ["none", "left", "none", "none"]}
    rules.evaluate(data, columns=["change"]).write(tmp_path / "long.csv", "long")
    assert rules.evaluate(NOW, previous=tmp_path / "long.csv").changes().counts() == {
        "young": Change(2, 1)
    }


@pytest.mark.parametrize("layout", ["wide", "long", "files"])
def test_a_folder_of_other_rules_is_refused(tmp_path: Path, layout: Any) -> None:
    segdsl.compile("segment gold: age < 30").evaluate(BEFORE).write(tmp_path / "out", layout)
    with pytest.raises(segdsl.DataError, match="nothing of the audiences"):
        segdsl.compile(RULES).evaluate(NOW, previous=tmp_path / "out")


@pytest.mark.parametrize("record", [None, "{", "[]", '{"format": "other"}'])
def test_a_folder_needs_the_record_of_a_run(tmp_path: Path, record: str | None) -> None:
    (tmp_path / "young.csv").write_text("id\n1\n", encoding="utf-8")
    if record is not None:
        (tmp_path / "segdsl-run.json").write_text(record, encoding="utf-8")
    with pytest.raises(segdsl.DataError, match="record"):
        segdsl.compile(RULES).evaluate(NOW, previous=tmp_path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(segdsl.DataError, match="no such file"):
        segdsl.compile(RULES).evaluate(NOW, previous=tmp_path / "before.csv")
