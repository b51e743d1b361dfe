"""What a value becomes in Polars: a column or a constant, or one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from segdsl.backends.polars.numbers import (
    as_float,
    common_number,
    fitted,
    fixed_dtype,
    is_number,
    joined,
    widest,
)
from segdsl.catalog.types import Kind, Type
from segdsl.diagnostics.catalog_errors import unsupported
from segdsl.errors import UnsupportedError
from segdsl.plan.nodes import Scalar

INSTANT = pl.Datetime("us", "UTC")
_DTYPES: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.NUMBER: pl.Float64(),
    Kind.YESNO: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.INSTANT: INSTANT,
    Kind.WEEKDAY: pl.Int64(),
    Kind.PLACE: pl.Struct({"latitude": pl.Float64(), "longitude": pl.Float64()}),
}
_NO_COMMON = "`or else` joins exact numbers that have no type of 38 digits in common"
_NO_COMMON_HELP = ("in `x * 1 or else y` the first is a float, and the others become floats too",)


@dataclass(frozen=True, slots=True)
class Column:
    """An expression that gives one value a customer, null for missing, and their type."""

    expr: pl.Expr
    dtype: pl.DataType


@dataclass(frozen=True, slots=True)
class Fixed:
    """A constant that is known."""

    value: Scalar


Part: TypeAlias = Column | Fixed
Operand: TypeAlias = tuple[Part, ...]
"""A value: its first known part counts; without parts it is missing everywhere.

There are several only where `or else` joins numbers of several types, which compare differently.
"""

Compute: TypeAlias = Callable[[Sequence[pl.Expr]], list[pl.Series]]
"""Returns what expressions give over a frame."""


def refuse(why: str) -> UnsupportedError:
    """Return the error by which the Polars backend refuses what it cannot keep."""
    return UnsupportedError([unsupported(why)])


def dtype_of(type_: Type) -> pl.DataType:
    """Return the Polars type of values whose type no column decides."""
    return pl.List(_DTYPES[type_.of]) if type_.of else _DTYPES.get(type_.kind, pl.String())


def constant(value: Scalar | None) -> Operand:
    """Return a constant as an operand, None for missing."""
    return () if value is None else (Fixed(value),)


def is_constant(operand: Operand) -> bool:
    """Return whether no column has a part in the operand."""
    return not any(isinstance(part, Column) for part in operand)


def constant_value(operand: Operand) -> Scalar | None:
    """Return the value of a constant operand, None for missing."""
    return next((part.value for part in operand if isinstance(part, Fixed)), None)


def canonical_column(name: str, schema: Mapping[str, pl.DataType]) -> Column:
    """Return a frame's column in canonical form. Raises UnsupportedError for other types."""
    dtype = schema.get(name)
    if dtype is None:
        raise refuse(f"`{name}` is not a column of the frame")
    if dtype.is_integer() and dtype != pl.Int64() and dtype != pl.Int128():
        wide = pl.Int128() if dtype == pl.UInt64() else pl.Int64()
        return Column(pl.col(name).cast(wide), wide)
    if dtype.is_float():
        # Also what is float by assumption only: a number that no schema describes may be whole.
        return Column(pl.col(name).cast(pl.Float64), pl.Float64())
    if dtype == pl.List(pl.Float64()):
        return Column(pl.col(name).cast(dtype), dtype)
    if isinstance(dtype, pl.Datetime) and dtype != INSTANT:
        raise refuse(f"`{name}` must be in microseconds and in UTC, not of the type `{dtype}`")
    return Column(pl.col(name), dtype)


def as_column(part: Part) -> Column:
    """Return the part, a constant as a literal of its own type."""
    if isinstance(part, Column):
        return part
    dtype = fixed_dtype(part.value) or pl.Series([part.value]).dtype
    return Column(pl.lit(part.value, dtype=dtype), dtype)


def is_known(operand: Operand) -> pl.Expr:
    """Return where the operand is not missing."""
    return any_of([_is_known(part) for part in operand])


def _is_known(part: Part) -> pl.Expr:
    if isinstance(part, Fixed):
        return pl.lit(True)
    known = part.expr.is_not_null()
    if isinstance(part.dtype, pl.Struct):  # a place is known when both its numbers are
        fields = [part.expr.struct.field(field.name).is_not_null() for field in part.dtype.fields]
        return pl.all_horizontal(known, *fields)
    return known


def any_of(predicates: Sequence[pl.Expr]) -> pl.Expr:
    """Return where one of the predicates holds."""
    return predicates[0] if len(predicates) == 1 else pl.any_horizontal(pl.lit(False), *predicates)


def first_known(operands: Iterable[Operand]) -> Operand:
    """Return `or else` of the operands, in as few parts as their types allow."""
    found: list[Part] = []
    for part in (part for operand in operands for part in operand):
        merged = _merged(found[-1], part) if found else None
        if merged is None:
            found.append(part)
        else:
            found[-1] = merged
        if isinstance(part, Fixed):
            break  # nothing after it is ever read
    return tuple(found)


def series_of(operand: Operand, compute: Compute) -> pl.Series:
    """Return an operand that has parts as one column, as `single` does.

    Here the values may decide which type keeps all exact numbers. Raises UnsupportedError.
    """
    columns = [as_column(part) for part in operand]
    dtypes = [column.dtype for column in columns]
    is_exact = len(columns) > 1 and not any(dtype.is_float() for dtype in dtypes)
    if is_exact and all(map(is_number, dtypes)) and common_number(dtypes) is None:
        found = joined(compute([column.expr for column in columns]))
        if found is not None:
            return found
    return compute([single(operand).expr])[0]


def _merged(column: Part, part: Part) -> Column | None:
    """Return both parts as one column if its type holds all their values."""
    if isinstance(column, Fixed):
        return None
    if isinstance(part, Column):
        if part.dtype != column.dtype:
            return None
        return Column(pl.coalesce(column.expr, part.expr), column.dtype)
    for dtype in (column.dtype, widest(column.dtype)):
        other = literal(part, dtype)
        if other is not None:
            expr = column.expr if dtype == column.dtype else column.expr.cast(dtype)
            return Column(pl.coalesce(expr, other), dtype)
    return None


def literal(part: Fixed, dtype: pl.DataType) -> pl.Expr | None:
    """Return the constant as a literal of the type, or None if the type does not hold it."""
    value = fitted(part.value, dtype) if is_number(dtype) else part.value
    return None if value is None else pl.lit(value, dtype=dtype)


def single(operand: Operand) -> Column:
    """Return an operand that has parts as one column: floats, if it joins numbers with floats.

    Raises UnsupportedError if its exact numbers have no type in common that keeps them all.
    """
    columns = [as_column(part) for part in operand]
    if len(columns) == 1:
        return columns[0]
    dtypes = [column.dtype for column in columns]
    if all(map(is_number, dtypes)) and any(dtype.is_float() for dtype in dtypes):
        floats = [as_float(column.expr, column.dtype) for column in columns]
        return Column(pl.coalesce(floats), pl.Float64())
    dtype = common_number(dtypes)
    if dtype is None:
        raise UnsupportedError([unsupported(_NO_COMMON, help=_NO_COMMON_HELP)])
    return Column(pl.coalesce([column.expr.cast(dtype) for column in columns]), dtype)


def map_values(
    expr: pl.Expr, function: Callable[[pl.Series], pl.Series], dtype: pl.DataType
) -> pl.Expr:
    """Return a function of whole columns as an expression; it must treat each row by itself."""
    return expr.map_batches(function, return_dtype=dtype, is_elementwise=True)
