"""Reads the fenced blocks of the documents and finds out what each of them gives."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from click.testing import CliRunner

import segdsl
from segdsl.catalog import parse_catalog
from segdsl.diagnostics.codes import Severity
from segdsl.source import Source
from segdsl.syntax.words import DECLARATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segdsl.diagnostics import Diagnostic

_FENCE = re.compile(r"(?ms)^(?P<open>```(?P<info>\w[^\n]*))\n(?P<text>.*?)^```$")
_COMMENT = re.compile(r"(?<!\S)#\s*(?P<said>[^#]*)$")
_KEYS = r"(?:everyone|nobody|\d+(?: \d+)*)"
_SELECTED = re.compile(rf"(?:(?P<name>[\w.]+): )?(?P<keys>{_KEYS})(?:;.*)?")
_ANNOUNCED = re.compile(r"(?P<kind>error|finding): \[(?P<slug>[a-z-]+)\]")
_DECLARES = re.compile(rf"^(?:{'|'.join(DECLARATIONS)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: language, name of the file that it is (else empty), first line, text."""

    language: str
    file: str
    line: int
    text: str
    start: int

    def __str__(self) -> str:
        return f"line {self.line}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says on one line of a block: keys of an audience, or a diagnostic."""

    line: int
    name: str | None
    keys: frozenset[str] | None
    slug: str | None
    is_error: bool = False


@dataclass(frozen=True)
class Document:
    """A Markdown file."""

    path: Path

    @cached_property
    def text(self) -> str:
        """The whole text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Every fenced block."""
        found = []
        for match in _FENCE.finditer(self.text):
            language, _, file = match["info"].partition(" ")
            line = self.text.count("\n", 0, match.start("text")) + 1
            found.append(Block(language, file.strip(), line, match["text"], match.start("text")))
        return tuple(found)

    def of(self, *languages: str) -> list[Block]:
        """Return the blocks in some languages that are no files."""
        return [b for b in self.blocks if b.language in languages and not b.file]

    def write_files(self, folder: Path) -> None:
        """Write the blocks that are files."""
        for block in self.blocks:
            if block.file:
                (folder / block.file).write_text(block.text, encoding="utf-8")


def is_declarations(block: Block) -> bool:
    """Return whether a block of rules holds declarations, not one condition on each line."""
    code = (line for line in block.text.split("\n") if line and not line.startswith("#"))
    return _DECLARES.match(next(code, "")) is not None


def said(block: Block, everyone: frozenset[str]) -> Iterator[Said]:
    """Yield what the comments of a block say."""
    for number, line in enumerate(block.text.split("\n"), 1):
        comment = _COMMENT.search(line)
        if comment is None:
            continue
        for part in comment["said"].strip().split(", "):
            if announced := _ANNOUNCED.match(part):
                yield Said(number, None, None, announced["slug"], announced["kind"] == "error")
            elif selected := _SELECTED.fullmatch(part):
                yield Said(number, selected["name"], _keys(selected["keys"], everyone), None)


def _keys(written: str, everyone: frozenset[str]) -> frozenset[str]:
    match written:
        case "everyone":
            return everyone
        case "nobody":
            return frozenset()
        case _:
            return frozenset(written.split())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules give: customers by audience, each audience's line, and slugs by line."""

    audiences: dict[str, frozenset[str]]
    lines: dict[str, int]
    slugs: frozenset[tuple[int, str, bool]]


def outcome(rules: str, folder: Path, name: str = "example.seg") -> Outcome:
    """Return what rules give in a folder with a catalog and data."""
    path = folder / name
    path.write_text(rules, encoding="utf-8")
    try:
        ruleset = segdsl.load(path)
        found = ruleset.evaluate()  # may know more types, and so more errors
    except segdsl.CompileError as error:
        return Outcome({}, {}, _slugs(error.diagnostics))
    audiences = {name: frozenset(map(str, found.keys(name))) for name in ruleset.segments}
    lines = {one: _line(ruleset[one].audience.span) for one in ruleset.segments}
    return Outcome(audiences, lines, _slugs((*ruleset.findings, *ruleset.check())))


def _slugs(diagnostics: tuple[Diagnostic, ...]) -> frozenset[tuple[int, str, bool]]:
    return frozenset(
        (_line(one.primary.span), one.code.slug, one.code.severity is Severity.ERROR)
        for one in diagnostics
        if one.primary is not None and one.code.severity is not Severity.NOTICE
    )


def _line(span: object) -> int:
    return span.source.position(span.start).line  # type: ignore[attr-defined]  # a Span


def conditions(block: Block) -> Iterator[tuple[int, str]]:
    """Yield the conditions of a block that has one on each line."""
    for number, line in enumerate(block.text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def catalog_problems(block: Block) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a catalog that a document shows."""
    return parse_catalog(Source.of(block.text, str(block)))[1]


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield the command lines of a console block, each with the output that is shown."""
    for part in re.split(r"(?m)^\$ ", block.text)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def output_of(command: str) -> str:
    """Return what a `segdsl` command prints, both streams together."""
    from segdsl.cli import main

    words = shlex.split(command)
    if words[0] != "segdsl":
        raise ValueError(f"only segdsl is run here, not {words[0]}")
    result = CliRunner().invoke(main, words[1:])
    lines = (line.rstrip() for line in result.output.strip("\n").split("\n"))
    return "".join(f"{line}\n" for line in lines) if result.output else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement of a Python block, what it gives, and what the comments say that it gives."""

    code: str
    given: tuple[str, ...]
    told: tuple[str, ...]


def statements(block: Block) -> Iterator[Shown]:
    """Run a Python block and yield the statements whose result is told.

    The value of an expression is told behind it, what it prints on the lines below.
    """
    lines = block.text.split("\n")
    namespace: dict[str, object] = {}
    for statement in ast.parse(block.text).body:
        code = ast.unparse(statement)
        end = statement.end_lineno or statement.lineno
        behind = lines[end - 1][statement.end_col_offset :].strip()
        below = [line[2:] for line in _comments_below(lines, end)]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            if not isinstance(statement, ast.Expr):
                exec(code, namespace)
                continue
            value = eval(code, namespace)
        if printed.getvalue():
            yield Shown(code, tuple(printed.getvalue().rstrip("\n").split("\n")), tuple(below))
        else:
            yield Shown(code, (repr(value),), (behind.removeprefix("# "),))


def _comments_below(lines: list[str], at: int) -> Iterator[str]:
    for line in lines[at:]:
        if not line.startswith("# "):
            return
        yield line


def is_as_told(given: str, told: str) -> bool:
    """Return whether a text is the one that is told, in which `…` stands for anything."""
    shape = ".*".join(re.escape(part) for part in told.split("…"))
    return re.fullmatch(shape, given) is not None
