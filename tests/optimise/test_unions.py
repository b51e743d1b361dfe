"""Equalities and sets of an `or` are one set, unless what they are is computed in any case."""

from __future__ import annotations

import pytest

import segdsl
from segdsl.plan import nodes as n

CATALOG = segdsl.Catalog.model_validate(
    {"customers": {"key": "id", "fields": {"id": "number", "city": "text", "age": "number"}}}
)
NAMED = ("segment eu: city = 'A' or city = 'B'", "segment na: city = 'C' or city = 'D'")
SET = "segment a: city in ('A', 'B') or city = 'C'"


def _atoms(*rules: str) -> tuple[n.Node, ...]:
    program = segdsl.compile("\n".join(rules), catalog=CATALOG).program
    return tuple(atom for level in program.levels for atom in level.atoms)


@pytest.mark.parametrize(
    ("rules", "count"),
    [
        ((SET,), 1),
        ((SET, "segment b: city in ('A', 'B')"), 2),  # the set is there: `C` is beside it
        ((SET, "segment b: city in ('A', 'B') and age > 3"), 3),
        ((SET, "segment b: city not in ('A', 'B')"), 3),  # and whether it is known
        ((SET, "segment b: city in ('A', 'B') or city = 'D'"), 2),  # two unions, and no parts
        ((SET, "segment b: city = 'C' or age > 3"), 3),
        ((*NAMED, "segment both: eu or na"), 2),  # one set each, and beside each other
        ((*NAMED, "segment both: eu or na or city = 'E'"), 3),
        ((*NAMED, "segment both: at least 1 of { eu; na }"), 2),
        ((*NAMED, "segment both: at most 0 of { eu; na }"), 2),
        ((*NAMED, "segment both: (eu or na) and age > 3", "segment c: not eu"), 3),
        (("segment a: all of { city = 'A' or city = 'B' } or city = 'C'",), 1),
        (("segment a: all of { city in ('A', 'B') } or city = 'C'",), 1),
        (("segment a: at least 1 of { city = 'A'; city = 'B' }",), 1),
        (("segment a: city = 'A' or city = 'B' or city = 'C' or city = 'D'",), 1),
        (("segment a: city = 'A' or age = 3 or city = 'B' or age = 4",), 2),
    ],
)
def test_how_many_conditions_are_computed(rules: tuple[str, ...], count: int) -> None:
    assert len(_atoms(*rules)) == count


def test_a_union_has_all_members() -> None:
    (atom,) = _atoms(SET)
    assert isinstance(atom, n.OneOf)
    assert set(atom.members) == {"A", "B", "C"}


def test_shared_parts_keep_the_answers() -> None:
    both = segdsl.compile(f"{SET}\nsegment b: city in ('A', 'B') and age > 3", catalog=CATALOG)
    rows = {"id": range(5), "city": ["A", "B", "C", "D", None], "age": [1, 5, 9, 9, 9]}
    assert both.evaluate({name: list(cells) for name, cells in rows.items()}).frame().rows() == [
        (0, True, False),
        (1, True, True),
        (2, True, False),
        (3, False, False),
        (4, False, False),
    ]


def test_a_value_that_an_or_needs_is_known() -> None:
    words = "segment a: city is known and (city in ('A', 'B') or city = 'C')"
    assert len(_atoms(words, "segment b: city in ('A', 'B') and age > 3")) == 3
