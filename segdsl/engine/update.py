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
from segdsl.diagnostics.change_errors import all_evaluated
from segdsl.engine.evaluate import Prepared, Result, run
from segdsl.engine.event_windows import widest_windows
from segdsl.engine.membership import Membership
from segdsl.engine.moved import moved, why_all
from segdsl.engine.news import News
from segdsl.engine.origin import Origin, Rules
from segdsl.engine.packed import Masks, MasksByNumber, counted
from segdsl.engine.people import People, Rows
from segdsl.engine.processors import processors
from segdsl.engine.readers.wanted import ROW, properties_read
from segdsl.engine.rolls import Changes, Roll
from segdsl.engine.run import as_local, by_name, evaluate
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n

_MOST = 3  # a third of the customers: evaluating all is no slower than evaluating more than that
_MOST_READ = 8  # an eighth, where the first evaluation can be run once more: batch by batch
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
    is_later = calendar != origin.calendar
    news = News.of(origin, customers, events, gone)
    now = replace(
        origin,
        calendar=calendar,
        prepared=Prepared(origin.program, calendar) if is_later else origin.prepared,
        people=origin.people.then(news.added, news.gone),
        patches=(*origin.patches, news.frame) if news.frame.height else origin.patches,
        added=news.all_events(origin),
    )
    whole = _why_all(origin, calendar)
    if whole is None:
        places, notices = _again(origin, now, news)
        news = replace(news, notices=(*news.notices, *notices))
        most = _MOST_READ if is_later and now.is_as_it_was else _MOST
        if most * len(places) <= len(now.people.keys):
            return _some(membership, origin, now, news, places)
        whole = "so many have changed that this takes less time" if len(places) else None
    found = _anew(membership, now) if now.is_as_it_was else _all(membership, now)
    return replace(found, notices=(*news.notices, *((all_evaluated(whole),) if whole else ())))


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


def _again(origin: Origin, now: Origin, news: News) -> tuple[Rows, tuple[Diagnostic, ...]]:
    """Return the places of all who have to be evaluated again, and what is said of new events."""
    found, notices = [news.places], list[Diagnostic]()
    if now.calendar != origin.calendar:
        found.append(origin.people.places_of(moved(origin, now.calendar)))
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


def _evaluated(now: Origin, frame: pl.DataFrame, *, keep_codes: bool = False) -> Result:
    calendar, prepared = now.calendar, now.prepared
    wanted = properties_read(now.over_events)
    windows = widest_windows(now.over_events, calendar)
    events = now.events(wanted, frame[now.key], windows)
    program, key = now.program, now.key
    return run(program, frame, key, calendar, events, keep_codes=keep_codes, prepared=prepared)


def _some(
    membership: Membership, origin: Origin, now: Origin, news: News, places: Rows
) -> Membership:
    """Return the membership with new answers for some, and no one of those who are gone."""
    frame = news.frame
    if len(places) > len(news.places) or not news.frame.height:
        frame = now.customers(now.fields, now.people.rows(places), columns=now.columns)
    result = _evaluated(now, frame)
    both = np.union1d(places, news.gone) if len(news.gone) else places
    answers = _spread(result, both, places, now.prepared)
    masks, earlier, later = _patched(membership, origin, now, Layer(both, answers))
    keys = frame[now.key]
    if both is not places or keys.dtype != now.people.base.keys.dtype:
        keys = now.people.keys_at(both)
    parts = _People(membership, origin, now.people, frame, places)
    return replace(
        membership,
        as_of=now.calendar.as_of,
        customers=parts.merged(membership.customers, frame.select(membership.customers.columns)),
        masks=masks,
        traits=parts.traits(_traits(result, now)),
        notices=news.notices,
        reread=None,
        since=Changes(now.key, Roll(keys, earlier), Roll(keys, later), membership.originals),
        origin=now,
    )


def _patched(
    membership: Membership, origin: Origin, now: Origin, layer: Layer
) -> tuple[Masks, Masks, Masks]:
    """Return the masks of all, and of those whom a layer covers alone: as they were, and are."""
    machine, places = now.prepared.machine, layer.places
    over = Overlay.of(list(membership.masks.kept.values()), origin.people.stored)
    before = over.answers(places, machine, processors(), origin.codes)
    patched = over.over(layer, now.people.stored, now.people.gone, machine)
    earlier = _masks(membership, before, len(places))
    later = _masks(membership, layer.tables, len(places))
    sizes = {
        name: size - earlier.sizes[name] + later.sizes[name]
        for name, size in membership.masks.sizes.items()
    }
    return Masks(patched.rows, _by_number(sizes, patched.mask), sizes), earlier, later


def _traits(result: Result, now: Origin) -> dict[str, pl.Series]:
    return {name: as_local(one, now.calendar) for name, one in result.traits.items()}


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
    return Masks(rows, _by_number(sizes, partial(Row, (answers,), rows=rows)), sizes)


def _by_number(names: Iterable[str], make: Callable[[int], Mask]) -> MasksByNumber:
    return MasksByNumber({name: i for i, name in enumerate(names)}, make)


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


def _anew(membership: Membership, now: Origin) -> Membership:
    """Return the membership by the first evaluation run once more, within the budget it had."""
    now.demand_same()
    return evaluate(
        now.plan,
        now.program,
        now.catalog,
        now.calendar,
        now.data,
        columns=now.columns,
        strict=now.strict,
        originals=membership.originals,
        memory=now.memory,
        previous=membership,
        rules=now.rules,
    )


def _all(membership: Membership, now: Origin) -> Membership:
    """Return the membership of all as they are now, who are read whole."""
    frame = now.customers(now.fields, columns=now.columns)
    result = _evaluated(now, frame, keep_codes=now.memory is None)
    keys = frame[now.key]
    before = Roll(membership.customers[now.key], membership.masks)
    return replace(
        membership,
        as_of=now.calendar.as_of,
        customers=frame.select(membership.customers.columns),
        masks=result.masks,
        traits=_traits(result, now),
        population=by_name(now.program, result.thresholds),
        reread=None,
        since=Changes(now.key, before, Roll(keys, result.masks), membership.originals),
        origin=replace(now, people=People.of(keys), codes=result.codes),
    )
