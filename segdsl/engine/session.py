"""A session: one condition after the other on the same data, each in the time of what is new."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import localcontext
from sys import maxsize
from threading import Lock
from typing import TYPE_CHECKING, NoReturn

from segdsl.catalog.event_names import demand_meant
from segdsl.diagnostics import Sink
from segdsl.diagnostics.near import unknown
from segdsl.engine.packed import Customers
from segdsl.engine.readers import read_customers
from segdsl.engine.session_data import Asked, Effort, SessionData
from segdsl.engine.session_nodes import small
from segdsl.engine.session_reading import OpenedData
from segdsl.errors import CompileError
from segdsl.functions.scalars import EXACT
from segdsl.plan import nodes as n
from segdsl.plan.digest import digests
from segdsl.semantics.alone import Alone, alone
from segdsl.semantics.audiences import audiences, settled
from segdsl.source import Source
from segdsl.syntax import parse_condition, tree

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.sources import Opened
    from segdsl.functions.clock import Calendar
    from segdsl.semantics import Project, Schema
    from segdsl.semantics.context import Context

_ASKED = "\0asked"  # a name that no declaration has


@dataclass(frozen=True, slots=True)
class _State:
    """What conditions are checked and read by: it grows with the columns that they name.

    `events` are the kinds whose tables are opened; `simple` and `digests` are of the rules' nodes.
    """

    context: Context
    data: OpenedData
    events: frozenset[str]
    intern: n.Interner
    simple: Mapping[n.Node, n.Node]
    digests: dict[n.Node, bytes]
    roots: Mapping[str, n.Node]

    @staticmethod
    def of(bound: Ruleset, data: OpenedData, calendar: Calendar) -> _State:
        """Return the beginning: what rules mean that are bound to data."""
        with localcontext(EXACT):
            context = settled(bound.project, bound.schema, bound.params, Sink())
            roots = {one.name: one.root for one in audiences(bound.project, context)}
        intern = n.Interner()
        simple = small(context.record.intern, intern, calendar)
        kept = tuple(dict.fromkeys(simple.values()))
        events = frozenset(bound.plan.events)
        return _State(context, data, events, intern, simple, digests(kept, {}), roots)

    def grown(self, bound: Ruleset, data: OpenedData, declared: Catalog) -> _State | None:
        """Return the state with the fields and events of further rules; None if types differ.

        Events that are not `declared` wholly are left out: of these each rule has its own.
        """
        new, old = data.catalog, self.data.catalog
        own, further = old.customers.fields, new.customers.fields
        if any(own[name] != item for name, item in further.items() if name in own):
            return None
        opened = [name for name in bound.plan.events if _is_declared(declared, name)]
        events = {**old.events, **{name: new.events[name] for name in opened}}
        catalog = old.with_customers(fields={**own, **further})
        catalog = catalog.model_copy(update={"events": events})
        tables = replace(
            self.data.opened,
            events={**data.opened.events, **self.data.opened.events},
            lookups={**data.opened.lookups, **self.data.opened.lookups},
        )
        schema = _merged(self.context.schema, bound.schema, opened)
        return replace(
            self,
            context=replace(self.context, schema=schema),
            data=OpenedData(catalog, tables),
            events=self.events | set(opened),
        )


def _merged(had: Schema, has: Schema, opened: Collection[str]) -> Schema:
    """Return what may be read by two schemas, of the events that are `opened` now by the second."""
    events = dict(has.events or {})
    events.update((name, one) for name, one in (had.events or {}).items() if name not in opened)
    fields = {**(had.fields or {}), **(has.fields or {})}
    unread = has.unread if had.fields is None else had.unread & has.unread
    return replace(has, fields=fields or None, unread=unread, events=events or None)


def _opened_data(bound: Ruleset, opened: Opened) -> OpenedData:
    """Return the data as rules see them that are bound to them; no cell is held for later."""
    return OpenedData(bound.known_catalog, replace(opened, customers=opened.customers.unread()))


def _is_declared(catalog: Catalog, event: str) -> bool:
    """Return whether nothing about an event and its lookups is left to the data."""
    found = catalog.events.get(event)
    return bool(found and found.fields and all(one.fields for one in catalog.lookups.values()))


class Session:
    """Rules on data, for one condition after the other; made by `Ruleset.session`.

    A column is read when a condition first needs it and kept as codes: 2 bytes a customer for
    texts of up to 65,536 different ones, whole numbers and dates that lie close together, 4 for
    more texts that repeat themselves; other columns are kept as they are. Masks take one bit a
    customer and condition, those used last within `memory`. As-of is that of the beginning,
    and data are taken not to change. Several threads may use a session.
    """

    def __init__(self, rules: Ruleset, events: Mapping[str, object], state: _State) -> None:
        """Begin by `Session.begin`, or with the columns and masks of another session."""
        self._rules, self._events, self._state = rules, events, state
        self._growing = Lock()

    _data: SessionData

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a session cannot be pickled, as it holds the data: pickle the rules, and begin another"
            " with `rules.session(…)` there"
        )

    @staticmethod
    def begin(
        rules: Ruleset,
        data: object,
        events: Mapping[str, object] | None,
        calendar: Calendar,
        *,
        strict: bool,
        memory: int | None,
    ) -> Session:
        """Return a session whose customers' keys are read. Raises as `Ruleset.evaluate` does."""
        if isinstance(events, Mapping):
            demand_meant(events, {*rules.known_catalog.events, *rules.plan.events})
        bound, opened, notices = rules.on(data, events, asked_further=True)
        seen = _opened_data(bound, opened)
        reading = read_customers(seen.catalog, seen.opened.customers, strict=strict)
        reading = replace(reading, notices=(*bound.findings, *notices, *reading.notices))
        session = Session(rules, events or {}, _State.of(bound, seen, calendar))
        session._data = SessionData(
            reading, calendar, strict=strict, memory=maxsize if memory is None else memory
        )
        return session

    # ---- questions

    def size(self, condition: str) -> int:
        """Return how many customers meet a condition.

        It may name whatever the rules declare, and columns of the data as the rules may. Raises
        CompileError, whose places are in the condition; DataError, UnsupportedError.

        >>> session.size('age between 25 and 34 and city = "İstanbul"')  # doctest: +SKIP
        """
        return self._data.counts(self._asked(condition))[0]

    def select(self, condition: str) -> Customers:
        """Return the customers who meet a condition, as a set: `a & ~b`, `len(a)`, `a.keys()`.

        Raises as `size` does.
        """
        return Customers(self._data.columns.keys, self._data.words(self._asked(condition))[0])

    def sizes(self) -> dict[str, int]:
        """Return the number of customers in each audience of the rules. Raises as `size` does."""
        roots = self._rules_roots()
        found = self._data.counts(self._of_rules(list(roots.values())))
        return dict(zip(roots, found, strict=True))

    def __getitem__(self, segment: str) -> Customers:
        """Return the customers of an audience of the rules. Raises KeyError, and as `size` does."""
        roots = self._rules_roots()
        if segment not in roots:
            raise KeyError(unknown(f"audience `{segment}`", segment, roots))
        root = roots[segment]
        return Customers(self._data.columns.keys, self._data.words(self._of_rules([root]))[0])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    # ---- the same data

    def with_rules(self, rules: Ruleset) -> Session:
        """Return a session of other rules on the same data, which shares columns and masks.

        Only what no earlier rule or condition asked is computed. Raises ValueError for rules under
        another catalog, and as `Ruleset.evaluate` does.
        """
        if rules.known_catalog != self._rules.known_catalog:
            raise ValueError("the rules have another catalog: they need a session of their own")
        bound, opened, _ = rules.on(
            self._state.data.opened.customers, self._events, asked_further=True
        )
        data = _opened_data(bound, opened)
        session = Session(rules, self._events, _State.of(bound, data, self._data.calendar))
        session._data = self._data
        return session

    def update(self, text: str) -> Session:
        """Return the session of an edited rule text, as `with_rules` does. Raises CompileError."""
        return self.with_rules(self._rules.edited(text))

    @property
    def rules(self) -> Ruleset:
        """The rules."""
        return self._rules

    @property
    def base(self) -> int:
        """The number of customers."""
        return self._data.height

    @property
    def as_of(self) -> datetime:
        """The instant from which conditions look."""
        return self._data.calendar.as_of

    @property
    def notices(self) -> tuple[Diagnostic, ...]:
        """What was assumed or counted in the columns that have been read so far."""
        return self._data.columns.notices

    @property
    def effort(self) -> Effort:
        """How many columns were read and how many distinct conditions computed so far."""
        return self._data.effort

    @property
    def memory(self) -> int:
        """The bytes of the columns and masks that are kept."""
        return self._data.size

    # ---- from text to nodes

    def _rules_roots(self) -> dict[str, n.Node]:
        """Return what decides who is in each audience."""
        state = self._state
        return {name: state.simple[root] for name, root in state.roots.items()}

    def _of_rules(self, roots: list[n.Node]) -> Asked:
        state = self._state
        return Asked(roots, state.digests, state.data)

    def _asked(self, text: str) -> Asked:
        """Return a condition ready to be asked. Raises TypeError for what is no text."""
        if not isinstance(text, str):
            raise TypeError(f"a condition is a text, such as 'age >= 18', not {text!r}")
        expression, complaints = parse_condition(Source.of(text, "<condition>"))
        if expression is None or any(one.is_error for one in complaints):
            raise CompileError(complaints)
        state = self._state
        with localcontext(EXACT):
            found = alone(expression, state.context)
            if not found.errors and found.is_typed and found.events <= state.events:
                return self._small(found, state)
            if found.errors and not (found.events - state.events or self._may_grow()):
                raise CompileError(found.diagnostics)
            return self._further(expression)

    def _may_grow(self) -> bool:
        """Return whether data can tell what the catalog does not."""
        catalog = self._rules.known_catalog
        return (
            not catalog.customers.fields
            or any(not _is_declared(catalog, event) for event in {*catalog.events, *self._events})
            or not catalog.is_complete
        )

    def _small(self, found: Alone, state: _State) -> Asked:
        """Return what a condition asks, made small."""
        roots = (found.clause.node, *found.named())
        done = small(roots, n.Layer(state.intern), self._data.calendar, state.simple)
        root, *named = (done[one] for one in roots)
        told = ChainMap(digests((root, *named), state.digests), state.digests)
        return Asked([root], told, state.data, frozenset(named) - {root})

    def _further(self, expression: tree.Expression) -> Asked:
        """Return a condition that names what no rule named so far: it is bound with the rules."""
        with self._growing:
            state = self._state
            found = alone(expression, state.context)
            if not found.errors and found.is_typed and found.events <= state.events:
                return self._small(found, state)
            wide = replace(self._rules, project=_with(self._rules.project, expression))
            wide = wide.bound(self._rules.known_catalog)
            bound, opened, notices = wide.on(
                state.data.opened.customers, self._events, asked_further=True
            )
            data = _opened_data(bound, opened)
            self._data.columns.note(notices)
            grown = state.grown(bound, data, self._rules.known_catalog)
            if grown is not None:
                self._state = grown
            root = bound.plan.audiences[-1].root
            simple = small((root,), n.Interner(), self._data.calendar)[root]
            return Asked([simple], digests((simple,), {}), data)


def _with(project: Project, condition: tree.Expression) -> Project:
    """Return a project with one more segment; one that is a bare condition becomes this one."""
    main = project.main
    if main.condition is not None or not project.declarations:
        return replace(project, main=replace(main, condition=condition))
    segment = tree.Segment(tree.Name(_ASKED, condition.span), None, (), condition, condition.span)
    return replace(
        project,
        main=replace(main, declarations=(*main.declarations, segment)),
        declarations={**project.declarations, _ASKED: segment},
    )
