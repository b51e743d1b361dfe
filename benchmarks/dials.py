"""What the batch benchmarks draw from a seed: dials, cells, conditions, segments that nest them.

Every condition stands three times: as a rule, as a Polars expression and as SQL. A pool of
conditions is drawn first; segments nest what they draw from it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import polars as pl

KEY = "customer_id"


@dataclass(frozen=True, slots=True)
class Dials:
    """What is drawn: `sharing` segments read one condition, on average; `depth` is of nesting.

    `selectivity` is the part of customers that a condition is to choose, roughly; `cardinality`
    the number of distinct values of the widest text, or of each column where all are numbers;
    `missing` a part of the cells, `texts` the part of the conditions that are on texts.
    """

    rows: int = 1_000_000
    segments: int = 1_000
    conditions: int = 5  # in a segment
    sharing: float = 4.46
    selectivity: float = 0.2
    depth: int = 2
    missing: float = 0.03
    cardinality: int = 2_000
    texts: float = 0.5
    seed: int = 1

    @property
    def atoms(self) -> int:
        """The number of distinct conditions, no fewer than one segment reads."""
        return max(self.conditions, round(self.segments * self.conditions / self.sharing))


class Cells:
    """Draws columns, the same for the same dials."""

    def __init__(self, dials: Dials) -> None:
        self._draw = random.Random(dials.seed)
        self._missing = dials.missing
        self.rows = pl.int_range(dials.rows, eager=True).alias(KEY)

    def uniform(self, size: int) -> pl.Series:
        """Return whole numbers from 0 to below `size`."""
        return (self.rows.hash(seed=self._draw.randrange(2**32)) % size).cast(pl.Int64)

    def gaps(self, name: str, column: pl.Series) -> pl.Series:
        """Return a column with as many missing cells as the dials ask for."""
        if not self._missing:
            return column.alias(name)
        keep = self.uniform(10_000) >= int(self._missing * 10_000)
        return pl.select(pl.when(keep).then(column)).to_series().alias(name)


@dataclass(frozen=True, slots=True)
class Form:
    """A condition as a rule, as Polars by hand and as SQL; of the last two neither is ever null."""

    rule: str
    polars: pl.Expr
    sql: str


def part(draw: random.Random, dials: Dials) -> float:
    """Return which part of the customers a condition is to choose."""
    return min(0.9, dials.selectivity * draw.uniform(0.4, 1.6))


def known(dials: Dials, rule: str, found: pl.Expr, sql: str) -> Form:
    """Return a condition that is never null, by no more work than the missing cells ask for."""
    if not dials.missing:
        return Form(rule, found, sql)
    return Form(rule, found.fill_null(False), f"coalesce({sql}, false)")


def ranged(
    draw: random.Random, dials: Dials, name: str, start: int, width: int, parts: int
) -> Form:
    """Return a condition on values that are spread evenly from `start` on.

    Its constants are multiples of one of so many `parts` of 1.
    """
    share = part(draw, dials)
    low = start + round(draw.uniform(0, 1 - share) * width * parts) / parts
    high = low + round(share * width * parts) / parts
    if parts == 1:
        low, high = int(low), int(high)
    column, way = pl.col(name), draw.randrange(3)
    if way == 0:
        return known(dials, f"{name} >= {low}", column >= low, f"{name} >= {low}")
    if way == 1:
        return known(dials, f"{name} < {high}", column < high, f"{name} < {high}")
    rule = f"{name} between {low} and {high}"
    return known(dials, rule, column.is_between(low, high), rule)


def pool(dials: Dials, one: Callable[[], Form]) -> tuple[Form, ...]:
    """Return as many distinct conditions as the dials ask for."""
    made: dict[str, Form] = {}
    while len(made) < dials.atoms:
        form = one()
        made.setdefault(form.rule, form)
    return tuple(made.values())


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment in the three forms, and with numbered conditions instead of what they say."""

    name: str
    rule: str
    polars: pl.Expr
    sql: str
    polars_of_atoms: pl.Expr
    sql_of_atoms: str


@dataclass(frozen=True, slots=True)
class Mix:
    """The conditions and the segments that are made of them; `types` are those of the fields."""

    types: Mapping[str, str]
    forms: tuple[Form, ...]
    segments: tuple[Segment, ...]

    @property
    def rules(self) -> str:
        """The segments as one file of rules."""
        return "\n".join(f"segment {one.name}: {one.rule}" for one in self.segments)


def drawn(dials: Dials, types: Mapping[str, str], forms: Sequence[Form]) -> Mix:
    """Return the segments that the dials ask for, made of the conditions."""
    draw = random.Random(dials.seed + 2)
    waiting: list[int] = []
    made: list[Segment] = []
    for number in range(dials.segments):
        while len(waiting) < dials.conditions:
            more = list(range(len(forms)))
            draw.shuffle(more)
            waiting = more + waiting
        chosen = [waiting.pop() for _ in range(dials.conditions)]
        said = _nested(draw, forms, chosen, dials.depth)
        made.append(Segment(f"audience_{number}", *said))
    return Mix(types, tuple(forms), tuple(made))


def alone(types: Mapping[str, str], form: Form) -> Mix:
    """Return the one segment that a condition is by itself."""
    segment = Segment("audience", form.rule, form.polars, form.sql, pl.col("a0"), "a0")
    return Mix(types, (form,), (segment,))


_Said = tuple[str, pl.Expr, str, pl.Expr, str]


def _nested(draw: random.Random, forms: Sequence[Form], chosen: list[int], depth: int) -> _Said:
    """Return conditions joined by `and`, `or` and `not`, one in another up to a depth."""
    if len(chosen) == 1:
        form, name = forms[chosen[0]], f"a{chosen[0]}"
        said = (form.rule, form.polars, form.sql, pl.col(name), name)
    elif depth <= 1 or len(chosen) == 2:
        said = _joined(draw, [_nested(draw, forms, [one], 1) for one in chosen])
    else:
        cut = draw.randint(1, len(chosen) - 1)
        halves = (chosen[:cut], chosen[cut:])
        said = _joined(draw, [_nested(draw, forms, half, depth - 1) for half in halves])
    if draw.random() < 0.2:
        rule, plain, sql, numbered, sql_numbered = said
        return f"not ({rule})", ~plain, f"not ({sql})", ~numbered, f"not ({sql_numbered})"
    return said


def _joined(draw: random.Random, items: Sequence[_Said]) -> _Said:
    word = draw.choice(("and", "or"))
    rules, plain, sql, numbered, sql_numbered = zip(*items, strict=True)

    def joined(columns: Sequence[pl.Expr]) -> pl.Expr:
        return reduce(and_ if word == "and" else or_, columns)

    def said(texts: Sequence[str]) -> str:
        return f"({f' {word} '.join(texts)})"

    return said(rules), joined(plain), said(sql), joined(numbered), said(sql_numbered)
