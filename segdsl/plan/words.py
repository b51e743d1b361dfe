"""Nodes of a plan in words, close to how a rule would say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from segdsl.catalog.types import DATE, Folding
from segdsl.functions.table import FUNCTIONS
from segdsl.functions.units import Direction, Unit
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME

LONGEST = 400  # characters
_LOCAL_DATE = "local date"  # of an instant that stands where a date is wanted
_NO_NAMES: Mapping[n.Node, str] = MappingProxyType({})
_NTILES = {4: "quartile", 5: "quintile", 10: "decile", 100: "percentile"}
_SIDES = {
    n.Relation.GE: "since",
    n.Relation.GT: "after",
    n.Relation.LT: "before",
    n.Relation.LE: "until",
}
_SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "or else": "or else"}


def scalar(value: n.Scalar | None) -> str:
    """Return a constant as a rule would write it."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{escaped}"'
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def describe(node: n.Node, limit: int = LONGEST, names: Mapping[n.Node, str] = _NO_NAMES) -> str:
    """Return a node in one line, close to how a rule would say it; long ones are cut short.

    What has a name in `names` is called by it. The `where` of a long aggregate goes first.
    """
    words: dict[n.Node, str] = {}
    for child in n.ordered(node, below=n.parts):
        near: Mapping[n.Node, str] = words
        if child in names:
            words[child] = names[child]
            continue
        if isinstance(child, n.Aggregate | n.InOrder | n.Step):
            near = _inside(child, words)
        text = in_words(child, near)
        if isinstance(child, n.Aggregate) and len(text) > limit:
            text = _aggregate(child, near, is_short=True)
        words[child] = clipped(text, limit)
    return words[node]


def clipped(text: str, limit: int = LONGEST) -> str:
    """Return a text, cut short if it is longer than the limit."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def in_words(node: n.Node, words: Mapping[n.Node, str]) -> str:
    match node:
        case n.Field():
            return node.name
        case n.Property():
            return f"{node.event}.{node.name}"
        case n.Literal():
            return scalar(node.value)
        case n.Now():
            return "now"
        case n.Today():
            return "today"
        case n.Shift():
            sign = "+" if node.count >= 0 else "-"
            return f"{words[node.base]} {sign} {abs(node.count)} {_units(node.count, node.unit)}"
        case n.Apply():
            return _call(node, words)
        case n.Folded():
            return f"{words[node.subject]} {node.folding}"
        case n.Bucket():
            return f"bucket {scalar(node.seed)}"
        case n.Ntile():
            name = _NTILES.get(node.buckets, f"rank group of {node.buckets}")
            return f"{name} of {words[node.subject]}"
        case n.Constant():
            return "everyone" if node.value else "no one"
        case n.All():
            return _group("all of", node.items, words)
        case n.Any():
            return _group("any of", node.items, words)
        case n.Not():
            return f"not ({words[node.item]})"
        case n.HowMany():
            return _group(f"from {node.low} to {node.high} of", node.items, words)
        case n.Compare():
            return f"{words[node.left]} {node.relation} {words[node.right]}"
        case n.OneOf():
            return f"{words[node.subject]} in ({_listed(node.members)})"
        case n.Known():
            return f"{words[node.subject]} is known"
        case n.Blank():
            return f"{words[node.subject]} is empty"
        case n.Match():
            folding = "" if node.folding is Folding.EXACT else f" {node.folding}"
            return f"{words[node.subject]} {node.how} {words[node.pattern]}{folding}"
        case n.Has():
            return f"{words[node.subject]} contains {words[node.member]}"
        case n.HasOnly():
            return f"{words[node.subject]} contains only ({_listed(node.members)})"
        case n.InNetwork():
            return f"{words[node.subject]} in network ({_listed(node.networks)})"
        case n.InPeriod():
            return f"{words[node.subject]} in {_period(node)}"
        case n.AnniversaryIn():
            return f"anniversary of {words[node.subject]} in {_period(node)}"
        case n.AnniversaryOn():
            return f"anniversary of {words[node.subject]} on {words[node.day]}"
        case n.Ranked():
            return _ranked(node, words)
        case n.Common():
            per = f" per {words[node.per]}" if node.per else ""
            within = f" within {words[node.within]}" if node.within else ""
            return f"{words[node.subject]} among {node.count} most common{per}{within}"
        case n.Aggregate():
            return _aggregate(node, words)
        case n.Step():
            return _later(node, words)
        case n.InOrder():
            return _in_order(node, words)
        case _:
            return type(node).__name__


def _aggregate(node: n.Aggregate, words: Mapping[n.Node, str], *, is_short: bool = False) -> str:
    measured = node.event if node.measure is None else words[node.measure]
    gather = str(node.gather)
    if node.gather is n.Gather.DISTINCT and _is_day(node.measure):
        gather, measured = "count of days with", node.event
    where, period = _chosen(node.condition, words)
    if where and is_short:
        where = " where (…)"
    return f"{gather} {measured}{where}{f' over {period}' if period else ''}"


def _is_day(measure: n.Node | None) -> bool:
    """Return whether a measure is the local date of an event's time."""
    match measure:
        case n.Property():
            return measure.name == TIME and measure.type == DATE
        case n.Apply(function, (n.Property(name=name),)):
            return name == TIME and function == _LOCAL_DATE
        case _:
            return False


def _in_order(node: n.InOrder, words: Mapping[n.Node, str]) -> str:
    where, period = _chosen(node.condition, words)
    steps = "".join(f" {words[step]}" for step in node.steps)
    return f"did {node.event}{where}{steps}{f' in {period}' if period else ''}"


def _later(node: n.Step, words: Mapping[n.Node, str]) -> str:
    where, period = _chosen(node.condition, words)
    if period:
        where = f"{where[:-1]} and time in {period})" if where else f" where (time in {period})"
    negation = "not " if node.is_negated else ""
    same = f" with same {node.same.name}" if node.same is not None else ""
    duration = f"{node.count} {_units(node.count, node.unit)}"
    return f"then {negation}{node.event}{where}{same} within {duration}"


def _chosen(condition: n.Predicate, words: Mapping[n.Node, str]) -> tuple[str, str]:
    """Return which events count: the words with `where`, and the period that they lie in.

    That they have happened goes without saying.
    """
    said: list[str] = []
    sides: list[tuple[n.Relation, str]] = []
    period = ""
    for item in _conjuncts(condition):
        match item:
            case n.Compare(n.Relation.LE, n.Property(name=name), n.Now() | n.Today()) if (
                name == TIME
            ):
                continue
            case n.Constant(True):
                continue
            case n.Compare(relation, left, right) if (
                relation in _SIDES and _is_time(left) and not period and len(sides) < 2
            ):
                sides.append((relation, words[right]))
            case n.InPeriod(subject=n.Property(name=name)) if name == TIME and not period:
                period = _period(item)
            case _:
                said.append(words[item])
    return f" where ({' and '.join(said)})" if said else "", period or _span(sides)


def _conjuncts(condition: n.Predicate) -> tuple[n.Predicate, ...]:
    return condition.items if isinstance(condition, n.All) else (condition,)


def _is_time(node: n.Node) -> bool:
    return (isinstance(node, n.Property) and node.name == TIME) or _is_day(node)


def _span(sides: Sequence[tuple[n.Relation, str]]) -> str:
    """Return in words between which bounds a time lies."""
    match sides:
        case [(n.Relation.GE, low), (n.Relation.LE, high)]:
            return f"between {low} and {high}"
        case _:
            return " and ".join(f"{_SIDES[relation]} {bound}" for relation, bound in sides)


def _inside(
    node: n.Aggregate | n.InOrder | n.Step, words: Mapping[n.Node, str]
) -> Mapping[n.Node, str]:
    """Return the words of a node's parts as they stand in `where` and in measures."""
    found = _for_one_event(node.condition, "", words)
    for item in _conjuncts(node.condition):
        if isinstance(item, n.Compare) and _is_time(item.left):
            found[item.right] = words[item.right]  # a bound of the window
    if isinstance(node, n.InOrder):
        found.update((step, words[step]) for step in node.steps)
    elif isinstance(node, n.Aggregate) and node.measure is not None:
        measured = _for_one_event(node.measure, f"{node.event}.", words)
        found[node.measure] = measured[node.measure]
    return found


def _for_one_event(root: n.Node, before: str, words: Mapping[n.Node, str]) -> dict[n.Node, str]:
    """Return the words of all nodes below one; `before` stands before an event's properties."""
    found: dict[n.Node, str] = {}
    for part in n.ordered(root, below=_below):
        match part:
            case n.Property():
                found[part] = before + part.name
            case n.Field():
                found[part] = f"customer.{part.name}"
            case n.OverEvents():
                found[part] = words[part]
            case _:
                found[part] = clipped(in_words(part, found), LONGEST)
    return found


def _below(node: n.Node) -> tuple[n.Node, ...]:
    return () if isinstance(node, n.OverEvents) else n.parts(node)


def _call(node: n.Apply, words: Mapping[n.Node, str]) -> str:
    if node.function == _LOCAL_DATE:
        return f"the date of {words[node.arguments[0]]}"
    arguments = [_said(argument, words) for argument in node.arguments]
    if node.function in _SYMBOLS:
        return "(" + f" {_SYMBOLS[node.function]} ".join(arguments) + ")"
    if FUNCTIONS[node.function].is_callable:
        return f"{node.function}({', '.join(arguments)})"
    return f"{node.function} ({', '.join(arguments)})"


def _said(argument: n.Node, words: Mapping[n.Node, str]) -> str:
    """Return the words of an argument; that of an instant the date is taken goes without saying."""
    if isinstance(argument, n.Apply) and argument.function == _LOCAL_DATE:
        return words.get(argument.arguments[0], words[argument])
    return words[argument]


def _group(words_before: str, items: Iterable[n.Node], words: Mapping[n.Node, str]) -> str:
    return f"{words_before} {{ {'; '.join(words[item] for item in items)} }}"


def _listed(values: Iterable[n.Scalar]) -> str:
    return ", ".join(map(scalar, values))


def _period(node: n.InPeriod | n.AnniversaryIn) -> str:
    if node.direction is Direction.THIS:
        return f"this {node.unit}"
    full = "full " if node.is_full else ""
    return f"{node.direction} {node.count} {full}{_units(node.count, node.unit)}"


def _units(count: int, unit: Unit) -> str:
    return str(unit) if abs(count) == 1 else f"{unit}s"


def _ranked(node: n.Ranked, words: Mapping[n.Node, str]) -> str:
    word = "top" if node.is_top else "bottom"
    amount = f"{node.amount * 100:f}%" if isinstance(node.amount, Decimal) else str(node.amount)
    per = f" per {words[node.per]}" if node.per else ""
    within = f" within {words[node.within]}" if node.within else ""
    return f"{word} {amount} by {words[node.by]}{per}{within}"
