"""The catalogue of predicates and groups for people: form, what it means, an example."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Predicate:
    """One row; the example is a condition that compiles."""

    name: str
    form: str
    doc: str
    example: str


PREDICATES = (
    Predicate(
        "and, or, not",
        "a and b, a or b, not a, ( … )",
        "`not` binds tightest, then `and`, then `or`. `not (…)` is the exact complement.",
        'age >= 18 and not (city = "Bursa" or city is missing)',
    ),
    Predicate(
        "any of",
        "any of { a; b; c }",
        "At least one of the conditions holds.",
        "any of { orders >= 10; spend >= 5_000 }",
    ),
    Predicate(
        "all of",
        "all of { a; b; c }",
        "Every one of the conditions holds.",
        "all of { age >= 18; newsletter; email is known }",
    ),
    Predicate(
        "none of",
        "none of { a; b; c }",
        "None of the conditions holds.",
        "none of { orders = 0; city is missing }",
    ),
    Predicate(
        "at least",
        "at least 2 of { a; b; c }, at most 1 of …, exactly 1 of …",
        "So many of the conditions hold.",
        'at least 2 of { age < 30; city = "İzmir"; newsletter }',
    ),
    Predicate(
        "comparison",
        "x = y, !=, <, <=, >, >=; x is y, x is not y",
        "Compares two values of one type; false where one is missing.",
        "spend >= 500",
    ),
    Predicate(
        "between",
        "x between a and b, x not between a and b",
        "Both ends included.",
        "age between 25 and 34",
    ),
    Predicate(
        "in",
        "x in (a, b), x in names, x not in (…)",
        "One of the members, or of a list that is declared.",
        'city in ("İstanbul", "Ankara", "İzmir")',
    ),
    Predicate(
        "contains",
        'x contains "s", contains any of (…), contains all of (…), not contains …',
        "The text occurs in x; for a list, the whole element does.",
        'job_title contains any of ("engineer", "developer") ignoring case',
    ),
    Predicate(
        "starts with",
        'x starts with "s", starts with any of (…), not starts with …',
        "x begins with the text.",
        'postcode starts with any of ("06", "34")',
    ),
    Predicate(
        "ends with",
        'x ends with "s", ends with any of (…), not ends with …',
        "x ends with the text.",
        'email ends with ".edu" ignoring case',
    ),
    Predicate(
        "like",
        'x like "Ist*", not like …',
        "The whole text fits the pattern: `*` is any run, `?` one character, `~*` and `~?` the "
        "characters themselves.",
        'postcode like "34???"',
    ),
    Predicate(
        "matches",
        'x matches "regex", not matches …',
        "The pattern occurs anywhere in x; `^` and `$` are the ends of the text.",
        r'postcode matches "^[0-9]{5}$"',
    ),
    Predicate(
        "ignoring case",
        "… ignoring case, ignoring accents, ignoring case and accents, exactly",
        "After any predicate on texts: which differences it passes over. `exactly` lifts what the "
        "catalog says of the field.",
        'city = "istanbul" ignoring case and accents',
    ),
    Predicate(
        "is missing",
        "x is missing, is known, is empty, is not empty",
        "Empty: missing, without a character other than white space, or a list without elements.",
        "email is known and job_title is not empty",
    ),
    Predicate(
        "yes/no field",
        "x",
        "A yes/no field by itself: known and true.",
        "newsletter",
    ),
    Predicate(
        "contains only",
        "x contains only (…)",
        "The list has an element, and every element is one of these.",
        'tags contains only ("vip", "press")',
    ),
    Predicate(
        "in network",
        'x in network "…", in network (…, …)',
        "The text is an IPv4 or IPv6 address in one of the networks.",
        'ip in network ("203.0.113.0/24", "2001:db8::/32")',
    ),
    Predicate(
        "within",
        "x within 10 km of (41.01, 28.97)",
        "The place is at most so far away: km, m or miles, on a great circle.",
        "place within 10 km of (41.01, 28.97)",
    ),
    Predicate(
        "before, after, on",
        "d before x, after x, on x, on or before x, on or after x",
        "Compares dates or instants; `before` and `after` leave the day itself out.",
        "signup_date on or after 2026-01-01",
    ),
    Predicate(
        "in period",
        "d in last 7 days, next 2 weeks, last month, last 2 full weeks, this year",
        "The date or instant lies in the period, seen from as-of.",
        "signup_date in last 30 days",
    ),
    Predicate(
        "ago",
        "30 days ago, today - 2 weeks, now, yesterday, tomorrow",
        "Points in time, seen from as-of.",
        "last_visit before 6 months ago",
    ),
    Predicate(
        "anniversary",
        "anniversary of d in next 7 days, anniversary of d on today",
        "An anniversary of the date falls on the day or in the period; the year is ignored.",
        "anniversary of birth_date in next 7 days",
    ),
    Predicate(
        "top, bottom",
        "top 10% by x, bottom 100 by x, … per y, … within segment",
        "Among the first by x: of all customers, in each group of y, or among a segment.",
        "top 10% by spend per city",
    ),
    Predicate(
        "among most common",
        "x among 150 most common, … per y",
        "x is one of the most frequent values: of all customers, or in each group of y.",
        "first_name among 150 most common per country",
    ),
    Predicate(
        "quartile, quintile, decile, percentile",
        "quintile of x",
        "The rank group by x among all customers with a known x: 1 is the lowest.",
        "quintile of spend = 5",
    ),
    Predicate(
        "sample",
        'sample 10% seed "…", sample 10% to 30% seed "…"',
        "A random part of the customers, the same in every run.",
        'sample 10% seed "spring"',
    ),
)
