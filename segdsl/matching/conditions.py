"""The code of conditions; each gives True or False and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from segdsl.catalog.types import Kind
from segdsl.functions.patterns import like_pattern, matches_pattern, search
from segdsl.functions.spaces import WHITE_SPACE
from segdsl.matching.code import Write, Writer
from segdsl.matching.plain import MonthDay
from segdsl.matching.standing import is_taken, is_usual
from segdsl.matching.thresholds import Last, Usual
from segdsl.matching.values import KEY
from segdsl.plan import nodes as n
from segdsl.plan.meaning import compare
from segdsl.plan.typing import type_of

EXACT_FLOATS = 2**53
"""Whole numbers up to this are floats without rounding."""
_SIGNS: Mapping[n.Relation, str] = {
    relation: "==" if relation is n.Relation.EQ else relation.value for relation in n.Relation
}
_PLAIN = (Kind.TEXT, Kind.DATE, Kind.INSTANT, Kind.YESNO)


def kind_of(node: n.Node) -> Kind:
    """Return the kind of a value."""
    if isinstance(node, MonthDay):
        return Kind.NUMBER
    kind = type_of(node).kind  # type: ignore[arg-type]  # a value
    return Kind.NUMBER if kind is Kind.WEEKDAY else kind


def _compare(w: Writer, node: n.Compare) -> str:
    (tested, left), (tested_too, right) = w.known(node.left), w.known(node.right)
    sign = _SIGNS[node.relation]
    kinds = {kind_of(node.left), kind_of(node.right)}
    tests = [test for test in (tested, tested_too) if test != "True"]
    if len(kinds) == 1 and kinds <= set(_PLAIN):
        return _and([*tests, f"{left} {sign} {right}"])
    for a, b, is_left in ((node.left, right, False), (node.right, left, True)):
        bound = w.constants.get(a)
        if kinds == {Kind.NUMBER} and bound is not None and not isinstance(bound, float):
            return _and([*tests, _with_number(w, bound, b, sign, is_left=is_left)])
    relation = w.constant(node.relation)
    return _and([*tests, f"{w.constant(compare)}({relation}, {left}, {right})"])


def _with_number(w: Writer, bound: int | Decimal, value: str, sign: str, *, is_left: bool) -> str:
    """Return the comparison of a value with a number; for floats the number is rounded first."""

    def compared(number: str) -> str:
        return f"{value} {sign} {number}" if is_left else f"{number} {sign} {value}"

    exact = compared(w.constant(bound))
    if isinstance(bound, int) and abs(bound) <= EXACT_FLOATS:
        return exact
    rounded = compared(w.constant(float(bound)))
    return f"({rounded} if type({value}) is float else {exact})"


def _and(tests: Sequence[str]) -> str:
    return tests[0] if len(tests) == 1 else f"({' and '.join(tests)})"


def _one_of(w: Writer, node: n.OneOf) -> str | None:
    kind = kind_of(node.subject)
    if kind in _PLAIN:
        return f"({w.names[node.subject]} in {w.constant(frozenset(node.members))})"
    if kind is not Kind.NUMBER or any(isinstance(member, float) for member in node.members):
        return None
    tested, value = w.known(node.subject)
    exact = w.constant(frozenset(node.members))
    rounded = w.constant(frozenset(float(member) for member in node.members))  # type: ignore[arg-type]
    return _and([tested, f"{value} in ({rounded} if type({value}) is float else {exact})"])


def _known(w: Writer, node: n.Known) -> str:
    return f"({w.known(node.subject)[0]})"


def _blank(w: Writer, node: n.Blank) -> str:
    tested, value = w.known(node.subject)
    match kind_of(node.subject):
        case Kind.TEXT:
            return f"(not ({tested}) or not {value}.strip({w.constant(WHITE_SPACE)}))"
        case Kind.LIST:
            return f"(not ({tested}) or not {value})"
        case _:
            return f"(not ({tested}))"


def _match(w: Writer, node: n.Match) -> str:
    (tested, text), (tested_too, pattern) = w.known(node.subject), w.known(node.pattern)
    tests = [test for test in (tested, tested_too) if test != "True"]
    match node.how:
        case n.How.CONTAINS:
            return _and([*tests, f"{pattern} in {text}"])
        case n.How.STARTS:
            return _and([*tests, f"{text}.startswith({pattern})"])
        case n.How.ENDS:
            return _and([*tests, f"{text}.endswith({pattern})"])
        case n.How.LIKE | n.How.MATCHES:
            make = like_pattern if node.how is n.How.LIKE else matches_pattern
            made = w.constants.get(node.pattern)
            if made is None:
                return "False"
            parsed = w.constant(make(made, node.folding))
            return _and([*tests, f"{w.constant(search)}({parsed}, {text})"])


def _connected(w: Writer, items: Sequence[n.Node], word: str, empty: bool) -> str:
    if not items:
        return str(empty)
    return f"({f' {word} '.join(w.names[item] for item in items)})"


def _how_many(w: Writer, node: n.HowMany) -> str:
    counted = "".join(f"{w.names[item]}, " for item in node.items)
    return f"({w.constant(node.low)} <= sum(({counted})) <= {w.constant(node.high)})"


def _ranked(w: Writer, node: n.Ranked) -> str:
    last = w.settings.thresholds[node]
    assert isinstance(last, Last)
    group = "None" if node.per is None else w.names[node.per]
    call = f"{w.constant(is_taken(node, last))}({w.names[node.by]}, {KEY}, {group})"
    return call if node.within is None else f"({w.names[node.within]} and {call})"


def _common(w: Writer, node: n.Common) -> str:
    usual = w.settings.thresholds[node]
    assert isinstance(usual, Usual)
    group = "None" if node.per is None else w.names[node.per]
    call = f"{w.constant(is_usual(node, usual))}({w.names[node.subject]}, {group})"
    return call if node.within is None else f"({w.names[node.within]} and {call})"


CONDITIONS: Mapping[type[n.Node], Write] = MappingProxyType[type[Any], Any](
    {
        n.All: lambda w, node: _connected(w, node.items, "and", True),
        n.Any: lambda w, node: _connected(w, node.items, "or", False),
        n.Not: lambda w, node: f"(not {w.names[node.item]})",
        n.HowMany: _how_many,
        n.Compare: _compare,
        n.OneOf: _one_of,
        n.Known: _known,
        n.Blank: _blank,
        n.Match: _match,
        n.Ranked: _ranked,
        n.Common: _common,
    }
)
