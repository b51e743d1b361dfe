"""The types of value nodes."""

from __future__ import annotations

from segdsl.catalog.types import DATE, INSTANT, NUMBER, Type
from segdsl.plan import nodes as n


def type_of(node: n.Value) -> Type:
    """Return the type of a value node."""
    match node:
        case n.Literal() | n.Field() | n.Property() | n.Apply() | n.Aggregate():
            return node.type
        case n.Now():
            return INSTANT
        case n.Today():
            return DATE
        case n.Shift():
            return type_of(node.base)
        case n.Folded():
            return type_of(node.subject)
        case n.Bucket() | n.Ntile():
            return NUMBER
