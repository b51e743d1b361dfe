"""What a command is given: rules from a file, a folder, standard input or as they stand; data."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segdsl.errors import CompileError

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.catalog import Catalog
    from segdsl.source import Source

_SIGNS = frozenset("=<>!()[]{}\"'`")
_DATA = frozenset((".csv", ".tsv", ".parquet", ".xlsx", ".jsonl", ".ndjson", ".arrow", ".feather"))


@dataclass(frozen=True, slots=True)
class Inputs:
    """The arguments and options that say what is read and how."""

    rules: str
    data: str | None = None
    catalog: Path | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    as_of: date | datetime | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    key: str | None = None
    strict: bool = False
    events: Mapping[str, str] = field(default_factory=dict)

    def load(self) -> Ruleset:
        """Return the compiled rules. Raises CompileError."""
        from segdsl import api

        found = self.located()
        catalog = self._catalog(found if isinstance(found, Path) else None)
        if isinstance(found, Path):
            return api.load(found, catalog=catalog, params=self.params)
        return api.compile(found.text, catalog=catalog, params=self.params, name=found.name)

    def source(self) -> Source:
        """Return the text of the rules. Raises CompileError."""
        from segdsl.syntax import read_source

        found = self.located()
        if not isinstance(found, Path):
            return found
        source, complaints = read_source(found)
        if source is None:
            raise CompileError(complaints)
        return source

    def located(self) -> Path | Source:
        """Return the rule file that is named, or the text that stands for one.

        Raises CompileError.
        """
        from segdsl.source import Source

        text = self.rules
        if text == "-":
            return Source.of(_standard_input(), "<stdin>")
        if text.strip() and os.path.exists(text):  # noqa: PTH110 - Path.exists raises for long texts
            path = Path(text)
            return _in_folder(path) if path.is_dir() else _rule_file(path)
        if not text.strip() or _is_condition(text):
            return Source.of(text, "<condition>")
        raise _missing(Path(text))

    def reading(self) -> dict[str, str | None]:
        """Return the settings of the customers' table that were given."""
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "key": self.key,
        }

    def _catalog(self, rules: Path | None) -> Catalog | Path | None:
        """Return the catalog with the settings given; its path where there are none."""
        from segdsl.catalog import Catalog, find_catalog, load_catalog

        path = self.catalog or (find_catalog(rules) if rules else None)
        if all(value is None for value in self.reading().values()):
            return path
        catalog, complaints = load_catalog(path) if path is not None else (Catalog(), ())
        if catalog is None:
            raise CompileError(complaints)
        return with_settings(catalog, self.reading())


def with_settings(catalog: Catalog, settings: Mapping[str, str | None]) -> Catalog:
    """Return the catalog with settings of the customers' table from options.

    Raises UsageError for one that cannot be.
    """
    from pydantic import ValidationError

    try:
        return catalog.with_customers(**settings)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = f"--{first['loc'][0]}" if first["loc"] else "an option"
        raise click.UsageError(f"Invalid value for '{option}': {first['msg']}") from None


def _is_condition(text: str) -> bool:
    """Return whether a text that names no file is a condition rather than a misspelt name."""
    if Path(text).suffix.lower() in (".seg", ".toml", *_DATA):
        return False
    return any(character.isspace() or character in _SIGNS for character in text)


def _standard_input() -> str:
    from segdsl.diagnostics.syntax_errors import unreadable_source

    data = sys.stdin.buffer.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8: byte {error.start + 1:,} is no character"
        complaint = unreadable_source("<stdin>", reason, "rules are text in UTF-8")
        raise CompileError((complaint,)) from None


def _rule_file(path: Path) -> Path:
    if path.suffix.lower() in _DATA:
        from segdsl.diagnostics.syntax_errors import unreadable_source

        hint = "the rules stand first, the customers' data second: `segdsl count RULES DATA`"
        reason = "it is a file of data, not of rules"
        raise CompileError((unreadable_source(str(path), reason, hint),))
    return path


def _in_folder(folder: Path) -> Path:
    """Return `rules.seg` of a folder, or the only rule file in it."""
    from segdsl.diagnostics.syntax_errors import unreadable_source

    usual = folder / "rules.seg"
    found = sorted(path for path in folder.glob("*.seg") if path.is_file())
    if usual in found or len(found) == 1:
        return usual if usual in found else found[0]
    names = ", ".join(f"`{path}`" for path in found)
    reason = "the folder has several rule files" if found else "the folder has no rule file"
    hint = f"name one of them: {names}" if found else "a rule file ends in `.seg`"
    raise CompileError((unreadable_source(str(folder), reason, hint),))


def _missing(path: Path) -> CompileError:
    from segdsl.diagnostics.near import near_names
    from segdsl.diagnostics.syntax_errors import unreadable_source
    from segdsl.diagnostics.wording import near_help

    try:
        names = [p.name for p in path.parent.iterdir() if p.is_dir() or p.suffix == ".seg"]
    except OSError:
        names = []
    near = near_help(path.name, names, "file")
    hint = near[0] if near else "look at the spelling and the folder"
    if not path.suffix and not near_names(path.name, names):
        hint = f"a condition of one word stands in parentheses: `({path.name})`"
    return CompileError((unreadable_source(str(path), "there is no such file", hint),))
