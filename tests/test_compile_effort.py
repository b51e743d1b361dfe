"""Compiling takes work that grows with the number of segments, and no faster."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

import segdsl

FIELDS = {"id": "number", "age": "number", "spend": "number", "city": "text", "signup": "date"}
CATALOG = segdsl.Catalog.model_validate(
    {"customers": {"key": "id", "fields": {name: {"type": type} for name, type in FIELDS.items()}}}
)


def nested(number: int) -> str:
    """Return a segment of five conditions, of which others have some as well."""
    cities = ", ".join(f'"Şehir {(number * 7 + i) % 90}"' for i in range(20))
    low, high = number % 40, number % 40 + 10
    day = f"20{number % 20 + 10}-03-{number % 28 + 1:02}"
    return (
        f"segment audience_{number}: (city in ({cities}) or not (age between {low} and {high}))"
        f' and (signup on or after {day} or city contains "{number % 50}" and spend > {number})'
    )


def short(number: int) -> str:
    """Return a segment of few words, with a long comment."""
    rule = f"age > {number} or (spend > 9 and spend < {number + 10})"
    return f"# {'-' * 500}\nsegment audience_{number}: {rule}"


def compiled(rule: Callable[[int], str], count: int) -> segdsl.Ruleset:
    """Return segments compiled, as far as an evaluation needs them."""
    text = "\n".join(rule(number) for number in range(count))
    rules = segdsl.compile(text, catalog=CATALOG)
    assert len(rules.program.segments) == count
    return rules


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions are called, those that are written in C included."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("rule", [nested, short])
def test_calls_grow_with_the_segments(rule: Callable[[int], str]) -> None:
    compiled(rule, 5)  # what is read or built once
    few, many = (calls_of(lambda n=n: compiled(rule, n)) / n for n in (50, 200))
    assert many < few * 1.2
