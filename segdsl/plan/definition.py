"""The definition over a whole population: each node for each customer, one after the other.

Numbers are ranked, counted and measured as floats by all customers if they are floats for one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any as Anything
from typing import TypeAlias

from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import aggregate, may_be_float
from segdsl.plan.meaning import Customer, Read, meaning, of_events

Key: TypeAlias = int | str
Column: TypeAlias = list[Anything]  # one value of the node's type a customer


def evaluate(
    roots: Iterable[n.Node], customers: Sequence[Customer], calendar: Calendar
) -> dict[n.Node, Column]:
    """Return the column of every node that the roots stand on, in the customers' order."""
    columns: dict[n.Node, Column] = {}
    keys = [customer.key for customer in customers]
    for node in n.ordered(*roots):
        match node:
            case n.Ranked():
                columns[node] = _ranked(node, keys, columns)
            case n.Ntile():
                columns[node] = ntile(_alike(columns[node.subject]), keys, node.buckets)
            case n.Common():
                columns[node] = _common(node, columns, len(keys))
            case n.Aggregate():
                columns[node] = _aggregated(node, customers, columns, calendar)
            case _:
                columns[node] = [
                    meaning(node, _reader(columns, i), customer, calendar)
                    for i, customer in enumerate(customers)
                ]
    return columns


def _aggregated(
    node: n.Aggregate,
    customers: Sequence[Customer],
    columns: Mapping[n.Node, Column],
    calendar: Calendar,
) -> Column:
    def properties(node: n.Property) -> Iterable[Anything]:
        events = (event for c in customers for event in c.events.get(node.event, ()))
        return (event.get(node.name) for event in events)

    def values(node: n.Node) -> Iterable[Anything]:
        return columns.get(node, ())

    measure = node.measure
    are_floats = measure is not None and may_be_float(measure, properties, values)
    return [
        aggregate(
            node,
            customer.events.get(node.event, ()),
            of_events(node, _reader(columns, i), customer, calendar),
            are_floats=are_floats,
        )
        for i, customer in enumerate(customers)
    ]


def _reader(columns: Mapping[n.Node, Column], i: int) -> Read:
    return lambda child: columns[child][i]


def memberships(
    segments: Mapping[str, n.Node], customers: Sequence[Customer], calendar: Calendar
) -> dict[str, set[Key]]:
    """Return the keys of each segment's customers."""
    columns = evaluate(segments.values(), customers, calendar)
    return {
        name: {c.key for c, is_in in zip(customers, columns[root], strict=True) if is_in}
        for name, root in segments.items()
    }


def quota(amount: int | Decimal, population: int) -> int:
    """Return how many customers `top amount` takes of a population: N, or floor(p × n)."""
    if isinstance(amount, Decimal):
        return int(Fraction(amount) * population)  # exact whatever the decimal context
    return min(amount, population)


def ntile(values: Column, keys: Sequence[Key], buckets: int) -> list[int | None]:
    """Return each customer's rank group as SQL's NTILE: the first n mod buckets have one more."""
    known = sorted((value, keys[i], i) for i, value in enumerate(values) if value is not None)
    size, larger = divmod(len(known), buckets)
    tiles: list[int | None] = [None] * len(values)
    for rank, (_, _, i) in enumerate(known):
        in_larger = larger * (size + 1)
        tiles[i] = (
            rank // (size + 1) + 1 if rank < in_larger else larger + (rank - in_larger) // size + 1
        )
    return tiles


def _alike(values: Column) -> Column:
    """Return numbers as floats where one of them is a float: so they compare with each other."""
    if not any(isinstance(value, float) for value in values):
        return values
    return [None if value is None else float(value) for value in values]


def _ranked(node: n.Ranked, keys: Sequence[Key], columns: Mapping[n.Node, Column]) -> list[bool]:
    groups: dict[Anything, list[tuple[Anything, Key, int]]] = defaultdict(list)
    values = _alike(columns[node.by])
    per = _alike(columns[node.per]) if node.per else None
    for i, key in enumerate(keys):
        group = () if per is None else per[i]
        is_within = node.within is None or columns[node.within][i]
        if is_within and group is not None and values[i] is not None:
            groups[group].append((values[i], key, i))
    chosen = [False] * len(keys)
    for rows in groups.values():
        rows.sort(key=lambda row: row[1])
        rows.sort(key=lambda row: row[0], reverse=node.is_top)  # stable: ties stay in key order
        for _, _, i in rows[: quota(node.amount, len(rows))]:
            chosen[i] = True
    return chosen


def _common(node: n.Common, columns: Mapping[n.Node, Column], customers: int) -> list[bool]:
    counts: dict[Anything, Counter[Anything]] = defaultdict(Counter)
    subjects = _alike(columns[node.subject])
    per = _alike(columns[node.per]) if node.per else None
    pairs: list[tuple[Anything, Anything]] = [
        (() if per is None else per[i], subjects[i])
        if node.within is None or columns[node.within][i]
        else (None, None)
        for i in range(customers)
    ]
    for group, value in pairs:
        if group is not None and value is not None:
            counts[group][value] += 1
    top = {
        group: {v for v, _ in sorted(c.items(), key=lambda item: (-item[1], item[0]))[: node.count]}
        for group, c in counts.items()
    }
    return [value is not None and value in top.get(group, ()) for group, value in pairs]
