"""What is said of spellings that come from plain English, other tools or pasting."""

from __future__ import annotations

import pytest
from parsing import complaint, complaints, condition, declaration, mended, where

from segdsl.diagnostics.render import render_text

MENDED = [
    ("x in the last 60 days", "x in last 60 days"),
    ("x not in the last month", "x not in last month"),
    ("x in the past 2 weeks", "x in last 2 weeks"),
    ("x in past 2 weeks", "x in last 2 weeks"),
    ("x within last 60 days", "x in last 60 days"),
    ("x within the last 60 days", "x in last 60 days"),
    ("x within 60 days", "x in last 60 days"),
    ("x during the next 7 days", "x in next 7 days"),
    ("x does not contain 'a'", "x not contains 'a'"),
    ("x does not start with 'a'", "x not starts with 'a'"),
    ("x begins with 'a'", "x starts with 'a'"),
    ("x more than 100", "x > 100"),
    ("x Is More Than 100", "x > 100"),
    ("x is less than y", "x < y"),
    ("x is greater than or equal to 5", "x >= 5"),
    ("x is equal to 5", "x = 5"),
    ("x is at least 5", "x >= 5"),
    ("x below 5", "x < 5"),
    ("x is later than today", "x after today"),
    ("x exists", "x is known"),
    ("x does not exist and y", "x is missing and y"),
    ("x between 25 to 40", "x between 25 and 40"),
    ("x from 25 to 40", "x between 25 and 40"),
    ("top 5 percent by x", "top 5% by x"),
    ("top 5 per cent by x", "top 5% by x"),
    ("top 5% of x", "top 5% by x"),
    ("top 5% of customers by x", "top 5% by x"),
    ("x = 'a' ignoring accents\nand case", "x = 'a' ignoring case and accents"),
    ("(x = 'a' ignoring accents and case) or y", "(x = 'a' ignoring case and accents) or y"),
    ("x in 'a'", "x in ('a')"),
    ("x in 'a', 'b' and y", "x in ('a', 'b') and y"),
    ("x starts with any of 'a', 'b'", "x starts with any of ('a', 'b')"),
    ("x starts with ('a', 'b')", "x starts with any of ('a', 'b')"),
    ("x = ('a', 'b')", "x in ('a', 'b')"),
    ("x != ('a', 'b')", "x not in ('a', 'b')"),
    ("x is not ('a', 'b')", "x not in ('a', 'b')"),
    ("at least 2 of (a, b)", "at least 2 of { a; b }"),
    ("any of (a in (1, 2), (b or c), d)", "any of { a in (1, 2); (b or c); d }"),
    ("none of { a in (1, 2), b, c }", "none of { a in (1, 2); b; c }"),
    ("x > 1.000,50", "x > 1000.50"),
    ("x > 1,000.50", "x > 1000.50"),
    ("x > 1,234,567", "x > 1_234_567"),
    ("x > 1.234.567", "x > 1_234_567"),
    ("x > 0,500", "x > 0.500"),
    ("x > 33,3%", "x > 33.3%"),
    ("x after 12/31/2025", "x after 2025-12-31"),
    ("x after 31-12-2025", "x after 2025-12-31"),
    ("x after 2025/12/31", "x after 2025-12-31"),
    ("x after 2025.1.5", "x after 2025-01-05"),
    ("x after 12/31/2025 9:30", "x after 2025-12-31T09:30"),
    ("x > 3 // more\nand y", "x > 3 # more\nand y"),
    ("segment my audience: x", "segment my_audience: x"),
    ("segment my-audience-2 [o = 1]: x", "segment my_audience_2 [o = 1]: x"),
    ("list my towns = ('a', 'b')", "list my_towns = ('a', 'b')"),
    ('segment "my audience": x', 'segment my_audience "my audience": x'),
    ('segment "top" "Best": x', 'segment top_1 "Best": x'),
]


@pytest.mark.parametrize(("wrong", "right"), MENDED)
def test_the_only_fix_mends_the_rule(wrong: str, right: str) -> None:
    assert len(complaint(wrong).fixes) == 1
    assert mended(wrong) == right
    assert complaints(right) == ()


HINTED = [
    # (text, code, what it is about, a hint)
    ("sample 100 seed 'x'", "SG001", "100", "`top 100 by …`"),
    ("x more than 60 days ago", "SG010", "more than 60 days ago", "`before 60 days ago`"),
    ("x is less than 2 weeks ago", "SG010", "is less than 2 weeks ago", "`in last 2 weeks`"),
    ("x in 2026", "SG001", "2026", "`year(x) = 2026`"),
    ("x not in 2026", "SG001", "2026", "`between 2026-01-01 and 2026-12-31`"),
    ("x in February 2024", "SG001", "2024", "`between 2024-02-01 and 2024-02-29`"),
    ("x after 03/04/2025", "SG007", "03/04/2025", "`2025-03-04` or `2025-04-03`"),
    ("x after 31.12.25", "SG007", "31.12.25", "`2025-12-31` or `2031-12-25`"),
    ("x after 30/02/2025", "SG007", "30/02/2025", "`2026-01-31`"),
    ("job title = 'a'", "SG001", "title", "`job_title`, or stands in backticks: `` `job title` ``"),
    ("number of orders > 3", "SG001", "of", "`number_of_orders`"),
    ("first name is known", "SG001", "name", "`first_name`"),
    ("x = ’a", "SG005", "’", "a text in double quotes"),
]


@pytest.mark.parametrize(("text", "code", "place", "hint"), HINTED)
def test_what_only_the_author_can_decide_has_a_hint(
    text: str, code: str, place: str, hint: str
) -> None:
    found = complaint(text)
    assert (found.code.id, where(found)) == (code, place)
    assert any(hint in note for note in found.help)
    assert found.fixes == ()


@pytest.mark.parametrize(
    "text",
    [
        "x > 40/50/2000",
        "x > 12 / 31 / 2025",
        "x > 1-2-3",
        "x = 'a' ignoring accents and case = 'b'",
        "x = 'a' ignoring accents and `case`",
        "exists = 1 and percent > 2 and the in past",
        "x = 'http://a' # //",
    ],
)
def test_what_rules_may_say_is_left_alone(text: str) -> None:
    condition(text)


def test_a_count_is_no_comparison() -> None:
    assert complaint("more than 2 of { a; b }").code.id == "SG001"


def test_texts_stand_in_typographic_single_quotes() -> None:
    assert condition("x = ‘it’s’").right.value == "it’s"
    assert [one.value for one in condition("x in (‘a’,‚b‘)").members] == ["a", "b"]
    assert complaint("x = ‘a and y").code.id == "SG004"


def test_an_open_bracket_is_shown() -> None:
    for text in ("(x > 3 and y = (2)", "any of { x; (y)", "x in (1, 2]"):
        (opened,) = complaint(text).secondary
        assert opened.span.text in "({"
        assert opened.span.start == min(n for n, c in enumerate(text) if c in "({")


def test_a_comment_with_slashes_is_said_once() -> None:
    found = complaint("// adults, I'd say: (all\nx > 3")
    assert (found.code.id, where(found)) == ("SG010", "//")
    assert complaints("x = http://a.com")[0].code.id == "SG001"


def test_names_in_backticks_can_be_copied_from_messages() -> None:
    printed = render_text(complaint("segment top: x"))
    assert "``" not in printed
    assert "put it in backticks: replace by `top`" in printed
    assert declaration("segment `top`: x").name.text == "top"
