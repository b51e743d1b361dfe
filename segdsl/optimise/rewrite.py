"""Rewriting a plan from its leaves to its roots, each distinct node once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from segdsl.plan import nodes as n

_NOTHING: Mapping[n.Node, n.Node] = MappingProxyType({})


def rewritten(
    roots: Iterable[n.Node],
    rule: Callable[[n.Node, n.Interner], n.Node],
    intern: n.Interner,
    known: Mapping[n.Node, n.Node] = _NOTHING,
) -> dict[n.Node, n.Node]:
    """Return what becomes of every node that the roots stand on under `rule`, children first.

    Of some nodes it is `known` already; what they stand on is left alone.
    """

    def below(node: n.Node) -> tuple[n.Node, ...]:
        return () if node in known else n.parts(node)

    done: dict[n.Node, n.Node] = {}
    for node in n.ordered(*roots, below=below if known else n.parts):
        before = known.get(node)
        done[node] = rule(_with_children(node, done, intern), intern) if before is None else before
    return done


def _with_children(node: n.Node, done: Mapping[n.Node, n.Node], intern: n.Interner) -> n.Node:
    if all(done[child] is child for child in n.parts(node)):
        return intern(node)
    changes: dict[str, Any] = {}  # a field's new value is of that field's type
    for name in n.attributes(node):
        value = getattr(node, name)
        if isinstance(value, n.Node):
            changes[name] = done[value]
        elif isinstance(value, tuple) and value and isinstance(value[0], n.Node):
            changes[name] = tuple(done[item] for item in value)
    return intern(replace(node, **changes))
