"""One profile: mappings and objects, names, wrong types, events, ranks, threads."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pydantic import BaseModel

import segdsl
from segdsl.functions.clock import Calendar
from segdsl.matching.matcher import Form, matcher
from segdsl.matching.thresholds import Thresholds

CATALOG = segdsl.Catalog.model_validate(
    {
        "timezone": "Europe/Istanbul",
        "customers": {
            "key": "id",
            "fields": {
                "age": "number",
                "city": "text",
                "spend": "number",
                "born": "date",
                "seen": "instant",
                "şehir": "text",
                "home.city": "text",
                "tags": {"type": "list", "of": "text"},
                "place": {"type": "place", "latitude": "lat", "longitude": "lon"},
            },
        },
        "events": {
            "purchase": {
                "source": "p.parquet",
                "key": "id",
                "time": "time",
                "fields": {"time": "instant", "amount": "number"},
            }
        },
    }
)
AS_OF = datetime.fromisoformat("2026-06-15T12:00:00+00:00")
FORMS: tuple[Form, ...] = ("code", "index")


def _rules(text: str) -> segdsl.Ruleset:
    return segdsl.compile(text, catalog=CATALOG)


def _in(rule: str, profile: object, form: Form, **events: object) -> bool:
    rules = _rules(f"segment it: {rule}")
    segments = {name: rules.simple[root] for name, root in rules.plan.segments.items()}
    calendar = Calendar(AS_OF, "Europe/Istanbul")
    match = matcher(segments, calendar, catalog=CATALOG, form=form).match
    return match(profile, events=events or None) == ("it",)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("rule", "profile", "expected"),
    [
        ("age = 0.1", {"age": 0.1}, True),
        ("age = 0.1", {"age": Decimal("0.1")}, True),
        ("age = 0.1", {"age": Decimal("0.1000000000000000055")}, False),
        ("age = 0.100000000000000005 and age = 0.1", {"age": 0.1}, True),
        ("age <= 0.1 and age >= 0.100000000000000005", {"age": 0.1}, True),
        ("age in (0.1, 0.100000000000000005)", {"age": 0.1}, True),
        ("age > 9007199254740993", {"age": 9007199254740994}, True),
        ("age > 9007199254740993", {"age": float(9007199254740994)}, True),
        ("age > 9007199254740992", {"age": 9007199254740993}, True),
        ("age = 9007199254740993", {"age": float(9007199254740992)}, True),
        ("age is missing", {"age": float("nan")}, True),
        ("not (age < 3)", {}, True),
        ("born <= 9999-12-31", {"born": date.max}, True),
        ("born > 9999-12-31", {"born": date.max}, False),
        ("seen in last 7 days", {"seen": "2026-06-15T14:59"}, True),
        ("seen in last 7 days", {"seen": "2026-06-15T15:01"}, False),  # local; as-of is 15:00
        ("seen in next 7 days", {"seen": "2026-06-15T14:59"}, False),
        ("city = 'é'", {"city": "e\u0301"}, True),
        ("`şehir` = 'a'", {"s\u0327ehir": "a"}, True),
        ("home.city = 'a'", {"home": {"city": "a"}}, True),
        ("home.city = 'a'", {"home.city": "a"}, True),
        ("tags contains 'a' and tags not contains 'b'", {"tags": ["a", None, "a"]}, True),
        ("tags contains only ('a', 'b')", {"tags": ("a", "b")}, True),
        ("place within 10 km of (41.0, 29.0)", {"place": (41.01, 29.01)}, True),
        ("place within 10 km of (41.0, 29.0)", {"place": (41.01, float("nan"))}, False),
    ],
)
def test_values(rule: str, profile: dict[str, object], expected: bool, form: Form) -> None:
    assert _in(rule, profile, form) is expected


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("rule", "profile", "field"),
    [
        ("age > 3", {"age": "old"}, "age"),
        ("age > 3", {"age": True}, "age"),
        ("city = 'a' and age > 3", {"city": "b", "age": [3]}, "age"),
        ("place within 1 km of (1, 1)", {"place": ("x", "y")}, "place"),
        ("born before 2026-01-01", {"born": datetime(2026, 1, 1)}, "born"),
        ("tags contains 'a'", {"tags": [3]}, "tags"),
    ],
)
def test_wrong_types_name_the_field(
    rule: str, profile: dict[str, object], field: str, form: Form
) -> None:
    with pytest.raises(TypeError, match=f"field `{field}`"):
        _in(rule, profile, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("rule", "profile", "expected"),
    [
        ("seen before 2020-01-01", {"seen": datetime.min}, "is not of type instant"),
        ("seen before 2020-01-01", {"seen": "0001-01-01T00:00"}, "is not of type instant"),
        ("seen before 2020-01-01", {"seen": pd.NaT}, False),
        ("seen is missing", {"seen": pd.NaT}, True),
        ("seen before 2020-01-01", {"seen": pd.Timestamp("2019-12-31T23:59")}, True),
        ("seen before 2020-01-01", {"seen": datetime.max}, False),
        ("age > 5", {"age": 10**400}, True),
        ("age > spend", {"age": 10**400, "spend": 1.5}, "a number is too large"),
        ("age in (1, spend)", {"age": 10**400, "spend": 1.5}, "a number is too large"),
        ("age > 5", {"age": Decimal("NaN")}, "is not of type number"),
        ("age > 5", {"age": "9" * 5000}, f"'{'9' * 59}… is not of type number"),
        ("city = 'a'", {"city": 10**5000}, "a number of very many digits is not of type text"),
        ("city is known", {"city": "\ud800"}, True),
        ("age > 5", {3: 4, "": 5, "age": 6}, True),
    ],
)
def test_edges(rule: str, profile: dict[str, object], expected: bool | str, form: Form) -> None:
    if isinstance(expected, bool):
        assert _in(rule, profile, form) is expected
    else:
        with pytest.raises(TypeError, match=re.escape(expected)):
            _in(rule, profile, form)


def test_rules_that_have_matched_can_be_pickled() -> None:
    rules = _rules("age > 5")
    assert rules.match({"age": 6}) == ("segment",)
    assert pickle.loads(pickle.dumps(rules)).match({"age": 6}) == ("segment",)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_prepared_can_be_pickled(form: Form) -> None:
    catalog = CATALOG.model_copy(update={"events": {}})
    rules = segdsl.compile("segment a: top 2 by spend\nsegment b: age > spend", catalog=catalog)
    rows = [{"id": i, "spend": 5 - i, "age": i} for i in range(6)]
    thresholds = rules.evaluate(pl.DataFrame(rows)).thresholds()
    calendar = Calendar(AS_OF, "Europe/Istanbul")
    made = matcher(rules.plan.segments, calendar, catalog=catalog, thresholds=thresholds, form=form)
    for prepared in (made, rules.matcher(as_of=AS_OF, thresholds=thresholds)):
        copy = pickle.loads(pickle.dumps(prepared))
        assert copy.as_of == AS_OF
        assert [copy.match(row) for row in rows] == [prepared.match(row) for row in rows]
    told = {made.match(row) for row in rows}
    assert told == {("a",), (), ("b",)}
    with pytest.raises(TypeError, match="field `age`"):
        pickle.loads(pickle.dumps(made)).match({"id": 1, "age": "old"})
    with pytest.raises(TypeError, match="pickle the rules"):
        pickle.dumps(rules.session(pl.DataFrame(rows)))


def test_the_key_is_that_of_the_thresholds() -> None:
    rules = segdsl.compile("top 2 by spend")
    rows = [{"customer_id": i, "spend": 7} for i in range(4)]
    kept = rules.evaluate(pl.DataFrame(rows)).thresholds()
    read = Thresholds.from_json(kept.to_json())
    assert read.key == kept.key == "customer_id"
    found = [rules.match(row, thresholds=read) for row in rows]
    assert found == [("segment",), ("segment",), (), ()]
    with pytest.raises(segdsl.UnsupportedError, match="the key is `customer_id`"):
        rules.match({"spend": 7}, thresholds=read)
    elsewhere = segdsl.Catalog.model_validate({"customers": {"key": "no"}})
    other = segdsl.compile("top 2 by spend", catalog=elsewhere)
    assert other.match({"no": 1, "customer_id": 3, "spend": 7}, thresholds=read)
    older = json.loads(kept.to_json())
    del older["key"]
    with pytest.raises(segdsl.UnsupportedError, match="may be it: `--key customer_id`"):
        rules.match(rows[0], thresholds=Thresholds.from_json(json.dumps(older)))
    with pytest.raises(ValueError, match="no name"):
        Thresholds.from_json(json.dumps({**older, "key": 3}))


@pytest.mark.parametrize("ask", ["match", "explain"])
def test_keys_that_nothing_names(ask: str) -> None:
    rules = segdsl.compile("sample 50% seed 'x'")
    further = ("segment",) if ask == "explain" else ()
    for profile, said in (
        ({"customer_id": 5}, "`customer_id` may be it: `--key customer_id` names it"),
        ({"age": 5}, "`--key FIELD` names it"),
    ):
        with pytest.raises(segdsl.UnsupportedError, match="profile does not hold") as raised:
            getattr(rules, ask)(profile, *further)
        (told,) = raised.value.diagnostics
        assert told.code.id == "SG401"
        assert told.help[0].startswith(said)
        assert "`customers.key`" in told.help[0]


def test_a_key_whose_type_is_not_declared() -> None:
    rules = _rules("id > 5 or age > 5 or id is missing")
    for profile, expected in (
        ({"id": 6}, True),
        ({"id": 5}, False),
        ({"age": 6}, True),
        ({}, True),
    ):
        assert bool(rules.match(profile)) is expected
        assert rules.explain(profile, "segment").holds is expected
    with pytest.raises(segdsl.CompileError, match="do not compare"):
        rules.match({"id": "6"})
    with pytest.raises(segdsl.UnsupportedError, match="types"):
        rules.matcher()
    assert _rules("city = 'a'").matcher().match({"id": "6", "city": "a"})


def test_keys_of_samples() -> None:
    drawn = _rules("sample 50% seed 'x'")
    refused = "key `id`: .* (half a character|no key of a customer)"
    for key in ("a\ud800", "\udc00é", True, 1.5, np.bool_(True)):
        with pytest.raises(TypeError, match=refused):
            drawn.match({"id": key})
        with pytest.raises(TypeError, match=refused):
            drawn.explain({"id": key}, "segment")
    assert _rules("sample 100% seed 'x'").match({"id": "\U0001f600"}) == ("segment",)
    for key in range(20):
        for same in (float(key), Decimal(key), np.int64(key), np.uint8(key)):
            assert drawn.match({"id": same}) == drawn.match({"id": key})
            assert drawn.explain({"id": same}, "segment").holds is bool(drawn.match({"id": key}))


@pytest.mark.parametrize("kind", [np.int32, np.uint64, np.int64, np.float64])
def test_numbers_of_numpy(kind: type) -> None:
    for rules in (_rules("age > 5"), segdsl.compile("age > 5")):
        for age, expected in ((5, False), (6, True)):
            assert bool(rules.match({"age": kind(age)})) is expected
            assert rules.explain({"age": kind(age)}, "segment").holds is expected
    counted = segdsl.compile("sum of visit.pages > 5")
    visit = {"time": datetime(2026, 1, 5), "pages": kind(3)}
    assert counted.match({}, events={"visit": [visit, visit]}, as_of=AS_OF)
    assert not counted.match({}, events={"visit": [visit]}, as_of=AS_OF)
    with pytest.raises(TypeError, match="field `age`"):
        _rules("age > 5").match({"age": np.bool_(True)})


def test_what_rules_do_not_read_has_no_part_in_types() -> None:
    rules = segdsl.compile("age > 5 and home.city = 'a'")
    for i in range(40):
        profile = {3: 4, "": 5, f"x{i}": i, "age": 6, "home": {"city": "a", f"y{i}": object()}}
        assert rules.match(profile) == ("segment",)
    assert rules.match({"age": 6.5, "home": Home(city="a")}) == ("segment",)


class Home(BaseModel):
    city: str


class Purchase(BaseModel):
    time: datetime
    amount: float


class Person(BaseModel):
    age: int | None = None
    home: Home | None = None
    purchase: list[Purchase] = []


@pytest.mark.parametrize("form", FORMS)
def test_objects(form: Form) -> None:
    bought = [Purchase(time=AS_OF, amount=5)]
    person = Person(age=30, home=Home(city="a"), purchase=bought)
    assert _in("age = 30 and home.city = 'a' and city is missing", person, form)
    assert _in("did purchase where (amount > 4)", person, form)
    assert _in("did purchase", Person(), form, purchase=[{"time": AS_OF, "amount": 1}])
    assert not _in("did purchase", Person(), form)
    for what in (3, "age", [("age", 3)]):
        with pytest.raises(TypeError, match="a mapping or a pydantic object"):
            _in("age = 30", what, form)
    with pytest.raises(TypeError, match="events `purchase` are a list"):
        _in("did purchase", {}, form, purchase={"time": AS_OF})
    with pytest.raises(TypeError, match=r"`purchase\.amount`"):
        _in("sum of purchase.amount > 3", {}, form, purchase=[{"time": AS_OF, "amount": "x"}])


@pytest.mark.parametrize("form", FORMS)
def test_only_what_rules_read_is_looked_at(form: Form) -> None:
    assert _in("age = 3", {"age": 3, "born": "nonsense", "unheard of": object()}, form)


def test_shared_conditions_and_deep_ones() -> None:
    lines = ["define wide: " + " or ".join(f"age = {i}" for i in range(40))]
    lines += [f"segment s{i}: wide and spend > {i} and not (wide and age > 20)" for i in range(200)]
    deep = "age = 1"
    for i in range(60):
        deep = f"(age = {i + 100} {'or' if i % 2 else 'and'} {deep})" if i % 3 else f"not ({deep})"
    lines.append(f"segment deep: {deep}")
    rules = _rules("\n".join(lines))
    people = [{"id": i, "age": a, "spend": s} for i, (a, s) in enumerate(_PAIRS)]
    evaluated = rules.evaluate(pl.DataFrame(people), as_of=AS_OF, events={"purchase": _NONE})
    prepared = rules.matcher(as_of=AS_OF)
    for person in people:
        expected = {n for n in rules.segments if person["id"] in evaluated.keys(n)}
        assert set(prepared.match(person)) == expected


_PAIRS = [(a, s) for a in (None, 1, 5, 20, 21, 39, 40, 101, 160) for s in (None, 0, 57, 199, 500)]
_NONE = pl.DataFrame(schema={"id": pl.Int64, "time": pl.Datetime("us"), "amount": pl.Float64})

RANKED = """
segment best: top 2 by spend per city
segment low: bottom 40% by spend
segment upper: quartile of spend >= 3
segment usual: city among 1 most common
"""


def test_ranks_go_by_thresholds() -> None:
    catalog = CATALOG.model_copy(update={"events": {}})
    rules = segdsl.compile(RANKED, catalog=catalog)
    rows = [{"id": i, "city": "ab"[i % 3 == 0], "spend": [5, 7, 7, 9, 1, 7][i]} for i in range(6)]
    rows.append({"id": 6, "city": None, "spend": None})
    evaluated = pickle.loads(pickle.dumps(rules.evaluate(pl.DataFrame(rows))))
    thresholds = Thresholds.from_json(evaluated.thresholds().to_json())
    prepared = rules.matcher(thresholds=thresholds)
    for row in rows:
        expected = {n for n in rules.segments if row["id"] in evaluated.keys(n)}
        assert set(prepared.match(row)) == expected == set(rules.match(row, thresholds=thresholds))
    assert "best" in prepared.match({"id": 99, "city": "a", "spend": 1000})
    assert "best" not in prepared.match({"id": 99, "city": "elsewhere", "spend": 1000})
    with pytest.raises(segdsl.UnsupportedError, match="decided among all customers"):
        rules.matcher()
    with pytest.raises(segdsl.UnsupportedError, match="customer's key"):
        prepared.match({"city": "a", "spend": 3})
    with pytest.raises(TypeError, match="of another type than the keys of the thresholds"):
        prepared.match({"id": "3", "city": "a", "spend": 3})
    for text in ("[]", '{"version": 2}', '{"version": 1, "thresholds": {"a": {"b": []}}}'):
        with pytest.raises(ValueError, match="thresholds"):
            Thresholds.from_json(text)
    assert json.loads(thresholds.to_json())["version"] == 1


def test_thresholds_are_of_one_condition_alone() -> None:
    catalog = CATALOG.model_copy(update={"events": {}})
    words = " or ".join(f"city = '{'x' * 90}{i}'" for i in range(9))
    ranked = "\nsegment it: top 2 by spend within named"
    rows = pl.DataFrame([{"id": i, "city": "x" * 90 + str(i % 2), "spend": i} for i in range(9)])
    one = segdsl.compile(f"define named: {words}{ranked}", catalog=catalog)
    other = segdsl.compile(f"define named: {words[:-1]}!'{ranked}", catalog=catalog)
    thresholds = one.evaluate(rows).thresholds()
    assert one.match({"id": 8, "city": "x" * 90 + "0", "spend": 8}, thresholds=thresholds)
    with pytest.raises(segdsl.UnsupportedError, match="another version of the rules") as raised:
        other.matcher(thresholds=thresholds)
    assert "the words are the same" in raised.value.diagnostics[0].help[0]
    for amount in ("1", "10%", "2"):
        kept = segdsl.compile(f"top {amount} by spend", catalog=catalog).evaluate(rows).thresholds()
        assert list(kept.by_name) != list(thresholds.by_name)


BOUGHT = segdsl.Catalog.model_validate(
    {
        "customers": {"key": "id", "fields": {"id": "number"}},
        "events": {
            "purchase": {
                "source": "p.parquet",
                "key": "id",
                "time": "bought",
                "fields": {
                    "bought": {"type": "instant", "column": "BOUGHT_AT"},
                    "amount": {"type": "number", "column": "AMT"},
                    "item": "number",
                    "shop": {"type": "place", "latitude": "lat", "longitude": "lon"},
                },
                "lookups": {"product": "item"},
            }
        },
        "lookups": {
            "product": {
                "source": "q.parquet",
                "key": "item",
                "fields": {"item": "number", "kind": {"type": "text", "column": "KIND"}},
            }
        },
    }
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("rule", "event"),
    [
        ("did purchase in last 30 days", {"time": "2026-06-01T10:00"}),
        ("did purchase in last 30 days", {"bought": "2026-06-01T10:00"}),
        ("did purchase in last 30 days", {"BOUGHT_AT": "2026-06-01T10:00"}),
        ("(last of purchase.bought) after 2026-05-01", {"time": "2026-06-01T10:00"}),
        ("sum of purchase.amount > 2", {"time": AS_OF, "AMT": 3}),
        ("did purchase where (product.kind = 'a')", {"time": AS_OF, "product.kind": "a"}),
        ("did purchase where (product.kind = 'a')", {"time": AS_OF, "product": {"KIND": "a"}}),
        ("did purchase where (shop within 1 km of (1, 1))", {"time": AS_OF, "lat": 1, "lon": 1}),
        ("did purchase where (shop within 1 km of (1, 1))", {"time": AS_OF, "shop": (1, 1)}),
    ],
)
def test_events_are_called_as_in_explanations(
    rule: str, event: dict[str, object], form: Form
) -> None:
    rules = segdsl.compile(rule, catalog=BOUGHT)
    segments = {name: rules.simple[root] for name, root in rules.plan.segments.items()}
    prepared = matcher(segments, Calendar(AS_OF, "UTC"), catalog=BOUGHT, form=form)
    given = {"purchase": [event]}
    assert prepared.match({"id": 1}, events=given) == ("segment",)
    assert prepared.match({"id": 1}, events={"purchase": [{}]}) == ()
    assert rules.explain({"id": 1}, "segment", events=given, as_of=AS_OF).holds


def test_rules_without_types() -> None:
    rules = segdsl.compile("age between 25 and 34")
    assert rules.match({"age": 30}) == ("segment",)
    assert rules.match({"age": 40}) == ()
    with pytest.raises(segdsl.CompileError):
        rules.match({"age": "x"})
    with pytest.raises(segdsl.UnsupportedError, match="types"):
        rules.matcher()
    since = segdsl.compile("did visit in last 3 days")
    visits = {"visit": [{"time": datetime(2026, 6, 14)}]}
    assert since.match({"age": 1}, events=visits, as_of=AS_OF) == ("segment",)
    assert since.match({"age": 1}, events=visits, as_of="2026-09-01") == ()


@pytest.mark.parametrize("catalog", [None, CATALOG])
def test_events_that_can_be_read_only_once(catalog: segdsl.Catalog | None) -> None:
    rules = segdsl.compile(
        "segment much: did purchase where (amount > 3)\nsegment twice: count of purchase >= 2",
        catalog=catalog,
    )
    bought = [{"time": AS_OF, "amount": 4}, {"time": AS_OF, "amount": 1}]
    for _ in range(2):  # the second time with what has been prepared
        assert rules.match({"purchase": iter(bought)}, as_of=AS_OF) == ("much", "twice")
        assert rules.match(Bought(row for row in bought), as_of=AS_OF) == ("much", "twice")
        given = {"purchase": iter(bought), "visit": iter(())}
        assert rules.match({}, events=given, as_of=AS_OF) == ("much", "twice")
    with pytest.raises(TypeError, match="events `purchase` are a list, not str"):
        rules.match({"purchase": "x"}, as_of=AS_OF)


@dataclass
class Bought:
    purchase: Iterator[dict[str, object]]


def test_thresholds_of_other_rules_are_told_from_none() -> None:
    catalog = CATALOG.model_copy(update={"events": {}})
    rules = segdsl.compile("top 10% by spend", catalog=catalog)
    rows = pl.DataFrame([{"id": i, "spend": i} for i in range(9)])

    def said(kept: Thresholds | None) -> segdsl.Diagnostic:
        with pytest.raises(segdsl.UnsupportedError) as raised:
            rules.matcher(thresholds=kept)
        (found,) = raised.value.diagnostics
        assert found.code.id == "SG402"
        return found

    kept = segdsl.compile("top 20% by spend", catalog=catalog).evaluate(rows).thresholds()
    assert "other rules" in said(kept).message
    assert "`top 20.00% by spend`" in said(kept).help[0]
    assert "as they are now" in said(kept).help[1]
    nothing = segdsl.compile("spend > 3", catalog=catalog).evaluate(rows).thresholds()
    assert "without such a condition" in said(nothing).message
    assert "thresholds given" not in said(None).message


@pytest.mark.parametrize(
    ("rule", "events", "facts", "helps"),
    [
        ("did visit", {"visits": [{}]}, "has no events `visit`", "similar name exists: `visits`"),
        ("did visit", {"visit": []}, "has no events `visit`", '`time = "instant"`'),
        ("did visit", {"visit": 3, "x": 1}, "events `visit` are a list, not int", ""),
        (
            "did visit where (page = 'a')",
            {"visit": [{"time": AS_OF, "pgae": "a"}]},
            "no event `visit` of the profile has a value of `page`, and no catalog",
            "similar name exists: `pgae`",
        ),
        (
            "did visit where (page = 'a') and did not buy",
            {"visit": [{"time": AS_OF, "page": "a"}], "buy": [{"amount": 3}]},
            "`buy` of the profile has a value of `time`",
            "`[events.buy]` with `source` and `key`, `[events.buy.fields]` with `time = ",
        ),
    ],
)
def test_events_whose_types_nothing_tells(
    rule: str, events: dict[str, object], facts: str, helps: str
) -> None:
    with pytest.raises((segdsl.SegdslError, TypeError)) as raised:
        segdsl.compile(rule).match(events, as_of=AS_OF)
    found = getattr(raised.value, "diagnostics", ())
    assert facts in " ".join((str(raised.value), *(one.message for one in found)))
    assert helps in " ".join(note for one in found for note in one.help)


@pytest.mark.parametrize(
    ("table", "events", "fact", "fields"),
    [
        (
            {"source": "p.csv", "key": "id", "time": "at", "fields": {"amount": "number"}},
            [{"at": "2026-06-01T10:00", "amount": 7}],
            "the catalog declares properties of the event `purchase`, and not the type of `at`",
            {"amount": "number", "at": "instant"},
        ),
        (
            {"source": "p.csv", "key": "id", "time": "at"},
            [{"amount": 7}],
            "no event `purchase` of the profile has a value of `at`, and no catalog",
            {"amount": "number", "at": "instant"},
        ),
        (
            None,
            [{"amount": None, "time": None}],
            "no event `purchase` of the profile has a value of `amount` or `time`, and no catalog",
            {"amount": "number", "time": "instant"},
        ),
    ],
)
def test_what_is_to_be_declared_of_events(
    table: dict[str, object] | None,
    events: list[dict[str, object]],
    fact: str,
    fields: dict[str, str],
) -> None:
    text = "did purchase where (amount > 3)"
    tables = {"events": {"purchase": table} if table else {}}
    rules = segdsl.compile(text, catalog=segdsl.Catalog.model_validate(tables))
    with pytest.raises(segdsl.UnsupportedError) as raised:
        rules.match({"purchase": events}, as_of=AS_OF)
    (found,) = raised.value.diagnostics
    assert found.message.startswith(fact)
    (time,) = (name for name, kind in fields.items() if kind == "instant")
    *others, remedy = found.help
    assert f'`{time} = "instant"`' in remedy
    assert ("`[events.purchase]` with `source` and `key`" in remedy) is (table is None)
    assert others == (["known properties: `amount`"] if "`at`, and no catalog" in fact else [])
    settled = {**(table or {"source": "p.csv", "key": "id"}), "fields": fields}
    catalog = segdsl.Catalog.model_validate({"events": {"purchase": settled}})
    bought = {time: "2026-06-01T10:00", "amount": 7}
    mended = segdsl.compile(text, catalog=catalog)
    assert mended.match({"purchase": [bought]}, as_of=AS_OF) == ("segment",)
    assert mended.match({"purchase": events}, as_of=AS_OF) == (
        ("segment",) if events == [bought] else ()
    )


def test_what_has_no_type_is_named() -> None:
    rules = segdsl.compile("age > 3 and did visit where (page = 'a')")
    with pytest.raises(segdsl.UnsupportedError, match=r"`age`, `visit\.page` and `visit\.time`"):
        rules.matcher()


def test_threads_share_a_matcher() -> None:
    rules = _rules("\n".join(f"segment s{i}: age > {i} and city = 'c{i % 7}'" for i in range(600)))
    prepared = rules.matcher()
    people = [{"age": i, "city": f"c{i % 9}"} for i in range(300)]
    expected = [prepared.match(person) for person in people]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(4):
            assert list(pool.map(prepared.match, people)) == expected


def test_polars_is_not_loaded() -> None:
    code = (
        "import sys, segdsl; from segdsl import Catalog; "
        "c = Catalog.model_validate({'customers': {'fields': {'age': 'number'}}}); "
        "assert segdsl.compile('age > 3', catalog=c).match({'age': 4}); "
        "assert 'polars' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
