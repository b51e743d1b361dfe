"""Conditions that hold for everybody or for nobody, whatever the data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from segdsl.catalog.types import Kind
from segdsl.diagnostics import Sink, findings
from segdsl.optimise.ranges import Range, range_of, range_of_subject
from segdsl.plan import nodes as n
from segdsl.plan.plan import Audience, Clause, Plan, clauses
from segdsl.plan.typing import type_of
from segdsl.plan.words import describe
from segdsl.source import Span


def note(plan: Plan, simple: Mapping[n.Node, n.Node], sink: Sink) -> None:
    """Point out what the optimiser found; `simple` says what became of each node of the plan."""
    # where a finding says already why a clause is odd, as of `between 34 and 25`
    explained = frozenset(finding.primary.span for finding in sink if finding.primary)
    _note_constants(plan, simple, explained, sink)
    _note_duplicates(plan, simple, sink)


def _note_duplicates(plan: Plan, simple: Mapping[n.Node, n.Node], sink: Sink) -> None:
    """Point out segments that mean the same, however written; naming another one is as meant."""
    first: dict[n.Node, Audience] = {}
    for audience in plan.audiences:
        earlier = first.setdefault(simple[audience.root], audience)
        is_alias = audience.clause.name is not None or "." in audience.name
        if earlier is not audience and not is_alias:
            sink.report(
                findings.duplicate_segment(audience.span, audience.name, earlier.name, earlier.span)
            )


def _note_constants(
    plan: Plan, simple: Mapping[n.Node, n.Node], explained: Collection[Span], sink: Sink
) -> None:
    """Point out clauses that are never or always true; of nested ones the innermost.

    A clause whose own text is the constant (`sample 100%`) is as meant and is left alone, and so
    is what lies inside a definition with arguments: with others it may not be constant.
    """
    listed = list(clauses(*(audience.clause for audience in plan.audiences)))
    inside: set[int] = set()
    for clause in listed:
        if clause.is_use or id(clause) in inside:
            inside.update(map(id, clause.items))
    told: set[int] = set()  # clauses that hold a told one inside
    for clause in reversed(listed):
        if id(clause) in inside:
            continue
        is_told = clause.span in explained or (not clause.items and _holds(clause, explained))
        if is_told or any(id(item) in told for item in clause.items):
            told.add(id(clause))
            continue
        unmet = _unmet(simple[clause.node]) if plan.events and not clause.items else None
        if unmet is not None and clause.span is not None:
            sink.report(findings.no_event_fits(clause.span, *unmet))
            told.add(id(clause))
            continue
        reason = _reason(clause, simple[clause.node])
        if reason is None or clause.span is None:
            continue
        is_always, why = reason
        complain = findings.always_true if is_always else findings.never_true
        sink.report(complain(clause.span, why))
        told.add(id(clause))


def _holds(clause: Clause, explained: Collection[Span]) -> bool:
    """Return whether a part of a clause's text is explained already."""
    own = clause.span
    return own is not None and any(
        span.source is own.source and own.start <= span.start and span.end <= own.end
        for span in explained
    )


def _unmet(node: n.Node) -> tuple[str, str] | None:
    """Return an event, and its property of which no value meets all that is asked of it."""
    for part in n.ordered(node, below=n.parts):
        if not isinstance(part, n.Aggregate | n.InOrder | n.Step):
            continue
        subject = _contradicted(_conjuncts(part.condition))
        subject = subject.subject if isinstance(subject, n.Folded) else subject
        if isinstance(subject, n.Property):
            return part.event, subject.name
    return None


def _conjuncts(condition: n.Predicate) -> Iterator[n.Predicate]:
    """Yield the parts of a conjunction, those of conjunctions in it included."""
    stack = [condition]
    while stack:
        item = stack.pop()
        if isinstance(item, n.All):
            stack.extend(reversed(item.items))
        else:
            yield item


def _reason(clause: Clause, simple: n.Node) -> tuple[bool, str] | None:
    """Return whether a clause is always true (else never), and why; None if it is neither."""
    if not clause.items and isinstance(clause.node, n.Constant):
        return None
    if isinstance(simple, n.Constant):
        return simple.value, "its parts leave no other answer"
    if isinstance(simple, n.Compare):
        return _reason_of_count(simple)
    if isinstance(simple, n.All):
        subject = _contradicted(simple.items)
        if subject is not None:
            return False, f"no value of `{describe(subject)}` meets all of it"
    if isinstance(simple, n.Any):
        subject = _covered(simple.items)
        if subject is not None:
            return True, f"every customer's `{describe(subject)}` meets a part of it"
    return None


def _reason_of_count(simple: n.Compare) -> tuple[bool, str] | None:
    """Return whether every count, or none, meets a comparison, and why."""
    limited = range_of(simple)
    if limited is None:
        return None
    subject, asked = limited
    possible = range_of_subject(subject)
    if possible.low is None:
        return None
    if Range.meet((asked, possible)).is_empty(_is_discrete(subject)):
        return False, "no count is below 0"
    return (True, "no count is below 0") if asked.holds_all_of(possible) else None


def _ranges(items: Iterable[n.Predicate]) -> Mapping[n.Value, list[Range]]:
    found: dict[n.Value, list[Range]] = {}
    for item in items:
        limited = range_of(item)
        if limited is not None:
            found.setdefault(limited[0], []).append(limited[1])
    return found


def _contradicted(items: Iterable[n.Predicate]) -> n.Value | None:
    """Return a value whose bounds within a conjunction leave nothing."""
    for subject, ranges in _ranges(items).items():
        if len(ranges) > 1 and Range.meet(ranges).is_empty(_is_discrete(subject)):
            return subject
    return None


def _covered(items: Iterable[n.Predicate]) -> n.Value | None:
    """Return a value of which a disjunction takes every one, and the missing ones too."""
    listed = list(items)
    for subject, ranges in _ranges(listed).items():
        takes_missing = any(isinstance(i, n.Not) and _reads_only(i.item, subject) for i in listed)
        if takes_missing and Range.covers(ranges):
            return subject
    return None


def _reads_only(item: n.Predicate, subject: n.Value) -> bool:
    return isinstance(item, n.Known) and item.subject is subject


def _is_discrete(subject: n.Value) -> bool:
    """Return whether there is nothing between two neighbouring values (dates, weekdays)."""
    return type_of(subject).kind in (Kind.DATE, Kind.WEEKDAY)
