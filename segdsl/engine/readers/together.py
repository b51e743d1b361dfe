"""Several files as one table: the same columns, of types that hold the values of all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.readers.table import Part, Table
from segdsl.engine.readers.unify import common_type, may_round
from segdsl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

_HELP = ("files of one folder or pattern are read as one table with the same columns",)


def together(tables: Sequence[Table], name: str) -> Table:
    """Return the tables of several files, all of one format, as one table.

    Raises DataError that names a file whose columns are others, or of another type.
    """
    first, *others = tables
    if not others:
        return first
    for other in others:
        _demand_same_columns(first, other, name)
    parts = tuple(part for table in tables for part in table.parts)
    types = _types_of_all(parts, first.columns, name, is_text=first.is_text)
    if not first.is_text:  # cells beside texts are unified as they are loaded, each by itself
        parts = tuple(_cast(part, types) for part in parts)
    repeated = frozenset[str]().union(*(table.repeated for table in tables))
    return replace(first, name=name, parts=parts, repeated=repeated)


def _demand_same_columns(first: Table, other: Table, place: str) -> None:
    lacking = [name for name in first.columns if name not in other.columns]
    extra = [name for name in other.columns if name not in first.columns]
    if not lacking and not extra:
        return
    what = "lacks" if lacking else "also has"
    listed = ", ".join(f"`{name}`" for name in (lacking or extra)[:5])
    reason = f"`{other.parts[0].name}` {what} {listed}, unlike `{first.parts[0].name}`"
    raise DataError((unreadable_data(reason, place, help=_HELP),))


def _types_of_all(
    parts: Sequence[Part], names: Sequence[str], place: str, *, is_text: bool
) -> dict[str, pl.DataType]:
    """Return the type of every column that holds its values in all parts."""
    schemas = [part.frame.collect_schema() for part in parts]
    types = {name: schemas[0][name] for name in names}
    source = dict.fromkeys(names, parts[0].name)  # the file from which a column has its type
    for part, schema in zip(parts[1:], schemas[1:], strict=True):
        for name in names:
            here, there = schema[name], types[name]
            if here == there:
                continue
            both = _common(there, here, is_text=is_text)
            if both is None:
                reason = (
                    f"`{part.name}` has {spoken(here)} in `{name}`, where `{source[name]}` has"
                    f" {spoken(there)}"
                )
                raise DataError((unreadable_data(reason, place, help=_HELP),))
            types[name] = both
            source[name] = part.name if both == here else source[name]
    return types


def _cast(part: Part, types: dict[str, pl.DataType]) -> Part:
    schema = part.frame.collect_schema()
    # whether numbers would lose digits as floats is seen when they are loaded
    other = [
        pl.col(name).cast(to)
        for name, to in types.items()
        if schema[name] != to and not may_round(schema[name], to)
    ]
    return replace(part, frame=part.frame.with_columns(other)) if other else part


def _common(one: pl.DataType, other: pl.DataType, *, is_text: bool) -> pl.DataType | None:
    """Return the type that holds the values of both, None where they are of different kinds.

    In formats that are text, cells of different kinds are texts.
    """
    if isinstance(one, pl.Datetime) and isinstance(other, pl.Datetime):
        is_alike = (one.time_zone is None) == (other.time_zone is None)
        return pl.Datetime("us", one.time_zone and "UTC") if is_alike else None
    if is_text and not (one.is_nested() or other.is_nested()):
        return pl.String()
    if not _is_alike(one, other):
        return None
    try:
        return common_type((one, other))
    except pl.exceptions.PolarsError:
        return pl.String() if _is_text(one) and _is_text(other) else None


def _is_alike(one: pl.DataType, other: pl.DataType) -> bool:
    """Return whether values of both types can stand in one column and mean what they did."""
    if pl.Null in (one, other):
        return True
    if isinstance(one, (pl.List, pl.Array)) and isinstance(other, (pl.List, pl.Array)):
        return True
    if {type(one), type(other)} == {pl.Date, pl.Datetime}:
        return not any(isinstance(dtype, pl.Datetime) and dtype.time_zone for dtype in (one, other))
    if _is_text(one) or _is_text(other):
        return all(_is_text(dtype) or dtype.is_integer() for dtype in (one, other))
    return all(dtype.is_numeric() or dtype == pl.Boolean for dtype in (one, other))


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, (pl.String, pl.Categorical, pl.Enum))
