"""Predicates over the whole population, samples, and distances."""

from __future__ import annotations

from decimal import Decimal

from segdsl.catalog.types import NUMBER, PLACE, Kind
from segdsl.diagnostics import name_errors, type_errors
from segdsl.functions.buckets import bucket_bound
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause
from segdsl.semantics.calls import applied, is_rankable
from segdsl.semantics.context import Context, Typed
from segdsl.semantics.forms import Judged, all_of, judged, known, nobody
from segdsl.semantics.names import resolve
from segdsl.semantics.values import constant_number, value, whole_number
from segdsl.syntax import tree

_METRES = {
    tree.DistanceUnit.M: Decimal(1),
    tree.DistanceUnit.KM: Decimal(1000),
    tree.DistanceUnit.MILES: Decimal("1609.344"),
}
_BUCKETS = 1 << 32


def ranked(expression: tree.Ranked, context: Context) -> Judged:
    """Return `top 10% by spend per city within gold` and its kin."""
    by = value(expression.by, context)
    amount = _amount(expression, context)
    per = _group(expression.per, context)
    within = _condition(expression.within, context)
    word = "top" if expression.is_top else "bottom"
    is_sound = is_rankable(by, f"`{word} … by`", context)
    if amount is None or not is_sound or _failed(expression.per, per):
        return nobody(context)
    if expression.within is not None and within is None:
        return nobody(context)
    intern = context.record.intern
    node = intern(n.Ranked(expression.is_top, amount, by.node, per.node if per else None, within))
    return judged(node, (by,), context)


def _failed(written: tree.Expression | None, found: Typed | None) -> bool:
    return written is not None and found is None


def _amount(expression: tree.Ranked, context: Context) -> int | Decimal | None:
    found = constant_number(expression.amount, "the number of customers", context)
    if found is None or not isinstance(found.constant, int | Decimal):
        return None
    if found.is_percent:
        if 0 < found.constant <= 1:
            return Decimal(found.constant)
        wanted = "above 0% and at most 100%"
    elif not isinstance(found.constant, int):
        context.report(
            type_errors.not_whole(found.span, "the number of customers", found.span.text)
        )
        return None
    elif found.constant > 0:
        return found.constant
    else:
        wanted = "a whole number from 1, or a percentage"
    context.report(
        type_errors.bad_amount(expression.amount.span, "the number of customers", wanted)
    )
    return None


def _group(written: tree.Expression | None, context: Context) -> Typed | None:
    if written is None:
        return None
    group = value(written, context)
    if group.type.is_error:
        return None
    if group.type.kind in (Kind.LIST, Kind.PLACE):
        context.report(
            type_errors.wrong_operand(group.span, "`per`", "single value", str(group.type))
        )
        return None
    return group


def _condition(reference: tree.Reference | None, context: Context) -> n.Predicate | None:
    """Return the node of a named condition."""
    if reference is None:
        return None
    found = resolve(reference, context, "segment")
    if isinstance(found, Clause):
        return found.node
    if isinstance(found, Typed) and found.type.kind is Kind.YESNO:
        intern = context.record.intern
        yes = intern(n.Literal(True, found.type))
        return intern(n.Compare(n.Relation.EQ, found.node, yes))
    if found is not None and not (isinstance(found, Typed) and found.type.is_error):
        is_a = str(found.type) if isinstance(found, Typed) else "list"
        context.report(name_errors.wrong_kind(reference.span, reference.text, is_a, "segment"))
    return None


def among(expression: tree.Among, context: Context) -> Judged:
    """Return `first_name among 150 most common per country within gold`."""
    subject = _group(expression.subject, context)
    count = whole_number(expression.count, "the number of values", context)
    per = _group(expression.per, context)
    within = _condition(expression.within, context)
    if subject is None or count is None or _failed(expression.per, per):
        return nobody(context)
    if expression.within is not None and within is None:
        return nobody(context)
    if count < 1:
        context.report(
            type_errors.bad_amount(expression.count.span, "the number of values", "at least 1")
        )
        return nobody(context)
    common = n.Common(subject.node, count, per.node if per else None, within)
    node = context.record.intern(common)
    operands = (subject, per) if per else (subject,)
    return judged(node, operands, context, is_negated=expression.is_negated)


def sample(expression: tree.Sample, context: Context) -> Judged:
    """Return `sample 10% seed "spring"`, `sample 10% to 30% seed "spring"`."""
    low = _part(expression.low, context)
    high = _part(expression.high, context) if expression.high is not None else None
    if low is None or (expression.high is not None and high is None):
        return nobody(context)
    start, end = (low, high) if high is not None else (Decimal(0), low)
    if start > end:
        context.report(
            type_errors.bad_amount(expression.span, "a sample", "the smaller percentage first")
        )
        return nobody(context)
    return Judged(bucket_range(expression.seed.value, start, end, context))


def _part(written: tree.Count, context: Context) -> Decimal | None:
    found = constant_number(written, "the size of a sample", context)
    if found is None or not isinstance(found.constant, int | Decimal):
        return None
    part = Decimal(found.constant)
    if not found.is_percent or not 0 <= part <= 1:
        context.report(
            type_errors.bad_amount(
                written.span, "the size of a sample", "a percentage from 0% to 100%"
            )
        )
        return None
    return part


def bucket_range(seed: str, start: Decimal, end: Decimal, context: Context) -> n.Predicate:
    """Return the customers whose bucket lies from `start` up to, not including, `end`."""
    intern = context.record.intern
    drawn = intern(n.Bucket(seed))
    parts: list[n.Predicate] = []
    for relation, part in ((n.Relation.GE, start), (n.Relation.LT, end)):
        bound = bucket_bound(part)
        if (relation, bound) not in ((n.Relation.GE, 0), (n.Relation.LT, _BUCKETS)):
            limit = intern(n.Literal(bound, NUMBER))
            parts.append(intern(n.Compare(relation, drawn, limit)))
    return all_of(parts, context) if parts else intern(n.Constant(True))


def near(expression: tree.Near, context: Context) -> Judged:
    """Return `place within 10 km of (41.01, 28.97)`."""
    subject = value(expression.subject, context)
    limit = constant_number(expression.distance, "the distance", context)
    point = _point(expression, context)
    if subject.type.is_error or limit is None or point is None:
        return nobody(context)
    if subject.type != PLACE:
        context.report(
            type_errors.wrong_operand(subject.span, "`within … of`", "place", str(subject.type))
        )
        return nobody(context)
    assert isinstance(limit.constant, int | Decimal)  # what constant_number returns
    intern = context.record.intern
    measured = applied("distance", (subject, *point), NUMBER, context)
    metres = Decimal(limit.constant) * _METRES[expression.unit]
    bound = intern(n.Literal(_whole(metres), NUMBER))
    node: n.Predicate = intern(n.Compare(n.Relation.LE, measured, bound))
    if expression.is_negated:
        node = all_of((*known((measured,), context), intern(n.Not(node))), context)
    return Judged(node, (subject.node, measured))


def _whole(metres: Decimal) -> int | Decimal:
    return int(metres) if metres == metres.to_integral_value() else metres


def _point(expression: tree.Near, context: Context) -> tuple[Typed, Typed] | None:
    point = expression.point
    if isinstance(point, tree.Reference):
        context.report(type_errors.needs_constant(point.span, "the middle of a circle"))
        return None
    latitude, longitude = value(point.latitude, context), value(point.longitude, context)
    is_sound = _lies_within(latitude, 90, "latitude", context)
    if not (_lies_within(longitude, 180, "longitude", context) and is_sound):
        return None
    return latitude, longitude


def _lies_within(coordinate: Typed, limit: int, word: str, context: Context) -> bool:
    constant = coordinate.constant
    if isinstance(constant, int | Decimal) and -limit <= constant <= limit:
        return True
    reason = f"a {word} lies between -{limit} and {limit} degrees"
    context.report(type_errors.bad_place(coordinate.span, reason))
    return False
