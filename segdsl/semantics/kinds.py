"""What declared names are, in words and for the checks of names."""

from __future__ import annotations

from typing import assert_never

from segdsl.semantics.context import Context
from segdsl.source import Span
from segdsl.syntax import tree


def kind_of(declaration: tree.Declaration) -> str:
    """Return the word for what a declaration declares."""
    match declaration:
        case tree.Use():
            return "file"
        case tree.Param():
            return "param"
        case tree.InlineList() | tree.FileList():
            return "list"
        case tree.Define():
            return "definition"
        case tree.Trait():
            return "trait"
        case tree.Segment():
            return "segment"
        case tree.Tiers():
            return "tiers"
        case tree.Split():
            return "split"
        case tree.RuleTest():
            return "test"
        case _:
            assert_never(declaration)


def names_of(context: Context, *kinds: str) -> tuple[str, ...]:
    """Return the declared names of some kinds."""
    return tuple(name for name, item in context.declarations.items() if kind_of(item) in kinds)


def members_of(declaration: tree.Declaration) -> tuple[tuple[str, Span], ...]:
    """Return the names of the members of tiers or a split, as rules write them."""
    match declaration:
        case tree.Tiers():
            rest = (declaration.otherwise,) if declaration.otherwise else ()
            members = [(one.text, one.span) for one in (*declaration.members, *rest)]
        case tree.Split():
            members = [(share.name.text, share.name.span) for share in declaration.shares]
        case _:
            return ()
    return tuple((f"{declaration.name.text}.{name}", span) for name, span in members)


def is_field(name: str, context: Context) -> bool:
    """Return whether a name is known to be a customer's field."""
    return context.schema.fields is not None and name in context.schema.fields


def is_constant(declaration: tree.Declaration) -> bool:
    """Return whether a declaration needs nothing: a param or a list."""
    return isinstance(declaration, tree.Param | tree.InlineList | tree.FileList)


def name_span(declaration: tree.Declaration) -> Span | None:
    """Return where a declaration says its name."""
    return None if isinstance(declaration, tree.Use | tree.RuleTest) else declaration.name.span
