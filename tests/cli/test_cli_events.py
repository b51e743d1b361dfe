"""Events on the command line: `--events`, traits, lookups, what is said of them."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from segdsl_runner import answer, segdsl

from segdsl.catalog import load_catalog

CUSTOMERS = "customer_id,age\n1,34\n2,51\n3,22\n4,45\n"
PURCHASES = """order_id,customer_id,sold_at,amount,product_id
1,1,2026-10-05T10:00,20.5,10
2,1,2026-10-20T00:00,5,11
3,2,2026-03-01T09:00,300,10
4,9,2026-03-01T09:00,300,10
5,3,,12,12
6,4,2026-12-24T12:00,12,11
"""
PRODUCTS = "product_id,department\n10,GROCERY\n11,DAIRY\n12,GROCERY\n"
CATALOG = """as_of = 2026-11-01
[customers]
source = "customers.csv"
key = "customer_id"
[events.purchase]
source = "purchases.csv"
key = "customer_id"
time = "sold_at"
[lookups.product]
source = "products.csv"
key = "product_id"
"""
RULES = """trait spent "Money spent": sum of purchase.amount
trait groceries: count of purchase where (product.department = "GROCERY")
segment recent: did purchase in last 30 days
segment big: spent > 100
segment grocer: groceries >= 1
segment twice: did purchase then purchase within 30 days
"""
SIZES = {"recent": 1, "big": 1, "grocer": 2, "twice": 1}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules, customers, purchases and products, and no catalog."""
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("customers.csv", CUSTOMERS),
        ("purchases.csv", PURCHASES),
        ("products.csv", PRODUCTS),
        ("rules.seg", RULES),
        ("shop.toml", CATALOG),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def sizes(*arguments: object) -> dict[str, int]:
    found = answer("count", *arguments)
    assert list(found) == ["as_of", "base", "segments", "notices"]
    return {segment["name"]: segment["customers"] for segment in found["segments"]}


@pytest.mark.usefixtures("shop")
def test_events_come_from_the_catalog() -> None:
    assert sizes("rules.seg", "--catalog", "shop.toml") == SIZES
    found = answer("count", "rules.seg", "--catalog", "shop.toml", "--funnel")
    assert [step["customers"] for step in found["segments"][0]["steps"]] == [1]


@pytest.mark.usefixtures("shop")
def test_events_that_are_named_take_the_place_of_the_catalogs() -> None:
    only = pl.read_csv("purchases.csv").filter(pl.col("customer_id") == 2)
    only.write_parquet("two.parquet")
    found = sizes("rules.seg", "--catalog", "shop.toml", "--events", "purchase=two.parquet")
    assert found == {"recent": 0, "big": 1, "grocer": 1, "twice": 0}


@pytest.mark.usefixtures("shop")
def test_without_a_catalog_columns_go_by_their_names() -> None:
    condition = "did purchase where (amount > 10) at least 1 time in last 400 days"
    arguments = (condition, "customers.csv", "--events", "purchase=purchases.csv")
    assert sizes(*arguments, "--as-of", "2026-11-01") == {"segment": 2}
    said = segdsl("count", *arguments, "--as-of", "2026-11-01").stderr
    assert "events `purchase` belong to customers by `customer_id`, and `sold_at`" in said
    assert "2 of 6 events `purchase` are left out" in said


@pytest.mark.parametrize("value", ["purchase", "=x.csv", "purchase="])
@pytest.mark.usefixtures("shop")
def test_the_form_of_the_option(value: str) -> None:
    done = segdsl("count", "did purchase", "customers.csv", "--events", value)
    assert done.exit_code == 2
    assert "is not of the form name=file" in done.output


@pytest.mark.parametrize("layout", ["wide", "long"])
@pytest.mark.usefixtures("shop")
def test_traits_are_written_as_columns(layout: str) -> None:
    options = ("--catalog", "shop.toml", "--traits", "--layout", layout, "--out", "out.csv")
    assert segdsl("run", "rules.seg", *options).exit_code == 0
    found = pl.read_csv("out.csv")
    assert found.columns[:3] == ["customer_id", "spent", "groceries"]
    one = found.filter(pl.col("customer_id") == 1)
    assert one.select("spent", "groceries").row(0) == (25.5, 1)


def test_a_file_for_each_audience_has_the_traits_too(shop: Path) -> None:
    options = ("--catalog", "shop.toml", "--traits", "--out", "out")
    assert segdsl("run", "rules.seg", *options).exit_code == 0
    assert (shop / "out" / "big.csv").read_text() == "customer_id,spent,groceries\n2,300.0,1\n"


def test_check_holds_windows_against_the_events(shop: Path) -> None:
    rules = """segment since_ever: did purchase since 2020-01-01
segment lately: did purchase in last 240 days
segment later: did purchase since 2027-01-01
segment without_end: did purchase
"""
    (shop / "rules.seg").write_text(rules, encoding="utf-8")
    done = segdsl("check", "rules.seg", "--catalog", "shop.toml", "--format", "json", "--with-data")
    found = json.loads(done.stdout)["diagnostics"]
    assert [one["code"] for one in found] == ["SG522", "SG615", "SG614"]
    assert "begins on 2020-01-01, and the first event `purchase`" in found[1]["message"]
    assert "is of 2026-03-01" in found[1]["message"]
    assert "since 2027-01-01" in found[2]["message"]


@pytest.mark.usefixtures("shop")
def test_check_reads_events_that_are_named() -> None:
    arguments = ("customers.csv", "--events", "purchase=purchases.csv", "--format", "json")
    found = json.loads(segdsl("check", "did purchase in last 9 years", *arguments).stdout)
    assert {"SG307", "SG312", "SG522", "SG615"} == {one["code"] for one in found["diagnostics"]}


@pytest.mark.usefixtures("shop")
def test_why_reads_the_customers_events() -> None:
    options = ("--catalog", "shop.toml", "--customer", "1")
    found = answer("why", "rules.seg", *options)
    assert {one["name"]: one["holds"] for one in found["segments"]} == {
        "recent": True,
        "big": False,
        "grocer": True,
        "twice": True,
    }


@pytest.mark.usefixtures("shop")
def test_compile_takes_events() -> None:
    options = ("--events", "purchase=purchases.csv", "--emit", "program")
    done = segdsl("compile", "did purchase in last 3 days", "customers.csv", *options)
    assert done.exit_code == 0
    assert "purchase" in done.stdout


def test_infer_proposes_events(shop: Path) -> None:
    options = ("--events", "purchase=purchases.csv", "--out", "made/catalog.toml")
    (shop / "made").mkdir()
    assert segdsl("infer", "customers.csv", *options).exit_code == 0
    text = (shop / "made" / "catalog.toml").read_text(encoding="utf-8")
    assert 'sold_at = "instant"  # every cell is an ISO date and time' in text
    catalog, complaints = load_catalog(shop / "made" / "catalog.toml")
    assert complaints == ()
    assert catalog is not None
    assert catalog.events["purchase"].source == "../purchases.csv"
    assert catalog.events["purchase"].time == "sold_at"
    segments = "segment a: did purchase where (amount > 10) in last 9 years"
    (shop / "made" / "rules.seg").write_text(segments, encoding="utf-8")
    assert sizes("made/rules.seg", "--as-of", "2026-11-01") == {"a": 2}


@pytest.mark.usefixtures("shop")
def test_a_property_that_is_not_there_has_near_names() -> None:
    done = segdsl(
        "count",
        "did purchase where (amuont > 3)",
        "customers.csv",
        "--events",
        "purchase=purchases.csv",
    )
    assert done.exit_code == 1
    assert "`amount`" in done.stderr


@pytest.mark.parametrize("options", [("--catalog", "shop.toml"), ("--as-of", "2026-11-01")])
@pytest.mark.parametrize(
    ("name", "text"),
    [("day.csv", PURCHASES.partition("\n")[0] + "\n"), ("day.jsonl", ""), ("day.jsonl", "\n\n")],
    ids=["header", "no line", "blank lines"],
)
def test_a_day_without_events_is_no_error(
    options: tuple[str, str], name: str, text: str, shop: Path
) -> None:
    (shop / name).write_text(text, encoding="utf-8")
    rules = """trait spent: sum of purchase.amount over last 30 days
segment quiet: spent < 1 and not did purchase where (product_id = 10 and amount > 2.5)
segment busy: did purchase then purchase within 30 days
"""
    (shop / "rules.seg").write_text(rules, encoding="utf-8")
    data = () if "--catalog" in options else ("customers.csv",)
    found = sizes("rules.seg", *data, *options, "--events", f"purchase={name}")
    assert found == {"quiet": 4, "busy": 0}


def test_a_key_under_another_name_is_asked_for(shop: Path) -> None:
    text = PURCHASES.replace("customer_id", "cust")
    (shop / "purchases.csv").write_text(text, encoding="utf-8")
    arguments = ("did purchase", "customers.csv", "--events", "purchase=purchases.csv")
    done = segdsl("count", *arguments)
    assert done.exit_code == 1
    assert "SG313" in done.stderr
    assert '`cust` may be meant: `[events.purchase]` with `source` and `key = "cust"`' in (
        " ".join(done.stderr.split())
    )
