"""Chooses the programs whose sizes one query finds soonest: few plain conditions, no codes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from segdsl.catalog.types import Kind
from segdsl.plan import nodes as n
from segdsl.plan.program import Level
from segdsl.plan.typing import type_of

# Up to here a query is no slower than codes: measured on 10,000,000 rows of Parquet.
_MOST = 24  # comparisons of each customer, where one of texts counts for two
_TEXT, _LOOKED_UP = 2, 8  # for so many a set of texts counts at most: larger ones are hashed
_RESULTS = 16  # masks made of conditions
_PLAIN = (Kind.TEXT, Kind.NUMBER, Kind.YESNO, Kind.DATE, Kind.INSTANT)
_SUMS = frozenset({"add", "subtract", "multiply", "negate", "abs"})


def is_worth_a_query(levels: Sequence[Level], traits: Collection[n.Node], results: int) -> bool:
    """Return whether a query over files finds sizes no later than codes do.

    Conditions compare what stands in columns, or sums of it, with constants or with one another.
    Searching texts takes longer than to number them and search each distinct one.
    """
    if len(levels) != 1 or traits:
        return False
    level = levels[0]
    steps = len(level.connectives) + results
    if level.events or level.values or not level.atoms or steps > _RESULTS:
        return False
    if any(isinstance(node, n.Constant) for node in level.connectives):
        return False
    return all(map(_is_plain, level.atoms)) and sum(map(_cost, level.atoms)) <= _MOST


def _cost(atom: n.Node) -> int:
    match atom:
        case n.OneOf(subject=subject) if type_of(subject).kind is Kind.TEXT:
            return _TEXT * min(len(atom.members), _LOOKED_UP)
        case n.Compare(left=left) if type_of(left).kind is Kind.TEXT:
            return _TEXT
        case _:
            return 1


def _is_plain(atom: n.Node) -> bool:
    match atom:
        case n.Blank(subject=subject):
            is_plain = type_of(subject).kind is not Kind.TEXT  # white space is searched for
        case n.InPeriod(subject=subject):
            is_plain = atom.unit.is_clock or type_of(subject).kind is Kind.DATE
        case n.Compare() | n.OneOf() | n.Known():
            is_plain = True
        case _:
            is_plain = False
    return is_plain and all(map(_is_cheap, n.children(atom)))


def _is_cheap(value: n.Node) -> bool:
    """Return whether a value is a constant, a column, or a sum of those."""
    nodes = n.ordered(value)
    if not any(isinstance(node, n.Field) for node in nodes):
        return all(isinstance(node, _CONSTANTS) for node in nodes)
    return all(map(_is_cheap_step, nodes))


_CONSTANTS = (n.Literal, n.Now, n.Today, n.Shift, n.Apply)


def _is_cheap_step(node: n.Node) -> bool:
    match node:
        case n.Field():
            return node.type.kind in _PLAIN
        case n.Apply():
            return node.function in _SUMS
        case _:
            return isinstance(node, n.Literal | n.Now | n.Today)
