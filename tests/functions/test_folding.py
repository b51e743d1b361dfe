"""Folding: what becomes equal, what stays apart, and the frozen table itself."""

from __future__ import annotations

import doctest
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.catalog.types import Folding
from segdsl.functions import folding, folding_table
from segdsl.functions.folding import fold, fold_many, folding_rows, folding_version

CASE, ACCENTS, BOTH, EXACT = Folding.CASE, Folding.ACCENTS, Folding.BOTH, Folding.EXACT

# Letters, marks and joiners whose combinations are the hard part.
_HARD = (
    "Iiİıß ẞſςΣσίΐᾴΌñçğşŁłøŒæ=<≠ЙйЁҚґ\u0301\u0307\u0308\u0323\u0327\u0328\u0338\u0345\u034f"
    "אשׁבּ\u05b8\u05c1يىیكکأإآئؤٱـهٔ\u064e\u0654\u200c\u200d٢۲२２かが\u3099क\u093cक़ि่ก각\u1100\u1161"
)
texts = st.text() | st.text(st.sampled_from(_HARD), max_size=12)
foldings = st.sampled_from(Folding)


@pytest.mark.parametrize(
    ("kind", "alike"),
    [
        (
            CASE,
            ["İSTANBUL", "istanbul", "ıstanbul", "ISTANBUL", "I\u0307stanbul", "i\u0307stanbul"],
        ),
        (CASE, ["Straße", "STRASSE", "STRAẞE", "ſtraße"]),
        (CASE, ["ΣΊΣΥΦΟΣ", "σίσυφος", "σίσυφοσ"]),
        (CASE, ["J\u030c", "ǰ"]),
        (CASE, ["ﬁ", "FI"]),
        (EXACT, ["é", "e\u0301"]),
        (ACCENTS, ["Éçole", "E\u0301cole", "Ecole"]),
        (ACCENTS, ["Łódź", "Lodz"]),
        (ACCENTS, ["ø", "ǿ", "o"]),
        (ACCENTS, ["ı", "i"]),
        (ACCENTS, ["İ", "I"]),
        (ACCENTS, ["Đorđe", "Dorde"]),
        (ACCENTS, ["ħŧ", "ht"]),
        (ACCENTS, ["æœ", "aeoe"]),
        (ACCENTS, ["Ελλάδα", "Ελλαδα"]),
        (ACCENTS, ["ΐ", "ί", "ι"]),
        (ACCENTS, ["Ёлка й", "Елка и"]),
        (ACCENTS, ["ґ қ", "г к"]),
        (ACCENTS, ["שָׁלוֹם", "שלום"]),
        (ACCENTS, ["مُحَمَّد", "محمد", "محـــمد"]),
        (ACCENTS, ["علي", "على", "علی"]),
        (ACCENTS, ["كتاب", "کتاب"]),
        (ACCENTS, ["أحمد", "احمد", "ٱحمد", "إحمد", "آحمد"]),
        (ACCENTS, ["می\u200cخواهم", "ميخواهم"]),
        (ACCENTS, ["25", "۲۵", "٢٥", "२५", "２５", "𝟐𝟓"]),
        (BOTH, ["ŁÓDŹ", "lodz"]),
        (BOTH, ["Ɖ", "ɖ", "đ", "d"]),
        (BOTH, ["Ǆ", "ǅ", "ǆ", "Ǳ", "ǳ"]),
        (BOTH, ["İSTANBUL", "ıstanbul", "ISTANBUL"]),
    ],
)
def test_alike(kind: Folding, alike: list[str]) -> None:
    assert len(set(fold_many(alike, kind))) == 1


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (EXACT, "a", "A"),
        (CASE, "é", "e"),
        (CASE, "σίσυφος", "σισυφος"),
        (CASE, "i\u0301", "i"),
        (ACCENTS, "a", "A"),
        (ACCENTS, "ß", "ss"),
        (ACCENTS, "が", "か"),
        (ACCENTS, "कि", "क"),
        (ACCENTS, "क़", "क"),
        (ACCENTS, "กำ", "ก"),
        (ACCENTS, "≠", "="),
        (ACCENTS, "ǈ", "L"),
        (BOTH, "ʼn", "n"),
        (BOTH, "ه", "ة"),
    ],
)
def test_apart(kind: Folding, one: str, other: str) -> None:
    assert fold(one, kind) != fold(other, kind)


@pytest.mark.parametrize(
    ("kind", "text", "folded"),
    [
        (CASE, "İSTANBUL", "istanbul"),
        (CASE, "ABC xyz 1", "abc xyz 1"),
        (CASE, "Ég", "ég"),
        (ACCENTS, "ABC xyz 1", "ABC xyz 1"),
        (ACCENTS, "Ég ß", "Eg ß"),
        (BOTH, "Ég ß", "eg ss"),
        (EXACT, "e\u0301", "\u00e9"),
        (BOTH, "", ""),
    ],
)
def test_result(kind: Folding, text: str, folded: str) -> None:
    assert fold(text, kind) == folded


@given(texts, foldings)
def test_idempotent(text: str, kind: Folding) -> None:
    once = fold(text, kind)
    assert fold(once, kind) == once


@given(texts, foldings)
def test_composition_does_not_matter(text: str, kind: Folding) -> None:
    nfd = unicodedata.normalize("NFD", text)
    nfc = unicodedata.normalize("NFC", text)
    assert fold(text, kind) == fold(nfd, kind) == fold(nfc, kind)
    assert unicodedata.is_normalized("NFC", fold(text, kind))


@given(texts)
def test_both_is_accents_then_case(text: str) -> None:
    assert fold(text, BOTH) == fold(fold(text, ACCENTS), CASE)


@given(texts, texts, foldings)
def test_starts_with_survives(one: str, other: str, kind: Folding) -> None:
    """Folding piecewise is folding whole, where the second piece begins with no mark."""
    whole = fold(one + "|" + other, kind)
    assert whole == fold(one, kind) + fold("|" + other, kind)


@given(st.lists(texts, max_size=5), foldings)
def test_many(many: list[str], kind: Folding) -> None:
    assert fold_many(many, kind) == [fold(text, kind) for text in many]


def test_upper_and_lower_are_one_letter_without_accents() -> None:
    rows = folding_rows(CASE)
    pairs = [(c, low) for c, low in rows.items() if len(low) == 1 and c.isalpha()]
    assert len(pairs) > 1000
    assert [c for c, low in pairs if fold(c, BOTH) != fold(low, BOTH)] == []


def test_every_row_is_settled() -> None:
    for kind in (CASE, ACCENTS, BOTH):
        rows = folding_rows(kind)
        assert [c for c, plain in rows.items() if any(p in rows for p in plain)] == []


def test_only_marks_joiners_and_tatweel_vanish() -> None:
    gone = {c for c, plain in folding_rows(ACCENTS).items() if not plain}
    assert {c for c in gone if unicodedata.category(c) != "Mn"} == {"\u0640", "\u200c", "\u200d"}


@pytest.mark.skipif(
    unicodedata.unidata_version != folding_version(), reason="another Unicode version"
)
def test_tables_are_the_generated_ones() -> None:
    folder = Path(folding_table.__file__).parent
    assert (folder / "folding.tsv").read_text("ascii") == folding_table.folding_table()
    assert (folder / "words.tsv").read_text("ascii") == folding_table.words_table()


def test_examples_in_docstrings() -> None:
    failed, tried = doctest.testmod(folding)
    assert (failed, tried) == (0, 1)
