"""The cells of the specification's tables: how values are written in Markdown."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

Place: TypeAlias = "tuple[float | None, float | None]"
Cell: TypeAlias = (
    "str | int | float | Decimal | bool | date | datetime | list[object] | Place | None"
)
Key: TypeAlias = "int | str"


class CaseError(ValueError):
    """A case that cannot be read, with its file and line."""


_WORDS: Mapping[str, Cell] = {
    "": None,
    "true": True,
    "false": False,
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
}
_PLACE = re.compile(r"\((-?[\d.]+|missing),\s*(-?[\d.]+|missing)\)")


def cell_value(cell: str, timezone: str) -> Cell:
    """Return what a table's cell holds (None: missing); raises ValueError if it is no value."""
    if cell in _WORDS:
        return _WORDS[cell]
    if cell[0] in '"[':
        return json.loads(cell)  # type: ignore[no-any-return]  # a text or a list
    if place := _PLACE.fullmatch(cell):
        latitude, longitude = (None if p == "missing" else float(p) for p in place.groups())
        return latitude, longitude
    if re.fullmatch(r"-?\d+", cell):
        return int(cell)
    if re.fullmatch(r"-?\d+(\.\d+)?d", cell):
        return Decimal(cell[:-1])
    if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell):
        return float(cell)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return date.fromisoformat(cell)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?", cell):
        return local_instant(datetime.fromisoformat(cell), timezone)
    raise ValueError(f"{cell} is no value; texts stand in double quotes")


def local_instant(when: datetime, timezone: str) -> datetime:
    """Return the instant in UTC of a local time (the first of two; moved on over a gap)."""
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(timezone))  # fold 0 means exactly that
    return when.astimezone(UTC)


def split_row(line: str) -> list[str]:
    """Return the cells of one line of a table, as written."""
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def as_key(value: Cell) -> Key:
    """Return a customer's key; raises ValueError for what is none."""
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise ValueError("a key is a whole number or a quoted text")
    return value
