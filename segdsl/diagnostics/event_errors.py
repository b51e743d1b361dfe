"""The wording of every complaint about rules on events: their names, properties and values."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from segdsl.diagnostics.wording import listed, near_help, quoted, text_literal, with_article

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from segdsl.source import Span

# What to do with things that are not for one event.
_NOT_FOR_ONE_EVENT = MappingProxyType(
    {
        "definition": "write its condition out, or join it outside: `did … where (…) and {}`",
        "segment": "join it outside: `did … where (…) and {}`",
        "trait": "a trait belongs to the customer: ask for it outside of the parentheses",
        "aggregate": "an aggregate belongs to the customer: ask for it outside of the parentheses",
    }
)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where else a name that is no property of an event is known."""

    is_inside: bool = False  # the name stands inside `where` or a measure
    is_field: bool = False
    is_undeclared: bool = False
    lookups: Sequence[str] = ()  # the name with a lookup before it
    events: Sequence[str] = ()


_NOWHERE = Elsewhere()


def unknown_event(
    span: Span, name: str, known: Collection[str], having: Sequence[str] = ()
) -> Diagnostic:
    """Say that there is no such kind of event; the events `having` have a property of that name."""
    if having:
        asked = f"`did {having[0]} where ({name} …)`"
        return _no_such_event(span, name, (f"{_it_is_of(having)}: {asked}",))
    return _no_such_event(span, name, _near_events(name, known))


def unmeasured_event(
    span: Span,
    name: str,
    known: Collection[str],
    having: Sequence[str] = (),
    perhaps: Sequence[str] = (),
) -> Diagnostic:
    """Say that there is no such kind of event to be measured, where a property may be meant.

    The events `having` have one of that name, those in `perhaps` may have one.
    """
    written = [f"{event}.{name}" for event in (having or perhaps)]
    fixes = [Fix("name the event too", (Edit(span, one),)) for one in written[:2]]
    help_ = _near_events(name, known)
    if having:
        help_ = (f"{_it_is_of(having)}: a property carries the name of its event",)
        return _no_such_event(span, name, help_, fixes)
    if perhaps:
        rule = f"a property carries the name of its event, as in {listed(written[:2])}"
        help_ = (*help_, rule)
    return _no_such_event(span, name, help_)


def _no_such_event(
    span: Span, name: str, help_: tuple[str, ...], fixes: Sequence[Fix] = ()
) -> Diagnostic:
    return Diagnostic(
        codes.UNKNOWN_NAME,
        f"unknown event {quoted(name)}",
        Label(span, "no event has this name"),
        help=help_,
        fixes=tuple(fixes),
    )


def _it_is_of(events: Sequence[str]) -> str:
    return f"it is a property of {listed(events, 'and')}"


def _near_events(name: str, known: Collection[str]) -> tuple[str, ...]:
    if not known:
        return (f"events are declared in the catalog, as `[events.{name}]`",)
    return near_help(name, known, "event")


def property_for_event(span: Span, event: str, name: str) -> Diagnostic:
    """Say that a property is named where the event itself is wanted."""
    return Diagnostic(
        codes.WRONG_KIND,
        f"{quoted(f'{event}.{name}')} is a property, where an event is wanted",
        Label(span, "not an event"),
        help=(f"ask for properties with `where`, as in `did {event} where ({name} …)`",),
    )


def unknown_property(
    span: Span,
    event: str,
    name: str,
    known: Collection[str],
    elsewhere: Elsewhere = _NOWHERE,
    others: Collection[str] = (),
) -> Diagnostic:
    """Say that an event (or a lookup) has no property of that name, and where it is known.

    `others` are names that could stand there and are no properties.
    """
    fixes: list[Fix] = []
    help_: list[str] = []
    if elsewhere.is_undeclared:
        declared = name if name.isidentifier() and name.isascii() else text_literal(name)
        table = f"[events.{event}.fields]"
        help_.append(
            f'a column that the catalog does not declare: `{declared} = "text"` in {table}'
        )
    elif elsewhere.lookups:
        fixes = [
            Fix("name the lookup too", (Edit(span, written),)) for written in elsewhere.lookups[:2]
        ]
    elif elsewhere.is_field:
        fixes = [Fix("the customer's field is meant", (Edit(span, f"customer.{name}"),))]
    else:
        help_.extend(near_help(name, known, "property", others))
    if elsewhere.events:
        help_.append(f"{listed(elsewhere.events, 'and')} {_have(elsewhere.events)} it")
    if elsewhere.is_inside and not (fixes or elsewhere.is_undeclared):
        help_.append("the customer's fields are written with `customer.` before them here")
    return Diagnostic(
        codes.UNKNOWN_FIELD,
        f"unknown property {quoted(name)} of {quoted(event)}",
        Label(span, f"not a property of {quoted(event)}"),
        help=tuple(help_),
        fixes=tuple(fixes),
    )


def _have(events: Sequence[str]) -> str:
    return "has" if len(events) == 1 else "have"


def without_event(span: Span, event: str, name: str) -> Diagnostic:
    """Say that in parentheses a measured property carries the name of its event."""
    fix = Fix("name the event too", (Edit(span, f"{event}.{name}"),))
    return Diagnostic(
        codes.UNKNOWN_FIELD,
        f"{quoted(name)} stands without the name of its event",
        Label(span, f"a property of {quoted(event)}"),
        fixes=(fix,),
    )


def customer_prefix(span: Span, name: str, known: Collection[str]) -> Diagnostic:
    """Say that outside `where` a customer's field is named by itself; `known` are the fields."""
    fixes: tuple[Fix, ...] = ()
    help_: tuple[str, ...] = ()
    if name in known:
        fixes = (Fix("name the field by itself", (Edit(span, name),)),)
    else:
        bare = f"outside of it a field is named by itself, and there is no field {quoted(name)}"
        help_ = (bare, *near_help(name, known, "field"))
    return Diagnostic(
        codes.UNKNOWN_FIELD,
        f"unknown field {quoted(f'customer.{name}')}",
        Label(span, "`customer.` is written inside `where ( … )` only"),
        help=help_,
        fixes=fixes,
    )


def ambiguous_name(
    span: Span, name: str, event: str, what: str, declared: Span | None = None
) -> Diagnostic:
    """Say that a name is a property of the event and also an argument, param or list (`what`)."""
    fix = Fix("the property is meant", (Edit(span, f"{event}.{name}"),))
    return Diagnostic(
        codes.AMBIGUOUS_NAME,
        f"{quoted(name)} is a property of {quoted(event)} and also {with_article(what)}",
        Label(span, "means either"),
        (Label(declared, f"{with_article(what)} of this name"),) if declared else (),
        help=(f"for the {what}, give it another name, for example {quoted(f'{name}_{what}')}",),
        fixes=(fix,),
    )


def several_events(span: Span, first: str, other: str) -> Diagnostic:
    """Say that two kinds of event are read where one event at a time is looked at."""
    return Diagnostic(
        codes.SEVERAL_EVENTS,
        f"one event at a time is looked at here, and {quoted(first)} and {quoted(other)} are two",
        Label(span, f"not of {quoted(first)}"),
        help=(f"ask for {quoted(other)} by itself: `did {other} where (…)`, `sum of {other}.…`",),
    )


def needs_property(span: Span, what: str, event: str, properties: Sequence[str]) -> Diagnostic:
    """Say that an aggregate other than a count is given an event without a property."""
    fixes = tuple(
        Fix(f"write {quoted(f'{event}.{name}')}", (Edit(span, f"{event}.{name}"),))
        for name in (properties if len(properties) == 1 else ())
    )
    choice = listed([f"{event}.{name}" for name in properties[:6]])
    help_ = (f"name one of its properties: {choice}",) if properties and not fixes else ()
    if not properties:
        help_ = (f"name one of its properties, as in `{what} {event}.amount`",)
    return Diagnostic(
        codes.NEEDS_PROPERTY,
        f"`{what}` needs a property, and {quoted(event)} is a whole event",
        Label(span, "a whole event"),
        help=help_,
        fixes=fixes,
    )


def one_name(span: Span, what: str, name: str, events: Sequence[str] = ()) -> Diagnostic:
    """Say that one name is measured, an event or a property; `events` are others that are known."""
    example = f"{events[0]}.{name}" if events else "purchase.amount"
    return Diagnostic(
        codes.NEEDS_PROPERTY,
        f"`{what}` needs an event and its property, and {quoted(name)} is one name",
        Label(span, "an event, or a property of one"),
        help=(f"a property carries the name of its event, as in {quoted(f'{what} {example}')}",),
    )


def no_event(span: Span, what: str, example: str = "purchase.amount") -> Diagnostic:
    """Say that what is measured names no event; `example` is a property with its event."""
    return Diagnostic(
        codes.NEEDS_PROPERTY,
        f"`{what}` needs a property of an event",
        Label(span, "names no event"),
        help=(f"a property carries the name of its event, as in {quoted(example)}",),
    )


def no_time(span: Span, event: str, what: str) -> Diagnostic:
    """Say that an event without a time cannot be asked `what` (`a window`, `a sequence`)."""
    return Diagnostic(
        codes.NO_TIME,
        f"{what} needs a time, and {quoted(event)} has none",
        Label(span, "when it happened is not known"),
        help=(f'name its column in the catalog: `time = "…"` under `[events.{event}]`',),
    )


def no_time_property(span: Span, event: str) -> Diagnostic:
    """Say that `time` is asked of an event without one; no other column can have that name."""
    return Diagnostic(
        codes.NO_TIME,
        f"`time` is when an event happened, and {quoted(event)} has none",
        Label(span, "when it happened is not known"),
        help=(
            f'name its column in the catalog: `time = "…"` under `[events.{event}]`',
            "a column `time` that holds something else needs another name: "
            f'`my_time = {{ type = …, column = "time" }}` under `[events.{event}.fields]`',
        ),
    )


def not_for_one_event(span: Span, words: str, kind: str = "", name: str = "") -> Diagnostic:
    """Say that `words` (`a ranking`) cannot be asked of one event."""
    help_ = _NOT_FOR_ONE_EVENT.get(kind)
    return Diagnostic(
        codes.NOT_FOR_ONE_EVENT,
        f"{words} cannot stand here: this is asked of one event",
        Label(span, "belongs to the customer, not to an event"),
        help=(
            *((help_.replace("{}", name),) if help_ else ()),
            "inside there are properties, `customer.` fields, arguments, params and lists",
        ),
    )


def unequal_same(
    span: Span, name: str, first: tuple[str, str], second: tuple[str, str]
) -> Diagnostic:
    """Say that `with same` compares properties of two types; each is an event and its type."""
    (one, one_type), (other, other_type) = first, second
    return Diagnostic(
        codes.TYPE_MISMATCH,
        f"{quoted(name)} is {with_article(one_type)} in {quoted(one)} "
        f"and {with_article(other_type)} in {quoted(other)}",
        Label(span, "these two do not compare"),
        help=("declare both with one type in the catalog",),
    )
