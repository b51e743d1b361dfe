"""Findings that need the data: texts in other spellings, and `not` over what is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.fixes import apply_fixes

CATALOG = Catalog.model_validate(
    {
        "customers": {
            "key": "id",
            "fields": {
                "id": "number",
                "age": "number",
                "town": "text",
                "tags": "list",
                "first age": "number",
            },
        }
    }
)
TOWNS = ["Madrid", "Lyon", "Madrid", "VALENCIA", "Valencia ", "valencia", "Válencia"]
DATA: dict[str, list[Any]] = {
    "id": [1, 2, 3, 4, 5, 6, 7],
    "age": [None, None, 40, 20, None, 33, 20],
    "town": TOWNS,
    "tags": [["VIP", "VIP"], ["new"], None, [], ["new"], ["old"], None],
    "first age": [None, 1, 2, 3, 4, 5, 6],
}


def found(rules: str, code: str) -> list[Diagnostic]:
    ruleset = segdsl.compile(rules, catalog=CATALOG)
    return [one for one in ruleset.check(DATA) if one.code.id == code]


def keys(rules: str) -> set[Any]:
    membership = segdsl.compile(rules, catalog=CATALOG).evaluate(DATA)
    return set(membership.keys("segment"))


ADMITTED = [
    ("not (age > 30)", 3),
    ('not (age > 30 and town = "Madrid")', 1),  # the others live elsewhere and are in anyway
    ('not (age > 30 or town = "Madrid")', 2),
    ('not (not (age > 30) or town = "Lyon")', 0),  # true of the missing already: they are out
    ('not (at least 2 of { age > 30; town = "Madrid"; town = "Lyon" })', 2),
    ('not (exactly 0 of { age > 30; town = "Lyon" })', 0),
    ("not (age not in (40, 33))", 3),
    ("not (age is known)", 0),  # says so itself
    ('not (age is missing and town = "Lyon")', 0),
    ('age is known and not (age > 30 and town = "Madrid")', 0),
    ("(age is missing or not (age > 30))", 0),
]


@pytest.mark.parametrize(("rules", "customers"), ADMITTED)
def test_those_whose_membership_hinges_on_a_missing_value_are_counted(
    rules: str, customers: int
) -> None:
    said = [one.message for one in found(rules, "SG608")]
    noun = "customer" if customers == 1 else "customers"
    message = f"this `not` takes in {customers} {noun} only because `age` is missing"
    assert said == ([message] if customers else [])


def test_both_fixes_do_what_they_say_and_the_finding_is_gone() -> None:
    rules = "not (age > 30  # young\n and town is known)"
    (one,) = found(rules, "SG608")
    known, explicit = (apply_fixes(rules, [fix]) for fix in one.fixes)
    assert keys(rules) == {1, 2, 4, 5, 7}
    assert keys(known) == {4, 7}
    assert keys(explicit) == {1, 2, 4, 5, 7}
    assert found(known, "SG608") == found(explicit, "SG608") == []


def test_a_fix_that_would_move_others_is_not_offered() -> None:
    (one,) = found('not (age > 30 and town = "Madrid")', "SG608")
    assert one.fixes == ()
    assert "leave out 2 customers more" in one.help[0]
    assert "`(age is missing or `" in one.help[1]
    (other,) = found('not (age > 30 or town = "Madrid")', "SG608")
    assert other.fixes == ()
    assert other.help == ("to leave them out, write `age is known and ` before this `not`",)


def test_a_field_is_written_as_rules_write_it() -> None:
    rules = "not (`first age` > 3)"
    (one,) = found(rules, "SG608")
    assert apply_fixes(rules, one.fixes[:1]) == "`first age` is known and not (`first age` > 3)"


def test_a_text_in_other_spellings() -> None:
    (one,) = found('town = "valencia"', "SG611")
    assert one.message == (
        '`town` is `"valencia"` for 1 customer, '
        "and differs from it only in case, accents or outer spaces for 3 customers"
    )
    assert one.help == (
        "`ignoring case` takes in 1 customer more, "
        "`ignoring case and accents` takes in 2 customers more",
        '`"Valencia "` (1 customer) has a space at its end',
    )


@pytest.mark.parametrize(
    "rules",
    [
        'town = "Madrid"',
        'town in ("valencia", "VALENCIA", "Válencia")',  # the spellings are known to the author
        'town = "valencia" ignoring case and accents',
        '"new" in tags',
    ],
)
def test_a_text_whose_other_spellings_are_few_or_meant(rules: str) -> None:
    assert found(rules, "SG611") == found(rules, "SG607") == []


NEVER = [
    ('town contains "MADR"', 'no value of `town` contains `"MADR"`', "`ignoring case`"),
    ('town starts with "válencia" ignoring case', None, ""),
    ('town starts with "mad"', 'no value of `town` starts with `"mad"`', "`ignoring case`"),
    ('town ends with "ríd"', 'no value of `town` ends with `"ríd"`', "`ignoring accents`"),
    ('town contains "xyz"', None, ""),
    ('town like "mad*"', None, ""),
    ('tags contains "vip"', '`"vip"` never occurs in `tags`', "`ignoring case`"),
    ('"vip" in tags', '`"vip"` never occurs in `tags`', "`ignoring case`"),
    ('tags contains only ("olld", "old")', '`"olld"` never occurs in `tags`', '`"old"`'),
    ('tags contains "new"', None, ""),
    ('town = "Mádrid"', '`"Mádrid"` never occurs in `town`', "`ignoring accents`"),
    ('town = "Valencia"', '`"Valencia"` never occurs in `town`', "has a space at its end"),
]


@pytest.mark.parametrize(("rules", "message", "remedy"), NEVER)
def test_texts_that_are_not_found(rules: str, message: str | None, remedy: str) -> None:
    said = found(rules, "SG607")
    assert [one.message for one in said] == ([message] if message else [])
    assert all(remedy in " ".join(one.help) for one in said)


def test_a_use_is_told_once() -> None:
    rules = 'define no(t): town = "nowhere" and age > t\nsegment a: no(1)\nsegment b: no(2)'
    assert len(found(rules, "SG607")) == 1


SHOP = Catalog.model_validate(
    {
        "customers": {"key": "id", "fields": {"id": "number"}},
        "events": {
            "purchase": {
                "source": "nowhere.csv",
                "key": "id",
                "time": "at",
                "fields": {"at": "date", "product_id": "number", "shop": "text"},
            }
        },
        "lookups": {
            "product": {
                "source": "nowhere.csv",
                "key": "product_id",
                "fields": {"product_id": "number", "category": "text", "brand": "text"},
            }
        },
    }
)


def told(rules: str, folder: Path) -> list[Diagnostic]:
    """Return what is said of texts in rules on two customers' purchases."""
    (folder / "products.csv").write_text(
        "product_id,category,brand\n1,COFFEE,Ahoy\n2,TEA,Ahoy\n3,COCOA,Own\n"
    )
    catalog = SHOP.model_copy(
        update={
            "lookups": {"product": SHOP.lookups["product"].model_copy(
                update={"source": "products.csv"})},
        }
    ).in_folder(folder)  # fmt: skip
    purchases = {
        "id": [1, 1, 2, 7],
        "at": [date(2026, 1, 1)] * 4,
        "product_id": [1, 1, 2, 3],
        "shop": ["Lyon", "LYON", "lyon", "Nancy"],
    }
    rules_ = segdsl.compile(rules, catalog=catalog)
    found = rules_.check({"id": [1, 2, 3]}, events={"purchase": purchases}, as_of="2026-02-01")
    return [one for one in found if one.code.id in ("SG607", "SG611")]


def test_texts_that_no_event_has_are_named(tmp_path: Path) -> None:
    (one,) = told('did not purchase where (product.category = "COFEE")', tmp_path)
    assert one.code.id == "SG607"
    assert one.message == '`"COFEE"` never occurs in `purchase.product.category`'
    assert one.primary is not None
    assert one.primary.message == "no event has this value"
    assert one.help == ('similar values that occur: `"COFFEE"` (2 events)',)


def test_texts_of_events_in_other_letters_are_counted(tmp_path: Path) -> None:
    (one,) = told('did purchase where (shop = "Lyon")', tmp_path)
    assert one.code.id == "SG611"
    assert "for 1 event, and differs from it only in" in one.message
    assert one.help == ("`ignoring case` takes in 2 events more",)
    (one,) = told(
        'sum of (purchase.product_id) where (product.brand starts with "aho") > 1', tmp_path
    )
    assert one.message == 'no value of `purchase.product.brand` starts with `"aho"`'


def test_texts_of_events_that_customers_do_not_have(tmp_path: Path) -> None:
    (one,) = told('did purchase where (shop in ("Lyon", "LYON", "lyon", "Nancy"))', tmp_path)
    assert one.message == '`"Nancy"` never occurs in `purchase.shop`'
    assert not told('did purchase where (product.category in ("TEA", "COFFEE"))', tmp_path)
    unused = 'define d: did purchase where (shop = "Paris")\nsegment s: did purchase'
    assert [one.message for one in told(unused, tmp_path)] == [
        '`"Paris"` never occurs in `purchase.shop`'
    ]
