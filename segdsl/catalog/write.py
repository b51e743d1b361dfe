"""Catalogs as TOML, with comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from segdsl.diagnostics.toml import toml_key, toml_text

if TYPE_CHECKING:
    from segdsl.catalog.models import Catalog

Ready = Mapping[str, Sequence[str]]


def catalog_toml(catalog: Catalog, comments: Mapping[str, str], ready: Ready | None = None) -> str:
    """Return a TOML text that loads as `catalog`; `comments` go by path (`customers.fields.age`).

    The comment at the empty path comes first. `ready` are lines that may be wanted: they stand as
    comments below the entry, or the head of the table, of their path.
    """
    entries = catalog.model_dump(exclude_defaults=True)
    head = [f"# {line}" for line in comments.get("", "").splitlines()]
    top = _assignments(entries, "", comments)
    sections = _sections(entries, "", comments, ready or {})
    blocks = ["\n".join(block) for block in (head, top, *sections) if block]
    return "\n\n".join(blocks) + "\n"


def _ready(ready: Ready, path: str) -> list[str]:
    return [f"# {line}" for line in ready.get(path, ())]


def _sections(
    entries: Mapping[str, object], prefix: str, comments: Mapping[str, str], ready: Ready
) -> list[list[str]]:
    """Return the lines of every table under `entries`; the tables of fields are the deepest."""
    found: list[list[str]] = []
    for name, value in entries.items():
        if not isinstance(value, Mapping):
            continue
        path = f"{prefix}{toml_key(name)}"
        if path in ("events", "lookups"):
            found += _sections(value, f"{path}.", comments, ready)
        elif name == "fields":
            rows = [
                line
                for key, one in value.items()
                for line in (
                    _assignment(f"{path}.", key, _short(one), comments),
                    *_ready(ready, f"{path}.{key}"),
                )
            ]
            found.append([f"[{path}]", *rows] if rows else [])
        else:
            rows = _assignments(value, f"{path}.", comments)
            found.append([f"[{path}]", *_ready(ready, path), *rows])
            found += _sections({"fields": value.get("fields", {})}, f"{path}.", comments, ready)
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
    line = f"{toml_key(name)} = {_value(value)}"
    return f"{line}  # {comment}" if comment else line


def _short(field: object) -> object:
    """Return a field that has only a type in its short form."""
    return field["type"] if isinstance(field, Mapping) and set(field) == {"type"} else field


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return _value(value.value)
        case str():
            return toml_text(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return f"[{', '.join(_value(item) for item in value)}]"
        case Mapping():
            inner = ", ".join(f"{toml_key(name)} = {_value(item)}" for name, item in value.items())
            return f"{{ {inner} }}"
        case _:
            return str(value)
