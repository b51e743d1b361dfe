"""Reads the executable specification: Markdown files of rules, expected diagnostics, profiles."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

Place: TypeAlias = "tuple[float | None, float | None]"
Cell: TypeAlias = (
    "str | int | float | Decimal | bool | date | datetime | list[object] | Place | None"
)
Key: TypeAlias = "int | str"


class CaseError(ValueError):
    """A case that cannot be read, with its file and line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The outside inputs of a case: as-of, the catalog's settings and the customers' fields."""

    as_of: date | datetime = date(2026, 6, 15)
    timezone: str = "UTC"
    week_start: str = "monday"
    leap_day: str = "feb28"
    missing: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A diagnostic that the rules announce on one of their lines (1-based)."""

    line: int
    is_error: bool
    slug: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One customer: key, field cells and what each segment is to say of it."""

    key: Key
    line: int
    cells: tuple[Cell, ...]
    expected: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Profiles and the segments that are asked of them."""

    fields: tuple[str, ...]
    segments: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One `##` heading of a file; `rules_line` is the file's line of the first line of rules."""

    name: str
    file: str
    line: int
    settings: Settings
    rules: str
    rules_line: int
    expectations: tuple[Expectation, ...]
    table: Table | None
    covers: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name}"

    @property
    def profiles(self) -> list[dict[str, Cell]]:
        """One dictionary a customer: the key and every declared field, None where missing."""
        if self.table is None:
            return []
        blank: dict[str, Cell] = dict.fromkeys(self.settings.fields)
        names = self.table.fields
        return [
            {"key": row.key, **blank, **dict(zip(names, row.cells, strict=True))}
            for row in self.table.rows
        ]

    def expected(self, segment: str) -> set[Key]:
        """The keys of the customers that the table says are in `segment`."""
        if self.table is None:
            return set()
        at = self.table.segments.index(segment)
        return {row.key for row in self.table.rows if row.expected[at]}


@dataclass(frozen=True, slots=True)
class _Block:
    """A fenced block or a table (language `|`) with the file's line of its first line."""

    language: str
    line: int
    lines: tuple[str, ...]


def read_cases(path: Path) -> tuple[Case, ...]:
    """Return the cases of one Markdown file; raises CaseError with file and line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    starts = [at for at, line in enumerate(lines) if line.startswith("## ")]
    if not starts or not lines[0].startswith("# "):
        raise CaseError(f"{path.name}:1: needs a title and at least one `##` case")
    cases: list[Case] = []
    settings = Settings()
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        case = _read_case(path.name, start + 1, lines[start:end], settings)
        settings = case.settings
        cases.append(case)
    _refuse_repeated_names(cases)
    return tuple(cases)


def _read_case(file: str, line: int, lines: Sequence[str], inherited: Settings) -> Case:
    blocks = _blocks(file, line, lines)
    settings_block = _only(file, line, [b for b in blocks if b.language == "toml"], "toml block")
    rules = _only(file, line, [b for b in blocks if b.language == "segdsl"], "segdsl block")
    table_block = _only(file, line, [b for b in blocks if b.language == "|"], "table")
    if rules is None:
        raise CaseError(f"{file}:{line}: a case needs a segdsl block")
    settings = _settings(file, settings_block) if settings_block else inherited
    expectations = _expectations(file, rules)
    table = _table(file, table_block, settings) if table_block else None
    if table is None and not expectations:
        raise CaseError(f"{file}:{line}: a case needs a table or an announced diagnostic")
    if table is not None and any(e.is_error for e in expectations):
        raise CaseError(f"{file}:{line}: rules with errors select no one; drop the table")
    return Case(
        name=lines[0].removeprefix("## ").strip(),
        file=file,
        line=line,
        settings=settings,
        rules="\n".join(rules.lines) + "\n",
        rules_line=rules.line,
        expectations=expectations,
        table=table,
        covers=_covers(lines),
    )


def _blocks(file: str, line: int, lines: Sequence[str]) -> list[_Block]:
    blocks: list[_Block] = []
    at = 0
    while at < len(lines):
        text = lines[at]
        if text.startswith("```"):
            end = next((i for i in range(at + 1, len(lines)) if lines[i].startswith("```")), None)
            language = text.removeprefix("```").strip()
            if end is None:
                raise CaseError(f"{file}:{line + at}: the block is not closed")
            if language not in ("toml", "segdsl"):
                raise CaseError(f"{file}:{line + at}: a block is toml or segdsl")
            blocks.append(_Block(language, line + at + 1, tuple(lines[at + 1 : end])))
            at = end + 1
        elif text.startswith("|"):
            end = at
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            blocks.append(_Block("|", line + at, tuple(lines[at:end])))
            at = end
        else:
            at += 1
    return blocks


def _only(file: str, line: int, blocks: list[_Block], what: str) -> _Block | None:
    if len(blocks) > 1:
        raise CaseError(f"{file}:{blocks[1].line}: a second {what} in the case of line {line}")
    return blocks[0] if blocks else None


def _covers(lines: Sequence[str]) -> tuple[str, ...]:
    tags = [line.removeprefix("covers:") for line in lines if line.startswith("covers:")]
    return tuple(tag.strip().strip("`") for line in tags for tag in line.split(","))


def _refuse_repeated_names(cases: Sequence[Case]) -> None:
    seen: set[str] = set()
    for case in cases:
        if case.name in seen:
            raise CaseError(f"{case.file}:{case.line}: a second case named {case.name!r}")
        seen.add(case.name)


# ---- settings and expectations

_SETTINGS = frozenset({"as_of", "timezone", "week_start", "leap_day", "missing", "fields"})


def _settings(file: str, block: _Block) -> Settings:
    try:
        table = tomllib.loads("\n".join(block.lines))
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{file}:{block.line}: {error}") from error
    unknown = sorted(table.keys() - _SETTINGS)
    if unknown:
        raise CaseError(f"{file}:{block.line}: unknown settings: {', '.join(unknown)}")
    if "missing" in table:
        table["missing"] = tuple(table["missing"])
    settings = Settings(**table)
    if isinstance(settings.as_of, datetime) and settings.as_of.tzinfo is None:
        table["as_of"] = local_instant(settings.as_of, settings.timezone)
    return Settings(**table)


_ANNOUNCED = re.compile(r"#\s*(error|finding):\s*\[([a-z-]+)\]([^#]*)")
_MEANT = re.compile(r"#\s*(?:error|finding)\b")


def _expectations(file: str, block: _Block) -> tuple[Expectation, ...]:
    found: list[Expectation] = []
    for number, line in enumerate(block.lines, start=1):
        announced = _ANNOUNCED.findall(line)
        if len(announced) < len(_MEANT.findall(line)):
            raise CaseError(f"{file}:{block.line + number - 1}: write `# error: [slug] words`")
        found.extend(
            Expectation(number, kind == "error", slug, words.strip())
            for kind, slug, words in announced
        )
    return tuple(found)


# ---- tables


def _table(file: str, block: _Block, settings: Settings) -> Table:
    if len(block.lines) < 3 or not re.fullmatch(r"\|[\s|:-]+\|", block.lines[1].strip()):
        raise CaseError(f"{file}:{block.line}: a table has a header, a rule of dashes, rows")
    header = [name.strip("`") for name in _split(block.lines[0])]
    width = next((i for i, n in enumerate(header) if i and n not in settings.fields), len(header))
    if header[0] != "key" or width == len(header):
        raise CaseError(f"{file}:{block.line}: columns are `key`, fields, then segments")
    late = [name for name in header[width:] if name in settings.fields]
    if late:
        raise CaseError(f"{file}:{block.line}: field `{late[0]}` after a segment")
    rows = tuple(
        _row(file, block.line + at, line, len(header), width, settings.timezone)
        for at, line in enumerate(block.lines)
        if at > 1
    )
    keys = [row.key for row in rows]
    if len(set(keys)) < len(keys) or len({type(key) for key in keys}) > 1:
        raise CaseError(f"{file}:{block.line}: keys are distinct and of one type")
    return Table(tuple(header[1:width]), tuple(header[width:]), rows)


def _split(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _row(file: str, line: int, text: str, columns: int, width: int, timezone: str) -> Row:
    cells = _split(text)
    if len(cells) != columns:
        raise CaseError(f"{file}:{line}: {len(cells)} cells under {columns} columns")
    answers = cells[width:]
    if any(answer not in ("yes", "no") for answer in answers):
        raise CaseError(f"{file}:{line}: a segment's cell is `yes` or `no`")
    try:
        key, *values = (cell_value(cell, timezone) for cell in cells[:width])
    except ValueError as error:
        raise CaseError(f"{file}:{line}: {error}") from error
    if not isinstance(key, int | str) or isinstance(key, bool):
        raise CaseError(f"{file}:{line}: a key is a whole number or a quoted text")
    return Row(key, line, tuple(values), tuple(answer == "yes" for answer in answers))


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
