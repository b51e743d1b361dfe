"""Every page's example gives its code, and what the page says to write instead does not."""

from __future__ import annotations

import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from pages_in_markdown import Block, only, read_page

import segdsl
from segdsl.catalog import Catalog
from segdsl.diagnostics import CODES, Code, Diagnostic, Severity
from segdsl.diagnostics.pages import page

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {code: read_page(page(code.id) or "") for code in CODES.values()}
RULES = [code for code, one in PAGES.items() if one.example and not one.is_about_files]
COMMANDS = [code for code, one in PAGES.items() if one.is_about_files]


@pytest.mark.parametrize("code", RULES, ids=str)
def test_rules_give_the_code_where_the_page_says(code: Code) -> None:
    rules = only(PAGES[code].example, "segdsl")
    word = "error" if code.severity is Severity.ERROR else "finding"
    announced = [n for n, line in enumerate(rules.split("\n"), 1) if f"# {word}: [" in line]
    assert len(announced) == 1
    assert f"# {word}: [{code.slug}]" in rules
    found = diagnostics_of(PAGES[code].example)
    assert {(one.code.slug, line_of(one)) for one in found} == {(code.slug, announced[0])}


@pytest.mark.parametrize("code", RULES, ids=str)
def test_what_to_write_instead_is_fine(code: Code) -> None:
    settings = [block for block in PAGES[code].example if block.language == "toml"]
    assert diagnostics_of((*settings, *PAGES[code].instead)) == ()


def diagnostics_of(blocks: tuple[Block, ...]) -> tuple[Diagnostic, ...]:
    settings = tomllib.loads(only(blocks, "toml"))
    fields = settings.pop("fields")
    catalog = Catalog.model_validate({**settings, "customers": {"key": "key", "fields": fields}})
    try:
        return tuple(segdsl.compile(only(blocks, "segdsl"), catalog=catalog).findings)
    except segdsl.CompileError as error:
        return error.diagnostics


def line_of(diagnostic: Diagnostic) -> int | None:
    if diagnostic.primary is None:
        return None
    span = diagnostic.primary.span
    return span.source.position(span.start).line


@pytest.mark.parametrize("code", COMMANDS, ids=str)
def test_commands_give_the_code_and_the_remedy_does_not(
    code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one = PAGES[code]
    done = run(one.example, tmp_path)
    assert done.exit_code == (1 if code.severity is Severity.ERROR else 0), done.output
    assert f"[{code.id}]" in done.output
    mended = run(one.instead, tmp_path)
    assert mended.exit_code == 0, mended.output
    assert f"[{code.id}]" not in mended.output


def run(blocks: tuple[Block, ...], folder: Path) -> Result:
    for block in blocks:
        if block.file:
            (folder / block.file).write_bytes(block.text.encode(block.encoding))
    from segdsl.cli import main

    words = shlex.split(only(blocks, "console").removeprefix("$ "))
    assert words[0] == "segdsl"
    return CliRunner().invoke(main, words[1:])
