"""Rulesets as JSON: the rules' texts with all that they read, so that nothing else is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic, data_errors, syntax_errors
from segdsl.errors import CompileError
from segdsl.plan.nodes import Scalar
from segdsl.semantics.project import Cells, Project
from segdsl.source import Source
from segdsl.syntax import read_source

VERSION = 1


class RulesText(BaseModel):
    """One rule file: its name in diagnostics, the path by which others use it, its text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    path: str | None = None
    text: str


class ListCells(BaseModel):
    """The members of a list that were read from a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    column: str | None = None
    cells: tuple[str | int | float | bool, ...]


class Document(BaseModel):
    """A ruleset that stands by itself: the first text is the main one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["segdsl-ruleset"] = "segdsl-ruleset"
    version: Literal[1] = 1
    rules: Annotated[tuple[RulesText, ...], Field(min_length=1)]
    lists: tuple[ListCells, ...] = ()
    params: Mapping[str, str] = Field(default_factory=dict)
    catalog: Catalog | None = None
    folder: str | None = None
    """Where the catalog's relative sources start from."""


class Folder:
    """Files on disk."""

    def read_source(self, path: Path) -> tuple[Source | None, tuple[Diagnostic, ...]]:
        """Return a rule file, or what is wrong with it."""
        return read_source(path)

    def read_list(self, path: Path, column: str | None) -> Cells:
        """Return the cells of a list file's column, or why they cannot be read."""
        from segdsl.engine.lists import read_list

        return read_list(path, column)


class Stored:
    """Files inside a document."""

    def __init__(self, document: Document) -> None:
        self._rules = {
            rules.path or "": Source.of(rules.text, rules.name, Path(rules.path or rules.name))
            for rules in document.rules
        }
        self._lists = {(cells.path, cells.column): cells.cells for cells in document.lists}
        first = document.rules[0]
        path = Path(first.path) if first.path else None
        self.main = Source.of(first.text, first.name, path)

    def read_source(self, path: Path) -> tuple[Source | None, tuple[Diagnostic, ...]]:
        """Return a rule file of the document."""
        found = self._rules.get(path.as_posix())
        if found is not None:
            return found, ()
        reason = "the document does not hold it"
        return None, (syntax_errors.unreadable_source(path.name, reason, ""),)

    def read_list(self, path: Path, column: str | None) -> Cells:
        """Return the cells of a list of the document."""
        found = self._lists.get((path.as_posix(), column))
        return (found, None) if found is not None else ((), "the document does not hold it")


def to_document(project: Project, catalog: Catalog | None, params: Mapping[str, str]) -> str:
    """Return a project with all that it has read as JSON."""
    document = Document(
        rules=tuple(
            RulesText(name=s.name, path=s.path.as_posix() if s.path else None, text=s.text)
            for s in project.sources
        ),
        lists=tuple(
            ListCells(path=path, column=column, cells=tuple(map(_plain, cells)))
            for (path, column), cells in project.lists.items()
        ),
        params=dict(params),
        catalog=catalog,
        folder=catalog.folder.as_posix() if catalog and catalog.folder else None,
    )
    named = {"format": document.format, "version": document.version}
    rest = document.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({**named, **rest}, indent=2, ensure_ascii=False)


def _plain(cell: Scalar) -> str | int | float | bool:
    """Return a cell as JSON can hold it; dates and decimals become texts, which convert back."""
    return str(cell) if isinstance(cell, Decimal | datetime | date) else cell


def read_document(text: str) -> Document:
    """Return the document that a JSON text holds. Raises CompileError."""
    try:
        return Document.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else str(first["msg"])
        raise CompileError((data_errors.unreadable_ruleset(reason),)) from None


def document_schema() -> dict[str, Any]:
    """Return the JSON Schema of documents."""
    return Document.model_json_schema()
