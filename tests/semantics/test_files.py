"""Rule files that use other files and lists."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import segdsl

PEOPLE = pl.DataFrame({"id": [1, 2, 3], "age": [10, 20, 30], "code": ["06100", "34000", "x"]})


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return folder / "rules.seg"


def slugs(path: Path) -> list[str]:
    with pytest.raises(segdsl.CompileError) as caught:
        segdsl.load(path)
    return [diagnostic.code.slug for diagnostic in caught.value.diagnostics]


def test_use_brings_names_and_no_results(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        rules__seg='use "a.seg"\nsegment grown: old and not teen',
        a__seg='use "b.seg"\nsegment old: age >= limit',
        b__seg='use "a.seg"\nuse "rules.seg"\nparam limit = 20\ndefine teen: age < 25',
    )
    rules = segdsl.load(path)
    assert rules.segments == ("grown",)
    assert rules.evaluate(PEOPLE).keys("grown") == [3]


def test_use_is_relative_to_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "more.seg").write_text("define adult: age >= 18", "utf-8")
    (tmp_path / "shared" / "all.seg").write_text('use "more.seg"', "utf-8")
    path = written(tmp_path, rules__seg='use "shared/all.seg"\nsegment a: adult')
    assert segdsl.load(path).evaluate(PEOPLE).keys("a") == [2, 3]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, rules__seg='use "comon.seg"\nsegment a: age > 1', common__seg="")
    with pytest.raises(segdsl.CompileError, match=r"SG108.*comon\.seg") as caught:
        segdsl.load(path)
    assert "common.seg" in str(caught.value)


def test_a_mistake_in_a_used_file_names_that_file(tmp_path: Path) -> None:
    path = written(tmp_path, rules__seg='use "a.seg"\nsegment b: a', a__seg="segment a: age >")
    with pytest.raises(segdsl.CompileError, match=r"a\.seg:1"):
        segdsl.load(path)


def test_the_same_name_in_two_files(tmp_path: Path) -> None:
    path = written(
        tmp_path, rules__seg='use "a.seg"\nsegment x: age > 1', a__seg="define x: age > 2"
    )
    assert slugs(path) == ["duplicate-name"]


def test_list_from_csv_converts_to_the_type_it_meets(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        rules__seg='list some from "some.csv" column "value"\n'
        "segment ages: age in some\nsegment codes: code in some",
        some__csv="name,value\na,20\nb,06100\nc,30\nd,\n",
    )
    found = segdsl.load(path).evaluate(PEOPLE)
    assert found.keys("ages") == [2, 3]
    assert found.keys("codes") == [1]


def test_list_members_that_do_not_convert_are_counted(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        rules__seg='list some from "some.csv"\nsegment ages: age in some',
        some__csv="value\n20\nmany\nfew\n",
    )
    found = segdsl.load(path).evaluate(PEOPLE)
    assert found.keys("ages") == [2]
    (notice,) = [d for d in found.notices if d.code.slug == "unconverted-members"]
    assert "2 members" in notice.message
    assert "many" in notice.message


def test_list_from_parquet(tmp_path: Path) -> None:
    pl.DataFrame({"other": [5], "age": [10]}).write_parquet(tmp_path / "some.parquet")
    path = written(
        tmp_path, rules__seg='list some from "some.parquet" column "age"\nsegment a: age in some'
    )
    assert segdsl.load(path).evaluate(PEOPLE).keys("a") == [1]


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        ('list v from "no.csv"', "no such file"),
        ('list v from "some.csv" column "vlue"', "value"),
        ('list v from "empty.csv"', "empty"),
    ],
)
def test_lists_that_cannot_be_read(tmp_path: Path, declaration: str, words: str) -> None:
    path = written(
        tmp_path,
        rules__seg=f"{declaration}\nsegment a: age in v",
        some__csv="value\n1\n",
        empty__csv="",
    )
    with pytest.raises(segdsl.CompileError, match="SG108") as caught:
        segdsl.load(path)
    assert words in str(caught.value)


def test_a_cycle_prints_its_path(tmp_path: Path) -> None:
    path = written(
        tmp_path, rules__seg="define a: not b\ndefine b: c or age > 1\nsegment c: a and age > 2"
    )
    with pytest.raises(segdsl.CompileError, match="SG105") as caught:
        segdsl.load(path)
    assert "`a`" in str(caught.value)
    assert str(caught.value).count("SG105") == 1


def test_long_chains_of_definitions(tmp_path: Path) -> None:
    lines = ["define d0: age > 15"]
    lines += [f"define d{i}: not d{i - 1}" for i in range(1, 5001)]
    path = written(tmp_path, rules__seg="\n".join([*lines, "segment a: d5000"]))
    assert segdsl.load(path).evaluate(PEOPLE).keys("a") == [2, 3]


def test_deep_use_of_arguments_is_bounded(tmp_path: Path) -> None:
    lines = ["define d0(n): age > n"]
    lines += [f"define d{i}(n): d{i - 1}(n)" for i in range(1, 400)]
    path = written(tmp_path, rules__seg="\n".join([*lines, "segment a: d399(3)"]))
    assert set(slugs(path)) == {"too-deep"}


@pytest.mark.parametrize(
    "rules",
    [
        "define f(n): f(n) or f(n)\nsegment s: f(1)",
        "define f(n): g(n) or g(n)\ndefine g(n): f(n)\nsegment s: f(1)",
        "define f(f): f(f) or f(f)\nsegment s: f(1)",
        "define age(n): age(n) or age(n)\nsegment s: age(1)",
        "trait t(n): t(n) + t(n)\nsegment s: t(1) > 2",
    ],
)
def test_a_cycle_through_arguments_ends(tmp_path: Path, rules: str) -> None:
    assert "cycle" in slugs(written(tmp_path, rules__seg=rules))


def test_uses_with_equal_arguments_are_one(tmp_path: Path) -> None:
    lines = ["define d0(x): age > x"]
    lines += [f"define d{i}(x): d{i - 1}(x) or d{i - 1}(x + 1)" for i in range(1, 60)]
    path = written(tmp_path, rules__seg="\n".join([*lines, "segment a: d59(25)"]))
    assert segdsl.load(path).evaluate(PEOPLE).keys("a") == [3]


def test_uses_that_multiply_are_bounded(tmp_path: Path) -> None:
    lines = ["define d0(x): age > x"]
    lines += [f"define d{i}(x): d{i - 1}(x * 2) or d{i - 1}(x * 2 + 1)" for i in range(1, 40)]
    path = written(tmp_path, rules__seg="\n".join([*lines, "segment a: d39(1)"]))
    assert "too-deep" in slugs(path)


def test_long_chains_of_arithmetic(tmp_path: Path) -> None:
    terms = " + ".join(["age"] * 900)
    path = written(tmp_path, rules__seg=f"segment a: {terms} > {20 * 900}")
    assert segdsl.load(path).evaluate(PEOPLE).keys("a") == [3]


def test_a_used_bare_condition_is_a_segment_named_after_its_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        rules__seg='use "grown.seg"\nuse "two words.seg"\nsegment a: not grown\n'
        "segment b: `two words` and grown",
        grown__seg="age >= 20",
    )
    (tmp_path / "two words.seg").write_text("age < 25", "utf-8")
    rules = segdsl.load(path)
    assert rules.evaluate(PEOPLE).counts() == {"a": 1, "b": 1}
    assert segdsl.from_json(rules.to_json()).evaluate(PEOPLE).counts() == {"a": 1, "b": 1}


def test_the_name_of_a_used_bare_condition_is_declared_once(tmp_path: Path) -> None:
    path = written(
        tmp_path, rules__seg='use "grown.seg"\nsegment grown: age > 1', grown__seg="age >= 20"
    )
    assert slugs(path) == ["duplicate-name"]
