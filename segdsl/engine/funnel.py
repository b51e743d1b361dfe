"""Funnels: what remains of the customers after each top-level clause of an audience."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.engine.explain import words_of
from segdsl.engine.membership import Membership
from segdsl.engine.run import evaluate
from segdsl.functions.clock import Calendar
from segdsl.optimise.passes import optimised
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause, Plan


@dataclass(frozen=True, slots=True)
class Step:
    """One clause of an audience: how many customers are left after it, how many it lost."""

    text: str
    customers: int
    lost: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """The memberships of a run, and the steps that lead to each audience."""

    membership: Membership
    steps: Mapping[str, tuple[Step, ...]]


def funnel(
    plan: Plan,
    catalog: Catalog,
    calendar: Calendar,
    data: object,
    *,
    strict: bool = False,
    memory: int | None = None,
    notices: Iterable[Diagnostic] = (),
) -> Funnel:
    """Return the funnel of every audience of a plan, counted in one run.

    The customers after a clause are those for whom it and all clauses before it hold; an audience
    whose rule is not joined by `and` has one step. Raises DataError.
    """
    intern = n.Interner()
    clauses = {audience.name: top_clauses(audience.clause) for audience in plan.audiences}
    traits: dict[str, n.Node] = {trait.name: trait.node for trait in plan.traits}
    roots: dict[str, n.Node] = {**plan.segments}
    for name, items in clauses.items():
        for i in range(1, len(items)):
            roots[_name(name, i)] = n.All(tuple(item.node for item in items[:i]))
    better = optimised({**roots, **traits}, intern)
    program = share({name: better[name] for name in roots}, {name: better[name] for name in traits})
    whole = evaluate(
        plan, program, catalog, calendar, data, strict=strict, memory=memory, notices=tuple(notices)
    )
    sizes = whole.counts()
    masks = whole.masks.only(plan.segments)
    steps = {name: _steps(name, items, sizes, whole.base) for name, items in clauses.items()}
    return Funnel(replace(whole, masks=masks), steps)


def top_clauses(clause: Clause) -> tuple[Clause, ...]:
    """Return the clauses that an audience's rule joins by `and`, else the whole rule.

    The name of a definition that is the whole rule is looked through.
    """
    while len(clause.items) == 1 and clause.items[0].node is clause.node:
        clause = clause.items[0]
    match clause.node:
        case n.All(items) if set(items) == {item.node for item in clause.items}:
            return clause.items
        case _:
            return (clause,)


def _name(audience: str, step: int) -> str:
    return f"{audience}\0{step}"  # no audience has such a name


def _steps(
    name: str, items: tuple[Clause, ...], sizes: Mapping[str, int], base: int
) -> tuple[Step, ...]:
    left = [base, *(sizes[_name(name, i)] for i in range(1, len(items))), sizes[name]]
    return tuple(
        Step(words_of(item), after, before - after)
        for item, (before, after) in zip(items, pairwise(left), strict=True)
    )
