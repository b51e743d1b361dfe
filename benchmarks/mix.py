"""Customers and segments over texts and numbers: the mix of the batch benchmarks, from dials."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from dials import KEY, Cells, Dials, Form, Mix, drawn, known, part, pool, ranged

_LEVELS = ("Junior", "Senior", "Chief", "Lead", "Assistant")
_CRAFTS = (
    *("Mühendis", "Lekarz", "Guru", "Analyst", "Designer", "Nurse", "Driver", "Chef", "Teacher"),
    *("Pilot", "Baker", "Lawyer", "Farmer", "Editor", "Tailor", "Plumber", "Painter", "Sailor"),
)
JOBS = [f"{level} {craft}" for level in _LEVELS for craft in _CRAFTS]
COUNTRIES = [f"{first}{second}" for first in "ABCDEFGH" for second in "KLMN"]
PLANS = ["free", "basic", "plus", "pro", "team"]
TYPES = {
    **dict.fromkeys((KEY, "age", "orders", "spend", "score"), "number"),
    **dict.fromkeys(("city", "job", "country", "plan"), "text"),
    "signup": "date",
    "seen": "instant",
}
_START = date(2018, 1, 1)


def cities(dials: Dials) -> list[str]:
    """Return the values of the widest text."""
    return [f"Şehir {i:05}" for i in range(dials.cardinality)]


def customers(dials: Dials) -> pl.DataFrame:
    """Return customers of four text columns, four of numbers, a date and an instant."""
    cells = Cells(dials)
    uniform, gaps = cells.uniform, cells.gaps
    texts = {"city": cities(dials), "job": JOBS, "country": COUNTRIES, "plan": PLANS}
    columns = [cells.rows]
    columns += [gaps(name, pl.Series(of)[uniform(len(of))]) for name, of in texts.items()]
    columns.append(gaps("age", uniform(73) + 18))
    columns.append(gaps("orders", uniform(500)))
    columns.append(gaps("spend", uniform(1_000_000) / 100))
    columns.append(gaps("score", uniform(2**50) / 2**50))
    frame = pl.DataFrame(columns)
    days, seconds = uniform(3_000), uniform(86_400)
    signup = pl.lit(_START) + pl.duration(days=days)
    seen = pl.lit(datetime(2018, 1, 1)) + pl.duration(days=days // 2 + 1_400, seconds=seconds)
    moments = pl.select(signup=signup, seen=seen.dt.replace_time_zone("UTC"))
    return frame.with_columns(gaps(one.name, one) for one in moments)


class _Pool:
    """Draws conditions."""

    def __init__(self, dials: Dials) -> None:
        self._dials = dials
        self._draw = random.Random(dials.seed + 1)
        self._cities = cities(dials)

    def forms(self) -> tuple[Form, ...]:
        """Return the distinct conditions."""
        texts: list[Callable[[], Form]] = [
            *(lambda: self._among("city", self._cities),) * 3,
            *(lambda: self._among("job", JOBS),) * 2,
            *(lambda: self._among("country", COUNTRIES),) * 2,
            self._contains,
            self._starts,
            self._one,
        ]
        numbers: list[Callable[[], Form]] = [
            *(lambda: self._range("age", 18, 73, 1),) * 2,
            lambda: self._range("orders", 0, 500, 1),
            lambda: self._range("spend", 0, 10_000, 1),
            lambda: self._range("score", 0, 1, 10_000),
            self._signup,
            self._seen,
        ]

        def one() -> Form:
            kinds = texts if self._draw.random() < self._dials.texts else numbers
            return self._draw.choice(kinds)()

        return pool(self._dials, one)

    def _range(self, name: str, start: int, width: int, parts: int) -> Form:
        return ranged(self._draw, self._dials, name, start, width, parts)

    def _among(self, name: str, values: Sequence[str]) -> Form:
        size = min(40, max(1, round(part(self._draw, self._dials) * len(values))))
        chosen = sorted(self._draw.sample(list(values), size))
        double = ", ".join(f'"{value}"' for value in chosen)
        single = ", ".join(f"'{value}'" for value in chosen)
        found = pl.col(name).is_in(chosen)
        return known(self._dials, f"{name} in ({double})", found, f"{name} in ({single})")

    def _one(self) -> Form:
        name, values = self._draw.choice([("city", self._cities), ("job", JOBS), ("plan", PLANS)])
        value = self._draw.choice(values)
        rule, sql = f'{name} = "{value}"', f"{name} = '{value}'"
        return known(self._dials, rule, pl.col(name) == value, sql)

    def _contains(self) -> Form:
        digits = f"{self._draw.randrange(100):02}"
        word, name = self._draw.choice([(self._draw.choice(_CRAFTS), "job"), (digits, "city")])
        rule, sql = f'{name} contains "{word}"', f"contains({name}, '{word}')"
        return known(self._dials, rule, pl.col(name).str.contains(word, literal=True), sql)

    def _starts(self) -> Form:
        head = self._draw.choice(self._cities)[:-2]
        rule, sql = f'city starts with "{head}"', f"starts_with(city, '{head}')"
        return known(self._dials, rule, pl.col("city").str.starts_with(head), sql)

    def _signup(self) -> Form:
        day = _START + timedelta(days=self._draw.randrange(3_000))
        rule, sql = f"signup on or after {day}", f"signup >= date '{day}'"
        return known(self._dials, rule, pl.col("signup") >= day, sql)

    def _seen(self) -> Form:
        moment = datetime(2021, 11, 1) + timedelta(hours=self._draw.randrange(36_000))
        literal = pl.lit(moment).dt.replace_time_zone("UTC")
        rule = f"seen >= {moment:%Y-%m-%dT%H:%M}Z"
        sql = f"seen >= timestamptz '{moment:%Y-%m-%d %H:%M}:00+00'"
        return known(self._dials, rule, pl.col("seen") >= literal, sql)


def mix(dials: Dials) -> Mix:
    """Return the segments that the dials ask for."""
    return drawn(dials, TYPES, _Pool(dials).forms())


def parquet(folder: Path, dials: Dials) -> Path:
    """Return a Parquet file of customers, made once in `folder`."""
    path = folder / f"mix-{dials.rows}-{dials.cardinality}-{dials.missing}-{dials.seed}.parquet"
    if not path.exists():
        customers(dials).write_parquet(path)
    return path
