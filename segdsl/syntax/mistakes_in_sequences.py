"""Explains sequences of events that are written as other languages, or plain English, would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.diagnostics import Edit, Fix
from segdsl.syntax.place import Place, Reading, respelt, unexpected
from segdsl.syntax.words import NAME, NUMBER

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic

_FOLLOWS = (  # the longest first
    ("and", "after", "that"),
    ("and", "followed", "by"),
    ("followed", "by"),
    ("and", "then"),
    ("and", "afterwards"),
    ("after", "that"),
    ("afterwards",),
)
_OF_SEQUENCE = frozenset({NAME, NUMBER, "DOT", "NOT", "THEN", "WITHIN", "UNIT", "WITH", "SAME"})


def _begun(place: Place, end: int) -> int | None:
    """Return the offset of `did` where a sequence, or its first event, ends before an offset."""
    at = end - 1
    while place.at(at).kind in _OF_SEQUENCE or place.at(at).kind in ("RPAR", "WHERE"):
        at = place.opening(at) - 1 if place.at(at).kind == "RPAR" else at - 1
    return at if place.at(at).kind == "DID" and at < end - 1 else None


def _english_step(place: Place) -> Diagnostic | None:
    """`did view followed by purchase`, `did view and then purchase within 7 days`."""
    for words in _FOLLOWS:
        for first in range(-len(words), 1):
            last = first + len(words) - 1
            written = tuple(place.word(at) for at in range(first, last + 1))
            if written != words or _begun(place, first) is None:
                continue
            return _step_after(place, first, last)
    return None


def _step_after(place: Place, first: int, last: int) -> Diagnostic | None:
    """Return how a step is written whose event stands after the words that are no `then`."""
    end = last + 1 + (place.at(last + 1).kind == "NOT")
    if place.at(end).kind != NAME:
        return None
    while place.at(end + 1).kind in (NAME, "DOT", "WHERE", "LPAR"):
        end += 1
        if place.at(end).kind == "LPAR":
            _, closing = place.inside(place.index + end)
            if closing is None:
                return None
            end = place.tokens.index(closing) - place.index
    if place.at(end + 1).kind in ("WITH", "WITHIN"):
        return respelt(place, first, last, "then")
    event = place.source.text[place.at(last + 1).start : place.at(end).end]
    right = f"then {event} within 7 days"
    notes = ("a step says how soon it follows, whatever number of days is meant",)
    return respelt(place, first, end, right, fixes=(), notes=notes)


def _endless_step(place: Place) -> Diagnostic | None:
    """`did view then purchase`."""
    at = -1
    while place.at(at).kind in (NAME, "DOT", "NOT"):
        at -= 1
    if place.at(at).kind != "THEN" or "WITHIN" not in place.acceptable:
        return None
    step = place.span(at, -1).text
    note = f"a step says how soon it follows: `{step} within 7 days`"
    return unexpected(place, (note,), expected=("`within`",))


def _first_step_window(place: Place) -> Diagnostic | None:
    """`did view within 7 days then purchase within 7 days`."""
    is_within = place.kinds(-3, 0) == ("WITHIN", NUMBER, "UNIT", "THEN")
    start = _begun(place, -3) if is_within else None
    if start is None or "SIDE" not in place.acceptable:
        return None
    begun, duration = place.span(start, -4).text, place.span(-2, -1).text
    before = place.source.span(place.at(-4).end, place.at(-1).end)
    return unexpected(
        place,
        (
            "each `then` step has its own `within` behind it, the first event has none",
            "when the first event happened stands at the very end: "
            f"`{begun} then … within … in last {duration}`",
        ),
        (Fix("leave out the `within` of the first event", (Edit(before, ""),)),),
        expected=("`before`", "`after`"),
    )


def _early_window(place: Place) -> Diagnostic | None:
    """`did view in last 60 days then purchase within 7 days`."""
    before = place.tokens[: place.index]
    is_after = any(token.kind == "DID" for token in before) and "AND" in place.acceptable
    if place.at(0).kind != "THEN" or not is_after:
        return None
    notes = (
        "the window of a sequence stands at its end, and is that of the first event:"
        " `did view then purchase within 7 days in last 60 days`",
        "a sequence has no count",
    )
    is_count = place.at(-1).kind == "TIMES"
    return unexpected(place, notes[1:] if is_count else notes[:1])


READINGS: tuple[Reading, ...] = (
    _english_step,
    _endless_step,
    _first_step_window,
    _early_window,
)
