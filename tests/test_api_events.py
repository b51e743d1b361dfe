"""Events by Python: given as frames or lists, traits as columns, and rulesets as JSON."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import segdsl
from segdsl.catalog import Catalog

RULES = """
trait spent: sum of purchase.amount
segment dairy: did purchase where (product.department = "DAIRY" and amount > 2) in last 30 days
segment big: spent > 10 and age > 3
"""
PEOPLE = pl.DataFrame({"id": ["b", "a", "c"], "age": [5, 50, 7]})
PURCHASES = pl.DataFrame(
    {
        "customer_id": ["a", "b", "b", "x"],
        "ts": [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)],
        "amount": [20, 3, 4, 5],
    }
)
CATALOG = Catalog.model_validate(
    {
        "as_of": "2026-01-10",
        "customers": {"key": "id", "fields": {"id": "text", "age": "number"}},
        "events": {
            "purchase": {
                "source": "nowhere.parquet",
                "key": "customer_id",
                "time": "ts",
                "fields": {"ts": "instant", "amount": "number", "product_id": "text"},
            }
        },
        "lookups": {
            "product": {
                "source": "nowhere.csv",
                "key": "product_id",
                "fields": {"department": "text"},
            }
        },
    }
)


def test_traits_are_columns_in_key_order() -> None:
    rules = segdsl.compile("trait spent: sum of purchase.amount\nsegment big: spent > 5")
    m = rules.evaluate(PEOPLE, events={"purchase": PURCHASES})
    assert m.frame(traits=True).to_dict(as_series=False) == {
        "id": ["a", "b", "c"],
        "spent": [20, 7, 0],
        "big": [True, True, False],
    }
    assert m.frame("long", traits=True)["spent"].to_list() == [20, 7]
    assert m.audience("big", traits=True)["spent"].to_list() == [20, 7]
    assert m.traits["spent"].to_list() == [7, 20, 0]  # in the order of the data
    assert [one.code.id for one in m.notices] == ["SG307", "SG312", "SG522"]


def test_events_that_are_given_need_no_source() -> None:
    rules = segdsl.compile("segment recent: did purchase in last 9 days", catalog=CATALOG)
    counts = rules.evaluate(PEOPLE, events={"purchase": PURCHASES}).counts()
    assert counts == {"recent": 1}
    with pytest.raises(segdsl.DataError) as raised:
        rules.evaluate(PEOPLE)
    assert raised.value.diagnostics[0].code.id == "SG501"


def test_events_are_given_by_name() -> None:
    rules = segdsl.compile("did purchase")
    with pytest.raises(TypeError, match="events are given by name"):
        rules.evaluate(PEOPLE, events=[PURCHASES])  # type: ignore[arg-type]


def test_names_of_events_are_compared_in_one_form() -> None:
    rules = segdsl.compile("did al\u0131\u015fveri\u015f")
    found = rules.evaluate(PEOPLE, events={"al\u0131s\u0327veris\u0327": PURCHASES})
    assert found.counts() == {"segment": 2}


def test_check_holds_rules_against_events() -> None:
    rules = segdsl.compile("did purchase in last 900 days", catalog=CATALOG)
    found = rules.check(PEOPLE, events={"purchase": PURCHASES})
    assert [one.code.id for one in found] == ["SG522", "SG615"]


@pytest.mark.parametrize("catalog", [None, CATALOG])
def test_explain_reads_a_list_of_events(catalog: Catalog | None) -> None:
    rules = segdsl.compile(RULES, catalog=catalog)
    milk = {"time": "2026-01-01T10:00", "amount": 5, "product.department": "DAIRY"}
    if catalog is None:
        milk["time"] = datetime(2026, 1, 1, 10)
    late = {**milk, "time": datetime(2026, 2, 1, tzinfo=UTC), "amount": 1000}
    other = {**milk, "amount": 6, "product.department": None}

    def holds(segment: str, *events: dict[str, object]) -> bool:
        person = {"id": "a", "age": 5}
        listed = {"purchase": events}
        return rules.explain(person, segment, events=listed, as_of="2026-01-10").holds

    assert holds("dairy", milk, other)
    assert not holds("dairy", other, late)
    assert holds("big", milk, other)
    assert not holds("big", milk, late)
    assert not holds("big")


def test_explain_takes_absent_events_and_properties_for_missing() -> None:
    rules = segdsl.compile(RULES)
    person = {"age": 5}
    assert not rules.explain(person, "dairy").holds
    events = {"purchase": [{"time": date(2026, 1, 1)}]}
    assert not rules.explain(person, "dairy", events=events, as_of="2026-01-10").holds


def test_explain_demands_values_of_the_declared_type() -> None:
    rules = segdsl.compile(RULES, catalog=CATALOG)
    events = {"purchase": [{"time": datetime(2026, 1, 1), "amount": "many"}]}
    with pytest.raises(TypeError, match="'many' is not of type number"):
        rules.explain({"id": "a", "age": 5}, "big", events=events)


SHOP = Catalog.model_validate(
    {
        "as_of": "2026-01-31",
        "customers": {"key": "customer_id"},
        "events": {
            "order": {
                "source": "nowhere.csv",
                "key": "customer_id",
                "time": "date",
                "fields": {
                    "date": {"type": "date", "column": "Day"},
                    "total": {"type": "number", "column": "Total"},
                    "shop": {"type": "place", "latitude": "lat", "longitude": "lon"},
                },
            },
            "visit": {"source": "nowhere.csv", "key": "customer_id", "time": "ts"},
        },
        "lookups": {
            "product": {
                "source": "nowhere.csv",
                "key": "product_id",
                "lookups": {"maker": "maker_id"},
                "fields": {"category": {"type": "text", "column": "cat"}},
            },
            "maker": {"source": "nowhere.csv", "key": "id", "fields": {"town": "text"}},
        },
    }
)
SHOPPING = """
segment recent: count of order.date over last 30 days = 1
segment coffee: did order where (product.category = "COFFEE" and total > 15)
segment near: did order where (shop within 5 km of (41, 29))
segment local: did order where (product.maker.town = "Bursa")
segment seen: did visit where (page = "home") in last 9 days
"""
DAY = date(2026, 1, 20)
ORDERS: list[tuple[str, dict[str, object], bool]] = [
    ("recent", {"time": DAY}, True),
    ("recent", {"date": DAY}, True),
    ("recent", {"Day": "2026-01-20", "customer_id": 3, "product_id": 7}, True),
    ("recent", {"date": date(2025, 1, 1)}, False),
    ("recent", {"date": DAY, "time": DAY}, True),
    ("coffee", {"date": DAY, "total": 16, "product.category": "COFFEE"}, True),
    ("coffee", {"date": DAY, "Total": 16, "product": {"category": "COFFEE"}}, True),
    ("coffee", {"date": DAY, "Total": 16, "product": {"cat": "COFFEE", "product_id": 1}}, True),
    ("coffee", {"date": DAY, "Total": 16, "product.cat": "COFFEE"}, True),
    ("coffee", {"date": DAY, "Total": 16, "product": None}, False),
    ("near", {"date": DAY, "lat": 41, "lon": 29.01}, True),
    ("near", {"date": DAY, "shop": (41, 29.01)}, True),
    ("near", {"date": DAY, "lat": 41}, False),
    ("local", {"date": DAY, "product": {"maker": {"town": "Bursa"}}}, True),
    ("local", {"date": DAY, "product.maker": {"town": "Bursa"}}, True),
    ("local", {"date": DAY, "product.maker.town": "Bursa"}, True),
]


@pytest.mark.parametrize(("segment", "order", "holds"), ORDERS)
def test_explain_knows_the_names_of_the_catalog(
    segment: str, order: dict[str, object], holds: bool
) -> None:
    rules = segdsl.compile(SHOPPING, catalog=SHOP)
    assert rules.explain({"customer_id": 3}, segment, events={"order": [order]}).holds is holds


def test_explain_reads_whatever_an_event_without_fields_holds() -> None:
    rules = segdsl.compile(SHOPPING, catalog=SHOP)
    for time in ("ts", "time"):
        visit = {time: datetime(2026, 1, 30), "page": "home", "browser": "x"}
        assert rules.explain({}, "seen", events={"visit": [visit]}).holds


UNKNOWN: list[tuple[object, type[Exception], str]] = [
    ({"ordr": []}, ValueError, "unknown event `ordr`; did you mean `order`?"),
    ({"order": [{"dat": DAY}]}, ValueError, "unknown property `dat` of the event `order`; did"),
    ({"order": [{"product": {"size": 1}}]}, ValueError, "`size` of the lookup `product`"),
    ({"order": [{"product.maker.twn": "x"}]}, ValueError, "of the lookup `product.maker`; did"),
    ({"order": [{"date": DAY, "time": date(2026, 1, 2)}]}, ValueError, "two values of `time`"),
    ({"order": {"date": DAY}}, TypeError, "the events `order` are a list of mappings"),
    ([{"date": DAY}], TypeError, "events are given by name"),
]


@pytest.mark.parametrize(("events", "error", "message"), UNKNOWN)
def test_explain_passes_over_no_event_and_no_property(
    events: object, error: type[Exception], message: str
) -> None:
    rules = segdsl.compile(SHOPPING, catalog=SHOP)
    with pytest.raises(error, match=re.escape(message)):
        rules.explain({}, "recent", events=events)  # type: ignore[arg-type]


def test_a_column_time_beside_the_time_is_passed_over() -> None:
    fields = {"date": "date", "time": "text"}
    order = {"source": "nowhere.csv", "key": "id", "time": "date", "fields": fields}
    catalog = Catalog.model_validate({"as_of": "2026-01-31", "events": {"order": order}})
    rules = segdsl.compile("did order in last 30 days", catalog=catalog)
    for event in ({"date": DAY, "time": "14:30"}, {"time": DAY}):
        assert rules.explain({}, "segment", events={"order": [event]}).holds


def test_explain_takes_fields_that_a_profile_lacks_for_missing() -> None:
    rules = segdsl.compile(
        """
        segment recent: age > 5
        segment new: signup > 30 days ago and age + income > 30 and city in ("a", "b")
        segment nameless: city is missing and not (vip) and not (tags contains any of ("x", "y"))
        """
    )
    for profile in ({}, {"age": 7}, {"age": None, "city": None}):
        holds = {name: rules.explain(profile, name).holds for name in rules}
        assert holds == {"recent": "age" in profile and bool(profile["age"]), "new": False,
                         "nameless": True}  # fmt: skip


def test_traits_that_are_instants_are_on_the_clock_of_the_catalog(tmp_path: Path) -> None:
    catalog = CATALOG.model_copy(update={"timezone": "America/New_York"})
    rules = segdsl.compile("trait latest: max of purchase.time\nsegment s: did purchase",
                           catalog=catalog)  # fmt: skip
    purchases = PURCHASES.with_columns(product_id=pl.lit("1"))
    m = rules.evaluate(PEOPLE, events={"purchase": purchases})
    frame = m.frame(traits=True)
    assert frame["latest"].dtype == pl.Datetime("us", "America/New_York")
    shown = [one and one.isoformat() for one in frame["latest"]]
    assert shown == ["2025-12-31T19:00:00-05:00", "2026-01-02T19:00:00-05:00", None]
    for name in ("x.csv", "x.jsonl", "x.parquet", "x.arrow", "x.xlsx"):
        m.write(tmp_path / name, traits=True)
    assert "a,2025-12-31T19:00:00-05:00,true" in (tmp_path / "x.csv").read_text()
    assert '"2025-12-31T19:00:00-05:00"' in (tmp_path / "x.jsonl").read_text()
    assert pl.read_parquet(tmp_path / "x.parquet").equals(frame)
    assert pl.read_ipc(tmp_path / "x.arrow").equals(frame)
    cells = pl.read_excel(tmp_path / "x.xlsx")["latest"].to_list()
    assert cells == [datetime(2025, 12, 31, 19), datetime(2026, 1, 2, 19), None]


@pytest.mark.parametrize("time", [datetime(2025, 11, 2, 6, 30), datetime(2026, 1, 1, 0, 0, 0, 5)])
def test_instants_that_excel_would_change_are_texts(time: datetime, tmp_path: Path) -> None:
    catalog = CATALOG.model_copy(update={"timezone": "America/New_York"})
    rules = segdsl.compile("trait latest: max of purchase.time", catalog=catalog)
    purchases = PURCHASES.with_columns(
        product_id=pl.lit("1"), ts=pl.lit(time.replace(tzinfo=UTC), pl.Datetime("us", "UTC"))
    )
    m = rules.evaluate(PEOPLE, events={"purchase": purchases})
    m.write(tmp_path / "x.xlsx", traits=True)
    text = pl.read_excel(tmp_path / "x.xlsx")["latest"].to_list()[0]
    assert datetime.fromisoformat(text) == time.replace(tzinfo=UTC)


def test_json_keeps_events_and_lookups() -> None:
    rules = segdsl.compile(RULES, catalog=CATALOG)
    again = segdsl.from_json(rules.to_json())
    assert again.catalog == CATALOG
    assert again.segments == rules.segments
    events = {"purchase": PURCHASES.with_columns(product_id=pl.lit("1"))}
    big = segdsl.compile("trait t: sum of purchase.amount\nsegment s: t > 5", catalog=CATALOG)
    found = segdsl.from_json(big.to_json()).evaluate(PEOPLE, events=events)
    assert found.counts() == big.evaluate(PEOPLE, events=events).counts() == {"s": 2}


def test_the_windows_of_rules_change_no_answer() -> None:
    texts = (
        "did purchase in last 8 days",
        "did purchase since 2026-01-03",
        "did purchase before 2026-01-02",
        "did purchase between 2026-01-02 and 2026-01-02",
        "did purchase then purchase within 1 day in last 9 days",
        "did purchase",
    )
    together = segdsl.compile(
        "\n".join(f"segment s{i}: {text}" for i, text in enumerate(texts)), catalog=CATALOG
    )
    whole = together.evaluate(PEOPLE, events={"purchase": PURCHASES})
    for i, text in enumerate(texts):
        alone = segdsl.compile(text, catalog=CATALOG)
        found = alone.evaluate(PEOPLE, events={"purchase": PURCHASES})
        assert found.keys("segment") == whole.keys(f"s{i}"), text
    assert list(whole.counts().values()) == [1, 1, 1, 1, 1, 2]


def test_a_key_that_could_be_anyones_attaches_no_lookup() -> None:
    told = {"id": "number", "customer_id": "text", "product_id": "number"}
    settings = {
        "customers": {"key": "id", "fields": {"id": "text"}},
        "events": {"purchase": {"source": "p.csv", "key": "customer_id", "fields": told}},
        "lookups": {"product": {"source": "l.csv", "key": "id"}},
    }
    rule = 'did purchase where (product.name = "lamp")'
    bought = pl.DataFrame({"id": [1, 2], "customer_id": ["a", "b"], "product_id": [2, 1]})
    rules = segdsl.compile(rule, catalog=Catalog.model_validate(settings))
    with pytest.raises(segdsl.SegdslError, match="has no column `id`, by which the lookup"):
        rules.evaluate(PEOPLE, events={"purchase": bought})


def test_lookups_that_all_hold_each_others_keys_are_soon_known() -> None:
    names = [f"l{i}" for i in range(10)]
    keys = {f"{name}_id": "number" for name in names}
    lookups = {name: {"source": "l.csv", "key": f"{name}_id", "fields": keys} for name in names}
    settings = {
        "customers": {"key": "id", "fields": {"id": "text"}},
        "events": {"p": {"source": "p.csv", "key": "c", "fields": keys}},
        "lookups": lookups,
    }
    catalog = Catalog.model_validate(settings)
    assert segdsl.compile("did p where (l1.l2.l3.l4_id = 3)", catalog=catalog).segments
