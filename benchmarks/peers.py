"""The ways from customers to counts and to files: segdsl, and its peers in their best forms.

A way is prepared with the segments, so that neither compiling nor building expressions is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
from dials import KEY, Form, Mix

import segdsl
from segdsl.engine.known_files import known_files

Data = Path | pl.DataFrame
Count = Callable[[Data], dict[str, int]]
Write = Callable[[Data, Path], object]
Engine = Literal["streaming", "in-memory"]


def compiled(mix: Mix) -> segdsl.Ruleset:
    """Return the rules, with all that is done before data are read."""
    fields = {name: {"type": type} for name, type in mix.types.items()}
    catalog = segdsl.Catalog.model_validate({"customers": {"key": KEY, "fields": fields}})
    rules = segdsl.compile(mix.rules, catalog=catalog)
    assert rules.program.segments
    return rules


# ---- counts


def by_segdsl(mix: Mix) -> Count:
    """Count by segdsl."""
    return compiled(mix).count


def by_segdsl_anew(mix: Mix) -> Count:
    """Count by segdsl, which has forgotten what it found the files to be."""
    rules = compiled(mix)

    def count(data: Data) -> dict[str, int]:
        known_files().forget()
        return rules.count(data)

    return count


def by_polars_sums(mix: Mix, engine: Engine) -> Count:
    """Count by one `select` of a sum a segment: Polars finds what they share."""
    sums = [one.polars.sum().alias(one.name) for one in mix.segments]
    return lambda data: _row(_lazy(data).select(sums), engine)


def by_polars_conditions(mix: Mix, engine: Engine) -> Count:
    """Count by one yes/no column for each distinct condition, then sums of what they make."""
    conditions = _conditions(mix)
    sums = [one.polars_of_atoms.sum().alias(one.name) for one in mix.segments]
    return lambda data: _row(_lazy(data).select(conditions).select(sums), engine)


def by_polars_masks(mix: Mix, engine: Engine) -> Count:
    """Count by one yes/no column for each segment, then sums: Polars finds what they share."""
    masks = [one.polars.alias(one.name) for one in mix.segments]
    return lambda data: _row(_lazy(data).select(masks).select(pl.all().sum()), engine)


def by_polars_filter(mix: Mix, engine: Engine) -> Count:
    """Count what is left of each segment after a filter."""
    kept = {one.name: one.polars for one in mix.segments}

    def count(data: Data) -> dict[str, int]:
        lengths = (_lazy(data).filter(one).select(pl.len()) for one in kept.values())
        found = (one.collect(engine=engine).item() for one in lengths)
        return dict(zip(kept, found, strict=True))

    return count


def by_duckdb_conditions(mix: Mix) -> Count:
    """Count by one column for each distinct condition in a CTE, then `count_if`."""
    counts = ", ".join(f"count_if({one.sql_of_atoms})" for one in mix.segments)
    query = f"with atoms as (select {_sql_conditions(mix)} from customers) select {counts}"
    return _by_duckdb(mix, [f"{query} from atoms"])


def by_duckdb_filter(mix: Mix) -> Count:
    """Count by `count(*) filter` for each segment."""
    counts = (f"count(*) filter (where {one.sql})" for one in mix.segments)
    return _by_duckdb(mix, [f"select {', '.join(counts)} from customers"])


def by_duckdb_where(mix: Mix) -> Count:
    """Count by one `where` for each segment."""
    queries = [f"select count(*) from customers where {one.sql}" for one in mix.segments]
    return _by_duckdb(mix, queries)


def _by_duckdb(mix: Mix, queries: Sequence[str]) -> Count:
    names = [one.name for one in mix.segments]

    def count(data: Data) -> dict[str, int]:
        with _duckdb(data) as connection:
            rows = [connection.execute(query).fetchone() for query in queries]
        found = (int(cell) for row in rows for cell in row)
        return dict(zip(names, found, strict=True))

    return count


COUNTS: dict[str, Callable[[Mix], Count]] = {
    "segdsl": by_segdsl,
    "polars, conditions first": lambda mix: by_polars_conditions(mix, "streaming"),
    "polars, conditions first, in memory": lambda mix: by_polars_conditions(mix, "in-memory"),
    "polars, sums": lambda mix: by_polars_sums(mix, "streaming"),
    "polars, sums, in memory": lambda mix: by_polars_sums(mix, "in-memory"),
    "polars, masks": lambda mix: by_polars_masks(mix, "streaming"),
    "polars, masks, in memory": lambda mix: by_polars_masks(mix, "in-memory"),
    "duckdb, conditions first": by_duckdb_conditions,
    "duckdb, filter": by_duckdb_filter,
}
ONE: dict[str, Callable[[Mix], Count]] = {
    "segdsl, a file that it knows": by_segdsl,
    "segdsl, a file seen for the first time": by_segdsl_anew,
    "polars, sums": COUNTS["polars, sums"],
    "polars, sums, in memory": COUNTS["polars, sums, in memory"],
    "polars, filter": lambda mix: by_polars_filter(mix, "streaming"),
    "polars, filter, in memory": lambda mix: by_polars_filter(mix, "in-memory"),
    "duckdb, filter": by_duckdb_filter,
    "duckdb, where": by_duckdb_where,
}
"""The ways to count one segment."""


# ---- memberships


def written_by_segdsl(mix: Mix) -> Write:
    """Write a yes/no column a segment by segdsl."""
    rules = compiled(mix)
    return lambda data, path: rules.evaluate(data).write(path, "wide")


def written_by_polars(mix: Mix, compression: Literal["zstd", "snappy", "uncompressed"]) -> Write:
    """Write a yes/no column a segment by Polars, those of conditions first."""
    conditions = _conditions(mix)
    masks = [one.polars_of_atoms.alias(one.name) for one in mix.segments]

    def write(data: Data, path: Path) -> None:
        wide = _lazy(data).select(KEY, *conditions).select(KEY, *masks)
        wide.sink_parquet(path, compression=compression)

    return write


def written_by_duckdb(mix: Mix) -> Write:
    """Write a yes/no column a segment by DuckDB, those of conditions in a CTE."""
    masks = ", ".join(f"{one.sql_of_atoms} as {one.name}" for one in mix.segments)
    atoms = f"with atoms as (select {KEY}, {_sql_conditions(mix)} from customers)"

    def write(data: Data, path: Path) -> None:
        with _duckdb(data) as connection:
            query = f"{atoms} select {KEY}, {masks} from atoms"
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")

    return write


WRITES: dict[str, Callable[[Mix], Write]] = {
    "segdsl": written_by_segdsl,
    "polars": lambda mix: written_by_polars(mix, "zstd"),
    "polars, snappy": lambda mix: written_by_polars(mix, "snappy"),
    "polars, uncompressed": lambda mix: written_by_polars(mix, "uncompressed"),
    "duckdb": written_by_duckdb,
}


# ---- parts of the ways


def _lazy(data: Data) -> pl.LazyFrame:
    return pl.scan_parquet(data) if isinstance(data, Path) else data.lazy()


def _row(frame: pl.LazyFrame, engine: Engine) -> dict[str, int]:
    return frame.collect(engine=engine).row(0, named=True)


def _numbered(forms: Iterable[Form]) -> Iterator[tuple[str, Form]]:
    return ((f"a{i}", form) for i, form in enumerate(forms))


def _conditions(mix: Mix) -> list[pl.Expr]:
    return [form.polars.alias(name) for name, form in _numbered(mix.forms)]


def _sql_conditions(mix: Mix) -> str:
    return ", ".join(f"{form.sql} as {name}" for name, form in _numbered(mix.forms))


@contextmanager
def _duckdb(data: Data) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the customers as a view."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        if isinstance(data, Path):
            connection.execute(f"create view customers as from '{data}'")
        else:
            connection.register("customers", data.to_arrow())
        yield connection
