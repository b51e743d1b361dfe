"""Whatever the documents show is what happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from documents import (
    Block,
    Document,
    Outcome,
    Said,
    catalog_problems,
    conditions,
    is_declarations,
    outcome,
    said,
)

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = Document(ROOT / "grammar" / "language.md")
EVERYONE = frozenset(map(str, range(1, 11)))
RULES = LANGUAGE.of("segdsl")
DECLARED = [block for block in RULES if is_declarations(block)]
BARE = [block for block in RULES if not is_declarations(block)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("language")
    LANGUAGE.write_files(found)
    return found


def errors(slugs: frozenset[tuple[int, str, bool]]) -> set[tuple[int, str]]:
    return {(line, slug) for line, slug, is_error in slugs if is_error}


def agree(found: Outcome, told: list[Said]) -> None:
    """Assert that rules give what the comments of their lines say, and no other error."""
    announced = {(one.line, one.slug) for one in told if one.is_error}
    assert errors(found.slugs) == announced
    for one in told:
        if one.slug is not None:
            assert (one.line, one.slug, one.is_error) in found.slugs
        else:
            assert found.audiences[one.name or audience_at(found, one.line)] == one.keys


def audience_at(found: Outcome, line: int) -> str:
    """Return the audience that is declared last, up to a line."""
    return max((at, name) for name, at in found.lines.items() if at <= line)[1]


@pytest.mark.parametrize("block", BARE, ids=str)
def test_conditions_select_whom_the_reference_says(block: Block, folder: Path) -> None:
    told = list(said(block, EVERYONE))
    for number, line in conditions(block):
        here = [
            Said(1, one.name, one.keys, one.slug, one.is_error)
            for one in told
            if one.line == number
        ]
        assert here, f"nothing is said of {line}"
        agree(outcome(line, folder), here)


@pytest.mark.parametrize("block", DECLARED, ids=str)
def test_declarations_give_what_the_reference_says(block: Block, folder: Path) -> None:
    told = list(said(block, EVERYONE))
    assert told
    agree(outcome(block.text, folder), told)


@pytest.mark.parametrize("block", LANGUAGE.of("toml"), ids=str)
def test_catalogs_of_the_reference_are_right(block: Block) -> None:
    assert catalog_problems(block) == ()


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in LANGUAGE.blocks} == {"segdsl", "toml", "csv"}
    assert len(BARE) > 20
    assert shutil is not None
