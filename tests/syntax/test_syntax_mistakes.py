"""What is said of each mistake, where, and what mends it."""

from __future__ import annotations

import pytest
from parsing import complaint, complaints, condition, mended, where

from segdsl.source import Source
from segdsl.syntax import parse

UNEXPECTED = [
    # (text, where, what is said of it)
    ("age >", "", "a field name or a value"),
    ("age > and x", "and", "a field name or a value"),
    ("age 3", "3", "a comparison such as `=`, `in` or `contains`"),
    ("x = 5 10", "10", "`and`, `or` or the end of the rule"),
    ("(x", "", "`and`, `or` or `)`"),
    ("x)", ")", "`and`, `or` or the end of the rule"),
    ("any of { }", "}", "a condition"),
    ("a and or b", "or", "a condition"),
    ("x in last 3", "", "a unit of time such as `days`"),
    ("top 10 spend", "spend", "`by`"),
    ("place within 10 of home", "of", "`km`, `m` or `miles`"),
    ("x between 1 or 2", "or", "`and`"),
    ("segment : x", ":", "a name"),
    ("segment 5: x", "5", "a name"),
    ("segment a x", "x", "a text in quotes"),
    ("param p = other", "other", "a number, a text in quotes or a date"),
    ("check a, b", "", "`disjoint`"),
    ("test 't': given x", "", "`expect`"),
    ("did", "", "a name or `not`"),
    ("split s seed 'x': a", "", "a percentage such as `10%`"),
    ("did a then b", "", "`within`"),
    ("x not = = 2", "=", "a field name or a value"),
]


@pytest.mark.parametrize(("text", "place", "said"), UNEXPECTED)
def test_what_was_found_and_what_could_stand_there(text: str, place: str, said: str) -> None:
    found = complaints(text)[-1]
    if text == "x not = = 2":
        assert found.code.id == "SG010"
        return
    assert (found.code.id, where(found)) == ("SG001", place)
    assert found.primary is not None
    assert said in found.primary.message
    assert "LPAR" not in str(found)


def test_the_end_is_where_the_words_end() -> None:
    found = complaint("segment a:\n  x >   # more\n\nsegment b: x")
    assert found.primary is not None
    assert (found.primary.span.start, found.primary.span.end) == (16, 16)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("x == 3", "x = 3"),
        ("x === 3", "x = 3"),
        ("x <> 3", "x != 3"),
        ("x=>3", "x>=3"),
        ("x ≤ 3 and y ≥ 4", "x <= 3 and y >= 4"),
        ("a && b", "a and b"),
        ("a&&b", "a and b"),
        ("a || !b", "a or not b"),
        ("!(a)", "not (a)"),
        ("x is null", "x is missing"),
        ("x IS NOT NULL", "x IS NOT missing"),
        ("x = null", "x is missing"),
        ("x != Null", "x is not missing"),
        ("x = missing", "x is missing"),
        ("x != empty", "x is not empty"),
        ("x is in (1, 2)", "x in (1, 2)"),
        ("x is not in (1, 2)", "x not in (1, 2)"),
        ("x is between 1 and 2", "x between 1 and 2"),
        ("x is not between 1 and 2", "x not between 1 and 2"),
        ("x is before today", "x before today"),
        ("x = any of (1, 2)", "x in (1, 2)"),
        ("x is any of (1, 2)", "x in (1, 2)"),
        ("x != any of (1, 2)", "x not in (1, 2)"),
        ("x is not any of (1, 2)", "x not in (1, 2)"),
        ("x not = 3", "x != 3"),
        ("x equals 3", "x = 3"),
        ("x else 3 > 2", "x or else 3 > 2"),
        ("age over 25", "age > 25"),
        ("did p in since 2026-01-01", "did p since 2026-01-01"),
        ("signup in since 2026-01-01", "signup on or after 2026-01-01"),
        ("did p over last 90 days", "did p in last 90 days"),
        ("did p 3 times", "did p at least 3 times"),
        ("x > 0,5", "x > 0.5"),
        ("x > .5", "x > 0.5"),
        ("x > 5 %", "x > 5%"),
        ("x > %5", "x > 5%"),
        ('split s seed "x": a 10, b 90%', 'split s seed "x": a 10%, b 90%'),
        ("x − 1 × 2 > 3", "x - 1 * 2 > 3"),
        ("age contans 'x'", "age contains 'x'"),
        ("segmnt gold: x", "segment gold: x"),
        ("segment a: x\nsgment b: y", "segment a: x\nsegment b: y"),
        ("x = 5days", "x = 5 days"),
        ("x > 10and y", "x > 10 and y"),
        ("x = ۲۵", "x = 25"),
        ("x = 2026-1-31", "x = 2026-01-31"),
        ("x = 2026-02-30", "x = 2026-02-28"),
        ("x = 2027-02-29", "x = 2027-02-28"),
        ("x = 2026-1-5T7:5", "x = 2026-01-05T07:05"),
        ("x = 2026-01-05 07:05", "x = 2026-01-05T07:05"),
        ("x = 2026-01-05T07:05z", "x = 2026-01-05T07:05Z"),
        ("x = 31.12.2025", "x = 2025-12-31"),
        ("x =\u200b 3", "x = 3"),
        (r"x = 'a\qb'", r"x = 'a\\qb'"),
        ("where = 3", "`where` = 3"),
        ("segment top: x", "segment `top`: x"),
    ],
)
def test_the_fix_mends_the_rule(wrong: str, right: str) -> None:
    assert complaints(wrong)
    assert mended(wrong) == right
    assert complaints(right) == ()


def test_several_readings_are_all_offered() -> None:
    assert mended("did p 3 times", 1) == "did p exactly 3 times"
    assert mended("x > 1,000", 0) == "x > 1_000"
    assert mended("x > 1,000", 1) == "x > 1.000"
    assert "`1_000` is the number 1000" in complaint("x > 1,000").help
    assert mended("x contains ('a', 'b')", 1) == "x contains all of ('a', 'b')"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("x = 'abc\nand y", "SG004", "'"),
        ('x = "abc', "SG004", '"'),
        ("x = “abc", "SG004", "“"),
        ("x = 'it's late'", "SG004", "'"),
        ("`abc = 3", "SG004", "`"),
        ("`` = 3", "SG004", "`"),
        ("x $ 3", "SG005", "$"),
        ("x = \x07", "SG005", "\x07"),
        ("a😀b > 3", "SG005", "😀"),
        ("x = 1e5", "SG006", "1e5"),
        ("x = 1__0", "SG006", "1__0"),
        ("x = 1_", "SG006", "1_"),
        ("x = 1.", "SG006", "1."),
        ("x = 1.2.3", "SG006", "1.2.3"),
        ("2fa > 3", "SG006", "2fa"),
        ("x = 1234567890123456789", "SG006", "1234567890123456789"),
        ("x = 0.1234567890123456789", "SG006", "0.1234567890123456789"),
        ("x = 1234567890123456789%", "SG006", "1234567890123456789%"),
        ("x = 2026-13-01", "SG007", "2026-13-01"),
        ("x = 0000-01-01", "SG007", "0000-01-01"),
        ("x = 2026-01-01T24:00", "SG007", "2026-01-01T24:00"),
        ("x = 2026-01-01T10:60", "SG007", "2026-01-01T10:60"),
        ("x = 2026-01-01T10:00:60", "SG007", "2026-01-01T10:00:60"),
        ("x = 2026-01-01T10:00+25:00", "SG007", "2026-01-01T10:00+25:00"),
        ("x = 2026-01-01T10:00:00.1234567", "SG007", "2026-01-01T10:00:00.1234567"),
        ("x = 2026-01-01T10", "SG007", "2026-01-01T10"),
        ("x = 2026-01-01abc", "SG007", "2026-01-01abc"),
        (r"x = 'a\'b'", "SG011", r"\'"),
        (r"x = '\u0130'", "SG011", r"\u"),
        (r"x = '\u{110000}'", "SG011", r"\u{110000}"),
        (r"x = '\u{D800}'", "SG011", r"\u{D800}"),
    ],
)
def test_a_wrong_token_is_one_complaint(text: str, code: str, place: str) -> None:
    found = complaint(text)
    assert (found.code.id, where(found)) == (code, place)


def test_everything_wrong_is_said_at_once() -> None:
    text = "segment a: x == 2026-1-1 and y = 'a\\qb' && z > 10_\nsegment top: y <> 1"
    codes = [one.code.id for one in complaints(text)]
    assert codes == ["SG010", "SG007", "SG011", "SG010", "SG006", "SG012", "SG010"]


def test_null_as_a_field_is_offered_in_backticks() -> None:
    assert condition("`null` = 3").left.text == "null"
    found = complaint("null > 3")
    assert found.code.id == "SG010"
    assert "`` `null` ``" in found.help[-1]


@pytest.mark.parametrize("text", ["use common", "segment", "param x", "test > > 3"])
def test_messages_are_short_enough_to_read(text: str) -> None:
    for found in parse(Source.of(text))[1]:
        assert len(found.message) < 100
        assert found.message[-1] != "."


def test_the_form_of_a_declaration_is_shown() -> None:
    assert 'as a declaration it is written `use "common.seg"`' in complaint("use common").help
