"""Catalogs as TOML, with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segdsl.catalog.models import Catalog

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def catalog_toml(catalog: Catalog, comments: Mapping[str, str]) -> str:
    """Return a TOML text that loads as `catalog`; `comments` go by path (`customers.fields.age`).

    The comment at the empty path comes first.
    """
    entries = catalog.model_dump(exclude_defaults=True)
    head = [f"# {line}" for line in comments.get("", "").splitlines()]
    top = _assignments(entries, "", comments)
    sections = _sections(entries, "", comments)
    blocks = ["\n".join(block) for block in (head, top, *sections) if block]
    return "\n\n".join(blocks) + "\n"


def _sections(
    entries: Mapping[str, object], prefix: str, comments: Mapping[str, str]
) -> list[list[str]]:
    """Return the lines of every table under `entries`; the tables of fields are the deepest."""
    found: list[list[str]] = []
    for name, value in entries.items():
        if not isinstance(value, Mapping):
            continue
        path = f"{prefix}{_key(name)}"
        if path in ("events", "lookups"):
            found += _sections(value, f"{path}.", comments)
        elif name == "fields":
            rows = [
                _assignment(f"{path}.", key, _short(one), comments) for key, one in value.items()
            ]
            found.append([f"[{path}]", *rows] if rows else [])
        else:
            found.append([f"[{path}]", *_assignments(value, f"{path}.", comments)])
            found += _sections({"fields": value.get("fields", {})}, f"{path}.", comments)
    return found


def _assignments(
    entries: Mapping[str, object], prefix: str, comments: Mapping[str, str]
) -> list[str]:
    return [
        _assignment(prefix, name, value, comments)
        for name, value in entries.items()
        if not isinstance(value, Mapping) or (name == "lookups" and prefix)
    ]


def _assignment(prefix: str, name: str, value: object, comments: Mapping[str, str]) -> str:
    comment = comments.get(f"{prefix}{name}")
    line = f"{_key(name)} = {_value(value)}"
    return f"{line}  # {comment}" if comment else line


def _short(field: object) -> object:
    """Return a field that has only a type in its short form."""
    return field["type"] if isinstance(field, Mapping) and set(field) == {"type"} else field


def _key(name: str) -> str:
    return name if _BARE.match(name) else _value(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return _value(value.value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case date():
            return value.isoformat()
        case tuple() | list():
            return f"[{', '.join(_value(item) for item in value)}]"
        case Mapping():
            inner = ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items())
            return f"{{ {inner} }}"
        case _:
            return str(value)
