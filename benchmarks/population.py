"""Seeded customers and conditions for benchmarks, with dials for size, sharing and gaps."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

CITIES = [f"Şehir {i:02}" for i in range(81)]
JOBS = [
    f"{level} {job}"
    for level in ("Junior", "Senior", "Chief")
    for job in (
        "Mühendis",
        "Lekarz",
        "Guru",
        "Analyst",
        "Designer",
        "Nurse",
        "Driver",
        "Chef",
        "Teacher",
        "Pilot",
        "Baker",
        "Lawyer",
        "Farmer",
        "Editor",
        "Tailor",
    )
]
DOMAINS = ["example.com", "mail.example", "posta.example", "poczta.example"]


def customers(rows: int, seed: int = 1, missing: float = 0.03) -> pl.DataFrame:
    """Return customers of eight columns, three of them text; `missing` is a part of the cells."""
    draw = random.Random(seed)
    some = pl.DataFrame({"customer_id": pl.int_range(rows, eager=True)})

    def uniform(name: str, size: int) -> pl.Series:
        values = pl.int_range(rows, eager=True).hash(seed=draw.randrange(2**32)) % size
        return values.cast(pl.Int64).alias(name)

    def with_missing(column: pl.Series) -> pl.Series:
        keep = uniform("keep", 10_000) >= int(missing * 10_000)
        return pl.select(pl.when(keep).then(column)).to_series().alias(column.name)

    texts = {
        "city": CITIES,
        "job_title": JOBS,
        "email_domain": [f"{i}.{domain}" for i in range(500) for domain in DOMAINS],
    }
    columns = [
        with_missing(pl.Series(name, values)[uniform(name, len(values))])
        for name, values in texts.items()
    ]
    columns.append(with_missing(uniform("age", 73) + 18))
    columns.append(with_missing((uniform("spend", 1_000_000) / 100).alias("spend")))
    columns.append(with_missing(uniform("orders", 60)))
    days = (pl.lit(date(2020, 1, 1)) + pl.duration(days=uniform("days", 2400))).alias("signup_date")
    columns.append(with_missing(pl.select(days).to_series()))
    return some.hstack(columns)


@dataclass(frozen=True, slots=True)
class Atom:
    """One condition as a rule, as Polars by hand, and as a strict one that fails on missing."""

    rule: str
    polars: pl.Expr


def atoms(seed: int = 2, count: int = 110) -> list[Atom]:
    """Return distinct conditions, half of them on texts."""
    draw = random.Random(seed)
    made: dict[str, Atom] = {}
    makers = [_city, _cities, _job, _domain, _age, _spend, _orders, _signup]
    for i in range(count * 20):
        if len(made) == count:
            break
        atom = makers[i % len(makers)](draw)
        made.setdefault(atom.rule, atom)
    return list(made.values())


def _quoted(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def _city(draw: random.Random) -> Atom:
    city = draw.choice(CITIES)
    return Atom(f'city = "{city}"', pl.col("city") == city)


def _cities(draw: random.Random) -> Atom:
    chosen = draw.sample(CITIES, draw.randint(2, 12))
    return Atom(f"city in ({_quoted(chosen)})", pl.col("city").is_in(chosen))


def _job(draw: random.Random) -> Atom:
    if draw.random() < 0.5:
        word = draw.choice(JOBS).split()[1]
        return Atom(
            f'job_title contains "{word}"', pl.col("job_title").str.contains(word, literal=True)
        )
    chosen = draw.sample(JOBS, 3)
    return Atom(f"job_title in ({_quoted(chosen)})", pl.col("job_title").is_in(chosen))


def _domain(draw: random.Random) -> Atom:
    tail = f"{draw.randint(0, 9)}.{draw.choice(DOMAINS)}"
    return Atom(f'email_domain ends with "{tail}"', pl.col("email_domain").str.ends_with(tail))


def _age(draw: random.Random) -> Atom:
    low = draw.randint(18, 60)
    high = low + draw.randint(4, 20)
    return Atom(f"age between {low} and {high}", pl.col("age").is_between(low, high))


def _spend(draw: random.Random) -> Atom:
    limit = draw.randint(100, 9_000)
    return Atom(f"spend > {limit}", pl.col("spend") > limit)


def _orders(draw: random.Random) -> Atom:
    least = draw.randint(1, 50)
    return Atom(f"orders >= {least}", pl.col("orders") >= least)


def _signup(draw: random.Random) -> Atom:
    day = date(2020, 1, 1) + timedelta(days=draw.randint(0, 2300))
    return Atom(f"signup_date on or after {day}", pl.col("signup_date") >= day)


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment as a rule and as Polars by hand."""

    name: str
    rule: str
    polars: pl.Expr


def segments(count: int, seed: int = 3, distinct_atoms: int = 110) -> Iterator[Pair]:
    """Yield segments of three to five conditions drawn from a pool of shared ones."""
    draw = random.Random(seed)
    pool = atoms(count=distinct_atoms)
    for i in range(count):
        first, second, third, *more = draw.sample(pool, draw.randint(3, 5))
        rule = f"({first.rule} or {second.rule}) and not ({third.rule})"
        expression = (first.polars | second.polars).fill_null(False) & ~third.polars.fill_null(
            False
        )
        for atom in more:
            rule += f" and {atom.rule}"
            expression &= atom.polars.fill_null(False)
        yield Pair(f"audience_{i}", f"segment audience_{i}: {rule}", expression)


def parquet(folder: Path, rows: int) -> Path:
    """Return a Parquet file of customers, made once in `folder`."""
    path = folder / f"customers-{rows}.parquet"
    if not path.exists():
        customers(rows).write_parquet(path)
    return path
