"""Cells as the formats of files take them."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

_EXACT_DIGITS = 15  # of a decimal number that a 64-bit float gives back as it was


class FormatError(Exception):
    """What is to be written is beyond the format."""


def standard(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame without types that only Polars knows."""
    return frame.with_columns(pl.col(pl.Int128).cast(pl.Decimal(38, 0)))


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with texts for lists and instants, and two columns for a place."""
    columns: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Struct):
            columns += [column.struct.field(f.name).alias(f"{name}.{f.name}") for f in dtype.fields]
        elif isinstance(dtype, pl.List):
            columns.append(_joined(frame[name]))
        elif isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            offset = "Z" if dtype.time_zone == "UTC" else "%:z"
            columns.append(column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f" + offset))
        else:
            columns.append(column)
    return frame.select(columns)


def _joined(values: pl.Series) -> pl.Expr:
    """Return the elements of each list with `;` between them, as they are read back."""
    texts = values.cast(pl.List(pl.String))
    if texts.explode().str.contains(";", literal=True).any():
        raise FormatError(
            f"elements of the list `{values.name}` hold `;`, which separates them;"
            " Parquet and JSON Lines keep lists"
        )
    return pl.lit(texts.list.join(";", ignore_nulls=True)).alias(values.name)


def with_floats(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with floats for decimals where each is the same number to its last digit."""
    exact = [
        name
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Decimal) and _is_short(frame[name], dtype.scale)
    ]
    return frame.with_columns(pl.col(exact).cast(pl.Float64)) if exact else frame


def _is_short(values: pl.Series, scale: int) -> bool:
    largest = values.abs().max()
    return largest is None or Decimal(str(largest)) < 10 ** (_EXACT_DIGITS - scale)
