"""Joins masks to segments: each connective as soon as it can be, no mask longer than it is read."""

from __future__ import annotations

from collections import Counter, defaultdict

from segdsl.engine import masks as m
from segdsl.plan import nodes as n
from segdsl.plan.program import Program


class Connections:
    """The masks that are known and still to be read."""

    def __init__(self, program: Program, height: int) -> None:
        self._height = height
        self._masks: dict[n.Node, m.Mask] = {}
        self._reads = Counter((*program.segments.values(), *program.traits.values()))
        self._waiting: dict[n.Node, int] = {}
        self._parents: dict[n.Node, list[n.Node]] = defaultdict(list)
        for level in program.levels:
            for atom in level.atoms:
                self._reads.update(set(n.children(atom)))
            for node in level.connectives:
                self._expect(node)
        for node in [node for node, missing in self._waiting.items() if not missing]:
            self._finish(node)

    def _expect(self, node: n.Node) -> None:
        items = set(n.children(node))
        self._waiting[node] = len(items)
        self._reads.update(items)
        for item in items:
            self._parents[item].append(node)

    def add(self, node: n.Node, mask: m.Mask) -> None:
        """Take the mask of an atom, and compute all that it completes."""
        self._masks[node] = mask
        self._tell(node)

    def read(self, node: n.Node) -> m.Mask:
        """Return a mask; it is forgotten when all who read it have done so."""
        mask = self._masks[node]
        self._reads[node] -= 1
        if not self._reads[node]:
            del self._masks[node]
        return mask

    def _tell(self, node: n.Node) -> None:
        told = [node]
        while told:
            for parent in self._parents.pop(told.pop(), ()):
                self._waiting[parent] -= 1
                if not self._waiting[parent]:
                    self._masks[parent] = self._connected(parent)
                    told.append(parent)

    def _finish(self, node: n.Node) -> None:
        self.add(node, self._connected(node))

    def _connected(self, node: n.Node) -> m.Mask:
        items = {item: self.read(item) for item in set(n.children(node))}
        return m.joined(node, items, self._height)
