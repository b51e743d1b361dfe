"""Which programs find sizes by a query, and that their dumps say so."""

from __future__ import annotations

import pytest

import segdsl
from segdsl.plan import nodes as n
from segdsl.plan.dump import dump_program

FIELDS = {
    **dict.fromkeys(("city", "other", "third", "fourth"), "text"),
    "name": {"type": "text", "compare": "ignoring case"},
    "age": "number",
    "spend": "number",
    "born": "date",
    "seen": "instant",
    "optin": "yes/no",
    "tags": {"type": "list", "of": "text"},
}
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": FIELDS}})


def searched(text: str) -> dict[str, int] | None:
    """Return how many conditions are tried on the distinct texts of fields; None for no query.

    The dump of the program is to say the same.
    """
    program = segdsl.compile(text, catalog=CATALOG).program
    lines = dump_program(program).split("\n")
    assert (_SAID in lines) == (program.query is not None)
    if program.query is None:
        return None
    found = program.query.searched
    told = [line for line in lines[lines.index(_SAID) :] if line.startswith("  from distinct")]
    assert told == [f"  from distinct texts ({sum(map(len, found.values()))})"] * bool(found)
    return {node.name: len(own) for node, own in found.items() if isinstance(node, n.Field)}


_SAID = "sizes alone by a query of files"


@pytest.mark.parametrize(
    "text",
    [
        "age between 20 and 30",
        'city = "İstanbul" and not (age > 30 or optin)',
        'city in ("a", "b", "c")',
        "spend + 2 * age > 100",
        "spend > age",
        "age is missing",
        "length of city > 3",
        "days since born > 180",
        "year(born) = 2000 and weekday(born) = mon",
        "(age or else 30) > 20",
        "born is empty",
        "born in last 30 days",
        "born >= today - 3 months",
        "seen > now - 2 hours",
        "seen in last 3 hours",
        "segment a: age > 3\nsegment b: a and spend > 4",
        "\n".join(f"segment s{i}: spend > {i}" for i in range(16)),
    ],
)
def test_few_plain_conditions(text: str) -> None:
    assert searched(text) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('city contains "a"', {"city": 1}),
        ('city starts with "a" and age > 3 and city = "abc"', {"city": 2}),
        ('city like "a%"', {"city": 1}),
        ('city matches "a+"', {"city": 1}),
        ("city is empty", {"city": 1}),
        ('city in ("a", "b", "c", "d", "e") and age > 3', {"city": 1}),
        (" or ".join(f'(city = "{i}" and age < {i})' for i in range(5)), {"city": 5}),
    ],
)
def test_texts_that_are_searched_or_compared_often(text: str, found: dict[str, int]) -> None:
    assert searched(text) == found


@pytest.mark.parametrize(
    "text",
    [
        'name = "Ali"',
        'tags contains "vip"',
        "age / spend > 3",
        "seen in last 30 days",
        "days since seen > 3",
        "years since born > 18",
        "top 10% by spend",
        'sample 10% seed "a"',
        "segment a: 1 < 2\nsegment b: age > 3",
        "city contains other",
        " or ".join(f"(spend > {i} and age < {i})" for i in range(13)),
        " or ".join(f'(city contains "{i}" and age < {i})' for i in range(17)),
        "\n".join(f"segment s{i}: spend > {i}" for i in range(17)),
        'segment a: city contains "x"\nsegment b: other contains "x"\nsegment c: third like "x"'
        '\nsegment d: fourth like "x"',
    ],
)
def test_what_is_computed_or_compared_often(text: str) -> None:
    assert searched(text) is None
