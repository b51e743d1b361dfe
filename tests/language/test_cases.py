"""The reader of the executable specification itself."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from cases import Case, read_cases
from cells import CaseError, cell_value

GOOD = """# A file

## First

Says what it shows.
covers: between, not between

```toml
as_of = 2026-03-08T12:00:00
timezone = "America/New_York"
[fields]
age = "number"
t = "instant"
```

```segdsl
segment a: age > 1  # finding: [never-true] some words
```

| key | age | a |
| --- | --- | --- |
| 1 | 2 | yes |
| 2 | | no |

## Second

```segdsl
segment b: nope > 1  # error: [unknown-field] nope # error: [cycle]
```
"""


def _cases(folder: Path, text: str) -> tuple[Case, ...]:
    path = folder / "some.md"
    path.write_text(text, encoding="utf-8")
    return read_cases(path)


def test_reads_settings_rules_and_table(tmp_path: Path) -> None:
    first, _ = _cases(tmp_path, GOOD)
    assert first.settings.as_of == datetime(2026, 3, 8, 16, tzinfo=UTC)
    assert first.covers == ("between", "not between")
    assert first.profiles == [{"key": 1, "age": 2, "t": None}, {"key": 2, "age": None, "t": None}]
    assert first.expected("a") == {1}
    assert str(first) == "some.md:3 First"


EVENTS = """# Events

## Both places

```toml
[fields]
age = "number"
[events.visit]
time = "date"
[events.purchase.fields]
amount = "number"
"item.kind" = "text"
[events.survey]
time = "none"
fields = { score = "number" }
```

```segdsl
segment a: did visit
```

| key | age | visit.time | purchase.amount | a |
| --- | --- | --- | --- | --- |
| 1 | 2 | 2026-06-01 | | yes |
| 2 | | | 5 | no |

purchase:

| key | time | item.kind |
| --- | --- | --- |
| 1 | 2026-06-01T10:00 | "x" |
| 1 | | |

survey:

| key | score |
| --- | --- |
| 2 | 3 |
"""


def test_reads_events(tmp_path: Path) -> None:
    (case,) = _cases(tmp_path, EVENTS)
    assert case.profiles == [{"key": 1, "age": 2}, {"key": 2, "age": None}]
    assert case.rows_of("visit") == [{"key": 1, "time": date(2026, 6, 1)}]
    blank = {"time": None, "amount": None, "item.kind": None}
    at = datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert case.rows_of("purchase") == [
        {**blank, "key": 2, "amount": 5},
        {**blank, "key": 1, "time": at, "item.kind": "x"},
        {**blank, "key": 1},
    ]
    assert case.rows_of("survey") == [{"key": 2, "score": 3}]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("| 2 | 3 |", "| 3 | 3 |", "some.md:3: events of no customer: 3"),
        ("| 2 | 3 |", "| 2 | 3 | 4 |", "some.md:38: 3 cells under 2 columns"),
        ("| 2 | 3 |", "| 2 | x |", "some.md:38: x is no value"),
        ("| 2 | 3 |", "| true | 3 |", "some.md:38: a key is a whole number"),
        ("survey:", "poll:", "some.md:36: no settings for the events `poll`"),
        ("| key | score |", "| key | grade |", "some.md:36: columns are `key`, then properties"),
        ('time = "date"', 'time = "day"', "some.md:6: the time of `visit` is one of instant,"),
        ('time = "date"', 'times = "date"', "some.md:6: "),
        (
            "| visit.time | purchase.amount | a |",
            "| visit.time | a | purchase.amount |",
            "some.md:22",
        ),
        ("\nsurvey:\n", "\n", "some.md:35: a second table"),
    ],
)
def test_malformed_events_say_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in EVENTS
    with pytest.raises(CaseError) as caught:
        _cases(tmp_path, EVENTS.replace(old, new, 1))
    assert str(caught.value).startswith(message)


def test_reads_announced_diagnostics(tmp_path: Path) -> None:
    first, second = _cases(tmp_path, GOOD)
    (finding,) = first.expectations
    assert (finding.line, finding.is_error, finding.slug) == (1, False, "never-true")
    assert finding.words == "some words"
    assert [(e.slug, e.words) for e in second.expectations] == [
        ("unknown-field", "nope"),
        ("cycle", ""),
    ]


def test_a_case_inherits_settings(tmp_path: Path) -> None:
    first, second = _cases(tmp_path, GOOD)
    assert second.settings is first.settings


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", None),
        ('"a\\u0130"', "aİ"),
        ('""', ""),
        ("25", 25),
        ("-3", -3),
        ("2.5d", Decimal("2.5")),
        ("2.5", 2.5),
        ("true", True),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T18:30", datetime(2026, 1, 31, 15, 30, tzinfo=UTC)),
        ("2026-01-31T18:30Z", datetime(2026, 1, 31, 18, 30, tzinfo=UTC)),
        ('["a", "b"]', ["a", "b"]),
        ("(41.0, -28.9)", (41.0, -28.9)),
        ("(41.0, missing)", (41.0, None)),
    ],
)
def test_cells(cell: str, value: object) -> None:
    found = cell_value(cell, "Europe/Istanbul")
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_cell() -> None:
    found = cell_value("nan", "UTC")
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("| 2 | | no |", "| 2 | no |", "some.md:23: 2 cells under 3 columns"),
        ("| 2 | | no |", "| 2 | | maybe |", "some.md:23: a segment's cell is `yes` or `no`"),
        ("| 2 | | no |", "| 2 | x | no |", "some.md:23: x is no value"),
        ("| 2 | | no |", "| 1 | | no |", "some.md:20: keys are distinct"),
        ("| 2 | | no |", '| "2" | | no |', "some.md:20: keys are distinct and of one type"),
        ("| 2 | | no |", "| true | | no |", "some.md:23: a key is a whole number"),
        ("# error: [unknown-field] nope # error: [cycle]", "", "some.md:25: a case needs a table"),
        ("# error: [unknown-field] nope", "# error: unknown", "some.md:28: write `# error"),
        ("# finding: [never-true]", "# error: [never-true]", "some.md:3: rules with errors"),
        ("as_of =", "asof =", "some.md:9: unknown settings: asof"),
        ("as_of =", "as of =", "some.md:9: "),
        ("```segdsl\nsegment b", "```sql\nsegment b", "some.md:27: a block is toml or segdsl"),
        ("[cycle]\n```", "[cycle]", "some.md:27: the block is not closed"),
        ("## Second", "## First", "some.md:25: a second case named 'First'"),
        ("| key | age | a |", "| key | a | age |", "some.md:20: field `age` after a segment"),
        ("| key | age | a |", "| age | key | a |", "some.md:20: columns are `key`"),
        ("# A file", "A file", "some.md:1: needs a title"),
    ],
)
def test_malformed_cases_say_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(CaseError) as caught:
        _cases(tmp_path, GOOD.replace(old, new, 1))
    assert str(caught.value).startswith(message)
