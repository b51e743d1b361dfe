"""The events of one profile for `segdsl match`: where each stands, and which count for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segdsl.cli.profiles import Placed, read_events

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.diagnostics import Diagnostic
    from segdsl.diagnostics.event_data import LeftOut


@dataclass(frozen=True, slots=True)
class Happened:
    """Events from files of their own, by name; without files they stand in the profile."""

    files: Mapping[str, str]
    events: Mapping[str, Sequence[Placed]] = field(default_factory=dict)

    @staticmethod
    def of(files: Mapping[str, str]) -> Happened:
        """Return the events of files. Raises DataError."""
        return Happened(files, {name: read_events(file) for name, file in files.items()})

    def given(self) -> dict[str, list[Any]] | None:
        """Return the events as `Ruleset.match` takes them."""
        listed = {name: [one.value for one in found] for name, found in self.events.items()}
        return listed if self.files else None

    def place_of(self, error: Exception, profile: Placed) -> str:
        """Return where that stands which does not fit."""
        from segdsl.matching.reading import ProfileError

        found = error.event if isinstance(error, ProfileError) else None
        if found is None or found[0] not in self.events:
            return profile.place
        event, number = found
        return self.events[event][number].place

    def places(self, profile: Placed) -> str:
        """Return where all stands that types may have come from."""
        return ", ".join((profile.place, *self.files.values()))

    def unread(self, rules: Ruleset) -> tuple[Diagnostic, ...]:
        """Return what is to be said of files of events that neither rules nor catalog know."""
        from segdsl.diagnostics.event_data import unread_event_data

        known = {*rules.known_catalog.events, *rules.plan.events}
        strange = [name for name in self.files if name not in known]
        return (unread_event_data(strange, known),) if strange else ()

    def left_out(self, rules: Ruleset, profile: Mapping[str, Any], place: str) -> list[Diagnostic]:
        """Return what is to be said of events without their time, which rules do not count."""
        from segdsl.diagnostics.event_data import events_left_out

        found = []
        for event, rows in self._of(rules, profile):
            left = _left_out(rules, event, rows)
            if left is not None:
                found.append(events_left_out(left, self.files.get(event, place)))
        return found

    def _of(
        self, rules: Ruleset, profile: Mapping[str, Any]
    ) -> Iterator[tuple[str, Sequence[Any]]]:
        """Yield what rules read of events, by name."""
        from segdsl.matching.reading import sought

        fields = set() if self.files else {item.name for item in rules.plan.mentioned}
        own = self.given() or profile
        for event in rules.plan.events:
            rows = None if event in fields else sought(own, own.get, event)
            if rows:
                yield event, rows


def _left_out(rules: Ruleset, event: str, rows: Sequence[Any]) -> LeftOut | None:
    """Return how many events have no time; None if all have, or if they need none."""
    from segdsl.catalog.tables import TIME, given_as
    from segdsl.diagnostics.event_data import LeftOut
    from segdsl.matching.reading import sought

    catalog = rules.known_catalog
    table = catalog.events.get(event)
    time = TIME if table is None else table.time
    if time is None:
        return None
    names = [name for name in given_as(catalog, event, TIME) if isinstance(name, str)]
    timeless = sum(all(sought(row, row.get, name) is None for name in names) for row in rows)
    if not timeless:
        return None
    return LeftOut(event, len(rows), 0, 0, (), timeless, table.key if table else "", time)
