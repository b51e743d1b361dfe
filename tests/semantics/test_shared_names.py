"""Names that are declared and that the data or the catalog's events have as well."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import segdsl
from segdsl.catalog import Catalog

PEOPLE = pl.DataFrame({"id": [1, 2], "age": [1, 5], "x": [7, 8], "t.a": [3, 4]})
DECLARED = Catalog.model_validate(
    {"customers": {"key": "id", "fields": {"id": "number", "age": "number", "t.a": "number"}}}
)


def complaints(
    rules: str, catalog: Catalog | None = None
) -> list[tuple[str, str, tuple[str, ...]]]:
    with pytest.raises(segdsl.CompileError) as caught:
        segdsl.compile(rules, catalog=catalog).evaluate(PEOPLE)
    return [(d.code.slug, d.message, d.help) for d in caught.value.diagnostics if d.primary]


DECLARATIONS = [
    ("segment x: age > 3", "segment"),
    ("define x(n): age > n", "definition"),
    ("trait x: age", "trait"),
    ("list x = (1, 2)", "list"),
    ("param x = 1", "param"),
    ("tiers x: s", "tiers"),
    ('split x seed "x": p 100%', "split"),
]


@pytest.mark.parametrize(("declaration", "what"), DECLARATIONS)
def test_a_declared_name_that_is_a_column(declaration: str, what: str) -> None:
    ((slug, message, help),) = complaints(f"{declaration}\nsegment s: age > 1")
    assert (slug, message) == ("name-is-field", f"the {what} `x` has the name of a customer field")
    assert help == (
        f"rename the {what}, for example to `x_{what}`",
        'or give the field another name in the catalog: `my_x = { type = …, column = "x" }`',
    )


def test_a_check_and_the_names_of_used_files_are_held_against_columns(tmp_path: Path) -> None:
    (tmp_path / "more.seg").write_text("segment x: age > 3", "utf-8")
    (tmp_path / "rules.seg").write_text('use "more.seg"\nsegment s: x', "utf-8")
    rules = segdsl.load(tmp_path / "rules.seg")
    with pytest.raises(segdsl.CompileError, match="the segment `x` has the name of a customer"):
        rules.check(PEOPLE)


def test_a_column_that_the_catalog_does_not_declare_is_no_field() -> None:
    rules = segdsl.compile("segment x: age > 3", catalog=DECLARED)
    assert rules.evaluate(PEOPLE).counts() == {"x": 1}


@pytest.mark.parametrize("catalog", [None, DECLARED])
@pytest.mark.parametrize(
    ("rules", "what", "renamed"),
    [
        ("segment a: age > 3\ntiers t: a otherwise b", "tier", "rename the tiers, for example to"),
        ("segment b: age > 3\ntiers t: b otherwise a", "tier", "rename the tiers, for example to"),
        ('split t seed "x": a 50%, b 50%', "part", "rename the split, for example to `t_split`"),
    ],
)
def test_a_member_that_is_a_column(
    rules: str, what: str, renamed: str, catalog: Catalog | None
) -> None:
    ((slug, message, help),) = complaints(f"{rules}\nsegment s: t.b", catalog)
    assert (slug, message) == (
        "name-is-field",
        f"the {what} `t.a` has the name of a customer field",
    )
    assert renamed in help[0]


@pytest.mark.parametrize("catalog", [None, DECLARED])
def test_a_dotted_name_is_the_column_where_it_is_no_member(catalog: Catalog | None) -> None:
    rules = segdsl.compile("segment t: t.a > 3\nsegment u: t and t.a < 9", catalog=catalog)
    assert rules.evaluate(PEOPLE).counts() == {"t": 1, "u": 1}
    assert complaints("segment t: age > 3\nsegment u: t.q > 3", catalog)[0][0] == "unknown-member"


def test_beside_tiers_a_column_stands_in_backticks_until_it_is_known() -> None:
    tiers = "segment b: age > 3\ntiers t: b"
    (_, _, help), *_ = complaints(f"{tiers}\nsegment u: t.a > 3")
    assert "a column of this name stands in backticks: `` `t.a` ``" in help
    found = segdsl.compile(f"{tiers}\nsegment u: `t.a` > 3").evaluate(PEOPLE)
    assert found.counts() == {"b": 1, "t.b": 1, "u": 1}
    found = segdsl.compile(f"{tiers}\nsegment u: t.a > 3", catalog=DECLARED).evaluate(PEOPLE)
    assert found.counts() == {"b": 1, "t.b": 1, "u": 1}


def test_a_segment_that_names_itself_may_mean_a_column() -> None:
    ((slug, _, help),) = complaints("segment x: x")
    assert slug == "cycle"
    assert "if the data have a column `x`, rename what is declared here" in help
    ((_, _, help),) = complaints("segment x: x", DECLARED)
    assert help[1:] == ("one of these has to do without",)


@pytest.mark.parametrize("fields", [{}, {"age": "number"}])
def test_a_declared_name_that_is_an_event(fields: dict[str, str]) -> None:
    event = {"source": "p.csv", "key": "id"}
    entries = {"customers": {"key": "id", "fields": fields}, "events": {"purchase": event}}
    with pytest.raises(segdsl.CompileError) as caught:
        segdsl.compile("segment purchase: age > 3", catalog=Catalog.model_validate(entries))
    (found,) = caught.value.diagnostics
    assert found.message == "the segment `purchase` has the name of an event"
    assert "rename the event in the catalog: `[events.my_purchase]`" in found.help[1]
