"""The rows of delimited text: where each begins, how many cells it has, whether quotes fit."""

from __future__ import annotations

import re

import polars as pl

QUOTE = '"'


def records(lines: pl.Series, mark: str) -> pl.DataFrame | None:
    """Return `line` (the first, from 1), `height` in lines, `cells` and `is_blank` of every row.

    None when quotes stand where only reading letter by letter can tell what they mean.
    """
    table = pl.DataFrame([lines.alias("text")]).with_columns(
        quotes=pl.col("text").str.count_matches(QUOTE, literal=True)
    )
    if not (table["quotes"] > 0).any():
        return table.select(
            line=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
            height=pl.lit(1, pl.UInt32),
            cells=pl.col("text").str.count_matches(mark, literal=True) + 1,
            is_blank=pl.col("text") == "",
        )
    return _quoted_records(table, mark)


def _quoted_records(table: pl.DataFrame, mark: str) -> pl.DataFrame | None:
    """Return the rows of a text with quotes: a line is inside one after an odd number of them."""
    total = pl.col("quotes").cum_sum()
    states = table.with_columns(
        is_inside=(total - pl.col("quotes")) % 2 == 1, is_open=total % 2 == 1
    )
    if states["is_open"][-1]:
        return None
    is_spread = bool(states["is_open"].any())
    if is_spread:
        states = states.with_columns(whole=_completed()).drop("text").rename({"whole": "text"})
    # each quoted stretch as one quote sign: what is left tells where it stood
    bare = states.select(
        "is_inside",
        text=pl.when(pl.col("text").str.contains(QUOTE, literal=True))
        .then(pl.col("text").str.replace_all('"[^"]*"', QUOTE))
        .otherwise("text"),
    )
    sign = re.escape(mark)
    if bare["text"].str.contains(f'[^"{sign}]"|"[^"{sign}]').any():
        return None
    rows = bare.select(
        "is_inside",
        line=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        marks=pl.col("text").str.count_matches(mark, literal=True),
        is_blank=pl.col("text") == "",
    )
    if not is_spread:
        return rows.select(
            "line", height=pl.lit(1, pl.UInt32), cells=pl.col("marks") + 1, is_blank="is_blank"
        )
    return (
        rows.with_columns(row=(~pl.col("is_inside")).cum_sum())
        .group_by("row", maintain_order=True)
        .agg(
            line=pl.col("line").first(),
            height=pl.len().cast(pl.UInt32),
            cells=pl.col("marks").sum() + 1,
            is_blank=pl.col("is_blank").first(),
        )
    )


def _completed() -> pl.Expr:
    """Return lines with the quotes that lie beyond their ends, so that each stands alone."""
    opened = pl.when("is_inside").then(pl.lit(QUOTE)).otherwise(pl.lit(""))
    closed = pl.when("is_open").then(pl.lit(QUOTE)).otherwise(pl.lit(""))
    return pl.concat_str(opened, "text", closed)
