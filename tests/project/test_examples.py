"""Every rule file of `rules_examples/` loads, runs on its own data and selects who it always did.

The counts stand in `rules_examples/<folder>/expected.json`. After a wanted change of rules or data:

    python tests/project/test_examples.py --write
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

import segdsl
from segdsl.diagnostics.codes import ALWAYS_TRUE, NEVER_TRUE, Severity

if TYPE_CHECKING:
    from types import ModuleType

EXAMPLES = Path(__file__).resolve().parents[2] / "rules_examples"
MAKERS = tuple(sorted(EXAMPLES.glob("*/make_data.py")))
FOLDERS = tuple(maker.parent for maker in MAKERS)
# The data of grocery/ are not in the repository; test_grocery.py fetches them and tests its rules.
RULES = tuple(sorted(rule for folder in FOLDERS for rule in folder.rglob("*.seg")))


def name_of(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


def module_at(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def folder_of(rule: Path) -> Path:
    return EXAMPLES / rule.relative_to(EXAMPLES).parts[0]


def expected(folder: Path) -> dict[str, dict[str, int]]:
    golden: dict[str, dict[str, int]] = json.loads(
        (folder / "expected.json").read_text(encoding="utf-8")
    )
    return golden


def rules_in(folder: Path) -> tuple[Path, ...]:
    return tuple(rule for rule in RULES if folder_of(rule) == folder)


def counts_in(folder: Path) -> dict[str, dict[str, int]]:
    return {
        rule.relative_to(folder).as_posix(): segdsl.load(rule).evaluate().counts()
        for rule in rules_in(folder)
    }


def test_there_are_five_folders_with_rules() -> None:
    names = [folder.name for folder in FOLDERS]
    assert names == ["brands", "languages", "micromarketing", "personas", "quickstart"]
    assert {folder_of(rule) for rule in RULES} == set(FOLDERS)
    others = {folder_of(rule) for rule in EXAMPLES.rglob("*.seg")} - set(FOLDERS)
    assert others == {EXAMPLES / "grocery"}


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rules_have_no_errors_and_no_empty_or_certain_conditions(rule: Path) -> None:
    rules = segdsl.load(rule)
    membership = rules.evaluate()
    found = (*rules.findings, *membership.notices)
    assert [d for d in found if d.code.severity is Severity.ERROR] == []
    assert [d for d in found if d.code in (NEVER_TRUE, ALWAYS_TRUE)] == []


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_each_segment_holds_some_customers_and_not_all(rule: Path) -> None:
    membership = segdsl.load(rule).evaluate()
    trivial = {n: c for n, c in membership.counts().items() if not 0 < c < membership.base}
    assert trivial == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_counts_are_the_expected_ones(folder: Path) -> None:
    assert counts_in(folder) == expected(folder)


def test_quickstart_agrees_with_the_rules_written_by_hand() -> None:
    oracle = module_at(Path(__file__).parent / "oracle_quickstart.py")
    folder = EXAMPLES / "quickstart"
    by_hand = oracle.counts(folder / "customers.csv")
    assert segdsl.load(folder / "rules.seg").evaluate().counts() == by_hand
    assert expected(folder) == {"rules.seg": by_hand}


@pytest.mark.parametrize("maker", MAKERS, ids=name_of)
def test_make_data_reproduces_the_data(maker: Path, tmp_path: Path) -> None:
    module_at(maker).write(tmp_path)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    changed = [str(path) for path in written if not is_same(tmp_path / path, maker.parent / path)]
    assert changed == []


def is_same(one: Path, other: Path) -> bool:
    """Whether two files are equal; Parquet by content, since its bytes name who wrote them."""
    if one.suffix == ".parquet":
        return pl.read_parquet(one).equals(pl.read_parquet(other))
    return one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_files_stay_small_and_the_readme_names_its_rules(folder: Path) -> None:
    large = [p.name for p in folder.rglob("*") if p.is_file() and p.stat().st_size > 400_000]
    assert large == []
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "segdsl run" in readme
    unnamed = [
        rule.name
        for rule in rules_in(folder)
        if rule.name not in readme and f"`{rule.parent.name}/`" not in readme
    ]
    assert unnamed == []


def write_expected() -> None:
    for folder in FOLDERS:
        text = json.dumps(counts_in(folder), ensure_ascii=False, indent=2)
        (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/project/test_examples.py --write")
    write_expected()
