"""The wording of every complaint about types and operands (SG2)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from segdsl.diagnostics.mismatch import Side, remedy
from segdsl.diagnostics.wording import quoted, text_literal, with_article

if TYPE_CHECKING:
    from segdsl.source import Span

# What to do with a value of each type to make a condition of it.
_CONDITIONS = MappingProxyType(
    {
        "text": 'compare it with something, as in `city = "Paris"`, or ask `is known`',
        "number": "compare it with something, as in `age >= 18`, or ask `is known`",
        "date": "compare it with something, as in `signup_date in last 30 days`",
        "instant": "compare it with something, as in `last_seen in last 30 days`",
        "weekday": "compare it with a day, as in `weekday(signup_date) = mon`",
        "place": "ask for a distance, as in `place within 10 km of (41.01, 28.97)`",
        "list": 'ask what it holds, as in `tags contains "vip"`, or ask `is not empty`',
    }
)


def type_mismatch(
    span: Span,
    left_text: str,
    left_type: str,
    right_text: str,
    right_type: str,
    left_span: Span,
    right_span: Span,
) -> Diagnostic:
    """Say that two values of different types meet; the texts are as written in the rule."""
    left, right = Side(left_text, left_type, left_span), Side(right_text, right_type, right_span)
    help_, fixes = remedy(left, right)
    return Diagnostic(
        codes.TYPE_MISMATCH,
        f"{quoted(left_text)} is {with_article(left_type)} and "
        f"{quoted(right_text)} is {with_article(right_type)}",
        Label(span, "these two do not compare"),
        (Label(left_span, left_type), Label(right_span, right_type)),
        help=help_,
        fixes=fixes,
    )


def not_a_condition(span: Span, type: str) -> Diagnostic:
    """Say that a value of that type stands where a condition is wanted."""
    help_ = _CONDITIONS.get("list" if type.startswith("list") else type)
    return Diagnostic(
        codes.NOT_A_CONDITION,
        f"{with_article(type)} stands where a condition is wanted",
        Label(span, f"{with_article(type)}, not yes or no"),
        help=(help_,) if help_ else (),
    )


def lone_alternatives(span: Span, rewritten: str) -> Diagnostic:
    """Say that the alternatives of one comparison are joined like conditions."""
    fix = Fix("name the alternatives together", (Edit(span, rewritten),))
    return Diagnostic(
        codes.NOT_A_CONDITION,
        "a value stands where a condition is wanted: `or` joins conditions",
        Label(span, "one condition, and values after it"),
        fixes=(fix,),
    )


def second_group(span: Span, name: str) -> Diagnostic:
    """Say that `per` takes one value and `and` begins a further condition."""
    return Diagnostic(
        codes.NOT_A_CONDITION,
        f"`per` takes one value, and {quoted(name)} would be a condition of its own",
        Label(span, "not yes or no"),
        help=("a column that holds both values makes groups of both",),
    )


def not_a_value(span: Span) -> Diagnostic:
    """Say that a condition stands where a value is wanted."""
    return Diagnostic(
        codes.NOT_A_VALUE,
        "a condition stands where a value is wanted",
        Label(span, "yes or no, not a value"),
        help=("conditions are joined by `and`, `or` and `not`; values are compared",),
    )


def wrong_operand(span: Span, operation: str, wanted: str, found: str) -> Diagnostic:
    """Say that an operation (in words, code back-quoted) is given a type that it does not take."""
    help_: tuple[str, ...] = ()
    if found == "text" and wanted in ("number", "date", "instant", "yes/no", "list"):
        help_ = (
            f"where the column holds such values, declare it in the catalog: "
            f"`type = {text_literal(wanted)}`",
        )
    if found == "text" and wanted.endswith("date or instant"):
        help_ = (
            'where these are dates or times, declare so in the catalog: `type = "date"` or'
            ' `type = "instant"`',
        )
    return Diagnostic(
        codes.WRONG_OPERAND,
        f"{operation} takes {with_article(wanted)}, not {with_article(found)}",
        Label(span, with_article(found)),
        help=help_,
    )


def lone_duration(span: Span) -> Diagnostic:
    """Say that a duration stands where a value is wanted."""
    return Diagnostic(
        codes.WRONG_OPERAND,
        "a value takes a number or date, not a duration",
        Label(span, "a duration"),
        help=(
            f"the moment so long before now is {quoted(f'{span.text} ago')}",
            "how long ago something was is a number, as in `days since signup_date > 30`",
        ),
    )


def bad_pattern(span: Span, message: str, help: str | None = None) -> Diagnostic:
    """Say what is wrong with a `like` or `matches` pattern."""
    return Diagnostic(
        codes.BAD_PATTERN,
        f"this pattern cannot be used: {message}",
        Label(span, message),
        help=(help,) if help else (),
    )


def bad_network(span: Span, text: str, remedy: str | None = None) -> Diagnostic:
    """Say that a text is no network; `remedy` is the network without its host bits."""
    if remedy is None:
        return Diagnostic(
            codes.BAD_NETWORK,
            f"{quoted(text)} is not a network",
            Label(span, "not an IPv4 or IPv6 network"),
            help=("a network is an address and a length, as in `203.0.113.0/24`",),
        )
    is_literal = span.text[:1] in ("'", '"')
    fix = Fix("name the network itself", (Edit(span, text_literal(remedy)),))
    return Diagnostic(
        codes.BAD_NETWORK,
        f"{quoted(text)} names an address inside a network, not the network",
        Label(span, "host bits are set"),
        help=() if is_literal else (f"the network is {quoted(remedy)}",),
        fixes=(fix,) if is_literal else (),
    )


def bad_shares(span: Span, total: str) -> Diagnostic:
    """Say that the shares of a split add up to `total` (`105%`)."""
    return Diagnostic(
        codes.BAD_SHARES,
        f"the shares add up to {quoted(total)}, not to `100%`",
        Label(span, f"{quoted(total)} altogether"),
        help=("a group that is to get nothing can be a share of its own, such as `rest 10%`",),
    )


def bad_share(span: Span, written: str) -> Diagnostic:
    """Say that one share of a split is not above 0 and at most 100 %."""
    return Diagnostic(
        codes.BAD_SHARES,
        f"{quoted(written)} is no share of a split",
        Label(span, "not above 0% and at most 100%"),
        help=("shares are percentages that add up to `100%`",),
    )


def empty_text(span: Span, operation: str) -> Diagnostic:
    """Say that a text predicate is given an empty text."""
    return Diagnostic(
        codes.EMPTY_TEXT,
        f"{quoted(operation)} is given an empty text",
        Label(span, "empty"),
        help=("`is empty` asks for customers whose field is missing or blank",),
    )


def not_whole(span: Span, what: str, found: str) -> Diagnostic:
    """Say that `what` (`a count`, `a duration`) needs a whole number."""
    return Diagnostic(
        codes.NOT_WHOLE,
        f"{what} is a whole number, and {quoted(found)} is not",
        Label(span, "not a whole number"),
    )


def clock_on_date(span: Span, unit: str) -> Diagnostic:
    """Say that a unit shorter than a day (`hour`) meets a date."""
    plural = unit if unit.endswith("s") else f"{unit}s"
    return Diagnostic(
        codes.CLOCK_ON_DATE,
        f"a date has no time of day, so `{plural}` cannot be reckoned on it",
        Label(span, "on a date"),
        help=("reckon in days, or declare the field as an instant in the catalog",),
    )


def bad_place(span: Span, reason: str) -> Diagnostic:
    """Say why a point on the globe or a distance cannot be used."""
    return Diagnostic(
        codes.BAD_PLACE,
        f"this is no place: {reason}",
        Label(span, reason),
        help=("a place is a latitude and a longitude in degrees: `(41.01, 28.97)`",),
    )


def bad_param(name: str, reason: str, place: str = "--param") -> Diagnostic:
    """Say why a param cannot take the value that was given from outside."""
    return Diagnostic(
        codes.BAD_PARAM, f"the param {quoted(name)} cannot take this value: {reason}", place=place
    )


def needs_constant(span: Span, what: str) -> Diagnostic:
    """Say that `what` (`a duration`, `a seed`) may not differ from customer to customer."""
    return Diagnostic(
        codes.NEEDS_CONSTANT,
        f"{what} has to be the same for every customer",
        Label(span, "differs from customer to customer"),
        help=("write a literal, a param, or an argument that is one of these",),
    )


def bad_amount(span: Span, what: str, wanted: str) -> Diagnostic:
    """Say that an amount (`top 0`, `sample 120%`) is out of range."""
    return Diagnostic(codes.BAD_AMOUNT, f"{what} takes {wanted}", Label(span, "out of range"))


def bad_period(span: Span, reason: str, help: str | None = None) -> Diagnostic:
    """Say why a period cannot be used."""
    return Diagnostic(
        codes.BAD_PERIOD,
        f"this period cannot be used: {reason}",
        Label(span, reason),
        help=(help,) if help else (),
    )
