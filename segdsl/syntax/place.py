"""Where reading a declaration stopped, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from segdsl.diagnostics import Diagnostic, Edit, Fix, syntax_errors
from segdsl.syntax import expectations
from segdsl.syntax.driver import acceptable
from segdsl.syntax.lexer import Token
from segdsl.syntax.splitting import is_first_on_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segdsl.source import Source, Span

_NOTHING = Token("", 0, 0, None)
_OPENING = frozenset({"LPAR", "LBRACE", "LSQB"})
_CLOSING = frozenset({"RPAR", "RBRACE", "RSQB"})


@dataclass(frozen=True)
class Place:
    """Where parsing stopped."""

    source: Source
    tokens: Sequence[Token]
    index: int
    start: str

    def at(self, offset: int) -> Token:
        """Return a token near the place."""
        index = self.index + offset
        return self.tokens[index] if 0 <= index < len(self.tokens) else _NOTHING

    def kinds(self, first: int, last: int) -> tuple[str, ...]:
        """Return the kinds of the tokens from one offset to another."""
        return tuple(self.at(offset).kind for offset in range(first, last + 1))

    def span(self, first: int, last: int) -> Span:
        """Return the span of the tokens from one offset to another."""
        return self.source.span(self.at(first).start, self.at(last).end)

    def word(self, offset: int) -> str:
        """Return how a token near the place is written, in lower case, its spaces as `_`."""
        token = self.at(offset)
        return "_".join(self.source.text[token.start : token.end].lower().split())

    def is_on_line(self, offset: int) -> bool:
        """Return whether a token near the place stands on the line of the one before it."""
        return not is_first_on_line(self.source, self.tokens, self.index + offset)

    @cached_property
    def acceptable(self) -> frozenset[str]:
        """The kinds that could stand at the place."""
        return acceptable(self.tokens[: self.index], self.start)

    def fits(self, kinds: Sequence[Token], kind: str) -> bool:
        """Return whether a token of `kind` can follow those up to two before the place."""
        return kind in acceptable(kinds, self.start)

    def opening(self, closing: int) -> int:
        """Return the offset of the parenthesis that the one at an offset closes."""
        depth, at = 0, closing
        while self.at(at).kind:
            depth += (self.at(at).kind == "RPAR") - (self.at(at).kind == "LPAR")
            if depth == 0:
                return at
            at -= 1
        return at

    def bracket(self) -> int | None:
        """Return the index of the innermost bracket that is open at the place."""
        opened: list[int] = []
        for index, token in enumerate(self.tokens[: self.index]):
            if token.kind in _OPENING:
                opened.append(index)
            elif token.kind in _CLOSING and opened:
                opened.pop()
        return opened[-1] if opened else None

    def inside(self, opening: int) -> tuple[tuple[Token, ...], Token | None]:
        """Return the commas directly inside a bracket, and what closes it."""
        commas: list[Token] = []
        depth = 0
        for token in self.tokens[opening:]:
            depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
            if depth == 0:
                return tuple(commas), token
            if depth == 1 and token.kind == "COMMA":
                commas.append(token)
        return tuple(commas), None

    def edit(self, token: Token, replacement: str) -> Edit:
        """Return the edit that replaces a token."""
        return Edit(self.source.span(token.start, token.end), replacement)


Reading: TypeAlias = "Callable[[Place], Diagnostic | None]"
"""Returns a complaint if it knows what was meant at a place."""


def respelt(
    place: Place,
    first: int,
    last: int,
    *right: str,
    fixes: Sequence[Fix] | None = None,
    notes: Sequence[str] = (),
) -> Diagnostic:
    """Say how the tokens from one offset to another are spelt; the first spelling is the fix."""
    span = place.span(first, last)
    found = " ".join(span.text.split())
    return syntax_errors.wrong_spelling(span, found, right, fixes, notes=notes)


def unexpected(
    place: Place, notes: Sequence[str], fixes: Sequence[Fix] = (), *, expected: Sequence[str] = ()
) -> Diagnostic:
    """Say that the token at the place cannot stand there, and what else to write."""
    return syntax_errors.unexpected_token(
        place.span(0, 0),
        expectations.found(place.source, place.at(0)),
        expected or expectations.expected(place.acceptable),
        notes=notes,
        fixes=fixes,
    )
