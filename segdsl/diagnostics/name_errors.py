"""The wording of every complaint about names (SG1)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from segdsl.diagnostics.toml import toml_key
from segdsl.diagnostics.wording import (
    counted,
    listed,
    near_help,
    quoted,
    text_literal,
    with_article,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from segdsl.source import Span

# How a thing of each kind is used; `{}` is its name.
_USES = MappingProxyType(
    {
        "list": "a list stands after `in`, as in `city in {}`",
        "trait": "a trait is a value: compare it with something, as in `{} >= 100`",
        "param": "a param is a value: compare something with it, as in `spend >= {}`",
        "segment": "a segment is a condition: it stands by itself, as in `{} and age >= 18`",
        "definition": "a definition is a condition: it stands by itself, as in `not {}`",
        "tiers": "name one of its tiers, as in `{}.gold`",
        "split": "name one of its parts, as in `{}.control`",
        "event": "ask for an event with `did {}`, or count it with `count of {}`",
        "lookup": "name one of its columns, as in `{}.category`",
    }
)

# What other tools write as functions, and what rules write instead.
_OTHER_FUNCTIONS = MappingProxyType(
    {
        "length": "write `length of x`",
        "len": "write `length of x`",
        "size": "write `size of x`",
        "count": "write `count of purchase` for events, `size of x` for the elements of a list",
        "sum": "write `sum of purchase.amount`, which adds over a customer's events",
        "avg": "write `average of purchase.amount`, over a customer's events",
        "average": "write `average of purchase.amount`, over a customer's events",
        "min": "write `min of purchase.amount`, over a customer's events",
        "max": "write `max of purchase.amount`, over a customer's events",
        "first": "write `first of purchase.time`, over a customer's events",
        "last": "write `last of purchase.time`, over a customer's events",
        "upper": "compare with `ignoring case`",
        "lower": "compare with `ignoring case`",
        "trim": "ask with `contains`, or `starts with` and `ends with`",
        "coalesce": "write `x or else y`",
        "ifnull": "write `x or else y`",
        "age": "write `years since birth_date`",
        "datediff": "write `days from x to y`, or `days since x`",
        "distance": "write `place within 10 km of (41.01, 28.97)`",
        "now": "write `now` or `today`",
    }
)


def unknown_field(
    span: Span,
    name: str,
    known: Collection[str],
    others: Collection[str] = (),
    *,
    undeclared_column: bool = False,
) -> Diagnostic:
    """Say that `name` is no field; the column may exist without being declared.

    `others` are names of values and conditions that are no fields.
    """
    label = "not a field of `customers`"
    help_ = near_help(name, known, "field", others)
    if undeclared_column:
        label = "a column of the customer file that the catalog does not declare"
        declared = name if name.isidentifier() and name.isascii() else text_literal(name)
        help_ = (f'declare it in the catalog, under `[customers.fields]`: `{declared} = "text"`',)
    return Diagnostic(
        codes.UNKNOWN_FIELD, f"unknown field {quoted(name)}", Label(span, label), help=help_
    )


def unquoted_text(span: Span, name: str, field: str) -> Diagnostic:
    """Say that a word is neither a field nor a text, beside a field that holds texts."""
    fix = Fix("a text stands in quotes", (Edit(span, text_literal(name)),))
    return Diagnostic(
        codes.UNKNOWN_FIELD,
        f"unknown field {quoted(name)}, compared with the text {quoted(field)}",
        Label(span, "neither a field nor a text in quotes"),
        fixes=(fix,),
    )


def unknown_name(span: Span, name: str, wanted: str, known: Collection[str]) -> Diagnostic:
    """Say that nothing of the wanted kind (`segment`, `list`, `event`) has that name."""
    return Diagnostic(
        codes.UNKNOWN_NAME,
        f"unknown {wanted} {quoted(name)}",
        Label(span, f"no {wanted} has this name"),
        help=near_help(name, known, wanted),
    )


def unknown_weekday(span: Span, name: str) -> Diagnostic:
    """Say that a day of the week has no such name; a longer English one is offered shortened."""
    full = next((day for day in _WEEKDAYS if day.startswith(name.lower()) and name[2:]), "")
    fixes = (Fix(f"write {quoted(full[:3])}", (Edit(span, full[:3]),)),) if full else ()
    return Diagnostic(
        codes.UNKNOWN_NAME,
        f"unknown weekday {quoted(name)}",
        Label(span, "no weekday has this name"),
        help=() if fixes else (f"the weekdays are {listed([d[:3] for d in _WEEKDAYS], 'and')}",),
        fixes=fixes,
    )


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def duplicate_name(span: Span, name: str, first: Span) -> Diagnostic:
    """Say that two declarations introduce the same name."""
    return Diagnostic(
        codes.DUPLICATE_NAME,
        f"the name {quoted(name)} is declared twice",
        Label(span, "declared again"),
        (Label(first, "declared here first"),),
        help=(
            "definitions, traits, lists, params, segments, tiers and splits share one set of "
            "names: rename one of the two",
        ),
    )


def name_is_field(
    span: Span, name: str, what: str, *, is_a: str = "field", whole: str | None = None
) -> Diagnostic:
    """Say that a declaration (`what`: segment, trait …) has the name of a field or an event.

    For a tier or a part of a split, `whole` is what it belongs to: tiers, split.
    """
    other = toml_key(f"my_{name.replace('.', '_')}")
    if is_a == "event":
        owner, second = "an event", f"or rename the event in the catalog: `[events.{other}]`"
    else:
        declared = f"{other} = {{ type = …, column = {text_literal(name)} }}"
        owner, second = (
            "a customer field",
            f"or give the field another name in the catalog: `{declared}`",
        )
    return Diagnostic(
        codes.NAME_IS_FIELD,
        f"the {what} {quoted(name)} has the name of {owner}",
        Label(span, f"also {owner}"),
        help=(
            f"rename the {whole or what}, for example to "
            + quoted(f"{name.split('.')[0]}_{whole}" if whole else f"{name}_{what}"),
            second,
        ),
    )


def cycle(
    span: Span, names: Sequence[str], spans: Sequence[Span] = (), *, may_be_column: bool = False
) -> Diagnostic:
    """Say that a declaration leads back to itself; `spans[i]` is where `names[i]` goes on.

    With `may_be_column` one that names itself may mean a column of data that are not known yet.
    """
    path = [*names] if names[0] == names[-1] and names[1:] else [*names, names[0]]
    steps = zip(spans, path[1:], strict=False)
    if may_be_column and len(path) == 2:
        ways: tuple[str, ...] = (
            f"if the data have a column {quoted(path[0])}, rename what is declared here",
            "or give the column another name in a catalog: "
            + quoted(
                f"{toml_key(f'my_{path[0]}')} = {{ type = …, column = {text_literal(path[0])} }}"
            ),
        )
    else:
        ways = ("one of these has to do without",)
    return Diagnostic(
        codes.CYCLE,
        f"{quoted(path[0])} is defined by itself",
        Label(span, "this leads back to itself"),
        tuple(Label(at, f"goes on to {quoted(to)}") for at, to in steps if at != span),
        help=(f"the circle: {' → '.join(map(quoted, path))}", *ways),
    )


def unknown_param(name: str, known: Collection[str]) -> Diagnostic:
    """Say that a param set from outside is not declared."""
    return Diagnostic(
        codes.UNKNOWN_PARAM,
        f"the rules have no param {quoted(name)}",
        help=near_help(name, known, "param")
        or ("a param is declared with `param min_spend = 500`",),
        place="--param",
    )


def unknown_function(span: Span, name: str, known: Collection[str]) -> Diagnostic:
    """Say that nothing of this name can be called; other tools' functions have their remedy."""
    remedy = _OTHER_FUNCTIONS.get(name.lower())
    return Diagnostic(
        codes.UNKNOWN_FUNCTION,
        f"unknown function {quoted(name)}",
        Label(span, "neither a function nor a definition"),
        help=(remedy,) if remedy else near_help(name, known, "function"),
    )


def missing_file(
    span: Span, path: str, what: str, reason: str, near: Sequence[str] = ()
) -> Diagnostic:
    """Say that a file that a rule names (`what`: rule file, list file) cannot be read."""
    return Diagnostic(
        codes.MISSING_FILE,
        f"cannot read the {what} {quoted(path)}: {reason}",
        Label(span),
        help=(f"near it there is {listed(near)}",)
        if near
        else ("a path is relative to the file that names it",),
    )


def argument_count(span: Span, name: str, expected: int | str, found: int) -> Diagnostic:
    """Say that a definition or function is given too many or too few arguments."""
    wanted = counted(expected, "argument") if isinstance(expected, int) else f"{expected} arguments"
    return Diagnostic(
        codes.ARGUMENT_COUNT,
        f"{quoted(name)} takes {wanted}, and {found} {'is' if found == 1 else 'are'} given",
        Label(span, f"takes {wanted}"),
    )


def unknown_member(
    span: Span, parent: str, member: str, known: Collection[str], *, column: str | None = None
) -> Diagnostic:
    """Say that tiers or a split have no such member; `column` may be one of data not known yet."""
    near = near_help(member, known, "member")
    quotes = f"a column of this name stands in backticks: `` `{column}` ``"
    return Diagnostic(
        codes.UNKNOWN_MEMBER,
        f"{quoted(parent)} has no member {quoted(member)}",
        Label(span, f"not a member of {quoted(parent)}"),
        help=(*near, quotes) if column else near,
    )


def wrong_kind(
    span: Span, name: str, is_a: str, wanted: str, defined: Span | None = None
) -> Diagnostic:
    """Say that a name stands for one thing (`list`, `trait`) where another is wanted."""
    use = _USES.get(is_a)
    return Diagnostic(
        codes.WRONG_KIND,
        f"{quoted(name)} is {with_article(is_a)}, where {with_article(wanted)} is wanted",
        Label(span, f"not {with_article(wanted)}"),
        (Label(defined, "defined here"),) if defined else (),
        help=(use.replace("{}", name),) if use else (),
    )
