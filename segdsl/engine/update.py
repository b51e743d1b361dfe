"""An evaluation brought up to date: only those whose answers may have changed are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
import polars as pl

from segdsl.backends.masks.overlays import Layer, Overlay
from segdsl.backends.masks.rows import Mask, Row, Tables, abreast, tables
from segdsl.catalog.event_names import demand_meant
from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.change_errors import (
    all_evaluated,
)
from segdsl.engine.evaluate import Prepared, Result, run
from segdsl.engine.event_windows import widest_windows
from segdsl.engine.membership import Membership
from segdsl.engine.moved import moved, why_all
from segdsl.engine.news import News
from segdsl.engine.origin import Origin, Rules
from segdsl.engine.packed import Masks, Numbered, counted
from segdsl.engine.people import People, Rows
from segdsl.engine.processors import processors
from segdsl.engine.readers.wanted import ROW, properties_read
from segdsl.engine.rolls import Changes, Roll
from segdsl.engine.run import as_local, by_name, evaluate
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n

_MOST = 3  # a third of the customers: evaluating all is no slower than evaluating more than that
_MOST_READ = 8  # an eighth, where as-of has moved: their rows have to be found in the data
_POPULATION = (n.Ntile, n.Ranked, n.Common)


def update(
    rules: Rules,
    membership: Membership,
    customers: object | None,
    events: Mapping[str, object],
    gone: Iterable[int | str],
    as_of: datetime | None,
) -> Membership:
    """Return a membership as an evaluation of the data as they are now would give it.

    `customers` are rows that are new or have changed, `events` those that came later, `gone` keys
    of customers that are no more. Raises DataError, and ValueError for a membership that these
    rules were not evaluated to, or that holds no masks or no way to read its data again.
    """
    origin = _origin_of(rules, membership)
    demand_meant(events, origin.catalog.events)
    calendar = origin.calendar if as_of is None else replace(origin.calendar, as_of=as_of)
    news = News.of(origin, customers, events, gone)
    now = replace(
        origin,
        people=origin.people.then(news.added, news.gone),
        patches=(*origin.patches, news.frame) if news.frame.height else origin.patches,
        added=news.all_events(origin),
    )
    whole = _why_all(origin, calendar)
    if whole is None:
        rows, notices = _again(origin, now, news, calendar)
        news = replace(news, notices=(*news.notices, *notices))
        most = _MOST if calendar == origin.calendar else _MOST_READ
        if most * len(rows) <= len(now.people.keys):
            return _some(membership, origin, now, news, rows, calendar)
        whole = "so many have changed that this takes less time" if len(rows) else None
    return _all(membership, now, news, calendar, whole)


def _origin_of(rules: Rules, membership: Membership) -> Origin:
    if not isinstance(membership, Membership):
        kind = type(membership).__name__
        raise TypeError(f"what is brought up to date is a membership, not {kind}")
    origin = membership.origin
    if origin is None:
        raise ValueError(
            "the membership cannot be brought up to date: it was pickled, or customers were only"
            " counted; `evaluate` gives another"
        )
    if origin.rules is not rules and origin.rules.to_json() != rules.to_json():
        raise ValueError("the membership was evaluated by other rules; `evaluate` goes by these")
    return origin


def _why_all(origin: Origin, calendar: Calendar) -> str | None:
    """Return why all customers have to be evaluated; None if only some have to."""
    for level in origin.program.levels:
        if any(isinstance(node, _POPULATION) for node in (*level.values, *level.atoms)):
            return "a rule stands on the whole population"
    return why_all(origin.program) if calendar != origin.calendar else None


def _again(
    origin: Origin, now: Origin, news: News, calendar: Calendar
) -> tuple[Rows, tuple[Diagnostic, ...]]:
    """Return the places of all who have to be evaluated again, and what is said of new events."""
    found, notices = [news.places], list[Diagnostic]()
    if calendar != origin.calendar:
        found.append(origin.people.places_of(moved(origin, calendar)))
    wanted = properties_read(now.over_events)
    for event, table in news.events.items():
        if event in wanted:
            read = now.added_events(event, table, wanted, now.people.keys)
            notices += read.notices
            rows = read.frames[event][ROW].unique().sort().cast(pl.Int64).to_numpy()
            found.append(now.people.places_of(rows))
    if len(found) == 1:  # they rise, and none of them is gone
        return news.places, tuple(notices)
    return np.setdiff1d(np.concatenate(found), now.people.gone), tuple(notices)


# ---- evaluating


def _evaluated(
    now: Origin, frame: pl.DataFrame, prepared: Prepared, *, keep_codes: bool = False
) -> Result:
    calendar = prepared.calendar
    wanted = properties_read(now.over_events)
    windows = widest_windows(now.over_events, calendar)
    events = now.events(wanted, frame[now.key], windows)
    program, key = now.program, now.key
    return run(program, frame, key, calendar, events, keep_codes=keep_codes, prepared=prepared)


def _some(
    membership: Membership,
    origin: Origin,
    now: Origin,
    news: News,
    places: Rows,
    calendar: Calendar,
) -> Membership:
    """Return the membership with new answers for some, and no one of those who are gone."""
    prepared = now.prepared if calendar == origin.calendar else Prepared(now.program, calendar)
    frame = news.frame
    if len(places) > len(news.places) or not news.frame.height:
        frame = now.customers(now.fields, now.people.rows(places), columns=now.columns)
    result = _evaluated(now, frame, prepared)
    people, machine = now.people, prepared.machine
    over = Overlay.of(list(membership.masks.kept.values()), origin.people.stored)
    both = np.union1d(places, news.gone) if len(news.gone) else places
    answers = _spread(result, both, places, prepared)
    before = over.answers(both, machine, processors(), origin.codes)
    patched = over.over(Layer(both, answers), people.stored, people.gone, machine)
    earlier, later = (_masks(membership, one, len(both)) for one in (before, answers))
    sizes = {
        name: size - earlier.sizes[name] + later.sizes[name]
        for name, size in membership.masks.sizes.items()
    }
    masks = Masks(patched.rows, _numbered(sizes, patched.mask), sizes)
    parts = _People(membership, origin, people, frame, places)
    keys = frame[now.key]
    if both is not places or keys.dtype != people.base.keys.dtype:
        keys = people.keys_at(both)
    since = Changes(now.key, Roll(keys, earlier), Roll(keys, later), membership.originals)
    traits = {name: as_local(one, calendar) for name, one in result.traits.items()}
    return replace(
        membership,
        as_of=calendar.as_of,
        customers=parts.merged(membership.customers, frame.select(membership.customers.columns)),
        masks=masks,
        traits=parts.traits(traits),
        notices=news.notices,
        reread=None,
        since=since,
        origin=replace(now, calendar=calendar, prepared=prepared),
    )


def _spread(result: Result, both: Rows, places: Rows, prepared: Prepared) -> Tables:
    """Return the answers for those at some places as tables over more, who are in no audience."""
    blocks = list(abreast(list(result.masks.kept.values())))
    own = np.concatenate(blocks) if blocks else tables(len(result.masks.kept), 0)
    if len(both) == len(places):
        return own
    found = tables(len(result.masks.kept), len(both))
    found[:] = 0
    numbers = np.arange(own.shape[1])
    rows = np.searchsorted(both, places)
    prepared.machine.gather(own, numbers, np.arange(len(places)), found, rows, numbers)
    return found


def _masks(membership: Membership, answers: Tables, rows: int) -> Masks:
    """Return answers for some rows as masks of a membership's audiences."""
    sizes = dict(zip(membership.masks, counted(answers).tolist(), strict=True))
    return Masks(rows, _numbered(sizes, partial(Row, (answers,), rows=rows)), sizes)


def _numbered(names: Iterable[str], make: Callable[[int], Mask]) -> Numbered:
    return Numbered({name: i for i, name in enumerate(names)}, make)


@dataclass(frozen=True, slots=True)
class _People:
    """Puts the columns of those who were evaluated again among those of all."""

    membership: Membership
    origin: Origin
    people: People
    frame: pl.DataFrame
    places: Rows

    def merged(self, earlier: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
        """Return the columns of all who are there, in their order."""
        if earlier.columns == [self.origin.key]:
            return self.people.keys.to_frame()
        index = self._index()
        return pl.concat([earlier, fresh], how="vertical_relaxed")[index]

    def _index(self) -> Rows:
        """Return for each customer the row in the earlier columns, or behind them in the fresh."""
        before = self.origin.people
        index = np.zeros(self.people.stored, np.int64)
        is_there = np.ones(self.people.stored, np.bool_)
        is_there[self.people.gone] = False
        index[before.places_of(np.arange(len(before.keys)))] = np.arange(len(before.keys))
        index[self.places] = len(before.keys) + np.arange(len(self.places))
        return index[is_there]

    def traits(self, fresh: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
        """Return the traits of all who are there."""
        if not fresh:
            return {}
        index = self._index()
        return {
            name: pl.concat(
                [earlier.to_frame(name), fresh[name].to_frame(name)], how="vertical_relaxed"
            )[name].gather(index)
            for name, earlier in self.membership.traits.items()
        }


def _all(
    membership: Membership, now: Origin, news: News, calendar: Calendar, why: str | None
) -> Membership:
    """Return the membership of all as they are now."""
    if now.is_as_it_was:
        now.demand_same()
        parts = now.plan, now.program, now.catalog, calendar, now.data
        found = evaluate(
            *parts,
            columns=now.columns,
            strict=now.strict,
            originals=membership.originals,
            previous=membership,
            rules=now.rules,
        )
        return replace(found, notices=(*news.notices, *((all_evaluated(why),) if why else ())))
    frame = now.customers(now.fields, columns=now.columns)
    prepared = now.prepared if calendar == now.calendar else Prepared(now.program, calendar)
    result = _evaluated(now, frame, prepared, keep_codes=True)
    keys = frame[now.key]
    before = Roll(membership.customers[now.key], membership.masks)
    return replace(
        membership,
        as_of=calendar.as_of,
        customers=frame.select(membership.customers.columns),
        masks=result.masks,
        traits={name: as_local(one, calendar) for name, one in result.traits.items()},
        population=by_name(now.program, result.thresholds),
        notices=(*news.notices, *((all_evaluated(why),) if why else ())),
        reread=None,
        since=Changes(now.key, before, Roll(keys, result.masks), membership.originals),
        origin=replace(
            now,
            calendar=calendar,
            prepared=prepared,
            people=People.of(keys),
            codes=result.codes,
        ),
    )
