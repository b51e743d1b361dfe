"""Seeded events, and fifty segments of what customers did: as rules, as Polars and as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

AS_OF = datetime(2026, 10, 31, 12, tzinfo=UTC)
FIRST_DAY = datetime(2024, 11, 2, tzinfo=UTC)
DAYS = 730
CATEGORIES = [f"category {i:02}" for i in range(40)]
CHANNELS = ["app", "phone", "store", "web"]


def customers(rows: int) -> pl.DataFrame:
    """Return customers with the day of their signing up, some of it missing."""
    random = np.random.default_rng(1)
    day = pl.Series(FIRST_DAY.date().toordinal() - 719_163 + random.integers(0, DAYS, rows))
    known = pl.Series(random.random(rows) > 0.03)
    signup = pl.select(pl.when(known).then(day.cast(pl.Int32).cast(pl.Date))).to_series()
    keys = pl.Series("customer_id", random.permutation(rows))
    return pl.DataFrame([keys, signup.alias("signup_date")])


def purchases(rows: int, customers: int) -> pl.DataFrame:
    """Return purchases in the order in which they came, some customers' many, others' none."""
    random = np.random.default_rng(2)
    weight = random.gamma(0.7, size=customers)
    micros = np.sort(random.integers(0, DAYS * 86_400 * 10**6, rows))
    time = pl.Series(micros) + int(FIRST_DAY.timestamp()) * 10**6
    amount = np.round(random.gamma(2.0, 12.0, rows) * 100) / 100
    category = np.minimum(random.pareto(1.0, rows), len(CATEGORIES) - 1).astype(np.int64)
    return pl.DataFrame(
        {
            "customer_id": random.choice(customers, rows, p=weight / weight.sum()),
            "time": time.cast(pl.Datetime("us", "UTC")),
            "amount": amount,
            "quantity": random.integers(1, 9, rows),
            "category": pl.Series(CATEGORIES).gather(category),
            "product_id": (random.random(rows) ** 2 * 5000).astype(np.int64),
            "channel": pl.Series(CHANNELS).gather(random.integers(0, len(CHANNELS), rows)),
        }
    )


@dataclass(frozen=True, slots=True)
class Files:
    """The files of customers and of their purchases."""

    customers: Path
    purchases: Path


def files(folder: Path, people: int, rows: int) -> Files:
    """Return Parquet files, made once in `folder`."""
    found = Files(folder / f"customers-{people}.parquet", folder / f"purchases-{rows}.parquet")
    if not found.purchases.exists():
        customers(people).write_parquet(found.customers)
        purchases(rows, people).write_parquet(found.purchases)
    return found


@dataclass(frozen=True, slots=True)
class Where:
    """What is asked of one purchase."""

    rule: str
    polars: pl.Expr
    sql: str


def _where(rule: str, polars: pl.Expr) -> Where:
    return Where(rule, polars, rule.replace('"', "'"))


WHERE = {
    "": _where("", pl.lit(True)),
    "fresh": _where('category = "category 03"', pl.col("category") == "category 03"),
    "core": _where(
        'category in ("category 01", "category 02", "category 05")',
        pl.col("category").is_in(["category 01", "category 02", "category 05"]),
    ),
    "web": _where('channel = "web"', pl.col("channel") == "web"),
    "store": _where('channel = "store"', pl.col("channel") == "store"),
    "big": _where("amount > 50", pl.col("amount") > 50),
    "bulk": _where("quantity >= 6", pl.col("quantity") >= 6),
    "range": _where("product_id between 100 and 400", pl.col("product_id").is_between(100, 400)),
    "big app": _where(
        'amount > 40 and channel = "app"', (pl.col("amount") > 40) & (pl.col("channel") == "app")
    ),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One value made of a customer's purchases in the last days, None for all of them."""

    gather: str  # count, sum, average, min, max, first, last, common, distinct, days
    column: str
    where: str
    days: int | None

    @property
    def rule(self) -> str:
        """The value as rules say it."""
        words = {"common": "most common", "distinct": "count of distinct"}
        asked = WHERE[self.where].rule
        where = f" where ({asked})" if asked else ""
        over = f" over last {self.days} days" if self.days else ""
        if self.gather == "count":
            return f"(count of purchase{where}{over})"
        word = words.get(self.gather, self.gather)
        of = "" if self.gather == "distinct" else " of"
        return f"({word}{of} purchase.{self.column}{where}{over})"

    @property
    def since(self) -> datetime | None:
        """The first instant of the window."""
        if self.days is None:
            return None
        midnight = AS_OF.replace(hour=0)
        return midnight - timedelta(self.days - 1)


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of a metric; the threshold is written as rules and SQL both have it."""

    metric: Metric
    relation: str
    threshold: str

    @property
    def rule(self) -> str:
        """The condition as rules say it."""
        metric = self.metric
        if metric.gather == "days":
            asked = WHERE[metric.where].rule
            where = f" where ({asked})" if asked else ""
            amount = {">=": "at least", "<=": "at most"}[self.relation]
            return (
                f"did purchase{where} on {amount} {self.threshold} days in last {metric.days} days"
            )
        if metric.column == "time":
            return f"days since {metric.rule} {self.relation} {self.threshold}"
        return f"{metric.rule} {self.relation} {self.threshold}"


@dataclass(frozen=True, slots=True)
class Sequence:
    """A purchase, within some days another (or none), perhaps of the same product."""

    first: str
    then: str
    days: int
    window: int
    is_same: bool = False
    is_negated: bool = False

    @property
    def rule(self) -> str:
        """The condition as rules say it."""
        first, then = (f"purchase where ({WHERE[name].rule})" for name in (self.first, self.then))
        no, same = "not " if self.is_negated else "", " with same product_id" * self.is_same
        return (
            f"did {first} then {no}{then}{same} within {self.days} days in last {self.window} days"
        )


def _test(text: str, relation: str, threshold: str) -> Test:
    gather, column, where, days = text.split("/")
    return Test(Metric(gather, column, where, int(days) if days else None), relation, threshold)


def _tests(*texts: str) -> tuple[Test, ...]:
    found = []
    for text in texts:
        metric, relation, threshold = text.split(" | ")
        found.append(_test(metric, relation, threshold))
    return tuple(found)


# gather/column/where/days | relation | threshold; all must hold.
SEGMENTS: tuple[tuple[Test | Sequence, ...], ...] = (
    _tests("count///7 | >= | 1"),
    _tests("count///14 | >= | 2"),
    _tests("count///30 | >= | 3", "count//web/30 | >= | 1"),
    _tests("count///90 | >= | 6"),
    _tests("count///180 | = | 0", "count/// | >= | 1"),
    _tests("count///365 | >= | 20"),
    _tests("count/// | >= | 40"),
    _tests("count//fresh/30 | >= | 1"),
    _tests("count//fresh/365 | >= | 3", "count//fresh/90 | = | 0"),
    _tests("count//core/90 | >= | 2"),
    _tests("count//core/365 | >= | 6"),
    _tests("count//web/90 | >= | 3"),
    _tests("count//store/90 | >= | 3", "count//web/90 | = | 0"),
    _tests("count//store/365 | >= | 8"),
    _tests("count//big/60 | >= | 1"),
    _tests("count//big/180 | >= | 3"),
    _tests("count//bulk/30 | >= | 2"),
    _tests("count//bulk/365 | >= | 9"),
    _tests("count//range/180 | >= | 2"),
    _tests("count//big app/365 | >= | 2"),
    _tests("count//big app/90 | = | 0", "count//big app/365 | >= | 1"),
    _tests("sum/amount//30 | > | 100.005"),
    _tests("sum/amount//90 | > | 200.005"),
    _tests("sum/amount//365 | > | 500.005", "sum/amount//90 | < | 50.005"),
    _tests("sum/amount// | > | 1500.005"),
    _tests("sum/amount/web/180 | > | 150.005"),
    _tests("sum/amount/core/365 | > | 100.005"),
    _tests("sum/quantity//30 | >= | 15"),
    _tests("sum/quantity/fresh/365 | >= | 12"),
    _tests("average/amount//365 | > | 30.0001", "count///365 | >= | 5"),
    _tests("average/amount/store/180 | > | 40.0001"),
    _tests("average/quantity//90 | > | 5.0001"),
    _tests("max/amount//90 | > | 120"),
    _tests("max/amount/web/365 | > | 100"),
    _tests("min/amount//180 | > | 20"),
    _tests("min/time// | <= | 90"),
    _tests("max/time// | >= | 120"),
    _tests("max/time/web/ | between | 30 and 60"),
    _tests("max/time/fresh/ | >= | 365"),
    _tests("distinct/category//365 | >= | 8"),
    _tests("distinct/category//90 | >= | 4"),
    _tests("distinct/product_id//180 | >= | 12"),
    _tests("days///90 | >= | 5"),
    _tests("days//store/365 | >= | 6"),
    _tests('last/channel// | = | "app"', "count///90 | >= | 2"),
    _tests('first/category// | = | "category 03"'),
    _tests('common/category//365 | = | "category 01"'),
    (Sequence("web", "store", 7, 60),),
    (Sequence("web", "store", 30, 180, is_same=True),),
    (Sequence("big", "web", 30, 90, is_negated=True),),
)


def rules() -> str:
    """Return the segments as a rule file."""
    lines = [
        f"segment audience_{i}: {' and '.join(test.rule for test in tests)}"
        for i, tests in enumerate(SEGMENTS)
    ]
    return "\n".join(lines)
