"""The matcher: rules prepared once, then asked for one profile after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Literal, Protocol

from segdsl.catalog import Catalog
from segdsl.catalog.tables import given_as
from segdsl.diagnostics import profile_errors
from segdsl.diagnostics.data_errors import sum_too_large
from segdsl.errors import DataError, UnsupportedError
from segdsl.functions.clock import Calendar
from segdsl.matching.code import Settings, Writer, function
from segdsl.matching.index import index
from segdsl.matching.layout import CONNECTIVES
from segdsl.matching.plain import plainly
from segdsl.matching.prelude import PARAMETERS, reading
from segdsl.matching.reading import ProfileError
from segdsl.matching.thresholds import (
    POPULATION,
    Threshold,
    Thresholds,
    population_names,
    words_of,
)
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import SumTooLargeError
from segdsl.plan.words import describe

_FEW = 96
"""Atoms, counted where they stand, up to which rules are run as code."""

Form = Literal["code", "index"]


class Match(Protocol):
    """What a matcher does with one profile."""

    def __call__(
        self, profile: object, *, events: Mapping[str, object] | None = None
    ) -> tuple[str, ...]:
        """Return the names of the audiences that a profile is in, in the order of the rules.

        `profile` is a mapping of field names to values, or a pydantic object; absent and None are
        missing, and only what rules read is looked at. `events` are lists of the customer's
        events by name, each a mapping or object as well; without them they are looked for in the
        profile. Raises TypeError for a value that does not fit its field, UnsupportedError
        without the customer's key where rules go by it, DataError for a float that is too large
        to be summed, and for the name of an event that neither rules nor catalog know.
        """


@dataclass(frozen=True, slots=True)
class Matcher:
    """Prepared rules: `match` answers for one profile, safely from several threads.

    As-of was settled when it was made. A copy, as one in another process, is prepared anew, under
    the same as-of.
    """

    as_of: datetime
    match: Match
    _made_of: tuple[Any, ...] = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[Callable[..., Matcher], tuple[Any, ...]]:
        return _again, self._made_of


def matcher(
    segments: Mapping[str, n.Node],
    calendar: Calendar,
    *,
    catalog: Catalog | None = None,
    thresholds: Thresholds | None = None,
    spoken_of: Collection[str] = (),
    form: Form | None = None,
) -> Matcher:
    """Return the matcher of segments; `form` is chosen by the number of atoms if not said.

    The catalog tells the customer's key, else the thresholds do, and what properties of events may
    be called. Of events those may be given that it declares, that segments read or that rules have
    `spoken_of`.

    Raises UnsupportedError for conditions on the population that no threshold is there for.
    """
    plain = plainly(segments.values(), calendar, n.Interner())
    found = _thresholds(segments, plain, thresholds)
    roots = {name: plain[root] for name, root in segments.items()}
    known = catalog if catalog is not None else Catalog()
    settings = Settings(
        calendar, found, partial(given_as, known), frozenset({*known.events, *spoken_of})
    )
    nodes = n.ordered(*roots.values())
    key = known.customers.key
    if key is None and thresholds is not None:
        key = thresholds.key
    if form is None:
        form = "code" if _is_small(roots.values()) else "index"

    def new() -> Writer:
        return reading(nodes, settings, key)

    match = index(roots, new).match if form == "index" else _coded(roots, new)
    if any(map(_may_overflow, nodes)):
        match = _told(match)
    again = (segments, calendar, catalog, thresholds, tuple(spoken_of), form)
    return Matcher(calendar.as_of, match, again)


def _again(
    segments: Mapping[str, n.Node],
    calendar: Calendar,
    catalog: Catalog | None,
    thresholds: Thresholds | None,
    spoken_of: Collection[str],
    form: Form,
) -> Matcher:
    """Return the matcher that these made before."""
    return matcher(
        segments,
        calendar,
        catalog=catalog,
        thresholds=thresholds,
        spoken_of=spoken_of,
        form=form,
    )


def _may_overflow(node: n.Node) -> bool:
    """Return whether a node sums numbers, or turns a profile's whole numbers into floats."""
    match node:
        case n.OneOf(_, members) | n.HasOnly(_, members):
            return any(isinstance(member, float) for member in members)
        case n.Compare(_, left, right):
            constants = [one.value for one in (left, right) if isinstance(one, n.Literal)]
            return not constants or isinstance(constants[0], float)
        case _:
            return isinstance(node, (n.Aggregate, n.Apply, n.Has, *POPULATION))


def _told(match: Match) -> Match:
    """Return what tells users of numbers that are too large to be reckoned with."""

    def told(profile: object, *, events: Mapping[str, object] | None = None) -> tuple[str, ...]:
        try:
            return match(profile, events=events)
        except SumTooLargeError:
            raise DataError((sum_too_large(),)) from None
        except OverflowError:
            raise ProfileError("a number is too large: 64-bit floats end before it") from None

    return told


def _thresholds(
    segments: Mapping[str, n.Node], plain: Mapping[n.Node, n.Node], given: Thresholds | None
) -> dict[n.Node, Threshold]:
    """Return the thresholds of population nodes. Raises UnsupportedError where one is not there."""
    known = {} if given is None else given.by_name
    found: dict[n.Node, Threshold] = {}
    for name, node in population_names(segments.values()).items():
        if name not in known:
            given_for = None if given is None else tuple(map(words_of, known))
            complaint = profile_errors.no_threshold(describe(node), words_of(name), given_for)
            raise UnsupportedError((complaint,))
        found[plain[node]] = known[name]
    return found


def _is_small(roots: Collection[n.Node]) -> bool:
    """Return whether the conditions are few, so that running them all is quicker than an index."""
    waiting, count = list(roots), 0
    while waiting and count <= _FEW:
        node = waiting.pop()
        below = n.children(node) if isinstance(node, CONNECTIVES) else ()
        waiting.extend(below)
        count += not below
    return count <= _FEW


def _coded(roots: Mapping[str, n.Node], new: Callable[[], Writer]) -> Match:
    """Return all segments as one function."""
    writer = new()
    writer.write(roots.values())
    if len(roots) == 1:
        ((name, root),) = roots.items()
        yes, no = writer.constant((name,)), writer.constant(())
        return function(writer, PARAMETERS, f"{yes} if {writer.names[root]} else {no}")
    chosen = [
        f"*({writer.constant((name,))} if {writer.names[root]} else ()),"
        for name, root in roots.items()
    ]
    return function(writer, PARAMETERS, f"({' '.join(chosen)})")
