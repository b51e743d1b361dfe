"""The catalogue of what can be said of events, for people: form, what it means, an example."""

from __future__ import annotations

from segdsl.functions.predicates import Predicate

BEHAVIOUR = (
    Predicate(
        "did",
        "did purchase, did not purchase, … where (…)",
        "Such an event, or none; in `where` bare names are the event's properties.",
        "did purchase where (amount > 20)",
    ),
    Predicate(
        "times",
        "did purchase at least 3 times, at most 2 times, exactly 1 time, between 2 and 5 times",
        "So many such events; counts start at 0.",
        "did purchase at least 3 times in last 90 days",
    ),
    Predicate(
        "on days",
        "did purchase on at least 5 days",
        "Such events on so many different local dates.",
        "did visit on at least 5 days in last 30 days",
    ),
    Predicate(
        "window",
        "did purchase in last 90 days, since d, before d, after d, between a and b",
        "Only events in the window count; the bounds are dates or instants.",
        "did not purchase since 2026-03-01",
    ),
    Predicate(
        "within",
        "did visit within 30 days after d, within 30 days before d",
        "From d on for so long, or so long up to d, both ends included.",
        "did visit within 30 days after signup_date",
    ),
    Predicate(
        "then",
        "did view then purchase within 7 days, … with same p within 7 days, in last 60 days",
        "One event and later, within the duration, another; the window is that of the first.",
        "did visit then purchase with same channel within 7 days in last 60 days",
    ),
    Predicate(
        "then not",
        "did visit then not purchase within 1 day",
        "One event that no such event follows within the duration, which has elapsed.",
        "did visit then not purchase within 1 day in last 30 days",
    ),
    Predicate(
        "count of",
        "count of purchase, count of purchase.amount, … where (…) over last 30 days",
        "How many events, or events with a known value; 0 without any.",
        "count of purchase over last 30 days >= 3",
    ),
    Predicate(
        "count of distinct",
        "count of distinct purchase.channel",
        "How many different known values; 0 without any.",
        "count of distinct purchase.channel >= 2",
    ),
    Predicate(
        "sum of, average of",
        "sum of purchase.amount, average of (purchase.amount * purchase.quantity)",
        "Adds exactly; without any known value a sum is 0 and an average missing.",
        "sum of purchase.amount where (quantity > 1) over last 365 days > 500",
    ),
    Predicate(
        "min of, max of",
        "min of purchase.amount, max of purchase.amount",
        "The smallest, the largest known value; missing without any.",
        "max of purchase.amount over this year >= 100",
    ),
    Predicate(
        "first of, last of",
        "first of purchase.channel, last of purchase.time",
        "The earliest, the latest known value, the smallest of several at one time.",
        "(last of purchase.time) in last 30 days",
    ),
    Predicate(
        "most common of",
        "most common of purchase.channel",
        "The most frequent known value, the smallest of several.",
        'most common of purchase.channel = "web"',
    ),
)
