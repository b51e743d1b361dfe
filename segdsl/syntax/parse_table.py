"""The parse table of the grammar: shipped, cached or built, and read-only."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from segdsl.syntax.tabulate import fingerprint, tabulate

FILE_NAME = "parse_table.json"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the grammar: what it makes out of how many parts, with which builder.

    `keep` lists the parts that the builder is given: an index, `[index]` for a list to be spread,
    None for an optional part that is absent. Without a builder the rule hands on its only part, or
    (`is_list`) gathers its parts.
    """

    makes: str
    length: int
    builder: str | None
    keep: tuple[int | list[int] | None, ...]

    @property
    def is_list(self) -> bool:
        """Whether it gathers the repetitions of an item."""
        return self.makes.startswith("_")


@dataclass(frozen=True, slots=True)
class ParseTable:
    """What the parser does in each state, and the words of the grammar.

    A row maps the kind of the next token, or what has just been made, to the next state; a negative
    number is `~rule`, a reduction. Equal rows of reductions share their dictionary.
    """

    rows: tuple[Mapping[str, int], ...]
    rules: tuple[Rule, ...]
    starts: Mapping[str, int]
    ends: Mapping[str, int]
    words: Mapping[str, tuple[str, ...]]
    reserved: frozenset[str]


@cache
def parse_table() -> ParseTable:
    """Return the table of the shipped grammar."""
    grammar = grammar_file().read_text(encoding="utf-8")
    return _read(_stored(fingerprint(grammar)) or _built(grammar))


def grammar_file() -> Path:
    """Return where the grammar is: inside the package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    shipped = package / "grammar" / "segdsl.lark"
    return shipped if shipped.is_file() else package.parent / "grammar" / "segdsl.lark"


def _places() -> Iterator[Path]:
    """Yield where a table may be stored, the best place first."""
    yield Path(__file__).with_name(FILE_NAME)
    with suppress(RuntimeError):  # no home directory
        caches = "Library/Caches" if sys.platform == "darwin" else ".cache"
        yield Path.home() / caches / "segdsl" / FILE_NAME


def _stored(wanted: str) -> dict[str, Any] | None:  # Any: JSON
    for place in _places():
        with suppress(OSError, ValueError):
            data = json.loads(place.read_bytes())
            if isinstance(data, dict) and data.get("fingerprint") == wanted:
                return data
    return None


def _built(grammar: str) -> dict[str, Any]:  # Any: JSON
    data = tabulate(grammar)
    for place in _places():
        if _save(json.dumps(data, separators=(",", ":")), place):
            break
    return data


def _save(text: str, place: Path) -> bool:
    """Write the text so that no other process sees half of it; return whether that worked."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=".parse_table", dir=place.parent)
    except OSError:
        return False
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(partial).chmod(0o644)  # a temporary file is its maker's alone
        Path(partial).replace(place)
    except OSError:
        Path(partial).unlink(missing_ok=True)
        return False
    return True


def _read(data: Mapping[str, Any]) -> ParseTable:  # Any: JSON
    reductions = data["reductions"]
    return ParseTable(
        rows=tuple(
            _row(shifts, reductions[number], gotos)
            for (shifts, number), gotos in zip(data["actions"], data["gotos"], strict=True)
        ),
        rules=tuple(Rule(m, length, b, tuple(keep)) for m, length, b, keep in data["rules"]),
        starts=MappingProxyType(data["starts"]),
        ends=MappingProxyType(data["ends"]),
        words=MappingProxyType({kind: tuple(words) for kind, words in data["words"].items()}),
        reserved=frozenset(data["reserved"]),
    )


def _row(
    shifts: dict[str, int], reductions: dict[str, int], gotos: dict[str, int]
) -> Mapping[str, int]:
    return {**shifts, **reductions, **gotos} if shifts or gotos else reductions
