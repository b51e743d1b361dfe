"""Masks."""

from __future__ import annotations

import polars as pl
import pytest

from segdsl.engine import masks as m

A, B, C = (pl.Series(bits) for bits in ([True, True, False], [True, False, False], [True] * 3))


def test_algebra() -> None:
    assert m.intersection([A, B, C]).to_list() == [True, False, False]
    assert m.union([A, B]).to_list() == [True, True, False]
    assert m.complement(A).to_list() == [False, False, True]
    assert m.constant(True, 2).to_list() == [True, True]
    assert m.constant(True, 0).to_list() == []


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1, 1, [False, False, True]),
        (2, 9, [True, True, False]),
        (0, 2, [False, True, True]),
        (4, 9, [False, False, False]),
    ],
)
def test_how_many(low: int, high: int, expected: list[bool]) -> None:
    assert m.how_many([A, B, C], low, high).to_list() == expected
