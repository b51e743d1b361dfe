"""Parses a rule text into a module, declaration by declaration."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, assert_never, cast

from segdsl.diagnostics import Diagnostic, Sink, syntax_errors
from segdsl.source import Source
from segdsl.syntax import tree
from segdsl.syntax.depth import too_deep
from segdsl.syntax.driver import Driver, Stopped
from segdsl.syntax.lexer import BAD, Token, at_end, tokenize
from segdsl.syntax.mistakes import explain
from segdsl.syntax.splitting import declaration_starts
from segdsl.syntax.words import keywords

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse(source: Source) -> tuple[tree.Module, tuple[Diagnostic, ...]]:
    """Return the module that a rule text holds, and what is wrong with it.

    A broken declaration is complained of and left out. Nothing is raised for a mistake in the text.
    """
    tokens, sink = tokenize(source)
    if not tokens:
        if not sink.diagnostics:
            sink.report(syntax_errors.empty_source(source.span(0, len(source.text))))
        return tree.Module(source, ()), tuple(sink)
    reader = _Reader(source, sink)
    starts = declaration_starts(source, tokens)
    first = starts[0] if starts else len(tokens)
    condition = reader.read(tokens[:first], "condition") if first else None
    declarations = [
        reader.read(tokens[start:end], "declaration")
        for start, end in pairwise([*starts, len(tokens)])
    ]
    broken = frozenset(
        source.text[tokens[start + 1].start : tokens[start + 1].end].strip("`")
        for start, declaration in zip(starts, declarations, strict=True)
        if declaration is None and start + 1 < len(tokens)
    )
    if first and starts:
        bare, declared = source.span(tokens[0].start, tokens[first - 1].end), tokens[first]
        there = source.span(declared.start, declared.end)
        sink.report(syntax_errors.mixed_file(bare, there))
        condition = None
    module = tree.Module(
        source,
        tuple(cast("tree.Declaration", d) for d in declarations if d is not None),
        cast("tree.Expression | None", condition),  # the grammar's rules say what each one builds
        broken,
    )
    return module, tuple(sorted(sink, key=_position))


def parse_literal(text: str, name: str) -> tuple[tree.Literal | None, tuple[Diagnostic, ...]]:
    """Return the literal that `text` spells, and what is wrong with it; `name` is for messages."""
    source = Source.of(text, name)
    tokens, sink = tokenize(source)
    if not tokens:
        if not sink.diagnostics:
            sink.report(syntax_errors.empty_source(source.span(0, len(source.text))))
        return None, tuple(sink)
    literal = _Reader(source, sink).read(tokens, "constant")
    return cast("tree.Literal | None", literal), tuple(sink)  # what `constant` builds


def parse_condition(source: Source) -> tuple[tree.Expression | None, tuple[Diagnostic, ...]]:
    """Return the condition that a text is, and what is wrong with it; a declaration is none."""
    tokens, sink = tokenize(source)
    if not tokens:
        if not sink.diagnostics:
            sink.report(syntax_errors.empty_source(source.span(0, len(source.text))))
        return None, tuple(sink)
    condition = _Reader(source, sink).read(tokens, "condition")
    return cast("tree.Expression | None", condition), tuple(sorted(sink, key=_position))


class _Reader:
    """Reads parts of one source and collects what is wrong with them."""

    def __init__(self, source: Source, sink: Sink) -> None:
        self.source = source
        self.sink = sink
        self.driver = Driver(source)
        self.wrong_tokens = sorted(_position(diagnostic) for diagnostic in sink)

    def read(self, tokens: Sequence[Token], start: str) -> object | None:
        """Return what the tokens build, or None where there is anything wrong with them."""
        if diagnostic := too_deep(self.source, tokens):
            self.sink.report(diagnostic)
            return None
        ended = [*tokens, at_end(tokens)]
        built = self.driver.drive(ended, start)
        if isinstance(built, Stopped):
            if not self._is_explained(ended, built.index):
                self.sink.report(explain(self.source, ended, built.index, start))
            return None
        if start == "declaration" and self._has_keyword(cast("tree.Declaration", built)):
            return None
        return None if self._has_wrong_token(tokens) else built

    def _is_explained(self, tokens: Sequence[Token], index: int) -> bool:
        """Return whether a token from there to the line's end has been complained of.

        A text that is not closed shows itself in the words before it, as in `'it's late'`.
        """
        line_end = self.source.text.find("\n", tokens[index].start)
        for token in tokens[index:]:
            if token.kind == BAD:
                return True
            if 0 <= line_end < token.start:
                return False
        return False

    def _has_wrong_token(self, tokens: Sequence[Token]) -> bool:
        at = bisect_left(self.wrong_tokens, tokens[0].start)
        return at < len(self.wrong_tokens) and self.wrong_tokens[at] < tokens[-1].end

    def _has_keyword(self, declaration: tree.Declaration) -> bool:
        wrong = [
            name
            for name in _declared_names(declaration)
            if not name.is_quoted and name.text.isascii() and name.text.lower() in keywords()
        ]
        for name in wrong:
            self.sink.report(syntax_errors.keyword_as_name(name.span, name.text))
        return bool(wrong)


def _declared_names(declaration: tree.Declaration) -> tuple[tree.Name, ...]:
    """Return the names that a declaration introduces."""
    match declaration:
        case tree.Param(name=name) | tree.InlineList(name=name) | tree.FileList(name=name):
            return (name,)
        case tree.Define() | tree.Trait():
            return (declaration.name, *declaration.parameters)
        case tree.Segment(name=name):
            return (name,)
        case tree.Tiers():
            return (declaration.name, *((declaration.otherwise,) if declaration.otherwise else ()))
        case tree.Split():
            return (declaration.name, *(share.name for share in declaration.shares))
        case tree.Use() | tree.RuleTest():
            return ()
        case _:
            assert_never(declaration)


def _position(diagnostic: Diagnostic) -> int:
    return diagnostic.primary.span.start if diagnostic.primary else 0
