"""The names under which events are given: those that a catalog or the rules know."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from unicodedata import normalize

from segdsl.diagnostics.event_data import unknown_event_data
from segdsl.diagnostics.near import near_names
from segdsl.errors import DataError


def demand_meant(given: Iterable[str], known: Collection[str]) -> None:
    """Raise DataError for unknown names that are like a known one which is not given.

    Others are of events that no rule speaks of: who has many rules may give all there are.
    """
    names = dict.fromkeys(normalize("NFC", name) for name in given)
    lacking = [name for name in known if name not in names]
    mistyped = [name for name in names if name not in known and near_names(name, lacking)]
    if mistyped:
        raise DataError([unknown_event_data(name, known) for name in mistyped])
