"""Audiences as rows: a yes/no column an audience, or a row a customer and audience; in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from segdsl.backends.masks.rows import BLOCK, Group, Mask, Row, in_groups
from segdsl.backends.masks.words import packed, yes_no
from segdsl.engine.packed import Masks

_BLOCKS = 64  # of masks in a piece
PIECE = 64 * BLOCK * _BLOCKS  # customers, as many as Polars puts into a row group
_ORDER = "\x00order"  # a name that no column of the data has


def wide(people: pl.DataFrame, masks: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Return the people with a yes/no column an audience."""
    return people.with_columns(mask.alias(name) for name, mask in masks.items())


def long(people: pl.DataFrame, masks: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Return a row for each person and audience that go together; the first column is the key."""
    parts = [
        people.filter(mask).with_columns(pl.lit(name).alias("segment"), pl.lit(i).alias(_ORDER))
        for i, (name, mask) in enumerate(masks.items())
    ]
    if not parts:
        return people.head(0).with_columns(pl.lit("").alias("segment"))
    return pl.concat(parts).sort(people.columns[0], _ORDER).drop(_ORDER)


@dataclass(frozen=True, slots=True)
class Pieces:
    """People and their masks in the same order, some at a time."""

    people: pl.DataFrame
    rows: Mapping[str, Mask]

    @staticmethod
    def of(people: pl.DataFrame, masks: Masks, order: pl.Series | None) -> Pieces:
        """Return the pieces of people in key order; `order` are the numbers of their rows.

        Without it, that is the order of the masks.
        """
        masks.demand_kept()
        if order is None:
            return Pieces(people, masks.kept)
        ordered = {
            name: Row.of(packed(mask.gather(order)), masks.rows) for name, mask in masks.items()
        }
        return Pieces(people, ordered)

    def groups(self) -> Iterator[tuple[pl.DataFrame, Group]]:
        """Yield people and their masks, as many as are in a row group of a file."""
        first = 0
        for group in in_groups(list(self.rows.values()), _BLOCKS):
            yield self.people.slice(first, group.rows), group
            first += group.rows

    def masks(self) -> Iterator[tuple[pl.DataFrame, dict[str, pl.Series]]]:
        """Yield people and their masks as yes/no columns."""
        for people, group in self.groups():
            found = zip(self.rows, group.numbers, strict=True)
            yield (
                people,
                {name: yes_no(group.words(number), group.rows) for name, number in found},
            )

    @property
    def names(self) -> Sequence[str]:
        """The names of the masks."""
        return tuple(self.rows)

    @property
    def nobody(self) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
        """No people, with masks of none."""
        nothing = pl.Series(dtype=pl.Boolean)
        return self.people.head(0), dict.fromkeys(self.rows, nothing)
