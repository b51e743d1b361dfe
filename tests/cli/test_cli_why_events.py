"""`segdsl why` of conditions on events."""

from __future__ import annotations

from pathlib import Path

import pytest
from segdsl_runner import answer, segdsl

CATALOG = """as_of = 2026-11-01
timezone = "Europe/Istanbul"
[customers]
source = "customers.csv"
key = "id"
[events.purchase]
source = "purchases.csv"
key = "id"
time = "sold_at"
[events.purchase.fields]
amount = { type = "number" }
sold_at = "instant"
[lookups.product]
source = "products.csv"
key = "product_id"
"""
PURCHASES = """id,sold_at,amount,product_id
1,2026-10-05T10:00,20.5,10
1,2026-10-20T00:00,5,11
1,2026-10-21T00:00:07,5,11
1,2026-10-22T23:30,7,11
2,2026-03-01T09:00,300,10
"""
RULES = """define lately(n): did purchase at least 3 times in last n days
segment loyal "Often here": lately(12) and id > 0
segment milk: did purchase where (product.department = "DAIRY" and amount < 10) at least 9 times
segment gone: not did purchase in last 60 days
segment best: top 1 by sum of purchase.amount
segment fifth: quintile of spent = 1
segment again: did purchase then purchase within 2 days
trait spent: sum of purchase.amount
"""
MILK = [
    '2026-10-22 23:30  purchase: product.department "DAIRY", amount 7.0',
    '2026-10-21 00:00:07  purchase: product.department "DAIRY", amount 5.0',
    '2026-10-20 00:00  purchase: product.department "DAIRY", amount 5.0',
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with rules, a catalog, customers and purchases."""
    for name, text in (
        ("customers.csv", "id\n1\n2\n3\n"),
        ("purchases.csv", PURCHASES),
        ("products.csv", "product_id,department\n10,GROCERY\n11,DAIRY\n"),
        ("rules.seg", RULES),
        ("catalog.toml", CATALOG),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def said(folder: Path, segment: str, key: int = 1) -> list[str]:
    done = segdsl("why", folder, "--customer", key, "--segment", segment)
    return [line.partition("   [")[0].rstrip() for line in done.stdout.splitlines()[3:-1]]


def test_events_stand_below_their_clause(shop: Path) -> None:
    assert said(shop, "loyal") == [
        "  no   lately(12) and id > 0",
        "    no   lately(12)",
        "      no   did purchase at least 3 times in last n days"
        "   (count of purchase over last 12 days is 2, needs 3, n is 12)",
        "             2026-10-22 23:30  purchase",
        "             2026-10-21 00:00:07  purchase",
        "    yes  id > 0   (id is 1)",
    ]
    lines = said(shop, "milk")
    assert [line.strip() for line in lines[1:]] == MILK
    assert lines[0].endswith("amount < 10) is 3, needs 9)")


def test_a_rank_group_says_the_value_that_is_ranked(shop: Path) -> None:
    (line, *events) = said(shop, "fifth")
    assert line.endswith("(quintile of spent is 2, needs exactly 1, spent is 37.5)")
    assert events[-1].strip() == "and 1 more"
    assert said(shop, "best", 2)[0].endswith("(spent is 300.0, place 1 of 3, 1 taken)")


def test_each_audience_has_a_line_without_events(shop: Path) -> None:
    lines = segdsl("why", shop, "--customer", 1).stdout.splitlines()
    assert lines[2] == (
        "no   loyal  did purchase at least 3 times in last n days"
        "   (count of purchase over last 12 days is 2, needs 3, n is 12)"
    )
    assert lines[4] == (
        "no   gone   not did purchase in last 60 days   (count of purchase over last 60 days is 4)"
    )
    assert lines[7] == "yes  again"


def test_json_has_the_events(shop: Path) -> None:
    found = answer("why", shop, "--customer", 1, "--segment", "again", "--segment", "milk")
    milk, again = (one["explanation"] for one in found["segments"])
    assert [(one["step"], one["time"]) for one in again["events"]] == [
        (1, "2026-10-21T00:00:07+03:00"),
        (2, "2026-10-22T23:30:00+03:00"),
    ]
    assert milk["events"][0] == {
        "event": "purchase",
        "time": "2026-10-22T23:30:00+03:00",
        "step": None,
        "properties": {"product.department": "DAIRY", "amount": 7.0},
    }
    assert milk["events_counted"] == 3


def test_hours_on_dates_point_at_number_and_unit(shop: Path) -> None:
    (shop / "catalog.toml").write_text(CATALOG.replace('"instant"', '"date"'), encoding="utf-8")
    rules = "segment a: did purchase within 3 hours after 2026-01-01\n"
    rules += "segment b: did purchase then purchase within 36  hours\n"
    (shop / "rules.seg").write_text(rules, encoding="utf-8")
    shown = segdsl("check", shop).output
    assert "^^^^^^^ on a date" in shown
    assert "^^^^^^^^^ on a date" in shown
    assert "rules.seg:1:32" in shown
