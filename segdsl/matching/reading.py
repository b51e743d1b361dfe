"""Reads profiles and events: mappings or pydantic objects, values in canonical form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral
from typing import Any
from unicodedata import normalize
from uuid import UUID
from zoneinfo import ZoneInfo

from segdsl.catalog.tables import Given
from segdsl.catalog.types import Kind, Type
from segdsl.functions.scalars import canonical

Get = Callable[[str], Any]
"""Returns a profile's value by name, None for what is missing. `Any`: whatever callers hold."""

_CANONICAL: Mapping[Kind, str] = {  # how a value is brought into form where that is quickly told
    Kind.NUMBER: "{v} if type({v}) is int or type({v}) is float and {v} - {v} == 0.0",
    Kind.TEXT: "({v} if {v}.isascii() else normalize('NFC', {v})) if type({v}) is str",
    Kind.DATE: "{v} if type({v}) is date",
    Kind.INSTANT: "{v} if type({v}) is datetime and {v}.tzinfo is UTC",
    Kind.YESNO: "{v} if {v} is True or {v} is False",
}
NAMES: Mapping[str, object] = {
    "date": date,
    "datetime": datetime,
    "normalize": normalize,
    "UTC": UTC,
}
"""What the code of `canonical_code` speaks of."""


def canonical_code(kind: Kind, local: str, reader: str) -> str:
    """Return Python code for a local's canonical value; what is unusual the reader converts."""
    otherwise = f"None if {local} is None else {reader}({local})"
    if kind not in _CANONICAL:
        return otherwise
    return f"{_CANONICAL[kind].format(v=local)} else {otherwise}"


_SURROGATE = re.compile("[\ud800-\udfff]")
_SHOWN = 60  # characters of a value in a message


class ProfileError(TypeError):
    """A profile or an event that is of no fitting shape, or has a value of another type.

    `event` says which one: its name, and its number from 0 on.
    """

    event: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Brings values of one field or property into canonical form."""

    what: str  # as "field `age`"
    type: Type
    zone: ZoneInfo

    def __call__(self, value: Any) -> Any:
        """Return the canonical value, None for missing.

        Raises TypeError, with the name of the field, for a value of another type.
        """
        if value is None:
            return None
        if self.type.is_error:  # the key, whose type is in the data
            return key_of(value, self.what)
        try:
            found = canonical(value, self.type, self.zone)
        except (TypeError, ValueError):
            raise ProfileError(f"{self.what}: {shown(value)} is not of type {self.type}") from None
        if isinstance(found, float):
            return float(found)  # a subclass may compare in its own way
        if self.type.kind is Kind.PLACE and found and not all(map(math.isfinite, found)):
            return None
        return found


def key_of(value: Any, what: str) -> int | str | None:
    """Return a customer's key in canonical form; None for missing. Raises TypeError."""
    match value:
        case None:
            return None
        case Integral() if not isinstance(value, bool):  # also those of NumPy
            return int(value)
        case float() | Decimal() if math.isfinite(value) and value == int(value):
            return int(value)
        case str() if value.isascii() or not _SURROGATE.search(value):
            return normalize("NFC", value)
        case str():
            raise ProfileError(f"{what}: {shown(value)} has half a character, which no key has")
        case UUID():
            return str(value)
        case _:
            raise ProfileError(f"{what}: {shown(value)} is no key of a customer")


def shown(value: object) -> str:
    """Return a value for a message, cut short if it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write numbers of thousands of digits
        return "a number of very many digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def getter(profile: object, what: str = "a profile") -> Get:
    """Return the look-up of a profile's values by name.

    Raises TypeError for what is neither a mapping nor an object with declared fields.
    """
    if isinstance(profile, Mapping):
        return profile.get
    declared = _declared(profile, what)
    return lambda name: getattr(profile, name) if name in declared else None


def fields_of(profile: object, what: str) -> Mapping[str, Any]:
    """Return all values of a profile by name. Raises TypeError as `getter` does."""
    if isinstance(profile, Mapping):
        return {name: value for name, value in profile.items() if isinstance(name, str)}
    return {name: getattr(profile, name) for name in _declared(profile, what)}


def _declared(profile: object, what: str) -> dict[str, None]:
    kind = type(profile)
    if not _has_fields(profile):
        raise ProfileError(f"{what} is a mapping or a pydantic object, not {kind.__name__}")
    names = (
        *getattr(kind, "model_fields", ()),
        *getattr(kind, "model_computed_fields", ()),
        *getattr(kind, "__dataclass_fields__", ()),
        *(getattr(profile, "model_extra", None) or ()),
    )
    return dict.fromkeys(names)


def _has_fields(profile: object) -> bool:
    kind = type(profile)
    return hasattr(kind, "model_fields") or hasattr(kind, "__dataclass_fields__")


def is_plain(name: str) -> bool:
    """Return whether a name can only be spelt in one way, and is no path."""
    return name.isascii() and "." not in name


def seek(profile: object, get: Get, name: str) -> Any:
    """Return a value by a name that is a path (`address.city`) or may be spelt in another form."""
    found = get(name)
    if found is not None:
        return found
    if not name.isascii() and isinstance(profile, Mapping):
        for key, value in profile.items():
            if isinstance(key, str) and normalize("NFC", key) == name:
                return value
    head, _, rest = name.partition(".")
    inner = get(head) if rest else None
    if not isinstance(inner, Mapping) and not _has_fields(inner):
        return None
    return seek(inner, getter(inner), rest)


def sought(profile: object, get: Get, name: str) -> Any:
    """Return a value by its name, however it is spelt."""
    return get(name) if is_plain(name) else seek(profile, get, name)


@dataclass(frozen=True, slots=True)
class Readable:
    """A property of an event: by each name it may have, what brings it into canonical form."""

    names: tuple[tuple[Given, Reader], ...]

    def of(self, row: object, get: Get) -> Any:
        """Return the canonical value that an event has, None for missing."""
        for name, reader in self.names:
            if isinstance(name, tuple):
                found: Any = tuple(sought(row, get, end) for end in name)
            else:
                found = sought(row, get, name)
            if found is not None:
                return reader(found)
        return None


Rows = Sequence[Mapping[str, Any]]
Properties = Mapping[str, Mapping[str, Readable]]


def happened(given: object, readers: Mapping[str, Readable], event: str) -> Rows:
    """Return a customer's events of one kind with canonical values of the properties read.

    Raises TypeError for what is no list of events, and for a value of another type.
    """
    if given is None:
        return ()
    read = []
    for row in listed_events(given, event):
        try:
            read.append(_event(row, readers, event))
        except ProfileError as error:
            error.event = event, len(read)
            raise
    return read


def listed_events(given: object, event: str) -> Iterable[Any]:
    """Return the events of one kind as they are given. Raises TypeError for what is no list."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise ProfileError(f"events `{event}` are a list, not {type(given).__name__}")
    return given


def _event(row: object, readers: Mapping[str, Readable], event: str) -> Mapping[str, Any]:
    get = getter(row, f"an event `{event}`")
    return {name: one.of(row, get) for name, one in readers.items()}
