"""Masks: who is in a set of customers, one bit each, never missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import TypeAlias

import polars as pl

from segdsl.plan import nodes as n

Mask: TypeAlias = pl.Series
"""Yes/no in the customers' order, without nulls; Polars packs eight to a byte."""


def constant(value: bool, height: int) -> Mask:
    """Return the mask of everyone or of no one."""
    return pl.repeat(value, height, dtype=pl.Boolean, eager=True)


def intersection(masks: Sequence[Mask]) -> Mask:
    """Return who is in each of one or more masks."""
    return reduce(and_, masks)


def union(masks: Sequence[Mask]) -> Mask:
    """Return who is in one of one or more masks."""
    return reduce(or_, masks)


def complement(mask: Mask) -> Mask:
    """Return who is not in the mask."""
    return ~mask


def how_many(masks: Sequence[Mask], low: int, high: int) -> Mask:
    """Return who is in at least `low` and at most `high` of one or more masks."""
    frame = pl.DataFrame([mask.alias(str(i)) for i, mask in enumerate(masks)])
    held = pl.sum_horizontal(pl.all())
    return frame.select(held.is_between(max(low, 0), min(max(high, -1), len(masks)))).to_series()


def joined(node: n.Node, items: Mapping[n.Node, Mask], height: int) -> Mask:
    """Return the mask of a connective from those of its items."""
    masks = [items[item] for item in n.children(node)]
    match node:
        case n.Constant():
            return constant(node.value, height)
        case n.All():
            return intersection(masks or [constant(True, height)])
        case n.Any():
            return union(masks or [constant(False, height)])
        case n.Not():
            return complement(masks[0])
        case n.HowMany():
            return how_many(masks or [constant(False, height)], node.low, node.high)
        case _:
            raise TypeError(f"{type(node).__name__} is no connective")
