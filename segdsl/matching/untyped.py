"""Profiles whose types no catalog declares: what their values tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from segdsl.matching.reading import fields_of, getter, listed_events, sought

Held = TypeVar("Held")


def values_of(profile: object, names: Iterable[str]) -> dict[str, Any]:
    """Return a profile's known values of these names. Raises TypeError for what is no profile."""
    get = getter(profile)
    found = {name: sought(profile, get, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def with_lists(held: Held, names: Iterable[str]) -> Held | dict[str, Any]:
    """Return a profile, or events by name, whose events of these names can be read repeatedly.

    Raises TypeError for what is no list of events.
    """
    found = values_of(held, names)
    once = {name: rows for name, rows in found.items() if not isinstance(rows, list | tuple)}
    if not once:
        return held
    lists = {name: list(listed_events(rows, name)) for name, rows in once.items()}
    return {**fields_of(held, "a profile"), **lists}


def events_of(
    profile: object, events: Mapping[str, Any] | None, names: Iterable[str]
) -> dict[str, list[Mapping[str, Any]]]:
    """Return the events of these names: those given, else those that the profile holds.

    Raises TypeError for what is no list of events.
    """
    found = values_of(profile if events is None else events, names)
    return {
        name: [fields_of(row, f"an event `{name}`") for row in listed_events(rows, name)]
        for name, rows in found.items()
    }


def types_of(
    profile: Mapping[str, Any], events: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[object, ...]:
    """Return what tells two profiles apart by the types of their values, those in lists too."""
    return tuple((name, _type(value)) for one in (profile, events) for name, value in one.items())


def _type(value: Any) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(dict.fromkeys(map(_type, value)))
    if isinstance(value, Mapping):
        return tuple((name, _type(item)) for name, item in value.items())
    return type(value)
