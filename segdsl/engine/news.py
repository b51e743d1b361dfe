"""What has changed since an evaluation: customers, events, and who is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.change_errors import (
    bad_change,
    changed_and_gone,
    gone_unknown,
    other_key_type,
)
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.origin import Origin
from segdsl.engine.people import Rows
from segdsl.engine.readers import read_customers
from segdsl.engine.readers.sources import open_events
from segdsl.engine.readers.table import Table
from segdsl.errors import DataError


@dataclass(frozen=True, slots=True)
class News:
    """What has changed: rows by place, of which those of `added` keys are new, events, who is gone.

    `frame` holds the key and all fields that the rules read, in the order of `places`.
    """

    frame: pl.DataFrame
    places: Rows
    added: pl.Series
    gone: Rows
    events: Mapping[str, Table] = field(default_factory=dict)
    notices: tuple[Diagnostic, ...] = ()

    @staticmethod
    def of(
        origin: Origin,
        customers: object | None,
        events: Mapping[str, object],
        gone: Iterable[int | str],
    ) -> News:
        """Return what has changed. Raises DataError for what does not go with the data."""
        people = origin.people
        frame, notices = people.keys.head(0).to_frame(), tuple[Diagnostic, ...]()
        if customers is not None:
            reading = read_customers(
                origin.catalog,
                customers,
                origin.fields,
                columns=origin.columns,
                strict=origin.strict,
            )
            frame, notices = reading.frame, reading.notices
        keys = _like(frame[origin.key], people.keys)
        lost = _like(_keys_of(gone, origin.key), people.keys)
        double = (
            lost.filter(lost.is_in(keys.implode())) if len(keys) and len(lost) else lost.head(0)
        )
        if len(double):
            raise DataError((changed_and_gone(origin.key, double[0]),))
        places = people.places(keys)
        is_new = places < 0
        places[is_new] = people.stored + np.arange(int(is_new.sum()))
        order = np.argsort(places)
        added = frame[origin.key].filter(pl.Series(is_new))
        opened = {
            name: open_events(origin.catalog, name, one)
            for name, one in events.items()
            if name in origin.catalog.events
        }
        left = people.places(lost)
        strangers = lost.filter(pl.Series(left < 0, dtype=pl.Boolean)).unique(maintain_order=True)
        if len(strangers):
            notices = (*notices, gone_unknown(origin.key, len(strangers), strangers[0]))
        return News(
            frame if bool((order[1:] > order[:-1]).all()) else frame[order],
            places[order],
            added,
            np.unique(left[left >= 0]),
            opened,
            notices,
        )

    def all_events(self, origin: Origin) -> Mapping[str, tuple[Table, ...]]:
        """Return the events that came since the first evaluation."""
        found = dict(origin.added)
        for name, table in self.events.items():
            found[name] = (*found.get(name, ()), table)
        return found


def _keys_of(gone: Iterable[int | str], name: str) -> pl.Series:
    if isinstance(gone, str | bytes) or not isinstance(gone, Iterable):
        raise TypeError(f"gone are several keys, such as [{gone!r}], not {type(gone).__name__}")
    keys = list(gone)
    try:
        return pl.Series(name, keys) if keys else pl.Series(name, [], dtype=pl.Null)
    except (TypeError, pl.exceptions.PolarsError):
        raise DataError((bad_change("the keys are of several types", "the keys gone"),)) from None


def _like(keys: pl.Series, others: pl.Series) -> pl.Series:
    """Return keys in the type of others. Raises DataError for numbers beside texts."""
    if keys.dtype == others.dtype or keys.is_empty():
        return keys.cast(others.dtype) if keys.is_empty() else keys
    if others.is_empty():
        return keys
    if not (keys.dtype.is_integer() and others.dtype.is_integer()):
        held = spoken(keys.dtype), spoken(others.dtype)
        raise DataError((other_key_type(others.name, *held),))
    small = keys.cast(others.dtype, strict=False)
    return keys if small.null_count() else small
