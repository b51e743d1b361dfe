"""The wording of every complaint about events and properties where something else belongs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from segdsl.diagnostics.wording import listed, quoted, with_article

if TYPE_CHECKING:
    from segdsl.source import Span

# What makes one value of a property of many events, by its type.
_MADE_OF = MappingProxyType(
    {
        "number": ("sum of", "last of"),
        "text": ("most common of", "last of"),
        "yes/no": ("last of", "most common of"),
        "date": ("last of", "max of"),
        "instant": ("last of", "max of"),
        "": ("last of", "most common of"),
    }
)
# The aggregates of values that are no numbers.
_INSTEAD = MappingProxyType(
    {
        "text": ("count of distinct", "most common of"),
        "yes/no": ("most common of", "last of"),
        "date": ("min of", "max of"),
        "instant": ("min of", "max of"),
    }
)


def property_alone(
    span: Span, event: str, name: str, type: str = "number", period: str = ""
) -> Diagnostic:
    """Say that a property stands outside `where`, where no event is at hand.

    `type` is the property's, the empty text if it is not known; `period` says in which one an
    event's time (`type` is `time`) is asked to lie.
    """
    whole = f"{event}.{name}"
    asked = f"where ({name} …)"
    made = " or ".join(f"`{words} {whole}`" for words in _MADE_OF.get(type, _MADE_OF[""]))
    fixes: tuple[Fix, ...] = ()
    if type == "time":
        asked = f"in {period}" if period else "in last 30 days"
        made = f"`(last of {whole}) in {period}`" if period else f"`(last of {whole})`"
        fixes = (Fix("the last one is meant", (Edit(span, f"(last of {whole})"),)),)
    return Diagnostic(
        codes.PROPERTY_ALONE,
        f"{quoted(whole)} differs from event to event, and a customer has many",
        Label(span, "no event is at hand here"),
        help=(
            f"ask whether there was such an event: `did {event} {asked}`",
            f"or make one value of all of them: {made}",
        ),
        fixes=fixes,
    )


def bare_event(span: Span, name: str, instead: str = "", whole: Span | None = None) -> Diagnostic:
    """Say that an event is neither a condition nor a value; `instead` replaces `whole`."""
    at = whole or span
    fixes = (Fix(f"write {quoted(instead)}", (Edit(at, instead),)),) if instead else ()
    return Diagnostic(
        codes.WRONG_KIND,
        f"{quoted(name)} is an event, neither a condition nor a value",
        Label(span, "an event"),
        help=() if fixes else (f"ask for it with `did {name}`, or count it: `count of {name}`",),
        fixes=fixes,
    )


def event_for_moment(span: Span, event: str, has_time: bool) -> Diagnostic:
    """Say that an event stands where a date or an instant belongs (`days since purchase`)."""
    instead = f"(last of {event}.time)"
    fix = Fix("since the last one", (Edit(span, instead),))
    return Diagnostic(
        codes.WRONG_KIND,
        f"{quoted(event)} is an event, where a date or an instant is wanted",
        Label(span, "an event"),
        help=() if has_time else (f"{quoted(event)} has no time of which that can be asked",),
        fixes=(fix,) if has_time else (),
    )


def duration_for_moment(span: Span, window: str) -> Diagnostic:
    """Say that a window (`since`) begins or ends at a moment, not at a duration."""
    return Diagnostic(
        codes.WRONG_OPERAND,
        f"{window} takes a date or an instant, not a duration",
        Label(span, "a duration"),
        fixes=(Fix("so long before now", (Edit(span, f"{span.text} ago"),)),),
    )


def cannot_gather(span: Span, words: str, wanted: str, found: str, measured: str) -> Diagnostic:
    """Say that an aggregate (`words`) does not take such values, and which ones do.

    `measured` is the property with its event, empty for what is no property alone.
    """
    makers = _INSTEAD.get(found, ())
    ways = [f"{maker} {measured or '…'}" for maker in makers]
    help_ = [f"{found} values have {listed(ways, 'and')}"] if ways else []
    if found == "text" and wanted == "number":
        help_.append('where the column holds numbers, declare it in the catalog: `type = "number"`')
    return Diagnostic(
        codes.WRONG_OPERAND,
        f"`{words}` takes {with_article(wanted)}, not {with_article(found)}",
        Label(span, with_article(found)),
        help=tuple(help_),
    )


def in_for_over(span: Span, aggregate: str, keyword: Span | None, period: str) -> Diagnostic:
    """Say that `in` asks whether a date lies in a period, and an aggregate is over one."""
    fixes = (Fix("write `over`", (Edit(keyword, "over"),)),) if keyword else ()
    return Diagnostic(
        codes.WRONG_OPERAND,
        f"`in` a period takes a date or instant, not {quoted(aggregate)}",
        Label(span, "a number"),
        help=(f"which events count is written with `over`: `{aggregate} over {period} >= 1`",),
        fixes=fixes,
    )


def only_days(span: Span, unit: str) -> Diagnostic:
    """Say that distinct days are counted, and no other unit."""
    fix = Fix("count days", (Edit(span, span.text.replace(f"{unit}s", "days")),))
    return Diagnostic(
        codes.WRONG_OPERAND,
        f"events are counted on distinct `days`, not on `{unit}s`",
        Label(span, "not days"),
        fixes=(fix,) if f"{unit}s" in span.text else (),
        help=() if f"{unit}s" in span.text else ("write `on at least 5 days`",),
    )
