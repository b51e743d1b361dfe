"""One profile: why it is in an audience or not, and in which it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from segdsl.catalog.tables import TIME, is_id
from segdsl.diagnostics import catalog_errors
from segdsl.diagnostics.wording import listed
from segdsl.errors import UnsupportedError
from segdsl.functions.scalars import canonical
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer
from segdsl.settings import AsOf, calendar_of, typed_by, untyped

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.engine.explain import Explanation
    from segdsl.engine.timelines import Timelines
    from segdsl.matching.matcher import Matcher
    from segdsl.matching.thresholds import Thresholds

_DECLARE = "the catalog declares them: `segdsl infer` writes one from data"
_OR_MATCH = "`match` by itself goes by the types of a profile's values"
_CLOCK = (n.Now, n.Today, n.InPeriod, n.AnniversaryIn, n.AnniversaryOn, n.InOrder)
_MOST = 16  # prepared matchers that are kept


def explained(
    rules: Ruleset,
    profile: Mapping[str, Any],
    segment: str,
    events: Mapping[str, Sequence[Mapping[str, Any]]],
    as_of: AsOf | None,
) -> Explanation:
    """Return why a profile is in an audience or not. Raises as `Ruleset.explain` says."""
    from segdsl.diagnostics.profile_errors import keyless
    from segdsl.engine.explain import explain, named_values
    from segdsl.engine.given_events import given_events
    from segdsl.engine.timelines import canonical_events
    from segdsl.matching.reading import key_of

    profile = {normalize("NFC", name): value for name, value in profile.items()}
    listed = given_events(rules.known_catalog, rules.plan.events, events)
    ruleset = _typed_by(rules, profile, listed)
    audience = ruleset[segment].audience
    calendar = calendar_of(ruleset.catalog, as_of)
    values = {
        name: canonical(profile.get(name), item.value_type, calendar.zone)
        for name, item in ruleset.known_catalog.customers.fields.items()
    }
    name = ruleset.known_catalog.customers.key
    key = None if name is None else profile.get(name)
    if any(isinstance(node, n.Bucket) for node in n.ordered(audience.root)):
        key = key_of(key, f"key `{name}`")
        if key is None:
            alike = tuple(filter(is_id, profile))
            raise UnsupportedError((keyless("a sample is drawn", name, alike),))
    happened = canonical_events(ruleset.plan.nodes, listed, calendar.zone)
    customer = Customer("" if key is None else key, values, happened)
    return explain(audience.clause, customer, calendar, {}, names=named_values(ruleset.plan))


def prepared(rules: Ruleset, as_of: AsOf | None, thresholds: Thresholds | None) -> Matcher:
    """Return rules prepared for profiles. Raises as `Ruleset.matcher` says."""
    from segdsl.matching.matcher import matcher

    if _is_open(rules):
        what = f"the types of {listed(open_names(rules), 'and')} are not declared"
        raise UnsupportedError((catalog_errors.unsupported(what, help=(_DECLARE, _OR_MATCH)),))
    simple = rules.simple
    segments = {name: simple.get(root, root) for name, root in rules.plan.segments.items()}
    calendar = calendar_of(rules.catalog, as_of)
    return matcher(
        segments,
        calendar,
        catalog=rules.known_catalog,
        thresholds=thresholds,
        spoken_of=rules.plan.events,
    )


class Matchers:
    """The matchers that one ruleset has prepared, by the types of untyped fields and as-of.

    A copy, as one in another process, prepares its own.
    """

    def __init__(self) -> None:
        self._kept: dict[object, tuple[Thresholds | None, Matcher]] = {}
        self._habits: tuple[bool, bool] | None = None

    def __reduce__(self) -> tuple[type[Matchers], tuple[()]]:
        return Matchers, ()

    def match(
        self,
        rules: Ruleset,
        profile: object,
        events: Mapping[str, Any] | None,
        as_of: AsOf | None,
        thresholds: Thresholds | None,
    ) -> tuple[str, ...]:
        """Return the audiences that a profile is in. Raises as `Ruleset.match` says."""
        from segdsl.matching.untyped import with_lists

        if self._habits is None:
            self._habits = _is_open(rules), _reads_clock(rules)
        if self._habits[0]:  # events are read for their types before they are matched
            if events is None:
                profile = with_lists(profile, rules.plan.events)
            else:
                events = with_lists(events, rules.plan.events)
        found = self._found(rules, profile, events, as_of, thresholds, *self._habits)
        return found.match(profile, events=events)

    def _found(
        self,
        rules: Ruleset,
        profile: object,
        events: Mapping[str, Any] | None,
        as_of: AsOf | None,
        thresholds: Thresholds | None,
        is_open: bool,
        reads_clock: bool,
    ) -> Matcher:
        """Return the matcher for a profile, prepared anew where as-of has moved on."""
        from segdsl.matching.untyped import types_of

        moment = as_of if as_of is not None else rules.known_catalog.as_of
        case = types_of(*_given(rules, profile, events)) if is_open else (), moment
        kept = self._kept.get(case)
        if kept is None or kept[0] is not thresholds or (moment is None and reads_clock):
            typed = _typed_for(rules, profile, events) if is_open else rules
            kept = thresholds, prepared(typed, as_of, thresholds)
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[case] = kept
        return kept[1]


def _is_open(rules: Ruleset) -> bool:
    """Return whether the catalog leaves types of what rules read open."""
    return rules.is_untyped or bool(untyped(rules.plan))


def _reads_clock(rules: Ruleset) -> bool:
    """Return whether who is in an audience depends on as-of."""
    nodes = n.ordered(*rules.plan.segments.values(), below=n.parts)
    return any(isinstance(node, _CLOCK) for node in nodes)


def _given(
    rules: Ruleset, profile: object, events: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], Timelines]:
    """Return what rules speak of: the values of a profile by field, and its events."""
    from segdsl.catalog.event_names import demand_meant
    from segdsl.engine.given_events import given_events
    from segdsl.matching.untyped import events_of, values_of

    if isinstance(events, Mapping):
        demand_meant(events, {*rules.known_catalog.events, *rules.plan.events})
    happened = events_of(profile, events, rules.plan.events)
    names = [item.name for item in rules.plan.mentioned if item.name not in happened]
    return values_of(profile, names), given_events(rules.known_catalog, happened, happened)


def _typed_for(rules: Ruleset, profile: object, events: Mapping[str, Any] | None) -> Ruleset:
    """Return the rules under the types of a profile's values. Raises as `Matchers.match` does."""
    from segdsl.diagnostics.profile_errors import untyped_events
    from segdsl.matching.reading import fields_of

    values, happened = _given(rules, profile, events)
    found = _typed_by(rules, values, happened)
    tables = rules.known_catalog.events
    times = {event: table.time or TIME for event, table in tables.items()}
    lacking: dict[str, list[str]] = {}
    for event, name in _open_properties(found):
        declared_as = times.get(event, TIME) if name == TIME else name
        lacking.setdefault(event, []).append(declared_as)
    if lacking:
        given = fields_of(profile if events is None else events, "a profile")
        lists = {name for name, one in given.items() if isinstance(one, list | tuple)}
        complaints = []
        for event, names in lacking.items():
            rows = happened.get(event, ())
            known = {name for row in rows for name, value in row.items() if value is not None}
            declared = tables[event].fields if event in tables else None
            complaints.append(
                untyped_events(
                    event,
                    tuple(dict.fromkeys(names)),
                    known if rows else lists - {event},
                    declared,
                    time=times.get(event, TIME),
                    are_there=bool(rows),
                )
            )
        raise UnsupportedError(complaints)
    return found


def open_names(rules: Ruleset) -> tuple[str, ...]:
    """Return the fields and properties of which only data tell whether they are there, and types.

    That is what no catalog declares.
    """
    names = [*untyped(rules.plan), *(item.name for item in rules.fields() if item.type is None)]
    names += [f"{event}.{name}" for event, name in _open_properties(rules)]
    return tuple(dict.fromkeys(names))


def _open_properties(rules: Ruleset) -> tuple[tuple[str, str], ...]:
    """Return the properties, each behind its event, of which nothing tells the type."""
    found = (one for one in rules.plan.properties if one.type.is_error)
    return tuple(dict.fromkeys((one.event, one.name) for one in found))


def _typed_by(rules: Ruleset, profile: Mapping[str, Any], events: Timelines) -> Ruleset:
    """Return the rules under the types of one customer's values, and of their use for others.

    Raises CompileError.
    """
    from segdsl.engine.complete import Further
    from segdsl.engine.empty_columns import bound_by_use_alone

    known = rules.known_catalog
    told = {name: value for name, value in profile.items() if value is not None}
    catalog, lacking = typed_by(known, rules.plan, told, events)
    if catalog is known and not untyped(rules.plan):
        return rules
    further = Further(open_events=lacking)
    names = [name for name in untyped(rules.plan) if name not in told]
    return bound_by_use_alone(lambda one: rules.bound(one, further), catalog, names)
