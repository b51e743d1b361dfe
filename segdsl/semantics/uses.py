"""Uses of definitions and traits with arguments: which are one, and how many are too many."""

from __future__ import annotations

from collections.abc import Mapping

from segdsl.diagnostics import syntax_errors
from segdsl.semantics.context import USE_LIMIT, Context, Typed, Use
from segdsl.syntax import tree


def use_of(call: tree.Call, arguments: Mapping[str, Typed]) -> Use:
    """Return what tells a use of a definition from another: its name and arguments."""
    given = tuple((typed.node, typed.is_percent) for typed in arguments.values())
    return call.function.text, given


def has_too_many_uses(call: tree.Call, context: Context) -> bool:
    """Return whether definitions multiply each other beyond all use; complain if so."""
    if len(context.record.uses) < USE_LIMIT:
        return False
    context.report(syntax_errors.too_deep(call.span, USE_LIMIT, "uses of definitions"))
    return True
