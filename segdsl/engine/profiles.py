"""Turns profiles into a frame."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from segdsl.backends.polars.column import dtype_of
from segdsl.catalog.types import Kind
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer

_PLACE = pl.Struct({"latitude": pl.Float64(), "longitude": pl.Float64()})


def frame_of_profiles(
    customers: Sequence[Customer], fields: Sequence[n.Field], key: str
) -> pl.DataFrame:
    """Return a frame with canonical columns: the key and the fields, one row a customer.

    Numbers are of the narrowest type that holds them all, or floats if there is one among them.
    """
    keys = [customer.key for customer in customers]
    columns = [pl.Series(key, keys, dtype=_key_type(keys))]
    for field in fields:
        if field.name != key:
            values = [customer.profile.get(field.name) for customer in customers]
            columns.append(_series(field, values))
    return pl.DataFrame(columns)


def _key_type(keys: Sequence[int | str]) -> pl.DataType:
    return pl.String() if any(isinstance(key, str) for key in keys) else _number_type(keys)


def _series(field: n.Field, values: Sequence[Any]) -> pl.Series:  # Any: of the field's type
    match field.type.kind:
        case Kind.PLACE:
            pairs = [v and {"latitude": float(v[0]), "longitude": float(v[1])} for v in values]
            return pl.Series(field.name, pairs, dtype=_PLACE)
        case Kind.NUMBER:
            return _numbers(field.name, values)
        case Kind.LIST if field.type.of is Kind.NUMBER:
            return _lists(field.name, values)
        case _:
            return pl.Series(field.name, values, dtype=dtype_of(field.type))


def _numbers(name: str, values: Sequence[Any]) -> pl.Series:
    dtype = _number_type(values)
    if dtype == pl.Float64():
        values = [None if value is None else float(value) for value in values]
    return pl.Series(name, values, dtype=dtype)


def _lists(name: str, values: Sequence[Any]) -> pl.Series:
    dtype = _number_type([item for items in values for item in items or ()])
    as_type = float if dtype == pl.Float64() else Decimal if dtype.is_decimal() else int
    lists = [
        None if items is None else [None if item is None else as_type(item) for item in items]
        for items in values
    ]
    return pl.Series(name, lists, dtype=pl.List(dtype))


def _number_type(values: Sequence[Any]) -> pl.DataType:
    known = [value for value in values if value is not None]
    if any(isinstance(value, float) for value in known):
        return pl.Float64()
    scales = [-int(v.as_tuple().exponent) for v in known if isinstance(v, Decimal)]
    if scales:
        return pl.Decimal(38, max(0, *scales))
    return pl.Int64() if all(-(2**63) <= v < 2**63 for v in known) else pl.Int128()
