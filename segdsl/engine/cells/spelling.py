"""Which type all texts of a column spell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from segdsl.catalog.types import Kind
from segdsl.engine.cells.moments import dates, instants
from segdsl.engine.cells.numbers import plain_numbers, yes_or_no

_SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Spelling:
    """A type, what one of its cells is called, and the mask of the texts that spell it."""

    kind: Kind
    words: str
    fits: Callable[[pl.Series], pl.Series]


def spellings(timezone: str, decimal: str | None) -> tuple[Spelling, ...]:
    """Return the types that texts can spell, in the order in which they are tried."""
    return (
        Spelling(Kind.YESNO, "yes or no", lambda s: yes_or_no(s, is_declared=False).is_not_null()),
        Spelling(Kind.NUMBER, "a plain number", lambda s: plain_numbers(s, decimal)),
        Spelling(Kind.DATE, "an ISO date", lambda s: dates(s, is_declared=False).is_not_null()),
        Spelling(
            Kind.INSTANT,
            "an ISO date and time",
            lambda s: instants(s, timezone, is_declared=False).is_not_null(),
        ),
    )


def spelt_by_all(texts: pl.Series, timezone: str, decimal: str | None) -> Spelling | None:
    """Return the type that every known text spells, None when there is none."""
    known = texts.drop_nulls()
    if known.is_empty():
        return None
    sample = known.head(_SAMPLE)
    for spelling in spellings(timezone, decimal):
        if spelling.fits(sample).all() and spelling.fits(known).all():
            return spelling
    return None


def spelt_by_most(texts: pl.Series, timezone: str, decimal: str | None) -> Spelling | None:
    """Return the type that half of the first texts or more spell, None when there is none."""
    sample = texts.drop_nulls().head(_SAMPLE)
    for spelling in spellings(timezone, decimal):
        if not sample.is_empty() and int(spelling.fits(sample).sum()) * 2 >= sample.len():
            return spelling
    return None
