"""The type of one column, guessed from all its cells, and declarations that may be meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.types import Kind, Type
from segdsl.diagnostics.catalog_errors import left_out, read_as_text
from segdsl.diagnostics.cell_remedies import yes_and_no
from segdsl.diagnostics.data_errors import clipped
from segdsl.diagnostics.toml import declared
from segdsl.engine.cells.day_month import Readings, day_month_readings
from segdsl.engine.cells.moments import instants
from segdsl.engine.cells.numbers import numbers, numeric, plain_numbers
from segdsl.engine.cells.spelling import Spelling, spelt_by_all, spelt_by_most
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.conversion import Manner, known_texts

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table

_PERCENT = r"^\s*(?:%\s*[+-]?[0-9][0-9.,]*|[+-]?[0-9][0-9.,]*\s*%)\s*$"
_FEW = 3  # different words of a column of yes and no, one of them for neither


@dataclass(frozen=True, slots=True)
class Guess:
    """The type of one column and why; None when rules cannot read it.

    `lines` declare the field in other ways that its cells may be meant.
    """

    type: Type | None
    reason: str
    notice: Diagnostic | None = None
    lines: tuple[str, ...] = ()


def guess(table: Table, name: str, manner: Manner) -> Guess:
    """Return the type of a column: of its cells' own, or what all its texts spell."""
    dtype = table.dtype(name)
    if table.is_text and dtype == pl.String:
        texts = known_texts(table.cells[name], manner)
        among = table.numbers(name)
        if among is not None:  # a number is one however texts are read
            texts = texts.set(among.is_not_null() & texts.is_not_null(), "0")
        return _from_texts(texts, table, name, manner)
    if dtype == pl.Null:
        return Guess(Type(Kind.TEXT), "no cell has a value")
    found = _type_of(dtype)
    if found is not None:
        return Guess(found, f"the column holds {spoken(dtype)}")
    why = f"rules cannot read what it holds, {spoken(dtype)}"
    return Guess(None, why, left_out(name, why, table.name))


def _type_of(dtype: pl.DataType) -> Type | None:
    """Return the type of fields of a typed column, None when rules cannot read it."""
    if isinstance(dtype, (pl.List, pl.Array)):
        inner = dtype.inner
        of = _type_of(inner) if isinstance(inner, pl.DataType) else None
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
    place = table.place(name)
    readings = day_month_readings(texts)
    if readings is not None:
        return _dates(readings, name, place)
    likely = _decimals(texts, name, place, manner) or _percents(texts, name, place)
    likely = likely or _yes_or_no(texts, name, place)
    if likely is not None:
        return likely
    meant = spelt_by_most(texts, manner.timezone, manner.decimal)
    if meant is not None:
        return _for_some(texts, meant, name, table, manner.timezone)
    if numeric(texts.drop_nulls()).all():
        return Guess(text, "the cells are digits with leading zeros, or too many for a number")
    return Guess(text, "the cells are words")


def _text(name: str, why: str, remedies: tuple[str, ...], place: str, *lines: str) -> Guess:
    """Return that a column is text, and the ready lines of a catalog that read it otherwise."""
    return Guess(Type(Kind.TEXT), why, read_as_text(name, why, remedies, place), lines)


def _dates(readings: Readings, name: str, place: str) -> Guess:
    """Return that a column is text because its dates are not ISO, or days may be months."""
    both = " or ".join(shown for _, shown in readings.formats)
    why = f"{clipped(readings.example)} may be {both}"
    lines = tuple(
        declared(name, "instant" if "%H" in form else "date", format=form)
        for form, _ in readings.formats
    )
    remedies = tuple(
        f"`{line}` in a catalog reads {shown}"
        for line, (_, shown) in zip(lines, readings.formats, strict=True)
    )
    return _text(name, why, remedies, place, *lines)


def _decimals(texts: pl.Series, name: str, place: str, manner: Manner) -> Guess | None:
    """Return that a column is text because its numbers have a comma, or thousands signs."""
    known = texts.drop_nulls()
    if manner.decimal is not None or not known.str.contains(",", literal=True).any():
        return None
    counts = {sign: numbers(known, sign).count() for sign in (",", ".")}
    most = max(counts.values())
    if most * 2 <= known.len() or most <= plain_numbers(known).sum():
        return None
    lines = tuple(
        declared(name, "number", decimal=sign) for sign, count in counts.items() if count == most
    )
    example = clipped(known.filter(known.str.contains(",", literal=True))[0])
    remedies = tuple(f"`{line}` in a catalog reads {example}" for line in lines)
    return _text(name, f"{example} is no plain number", remedies, place, *lines)


def _percents(texts: pl.Series, name: str, place: str) -> Guess | None:
    """Return that a column is text because of percent signs."""
    found = texts.filter(texts.str.contains(_PERCENT))
    if found.len() * 2 <= texts.count():
        return None
    bare = found[0].replace("%", "").strip()
    remedy = f"the data need the number alone, `{bare}`, to be read as numbers"
    why = f"{clipped(found[0])} has a `%`, which is not read"
    return _text(name, why, (remedy,), place)


def _yes_or_no(texts: pl.Series, name: str, place: str) -> Guess | None:
    """Return that a column is text because yes and no are said in another language."""
    words = texts.drop_nulls().unique(maintain_order=True).head(_FEW + 1).to_list()
    yes, no = yes_and_no(words) if len(words) <= _FEW else ([], [])
    if not yes or not no:
        return None
    line = declared(name, "yes/no", yes=yes, no=no)
    why = f"{clipped(yes[0])} and {clipped(no[0])} may mean yes and no"
    return _text(name, why, (f"`{line}` in a catalog reads them so",), place, line)


def _for_some(texts: pl.Series, meant: Spelling, name: str, table: Table, timezone: str) -> Guess:
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
    line = declared(name, meant.kind.value)
    remedies = (f"`{line}` in a catalog takes such cells for missing",)
    if (
        meant.kind in (Kind.DATE, Kind.INSTANT)
        and instants(texts, timezone).count() == texts.count()
    ):
        line = declared(name, Kind.INSTANT.value)
        remedies = (f"`{line}` in a catalog reads a date alone as the first moment of its day",)
    return _text(name, why, remedies, table.place(name), line)
