"""Dates that are not ISO: which formats they may be in, and how one of them would read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.cell_remedies import read_day
from segdsl.engine.cells.numbers import with_ascii_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOCK = "(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
_SHAPE = rf"^([0-9]{{1,2}})([/.\-])([0-9]{{1,2}})[/.\-](?:[0-9]{{4}}|[0-9]{{2}}){_CLOCK}$"
_YEAR_FIRST = rf"^[0-9]{{4}}[/.][0-9]{{1,2}}[/.][0-9]{{1,2}}{_CLOCK}$"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Readings:
    """A cell, and each format that all such cells fit with what the cell would mean in it."""

    example: str
    formats: tuple[tuple[str, str], ...]


def day_month_readings(texts: pl.Series) -> Readings | None:
    """Return how dates that are not ISO may read, None when most cells are something else."""
    known = with_ascii_digits(texts.drop_nulls()).str.strip_chars().alias("t")
    found = known.filter(known.str.contains(_SHAPE))
    if known.len() and found.len() * 2 > known.len():
        return _either_way(found)
    found = known.filter(known.str.contains(_YEAR_FIRST))
    if known.len() and found.len() * 2 > known.len():
        example = found[0]
        mark = example[4]
        form = f"%Y{mark}%m{mark}%d{_clock(example)}"
        return Readings(example, tuple(_spoken(example, (form,))))
    return None


def _either_way(found: pl.Series) -> Readings:
    """Return the readings with the day or the month first, those that no cell rules out."""
    parts = found.to_frame("t").select(
        "t",
        a=pl.col("t").str.extract(_SHAPE, 1).cast(pl.Int64),
        b=pl.col("t").str.extract(_SHAPE, 3).cast(pl.Int64),
    )
    is_clear = (pl.col("a") > 12) | (pl.col("b") > 12)
    can_day_first = not (parts["b"] > 12).any()
    can_month_first = not (parts["a"] > 12).any()
    is_open = can_day_first and can_month_first
    telling = parts.filter(pl.col("a") != pl.col("b") if is_open else is_clear)
    example = (telling if telling.height else parts)["t"][0]
    mark = next(c for c in example if not c.isdigit())
    year = "%Y" if len(example.split()[0].split("T")[0].rsplit(mark, 1)[-1]) == 4 else "%y"
    tail = f"{mark}{year}{_clock(example)}"
    forms = [f"%d{mark}%m{tail}"] if can_day_first or not can_month_first else []
    forms += [f"%m{mark}%d{tail}"] if can_month_first or not can_day_first else []
    return Readings(example, tuple(_spoken(example, tuple(forms))))


def _clock(example: str) -> str:
    """Return the format of the time of day in an example, with what stands before it."""
    for sign in ("T", " "):
        if sign in example:
            return sign + ("%H:%M:%S" if example.count(":") == 2 else "%H:%M")
    return ""


def _spoken(example: str, forms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for form in forms:
        day = read_day(example, form)
        if day is None:
            continue
        yield form, f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
