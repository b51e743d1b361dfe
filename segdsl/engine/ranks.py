"""Where one customer stands in a ranking of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segdsl.plan import nodes as n
from segdsl.plan.definition import quota

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of a customer (1 the first) among those ranked, and how many of them are taken."""

    place: int
    of: int
    taken: int


def rank_of(
    node: n.Ranked,
    values: pl.Series,
    keys: pl.Series,
    groups: pl.Series | None,
    within: pl.Series | None,
    row: int,
) -> Rank | None:
    """Return where the customer in a row stands in its group; None for one who is not ranked."""
    ranked = values.is_not_null()
    if groups is not None:
        ranked &= (groups == groups.gather([row])).fill_null(False)
    if within is not None:
        ranked &= within
    if not ranked[row]:
        return None
    mine = values.gather([row])
    ahead = values > mine if node.is_top else values < mine
    tied = (values == mine) & (keys < keys.gather([row]))
    place = int((ranked & (ahead | tied)).sum()) + 1
    size = int(ranked.sum())
    return Rank(place, size, quota(node.amount, size))
