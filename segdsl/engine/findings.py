"""Findings that need the data: texts that never occur, and `not` that lets the missing in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from segdsl.catalog import Catalog
from segdsl.catalog.types import Folding
from segdsl.diagnostics import Diagnostic, findings
from segdsl.diagnostics.near import near_names
from segdsl.engine.evaluate import run
from segdsl.engine.readers import read_customers
from segdsl.functions.clock import Calendar
from segdsl.functions.folding import fold, fold_many
from segdsl.optimise.passes import optimised
from segdsl.optimise.rewrite import rewritten
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.plan import LiteralUse, NegationUse, Plan

if TYPE_CHECKING:
    import polars as pl

_MOST_VALUES = 200_000  # beyond so many different texts a typo is not looked for


def findings_of(
    plan: Plan, catalog: Catalog, calendar: Calendar, data: object
) -> tuple[Diagnostic, ...]:
    """Return what the data say about the rules, and what was counted on reading them.

    Raises DataError for data that cannot be read.
    """
    names = [field.name for field in plan.mentioned]
    reading = read_customers(catalog, data, names)
    found = (
        *_literals(plan.literals, reading.frame),
        *_negations(plan, reading.frame, reading.key, calendar),
    )
    return (*reading.notices, *found)


def _literals(uses: Iterable[LiteralUse], frame: pl.DataFrame) -> Iterator[Diagnostic]:
    """Yield a finding for each text that no customer has, with what comes close to it."""
    by_field: dict[str, list[LiteralUse]] = {}
    for use in uses:
        by_field.setdefault(use.field.name, []).append(use)
    for name, listed in by_field.items():
        counts = _counts(frame[name])
        for use in listed:
            folded = _folded(counts, use.folding)
            if fold(use.literal, use.folding) not in folded:
                yield _never_occurs(use, counts)


def _counts(column: pl.Series) -> Mapping[str, int]:
    """Return how often each text occurs, the most frequent first."""
    table = column.drop_nulls().value_counts(name="customers")
    table = table.sort(["customers", column.name], descending=[True, False])
    return dict(zip(table[column.name].to_list(), table["customers"].to_list(), strict=True))


def _folded(counts: Mapping[str, int], folding: Folding) -> frozenset[str]:
    if folding is Folding.EXACT:
        return frozenset(counts)
    return frozenset(fold_many(counts, folding))


def _never_occurs(use: LiteralUse, counts: Mapping[str, int]) -> Diagnostic:
    wanted = fold(use.literal, Folding.CASE)
    same = next((text for text in counts if fold(text, Folding.CASE) == wanted), None)
    near = near_names(use.literal, counts) if len(counts) <= _MOST_VALUES else []
    return findings.literal_never_occurs(
        use.span, use.literal, use.field.name, same, [(text, counts[text]) for text in near]
    )


def _negations(
    plan: Plan, frame: pl.DataFrame, key: str, calendar: Calendar
) -> Iterator[Diagnostic]:
    """Yield a finding for each `not (…)` and field whose missing values let customers in."""
    roots: dict[str, n.Node] = {}
    asked: dict[str, tuple[NegationUse, n.Field]] = {}
    for audience in plan.audiences:
        inside = {node.item for node in n.ordered(audience.root) if isinstance(node, n.Not)}
        for use in plan.negations:
            for field in use.fields if use.item in inside else ():
                if frame[field.name].null_count():
                    name = str(len(roots))
                    roots[name] = _admitted(audience.root, use.item, field)
                    asked[name] = use, field
    result = run(share(optimised(roots, n.Interner()), {}), frame, key, calendar)
    most: dict[tuple[NegationUse, n.Field], int] = {}
    for name, pair in asked.items():
        most[pair] = max(most.get(pair, 0), int(result.masks[name].sum()))
    for (use, field), customers in most.items():
        if customers:
            text = " ".join(use.span.text.split())
            yield findings.not_admits_missing(
                use.span,
                field.name,
                customers,
                f"{field.name} is known and {text}",
                f"({field.name} is missing or {text})",
            )


def _admitted(root: n.Node, item: n.Predicate, field: n.Field) -> n.Node:
    """Return who is in an audience, and would not be if its `not item` needed a known field."""

    def strict(node: n.Node, intern: n.Interner) -> n.Node:
        if isinstance(node, n.Not) and node.item is item:
            return intern(n.All((intern(n.Known(field)), node)))
        return node

    without = rewritten([root], strict, n.Interner())[root]
    return n.All((root, n.Not(without)))  # type: ignore[arg-type]  # roots are predicates
