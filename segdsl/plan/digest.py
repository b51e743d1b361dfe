"""What tells nodes apart whoever made them: a digest of all that they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from segdsl.plan import nodes as n

_SIZE = 16  # bytes: no two different conditions ever meet in it


def digests(roots: tuple[n.Node, ...], known: Mapping[n.Node, bytes]) -> dict[n.Node, bytes]:
    """Return the digests of all nodes that the roots stand on, but for those that are known.

    Equal digests mean the same, in whatever text and by whatever interner the nodes were made.
    """

    def below(node: n.Node) -> tuple[n.Node, ...]:
        return () if node in known else n.parts(node)

    found: dict[n.Node, bytes] = {}

    def spoken(value: object) -> object:
        if isinstance(value, n.Node):
            return found.get(value) or known[value]
        if isinstance(value, tuple):
            return tuple(spoken(one) for one in value)
        return value

    for node in n.ordered(*roots, below=below):
        if node not in known:
            told = [spoken(getattr(node, name)) for name in n.attributes(node)]
            text = repr((type(node).__name__, told))  # 1, 1.0, True and "1" are written otherwise
            found[node] = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()
    return found
