"""Which programs find sizes by a query, and that their dumps say so."""

from __future__ import annotations

import pytest

import segdsl
from segdsl.plan.dump import dump_program

FIELDS = {
    "city": "text",
    "name": {"type": "text", "compare": "ignoring case"},
    "age": "number",
    "spend": "number",
    "born": "date",
    "seen": "instant",
    "optin": "yes/no",
    "tags": {"type": "list", "of": "text"},
}
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": FIELDS}})


def is_query(text: str) -> bool:
    """Return whether sizes come from a query; demand that the dump says the same."""
    program = segdsl.compile(text, catalog=CATALOG).program
    assert ("sizes alone: by a query" in dump_program(program)) == program.is_query
    return program.is_query


def ranges(count: int) -> str:
    return " or ".join(f"age = {3 * i}" for i in range(count))


@pytest.mark.parametrize(
    "text",
    [
        "age between 20 and 30",
        'city = "İstanbul" and not (age > 30 or optin)',
        'city in ("a", "b", "c")',
        "spend + 2 * age > 100",
        "spend > age",
        "age is missing",
        "born is empty",
        "born in last 30 days",
        "born >= today - 3 months",
        "seen > now - 2 hours",
        "seen in last 3 hours",
        "segment a: age > 3\nsegment b: a and spend > 4",
    ],
)
def test_few_plain_conditions(text: str) -> None:
    assert is_query(text)


@pytest.mark.parametrize(
    "text",
    [
        'city contains "a"',
        'city starts with "a" and age > 3',
        'city like "a%"',
        "city is empty",
        'name = "Ali"',
        'tags contains "vip"',
        "age / spend > 3",
        "seen in last 30 days",
        "top 10% by spend",
        'sample 10% seed "a"',
        "age > 3 and did buy",
        "segment a: 1 < 2\nsegment b: age > 3",
        'city in ("a", "b", "c", "d", "e") and city != "b" and not (city in ("e", "d", "f", "g"))'
        ' and (city < "x" or city > "u" or city = "z" or age > 3)',
    ],
)
def test_what_is_searched_computed_or_compared_often(text: str) -> None:
    assert not is_query(text)


def test_many_conditions_and_many_segments() -> None:
    few = "\n".join(f"segment s{i}: spend > {i}" for i in range(16))
    assert is_query(few)
    assert not is_query(f"{few}\nsegment more: spend > 100")
    many = " or ".join(f"(spend > {i} and age < {i})" for i in range(13))
    assert not is_query(many)
