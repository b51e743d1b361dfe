"""The catalog that data suggest: the types of all columns and the key, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog import Catalog, Field
from segdsl.catalog.types import Kind, Type
from segdsl.catalog.write import catalog_toml
from segdsl.diagnostics.catalog_errors import inferred_key, left_out, no_key, read_as_text
from segdsl.diagnostics.data_errors import clipped
from segdsl.engine.cells.day_month import Readings, day_month_readings
from segdsl.engine.cells.numbers import numeric
from segdsl.engine.cells.spelling import Spelling, spelt_by_all, spelt_by_most
from segdsl.engine.conversion import Manner, known_texts
from segdsl.engine.readers.opening import open_data
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table

_ID = re.compile(r"^(?:id|key|email|.*_id)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Inference:
    """A complete catalog, why its fields have their types, and the table with what was read."""

    catalog: Catalog
    reasons: Mapping[str, str]
    notices: tuple[Diagnostic, ...]
    table: Table = field(repr=False)


@dataclass(frozen=True, slots=True)
class Guess:
    """The type of one column and why; None when rules cannot read it."""

    type: Type | None
    reason: str
    notice: Diagnostic | None = None


def infer_catalog(
    data: object | None = None,
    *,
    base: Catalog | None = None,
    fields: Collection[str] | None = None,
) -> Inference:
    """Return `base` with what it leaves open filled in from the data.

    Fields are inferred only where none are declared, and with `fields` only those; the key is the
    declared one, else the first column named like an id. Raises DataError when there is none, or
    when the data cannot be read.
    """
    known = base if base is not None else Catalog()
    table = open_data(known, data)
    key = known.customers.key or _key_column(table)
    notices = [] if known.customers.key else [inferred_key(key, table.name)]
    declared = known.customers.fields
    wanted = _open_columns(table, fields) if not declared else ()
    names = tuple(dict.fromkeys((*wanted, *(() if key in declared else (key,)))))
    table.demand(() if key in declared else (key,), "the key")
    if table.is_text:
        table = table.load(names, "a field")
    found: dict[str, Field] = {}
    reasons: dict[str, str] = {}
    for name in sorted(names, key=table.columns.index):
        guess = _guess(table, name, Manner.of(known, None, is_blank_missing=table.is_blank_missing))
        notices += [guess.notice] if guess.notice else []
        if guess.type is not None:
            found[name] = _field(guess.type)
            reasons[name] = guess.reason
        elif name == key:
            raise DataError((no_key(table.columns, table.name),))
    if fields is None and not declared:
        notices += [_repeated(name, table) for name in sorted(table.repeated) if name]
    customers = known.with_customers(key=key, fields={**found, **declared})
    return Inference(customers, reasons, tuple(notices), table)


def infer_toml(inference: Inference, source: str | None = None) -> str:
    """Return the inferred catalog as TOML with the reasons as comments.

    It loads back as `inference.catalog`, its source replaced by `source` if that is given.
    """
    catalog = inference.catalog.with_customers(source=source)
    comments = {f"customers.fields.{name}": why for name, why in inference.reasons.items()}
    if any(notice.code.id == "SG307" for notice in inference.notices):
        comments["customers.key"] = "the first column named like an id"
    comments[""] = f"Inferred from {source or inference.table.name}"
    return catalog_toml(catalog, comments)


def _key_column(table: Table) -> str:
    found = next((name for name in table.columns if _ID.match(name)), None)
    if found is None:
        raise DataError((no_key(table.columns, table.name),))
    return found


def _open_columns(table: Table, fields: Collection[str] | None) -> tuple[str, ...]:
    if fields is None:
        return tuple(name for name in table.columns if name not in table.repeated)
    return tuple(name for name in table.columns if name in fields)


def _repeated(name: str, table: Table) -> Diagnostic:
    return left_out(name, "several columns have this name", table.name)


def _field(type: Type) -> Field:
    of = {"of": type.of.value} if type.of else {}
    return Field.model_validate({"type": type.kind.value, **of})


def _guess(table: Table, name: str, manner: Manner) -> Guess:
    dtype = table.dtype(name)
    if table.is_text and dtype == pl.String:
        return _from_texts(known_texts(table.cells[name], manner), table, name, manner)
    if dtype == pl.Null:
        return Guess(Type(Kind.TEXT), "no cell has a value")
    found = type_of(dtype)
    if found is not None:
        return Guess(found, f"the column holds {dtype}")
    why = f"rules cannot read what it holds, `{dtype}`"
    return Guess(None, why, left_out(name, why, table.name))


def type_of(dtype: pl.DataType) -> Type | None:
    """Return the type of fields of a typed column, None when rules cannot read it."""
    if isinstance(dtype, (pl.List, pl.Array)):
        inner = dtype.inner
        of = type_of(inner) if isinstance(inner, pl.DataType) else None
        return Type(Kind.LIST, of.kind) if of is not None and of.of is None else None
    if dtype.is_numeric():
        return Type(Kind.NUMBER)
    kinds = (
        ((pl.String, pl.Categorical, pl.Enum, pl.Null), Kind.TEXT),
        ((pl.Boolean,), Kind.YESNO),
        ((pl.Date,), Kind.DATE),
        ((pl.Datetime,), Kind.INSTANT),
    )
    return next((Type(kind) for types, kind in kinds if isinstance(dtype, types)), None)


def _from_texts(texts: pl.Series, table: Table, name: str, manner: Manner) -> Guess:
    """Return the type that every text of a column spells, else text."""
    text = Type(Kind.TEXT)
    if texts.null_count() == texts.len():
        return Guess(text, "no cell has a value")
    found = spelt_by_all(texts, manner.timezone, manner.decimal)
    if found is not None:
        return Guess(Type(found.kind), f"every cell is {found.words}")
    readings = day_month_readings(texts)
    if readings is not None:
        return _text_for_dates(readings, name, table)
    meant = spelt_by_most(texts, manner.timezone, manner.decimal)
    if meant is not None:
        return _text_for_some(texts, meant, name, table)
    if numeric(texts.drop_nulls()).all():
        return Guess(text, "the cells are digits with leading zeros, or too many for a number")
    return Guess(text, "the cells are words")


def _text_for_dates(readings: Readings, name: str, table: Table) -> Guess:
    """Return that a column is text because no one can tell its days from its months."""
    both = " or ".join(shown for _, shown in readings.formats)
    why = f"{clipped(readings.example)} may be {both}"
    remedies = [
        f'`{name} = {{ type = "date", format = "{form}" }}` in a catalog reads {shown}'
        for form, shown in readings.formats
    ]
    return Guess(Type(Kind.TEXT), why, read_as_text(name, why, remedies, table.place(name)))


def _text_for_some(texts: pl.Series, meant: Spelling, name: str, table: Table) -> Guess:
    """Return that a column is text because of a few cells, and show one of them."""
    odd = texts.is_not_null() & ~meant.fits(texts).fill_null(False)
    misfits = texts.filter(odd)
    first = odd.arg_true()[0]
    shown = f"{clipped(texts[first])} ({table.row(first)})"
    if meant.kind is Kind.NUMBER and numeric(misfits).all():
        return Guess(Type(Kind.TEXT), f"{shown} has a leading zero or too many digits")
    count = f"{misfits.len():,} of {texts.len() - texts.null_count():,} cells"
    verb = "is" if misfits.len() == 1 else "are"
    why = f"{count} {verb} not {meant.words}, such as {shown}"
    remedies = (f'`{name} = "{meant.kind.value}"` in a catalog takes such cells for missing',)
    return Guess(Type(Kind.TEXT), why, read_as_text(name, why, remedies, table.place(name)))
