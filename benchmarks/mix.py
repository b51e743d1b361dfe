"""Seeded segments over texts and numbers: the mix of the batch benchmarks, with dials.

Every condition stands three times: as a rule, as a Polars expression and as SQL. A pool of
conditions is drawn first; segments nest what they draw from it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

_LEVELS = ("Junior", "Senior", "Chief", "Lead", "Assistant")
_CRAFTS = (
    *("Mühendis", "Lekarz", "Guru", "Analyst", "Designer", "Nurse", "Driver", "Chef", "Teacher"),
    *("Pilot", "Baker", "Lawyer", "Farmer", "Editor", "Tailor", "Plumber", "Painter", "Sailor"),
)
JOBS = [f"{level} {craft}" for level in _LEVELS for craft in _CRAFTS]
COUNTRIES = [f"{first}{second}" for first in "ABCDEFGH" for second in "KLMN"]
PLANS = ["free", "basic", "plus", "pro", "team"]
TYPES = {
    **dict.fromkeys(("customer_id", "age", "orders", "spend", "score"), "number"),
    **dict.fromkeys(("city", "job", "country", "plan"), "text"),
    "signup": "date",
    "seen": "instant",
}
_START = date(2018, 1, 1)


@dataclass(frozen=True, slots=True)
class Dials:
    """What is drawn: `sharing` segments read one condition, on average; `depth` is of nesting.

    `selectivity` is the part of customers that a condition is to choose, roughly; `cardinality`
    the number of distinct values of the widest text; `missing` a part of the cells.
    """

    rows: int = 1_000_000
    segments: int = 1_000
    conditions: int = 5  # in a segment
    sharing: float = 4.46
    selectivity: float = 0.2
    depth: int = 2
    missing: float = 0.03
    cardinality: int = 2_000
    texts: float = 0.5  # the part of the conditions that are on texts
    seed: int = 1

    @property
    def atoms(self) -> int:
        """The number of distinct conditions."""
        return max(1, round(self.segments * self.conditions / self.sharing))


def cities(dials: Dials) -> list[str]:
    """Return the values of the widest text."""
    return [f"Şehir {i:05}" for i in range(dials.cardinality)]


def customers(dials: Dials) -> pl.DataFrame:
    """Return customers of four text columns, four of numbers, a date and an instant."""
    draw = random.Random(dials.seed)
    rows = pl.int_range(dials.rows, eager=True)

    def uniform(size: int) -> pl.Series:
        return (rows.hash(seed=draw.randrange(2**32)) % size).cast(pl.Int64)

    def gaps(name: str, column: pl.Series) -> pl.Series:
        keep = uniform(10_000) >= int(dials.missing * 10_000)
        return pl.select(pl.when(keep).then(column)).to_series().alias(name)

    texts = {"city": cities(dials), "job": JOBS, "country": COUNTRIES, "plan": PLANS}
    columns = [rows.alias("customer_id")]
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


@dataclass(frozen=True, slots=True)
class Form:
    """A condition as a rule, as Polars by hand (never null) and as SQL (never null)."""

    rule: str
    polars: pl.Expr
    sql: str


class _Pool:
    """Draws conditions."""

    def __init__(self, dials: Dials) -> None:
        self._dials = dials
        self._draw = random.Random(dials.seed + 1)
        self._cities = cities(dials)

    def forms(self) -> list[Form]:
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
        made: dict[str, Form] = {}
        while len(made) < self._dials.atoms:
            kinds = texts if self._draw.random() < self._dials.texts else numbers
            form = self._draw.choice(kinds)()
            made.setdefault(form.rule, form)
        return list(made.values())

    def _part(self) -> float:
        return min(0.9, self._dials.selectivity * self._draw.uniform(0.4, 1.6))

    def _among(self, name: str, values: Sequence[str]) -> Form:
        size = min(40, max(1, round(self._part() * len(values))))
        chosen = sorted(self._draw.sample(list(values), size))
        double = ", ".join(f'"{value}"' for value in chosen)
        single = ", ".join(f"'{value}'" for value in chosen)
        found = pl.col(name).is_in(chosen).fill_null(False)
        return Form(f"{name} in ({double})", found, f"coalesce({name} in ({single}), false)")

    def _one(self) -> Form:
        name, values = self._draw.choice([("city", self._cities), ("job", JOBS), ("plan", PLANS)])
        value = self._draw.choice(values)
        found = (pl.col(name) == value).fill_null(False)
        return Form(f'{name} = "{value}"', found, f"coalesce({name} = '{value}', false)")

    def _contains(self) -> Form:
        digits = f"{self._draw.randrange(100):02}"
        word, name = self._draw.choice([(self._draw.choice(_CRAFTS), "job"), (digits, "city")])
        found = pl.col(name).str.contains(word, literal=True).fill_null(False)
        return Form(
            f'{name} contains "{word}"', found, f"coalesce(contains({name}, '{word}'), false)"
        )

    def _starts(self) -> Form:
        head = self._draw.choice(self._cities)[:-2]
        found = pl.col("city").str.starts_with(head).fill_null(False)
        return Form(
            f'city starts with "{head}"', found, f"coalesce(starts_with(city, '{head}'), false)"
        )

    def _range(self, name: str, start: int, width: int, parts: int) -> Form:
        part = self._part()
        low = start + round(self._draw.uniform(0, 1 - part) * width * parts) / parts
        high = low + round(part * width * parts) / parts
        if parts == 1:
            low, high = int(low), int(high)
        column, way = pl.col(name), self._draw.randrange(3)
        if way == 0:
            rule, found, sql = f"{name} >= {low}", column >= low, f"{name} >= {low}"
        elif way == 1:
            rule, found, sql = f"{name} < {high}", column < high, f"{name} < {high}"
        else:
            rule, found = f"{name} between {low} and {high}", column.is_between(low, high)
            sql = f"{name} between {low} and {high}"
        return Form(rule, found.fill_null(False), f"coalesce({sql}, false)")

    def _signup(self) -> Form:
        day = _START + timedelta(days=self._draw.randrange(3_000))
        found = (pl.col("signup") >= day).fill_null(False)
        return Form(f"signup on or after {day}", found, f"coalesce(signup >= date '{day}', false)")

    def _seen(self) -> Form:
        moment = datetime(2021, 11, 1) + timedelta(hours=self._draw.randrange(36_000))
        literal = pl.lit(moment).dt.replace_time_zone("UTC")
        found = (pl.col("seen") >= literal).fill_null(False)
        sql = f"coalesce(seen >= timestamptz '{moment:%Y-%m-%d %H:%M}:00+00', false)"
        return Form(f"seen >= {moment:%Y-%m-%dT%H:%M}Z", found, sql)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment in the three forms, and with numbered conditions instead of what they say."""

    name: str
    rule: str
    polars: pl.Expr
    polars_of_atoms: pl.Expr
    sql_of_atoms: str


@dataclass(frozen=True, slots=True)
class Mix:
    """The conditions and the segments that are made of them."""

    forms: tuple[Form, ...]
    segments: tuple[Segment, ...]

    @property
    def rules(self) -> str:
        """The segments as one file of rules."""
        return "\n".join(f"segment {one.name}: {one.rule}" for one in self.segments)


def mix(dials: Dials) -> Mix:
    """Return the segments that the dials ask for."""
    draw = random.Random(dials.seed + 2)
    forms = _Pool(dials).forms()
    waiting: list[int] = []
    made: list[Segment] = []
    for number in range(dials.segments):
        while len(waiting) < dials.conditions:
            more = list(range(len(forms)))
            draw.shuffle(more)
            waiting = more + waiting
        chosen = [waiting.pop() for _ in range(dials.conditions)]
        rule, plain, numbered, sql = _nested(draw, forms, chosen, dials.depth)
        made.append(Segment(f"audience_{number}", rule, plain, numbered, sql))
    return Mix(tuple(forms), tuple(made))


_Said = tuple[str, pl.Expr, pl.Expr, str]


def _nested(draw: random.Random, forms: Sequence[Form], chosen: list[int], depth: int) -> _Said:
    """Return conditions joined by `and`, `or` and `not`, one in another up to a depth."""
    if len(chosen) == 1:
        form, name = forms[chosen[0]], f"a{chosen[0]}"
        said = (form.rule, form.polars, pl.col(name), name)
    elif depth <= 1 or len(chosen) == 2:
        said = _joined(draw, [_nested(draw, forms, [one], 1) for one in chosen])
    else:
        cut = draw.randint(1, len(chosen) - 1)
        halves = (chosen[:cut], chosen[cut:])
        said = _joined(draw, [_nested(draw, forms, half, depth - 1) for half in halves])
    if draw.random() < 0.2:
        rule, plain, numbered, sql = said
        return f"not ({rule})", ~plain, ~numbered, f"not ({sql})"
    return said


def _joined(draw: random.Random, items: Sequence[_Said]) -> _Said:
    word = draw.choice(("and", "or"))
    whole = items[0]
    for item in items[1:]:
        is_and = word == "and"
        plain = whole[1] & item[1] if is_and else whole[1] | item[1]
        numbered = whole[2] & item[2] if is_and else whole[2] | item[2]
        whole = (f"{whole[0]} {word} {item[0]}", plain, numbered, f"{whole[3]} {word} {item[3]}")
    return f"({whole[0]})", whole[1], whole[2], f"({whole[3]})"


def parquet(folder: Path, dials: Dials) -> Path:
    """Return a Parquet file of customers, made once in `folder`."""
    path = folder / f"mix-{dials.rows}-{dials.cardinality}-{dials.missing}-{dials.seed}.parquet"
    if not path.exists():
        customers(dials).write_parquet(path)
    return path


def polars_counts(path: Path, mix: Mix) -> dict[str, int]:
    """Return the sizes by Polars: the conditions first, then sums of what is made of them."""
    atoms = [form.polars.alias(f"a{i}") for i, form in enumerate(mix.forms)]
    sums = [one.polars_of_atoms.sum().alias(one.name) for one in mix.segments]
    return pl.scan_parquet(path).select(atoms).select(sums).collect().row(0, named=True)


def duckdb_counts(path: Path, mix: Mix) -> dict[str, int]:
    """Return the sizes by DuckDB: the conditions in a CTE, then `count_if`."""
    import duckdb

    atoms = ", ".join(f"{form.sql} as a{i}" for i, form in enumerate(mix.forms))
    counts = ", ".join(f"count_if({one.sql_of_atoms})" for one in mix.segments)
    query = f"with atoms as (select {atoms} from '{path}') select {counts} from atoms"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute(query).fetchone()
    assert found is not None
    return dict(zip((one.name for one in mix.segments), map(int, found), strict=True))


def segdsl_counts(path: Path, mix: Mix) -> dict[str, int]:
    """Return the sizes by segdsl, compiling included."""
    import segdsl

    fields = {name: {"type": type} for name, type in TYPES.items()}
    catalog = segdsl.Catalog.model_validate({"customers": {"key": "customer_id", "fields": fields}})
    return segdsl.compile(mix.rules, catalog=catalog).evaluate(path).counts()
