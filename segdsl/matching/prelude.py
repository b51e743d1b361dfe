"""The lines that a function begins with: they read what rules need of a profile, and no more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from segdsl.catalog.tables import Given, is_id
from segdsl.diagnostics.profile_errors import keyless
from segdsl.errors import UnsupportedError
from segdsl.matching.behaviour import BEHAVIOUR, EVENTS
from segdsl.matching.code import Settings, Writer
from segdsl.matching.conditions import CONDITIONS
from segdsl.matching.reading import (
    NAMES,
    Get,
    ProfileError,
    Properties,
    Readable,
    Reader,
    Rows,
    canonical_code,
    fields_of,
    getter,
    happened,
    is_plain,
    key_of,
    seek,
    shown,
    sought,
)
from segdsl.matching.thresholds import key_type
from segdsl.matching.values import KEY, VALUES
from segdsl.plan import nodes as n

PARAMETERS = f"profile, *, {EVENTS}=None"
_TABLE = MappingProxyType({**VALUES, **CONDITIONS, **BEHAVIOUR})
_KEYED = (n.Bucket, n.Ranked, n.Ntile)


def reading(nodes: Sequence[n.Node], settings: Settings, key: str | None) -> Writer:
    """Return a writer whose lines read the fields, events and key that nodes stand on."""
    writer = Writer(settings, _TABLE, namespace=dict(NAMES))
    get = writer.constant(getter)
    writer.lines.append(f"get = profile.get if type(profile) is dict else {get}(profile)")
    if any(isinstance(node, _KEYED) for node in nodes):
        wanted = key_type(settings.thresholds.values())
        writer.lines.append(f"{KEY} = {writer.constant(_key(key, wanted))}(profile, get)")
    fields = [node for node in nodes if isinstance(node, n.Field)]
    for node in fields:
        writer.names[node] = _field(writer, node)
    properties = _properties(nodes, settings)
    known = writer.constant(_known({*settings.events, *properties}))
    writer.lines.append(f"if {EVENTS} is not None: {known}({EVENTS})")
    if properties:
        given = writer.constant(_all_events(properties, {field.name for field in fields}))
        writer.lines.append(f"{EVENTS} = {given}(profile, get, {EVENTS})")
    return writer


def _key(name: str | None, wanted: type | None) -> Callable[[object, Get], int | str]:
    """Return what reads the key; `wanted` is the type of those of the thresholds."""

    def read(profile: object, get: Get) -> int | str:
        key = None if name is None else key_of(get(name), f"key `{name}`")
        if key is None:
            alike = tuple(filter(is_id, fields_of(profile, "a profile")))
            raise UnsupportedError((keyless("samples and ranks go", name, alike),))
        if wanted is not None and not isinstance(key, wanted):
            told = f"{shown(key)} is of another type than the keys of the thresholds"
            raise ProfileError(f"key `{name}`: {told}")
        return key

    return read


def _known(names: frozenset[str] | set[str]) -> Callable[[object], None]:
    """Return what raises DataError for events given under other names."""

    def demand(events: object) -> None:
        if isinstance(events, Mapping) and not names.issuperset(events):
            from segdsl.catalog.event_names import demand_meant

            demand_meant(events, names)

    return demand


def _field(writer: Writer, field: n.Field) -> str:
    name = writer.constant(field.name)
    read = (
        f"get({name})" if is_plain(field.name) else f"{writer.constant(seek)}(profile, get, {name})"
    )
    local = writer.local(read)
    reader = Reader(f"field `{field.name}`", field.type, writer.settings.calendar.zone)
    code = canonical_code(field.type.kind, local, writer.constant(reader))
    writer.lines.append(f"{local} = {code}")
    return local


def _properties(nodes: Sequence[n.Node], settings: Settings) -> Properties:
    """Return how each property that is read comes into canonical form, by event and name."""
    found: dict[str, dict[str, Readable]] = {}
    over = [node for node in nodes if isinstance(node, n.OverEvents)]
    for node in n.ordered(*over, below=n.parts):
        match node:
            case n.Aggregate(event=event) | n.InOrder(event=event) | n.Step(event=event):
                found.setdefault(event, {})
            case n.Property(event, name, type_):
                zone = settings.calendar.zone
                given = settings.given_as(event, name)
                found.setdefault(event, {})[name] = Readable(
                    tuple((one, Reader(_spelt(event, name, one), type_, zone)) for one in given)
                )
            case _:
                pass
    return found


def _spelt(event: str, name: str, given: Given) -> str:
    """Return what a message calls a property: by the name under which it was given."""
    return f"`{event}.{name if isinstance(given, tuple) else given}`"


def _all_events(
    properties: Properties, fields: Collection[str]
) -> Callable[[object, Get, Any], Mapping[str, Rows]]:
    """Return what reads all events: those given, else what the profile has under their names."""

    def read(profile: object, get: Get, events: Any) -> Mapping[str, Rows]:
        given = profile if events is None else events
        of = get if events is None else getter(events, "events")
        names = [name for name in properties if events is not None or name not in fields]
        return dict.fromkeys(properties, ()) | {
            name: happened(sought(given, of, name), properties[name], name) for name in names
        }

    return read
