"""The laws by which a plan is made smaller; each keeps the meaning for every profile.

| law | condition on missing values |
| --- | --- |
| nested `and`, `or` are one; repeated items count once; order is free | none: two truth values |
| `p and not p` is false, `p or not p` is true | none |
| `not not p` is p | none |
| `x = a or x in (b)` is `x in (a, b)`; shared parts stay | all are false if x is missing |
| `x is known and x = a` is `x = a`, also for an `or` of such | these are false if x is missing |
| at least n of n is all, at least 1 is any, at most 0 is none | none |
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import partial
from typing import TypeVar, cast

from segdsl.optimise.rewrite import rewritten
from segdsl.plan import nodes as n
from segdsl.plan.meaning import compare
from segdsl.plan.typing import type_of


def simplify(node: n.Node, intern: n.Interner, alone: Container[n.Node] = ()) -> n.Node:
    """Return an equal node that is not larger; conditions that are `alone` stay what they are."""
    match node:
        case n.All():
            return _all(node.items, intern)
        case n.Any():
            return _any(node.items, intern, alone)
        case n.Not(n.Constant(value)):
            return intern(n.Constant(not value))
        case n.Not(n.Not(item)):
            return item
        case n.HowMany():
            return _how_many(node, intern, alone)
        case n.Compare(relation, n.Literal(left), n.Literal(right)):
            return intern(n.Constant(compare(relation, left, right)))
        case n.Known(n.Literal(value)):
            return intern(n.Constant(value is not None))
        case n.OneOf(_, ()):
            return intern(n.Constant(False))
        case n.OneOf(subject, (member,)):
            literal = intern(n.Literal(member, type_of(subject)))
            return simplify(intern(n.Compare(n.Relation.EQ, subject, literal)), intern)
        case _:
            return node


_NodeT = TypeVar("_NodeT", bound=n.Node)


def simplified(
    roots: Iterable[n.Node], intern: n.Interner, results: Iterable[n.Node] = ()
) -> dict[n.Node, n.Node]:
    """Return what becomes of every node that the roots stand on; `results` are computed as such."""
    roots, results = tuple(roots), tuple(results)
    alone = _alone(roots, results)
    found = rewritten(roots, partial(simplify, alone=alone), intern)
    # a named `or` of equalities is one condition only now: others that stand on it leave it one
    known = _alone([found[root] for root in roots], [found[one] for one in results])
    if known == alone:
        return found
    return rewritten(roots, partial(simplify, alone=known), intern)


def _alone(roots: Iterable[n.Node], results: Iterable[n.Node]) -> frozenset[n.Node]:
    """Return the equalities and sets that a mask is computed of in any case."""
    beside = _beside_or(n.ordered(*roots, below=n.parts))
    return frozenset(one for one in (*results, *beside) if _equalities(one))


def _beside_or(nodes: Iterable[n.Node]) -> Iterable[n.Node]:
    """Yield what stands elsewhere than in an `or`."""
    for node in nodes:
        if _as_or(node) is None:
            yield from n.parts(node)


def _as_or(node: n.Node) -> n.Any | None:
    """Return the `or` that a node is, or that it is the contrary of: a count is at most 0."""
    match node:
        case n.Any():
            return node
        case n.HowMany(low, high, items) if high == 0 or (low == 1 and high >= len(items)):
            return n.Any(items)
        case _:
            return None


def optimised(roots: Mapping[str, _NodeT], intern: n.Interner) -> dict[str, _NodeT]:
    """Return the roots in their smallest form."""
    found = simplified(roots.values(), intern, roots.values())
    done = {name: found[root] for name, root in roots.items()}
    return cast("dict[str, _NodeT]", done)  # a predicate becomes a predicate


def _flat(items: Iterable[n.Predicate], kind: type[n.All | n.Any]) -> dict[n.Predicate, None]:
    found: dict[n.Predicate, None] = {}
    for item in items:
        if isinstance(item, kind):
            found.update(dict.fromkeys(item.items))
        else:
            found[item] = None
    return found


def _all(items: Iterable[n.Predicate], intern: n.Interner) -> n.Node:
    found = _flat(items, n.All)
    found.pop(intern(n.Constant(True)), None)
    if _is_contradictory(found, intern, n.Constant(False)):
        return intern(n.Constant(False))
    for subject in [item.subject for item in found if isinstance(item, n.Known)]:
        if any(_needs(item, subject) for item in found):
            del found[intern(n.Known(subject))]
    return _joined(found, n.All, n.Constant(True), intern)


def _any(items: Iterable[n.Predicate], intern: n.Interner, alone: Container[n.Node]) -> n.Node:
    found = _flat(items, n.Any)
    found.pop(intern(n.Constant(False)), None)
    if _is_contradictory(found, intern, n.Constant(True)):
        return intern(n.Constant(True))
    united = _united(found, intern, alone)
    return _joined(dict.fromkeys(united), n.Any, n.Constant(False), intern)


def _is_contradictory(
    items: Mapping[n.Predicate, None], intern: n.Interner, absorbing: n.Constant
) -> bool:
    """Return whether the items hold the absorbing constant, or something and its complement."""
    if intern(absorbing) in items:
        return True
    return any(isinstance(item, n.Not) and item.item in items for item in items)


def _joined(
    items: Mapping[n.Predicate, None],
    kind: type[n.All | n.Any],
    empty: n.Constant,
    intern: n.Interner,
) -> n.Node:
    match tuple(items):
        case ():
            return intern(empty)
        case (only,):
            return only
        case several:
            return intern(kind(tuple(sorted(several, key=intern.serial))))


def _needs(item: n.Predicate, subject: n.Value) -> bool:
    """Return whether a predicate is false wherever the subject is missing."""
    match item:
        case n.Compare(_, left, right):
            return subject in (left, right)
        case n.OneOf() | n.Match() | n.Has() | n.HasOnly() | n.InNetwork() | n.InPeriod():
            return item.subject is subject
        case n.AnniversaryIn() | n.AnniversaryOn() | n.Common():
            return item.subject is subject
        case n.Any(items):
            return all(_needs(one, subject) for one in items)
        case _:
            return False


def _united(
    items: Iterable[n.Predicate], intern: n.Interner, alone: Container[n.Node]
) -> list[n.Predicate]:
    """Return the items with equalities and sets on one subject made one set.

    Those that are `alone` are not: their masks are there, and a union would be one more condition.
    """
    united: list[n.Predicate] = []
    members: dict[n.Value, list[n.Scalar]] = {}
    for item in items:
        found = None if item in alone else _equalities(item)
        if found is None:
            united.append(item)
        else:
            members.setdefault(found[0], []).extend(found[1])
    for subject, several in members.items():
        one_of = intern(n.OneOf(subject, n.distinct(several)))
        united.append(simplify(one_of, intern))  # type: ignore[arg-type]  # a predicate
    return united


def _equalities(item: n.Node) -> tuple[n.Value, tuple[n.Scalar, ...]] | None:
    match item:
        case n.Compare(n.Relation.EQ, subject, n.Literal(value)) if value is not None:
            return subject, (value,)
        case n.OneOf(subject, members):
            return subject, members
        case _:
            return None


def _how_many(node: n.HowMany, intern: n.Interner, alone: Container[n.Node]) -> n.Node:
    count = len(node.items)
    if node.low > min(count, node.high):
        return intern(n.Constant(False))
    if node.low <= 0 and node.high >= count:
        return intern(n.Constant(True))
    if node.low == count:
        return _all(node.items, intern)
    either = _as_or(node)
    if either is None:
        return node
    found = _any(either.items, intern, alone)
    return simplify(intern(n.Not(found)), intern) if node.high == 0 else found  # type: ignore[arg-type]
