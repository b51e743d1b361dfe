"""The events of a case: what the settings say of each kind, and the rows that happened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cells import CaseError, Cell, Key, as_key, cell_value, split_row

TIMES = ("instant", "date", "none")
_TITLE = re.compile(r"(\w+):")


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event: the type of its time (`none`: it has no time) and its properties."""

    time: str = "instant"
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, object]:
        """The properties in catalog syntax, `time` among them."""
        time = {} if self.time == "none" else {"time": self.time}
        return {**time, **self.fields}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a customer."""

    kind: str
    key: Key
    cells: Mapping[str, Cell]


def event_kinds(declared: Mapping[str, Any]) -> dict[str, EventKind]:
    """Return the kinds of event of a `toml` block; raises ValueError for what is none."""
    kinds = {name: EventKind(**given) for name, given in declared.items()}
    for name, kind in kinds.items():
        if kind.time not in TIMES:
            raise ValueError(f"the time of `{name}` is one of {', '.join(TIMES)}")
    return kinds


def title_above(lines: Sequence[str], at: int) -> str | None:
    """Return the kind of event that is named on the line above a table, as in `purchase:`."""
    above = next((line for line in reversed(lines[:at]) if line.strip()), "")
    found = _TITLE.fullmatch(above.strip())
    return found[1] if found else None


def read_events(
    file: str,
    line: int,
    lines: Sequence[str],
    name: str,
    kinds: Mapping[str, EventKind],
    timezone: str,
) -> list[Happening]:
    """Return the events of a table; raises CaseError with file and line."""
    if name not in kinds:
        raise CaseError(f"{file}:{line}: no settings for the events `{name}`")
    header = [column.strip("`") for column in split_row(lines[0])]
    unknown = [column for column in header[1:] if column not in kinds[name].columns]
    if header[0] != "key" or unknown:
        raise CaseError(f"{file}:{line}: columns are `key`, then properties of `{name}`")
    found: list[Happening] = []
    for number, text in enumerate(lines[2:], start=line + 2):
        cells = split_row(text)
        if len(cells) != len(header):
            raise CaseError(f"{file}:{number}: {len(cells)} cells under {len(header)} columns")
        try:
            key, *values = (cell_value(cell, timezone) for cell in cells)
            own = dict(zip(header[1:], values, strict=True))
            found.append(Happening(name, as_key(key), own))
        except ValueError as error:
            raise CaseError(f"{file}:{number}: {error}") from error
    return found


def inline_events(
    key: Key, names: Sequence[str], cells: Sequence[Cell], kinds: Mapping[str, EventKind]
) -> list[Happening]:
    """Return the events that stand in a customer's own row, under `purchase.time` and its kin.

    There is one of each kind, and none where all its cells are empty.
    """
    found: dict[str, dict[str, Cell]] = {}
    for name, cell in zip(names, cells, strict=True):
        kind = kind_of_column(name, kinds)
        if kind is not None and cell is not None:
            found.setdefault(kind, {})[name.removeprefix(f"{kind}.")] = cell
    return [Happening(kind, key, own) for kind, own in found.items()]


def kind_of_column(name: str, kinds: Mapping[str, EventKind]) -> str | None:
    """Return the kind of event that a column of the customers' table belongs to."""
    kind, _, column = name.partition(".")
    return kind if kind in kinds and column in kinds[kind].columns else None
