"""What is said of mistakes in rules on events, and what mends them."""

from __future__ import annotations

import pytest
from parsing import complaint, condition, mended

MENDED = [
    ("did purchase over last 30 days", "did purchase in last 30 days"),
    ("did purchase over since d", "did purchase since d"),
    ("did purchase over all time and x", "did purchase and x"),
    ("did purchase last 30 days", "did purchase in last 30 days"),
    ("did purchase this month and x", "did purchase in this month and x"),
    ("did purchase within 30 days", "did purchase in last 30 days"),
    ("did purchase within 30 days of d", "did purchase within 30 days after d"),
    ("did purchase within 3 days from d and x", "did purchase within 3 days after d and x"),
    ("did not purchase for 30 days", "did not purchase in last 30 days"),
    ("did purchase in 2026", "did purchase between 2026-01-01 and 2026-12-31"),
    ("count of purchase in last 30 days >= 3", "count of purchase over last 30 days >= 3"),
    ("count of purchase in the last 2 weeks > 3", "count of purchase over last 2 weeks > 3"),
    ("count of purchase >= 3 in last 30 days", "count of purchase over last 30 days >= 3"),
    ("count of purchase >= 3 over this month", "count of purchase over this month >= 3"),
    ("count of purchase last 30 days >= 3", "count of purchase over last 30 days >= 3"),
    ("count of distinct p.x this month > 3", "count of distinct p.x over this month > 3"),
    ("sum of p.x where (y) in next month > 1", "sum of p.x where (y) over next month > 1"),
    ("most common of p.x last 3 full months = y", "most common of p.x over last 3 full months = y"),
    ("sum of p.x since d > 3", "sum of p.x over since d > 3"),
    ("count of p over 3", "count of p > 3"),
    ("did p over 3 times", "did p at least 4 times"),
    ("did p more than 3 times", "did p at least 4 times"),
    ("did p fewer than 3 times in this month", "did p at most 2 times in this month"),
    ("did p less than 2 times", "did p at most 1 time"),
    ("did p once", "did p at least 1 time"),
    ("did p twice in this month", "did p at least 2 times in this month"),
    ("did p (x > 3) in this month", "did p where (x > 3) in this month"),
    ("did p in this month where (x)", "did p where (x) in this month"),
    (
        "did p at least 3 times where (x or y) since d",
        "did p where (x or y) at least 3 times since d",
    ),
    ("sum of p.x over this month where (y) > 4", "sum of p.x where (y) over this month > 4"),
    ("never did p", "did not p"),
    ("did never p", "did not p"),
    ("did p not in last 30 days", "did not p in last 30 days"),
    ("did p in 30 days", "did p in last 30 days"),
    ("did p where (x) in 30 days and y", "did p where (x) in last 30 days and y"),
    ("signup in 30 days", "signup in last 30 days"),
    ("signup since 2026-01-01", "signup on or after 2026-01-01"),
    ("signup since 30 days", "signup in last 30 days"),
    ("did p in last days 30", "did p in last 30 days"),
    ("signup in next days 30", "signup in next 30 days"),
    ("did p since last 30 days", "did p in last 30 days"),
    ("did p since this month", "did p in this month"),
    ("count of p over since this month > 3", "count of p over this month > 3"),
    ("did p >= 3 times", "did p at least 3 times"),
    ("did p > 3 times in this month", "did p at least 4 times in this month"),
    ("did p < 2 times", "did p at most 1 time"),
    ("did p <= 2 times", "did p at most 2 times"),
    ("did p = 2", "did p exactly 2 times"),
    ("did p at least once", "did p at least 1 time"),
    ("did p at most twice", "did p at most 2 times"),
    ("avg of p.x > 3", "average of p.x > 3"),
    ("mean of p.x > 3", "average of p.x > 3"),
    ("total of (p.x * p.y) > 3", "sum of (p.x * p.y) > 3"),
    ("latest of p.x = 3", "last of p.x = 3"),
    ("last p.time in last 3 days", "last of p.time in last 3 days"),
    ("first p.product.x = 3", "first of p.product.x = 3"),
    ("days since last p.time > 3", "days since (last of p.time) > 3"),
    ("did p over before d", "did p before d"),
    ("did p where (x) over between d and e", "did p where (x) between d and e"),
    ("did a followed by b within 3 days", "did a then b within 3 days"),
    (
        "did a where (x) and then not b with same y within 1 day",
        "did a where (x) then not b with same y within 1 day",
    ),
    ("did a within 7 days then b within 7 days", "did a then b within 7 days"),
]


@pytest.mark.parametrize(("wrong", "right"), MENDED)
def test_fixes(wrong: str, right: str) -> None:
    assert mended(wrong) == right
    condition(right)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("sum of p.x before d > 3", "`… where (time before d)`"),
        ("sum of p.x between d and e > 3", "`… where (time between d and e)`"),
        ("count of p >= 3 since d", "`… over since 2026-01-01 >= 3`"),
        ("did p where x > 3", "`where (amount > 20)`"),
        (
            "did a where (x) within 7 days then b within 1 day",
            "`did a where (x) then … within … in last 7 days`",
        ),
        ("did a within 7 days then b within 1 day", "each `then` step has its own `within`"),
        ("last order > 3", "`last_order`"),
        ("days since last p > 3", "`days since (last of p.time)`"),
        ("last p in last 3 days", "`last of p.time`"),
        ("count of p over before 2026-01-01 > 3", "`… where (time before 2026-01-01)`"),
        ("sum of p.x over between d and e > 3", "`… where (time between …)`"),
        ("did a then b in this month", "`then b within 7 days`"),
        ("did a then not b", "`then not b within 7 days`"),
        ("did a in this month then b within 1 day", "the window of a sequence stands at its end"),
        ("did a at least 2 times then b within 1 day", "a sequence has no count"),
    ],
)
def test_notes(text: str, note: str) -> None:
    found = complaint(text)
    assert found.code.id == "SG001"
    assert any(note in one for one in found.help)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("did a followed by b", "`then b within 7 days`"),
        ("did a and then b where (x)", "`then b where (x) within 7 days`"),
        ("did a after that b", "`then b within 7 days`"),
        ("did a then b within 1 day and then not c", "`then not c within 7 days`"),
        ("did a since last month", "`in last month`"),
        ("count of a over since last month > 3", "`last month`"),
    ],
)
def test_what_only_the_author_knows_is_offered_and_no_fix(text: str, right: str) -> None:
    found = complaint(text)
    assert found.code.id == "SG010"
    assert found.help[0] == f"write {right} instead"
    assert not found.fixes


@pytest.mark.parametrize(
    "text",
    [
        "last of p.time in last 30 days",
        "last of p.time in last 30 days and x > 3",
        "sum of p.x over last 30 days in (3, 4)",
        "once > 3 and never and twice = 2",
        "did p within 30 days after d",
        "count of p over since d >= 3",
    ],
)
def test_what_rules_may_say_is_left_alone(text: str) -> None:
    condition(text)
