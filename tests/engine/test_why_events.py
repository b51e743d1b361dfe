"""Explanations of conditions on events: values and what they need, the events, sequences."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import segdsl
from segdsl.catalog import Catalog

ZONE = ZoneInfo("Europe/Istanbul")
CATALOG = Catalog.model_validate(
    {
        "as_of": date(2026, 3, 31),
        "timezone": "Europe/Istanbul",
        "customers": {
            "key": "id",
            "fields": {"id": "number", "age": "number", "signup": "date"},
        },
        "events": {
            "purchase": {
                "source": "nowhere.csv",
                "key": "id",
                "time": "at",
                "fields": {"at": "instant", "amount": "number", "item": "text", "share": "number"},
            },
            "view": {
                "source": "nowhere.csv",
                "key": "id",
                "time": "on",
                "fields": {"on": "date", "item": "text"},
            },
            "mailing": {"source": "nowhere.csv", "key": "id", "fields": {"campaign": "number"}},
        },
    }
)
PERSON = {"id": 1, "age": 30, "signup": date(2026, 3, 1)}


def bought(time: str, amount: Any = 10, item: str | None = "a") -> dict[str, Any]:
    return {"time": f"2026-{time}", "amount": amount, "item": item}


SPRING = (bought("03-01T10:00"), bought("03-20T23:30", 30, "b"), bought("03-05T12:15", 20, "b"))


def why(rule: str, *purchases: dict[str, Any], **events: Any) -> segdsl.Explanation:
    rules = segdsl.compile(rule, catalog=CATALOG)
    found = {"purchase": purchases, **events}
    return rules.explain(PERSON, rules.segments[0], events=found)


NEEDS = [
    # (rule, what is seen of three purchases)
    ("did purchase at least 4 times in last 90 days",
     "count of purchase over last 90 days is 3, needs 4"),
    ("did purchase at least 3 times", "count of purchase is 3"),
    ("did purchase at most 2 times", "count of purchase is 3, needs at most 2"),
    ("did purchase exactly 1 time", "count of purchase is 3, needs exactly 1"),
    ("did purchase between 4 and 6 times", "count of purchase is 3, needs 4 to 6"),
    ("did not purchase", "count of purchase is 3, needs none"),
    ("did not purchase at least 2 times", "count of purchase is 3, needs at most 1"),
    ("did not purchase at most 5 times", "count of purchase is 3, needs 6"),
    ("did not purchase exactly 3 times", "count of purchase is 3, needs another number than 3"),
    ("did not purchase between 2 and 5 times",
     "count of purchase is 3, needs less than 2 or more than 5"),
    ("did purchase where (item = 'x')",
     'count of purchase where (item = "x") is 0, needs 1'),
    ("did purchase on at least 5 days", "count of days with purchase is 3, needs 5"),
    ("did view", "count of view is 0, needs 1"),
    ("did view on at least 2 days", "count of days with view is 0, needs 2"),
    ("count of purchase > 3", "count of purchase is 3, needs 4"),
    ("count of purchase < 3", "count of purchase is 3, needs at most 2"),
    ("count of purchase = 0", "count of purchase is 3, needs none"),
    ("count of purchase not between 1 and 3",
     "count of purchase is 3, needs less than 1 or more than 3"),
    ("sum of purchase.amount >= 100", "sum of purchase.amount is 60, needs 100, lacks 40"),
    ("100 <= sum of purchase.amount", "sum of purchase.amount is 60, needs 100, lacks 40"),
    ("sum of purchase.amount <= 50.5",
     "sum of purchase.amount is 60, needs at most 50.5, 9.5 too much"),
    ("sum of purchase.amount = 61", "sum of purchase.amount is 60, needs exactly 61"),
    ("average of purchase.amount > 20",
     "average of purchase.amount is 20.0, needs more than 20"),
    ("last of purchase.time on or after 2026-03-25",
     "last of purchase.time is 2026-03-20 23:30, needs 2026-03-25 or later"),
    ("last of purchase.time before 2026-03-01",
     "last of purchase.time is 2026-03-20 23:30, needs earlier than 2026-03-01"),
    ("last of purchase.time >= today - 7 days",
     "last of purchase.time is 2026-03-20 23:30, needs 2026-03-24 or later"),
    ("(last of purchase.time) in last 7 days",
     "last of purchase.time is 2026-03-20 23:30, needs 2026-03-25 or later"),
    ("(last of purchase.time) in last month",
     "last of purchase.time is 2026-03-20 23:30, needs 2026-02-01 to 2026-02-28"),
    ("(last of purchase.time) not in this month",
     "last of purchase.time is 2026-03-20 23:30, needs earlier than 2026-03-01"
     " or later than 2026-03-31"),
    ("last of purchase.item = 'a'", 'last of purchase.item is "b", needs "a"'),
    ("last of purchase.item in ('a', 'c')", 'last of purchase.item is "b", needs one of "a", "c"'),
    ("min of purchase.share >= 1", "min of purchase.share is missing, needs 1"),
    ("sum of purchase.amount > 2 * age + 1",
     "sum of purchase.amount is 60, ((2 * age) + 1) is 61.0"),
    ("did purchase at least 9 times within 5 days after signup",
     "count of purchase over between signup and signup + 5 days is 2, needs 9,"
     " signup is 2026-03-01"),
    ("did purchase where (amount > customer.age)",
     "count of purchase where (amount > customer.age) is 0, needs 1, age is 30"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), NEEDS)
def test_a_clause_says_its_value_and_what_it_needs(rule: str, said: str) -> None:
    assert ", ".join(why(rule, *SPRING).seen) == said


def test_a_long_condition_leaves_room_for_the_value() -> None:
    items = ", ".join(f'"{name * 9}"' for name in "cdefghij")
    (count, needs) = why(f"did purchase where (item in ({items})) in last 90 days", *SPRING).seen
    assert count == "count of purchase where (…) over last 90 days is 0"
    assert needs == "needs 1"


def lines(rule: str, *purchases: dict[str, Any], **events: Any) -> tuple[str, ...]:
    return why(rule, *purchases, **events).event_lines


def test_the_latest_events_that_counted_come_with_what_the_rule_reads() -> None:
    assert lines("did purchase where (amount < 30)", *SPRING) == (
        "2026-03-05 12:15  purchase: amount 20",
        "2026-03-01 10:00  purchase: amount 10",
    )
    assert lines("sum of purchase.amount where (item = 'b') > 0", *SPRING) == (
        '2026-03-20 23:30  purchase: item "b", amount 30',
        '2026-03-05 12:15  purchase: item "b", amount 20',
    )
    assert lines("did purchase in last 12 days", *SPRING) == ("2026-03-20 23:30  purchase",)
    assert lines("did purchase where (item = 'x')", *SPRING) == ()


def test_there_are_three_and_a_word_on_the_others() -> None:
    many = [bought(f"01-{day:02}T10:00:01") for day in range(1, 16)]
    found = why("did purchase", *many)
    assert found.event_lines == (
        "2026-01-15 10:00:01  purchase",
        "2026-01-14 10:00:01  purchase",
        "2026-01-13 10:00:01  purchase",
        "and 12 more",
    )
    assert found.events_counted == 15
    assert "\n       and 12 more" in str(found)


def test_did_not_shows_what_keeps_a_customer_out() -> None:
    rule = "did not purchase where (amount >= 30)"
    assert lines(rule, *SPRING) == ("2026-03-20 23:30  purchase: amount 30",)
    assert lines(rule, SPRING[0]) == ()


def test_each_day_and_each_distinct_value_is_one() -> None:
    twice = (*SPRING, bought("03-20T08:00"))
    assert lines("did purchase on at least 9 days", *twice)[0] == "2026-03-20 23:30  purchase"
    assert len(lines("did purchase on at least 9 days", *twice)) == 3
    assert lines("count of distinct purchase.item > 5", *SPRING) == (
        '2026-03-20 23:30  purchase: item "b"',
        '2026-03-01 10:00  purchase: item "a"',
    )


def test_of_one_value_the_event_that_has_it_is_shown() -> None:
    more = (*SPRING, bought("03-01T10:00", 3, "z"), bought("03-30T10:00", None, None))
    assert lines("first of purchase.item = 'a'", *more) == ('2026-03-01 10:00  purchase: item "a"',)
    assert lines("last of purchase.amount > 90", *more) == (
        "2026-03-20 23:30  purchase: amount 30",
    )
    assert lines("max of purchase.amount > 90", *more) == ("2026-03-20 23:30  purchase: amount 30",)
    assert lines("min of purchase.amount > 90", *more) == ("2026-03-01 10:00  purchase: amount 3",)
    assert len(lines("most common of purchase.item = 'x'", *more)) == 2
    assert why("count of purchase.amount > 90", *more).events_counted == 4


def test_several_aggregates_share_their_events() -> None:
    rule = "sum of purchase.amount / count of purchase where (item = 'b') > 90"
    found = why(rule, *SPRING)
    assert found.events_counted == 3
    assert found.event_lines[0] == '2026-03-20 23:30  purchase: amount 30, item "b"'


def test_events_without_a_time() -> None:
    mailings = [{"campaign": 3}, {"campaign": 4}]
    found = why("did mailing where (campaign > 2)", mailing=mailings)
    assert found.event_lines == ("mailing: campaign 3", "mailing: campaign 4")
    bare = why("did mailing", mailing=mailings)
    assert (bare.event_lines, bare.events_counted) == ((), 2)


def test_as_data() -> None:
    found = why("did purchase where (amount < 20) at least 2 times", *SPRING).to_dict()
    assert found["events_counted"] == 1
    assert found["events"] == [
        {
            "event": "purchase",
            "time": datetime(2026, 3, 1, 10, tzinfo=ZONE),
            "step": None,
            "properties": {"amount": 10},
        }
    ]
    assert found["values"] == {"count of purchase where (amount < 20)": 1}
    plain = why("age > 3").to_dict()
    assert (plain["events"], plain["events_counted"]) == ([], 0)


WITHIN = "did purchase then view with same item within 7 days"
STEPS = [
    # (rule, purchases, days in March with views of a, words beside the count, events)
    ("did view then purchase within 7 days", (), [], ["step 1 of 2: no `view`"], ()),
    (WITHIN, ["03-01"], [], ["step 2 of 2: no `view` with the same item within 7 days after"
     " `purchase` of 2026-03-01 10:00"],
     ['1. 2026-03-01 10:00  purchase: item "a"']),
    (WITHIN, ["03-01", "02-01"], [20], ["step 2 of 2: no `view` with the same item within 7 days"
     " after `purchase` of 2026-03-01 10:00 or 1 other"],
     ['1. 2026-03-01 10:00  purchase: item "a"']),
    (WITHIN, ["02-01", "03-01"], [3, 4], [],
     ['1. 2026-03-01 10:00  purchase: item "a"', '2. 2026-03-04  view: item "a"']),
    ("did purchase then not view within 2 weeks", ["03-01"], [5],
     ["step 2 of 2: `view` of 2026-03-05 is within 2 weeks after `purchase` of 2026-03-01 10:00"],
     ["1. 2026-03-01 10:00  purchase"]),
    ("did purchase then not view where (item = 'x') within 2 weeks", ["03-01"], [5],
     ["step 2: no such `view` until 2026-03-15 10:00"], ["1. 2026-03-01 10:00  purchase"]),
    ("did purchase then not view within 1 day", ["03-31"], [],
     ["step 2 of 2: 1 day after `purchase` of 2026-03-31 10:00 ends only on 2026-04-01 10:00"],
     ["1. 2026-03-31 10:00  purchase"]),
    ("did purchase then not view within 5 days", ["03-30", "03-29", "03-01"], [3, 31],
     ["step 2 of 2: `view` of 2026-03-31 is within 5 days after `purchase` of 2026-03-30 10:00"],
     ["1. 2026-03-30 10:00  purchase"]),
    ("did purchase then view within 3 days then not purchase within 4 days", ["03-01"], [3],
     ["step 3: no `purchase` until 2026-03-07"],
     ["1. 2026-03-01 10:00  purchase", "2. 2026-03-03  view"]),
    ("did purchase then not purchase within 2 days then view within 9 days", ["03-01"], [8],
     ["step 2: no `purchase` until 2026-03-03 10:00"],
     ["1. 2026-03-01 10:00  purchase", "3. 2026-03-08  view"]),
    ("did not purchase then view within 7 days", ["03-01"], [2], [],
     ["1. 2026-03-01 10:00  purchase", "2. 2026-03-02  view"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "times", "days", "words", "events"), STEPS)
def test_a_sequence_shows_how_far_it_came(
    rule: str, times: list[str], days: list[int], words: list[str], events: list[str]
) -> None:
    purchases = [bought(f"{day}T10:00") for day in times]
    views = [{"time": date(2026, 3, day), "item": "a"} for day in days]
    found = why(rule, *purchases, view=views)
    event = rule.removeprefix("did ").removeprefix("not ").split()[0]
    count = len(times if event == "purchase" else days)
    begins = f"{count} event{'' if count == 1 else 's'} `{event}` may begin it"
    assert list(found.seen) == ([begins] if count else []) + words
    assert list(found.event_lines) == list(events)


def test_steps_are_numbered_in_the_data() -> None:
    views = [{"time": date(2026, 3, 2), "item": "a"}]
    found = why("did purchase then view within 7 days", SPRING[0], view=views).to_dict()
    assert [(one["event"], one["step"]) for one in found["events"]] == [
        ("purchase", 1),
        ("view", 2),
    ]
    assert found["holds"]
    assert found["events_counted"] == 2


def test_arguments_and_traits_are_called_by_their_names() -> None:
    rules = """define bought(what, n): did purchase where (item = what) in last n days
define twice(n): bought("b", n) and count of purchase > n
trait spent: sum of purchase.amount
trait how_old: age
segment s: twice(20) and spent / 2 > 100 and spent > 70 and how_old > 40
segment t: bought("a", 3) or age > 3
"""
    ruleset = segdsl.compile(rules, catalog=CATALOG)
    tree = ruleset.explain(PERSON, "s", events={"purchase": SPRING})
    used, half, whole, old = tree.items
    first, second = used.items[0].items
    assert first.items[0].seen == (
        'count of purchase where (item = "b") over last 20 days is 1', 'what is "b"', "n is 20",
    )  # fmt: skip
    assert second.seen == ("count of purchase is 3", "needs 21", "n is 20")
    assert half.seen == ("(spent / 2) is 30.0", "needs more than 100, lacks 70")
    assert whole.seen == ("spent is 60", "needs more than 70, lacks 10")
    assert dict(whole.values) == {"spent": 60}
    assert old.seen == ("age is 30",)


def test_a_float_beyond_what_can_be_summed_is_an_error_of_the_data() -> None:
    for rule in ("sum of purchase.amount > 3", "average of purchase.amount > 3"):
        with pytest.raises(segdsl.DataError) as caught:
            why(rule, bought("03-01T10:00", 2e12))
        assert [one.code.id for one in caught.value.diagnostics] == ["SG526"]
        assert why(rule, bought("03-01T10:00", Decimal("2e12"))).holds


def test_what_is_after_as_of_is_not_shown() -> None:
    late = {"time": datetime(2026, 4, 2, tzinfo=UTC), "amount": 3}
    assert why("did purchase", SPRING[0], late).events_counted == 1
