"""What a membership's packed masks answer: sets of customers, overlaps, who is in one alone."""

from __future__ import annotations

import pickle

import numpy as np
import polars as pl
import pytest

import segdsl
from segdsl.backends.masks.overlap import alone, pairs
from segdsl.backends.masks.rows import laid
from segdsl.backends.masks.words import ones, packed
from segdsl.engine.overlaps import Measure

ROWS = 200
RULES = """
segment even: n is not missing and two = 0
segment third: three = 0
segment low: n < 10
"""
FRAME = pl.DataFrame({"id": pl.int_range(ROWS, eager=True).reverse()}).with_columns(
    n=pl.col("id"), two=pl.col("id") % 2, three=pl.col("id") % 3
)
SETS = {"even": set(range(0, ROWS, 2)), "third": set(range(0, ROWS, 3)), "low": set(range(10))}


@pytest.fixture(scope="module")
def found() -> segdsl.Membership:
    """Return the membership of the three audiences."""
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "id"}})
    return segdsl.compile(RULES, catalog=catalog).evaluate(FRAME)


def test_sets_of_customers(found: segdsl.Membership) -> None:
    even, third, low = (found[name] for name in SETS)
    assert (even & ~low).keys() == sorted(SETS["even"] - SETS["low"])
    assert (even - low).keys() == (even & ~low).keys()
    assert (third | low).keys() == sorted(SETS["third"] | SETS["low"])
    assert (even ^ third).keys() == sorted(SETS["even"] ^ SETS["third"])
    assert len(~even) == ROWS - len(even) == 100
    assert even.mask().equals(FRAME["two"] == 0)
    with pytest.raises(KeyError):
        found["nobody"]


def test_sets_of_different_customers_are_not_joined(found: segdsl.Membership) -> None:
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "id"}})
    other = segdsl.compile("segment low: n < 10", catalog=catalog).evaluate(FRAME.head(20))
    with pytest.raises(ValueError, match="different customers"):
        found["low"] & other["low"]


def test_overlap(found: segdsl.Membership) -> None:
    table = found.overlap()
    assert table["segment"].to_list() == list(SETS)
    for name, row in zip(SETS, table.drop("segment").iter_rows(named=True), strict=True):
        assert row == {other: len(SETS[name] & SETS[other]) for other in SETS}


def test_overlap_of_two(found: segdsl.Membership) -> None:
    assert found.overlap("even", "third") == len(SETS["even"] & SETS["third"])
    with pytest.raises(KeyError):
        found.overlap("even", "nobody")
    with pytest.raises(TypeError, match="two audiences"):
        found.overlap("even")  # type: ignore[call-overload]


@pytest.mark.parametrize("measure", ["share", "jaccard", "lift"])
def test_overlap_by_measures(found: segdsl.Membership, measure: Measure) -> None:
    table = found.overlap(measure=measure).drop("segment")
    for name, row in zip(SETS, table.iter_rows(named=True), strict=True):
        own = SETS[name]
        for other, value in row.items():
            both, others = len(own & SETS[other]), SETS[other]
            expected = {
                "share": both / len(own),
                "jaccard": both / len(own | others),
                "lift": both * ROWS / (len(own) * len(others)),
            }
            assert value == pytest.approx(expected[measure])


def test_measures_of_nobody_are_missing() -> None:
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "id"}})
    rules = segdsl.compile("segment nobody: n < -1\nsegment whole: id >= 0", catalog=catalog)
    found = rules.evaluate(FRAME)
    assert found.overlap(measure="share").rows() == [("nobody", None, None), ("whole", 0.0, 1.0)]
    assert found.overlap(measure="jaccard")["nobody"].to_list() == [None, 0.0]
    assert found.overlap(measure="lift")["nobody"].to_list() == [None, None]
    with pytest.raises(ValueError, match="'jaccard'"):
        found.overlap(measure="size")  # type: ignore[call-overload]


@pytest.mark.parametrize("rows", [1, 64, 4096, 4097, 20_000])
def test_machine_code_counts_what_numpy_counts(rows: int) -> None:
    compiled = pytest.importorskip("segdsl.backends.masks.compiled_overlap")
    random = np.random.default_rng(rows)
    masks = [packed(pl.Series(random.random(rows) < part)) for part in np.linspace(0, 1, 53)]
    chunk = np.concatenate([laid(words) for words in masks], axis=1)
    expected = [[ones(a & b) for b in masks] for a in masks]
    found = np.zeros((53, 53), np.int64)
    compiled.count_pairs(chunk, found)
    assert np.triu(found).tolist() == np.triu(expected).tolist()
    assert pairs([chunk], 53, rows, 2).tolist() == expected
    reached = np.zeros(53, np.int64)
    compiled.count_alone(chunk, reached)
    others = [np.bitwise_or.reduce([*masks[:i], *masks[i + 1 :]]) for i in range(53)]
    assert reached.tolist() == [ones(a & ~b) for a, b in zip(masks, others, strict=True)]
    assert alone([chunk], 53, rows, 2).tolist() == reached.tolist()


def test_unique_reach(found: segdsl.Membership) -> None:
    expected = {
        name: len(own - set().union(*(SETS[other] for other in SETS if other != name)))
        for name, own in SETS.items()
    }
    assert found.unique_reach() == expected


def test_a_pickled_membership_keeps_its_masks(found: segdsl.Membership) -> None:
    again = pickle.loads(pickle.dumps(found))
    assert again.counts() == found.counts()
    assert again.keys("low") == list(range(10))
