"""Complaints about tables of events and lookups (SG3, SG5), findings about windows (SG6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.data_errors import clipped
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.toml import declared, toml_key, toml_text
from segdsl.diagnostics.wording import counted, listed, near_help, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from segdsl.source import Span

_MANY = 12


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(map(quoted, names[:_MANY]))
    more = len(names) - _MANY
    return f"{shown} and {more} more" if more > 0 else shown


def no_event_data(event: str, given: Collection[str], *, is_none: bool = False) -> Diagnostic:
    """SG311: rules ask for an event whose data nobody names; `given` are others that are named.

    `is_none` says that None is given in the place of its data.
    """
    message = f"no data are named for the event {quoted(event)}"
    if is_none:
        message = f"the data given for the event {quoted(event)} are None"
    return Diagnostic(
        codes.NO_EVENT_DATA,
        message,
        help=(
            *(() if is_none else near_help(event, given, "event")),
            f"`--events {event}=FILE` names them, in Python `events={{{event!r}: data}}`, or the"
            f" catalog: `[events.{toml_key(event)}]` with `source`, `key` and `time`",
        ),
    )


def unknown_event_data(event: str, known: Collection[str]) -> Diagnostic:
    """SG316: data are named for an event that neither the rules nor the catalog know."""
    return Diagnostic(
        codes.UNKNOWN_EVENT_DATA,
        f"data are named for the event {quoted(event)}, of which neither the rules nor a catalog"
        " speak",
        help=(
            *near_help(event, known, "event"),
            f"leave {quoted(event)} out, or declare it in a catalog: `[events.{toml_key(event)}]`",
        ),
    )


def unread_event_data(events: Sequence[str], known: Collection[str]) -> Diagnostic:
    """SG317: data are named for events that neither the rules nor the catalog know."""
    is_one = len(events) == 1
    what, them = ("the event", "it") if is_one else ("the events", "them")
    return Diagnostic(
        codes.UNREAD_EVENT_DATA,
        f"the data named for {what} {_named(events)} are not read: neither the rules nor a catalog"
        f" speak of {them}",
        help=(f"they speak of {_named(sorted(known))}" if known else "they speak of no event",),
    )


def inferred_events(
    event: str,
    key: str,
    time: str | None,
    place: str,
    *,
    others: Sequence[str] = (),
    is_empty: bool = False,
) -> Diagnostic:
    """SG312: the key and the time of an event table were chosen by their names.

    `others` are columns that may be the time where none was chosen; `is_empty` says that there are
    no events.
    """
    about = f"and {quoted(time)} is their time" if time else "and no column is taken for their time"
    if is_empty:
        about = "and there are none of them"
    lines = [f"key = {toml_text(key)}", *([f"time = {toml_text(time)}"] if time else ())]
    further = () if time or is_empty else (_may_be_time(event, others),)
    return Diagnostic(
        codes.INFERRED_EVENTS,
        f"events {quoted(event)} belong to customers by {quoted(key)}, {about}",
        help=(
            f"`[events.{toml_key(event)}]` with {' and '.join(map(quoted, lines))} in a catalog"
            " states it",
            *further,
        ),
        place=place,
    )


def _may_be_time(event: str, others: Sequence[str]) -> str:
    if not others:
        return "no column holds dates or instants, which a time needs"
    verb = "may be their time" if len(others) == 1 else "may each be their time"
    return (
        f"{_named(others)} {verb}: `time = {toml_text(others[0])}` in"
        f" `[events.{toml_key(event)}]` names it"
    )


def no_event_key(
    event: str,
    customers: str,
    alike: Sequence[str],
    others: Sequence[str],
    columns: Sequence[str],
    place: str,
) -> Diagnostic:
    """SG313: no column of an event table tells the customer.

    `alike` are several that are named like the customers' key; `others` are those that may hold it
    under another name.
    """
    what = (
        f"{listed(alike, 'and')} may each hold the customers' keys"
        if alike
        else f"none has the name of the customers' key, {quoted(customers)}"
    )
    line = f"key = {toml_text(others[0] if others and not alike else '…')}"
    declaring = f"`[events.{toml_key(event)}]` with `source` and {quoted(line)} in a catalog"
    offer = f"{declaring} says which column holds the customers' keys"
    if others and not alike:
        offer = f"{_named(others)} may be meant: {declaring} says so"
    return Diagnostic(
        codes.NO_EVENT_KEY,
        f"no column says whose an event {quoted(event)} is: {what}",
        help=(offer, f"the columns are {_named(columns)}" if columns else "no column has a name"),
        place=place,
    )


def bad_event_time(
    event: str, column: str, found: str, remedies: Sequence[str], place: str
) -> Diagnostic:
    """SG314: the column of an event's time is no date or instant; `found` says what it is."""
    line = declared(column, "instant", format="…")
    return Diagnostic(
        codes.BAD_EVENT_TIME,
        f"the time of an event {quoted(event)} is a date or an instant, and {quoted(column)} is"
        f" {found}",
        help=tuple(remedies)
        or (f"`{line}` in `[events.{toml_key(event)}.fields]` says how texts are to be read",),
        place=place,
    )


def lookup_not_attached(
    table: str, lookup: str, key: str, columns: Sequence[str], place: str
) -> Diagnostic:
    """SG315: rules read a lookup through a table (`events.purchase`) that has no key of it."""
    return Diagnostic(
        codes.LOOKUP_NOT_ATTACHED,
        f"`{table}` has no column {quoted(key)}, by which the lookup {quoted(lookup)} is found",
        help=(
            f'`lookups = {{ {toml_key(lookup)} = "…" }}` in `[{table}]` names the column that'
            " holds its key",
            f"the columns are {_named(columns)}",
        ),
        place=place,
    )


def key_mismatch(
    column: str, found: str, other: str, other_found: str, home: str, line: str, place: str
) -> Diagnostic:
    """SG521: a key is of another type than the key that it is to equal.

    `found` and `other_found` say what the two hold, in words; `line` is what the catalog may say
    of the table `home`.
    """
    return Diagnostic(
        codes.KEY_MISMATCH,
        f"{quoted(column)} holds {found}, and {quoted(other)}, the key that it names, holds"
        f" {other_found}: none can be equal",
        help=(f"`{line}` in `[{home}.fields]` reads them as the others are",),
        place=place,
    )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many rows of an event table count for nobody, and why.

    `strangers` are some of the `unknown` keys.
    """

    event: str
    total: int
    keyless: int
    unknown: int
    strangers: tuple[str, ...]
    timeless: int
    key: str
    time: str | None

    @property
    def count(self) -> int:
        """How many there are."""
        return self.keyless + self.unknown + self.timeless

    @property
    def reasons(self) -> str:
        """Why, with numbers."""
        some = ", ".join(map(clipped, self.strangers))
        more = " …" if self.unknown > len(self.strangers) else ""
        found = (
            (self.keyless, f"{self.keyless:,} without a key {quoted(self.key)}"),
            (self.unknown, f"{self.unknown:,} of customers who are not in the data ({some}{more})"),
            (self.timeless, f"{self.timeless:,} without a time {quoted(self.time or '')}"),
        )
        return ", ".join(words for count, words in found if count)


def events_left_out(left: LeftOut, place: str) -> Diagnostic:
    """SG522: events that count for nobody."""
    verb = "is" if left.count == 1 else "are"
    return Diagnostic(
        codes.EVENTS_LEFT_OUT,
        f"{left.count:,} of {counted(left.total, 'event')} {quoted(left.event)} {verb} left out:"
        f" {left.reasons}",
        place=place,
    )


def _what_to_look_at(left: LeftOut) -> Iterator[str]:
    if left.unknown or left.keyless:
        yield f"look whether {quoted(left.key)} holds the customers' keys as they are written"
    if left.timeless:
        yield (
            f"look whether {quoted(left.time or '')} holds dates or instants as they are read; the"
            f" catalog says how with `format`, in `[events.{toml_key(left.event)}.fields]`"
        )


def no_event_fits(left: LeftOut, place: str) -> Diagnostic:
    """SG523: all events of a table count for nobody."""
    return Diagnostic(
        codes.NO_EVENT_FITS,
        f"not one of {counted(left.total, 'event')} {quoted(left.event)} counts: {left.reasons}",
        help=tuple(_what_to_look_at(left)),
        place=place,
    )


def lookup_misses(
    lookup: str, column: str, rows: int, total: int, examples: Sequence[str], place: str
) -> Diagnostic:
    """SG524: keys that a lookup table has no row for, so that all it holds is missing."""
    shown = ", ".join(map(clipped, examples))
    return Diagnostic(
        codes.LOOKUP_MISSES,
        f"{rows:,} of {counted(total, 'row')} have a {quoted(column)} that the lookup"
        f" {quoted(lookup)} has no row for, such as {shown}: what it holds is missing there",
        place=place,
    )


def duplicate_lookup_keys(
    lookup: str, key: str, examples: Sequence[str], count: int, place: str
) -> Diagnostic:
    """SG525: `count` keys occur more than once in a lookup table."""
    more = " …" if count > len(examples) else ""
    verb = "occurs" if count == 1 else "occur"
    return Diagnostic(
        codes.DUPLICATE_LOOKUP_KEYS,
        f"{counted(count, 'value')} of the key {quoted(key)} of the lookup {quoted(lookup)} {verb}"
        f" more than once: {', '.join(examples)}{more}",
        help=("a lookup has one row for each key: leave the others out of the data",),
        place=place,
    )


def window_before_events(span: Span, event: str, begins: str, first: str) -> Diagnostic:
    """SG615: a window begins before the first event in the data."""
    return Diagnostic(
        codes.WINDOW_BEFORE_EVENTS,
        f"this window begins on {begins}, and the first event {quoted(event)} in the data is of"
        f" {first}",
        Label(span, "looks back further than the data"),
        help=("what happened before that is not counted",),
    )
