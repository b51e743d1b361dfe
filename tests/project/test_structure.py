"""The code is built as its documents say, and what is published is up to date."""

from __future__ import annotations

import ast
import doctest
import json
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from generated import README, commands, options_of, refreshed
from jsonschema import Draft202012Validator
from schemas import published

import segdsl
from segdsl.cli import main
from segdsl.diagnostics import CODES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "segdsl"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_and_is_not_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text))
    assert said
    assert said.split("\n\n")[0].rstrip().endswith((".", "`.", ":", "`")), said
    assert text.count("\n") <= MOST_LINES


def test_imports_go_down_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_layers_are_those_of_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    layers = [layer.replace("segdsl.", "") for layer in contract["layers"]]
    text = (PACKAGE / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert "```text\n" + "\n".join(layers) + "\n```" in text


def test_whatever_the_architecture_names_is_there() -> None:
    text = (PACKAGE / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w-]+/)*[\w-]+(?:\.(?:py|md|lark|tsv|toml)|/))`", text))
    named |= set(re.findall(r"python ((?:[\w-]+/)+[\w-]+\.py)", text))
    assert len(named) > 50
    homes = (ROOT, PACKAGE, PACKAGE / "diagnostics", PACKAGE / "backends", PACKAGE / "catalog")
    extra = (ROOT / "grammar", ROOT / "tests", PACKAGE / "functions")
    lost = [one for one in named if not any((home / one).exists() for home in (*homes, *extra))]
    assert lost == []


def test_every_folder_of_the_package_is_described() -> None:
    text = (PACKAGE / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert {one for one in folders if f"| `{one}/` |" not in text} == set()


# ---- the package


def test_public_names_resolve_and_say_what_they_are() -> None:
    for name in segdsl.__all__:
        found = getattr(segdsl, name)
        assert name == "__version__" or (found.__doc__ or "").strip(), name


def test_the_version_is_the_same_everywhere() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["version"] == segdsl.__version__
    assert f"## [{segdsl.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def has_example(path: Path) -> bool:
    lines = path.read_text(encoding="utf-8").split("\n")
    return any(">>> " in line and "+SKIP" not in line for line in lines)


WITH_EXAMPLES = [path for path in MODULES if has_example(path)]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=name_of)
def test_examples_in_docstrings_are_right(path: Path) -> None:
    done = doctest.testmod(import_module(dotted(path)))
    assert done.attempted
    assert done.failed == 0


def test_data_that_the_package_needs_go_into_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["segdsl"]
    for source, target in wheel["force-include"].items():
        assert (ROOT / source).is_file()
        assert target.startswith("segdsl/")
    assert (ROOT / wheel["hooks"]["custom"]["path"]).is_file()
    assert (ROOT / settings["project"]["readme"]).is_file()
    assert [(ROOT / one).is_file() for one in settings["project"]["license-files"]] == [True]
    data = ["py.typed", "functions/folding.tsv", "functions/words.tsv"]
    data += [f"diagnostics/pages/{code}.md" for code in CODES]
    assert [one for one in data if not (PACKAGE / one).is_file()] == []


def test_published_schemas_are_current() -> None:
    for path, text in published().items():
        assert path.read_text(encoding="utf-8") == text, f"python tests/project/schemas.py: {path}"
        Draft202012Validator.check_schema(json.loads(text))


def test_a_ruleset_fits_its_schema() -> None:
    rules = segdsl.load(ROOT / "rules_examples" / "quickstart" / "rules.seg")
    schema = json.loads((PACKAGE / "document.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(rules.to_json()))


# ---- the README


def test_generated_parts_of_the_readme_are_current() -> None:
    text = README.read_text(encoding="utf-8")
    assert refreshed(text) == text, "python tests/project/generated.py"


def test_every_command_and_option_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for name, command in commands().items():
        assert f"`segdsl {name}" in text
        for option in options_of(command):
            long = next(one for one in option.opts if one.startswith("--"))
            assert f"`{long}" in text, f"{name} {long}"


# ---- the pre-commit hook


def test_the_hook_checks_all_files_that_it_is_given() -> None:
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "  entry: segdsl check\n" in hook
    assert "  files: \\.seg$\n" in hook
    folder = ROOT / "rules_examples" / "micromarketing"
    files = [str(folder / name) for name in ("lost.seg", "loyal.seg", "local.seg")]
    done = CliRunner().invoke(main, ["check", *files])
    assert (done.exit_code, done.output) == (0, "0 errors, 0 warnings\n")


def test_the_hook_fails_for_one_wrong_file_among_several(tmp_path: Path) -> None:
    for name, rules in (("a", "age > 30"), ("b", "age >"), ("c", "city is known")):
        (tmp_path / f"{name}.seg").write_text(f"segment {name}: {rules}\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["check", *map(str, sorted(tmp_path.iterdir()))])
    assert done.exit_code == 1
    assert "b.seg:" in done.output
    assert "1 error," in done.output
