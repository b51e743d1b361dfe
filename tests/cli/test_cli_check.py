"""`segdsl check`: findings, forms and fixes."""

from __future__ import annotations

import json
from pathlib import Path

from segdsl_runner import project, segdsl

TYPO = b'segment a:\r\n    age betwen 20 and 30\r\nsegment b: city = "X"\r\n'


def test_good_rules(tmp_path: Path) -> None:
    result = segdsl("check", project(tmp_path))
    assert (result.exit_code, result.stdout) == (0, "0 errors, 0 warnings\n")


def test_errors_are_the_result_and_exit_code_1(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_text("segment a: aeg > 3\nsegment b: agee > 3\n")
    result = segdsl("check", folder)
    assert result.exit_code == 1
    assert result.stdout.count("error[SG101]") == 2
    assert result.stdout.endswith("\n2 errors, 0 warnings\n")
    assert result.stderr == ""


def test_warnings_are_exit_code_0_unless_denied(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_text("segment a: age < 20 and age > 30\n")
    assert segdsl("check", folder).exit_code == 0
    result = segdsl("check", folder, "--deny-warnings")
    assert result.exit_code == 1
    assert "warning[SG601]" in result.stdout
    assert "0 errors, 1 warning\n" in result.stdout


def test_data_are_read_only_when_asked_for(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_text('segment a: city = "istanbul"\n', encoding="utf-8")
    assert "SG607" not in segdsl("check", folder).stdout
    assert "warning[SG607]" in segdsl("check", folder, "--with-data").stdout
    assert "warning[SG607]" in segdsl("check", folder, folder / "customers.csv").stdout
    assert segdsl("check", folder, folder / "none.csv").exit_code == 1


def test_names_that_nothing_tells_of_are_said(tmp_path: Path) -> None:
    (tmp_path / "bad.seg").write_text("segment a: spend >= foo\n")
    alone = segdsl("check", tmp_path / "bad.seg")
    assert (alone.exit_code, alone.stdout) == (0, "0 errors, 0 warnings\n")
    assert "told of `foo` and `spend`, whose names and types were not checked" in alone.stderr
    assert "DATA" in alone.stderr
    assert "--catalog FILE" in alone.stderr
    (tmp_path / "many.seg").write_text(f"segment b: {' or '.join(f'f{i} > 1' for i in range(8))}\n")
    several = segdsl("check", tmp_path / "bad.seg", tmp_path / "many.seg")
    assert "`foo`, `spend`, `f0`, `f1`, `f2` and 5 more, whose" in several.stderr
    assert segdsl("check", tmp_path / "bad.seg", "--quiet").stderr == ""
    assert segdsl("check", tmp_path / "bad.seg", "--format", "json").stderr == ""
    (tmp_path / "customers.csv").write_text("id,spend,foo\n1,2,3\n")
    assert (
        "not checked"
        not in segdsl("check", tmp_path / "bad.seg", tmp_path / "customers.csv").stderr
    )
    folder = project(tmp_path / "declared")
    assert segdsl("check", folder).stderr == ""


def test_json_and_sarif(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_bytes(TYPO)
    found = json.loads(segdsl("check", folder, "--format", "json").stdout)
    assert (found["errors"], found["warnings"]) == (1, 0)
    assert found["diagnostics"][0]["code"] == "SG001"
    sarif = json.loads(segdsl("check", folder, "--format", "sarif").stdout)
    assert sarif["version"] == "2.1.0"
    assert sarif["runs"][0]["results"][0]["ruleId"] == "SG001"


def test_fixes_are_shown_and_written_with_the_line_ends_of_the_file(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_bytes(TYPO)
    result = segdsl("check", folder, "--fix")
    assert result.exit_code == 0
    assert "rules.seg:2:9: write `between` (SG001)" in result.stdout
    assert result.stdout.endswith("0 errors, 0 warnings\n")
    assert (folder / "rules.seg").read_bytes() == TYPO.replace(b"betwen", b"between")
    assert sorted(p.name for p in folder.iterdir()) == [
        "catalog.toml",
        "customers.csv",
        "rules.seg",
    ]


def test_fixing_keeps_json_alone_on_standard_output(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules.seg").write_bytes(TYPO)
    result = segdsl("check", folder, "--fix", "--format", "json")
    assert json.loads(result.stdout)["errors"] == 0
    assert "fixed" in result.stderr


def test_of_two_ways_to_mend_a_person_chooses(tmp_path: Path) -> None:
    folder = project(tmp_path)
    text = 'segment a: not (city = "İstanbul")\n'
    (folder / "rules.seg").write_text(text, encoding="utf-8")
    result = segdsl("check", folder, "--with-data", "--fix")
    assert "warning[SG608]" in result.stdout
    assert (folder / "rules.seg").read_text(encoding="utf-8") == text


def test_a_text_without_a_file_is_checked_but_not_fixed() -> None:
    result = segdsl("check", "-", "--fix", input="segment a: age betwen 20 and 30")
    assert result.exit_code == 1
    assert "SG001" in result.stdout
