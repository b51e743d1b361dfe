"""The fifty segments of `events.py` by hand, each engine in the form that was fastest in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

import duckdb
import polars as pl
from events import AS_OF, SEGMENTS, WHERE, Files, Metric, Sequence, Test

_SIMPLE = ("count", "sum", "average", "min", "max")
_ZERO = ("count", "sum", "distinct", "days")
TODAY = AS_OF.date()


def metrics() -> dict[Metric, str]:
    """Return the distinct metrics and their names as columns."""
    tests = [test for segment in SEGMENTS for test in segment if isinstance(test, Test)]
    return {m: f"m{i}" for i, m in enumerate(dict.fromkeys(test.metric for test in tests))}


def sequences() -> dict[Sequence, str]:
    """Return the distinct sequences and their names as columns."""
    found = [test for segment in SEGMENTS for test in segment if isinstance(test, Sequence)]
    return {one: f"s{i}" for i, one in enumerate(dict.fromkeys(found))}


def _by_window() -> dict[int | None, list[Metric]]:
    found: dict[int | None, list[Metric]] = defaultdict(list)
    for metric in metrics():
        if metric.gather in _SIMPLE:
            found[metric.days].append(metric)
    return found


# ---- Polars: one streaming group_by a window, distinct pairs for distinct values, as-of joins


def by_polars(files: Files) -> list[int]:
    """Return the size of each segment."""
    names, chains = metrics(), sequences()
    purchases = pl.scan_parquet(files.purchases).filter(pl.col("time") <= AS_OF)
    others = [*_polars_others(purchases, names)]
    others += [_polars_sequence(purchases, one, name) for one, name in chains.items()]
    parts = pl.collect_all(_polars_simple(purchases, names), engine="streaming")
    parts += [part.collect(engine="streaming") for part in others]
    table = pl.read_parquet(files.customers, columns=["customer_id"])
    for part in parts:
        table = table.join(part, on="customer_id", how="left")
    zeros = [pl.col(name).fill_null(0) for m, name in names.items() if m.gather in _ZERO]
    flags = [pl.col(name).fill_null(False) for name in chains.values()]
    conditions = [
        pl.all_horizontal([_polars_test(test, names, chains) for test in tests]).sum().alias(str(i))
        for i, tests in enumerate(SEGMENTS)
    ]
    return list(table.with_columns(*zeros, *flags).select(conditions).row(0))


def _since(purchases: pl.LazyFrame, metric: Metric | None) -> pl.LazyFrame:
    if metric is None or metric.since is None:
        return purchases
    return purchases.filter(pl.col("time") >= metric.since)


def _polars_simple(purchases: pl.LazyFrame, names: dict[Metric, str]) -> Iterator[pl.LazyFrame]:
    for own in _by_window().values():
        aggregates = [_polars_aggregate(metric).alias(names[metric]) for metric in own]
        yield _since(purchases, own[0]).group_by("customer_id").agg(aggregates)


def _polars_aggregate(metric: Metric) -> pl.Expr:
    mask = WHERE[metric.where].polars
    if metric.gather == "count":
        return mask.sum() if metric.where else pl.len()
    chosen = pl.when(mask).then(pl.col(metric.column)) if metric.where else pl.col(metric.column)
    by_name = {"sum": pl.Expr.sum, "average": pl.Expr.mean, "min": pl.Expr.min, "max": pl.Expr.max}
    return by_name[metric.gather](chosen)


def _polars_others(purchases: pl.LazyFrame, names: dict[Metric, str]) -> Iterator[pl.LazyFrame]:
    for metric, name in names.items():
        chosen = _since(purchases, metric).filter(WHERE[metric.where].polars)
        key, value = pl.col("customer_id"), pl.col(metric.column or "time")
        match metric.gather:
            case "distinct" | "days":
                value = value.dt.date() if metric.gather == "days" else value
                pairs = chosen.select(key, value).unique()
                yield pairs.group_by("customer_id").agg(pl.len().alias(name))
            case "first":
                ordered = value.sort_by("time").first()
                yield chosen.group_by("customer_id").agg(ordered.alias(name))
            case "last":
                ordered = value.sort_by("time").last()
                yield chosen.group_by("customer_id").agg(ordered.alias(name))
            case "common":
                counts = chosen.group_by("customer_id", metric.column).len()
                ordered = value.sort_by(["len", value], descending=[True, False]).first()
                yield counts.group_by("customer_id").agg(ordered.alias(name))


def _polars_sequence(purchases: pl.LazyFrame, one: Sequence, name: str) -> pl.LazyFrame:
    by = ["customer_id", "product_id"] if one.is_same else ["customer_id"]
    window = Metric("count", "", "", one.window)
    first = _since(purchases, window).filter(WHERE[one.first].polars).select(*by, "time")
    then = _since(purchases, window).filter(WHERE[one.then].polars)
    if one.is_negated:
        first = first.filter(pl.col("time") <= AS_OF - timedelta(one.days))
    joined = first.sort("time").join_asof(
        then.select(*by, "time", hit=pl.lit(True)).sort("time"),
        on="time",
        by=by,
        strategy="forward",
        tolerance=timedelta(one.days),
        allow_exact_matches=False,
        check_sortedness=False,
    )
    hit = pl.col("hit").is_null() if one.is_negated else pl.col("hit").is_not_null()
    return joined.filter(hit).select("customer_id", pl.lit(True).alias(name)).unique()


def _polars_test(
    test: Test | Sequence, names: dict[Metric, str], chains: dict[Sequence, str]
) -> pl.Expr:
    if isinstance(test, Sequence):
        return pl.col(chains[test])
    value = pl.col(names[test.metric])
    if test.metric.column == "time":
        value = (pl.lit(TODAY) - value.dt.date()).dt.total_days()
    if test.relation == "between":
        low, high = map(int, test.threshold.split(" and "))
        return value.is_between(low, high).fill_null(False)
    is_text = test.threshold.startswith('"')
    bound = pl.lit(test.threshold.strip('"') if is_text else float(test.threshold))
    holds = {"=": value == bound, ">": value > bound, "<": value < bound}
    holds |= {">=": value >= bound, "<=": value <= bound} if not is_text else {}
    return holds[test.relation].fill_null(False)


# ---- DuckDB: one grouping a window with filters, pairs once for all that needs them, ASOF joins


def by_duckdb(files: Files) -> list[int]:
    """Return the size of each segment."""
    names, chains = metrics(), sequences()
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"create view p as select * from '{files.purchases}' where time <= {_instant(AS_OF)}"
        )
        tables = [*_sql_simple(names), *_sql_others(names)]
        tables += [(_sql_sequence(one, name), (name,)) for one, name in chains.items()]
        joins = "".join(f" left join t{i} using (customer_id)" for i in range(len(tables)))
        for i, (sql, _) in enumerate(tables):
            connection.execute(f"create temp table t{i} as {sql}")
        sizes = ", ".join(
            f"count(*) filter (where {' and '.join(_sql_test(t, names, chains) for t in tests)})"
            for tests in SEGMENTS
        )
        query = f"select {sizes} from '{files.customers}'{joins}"
        found = connection.execute(query).fetchone()
    assert found is not None
    return list(found)


def _instant(at: object) -> str:
    return f"timestamptz '{at}'"


def _where(metric: Metric) -> str:
    conditions = [] if metric.since is None else [f"time >= {_instant(metric.since)}"]
    if metric.where:
        conditions.append(WHERE[metric.where].sql)
    return " and ".join(conditions) or "true"


def _sql_simple(names: dict[Metric, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    functions = {"count": "count(*)", "sum": "sum({})", "average": "avg({})"}
    functions |= {"min": "min({})", "max": "max({})"}
    for days, own in _by_window().items():
        window = Metric("count", "", "", days)
        columns = ", ".join(
            functions[m.gather].format(m.column)
            + (f" filter (where {WHERE[m.where].sql})" if m.where else "")
            + f" as {names[m]}"
            for m in own
        )
        sql = f"select customer_id, {columns} from p where {_where(window)} group by customer_id"
        yield sql, tuple(names[m] for m in own)


def _sql_others(names: dict[Metric, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    others = {m: name for m, name in names.items() if m.gather not in _SIMPLE}
    edges = {m: name for m, name in others.items() if m.gather in ("first", "last")}
    columns = ", ".join(
        f"arg_{'min' if m.gather == 'first' else 'max'}({m.column}, time) as {name}"
        for m, name in edges.items()
    )
    yield f"select customer_id, {columns} from p group by customer_id", tuple(edges.values())
    pairs = [m for m in others if m.column == "category" and m not in edges]
    widest = max(pairs, key=lambda m: m.days or 0)
    columns = ", ".join(_sql_of_pairs(m, others[m]) for m in pairs)
    yield (
        (
            "select customer_id, " + columns + " from (select customer_id, category, count(*) as c,"
            f" max(time) as latest from p where {_where(widest)} group by all) group by customer_id"
        ),
        tuple(others[m] for m in pairs),
    )
    for metric, name in others.items():
        if metric in pairs or metric in edges:
            continue
        value = "time::date" if metric.gather == "days" else metric.column
        yield (
            (
                f"select customer_id, count(*) as {name} from"
                f" (select distinct customer_id, {value} from p where {_where(metric)})"
                " group by customer_id"
            ),
            (name,),
        )


def _sql_of_pairs(metric: Metric, name: str) -> str:
    """Return what is made of the customers' categories in the widest window."""
    if metric.gather == "common":  # ties: the smallest category, whose last two digits count up
        return f"arg_max(category, c * 100 - category[10:]::int) as {name}"
    return f"count(*) filter (where latest >= {_instant(metric.since)}) as {name}"


def _sql_sequence(one: Sequence, name: str) -> str:
    since = _where(Metric("count", "", "", one.window))
    first = f"select * from p where {since} and {WHERE[one.first].sql}"
    if one.is_negated:
        first += f" and time <= {_instant(AS_OF - timedelta(one.days))}"
    then = f"select * from p where {since} and {WHERE[one.then].sql}"
    same = " and a.product_id = b.product_id" if one.is_same else ""
    no = "not " if one.is_negated else ""
    return (
        f"select distinct customer_id, true as {name} from ({first}) a where {no}exists"
        f" (select 1 from ({then}) b where a.customer_id = b.customer_id{same}"
        f" and b.time > a.time and b.time <= a.time + interval {one.days} day)"
    )


def _sql_test(test: Test | Sequence, names: dict[Metric, str], chains: dict[Sequence, str]) -> str:
    if isinstance(test, Sequence):
        return chains[test]
    value = names[test.metric]
    if test.metric.gather in _ZERO:
        value = f"coalesce({value}, 0)"
    if test.metric.column == "time":
        value = f"date '{TODAY}' - {value}::date"
    threshold = test.threshold.replace('"', "'")
    return f"{value} {test.relation} {threshold}"
