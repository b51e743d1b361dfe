"""Texts that are tried once each, whatever came before them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from segdsl.backends.masks.answers import Codes
from segdsl.backends.masks.arrow import Views
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.searching import MOST


def lengths(texts: pl.Series) -> Codes:
    """Return a number for each text: its bytes, 999 for a missing one."""
    return texts.str.len_bytes().fill_null(999).cast(pl.UInt16).to_numpy()


def tried(seen: list[int]) -> Callable[[pl.Series], Codes]:
    """Return what gives lengths and notes how many texts it was asked for."""

    def attempt(texts: pl.Series) -> Codes:
        seen.append(len(texts))
        return lengths(texts)

    return attempt


SHORT = pl.Series(["", "a", "bc", None, "twelve bytes"] * 3_000)
DISTINCT = pl.Series(["thirteen bytes", "a", None, "more than twelve bytes", "b"])
LONG = DISTINCT.gather([0, 1, 2, 3, 4] * 3_000)  # texts that stand once in memory


@pytest.mark.parametrize("texts", [SHORT, LONG, SHORT[3:], SHORT[:0], LONG[2:7]])
def test_each_text_has_the_answer_for_it(texts: pl.Series) -> None:
    search = Fast().search(lengths)
    for part in (texts, texts.slice(1), texts.head(1000), texts.reverse(), texts.tail(9)):
        found = search.answers(part)
        assert found is not None
        assert (found == lengths(part)).all()


def test_short_texts_are_tried_once() -> None:
    seen: list[int] = []
    search = Fast().search(tried(seen))
    for part in (SHORT, SHORT.reverse(), SHORT[1:], pl.Series(["new", "a", None])):
        search.answers(part)
    assert seen == [5, 1]


def test_long_texts_are_tried_for_each_part() -> None:
    """Their words say where they stand, and there another text may stand later."""
    search = Fast().search(lengths)
    for length in range(13, 60):
        part = pl.Series(["x" * length, "a", "y" * length]).gather([0, 1, 2] * 100)
        found = search.answers(part)
        assert found is not None
        assert (found == lengths(part)).all()


def test_texts_of_earlier_rows_make_room() -> None:
    seen: list[int] = []
    search = Fast().search(tried(seen))
    parts = [pl.Series([str(i) for i in range(first, first + 3_000)] * 9) for first in (0, 5_000)]
    for part in (*parts, *parts):
        found = search.answers(part)
        assert found is not None
        assert (found == lengths(part)).all()
    assert seen == [3_000] * 4


def test_too_many_texts_are_not_numbered() -> None:
    search = Fast().search(lengths)
    assert search.answers(pl.Series(map(str, range(3_000)))) is None
    assert search.answers(SHORT) is None  # nor are those that follow
    assert Fast().search(lengths).answers(pl.Series(map(str, range(MOST * 9)))) is None


def test_as_many_texts_as_a_table_holds() -> None:
    texts = pl.Series([str(i) for i in range(MOST)] * 8)
    found = Fast().search(lengths).answers(texts)
    assert found is not None
    assert (found == lengths(texts)).all()


def test_plain_numpy_searches_no_faster_than_polars() -> None:
    assert Plain().search(lengths) is None


def test_views_tell_what_is_missing() -> None:
    for first in (0, 1, 7, 8, 9):
        views = Views.of(SHORT[first:])
        bits = np.unpackbits(views.valid, bitorder="little")[views.offset :]
        assert len(views.words) == len(SHORT) - first
        assert (bits[: len(views.words)] == SHORT[first:].is_not_null().to_numpy()).all()
    assert not len(Views.of(SHORT.drop_nulls()).valid)
