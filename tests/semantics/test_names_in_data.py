"""Names in rules on events, held against data of which no catalog declares the columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import polars as pl
import pytest

import segdsl
from segdsl.catalog import Catalog
from segdsl.diagnostics.fixes import apply_fixes

PEOPLE = {"id": [1, 2]}
DAY = date(2026, 6, 15)
BUYS = pl.DataFrame({"id": [1, 2], "a": [1, 9], "q": [1, 5], "t": [DAY] * 2, "item": ["x", "y"]})
VIEWS = BUYS.with_columns(t=date(2026, 6, 14))
BADGES = pl.DataFrame({"id": [1, 2], "a": [1, 9], "time": [5, 6]})
EVENTS = {"buy": BUYS, "view": VIEWS, "badge": BADGES}
OPEN = Catalog.model_validate(
    {
        "customers": {"key": "id", "fields": {"id": "number"}},
        "events": {
            "buy": {"source": "buy.csv", "key": "id", "time": "t"},
            "badge": {"source": "badge.csv", "key": "id"},
        },
    }
)
CATALOGS = pytest.mark.parametrize("catalog", [None, OPEN], ids=["no-catalog", "open-catalog"])


def selected(
    rules: str,
    catalog: Catalog | None = None,
    events: Mapping[str, pl.DataFrame] | None = None,
) -> list[int]:
    """Return the customers of the last audience."""
    compiled = segdsl.compile(rules, catalog=catalog)
    found = compiled.evaluate(PEOPLE, events=events or EVENTS, as_of=datetime(2026, 6, 15, 12))
    return list(found.keys(list(compiled)[-1]))


def refused(rules: str, catalog: Catalog | None = None) -> segdsl.Diagnostic:
    """Return the one error that rules have on these data."""
    with pytest.raises(segdsl.CompileError) as caught:
        selected(rules, catalog)
    (found,) = (one for one in caught.value.diagnostics if one.is_error)
    return found


SHADOWS = [
    ("param a = 5\nsegment s: did buy where (a > 3)", "a param"),
    ("define d(a): did buy where (a > 3)\nsegment s: d(2)", "an argument"),
    ("list a = (1, 2)\nsegment s: did buy where (q in a)", "a list"),
    ("param a = 5\nsegment s: did buy where (q > a)", "a param"),
    ("param a = 5\nsegment s: did view then buy where (q > a) within 2 days", "a param"),
    ("param a = 5\nsegment s: count of badge where (a > 3) > 0", "a param"),
]


@CATALOGS
@pytest.mark.parametrize(("rules", "what"), SHADOWS)
def test_a_column_that_is_an_argument_param_or_list_too(
    rules: str, what: str, catalog: Catalog | None
) -> None:
    found = refused(rules, catalog if "view" not in rules else None)
    assert found.code.id == "SG112"
    assert found.message.endswith(f"and also {what}")


def test_the_fix_of_an_ambiguous_name_is_understood() -> None:
    rules = SHADOWS[0][0]
    mended = apply_fixes(rules, refused(rules).fixes)
    assert "where (buy.a > 3)" in mended
    assert selected(mended) == [2]


def test_a_param_has_the_name_of_no_column_that_a_catalog_leaves_out() -> None:
    tables = {**OPEN.events, "buy": OPEN.events["buy"].model_copy(update={"fields": FIELDS})}
    catalog = OPEN.model_copy(update={"events": tables})
    assert selected("param a = 2\nsegment s: did buy where (q > a)", catalog) == [2]


FIELDS = Catalog.model_validate(
    {"customers": {"fields": {"q": "number", "t": "date"}}}
).customers.fields


def test_a_param_and_a_column_where_no_event_is_at_hand() -> None:
    assert selected("param a = 2\nsegment s: did buy where (q > 3) and id >= a") == [2]


@CATALOGS
@pytest.mark.parametrize("event", ["badge", "buy"])
@pytest.mark.parametrize(
    "rule",
    [
        "did {} where (zzz > 3)",
        "count of {}.zzz = 0",
        "sum of {}.zzz >= 0",
        "sum of ({0}.zzz * 2) >= 0",
        "did {} where (zzz > 3) and did {} where (a > 3)",
    ],
)
def test_unknown_properties_are_refused(rule: str, event: str, catalog: Catalog | None) -> None:
    found = refused(rule.format(event, event), catalog)
    assert found.code.id == "SG101"
    assert found.message == f"unknown property `zzz` of `{event}`"


@CATALOGS
@pytest.mark.parametrize(
    "rule",
    ["count of badge.time = 0", "max of badge.time = 5", "did badge where (time > 3)"],
)
def test_time_always_names_the_time_of_an_event(rule: str, catalog: Catalog | None) -> None:
    found = refused(rule, catalog)
    assert found.code.id == "SG216"
    assert '`my_time = { type = …, column = "time" }`' in found.help[1]


def test_another_column_named_time_has_another_name_in_the_catalog() -> None:
    fields = {"my_time": {"type": "number", "column": "time"}}
    catalog = Catalog.model_validate(
        {"events": {"badge": {"source": "b.csv", "key": "id", "fields": fields}}}
    )
    assert selected("max of badge.my_time = 5", catalog) == [1]


def test_a_declared_field_cannot_be_named_time_either() -> None:
    catalog = Catalog.model_validate(
        {"events": {"badge": {"source": "b.csv", "key": "id", "fields": {"time": "number"}}}}
    )
    with pytest.raises(segdsl.CompileError, match="`badge` has none"):
        segdsl.compile("max of badge.time = 5", catalog=catalog)


@pytest.mark.parametrize(
    ("rule", "code", "fixed"),
    [
        ("badge.a > 3", "SG113", None),
        ("badge", "SG111", "did badge"),
        ("badge > 3", "SG111", "count of badge > 3"),
        ("badge in last 3 days", "SG111", "did badge in last 3 days"),
        ("did buy where (badge.a > 3)", "SG114", None),
        ("segment badge: id > 1", "SG104", None),
    ],
)
def test_events_that_are_given_are_known(rule: str, code: str, fixed: str | None) -> None:
    found = refused(rule)
    assert found.code.id == code
    assert fixed is None or apply_fixes(rule, found.fixes) == fixed


def test_events_that_are_given_for_nothing_do_no_harm() -> None:
    assert selected("id = 1") == [1]
    assert selected("id = 1", OPEN) == [1]


def test_same_takes_a_property_with_the_name_of_either_event() -> None:
    for name in ("item", "view.item", "buy.item"):
        assert selected(f"did view then buy with same {name} within 2 days") == [1, 2]
    found = refused("did view then buy with same badge.a within 2 days")
    assert found.message == "unknown property `badge.a` of `buy`"


@pytest.mark.parametrize(
    ("rules", "help_"),
    [
        ("segment s: sum of a > 3", "`sum of purchase.amount`"),
        ("segment r: did buy\nsegment s: sum of a > 3", "`sum of buy.a`"),
        ("segment s: count of distinct buy > 3", "`count of distinct purchase.amount`"),
    ],
)
def test_one_name_that_is_measured_may_be_an_event_or_a_property(rules: str, help_: str) -> None:
    found = refused(rules)
    assert found.code.id == "SG218"
    assert help_ in found.help[0]


def test_one_name_that_is_measured_under_a_catalog() -> None:
    found = refused("sum of a > 3", OPEN)
    assert found.message == "unknown event `a`"
    assert "as in `buy.a` or `badge.a`" in found.help[1]


@pytest.mark.parametrize("where", ["id in metro", "did buy where (q in metro)"])
def test_lists_alone_are_offered_for_a_list(where: str) -> None:
    assert refused(f"segment metros: id = 1\nsegment s: {where}").help == ()
    found = refused(f"list metros = (1, 2)\nsegment mtro: id = 1\nsegment s: {where}")
    assert found.help == ("a list with a similar name exists: `metros`",)


def test_segments_alone_are_offered_for_a_segment() -> None:
    rules = "list golds = (1, 2)\ntiers tier: gold\nsegment gold: id = 1\nsegment s: {}"
    for wrong, right in (("gol", "gold"), ("tire.gold", "tier.gold")):
        (help_,) = refused(rules.format(f"top 1 by id within {wrong}")).help
        assert help_ == f"a segment with a similar name exists: `{right}`"


def test_outside_of_where_a_field_is_named_by_itself() -> None:
    rules = "define d(x): did buy where (q > x)\nsegment s: d(customer.{})"
    found = refused(rules.format("age"))
    assert found.help[0].endswith("a field is named by itself, and there is no field `age`")
    assert found.help[1] == "known fields: `id`"
    mended = apply_fixes(rules.format("id"), refused(rules.format("id")).fixes)
    assert selected(mended) == [2]


def test_a_window_that_begins_today_is_not_one_of_the_future() -> None:
    assert selected("did buy in next 2 days") == [1, 2]
    now = BUYS.with_columns(t=datetime(2026, 6, 15, 12, tzinfo=UTC))
    assert selected("did buy in next 2 hours", events={"buy": now}) == [1, 2]
    for window in ("next 2 days", "next 2 hours", "next 3 weeks"):
        assert segdsl.compile(f"did buy in {window}").findings == ()
    (found,) = segdsl.compile("did buy in next month").findings
    assert found.code.id == "SG614"
    assert selected("did buy in next month") == []
