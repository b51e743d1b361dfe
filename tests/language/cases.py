"""Reads the executable specification: Markdown files of rules, expected diagnostics, profiles."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from cells import CaseError, Cell, Key, as_key, cell_value, local_instant, split_row
from timelines import (
    EventKind,
    Happening,
    event_kinds,
    inline_events,
    kind_of_column,
    read_events,
    title_above,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The outside inputs of a case: as-of, the catalog's settings, fields and kinds of event."""

    as_of: date | datetime = date(2026, 6, 15)
    timezone: str = "UTC"
    week_start: str = "monday"
    leap_day: str = "feb28"
    missing: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    events: Mapping[str, EventKind] = field(default_factory=dict)


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
    """Profiles and the segments that are asked of them.

    The fields may have columns of events among them, such as `purchase.time`.
    """

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
    events: tuple[Happening, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name}"

    @property
    def profiles(self) -> list[dict[str, Cell]]:
        """One dictionary a customer: the key and every declared field, None where missing."""
        if self.table is None:
            return []
        blank: dict[str, Cell] = dict.fromkeys(self.settings.fields)
        rows = [
            (row.key, zip(self.table.fields, row.cells, strict=True)) for row in self.table.rows
        ]
        return [
            {"key": key, **blank, **{name: cell for name, cell in cells if name in blank}}
            for key, cells in rows
        ]

    def rows_of(self, kind: str) -> list[dict[str, Cell]]:
        """One dictionary for each event of a kind: the key and every declared property."""
        blank: dict[str, Cell] = dict.fromkeys(self.settings.events[kind].columns)
        return [
            {"key": event.key, **blank, **event.cells}
            for event in self.events
            if event.kind == kind
        ]

    def expected(self, segment: str) -> set[Key]:
        """The keys of the customers that the table says are in `segment`."""
        if self.table is None:
            return set()
        at = self.table.segments.index(segment)
        return {row.key for row in self.table.rows if row.expected[at]}


@dataclass(frozen=True, slots=True)
class _Block:
    """A fenced block or a table (language `|`) with the file's line of its first line.

    A table of events has their kind as its title.
    """

    language: str
    line: int
    lines: tuple[str, ...]
    title: str | None = None


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
    tables = [b for b in blocks if b.language == "|"]
    table_block = _only(file, line, [b for b in tables if not b.title], "table")
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
        events=_events(file, line, table, [b for b in tables if b.title], settings),
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
            blocks.append(_Block("|", line + at, tuple(lines[at:end]), title_above(lines, at)))
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

_SETTINGS = frozenset(
    {"as_of", "timezone", "week_start", "leap_day", "missing", "fields", "events"}
)


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
    try:
        table["events"] = event_kinds(table.get("events", {}))
    except (TypeError, ValueError) as error:
        raise CaseError(f"{file}:{block.line}: {error}") from error
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
    header = [name.strip("`") for name in split_row(block.lines[0])]
    is_given = [_is_given(name, settings) for name in header]
    width = next((i for i, given in enumerate(is_given) if i and not given), len(header))
    if header[0] != "key" or width == len(header):
        raise CaseError(f"{file}:{block.line}: columns are `key`, fields, then segments")
    late = [name for name in header[width:] if _is_given(name, settings)]
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


def _is_given(column: str, settings: Settings) -> bool:
    """Return whether a column holds what customers are, not what is expected of them."""
    return column in settings.fields or kind_of_column(column, settings.events) is not None


def _row(file: str, line: int, text: str, columns: int, width: int, timezone: str) -> Row:
    cells = split_row(text)
    if len(cells) != columns:
        raise CaseError(f"{file}:{line}: {len(cells)} cells under {columns} columns")
    answers = cells[width:]
    if any(answer not in ("yes", "no") for answer in answers):
        raise CaseError(f"{file}:{line}: a segment's cell is `yes` or `no`")
    try:
        key, *values = (cell_value(cell, timezone) for cell in cells[:width])
        own = as_key(key)
    except ValueError as error:
        raise CaseError(f"{file}:{line}: {error}") from error
    return Row(own, line, tuple(values), tuple(answer == "yes" for answer in answers))


# ---- events


def _events(
    file: str, line: int, table: Table | None, blocks: Sequence[_Block], settings: Settings
) -> tuple[Happening, ...]:
    """Return the events in the customers' own rows, then those of the tables of events."""
    if table is None:
        if blocks:
            raise CaseError(f"{file}:{blocks[0].line}: events without a table of customers")
        return ()
    kinds, found = settings.events, list[Happening]()
    for row in table.rows:
        found.extend(inline_events(row.key, table.fields, row.cells, kinds))
    for block in blocks:
        name = block.title or ""
        found.extend(read_events(file, block.line, block.lines, name, kinds, settings.timezone))
    strangers = {event.key for event in found} - {row.key for row in table.rows}
    if strangers:
        keys = ", ".join(map(repr, sorted(strangers, key=repr)))
        raise CaseError(f"{file}:{line}: events of no customer: {keys}")
    return tuple(found)
