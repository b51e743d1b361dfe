"""How much is done for one profile: it does not grow with the number of segments."""

from __future__ import annotations

import sys
from random import Random
from typing import Any

import pytest

import segdsl

FIELDS = {"city": "text", "job": "text", "age": "number", "spend": "number", "joined": "date"}
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": FIELDS}})


def _conditions(count: int) -> list[str]:
    draw = Random(1)
    found: dict[str, None] = {}
    while len(found) < count:
        members = ", ".join(f'"c{draw.randrange(60)}"' for _ in range(draw.randint(2, 9)))
        low = draw.randint(0, 90)
        said = draw.choice(
            (
                f"city in ({members})",
                f'job ends with "{draw.randrange(200)}"',
                f"age between {low} and {low + draw.randint(1, 30)}",
                f"spend > {draw.randrange(5_000)}",
                f"joined before 20{draw.randint(10, 25)}-0{draw.randint(1, 9)}-11",
            )
        )
        found[said] = None
    return list(found)


def _rules(segments: int, pool: list[str]) -> segdsl.Ruleset:
    draw, lines = Random(2), []
    for i in range(segments):
        a, b, c, d = draw.sample(pool, 4)
        lines.append(f"segment s{i}: ({a} or {b}) and not ({c}) and {d}")
    return segdsl.compile("\n".join(lines), catalog=CATALOG)


def _profiles(count: int) -> list[dict[str, Any]]:
    draw = Random(3)
    return [
        {
            "city": f"c{draw.randrange(60)}",
            "job": f"job {draw.randrange(200)}",
            "age": draw.randrange(120),
            "spend": draw.random() * 5_000,
            "joined": f"20{draw.randint(10, 25)}-06-{draw.randint(10, 28)}",
        }
        for _ in range(count)
    ]


def _calls(match: Any, profile: dict[str, Any]) -> int:
    """Return how many functions are called, those written in C included."""
    count = 0

    def told(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(told)
    try:
        match(profile)
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture(scope="module")
def pool() -> list[str]:
    return _conditions(400)


def test_work_does_not_grow_with_segments(pool: list[str]) -> None:
    people = _profiles(40)
    counted = []
    for segments in (600, 2_400):
        match = _rules(segments, pool).matcher().match
        counted.append([_calls(match, person) for person in people])
    few, many = counted
    assert max(many) < 100  # for 2,400 segments of 400 conditions, with nothing remembered
    assert sum(many) <= sum(few) * 1.05


def test_texts_and_dates_are_looked_up_once(pool: list[str]) -> None:
    match = _rules(600, pool).matcher().match
    (person,) = _profiles(1)
    first, second = _calls(match, person), _calls(match, person)
    assert second < first
    assert second < 60


def test_each_field_is_read_once(pool: list[str]) -> None:
    match = _rules(20, pool).matcher().match
    asked: list[str] = []

    class Person(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.append(name)
            return super().get(name, default)

    match(Person(_profiles(1)[0]))
    assert sorted(asked) == sorted(FIELDS)
