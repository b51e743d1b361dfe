"""What rules read of events: which properties, of which table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from segdsl.plan import nodes as n

ROW = "\0customer"
"""The column that says in which row of the customers' frame an event's customer stands."""
Properties = Mapping[str, tuple[str, ...]]
"""The names of properties by event; those of lookups are dotted."""


def properties_read(roots: Iterable[n.Node], further: Iterable[n.Property] = ()) -> Properties:
    """Return the events that the roots stand on and the properties that they read.

    `further` are properties that count as read as well.
    """
    found: dict[str, dict[str, None]] = {}
    for node in (*n.ordered(*roots, below=n.parts), *further):
        match node:
            case n.Property():
                found.setdefault(node.event, {})[node.name] = None
            case n.Aggregate() | n.InOrder() | n.Step():
                found.setdefault(node.event, {})
            case _:
                pass
    return {event: tuple(names) for event, names in found.items()}


def apart(
    names: Iterable[str], own: Collection[str]
) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Return the names that are a table's own, and for each of its lookups the names of its.

    A dotted name is the table's `own` column of exactly that name if there is one.
    """
    mine: dict[str, None] = {}
    theirs: dict[str, dict[str, None]] = {}
    for name in names:
        lookup, dot, rest = name.partition(".")
        if dot and name not in own:
            theirs.setdefault(lookup, {})[rest] = None
        else:
            mine[name] = None
    return tuple(mine), {lookup: tuple(found) for lookup, found in theirs.items()}
