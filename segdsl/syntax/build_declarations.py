"""Builds declarations from the parts that the parser found; one function a rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.syntax import tree

if TYPE_CHECKING:
    from segdsl.source import Span
    from segdsl.syntax.tree import Annotation, Expression, Literal, Name, Number, Reference, Text


def _use(span: Span, path: Text) -> tree.Use:
    return tree.Use(path, span)


def _param(span: Span, name: Name, default: Literal) -> tree.Param:
    return tree.Param(name, default, span)


def _inline_list(span: Span, name: Name, *members: Literal) -> tree.InlineList:
    return tree.InlineList(name, members, span)


def _file_list(span: Span, name: Name, path: Text, column: Text | None) -> tree.FileList:
    return tree.FileList(name, path, column, span)


def _define(
    span: Span,
    name: Name,
    parameters: tuple[Name, ...] | None,
    title: Text | None,
    body: Expression,
) -> tree.Define:
    return tree.Define(name, parameters or (), title, body, span)


def _trait(
    span: Span,
    name: Name,
    parameters: tuple[Name, ...] | None,
    title: Text | None,
    body: Expression,
) -> tree.Trait:
    return tree.Trait(name, parameters or (), title, body, span)


def _segment(
    span: Span,
    name: Name,
    title: Text | None,
    annotations: tuple[Annotation, ...] | None,
    body: Expression,
) -> tree.Segment:
    return tree.Segment(name, title, annotations or (), body, span)


def _tiers(
    span: Span,
    name: Name,
    title: Text | None,
    annotations: tuple[Annotation, ...] | None,
    members: tuple[Reference, ...],
    otherwise: Name | None,
) -> tree.Tiers:
    return tree.Tiers(name, title, annotations or (), members, otherwise, span)


def _split(
    span: Span,
    name: Name,
    title: Text | None,
    annotations: tuple[Annotation, ...] | None,
    of: Reference | None,
    seed: Text,
    shares: tuple[tree.Share, ...],
) -> tree.Split:
    return tree.Split(name, title, annotations or (), of, seed, shares, span)


def _rule_test(span: Span, *_: object) -> tree.RuleTest:
    return tree.RuleTest(span.text, span)


def _annotation(span: Span, name: Name, value: Literal) -> tree.Annotation:
    return tree.Annotation(name, value, span)


def _share(span: Span, name: Name, part: Number) -> tree.Share:
    return tree.Share(name, part, span)


def _in_order(_: Span, *parts: object) -> tuple[object, ...]:
    return parts


DECLARATIONS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "use": _use,
        "param": _param,
        "inline_list": _inline_list,
        "file_list": _file_list,
        "define": _define,
        "trait": _trait,
        "segment": _segment,
        "tiers": _tiers,
        "split": _split,
        "rule_test": _rule_test,
        "parameters": _in_order,
        "annotations": _in_order,
        "annotation": _annotation,
        "references": _in_order,
        "shares": _in_order,
        "share": _share,
        # the parts of tests and checks
        "given": _in_order,
        "given_item": _in_order,
        "given_field": _in_order,
        "given_value": _in_order,
        "expect": _in_order,
        "check": _in_order,
        "check_bound": _in_order,
        "check_number": _in_order,
    }
)
