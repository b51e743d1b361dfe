"""Whatever the documents show is what happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from documents import (
    Block,
    Document,
    Outcome,
    Said,
    catalog_problems,
    commands,
    conditions,
    is_as_told,
    is_declarations,
    outcome,
    output_of,
    said,
    statements,
)

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = Document(ROOT / "grammar" / "language.md")
README = Document(ROOT / "README.md")
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


def test_every_block_of_the_reference_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in LANGUAGE.blocks} == {"segdsl", "toml", "csv"}
    assert len(BARE) > 20


# ---- the README


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the example that the README works on."""
    root = tmp_path_factory.mktemp("checkout")
    kept = Path("rules_examples") / "quickstart"
    shutil.copytree(ROOT / kept, root / kept)
    return root


@pytest.mark.parametrize("block", README.of("console"), ids=str)
def test_commands_print_what_the_readme_shows(
    block: Block, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    for command, shown in commands(block):
        assert output_of(command) == shown


@pytest.mark.parametrize("block", README.of("python"), ids=str)
def test_python_gives_what_the_readme_says(
    block: Block, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    told = list(statements(block))
    assert told
    for one in told:
        assert len(one.given) == len(one.told), one.code
        for given, words in zip(one.given, one.told, strict=True):
            assert is_as_told(given, words), f"{one.code} gives {given}"


@pytest.mark.parametrize("block", README.of("segdsl"), ids=str)
def test_rules_of_the_readme_select_so_many(block: Block, checkout: Path) -> None:
    found = outcome(block.text, checkout / "rules_examples" / "quickstart")
    assert errors(found.slugs) == set()
    for number, line in enumerate(block.text.split("\n"), 1):
        if told := re.search(r"# ([\d,]+) customers$", line):
            size = len(found.audiences[audience_at(found, number)])
            assert f"{size:,}" == told[1], line


def test_every_condition_in_the_table_of_the_readme_can_be_written(folder: Path) -> None:
    rows = re.search(r"(?ms)^\| to say \| write \|\n.*?\n\n", README.text)
    assert rows is not None
    found = re.findall(r"`([^`]+)`", rows[0])
    assert len(found) > 30
    for condition in found:
        assert errors(outcome(condition, folder).slugs) == set(), condition


@pytest.mark.parametrize("block", README.of("toml"), ids=str)
def test_catalogs_of_the_readme_are_right(block: Block) -> None:
    assert catalog_problems(block) == ()


def test_every_block_of_the_readme_is_of_a_kind_that_is_tested() -> None:
    kinds = {block.language for block in README.blocks}
    assert kinds == {"segdsl", "toml", "console", "python", "sh"}
    first, second = README.of("sh")
    assert first.text == "pip install -e . && segdsl run rules_examples/quickstart --out out\n"
    assert second.text == 'pip install -e ".[dev]" && python -m pytest\n'


DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "rules_examples").rglob("*.md"),
    LANGUAGE.path,
    ROOT / "segdsl" / "ARCHITECTURE.md",
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if file.startswith(("http:", "https:")):
            continue
        linked = path.parent / file if file else path
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    headings = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
