"""Chooses the programs whose sizes one query finds soonest: few conditions on columns, no codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from segdsl.catalog.types import Kind
from segdsl.plan import nodes as n
from segdsl.plan.program import Level, Query
from segdsl.plan.typing import type_of

# What a query takes, by comparisons of numbers; it is no slower than codes up to the most: measured
# on 10,000,000 rows of Parquet.
_MOST = 24
_TEXT, _DISTINCT = 2, 8  # to compare a text, and to try all conditions on the distinct texts alone
_RESULTS = 16  # masks made of conditions
_TRIED = 16  # conditions on the distinct texts of a column
_PLAIN = (Kind.TEXT, Kind.NUMBER, Kind.YESNO, Kind.DATE, Kind.INSTANT)
_QUICK = frozenset({"add", "subtract", "multiply", "negate", "abs", "or else", "length"})
_OF_DATES = frozenset({"year", "month", "day", "weekday", "days between", "weeks between"})
_CONSTANTS = (n.Literal, n.Now, n.Today, n.Shift, n.Apply)


def query_of(levels: Sequence[Level], traits: Collection[n.Node], results: int) -> Query | None:
    """Return the query that finds sizes in files no later than codes do; None if codes are faster.

    Conditions compare what stands in columns, or what is quickly made of it, with constants or with
    one another.
    Texts that are searched, or compared often, are tried by their distinct values.
    """
    if len(levels) != 1 or traits:
        return None
    level = levels[0]
    if level.events or level.values or not level.atoms:
        return None
    if len(level.connectives) + results > _RESULTS or not all(map(_is_plain, level.atoms)):
        return None
    if any(isinstance(node, n.Constant) for node in level.connectives):
        return None
    texts = _by_text(level.atoms)
    found = {field: own for field, own in texts.items() if _is_worth_it(own)}
    tried = {atom for own in found.values() for atom in own}
    cost = _DISTINCT * len(found) + sum(_cost(one) for one in level.atoms if one not in tried)
    is_small = cost <= _MOST and all(len(own) <= _TRIED for own in texts.values())
    return Query(texts, found) if is_small else None


def _by_text(atoms: Iterable[n.Node]) -> Mapping[n.Node, tuple[n.Node, ...]]:
    """Return the text fields, and the conditions on each alone."""
    found: dict[n.Node, tuple[n.Node, ...]] = {}
    for atom in atoms:
        fields = [node for node in n.ordered(atom) if isinstance(node, n.Field)]
        if len(fields) == 1 and fields[0].type.kind is Kind.TEXT:
            found[fields[0]] = (*found.get(fields[0], ()), atom)
    return found


def _is_worth_it(atoms: Sequence[n.Node]) -> bool:
    """Return whether conditions on a text are tried sooner on its distinct values."""
    return sum(map(_cost, atoms)) > _DISTINCT or any(map(_is_searched, atoms))


def _is_searched(atom: n.Node) -> bool:
    return isinstance(atom, n.Match | n.Blank)  # blank is white space too


def _cost(atom: n.Node) -> int:
    match atom:
        case n.OneOf(subject=subject) if type_of(subject).kind is Kind.TEXT:
            return _TEXT * len(atom.members)
        case n.Compare(left=left) if type_of(left).kind is Kind.TEXT:
            return _TEXT
        case _:
            return 1


def _is_plain(atom: n.Node) -> bool:
    match atom:
        case n.Match():
            is_plain = any(isinstance(node, n.Field) for node in n.ordered(atom.subject))
            is_plain = is_plain and _is_constant(atom.pattern)
        case n.InPeriod(subject=subject):
            is_plain = atom.unit.is_clock or type_of(subject).kind is Kind.DATE
        case n.Compare() | n.OneOf() | n.Known() | n.Blank():
            is_plain = True
        case _:
            is_plain = False
    return is_plain and all(map(_is_cheap, n.children(atom)))


def _is_cheap(value: n.Node) -> bool:
    """Return whether a value is a constant, a column, or quickly made of those."""
    return _is_constant(value) or all(map(_is_cheap_step, n.ordered(value)))


def _is_constant(value: n.Node) -> bool:
    return all(isinstance(node, _CONSTANTS) for node in n.ordered(value))


def _is_cheap_step(node: n.Node) -> bool:
    match node:
        case n.Field():
            return node.type.kind in _PLAIN
        case n.Apply():
            dates = (type_of(one).kind is Kind.DATE for one in node.arguments)
            return node.function in _QUICK or (node.function in _OF_DATES and all(dates))
        case _:
            return isinstance(node, n.Literal | n.Now | n.Today)
