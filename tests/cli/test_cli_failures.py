"""Failures: a diagnostic and an exit code, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from segdsl_runner import QUICKSTART, project, segdsl

import segdsl as package
from segdsl.cli import main
from segdsl.cli.group import _COMMANDS


def test_the_table_of_commands_says_what_the_commands_say() -> None:
    overview = segdsl("--help").stdout
    for name, summary in _COMMANDS:
        assert f"{name:<9}  {summary}" in overview
        text = segdsl(name, "--help").stdout
        assert "Examples:" in text
        assert f"segdsl {name}" in text.partition("Examples:")[2]
        assert "--format" in text


def test_the_version() -> None:
    assert segdsl("--version").stdout == f"segdsl {package.__version__}\n"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("ruels.seg", "`rules.seg`"),
        ("nothing_like_it.seg", "there is no such file"),
        ("newsletter", "`(newsletter)`"),
        ("customers.csv", "the rules stand first"),
        ("empty", "no rule file"),
        ("age >", "unexpected end"),
        ("  ", "no rule in this text"),
        ("contry = 'DE'", "unknown field `contry`"),
    ],
)
def test_rules_that_cannot_be(
    rules: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(tmp_path)
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder)
    result = segdsl("count", rules, "customers.csv", "--catalog", "catalog.toml")
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.csv", None, "SG501"),
        ("empty.csv", b"", "SG508"),
        ("ragged.csv", b"id,age,city\n1,2\n", "SG503"),
        ("binary.csv", b"id\x00\x01\x02", "SG509"),
        ("twice.csv", b"id,age,city\n1,2,x\n1,3,x\n", "SG504"),
        ("keyless.csv", b"id,age,city\n,2,x\n", "SG505"),
        ("latin.csv", b"id,age,city\n1,2,\xddstanbul\n", "SG502"),
    ],
)
def test_data_that_cannot_be(name: str, content: bytes | None, code: str, tmp_path: Path) -> None:
    folder = project(tmp_path)
    if content is not None:
        (folder / name).write_bytes(content)
    result = segdsl("count", folder, folder / name, "--format", "json")
    assert result.exit_code == 1
    assert f"error[{code}]" in result.stderr
    assert [d["code"] for d in json.loads(result.stdout)["diagnostics"]] == [code]


def test_no_data_are_named() -> None:
    result = segdsl("count", "age > 3")
    assert result.exit_code == 1
    assert "SG305" in result.stderr


def test_bytes_on_standard_input_that_are_no_text() -> None:
    result = CliRunner().invoke(main, ["check", "-"], input=b"age > \xff\xfe\x00")
    assert result.exit_code == 1
    assert "SG002" in result.stdout


def test_a_command_that_does_not_exist() -> None:
    result = segdsl("cuont", "x")
    assert result.exit_code == 2
    assert "`count`" in result.stderr


def test_our_own_bugs_are_exit_code_3_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero\nand more")

    monkeypatch.setattr("importlib.resources.files", broken)
    result = CliRunner().invoke(main, ["explain", "SG101", "--format", "json"])
    assert result.exit_code == 3
    assert json.loads(result.stdout)["diagnostics"][0]["code"] == "SG901"
    assert "error[SG901]: segdsl failed: ZeroDivisionError: division by zero\n" in result.stderr
    assert "--debug" in result.stderr
    with pytest.raises(ZeroDivisionError):
        segdsl("explain", "SG101", "--debug")


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("importlib.resources.files", interrupted)
    result = CliRunner().invoke(main, ["explain", "SG101"])
    assert result.exit_code == 130


def test_control_characters_of_data_do_not_reach_the_terminal(tmp_path: Path) -> None:
    rules = tmp_path / "rules.seg"
    rules.write_text('segment odd "a\\u{1b}[31mb": age > 3', encoding="utf-8")
    result = segdsl("count", rules, QUICKSTART / "customers.csv")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "\\u{1b}[31mb" in result.stdout
