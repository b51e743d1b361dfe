"""Cells of any column type to the canonical type of a field, counting what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

import polars as pl

from segdsl.backends.polars.numbers import finite
from segdsl.backends.polars.times import dates_in
from segdsl.catalog.types import Kind, Type
from segdsl.engine.cells.missing import without_missing
from segdsl.engine.cells.moments import INSTANT, dates, instants, to_utc
from segdsl.engine.cells.numbers import is_ascii, numbers, yes_or_no
from segdsl.engine.cells.written import written

if TYPE_CHECKING:
    from segdsl.catalog import Catalog, Field, Table

PLACE = pl.Struct({"latitude": pl.Float64, "longitude": pl.Float64})

_WIDE = r"[\x{300}-\x{10FFFF}]"  # normalisation changes no text without one of these


@dataclass(frozen=True, slots=True)
class Manner:
    """How cells are read: what catalog, table and field say together."""

    timezone: str = "UTC"
    missing: tuple[str, ...] = ()
    is_blank_missing: bool = False
    decimal: str | None = None
    format: str | None = None
    separator: str = ";"
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    @staticmethod
    def of(catalog: Catalog, field: Field | None, *, is_blank_missing: bool) -> Manner:
        """Return the manner in which the customers' cells of a field are read."""
        table: Table = catalog.customers
        own = field.missing if field else ()
        return Manner(
            timezone=catalog.timezone,
            missing=tuple(dict.fromkeys((*catalog.missing, *table.missing, *own))),
            is_blank_missing=is_blank_missing,
            decimal=(field.decimal if field else None) or table.decimal,
            format=field.format if field else None,
            separator=(field.separator if field else None) or ";",
            yes=field.yes if field else (),
            no=field.no if field else (),
        )


@dataclass(frozen=True, slots=True)
class Converted:
    """Canonical values, and a mask of the cells that did not fit and became missing."""

    values: pl.Series
    lost: pl.Series | None = None

    @property
    def lost_count(self) -> int:
        """How many cells did not fit."""
        return 0 if self.lost is None else int(self.lost.sum() or 0)


def convert(
    cells: pl.Series, wanted: Type, manner: Manner, numbers_among: pl.Series | None = None
) -> Converted | None:
    """Return the cells as canonical values of a type; None when their column type cannot be it.

    A column without a value can be any. `numbers_among` are the cells of a mixed column that are
    numbers, however texts are read. Canonical are: text String (NFC), number Int64, Int128, Float64
    or Decimal, yes/no Boolean, date Date, instant Datetime("us", "UTC"), list List.
    """
    found = _converted(cells, wanted, manner, numbers_among)
    if found is None and cells.null_count() == cells.len():
        return Converted(
            pl.Series(cells.name, [None], canonical(wanted)).new_from_index(0, cells.len())
        )
    return found


def _converted(
    cells: pl.Series, wanted: Type, manner: Manner, numbers_among: pl.Series | None
) -> Converted | None:
    dtype = cells.dtype
    if dtype == pl.Null:
        return Converted(cells.cast(canonical(wanted)))
    if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum)):
        texts = known_texts(cells, manner)
        if numbers_among is not None and wanted.kind is Kind.NUMBER:
            return _from_mixed(texts, numbers_among, manner)
        return from_text(texts, wanted, manner)
    if isinstance(dtype, (pl.List, pl.Array)):
        return _from_list(cells, wanted, manner) if wanted.kind is Kind.LIST else None
    return _from_typed(without_missing(cells, manner.missing), wanted, manner)


def canonical(wanted: Type) -> pl.DataType:
    """Return the column type of a field whose cells are all missing."""
    match wanted.kind:
        case Kind.TEXT:
            return pl.String()
        case Kind.NUMBER | Kind.WEEKDAY:
            return pl.Int64()
        case Kind.YESNO:
            return pl.Boolean()
        case Kind.DATE:
            return pl.Date()
        case Kind.INSTANT:
            return INSTANT
        case Kind.PLACE:
            return PLACE
        case Kind.LIST:
            return pl.List(canonical(wanted.element))
        case Kind.ERROR:
            return pl.Null()
        case _:
            assert_never(wanted.kind)


def known_texts(cells: pl.Series, manner: Manner) -> pl.Series:
    """Return text cells in NFC, null where a spelling says that the cell is missing."""
    texts = nfc(cells.cast(pl.String))
    for spelling in (*manner.missing, *([""] if manner.is_blank_missing else [])):
        is_missing = texts == spelling
        if is_missing.any():
            texts = texts.set(is_missing.fill_null(False), None)
    return texts


def nfc(texts: pl.Series) -> pl.Series:
    """Return the texts in normal form C."""
    if is_ascii(texts) or not texts.str.contains(_WIDE).any():
        return texts
    return texts.str.normalize("NFC")


def from_text(texts: pl.Series, wanted: Type, manner: Manner) -> Converted:
    """Return text cells, missing spellings gone, as canonical values."""
    match wanted.kind:
        case Kind.TEXT:
            return Converted(texts)
        case Kind.NUMBER | Kind.WEEKDAY:
            values = numbers(texts, manner.decimal)
        case Kind.YESNO:
            values = yes_or_no(texts, is_declared=True, yes=manner.yes, no=manner.no)
        case Kind.DATE:
            values = dates(texts, manner.format)
        case Kind.INSTANT:
            values = instants(texts, manner.timezone, manner.format)
        case Kind.LIST:
            return _split(texts, wanted, manner)
        case Kind.PLACE | Kind.ERROR:
            values = pl.Series(texts.name, [None], dtype=canonical(wanted)).new_from_index(
                0, len(texts)
            )
        case _:
            assert_never(wanted.kind)
    return Converted(values.alias(texts.name), _lost(texts, values))


def _from_mixed(texts: pl.Series, among: pl.Series, manner: Manner) -> Converted:
    """Return the numbers of cells that are numbers or spell them in the field's manner."""
    is_number = among.is_not_null() & texts.is_not_null()
    spelt = numbers(texts.set(is_number, None), manner.decimal)
    bare = texts.set(~is_number, None)
    whole = bare.cast(pl.Int64, strict=False)
    is_whole = whole.null_count() == bare.null_count()
    found = whole if is_whole else among.set(~is_number, None)
    frame = pl.DataFrame([found.alias("found"), spelt.alias("spelt")])
    values = frame.select(pl.coalesce("found", "spelt")).to_series().alias(texts.name)
    return Converted(values, _lost(texts, values))


def _lost(before: pl.Series, after: pl.Series) -> pl.Series | None:
    if before.null_count() == after.null_count():
        return None
    return before.is_not_null() & after.is_null()


def _split(texts: pl.Series, wanted: Type, manner: Manner) -> Converted:
    """Return lists from texts: elements without outer white space, empty ones dropped."""
    element = pl.element().str.strip_chars()
    lists = (
        texts.to_frame("t")
        .select(pl.col("t").str.split(manner.separator).list.eval(element.filter(element != "")))
        .to_series()
        .alias(texts.name)
    )
    if wanted.element.kind is Kind.TEXT:
        return Converted(lists)
    return _from_list(lists, wanted, manner) or Converted(lists)


def _from_list(lists: pl.Series, wanted: Type, manner: Manner) -> Converted | None:
    """Return lists with canonical elements; one with an element that does not fit is missing."""
    if isinstance(lists.dtype, pl.Array):
        lists = lists.arr.to_list()
    rows = pl.int_range(len(lists), dtype=pl.UInt32, eager=True).alias("row")
    flat = pl.DataFrame([rows, lists.alias("item")]).filter(pl.col("item").list.len() > 0)
    flat = flat.explode("item")
    items = convert(flat["item"], wanted.element, replace(manner, is_blank_missing=False))
    if items is None:
        return None
    found = (
        flat.with_columns(item=items.values)
        .group_by("row", maintain_order=True)
        .agg(pl.col("item"))
    )
    empty = pl.Series("empty", [[]], dtype=found["item"].dtype).new_from_index(0, len(lists))
    merged = (
        rows.to_frame()
        .with_columns(is_known=lists.is_not_null(), empty=empty)
        .join(found, on="row", how="left", maintain_order="left")
        .select(pl.coalesce("item", pl.when("is_known").then("empty")))
        .to_series()
        .alias(lists.name)
    )
    if items.lost is None:
        return Converted(merged)
    lost = rows.is_in(flat["row"].filter(items.lost).unique().implode())
    frame = pl.DataFrame([merged.alias("list"), lost.alias("lost")])
    kept = frame.select(pl.when(~pl.col("lost")).then("list")).to_series()
    return Converted(kept.alias(lists.name), lost)


def _from_typed(cells: pl.Series, wanted: Type, manner: Manner) -> Converted | None:
    """Return cells of a typed column as canonical values of the few types that they can be."""
    dtype = cells.dtype
    match wanted.kind:
        case Kind.NUMBER if dtype.is_numeric():
            return Converted(numeric(cells))
        case Kind.YESNO if dtype == pl.Boolean:
            return Converted(cells)
        case Kind.YESNO if dtype.is_numeric():
            return _from_one_and_zero(cells)
        case Kind.DATE if dtype == pl.Date:
            return Converted(cells)
        case Kind.DATE if isinstance(dtype, pl.Datetime):
            return Converted(_local_date(cells, manner.timezone))
        case Kind.INSTANT if isinstance(dtype, (pl.Datetime, pl.Date)):
            return Converted(_instant(cells, manner.timezone))
        case Kind.TEXT if dtype.is_numeric():
            return Converted(written(numeric(cells)))
        case _:
            return None


def numeric(cells: pl.Series) -> pl.Series:
    """Return a number column as Int64, Int128, Float64 or Decimal; NaN and infinities missing."""
    dtype = cells.dtype
    if isinstance(dtype, pl.Decimal):
        return cells
    if dtype.is_integer():
        small = cells.cast(pl.Int64, strict=False)
        return small if small.null_count() == cells.null_count() else cells.cast(pl.Int128)
    return finite(cells.cast(pl.Float64))


def whole_if_all(floats: pl.Series) -> pl.Series:
    """Return a float column as Int64 if all its values are whole and exact, else as it is."""
    if floats.len() == floats.null_count():
        return floats
    fits = ((floats.floor() == floats) & (floats.abs() <= 2.0**53)).all()
    return floats.cast(pl.Int64) if fits else floats


def _from_one_and_zero(cells: pl.Series) -> Converted:
    values = (
        cells.to_frame("n")
        .select(pl.when(pl.col("n") == 1).then(True).when(pl.col("n") == 0).then(False))
        .to_series()
        .alias(cells.name)
    )
    return Converted(values, _lost(cells, values))


def _local_date(cells: pl.Series, timezone: str) -> pl.Series:
    if _zone(cells) is None:
        return cells.dt.date()
    return dates_in(_instant(cells, timezone), ZoneInfo(timezone)).alias(cells.name)


def _instant(cells: pl.Series, timezone: str) -> pl.Series:
    if _zone(cells) is None:
        return to_utc(cells, timezone).alias(cells.name)
    return cells.dt.convert_time_zone("UTC").cast(INSTANT)


def _zone(cells: pl.Series) -> str | None:
    dtype = cells.dtype
    return dtype.time_zone if isinstance(dtype, pl.Datetime) else None


def place(latitudes: pl.Series, longitudes: pl.Series, name: str) -> tuple[pl.Series, pl.Series]:
    """Return places from two number columns, and a mask of the rows with a degree out of range."""
    frame = pl.DataFrame(
        {"latitude": latitudes.cast(pl.Float64), "longitude": longitudes.cast(pl.Float64)}
    )
    is_known = pl.all_horizontal(pl.all().is_not_null())
    is_right = (pl.col("latitude").abs() <= 90) & (pl.col("longitude").abs() <= 180)
    found = frame.select(
        values=pl.when(is_known & is_right).then(pl.struct("latitude", "longitude")),
        lost=is_known & ~is_right,
    )
    return found["values"].alias(name), found["lost"].fill_null(False)
