"""Catalog files: finding them, reading them, and saying what is wrong with them."""

from __future__ import annotations

import re
import tomllib
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from segdsl.catalog.date_formats import FORMAT_CODES
from segdsl.catalog.entries import time_zones
from segdsl.catalog.models import Catalog, Customers, ElementWord, Events, Field, Lookup, TypeWord
from segdsl.catalog.places import find_entry
from segdsl.diagnostics.catalog_errors import invalid_catalog, unreadable_catalog
from segdsl.diagnostics.toml import toml_key
from segdsl.source import Source, Span

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from segdsl.diagnostics import Diagnostic

CATALOG_NAME = "catalog.toml"

Loaded = tuple[Catalog | None, tuple["Diagnostic", ...]]

_SYNONYMS = (
    ("string", "text"), ("str", "text"), ("varchar", "text"), ("int", "number"),
    ("integer", "number"), ("float", "number"), ("double", "number"), ("decimal", "number"),
    ("datetime", "instant"), ("timestamp", "instant"), ("time", "instant"), ("array", "list"),
    ("point", "place"), ("location", "place"), ("bool", "yes/no"), ("boolean", "yes/no"),
    ("yesno", "yes/no"), ("yes-no", "yes/no"), ("yes_no", "yes/no"), ("numeric", "number"),
)  # fmt: skip


def find_catalog(rule_path: str | Path) -> Path | None:
    """Return the path of `catalog.toml` beside a rule file, if there is one."""
    beside = Path(rule_path).parent / CATALOG_NAME
    try:
        return beside if beside.is_file() else None
    except OSError:  # beside a path that cannot be
        return None


def load_catalog(path: str | Path) -> Loaded:
    """Return the catalog of a TOML file and what is wrong with it; None when something is."""
    file = Path(path)
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        return None, (unreadable_catalog(str(path), error.strerror or str(error)),)
    except UnicodeDecodeError as error:
        return None, (unreadable_catalog(str(path), f"it is not UTF-8 (byte {error.start + 1})"),)
    catalog, diagnostics = parse_catalog(Source.of(text, str(path), file))
    return catalog.in_folder(file.parent, file) if catalog else None, diagnostics


def parse_catalog(source: Source) -> Loaded:
    """Return the catalog that a TOML text holds and what is wrong with it."""
    try:
        entries = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax_error(source, str(error)),)
    except RecursionError:
        return None, (unreadable_catalog(source.name, "its entries are nested too deeply"),)
    try:
        return Catalog.model_validate(entries), ()
    except ValidationError as error:
        return None, _complaints(source, entries, error.errors(include_url=False))


def _syntax_error(source: Source, message: str) -> Diagnostic:
    reason, _, place = message.rpartition(" (at ")
    found = re.match(r"line (\d+), column (\d+)", place)
    if found:
        line, column = int(found[1]), int(found[2])
        start = sum(len(source.line(n)) + 1 for n in range(1, line)) + column - 1
        span = source.span(start, min(start + 1, len(source.text)))
    else:
        span = source.span(len(source.text), len(source.text))
    why = f"it is not TOML: {_lowered(reason or message)}"
    written = source.line(source.position(span.start).line)
    return unreadable_catalog(source.name, why, span, help=_quoting(written))


def _quoting(line: str) -> tuple[str, ...]:
    """Return a note for a line whose key needs quotes and has none."""
    key = re.match(r"""\s*([^\s"'#=\[\]{}][^"'#=\[\]{}]*?)\s*=""", line)
    table = re.match(r"""\s*\[+\s*([^"'#=\[\]{}]+?)\s*\]""", line)
    found = key or table
    if found is None:
        return ()
    parts = [part.strip() for part in found[1].split(".")]
    if all(toml_key(part) == part for part in parts):
        return ()
    mended = ".".join(map(toml_key, parts)) if table else toml_key(found[1])
    shown = f"[{mended}]" if table else f"{mended} = …"
    return (
        "a name with other signs than `A` to `Z`, `a` to `z`, digits, `_` and `-` stands in"
        f" quotes: `{shown}`",
    )


def _complaints(
    source: Source,
    entries: dict[str, Any],
    errors: list[ErrorDetails],  # Any: what TOML holds
) -> tuple[Diagnostic, ...]:
    found: dict[tuple[tuple[str, ...], str], Diagnostic] = {}
    for error in errors:
        path = _path_in(entries, error)
        found.setdefault((path, error["type"]), _complaint(source, path, error))
    return tuple(found.values())


def _path_in(entries: object, error: ErrorDetails) -> tuple[str, ...]:
    """Return the part of a pydantic location that is a path in the file."""
    path: list[str] = []
    for part in error["loc"]:
        if isinstance(entries, dict) and part in entries:
            entries = entries[part]
        elif not (isinstance(entries, list) and isinstance(part, int)):
            missing = error["type"] == "missing" and part == error["loc"][-1]
            return (*path, str(part)) if missing else tuple(path)
        path.append(str(part))
    return tuple(path)


def _complaint(source: Source, path: tuple[str, ...], error: ErrorDetails) -> Diagnostic:
    span = find_entry(source, path) if path else None
    dotted = ".".join(path)
    word = path[-1] if path else ""
    match error["type"]:
        case "extra_forbidden":
            allowed = tuple(_model_at(path[:-1]).model_fields)
            return _invalid(source, dotted, f"unknown entry `{word}`", span, word, allowed)
        case "missing":
            return _invalid(source, dotted, f"`{word}` is required", span)
        case "timezone":
            zone = str(error["input"])
            return _invalid(source, dotted, error["msg"], span, zone, _zones_for(zone))
        case "format":
            return invalid_catalog(
                dotted, error["msg"], span, file=source.name, help=(FORMAT_CODES,)
            )
        case "literal_error" | "enum":
            return _not_a_choice(source, dotted, path, error, span)
        case _:
            return _invalid(source, dotted, _lowered(error["msg"]), span)


def _not_a_choice(
    source: Source, dotted: str, path: tuple[str, ...], error: ErrorDetails, span: Span | None
) -> Diagnostic:
    value = str(error["input"])
    choices = tuple(re.findall(r"'([^']*)'", error.get("ctx", {}).get("expected", "")))
    meant = dict(_SYNONYMS).get(value.lower())
    if meant in choices and set(choices) <= {*get_args(TypeWord), *get_args(ElementWord)}:
        help = (f"the type is called `{meant}` here",)
        return invalid_catalog(dotted, f"`{value}` is not a type", span, help=help)
    is_type = path[-1:] in (("type",), ("of",)) or "place" in choices
    what = "is not a type" if is_type else "cannot stand here"
    return _invalid(source, dotted, f"`{value}` {what}", span, value, choices)


def _invalid(
    source: Source,
    dotted: str,
    reason: str,
    span: Span | None,
    word: str | None = None,
    candidates: tuple[str, ...] = (),
) -> Diagnostic:
    return invalid_catalog(dotted, reason, span, file=source.name, word=word, candidates=candidates)


def _zones_for(name: str) -> tuple[str, ...]:
    """Return the time zones that `name` may mean: those with such a city, else all."""
    zones = time_zones()
    city = name.rsplit("/", 1)[-1].replace(" ", "_").lower()
    same = tuple(sorted(zone for zone in zones if zone.lower().rsplit("/", 1)[-1] == city))
    return same or tuple(sorted(zones))


def _model_at(path: tuple[str, ...]) -> type[BaseModel]:
    """Return the model of the entry at `path`."""
    match path:
        case ():
            return Catalog
        case ("customers",):
            return Customers
        case ("events", _):
            return Events
        case ("lookups", _):
            return Lookup
        case _:
            return Field


def _lowered(message: str) -> str:
    head = "".join(takewhile(str.isalpha, message))
    return message if len(head) > 1 and head.isupper() else message[:1].lower() + message[1:]
