"""The wording of every finding about rules that are allowed but likely not meant (SG6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from segdsl.diagnostics.wording import counted, quoted, text_literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.source import Span


def never_true(span: Span, reason: str) -> Diagnostic:
    """Say that a condition selects nobody, whatever the data."""
    return Diagnostic(codes.NEVER_TRUE, "this condition is never true", Label(span, reason))


def always_true(span: Span, reason: str) -> Diagnostic:
    """Say that a condition selects everybody, whatever the data."""
    return Diagnostic(codes.ALWAYS_TRUE, "this condition is always true", Label(span, reason))


def reversed_bounds(span: Span, low: str, high: str, low_span: Span, high_span: Span) -> Diagnostic:
    """Say that the first bound of `between` is the larger one; the fix swaps the two."""
    swap = (Edit(low_span, high_span.text), Edit(high_span, low_span.text))
    return Diagnostic(
        codes.REVERSED_BOUNDS,
        f"`between {low} and {high}` is never true: its first bound is the larger one",
        Label(span, "no value lies between these"),
        fixes=(Fix("write the smaller bound first", swap),),
    )


def negatives_with_or(span: Span, field: str) -> Diagnostic:
    """Say that `x != a or x != b` is true of everybody with a known x."""
    return Diagnostic(
        codes.NEGATIVES_WITH_OR,
        f"each value of {quoted(field)} differs from one of these, so this is true of every "
        f"customer with a known {quoted(field)}",
        Label(span, "negatives joined by `or`"),
        help=(f"join them with `and`, or write `{field} not in (…)`",),
    )


def duplicate_segment(span: Span, name: str, other: str, other_span: Span) -> Diagnostic:
    """Say that two segments mean the same."""
    return Diagnostic(
        codes.DUPLICATE_SEGMENT,
        f"the segment {quoted(name)} selects the same customers as {quoted(other)}",
        Label(span, f"the same rule as {quoted(other)}"),
        (Label(other_span, "the other one"),),
        help=("change the rule of one, or remove it and use the other name",),
    )


def unused_definition(span: Span, name: str, what: str) -> Diagnostic:
    """Say that nothing uses a definition, list, param or trait (`what`)."""
    return Diagnostic(
        codes.UNUSED_DEFINITION,
        f"the {what} {quoted(name)} is never used",
        Label(span, "not used by any segment"),
        help=("remove it, or check whether a rule was meant to name it",),
    )


def literal_never_occurs(
    span: Span,
    literal: str,
    field: str,
    ignoring_case: str | None = None,
    near: Sequence[tuple[str, int]] = (),
) -> Diagnostic:
    """Say that no customer has this text; `ignoring_case` is a value that differs in case only.

    `near` holds similar values that do occur, with their numbers of customers.
    """
    found = [f"{quoted(text_literal(value))} ({counted(n, 'customer')})" for value, n in near]
    help_ = [f"similar values that occur: {', '.join(found)}"] if found else []
    if ignoring_case is not None:
        other = quoted(text_literal(ignoring_case))
        help_.append(f"{other} differs in case only: add `ignoring case` to match it")
    return Diagnostic(
        codes.LITERAL_NEVER_OCCURS,
        f"{quoted(text_literal(literal))} never occurs in {quoted(field)}",
        Label(span, "no customer has this value"),
        help=tuple(help_),
    )


def not_admits_missing(
    span: Span, field: str, customers: int, with_known: str, explicit: str
) -> Diagnostic:
    """Say how many customers a `not` takes in only because their field is missing.

    `with_known` and `explicit` are two spellings of the whole span: without them, and with them
    said aloud.
    """
    return Diagnostic(
        codes.NOT_ADMITS_MISSING,
        f"this `not` takes in {counted(customers, 'customer')} only because "
        f"{quoted(field)} is missing",
        Label(span, f"true where {quoted(field)} is missing"),
        fixes=(
            Fix("to leave them out", (Edit(span, with_known),)),
            Fix("to keep them and say so", (Edit(span, explicit),)),
        ),
    )


def same_seed(span: Span, seed: str, other: str, other_span: Span) -> Diagnostic:
    """Say that two splits or samples draw by the same seed (`other` names the first one)."""
    return Diagnostic(
        codes.SAME_SEED,
        f"the seed {quoted(text_literal(seed))} is also that of {quoted(other)}, so both divide "
        "the customers in the same way",
        Label(span, "the same seed"),
        (Label(other_span, f"used by {quoted(other)}"),),
        help=("give each its own seed, unless the same customers are meant",),
    )


def periods_confused(span: Span, written: str, other: str) -> Diagnostic:
    """Say that two periods with nearly the same words (`last 1 month`, `last month`) differ."""
    return Diagnostic(
        codes.PERIODS_CONFUSED,
        f"{quoted(written)} is another period than {quoted(other)}, and both are used here",
        Label(span, f"not the same as {quoted(other)}"),
        help=(
            "with a number the period is counted from today; without one it is the whole "
            "calendar unit next to the current one",
        ),
    )
