"""Keys that name rows of another table: read as that table's keys are, and found among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segdsl.backends.polars.keys import rows_of
from segdsl.catalog.types import NUMBER
from segdsl.diagnostics.event_data import key_mismatch
from segdsl.diagnostics.toml import declared as declaring
from segdsl.engine.cells.numbers import plain_numbers
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.conversion import Manner, convert, known_texts, numeric
from segdsl.engine.keys import canonical_key
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.engine.readers.customers import Reader


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys as values that can be found, and as they are given (null where there is none)."""

    values: pl.Series
    given: pl.Series


def keys_like(reader: Reader, name: str, other: pl.Series, home: str, what: str) -> Keys:
    """Return a field or column with keys of another table, of the type that `other` has.

    Text formats are read as that type demands. `home` is the table (`events.purchase`) and `what`
    the other key, as the catalog names them. Raises DataError where one holds numbers and the other
    texts.
    """
    table, field = reader.table, reader.catalog.customers.fields.get(name)
    column = (field.column if field else None) or name
    cells = table.cells[column]
    if isinstance(cells.dtype, (pl.Categorical, pl.Enum)):
        cells = cells.cast(pl.String)
    manner = Manner.of(reader.catalog, field, is_blank_missing=table.is_blank_missing)
    is_number = other.dtype.is_integer()
    if table.is_text and cells.dtype == pl.String:
        texts = known_texts(cells, manner)
        values = _numbers(texts, manner, table.numbers(column)) if is_number else texts
        found = Keys(values, texts)
    else:
        is_bare = field is None and cells.dtype == pl.String
        values = known_texts(cells, manner) if is_bare else reader.read(name)
        if reader.errors:
            raise DataError(reader.errors)
        values = canonical_key(values, name, table.place(column))
        found = Keys(values, values)
    if found.given.null_count() == len(found.given) or other.is_empty():
        none = pl.Series(name, [None], dtype=other.dtype).new_from_index(0, len(cells))
        return Keys(none, found.given)
    if found.values.dtype.is_integer() != is_number or found.values.count() == 0:
        place = table.place(column)
        line = declaring(name, "number" if is_number else "text")
        held = (spoken(found.given.dtype), spoken(other.dtype))
        raise DataError((key_mismatch(name, held[0], what, held[1], home, line, place),))
    return found


def _numbers(texts: pl.Series, manner: Manner, among: pl.Series | None) -> pl.Series:
    """Return texts as whole numbers, null where they are spelt otherwise: `007` is not 7."""
    is_plain = plain_numbers(texts, manner.decimal)
    if among is not None:
        is_plain = is_plain | among.is_not_null()
    found = convert(texts.set(~is_plain.fill_null(False), None), NUMBER, manner, among)
    values = texts if found is None else found.values
    if values.dtype.is_float():
        values = values.set((values % 1 != 0).fill_null(False), None).cast(pl.Int64, strict=False)
    return values


def found_among(keys: Keys, others: pl.Series) -> pl.Series:
    """Return for each key its row among others, which are known and distinct; null for none."""
    if not others.dtype.is_integer():
        return rows_of(keys.values, others)
    values, others = numeric(keys.values), numeric(others)
    if values.dtype != others.dtype:
        values, others = values.cast(pl.Int128), others.cast(pl.Int128)
    return rows_of(values, others)
