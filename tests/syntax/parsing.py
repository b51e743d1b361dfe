"""Ways to parse in tests, and to say what came out."""

from __future__ import annotations

from typing import Any

from segdsl.diagnostics import Diagnostic
from segdsl.source import Source
from segdsl.syntax import parse
from segdsl.syntax.tree import Module, Name, Reference


def condition(text: str) -> Any:
    """Return the tree of a bare condition that has nothing wrong."""
    module, diagnostics = parse(Source.of(text))
    assert not diagnostics, "\n".join(map(str, diagnostics))
    assert module.condition is not None
    return module.condition


def declarations(text: str) -> tuple[Any, ...]:
    """Return the declarations of a text that has nothing wrong."""
    module, diagnostics = parse(Source.of(text))
    assert not diagnostics, "\n".join(map(str, diagnostics))
    return module.declarations


def declaration(text: str) -> Any:
    """Return the only declaration of a text that has nothing wrong."""
    (only,) = declarations(text)
    return only


def complaints(text: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a text."""
    return parse(Source.of(text))[1]


def complaint(text: str) -> Diagnostic:
    """Return the only thing that is wrong with a text."""
    (only,) = complaints(text)
    return only


def where(diagnostic: Diagnostic) -> str:
    """Return the characters that a diagnostic is about."""
    assert diagnostic.primary is not None
    return diagnostic.primary.span.text


def mended(text: str, fix: int = 0) -> str:
    """Return the text with one fix of each complaint applied."""
    edits = [edit for one in complaints(text) for edit in one.fixes[fix].edits]
    for edit in sorted(edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text


def module(text: str) -> Module:
    """Return what can be read of a text, whatever is wrong with the rest."""
    return parse(Source.of(text))[0]


def ref(name: str) -> Reference:
    """Return a reference as it stands in a tree; spans do not count."""
    span = Source.of(name).span(0, 0)
    return Reference(tuple(Name(part, span) for part in name.split(".")), span)
