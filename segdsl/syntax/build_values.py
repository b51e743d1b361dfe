"""Builds values and names from the parts that the parser found; one function a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.functions.units import Unit
from segdsl.syntax import tree

if TYPE_CHECKING:
    from segdsl.source import Span
    from segdsl.syntax.tree import Count, Expression, Name


def unit(word: str) -> Unit:
    """Return the unit that a word in the singular or plural names."""
    return Unit(word.removesuffix("s"))


def _reference(span: Span, *parts: Name) -> tree.Reference:
    return tree.Reference(parts, span)


def _keyword_name(span: Span, *_: str) -> Name:
    return tree.Name(span.text, span)


def _or_else(span: Span, *items: Expression) -> tree.OrElse:
    return tree.OrElse(items, span)


def _arithmetic(span: Span, left: Expression, operator: str, right: Expression) -> tree.Arithmetic:
    return tree.Arithmetic(tree.Operator(operator), left, right, span)


def _negative(span: Span, operand: Expression) -> tree.Negative | tree.Number:
    if isinstance(operand, tree.Number):
        return _negative_number(span, operand)
    return tree.Negative(operand, span)


def _negative_number(span: Span, number: tree.Number) -> tree.Number:
    return tree.Number(-number.value, span, number.is_percent)


def _call(span: Span, function: Name, *arguments: Expression) -> tree.Call:
    return tree.Call(function, arguments, span)


def _duration(span: Span, count: Count, word: str) -> tree.Duration:
    return tree.Duration(count, unit(word), span)


def _ago(span: Span, count: Count, word: str) -> tree.Ago:
    end = span.start + len(span.text[: -len("ago")].rstrip())
    return tree.Ago(_duration(span.source.span(span.start, end), count, word), span)


def _measure_of(span: Span, word: str, operand: Expression) -> tree.MeasureOf:
    return tree.MeasureOf(tree.Measure(word), operand, span)


def _elapsed_since(span: Span, word: str, start: Expression) -> tree.Elapsed:
    return tree.Elapsed(unit(word), start, None, span)


def _elapsed_between(span: Span, word: str, start: Expression, end: Expression) -> tree.Elapsed:
    return tree.Elapsed(unit(word), start, end, span)


def _moment_word(span: Span, word: str) -> tree.MomentWord:
    return tree.MomentWord(tree.Moment(word), span)


def _truth(span: Span, word: str) -> tree.Truth:
    return tree.Truth(word == "true", span)


VALUES: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "reference": _reference,
        "parameter": _reference,
        "keyword_name": _keyword_name,
        "or_else": _or_else,
        "arithmetic": _arithmetic,
        "negative": _negative,
        "negative_number": _negative_number,
        "call": _call,
        "duration": _duration,
        "ago": _ago,
        "measure_of": _measure_of,
        "elapsed_since": _elapsed_since,
        "elapsed_between": _elapsed_between,
        "moment_word": _moment_word,
        "truth": _truth,
    }
)
