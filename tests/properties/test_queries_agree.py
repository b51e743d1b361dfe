"""Sizes that a query finds are those of codes, and those of the definition."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from math import inf, nan
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

import segdsl
from segdsl.api import calendar_of
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.plain import Plain
from segdsl.engine.known_files import known_files
from segdsl.engine.looks import Look
from segdsl.engine.memory import Pace
from segdsl.engine.query import sizes_by_query
from segdsl.engine.readers.customers import read_customers
from segdsl.engine.readers.streams import stream_of
from segdsl.engine.run import evaluate
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
PACE = Pace(2, rows=4096, streamed=0, least=4096)
OLD = 10**9
TEXTS = ("", " ", "a", "A", "é", "e\u0301", "none", "İstanbul", "12345678901234567890", "z", "٣")
PLAIN_TEXTS = ("", "a", "A", "é", "İstanbul", "12345678901234567890", "z")
WHOLES = (0, 1, -1, 7, 99, 100, 127, -128)
FLOATS = (0.0, -0.0, 0.5, 1.0, 7.0, 1e308, -1e308, 5e-324, 0.1, 0.30000000000000004)
ODD_FLOATS = (*FLOATS, nan, inf, -inf, 99.0)
DAYS = tuple(date(2026, 6, 15) + timedelta(days=n) for n in (-400, -30, -29, -1, 0, 1, 30))
MOMENTS = tuple(AS_OF + timedelta(seconds=n) for n in (-(10**7), -7200, -3600, -1, 0, 1, 3600))
FIELDS: dict[str, Any] = {
    "text": {"type": "text", "missing": ["none"]},
    "plain": "text",
    "whole": "number",
    "large": "number",
    "ratio": "number",
    "short": "number",
    "odd": {"type": "number", "missing": ["99"]},
    "born": "date",
    "seen": "instant",
    "optin": "yes/no",
}
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": FIELDS}})
SOUND = FIELDS.keys() - {"text", "odd"}


def columns(random: Random) -> dict[str, pl.Series]:
    """Return cells of every kind; some columns hold what conditions read otherwise."""
    height = random.choice((1, 63, 64, 500))
    gaps = random.choice((0, 0.2, 1))

    def cells(values: tuple[Any, ...], dtype: pl.DataType) -> pl.Series:
        drawn = [None if random.random() < gaps else random.choice(values) for _ in range(height)]
        return pl.Series(drawn, dtype=dtype)

    unit = random.choice(("ms", "us", "ns"))
    narrow = random.choice((pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64()))
    whole = random.choice((pl.UInt8(), pl.UInt32(), pl.Int64()))
    moments = cells(MOMENTS, pl.Datetime("us", "UTC")).dt.cast_time_unit(unit)
    return {
        "id": pl.int_range(height, eager=True),
        "text": cells(TEXTS, pl.String()),
        "plain": cells(PLAIN_TEXTS, pl.String()),
        "whole": cells(WHOLES, narrow),
        "large": cells((0, 1, 7, 100, 255), whole),
        "ratio": cells(FLOATS, pl.Float64()),
        "short": cells((0.0, -0.0, 0.5, 1.0, 7.0), pl.Float32()),
        "odd": cells(ODD_FLOATS, pl.Float64()),
        "born": cells(DAYS, pl.Date()),
        "seen": moments.dt.convert_time_zone(random.choice(("UTC", "Asia/Tokyo"))),
        "optin": cells((True, False), pl.Boolean()),
    }


def condition(random: Random) -> str:
    """Return a plain condition."""
    number = random.choice(("whole", "large", "ratio", "short", "odd", "whole + ratio", "-large"))
    numbers = ("0", "1", "-1", "7", "99", "100", "300", "0.5", "0.1", "0.3", "large", "short * 2")
    text = random.choice(("text", "plain"))
    texts = [f'"{one}"' for one in ("a", "A", "é", "none", "İstanbul", "z", "y")]
    sign = random.choice(("=", "!=", "<", "<=", ">", ">="))
    part = random.choice(('"a"', '"İ"', '"é"', '"one"', '"234567890123"'))
    search = random.choice((f"contains {part}", f"starts with {part}", 'like "%a%"', "is empty"))
    many = random.sample(texts, random.randint(1, 6))
    anything = random.choice((number, text, "born", "seen", "optin"))
    made = (f"{number} / 3", f"{number} or else 7", f"length of {text}", "days since born")
    moment = random.choice(("now", "now - 1 hour", "now + 1 hour"))
    return random.choice(
        (
            f"{number} {sign} {random.choice(numbers)}",
            f"{number} between {random.choice(('-1', '0', '0.25'))} and {random.choice(numbers)}",
            f"{number} {random.choice(('in', 'not in'))} (1, 7, 0.5, 300)",
            f"{text} {random.choice(('=', '!='))} {random.choice(texts)}",
            f"{text} {random.choice(('in', 'not in'))} ({', '.join(many)})",
            f"{text} {search}",
            f'{text} {search} and {text} != "a" or {text} ends with "90"',
            f"{anything} is {random.choice(('known', 'missing'))}",
            f"born {random.choice(('in last 30 days', 'in next 30 days', 'before today'))}",
            f"born {sign} today - {random.randint(0, 31)} days",
            f"seen {random.choice(('in last 2 hours', 'in next 1 hours'))}",
            f"seen {sign} {moment}",
            f"{random.choice(made)} {sign} {random.choice(numbers)}",
            f"{random.choice(('year', 'month', 'day'))}(born) {sign} {random.randint(1, 12)}",
            f"weekday(born) {random.choice(('=', '!='))} {random.choice(('mon', 'thu'))}",
            "optin",
        )
    )


def rules(random: Random) -> str:
    """Return a few segments, of which some read others."""
    segments: list[str] = []
    for i in range(random.randint(1, 4)):
        parts = [condition(random) for _ in range(random.randint(1, 3))]
        parts = [f"not ({one})" if random.random() < 0.2 else f"({one})" for one in parts]
        parts += [f"s{random.randrange(i)}"] if i and random.random() < 0.5 else []
        segments.append(f"segment s{i}: {random.choice((' and ', ' or ')).join(parts)}")
    return "\n".join(segments)


@given(st.integers(0, 10**9))
def test_queries_find_the_sizes_of_codes_and_of_the_definition(seed: int) -> None:
    random, machine = Random(seed), (Plain(), Fast())[seed % 2]
    found, frame = segdsl.compile(rules(random), catalog=CATALOG), pl.DataFrame(columns(random))
    calendar = calendar_of(CATALOG, AS_OF)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "c.parquet"
        frame.write_parquet(file, row_group_size=100)
        os.utime(file, (OLD, OLD))
        _, opened, _ = found.on(file)
        first, again, kept = (
            evaluate(
                found.plan,
                found.program,
                CATALOG,
                calendar,
                file,
                pace=PACE,
                machine=machine,
                keep=keep,
            )
            for keep in (False, False, True)
        )
        look = Look.at(CATALOG, opened.customers)
        assert look is not None
        names = frozenset(field.name for field in found.program.fields)
        known = look.known
        height = known.height if known else frame.height
        stream = stream_of(CATALOG, look.table, names, height)
        program = found.program
        by_query = sizes_by_query(program, calendar, look, stream, height, machine, known)
        known_files().forget()
        anew = sizes_by_query(program, calendar, look, stream, height, machine)
        canonical = read_customers(CATALOG, file, tuple(FIELDS)).frame
    customers = [Customer(row["id"], row) for row in canonical.to_dicts()]
    segments = memberships(found.plan.segments, customers, calendar)
    expected = {name: len(keys) for name, keys in segments.items()}
    assert first.counts() == again.counts() == kept.counts() == expected
    for query in (by_query, anew):
        assert query in (None, expected)
    if found.program.query is not None and isinstance(machine, Fast):
        assert by_query == anew == expected
    if found.program.query is not None and names <= SOUND:
        assert by_query == expected
        assert known is not None
        assert look.has_sound_keys(known)
