"""The Python surface as an embedding program uses it."""

from __future__ import annotations

import json
import pickle
import threading
from datetime import UTC, date, datetime
from decimal import Context, Decimal, localcontext
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator

import segdsl
from segdsl.document import document_schema

RULES = """
param lowest = 100
list metros = ("İstanbul", "Ankara")
define grown(n): age >= n
trait per_order "Spend per order": spend / orders
segment young_metro "Young" [owner = "crm"]: age between 25 and 34 and city in metros
segment rich: spend > lowest
tiers level: rich, young_metro otherwise other
split draw of rich seed "s": control 50%, offer 50%
segment best: top 1 by spend per city
"""
CATALOG = {
    "timezone": "Europe/Istanbul",
    "customers": {
        "key": "id",
        "fields": {
            "id": "number",
            "age": "number",
            "city": "text",
            "spend": "number",
            "orders": "number",
            "since": "instant",
        },
    },
}
PEOPLE = pl.DataFrame(
    {
        "id": [3, 1, 2],
        "age": [30, 26, 50],
        "city": ["Ankara", "İstanbul", None],
        "spend": [50.0, 150.0, 200.0],
        "orders": [2, 0, 4],
        "since": [datetime(2026, 1, 1), None, datetime(2026, 10, 31, 22)],
    }
)


@pytest.fixture(scope="module")
def catalog() -> segdsl.Catalog:
    return segdsl.Catalog.model_validate(CATALOG)


@pytest.fixture(scope="module")
def rules(catalog: segdsl.Catalog) -> segdsl.Ruleset:
    return segdsl.compile(RULES, catalog=catalog)


def test_counts_and_keys(rules: segdsl.Ruleset) -> None:
    found = rules.evaluate(PEOPLE)
    assert found.base == 3
    assert found.counts() | {"draw.control": 0, "draw.offer": 0} == {
        "young_metro": 2,
        "rich": 2,
        "level.rich": 2,
        "level.young_metro": 1,
        "level.other": 0,
        "draw.control": 0,
        "draw.offer": 0,
        "best": 2,
    }
    assert found.counts()["draw.control"] + found.counts()["draw.offer"] == 2
    assert found.keys("young_metro") == [1, 3]
    with pytest.raises(KeyError):
        found.keys("nobody")


@pytest.mark.parametrize(
    "data",
    [
        PEOPLE,
        PEOPLE.lazy(),
        PEOPLE.sample(fraction=1, shuffle=True, seed=7),
        PEOPLE.to_arrow(),
        PEOPLE.to_pandas(),
        pa.RecordBatchReader.from_batches(PEOPLE.to_arrow().schema, PEOPLE.to_arrow().to_batches()),
    ],
    ids=["frame", "lazy", "other order", "arrow", "pandas", "stream"],
)
def test_same_answers_from_every_kind_of_data(rules: segdsl.Ruleset, data: object) -> None:
    found = rules.evaluate(data)
    expected = rules.evaluate(PEOPLE)
    assert {name: found.keys(name) for name in found.segments} == {
        name: expected.keys(name) for name in expected.segments
    }


def test_frames(rules: segdsl.Ruleset) -> None:
    found = rules.evaluate(PEOPLE, columns=["city"])
    wide = found.frame(traits=True)
    assert wide["id"].to_list() == [1, 2, 3]
    assert wide.columns[:3] == ["id", "city", "per_order"]
    assert wide["per_order"].to_list() == [None, 50.0, 25.0]
    assert wide["young_metro"].to_list() == [True, False, True]
    long = found.frame("long")
    assert long.filter(pl.col("segment") == "rich")["id"].to_list() == [1, 2]
    assert long.columns == ["id", "city", "segment"]
    with pytest.raises(ValueError, match="layout"):
        found.frame("tall")  # type: ignore[arg-type]


def test_columns_that_clash_or_are_one_text(rules: segdsl.Ruleset) -> None:
    data = PEOPLE.with_columns(pl.lit("x").alias("per_order"), pl.lit(7).alias("segment order"))
    found = rules.evaluate(data, columns=["segment order"])
    assert found.frame("long").columns == ["id", "segment order", "segment"]
    assert found.people(["per_order"])["per_order"].to_list() == ["x", "x", "x"]
    with pytest.raises(ValueError, match="named `per_order`"):
        found.people(["per_order"], traits=True)
    with pytest.raises(TypeError, match="not one text"):
        rules.evaluate(PEOPLE, columns="city")
    with pytest.raises(TypeError, match="not one text"):
        found.frame(columns="city")


def test_memberships_are_pickled_without_the_data(rules: segdsl.Ruleset) -> None:
    found = rules.evaluate(PEOPLE, columns=["city"])
    again = pickle.loads(pickle.dumps(found))
    assert again.summary() == found.summary()
    assert again.frame(traits=True).equals(found.frame(traits=True))
    with pytest.raises(KeyError, match="`spend` was not carried along"):
        again.people(["spend"])
    assert found.people(["spend"])["spend"].to_list() == [150.0, 200.0, 50.0]


def test_segment_expression(rules: segdsl.Ruleset) -> None:
    segment = rules["young_metro"]
    assert (segment.name, segment.title, segment.annotations) == (
        "young_metro",
        "Young",
        {"owner": "crm"},
    )
    assert PEOPLE.filter(segment.polars())["id"].to_list() == [3, 1]
    with pytest.raises(segdsl.UnsupportedError):
        rules["best"].polars()
    with pytest.raises(KeyError):
        rules["nobody"]


def test_explanation(rules: segdsl.Ruleset) -> None:
    tree = rules.explain({"age": 24, "city": "Ankara"}, "young_metro")
    assert not tree.holds
    between, in_metros = tree.items
    assert (between.text, between.holds, between.values) == (
        "age between 25 and 34",
        False,
        (("age", 24),),
    )
    assert in_metros.holds
    assert in_metros.span is not None
    assert in_metros.span.text == "city in metros"
    assert tree.to_dict()["items"][0]["values"] == {"age": 24}
    assert "age is 24" in str(tree)
    assert rules.explain({"city": None, "age": 25}, "young_metro").items[1].values == (
        ("city", None),
    )
    with pytest.raises(segdsl.UnsupportedError, match="SG402"):
        rules.explain({"age": 24}, "best")
    with pytest.raises(TypeError, match="not of type number"):
        rules.explain({"age": "many"}, "young_metro")


def test_without_catalog() -> None:
    rules = segdsl.compile('age >= 30 and city = "Ankara"')
    assert [(use.name, use.type) for use in rules.fields()] == [("age", None), ("city", None)]
    found = rules.evaluate(PEOPLE)
    assert found.keys("segment") == [3]
    assert [notice.code.id for notice in found.notices] == ["SG307"]
    assert rules.explain({"age": 31, "city": "Ankara"}, "segment").holds
    with pytest.raises(segdsl.CompileError, match="SG101"):
        segdsl.compile("agee > 3").evaluate(PEOPLE)


@pytest.mark.parametrize(("rule", "is_checked_again"), [("age > 30", False), ('id = "b"', True)])
def test_an_open_type_of_the_key_alone(rule: str, is_checked_again: bool) -> None:
    fields = {"age": {"type": "number"}}
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": fields}})
    data = pl.DataFrame({"id": ["a", "b"], "age": [30, 40]})
    rules = segdsl.compile(f"segment s: {rule}", catalog=catalog)
    ruleset, _, _ = rules.on(data)
    assert (ruleset.plan is not rules.plan) == is_checked_again
    assert rules.evaluate(data).keys("s") == ["b"]


def test_params(catalog: segdsl.Catalog) -> None:
    assert segdsl.compile(RULES, catalog=catalog, params={"lowest": 170}).evaluate(PEOPLE).keys(
        "rich"
    ) == [2]
    with pytest.raises(segdsl.CompileError, match="SG106"):
        segdsl.compile(RULES, catalog=catalog, params={"most": 1})
    with pytest.raises(segdsl.CompileError, match="SG212"):
        segdsl.compile(RULES, catalog=catalog, params={"lowest": "many"})


def test_as_of(catalog: segdsl.Catalog) -> None:
    rules = segdsl.compile("since in last 1 day", catalog=catalog)
    # 2026-10-31T22:00 UTC is 1 November in İstanbul; naive instants in data are local.
    assert rules.evaluate(PEOPLE, as_of="2026-10-31").keys("segment") == [2]
    assert rules.evaluate(PEOPLE, as_of=date(2026, 10, 31)).keys("segment") == [2]
    assert (
        rules.evaluate(PEOPLE, as_of=datetime(2026, 10, 31, 18, tzinfo=UTC)).keys("segment") == []
    )
    assert rules.evaluate(PEOPLE, as_of="2026-11-02").keys("segment") == []
    with pytest.raises(ValueError, match="Invalid isoformat"):
        rules.evaluate(PEOPLE, as_of="yesterday")
    for moment in ("9999-12-31", date(1899, 12, 31), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(ValueError, match="1900 to 2999"):
            rules.evaluate(PEOPLE, as_of=moment)


def test_json_round_trip(tmp_path: Path) -> None:
    (tmp_path / "common.seg").write_text("define adult: age >= 18\n", "utf-8")
    (tmp_path / "vip.csv").write_text("who,id\na,1\nb,2\n", "utf-8")
    (tmp_path / "rules.seg").write_text(
        'use "common.seg"\nparam oldest = 40\nlist vip from "vip.csv" column "id"\n'
        "segment a: adult and id in vip and age < oldest\n",
        "utf-8",
    )
    catalog = segdsl.Catalog.model_validate(CATALOG)
    rules = segdsl.load(tmp_path / "rules.seg", catalog=catalog, params={"oldest": 45})
    text = rules.to_json()
    Draft202012Validator(document_schema()).validate(json.loads(text))
    for name in ("common.seg", "vip.csv", "rules.seg"):
        (tmp_path / name).unlink()
    again = segdsl.from_json(text)
    assert again.evaluate(PEOPLE).keys("a") == rules.evaluate(PEOPLE).keys("a") == [1]
    assert again.to_json() == text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "segdsl-ruleset", "version": 2}'])
def test_json_that_is_none(text: str) -> None:
    with pytest.raises(segdsl.CompileError, match="SG516"):
        segdsl.from_json(text)


def test_shared_between_threads(rules: segdsl.Ruleset) -> None:
    expected = rules.evaluate(PEOPLE).counts()
    found: list[dict[str, int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(rules.evaluate(PEOPLE).counts()))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_errors_carry_diagnostics() -> None:
    with pytest.raises(segdsl.CompileError) as caught:
        segdsl.compile("segment a: age >\nsegment b: a and a(3)\nsegment c: size of {")
    assert len(caught.value.diagnostics) >= 2
    assert all(d.primary is not None for d in caught.value.diagnostics)
    assert "Traceback" not in str(caught.value)


def test_other_data_is_a_type_error(rules: segdsl.Ruleset) -> None:
    with pytest.raises(TypeError):
        rules.evaluate(42)


def test_pandas_with_dates() -> None:
    people = pd.DataFrame({"id": ["a", "b"], "born": pd.to_datetime(["2000-02-29", None])})
    rules = segdsl.compile("anniversary of born on 2026-02-28 and born is known")
    assert rules.evaluate(people).keys("segment") == ["a"]


def test_exceptions_survive_pickling() -> None:
    with pytest.raises(segdsl.CompileError) as caught:
        segdsl.compile("age >")
    again = pickle.loads(pickle.dumps(caught.value))
    assert [d.code.id for d in again.diagnostics] == [d.code.id for d in caught.value.diagnostics]


def test_json_holds_files_that_only_use_others(tmp_path: Path) -> None:
    (tmp_path / "inner.seg").write_text("define adult: age >= 28\n", "utf-8")
    (tmp_path / "outer.seg").write_text('use "inner.seg"\n', "utf-8")
    (tmp_path / "rules.seg").write_text('use "outer.seg"\nsegment a: adult\n', "utf-8")
    text = segdsl.load(tmp_path / "rules.seg").to_json()
    assert [rules["name"] for rules in json.loads(text)["rules"]] == [
        str(tmp_path / name) for name in ("rules.seg", "outer.seg", "inner.seg")
    ]
    assert segdsl.from_json(text).evaluate(PEOPLE).keys("a") == [2, 3]


def test_json_keeps_the_catalogs_folder(tmp_path: Path) -> None:
    PEOPLE.select("id", "age").write_csv(tmp_path / "people.csv")
    (tmp_path / "catalog.toml").write_text('[customers]\nsource = "people.csv"\n', "utf-8")
    (tmp_path / "rules.seg").write_text("age > 40", "utf-8")
    rules = segdsl.load(tmp_path / "rules.seg")
    assert segdsl.from_json(rules.to_json()).evaluate().keys("rules") == [2]


def test_samples_are_not_explained_without_a_key(rules: segdsl.Ruleset) -> None:
    with pytest.raises(segdsl.UnsupportedError, match="key"):
        rules.explain({"spend": 200}, "draw.control")
    drawn = {key: rules.explain({"spend": 200, "id": key}, "draw.control").holds for key in (1, 2)}
    assert [key for key, holds in drawn.items() if holds] == rules.evaluate(PEOPLE).keys(
        "draw.control"
    )


def test_folding_of_a_field_among_others() -> None:
    fields = {"id": "number", "a": "text", "b": {"type": "text", "compare": "ignoring case"}}
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": fields}})
    people = pl.DataFrame({"id": [1], "a": ["X"], "b": ["x"]})
    rules = segdsl.compile(
        "trait c(n): b\nsegment equal: a = b\nsegment one_of: a in (b)\n"
        'segment through: c(1) = "X"\nsegment either: (a or else b) = "x"',
        catalog=catalog,
    )
    assert set(rules.evaluate(people).counts().values()) == {1}


def test_the_callers_decimal_context_changes_nothing() -> None:
    people = pl.DataFrame({"id": range(100_000), "x": range(100_000)})
    with localcontext(Context(prec=3)):
        found = segdsl.compile("top 12.345% by x").evaluate(people)
    assert found.counts() == {"segment": 12_345}


def test_whole_numbers_and_floats_of_lists_are_told_apart(tmp_path: Path) -> None:
    large = 2**53
    pl.DataFrame({"v": [str(large)]}).write_csv(tmp_path / "a.csv")
    pl.DataFrame({"v": [float(large)]}).write_parquet(tmp_path / "b.parquet")
    (tmp_path / "rules.seg").write_text(
        'list a from "a.csv"\nlist b from "b.parquet"\n'
        "segment exact: x in a\nsegment rounded: x in b\nsegment either: x in a or x in b\n",
        "utf-8",
    )
    people = pl.DataFrame({"id": [1, 2], "x": [large, large + 1]})
    found = segdsl.load(tmp_path / "rules.seg").evaluate(people)
    assert {name: found.keys(name) for name in found.segments} == {
        "exact": [1],
        "rounded": [1, 2],
        "either": [1, 2],
    }


def test_profiles_without_a_catalog() -> None:
    rules = segdsl.compile('spend > 2.5 and tags contains 3 and city = "x"')
    profile = {"spend": Decimal("3.0"), "tags": [1, 3], "city": "x"}
    assert rules.explain(profile, "segment").holds


def test_params_from_python(catalog: segdsl.Catalog) -> None:
    for value, expected in ((1e-7, 3), (Decimal("1E+2"), 2), (1e17, 0)):
        rules = segdsl.compile(RULES, catalog=catalog, params={"lowest": value})
        assert rules.evaluate(PEOPLE).counts()["rich"] == expected


def test_the_names_of_a_profile_are_normalised() -> None:
    decomposed = "caf\u0065\u0301"
    rules = segdsl.compile('café = "x"')
    assert rules.explain({decomposed: "x"}, "segment").holds
    assert not rules.explain({decomposed: "y"}, "segment").holds
