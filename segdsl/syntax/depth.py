"""Bounds how deep a rule nests, so that no later stage meets a tree too deep to walk."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import Diagnostic, syntax_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.source import Source
    from segdsl.syntax.lexer import Token

DEEPEST = 200
"""Levels of brackets, `not`, unary minus, and `of` or `since` before an operand."""
LONGEST = 1000
"""Terms that `+ - * /` or `or else` can join: each makes the tree one level deeper."""

_OPENING = frozenset({"LPAR", "LBRACE", "LSQB"})
_CLOSING = frozenset({"RPAR", "RBRACE", "RSQB"})
_SEPARATORS = frozenset({"AND", "OR", "COMMA", "SEMICOLON", "COLON"})
_CHAINS = frozenset({"ADD", "SUBTRACT", "MULTIPLY", "DIVIDE", "OR_ELSE"})
_PREFIXES = frozenset({"NOT", "SUBTRACT", "OF", "SINCE", "FROM"})  # begin an operand, but for:
_DEEPENING = _OPENING | _CHAINS | _PREFIXES
_ENDS_OPERAND = frozenset({"NAME", "TEXT", "NUMBER", "PERCENT", "DATE", "INSTANT", "MOMENT"}) | {
    "RPAR",
    "TRUTH",
    "UNIT",
    "BAD",
}
_NO_PREFIX_AFTER = MappingProxyType(
    {
        "NOT": _ENDS_OPERAND | {"IS", "DID", "THEN"},
        "SUBTRACT": _ENDS_OPERAND,
        "OF": frozenset({"ANY", "ALL", "NONE", "NUMBER", "NAME"}),
        "SINCE": frozenset[str](),
        "FROM": frozenset[str](),
    }
)


def too_deep(source: Source, tokens: Sequence[Token]) -> Diagnostic | None:
    """Return a complaint of the first token that makes the rule too deep, if there is one."""
    if sum(token.kind in _DEEPENING for token in tokens) < DEEPEST:
        return None
    levels, chains = [0], [0]  # for each open bracket: levels and terms since the last separator
    deep = long = 0
    before = ""
    for token in tokens:
        kind = token.kind
        if kind in _OPENING:
            levels.append(0)
            chains.append(0)
            deep += 1
        elif kind in _CLOSING and len(levels) > 1:
            deep -= levels.pop() + 1
            long -= chains.pop()
        elif kind in _SEPARATORS:
            deep -= levels[-1]
            long -= chains[-1]
            levels[-1] = chains[-1] = 0
        elif kind in _PREFIXES and before not in _NO_PREFIX_AFTER[kind]:
            levels[-1] += 1
            deep += 1
        elif kind in _CHAINS:
            chains[-1] += 1
            long += 1
        before = kind
        if deep > DEEPEST:
            span = source.span(token.start, token.end)
            return syntax_errors.too_deep(span, DEEPEST, "levels of nesting")
        if deep + long >= LONGEST:
            span = source.span(token.start, token.end)
            return syntax_errors.too_deep(span, LONGEST, "terms joined by signs or `or else`")
    return None
