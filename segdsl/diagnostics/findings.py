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


def no_event_fits(span: Span, event: str, name: str) -> Diagnostic:
    """Say that a condition on events contradicts itself, whatever the data."""
    return Diagnostic(
        codes.NEVER_TRUE,
        f"no event {quoted(event)} can meet this",
        Label(span, f"no value of {quoted(name)} meets all of it"),
    )


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
    same: str | None = None,
    near: Sequence[tuple[str, int]] = (),
    *,
    folding: str = "ignoring case",
    padded: Sequence[tuple[str, int]] = (),
    noun: str = "customer",
) -> Diagnostic:
    """Say that no customer has this text; `same` is a value that `folding` makes equal to it.

    `noun` says what would have it. `near` holds similar values that do occur, `padded` those with
    white space around, with the numbers of those that have them.
    """
    found = [f"{quoted(text_literal(value))} ({counted(n, noun)})" for value, n in near]
    help_ = [f"similar values that occur: {', '.join(found)}"] if found else []
    if same is not None:
        other = quoted(text_literal(same))
        differs = folding.removeprefix("ignoring ")
        help_.append(f"{other} differs in {differs} only: add `{folding}` to match it")
    return Diagnostic(
        codes.LITERAL_NEVER_OCCURS,
        f"{quoted(text_literal(literal))} never occurs in {quoted(field)}",
        Label(span, f"no {noun} has this value"),
        help=(*help_, *_with_spaces(padded, noun)),
    )


def text_never_found(
    span: Span,
    literal: str,
    field: str,
    how: str,
    same: str,
    folding: str,
    *,
    noun: str = "customer",
) -> Diagnostic:
    """Say that a text is found in no value; in `same` it would be under `folding`."""
    return Diagnostic(
        codes.LITERAL_NEVER_OCCURS,
        f"no value of {quoted(field)} {how} {quoted(text_literal(literal))}",
        Label(span, f"no {noun} has such a value"),
        help=(f"{quoted(text_literal(same))} does under `{folding}`",),
    )


def literal_differs_in_case(
    span: Span,
    literal: str,
    field: str,
    matched: int,
    more: int,
    foldings: Sequence[tuple[str, int]] = (),
    padded: Sequence[tuple[str, int]] = (),
    *,
    noun: str = "customer",
) -> Diagnostic:
    """Say that more customers, or events, have a text in other letters than as it is written.

    `foldings` say how many more each would take in, `padded` are values with white space around.
    """
    gains = [f"`{folding}` takes in {counted(n, noun)} more" for folding, n in foldings]
    return Diagnostic(
        codes.LITERAL_DIFFERS_IN_CASE,
        f"{quoted(field)} is {quoted(text_literal(literal))} for {counted(matched, noun)}, "
        f"and differs from it only in case, accents or outer spaces for "
        f"{counted(more, noun)}",
        Label(span, "only as it is written here"),
        help=((", ".join(gains),) if gains else ()) + _with_spaces(padded, noun),
    )


def _with_spaces(padded: Sequence[tuple[str, int]], noun: str) -> tuple[str, ...]:
    """Return a note on each value that begins or ends with white space."""
    notes: list[str] = []
    for value, count in padded:
        ends = (value[:1].isspace(), value[-1:].isspace())
        where = {(True, True): "start and its end", (True, False): "start"}.get(ends, "end")
        shown = quoted(text_literal(value))
        notes.append(f"{shown} ({counted(count, noun)}) has a space at its {where}")
    return tuple(notes)


def not_admits_missing(
    span: Span,
    field: str,
    customers: int,
    others: int = 0,
    *,
    is_explicit_same: bool = True,
    written: str | None = None,
) -> Diagnostic:
    """Say how many customers a `not` takes in only because their field is missing.

    `others` more would be left out by a known field, who are in for another reason;
    `is_explicit_same` says whether to let in the missing aloud selects the same customers;
    `written` is the field as rules write it. There are fixes where both ways keep to the customers
    in question.
    """
    before, after = span.source.span(span.start, span.start), span.source.span(span.end, span.end)
    known, missing = (
        f"{written or field} is known and ",
        f"({written or field} is missing or ",
    )
    fixes = (
        Fix("to leave them out, before this `not`", (Edit(before, known),)),
        Fix(
            "to keep them and say so, around this `not (…)`",
            (Edit(before, missing), Edit(after, ")")),
        ),
    )
    help_: list[str] = []
    if others:
        help_.append(
            f"`{known}` before it would leave out {counted(others, 'customer')} more, "
            f"who are in whatever their {quoted(field)} is"
        )
    elif not is_explicit_same:
        help_.append(f"to leave them out, write `{known}` before this `not`")
    if others and is_explicit_same:
        help_.append(f"to keep them and say so, write `{missing}` before it and `)` after it")
    return Diagnostic(
        codes.NOT_ADMITS_MISSING,
        f"this `not` takes in {counted(customers, 'customer')} only because "
        f"{quoted(field)} is missing",
        Label(span, f"true where {quoted(field)} is missing"),
        help=tuple(help_),
        fixes=() if help_ else fixes,
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


def and_before_or(span: Span, field: str, either: str, rest: str) -> Diagnostic:
    """Say that `x = a or x = b and y` joins `y` with the last alternative only."""
    return Diagnostic(
        codes.AND_BEFORE_OR,
        f"`and` binds before `or`, so {quoted(rest)} goes with the last {quoted(field)} only",
        Label(span, "alternatives and a further condition without parentheses"),
        help=(
            f"for both, write `({either}) and {rest}`",
            "if it is meant so, parentheses around the part with `and` say it",
        ),
    )


def sql_wildcard(span: Span, pattern: str) -> Diagnostic:
    """Say that a pattern of `like` has the wildcards of SQL and none of its own."""
    mended = pattern.replace("%", "*")
    fix = Fix("any run of characters is `*`", (Edit(span, text_literal(mended)),))
    return Diagnostic(
        codes.SQL_WILDCARD,
        f"`%` in {quoted(pattern)} stands for a percent sign",
        Label(span, "no wildcard"),
        fixes=(fix,),
    )


def window_in_future(span: Span, written: str) -> Diagnostic:
    """Say that a window of events lies after as-of, where no event counts."""
    return Diagnostic(
        codes.WINDOW_IN_FUTURE,
        f"{quoted(written)} lies in the future, and events after as-of never count",
        Label(span, "no event can lie here"),
        help=("what has happened lies in `last …`, `this …` or before today",),
    )
