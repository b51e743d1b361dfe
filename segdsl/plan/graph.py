"""The graph of a plan: nodes without spans, interned, so that equal means identical.

Every node is made by an `Interner`; children exist before their parents, so the interner's order
is a topological one and no pass over a plan recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias, TypeVar

Scalar: TypeAlias = str | int | float | Decimal | bool | date | datetime
"""A constant; instants are aware and in UTC, numbers without a fraction are `int`."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """What every node is: compared and hashed by identity."""


@dataclass(frozen=True, slots=True, eq=False)
class OverEvents(Node):
    """What is made of a customer's events; `reads` are the customer's values that it needs.

    Its other parts hold for one event each and are not nodes of the customer.
    """

    reads: tuple[Node, ...]


_NodeT = TypeVar("_NodeT", bound=Node)


def attributes(node: Node) -> Iterable[str]:
    """Return the names of what a node holds, in order."""
    return node.__dataclass_fields__


def distinct(values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    """Return the values without repetitions; those of different types are different."""
    return tuple({(type(value), value): value for value in values}.values())


class Interner:
    """Makes nodes; asked twice for the same one it returns the same one."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._serials: dict[Node, int] = {}

    def __call__(self, node: _NodeT) -> _NodeT:
        """Return the one node that equals `node`, whose children are interned already."""
        values = [getattr(node, name) for name in node.__dataclass_fields__]
        # 1 and 1.0 are equal and not the same, alone or in a tuple
        kinds = [tuple(map(type, one)) if type(one) is tuple else type(one) for one in values]
        key = (type(node), *values, *kinds)
        found = self._nodes.get(key)
        if found is None:
            found = self._made(key, node)
        return found  # type: ignore[return-value]  # the key holds the type

    def _made(self, key: tuple[object, ...], node: Node) -> Node:
        """Take a node that is not known yet."""
        self._nodes[key] = node
        self._serials[node] = len(self._serials)
        return node

    def serial(self, node: Node) -> int:
        """Return the number of the node in the order in which nodes were made."""
        return self._serials[node]

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())


class Layer(Interner):
    """Makes nodes beside those of another interner, which it returns as well and adds none to.

    Several may stand on the same one at a time. Iterating gives the new nodes alone.
    """

    def __init__(self, beneath: Interner) -> None:
        super().__init__()
        self._beneath = beneath

    def _made(self, key: tuple[object, ...], node: Node) -> Node:
        found = self._beneath._nodes.get(key)
        return super()._made(key, node) if found is None else found

    def serial(self, node: Node) -> int:
        """Return the number of the node; the new ones come after those beneath."""
        own = self._serials.get(node)
        return self._beneath.serial(node) if own is None else len(self._beneath._serials) + own


def parts(node: Node) -> tuple[Node, ...]:
    """Return all nodes that `node` is made of, in order."""
    found: list[Node] = []
    for name in attributes(node):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            found.extend(value)  # a tuple holds nothing but nodes, or none at all
    return tuple(found)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes that `node` reads, in order; of what stands on events the customer's."""
    return node.reads if isinstance(node, OverEvents) else parts(node)


def ordered(*roots: Node, below: Callable[[Node], tuple[Node, ...]] = children) -> tuple[Node, ...]:
    """Return all nodes that the roots stand on, the roots included, children first.

    `below` says what a node stands on: with `parts`, what holds for one event is included.
    """
    done: dict[Node, None] = {}
    stack: list[tuple[Node, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, is_ready = stack.pop()
        if is_ready:
            done[node] = None
        elif node not in done:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(below(node)))
    return tuple(done)
