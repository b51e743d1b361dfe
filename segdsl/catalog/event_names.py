"""The names under which events are given: those that a catalog or the rules know."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from unicodedata import normalize

from segdsl.diagnostics.event_data import unknown_event_data
from segdsl.diagnostics.near import near_names
from segdsl.errors import DataError


def demand_known(given: Iterable[str], known: Collection[str]) -> None:
    """Raise DataError for names that are not known."""
    names = dict.fromkeys(normalize("NFC", name) for name in given)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DataError([unknown_event_data(name, known) for name in unknown])


def demand_meant(given: Iterable[str], known: Collection[str]) -> None:
    """Raise DataError for unknown names that are like a known one which is not given.

    Others are of events that conditions to come may speak of.
    """
    names = {normalize("NFC", name) for name in given}
    lacking = set(known) - names
    demand_known([one for one in names if near_names(one, lacking)], known)
