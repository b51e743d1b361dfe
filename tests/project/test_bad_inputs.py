"""Bad input of every kind: a diagnostic, exit code 1, no traceback, no hang."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from segdsl.cli import main

PEOPLE = "id,age,city\n1,30,Ankara\n2,40,İzmir\n"


def segdsl(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(result: Result, code: str, *words: str) -> None:
    """Assert that a command failed as it should: one clear diagnostic, nothing else."""
    shown = result.output + result.stderr
    assert result.exit_code == 1, shown
    assert f"error[{code}]" in shown
    assert "Traceback" not in shown
    assert max(map(len, shown.splitlines())) < 400
    for word in words:
        assert word in shown


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


RULES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "SG003"),
    "only comments": (b"# nothing\n", "SG003"),
    "binary": (bytes(range(256)) * 40, "SG002"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "SG002"),
    "another encoding": ("şehir = 1".encode("cp1254"), "SG002"),
    "10 MB single line, one name": (b"a" * 10_000_000, "SG101"),
    "10 MB single line, no operator": (b"age " * 2_500_000, "SG001"),
    "10 MB unclosed text": (b'age = "' + b"x" * 10_000_000, "SG004"),
    "100,000 nested parentheses": (b"(" * 100_000 + b"age > 1" + b")" * 100_000, "SG008"),
    "100,000 nested nots": (b"not " * 100_000 + b"age > 1", "SG008"),
    "100,000 open braces": (b"any of { " * 100_000, "SG008"),
    "100,000 minus signs": (b"age > " + b"-" * 100_000 + b"1", "SG008"),
    "100,000 sums": (b"age > 1" + b" + 1" * 100_000, "SG008"),
    "cyclic definitions": (b"define a: b\ndefine b: not a\nsegment c: a", "SG105"),
    "a cycle with itself": (b"segment a: not a", "SG105"),
    "a list file that is missing": (b'list v from "no.csv"\nsegment a: id in v', "SG108"),
    "a rule file that is missing": (b'use "no.seg"\nsegment a: age > 1', "SG108"),
    "a date that does not exist": (b"signup = 2026-02-30", "SG007"),
    "a number beyond 18 digits": (b"age > 12345678901234567890", "SG006"),
    "a network that is none": (b'ip in network "300.1.1.1/8"', "SG206"),
    "a pattern that is none": (b'city matches "(a"', "SG205"),
    "shares beyond 100%": (b'split s seed "x": a 60%, b 60%', "SG207"),
    "a check": (b"segment a: age > 1\ncheck a cover customers", "SG401"),
    "a step without a duration": (b"did view then purchase", "SG001"),
    "a property without its event": (b"sum of (1 + 2) > 3", "SG218"),
}


@pytest.mark.parametrize("what", RULES)
def test_rules(tmp_path: Path, what: str) -> None:
    content, code = RULES[what]
    rules = file(tmp_path, "rules.seg", content)
    data = file(tmp_path, "people.csv", "id,age,city,signup,ip\n1,30,Ankara,2026-01-01,::1\n")
    start = time.monotonic()
    # Fields' types come from the data where the text alone is not wrong.
    command = ("count", rules, data) if code in ("SG101", "SG206", "SG205") else ("check", rules)
    refused(segdsl(*command), code)
    assert time.monotonic() - start < 60  # never a hang; far above what any of these takes


def test_a_hundred_thousand_terms_simply_work(tmp_path: Path) -> None:
    data = file(tmp_path, "people.csv", PEOPLE)
    same = file(tmp_path, "same.seg", " or ".join(f"age = {n}" for n in range(31, 100_031)))
    assert '"customers": 1' in segdsl("count", same, data, "--format", "json").stdout


DATA: dict[str, tuple[str, str | bytes, str]] = {
    "empty": ("people.csv", "", "SG508"),
    "binary": ("people.csv", bytes(range(256)) * 40, "SG509"),
    "binary without a name": ("people", bytes(range(256)) * 40, "SG509"),
    "a broken Parquet file": ("people.parquet", b"PAR1" + b"\x00" * 100 + b"PAR1", "SG501"),
    "a broken Excel file": ("people.xlsx", b"PK\x03\x04" + b"\x00" * 100, "SG501"),
    "broken JSON Lines": ("people.jsonl", '{"id": 1, "age": 30}\n{"id": 2, "age"\n', "SG501"),
    "no such column": ("people.csv", "id,city\n1,x\n", "SG101"),
    "no key": ("people.csv", "age,city\n1,x\n", "SG303"),
    "duplicate keys": ("people.csv", PEOPLE + "1,50,Bursa\n", "SG504"),
    "missing keys": ("people.csv", PEOPLE + ",50,Bursa\n", "SG505"),
    "ragged rows": ("people.csv", PEOPLE + "3,50\n4,1,x,y\n", "SG503"),
    "an unclosed quote": ("people.csv", PEOPLE + '3,50,"x\n4,60,"y",\n', "SG501"),
    "text after a closing quote": ("people.csv", PEOPLE + '3,50,"x" y\n', "SG501"),
    "UTF-16 without a mark": ("people.csv", PEOPLE.encode("utf-16-le"), "SG502"),
    "another encoding": ("people.csv", (PEOPLE + "3,50,Muğla\n").encode("cp1254"), "SG502"),
    "10 MB single line": ("people.csv", b"x" * 10_000_000, "SG501"),
    "the same column twice": ("people.csv", "id,age,age\n1,2,3\n", "SG304"),
    "a column of mixed types": ("people.csv", PEOPLE + "3,many,Bursa\n", "SG201"),
    "numbers beyond 64 bits": ("people.csv", PEOPLE + "3,99999999999999999999,x\n", "SG201"),
}


@pytest.mark.parametrize("what", DATA)
def test_data(tmp_path: Path, what: str) -> None:
    name, content, code = DATA[what]
    refused(segdsl("count", "age > 20", file(tmp_path, name, content)), code)


def test_a_tilde_in_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file(tmp_path, "~p.csv", PEOPLE)
    for path in ("~p.csv", "./~p.csv"):
        assert '"customers": 1' in segdsl("count", "age > 30", path, "--format", "json").stdout
    refused(segdsl("count", "age > 30", "./~q.csv"), "SG501", "~q.csv")


def test_data_that_are_not_there(tmp_path: Path) -> None:
    file(tmp_path, "people.csv", PEOPLE)
    refused(segdsl("count", "age > 20", tmp_path / "peple.csv"), "SG501", "people.csv")


DECLARED = """
[customers]
key = "id"
[customers.fields]
id = "number"
age = "number"
signup = "date"
"""


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("many,2026-01-01", ("`age`", "many", "row 3")),
        ("99999999999999999999,2026-01-01", ("`age`", "99999999999999999999")),
        ("3,2026-02-30", ("`signup`", "2026-02-30")),
    ],
)
def test_cells_that_do_not_convert(tmp_path: Path, cell: str, words: tuple[str, ...]) -> None:
    file(tmp_path, "catalog.toml", DECLARED)
    rules = file(tmp_path, "rules.seg", "age > 1 and signup is known")
    data = file(tmp_path, "people.csv", f"id,age,signup\n1,2,2026-01-01\n2,{cell}\n")
    found = segdsl("count", rules, data, "--as-of", "2026-11-01")
    assert found.exit_code == 0
    assert "warning[SG506]" in found.stderr
    for word in words:
        assert word in found.stderr
    refused(segdsl("count", rules, data, "--strict"), "SG514", *words)


def test_ambiguous_dates_show_both_readings(tmp_path: Path) -> None:
    file(tmp_path, "catalog.toml", DECLARED)
    rules = file(tmp_path, "rules.seg", "signup is known")
    data = file(tmp_path, "people.csv", "id,age,signup\n1,2,03/04/2024\n")
    refused(segdsl("count", rules, data), "SG306", "%d/%m/%Y", "%m/%d/%Y")


CATALOGS: dict[str, tuple[str, str]] = {
    "not TOML": ("[customers\n", "SG301"),
    "an unknown setting": ('[customers]\nkee = "id"\n', "SG302"),
    "an unknown type": ('[customers.fields]\nage = "numbr"\n', "SG302"),
    "an unknown time zone": ('timezone = "Europe/Istambul"\n', "SG302"),
    "a place without coordinates": ('[customers.fields]\nhome = "place"\n', "SG302"),
}


@pytest.mark.parametrize("what", CATALOGS)
def test_catalogs(tmp_path: Path, what: str) -> None:
    content, code = CATALOGS[what]
    catalog = file(tmp_path, "catalog.toml", content)
    rules = file(tmp_path, "rules.seg", "age > 1")
    refused(segdsl("check", rules), code, "catalog.toml")
    refused(segdsl("check", rules, "--catalog", catalog), code)


def test_mixed_json_column_is_said(tmp_path: Path) -> None:
    lines = '{"id": 1, "age": 30}\n{"id": 2, "age": "many"}\n'
    found = segdsl("count", "age is known", file(tmp_path, "people.jsonl", lines))
    assert found.exit_code == 0
    assert "SG308" in found.stderr


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Boolean, pl.Date])
def test_keys_of_other_types(tmp_path: Path, dtype: type[pl.DataType]) -> None:
    values: dict[type[pl.DataType], Callable[[], pl.Series]] = {
        pl.Float64: lambda: pl.Series("id", [1.5, 2.5]),
        pl.Boolean: lambda: pl.Series("id", [True, False]),
        pl.Date: lambda: pl.Series("id", [1, 2]).cast(pl.Date),
    }
    path = tmp_path / "people.parquet"
    pl.DataFrame([values[dtype](), pl.Series("age", [1, 2])]).write_parquet(path)
    refused(segdsl("count", "age > 1", path), "SG507")


def test_outputs_are_whole_or_not_at_all(tmp_path: Path) -> None:
    data = file(tmp_path, "people.csv", PEOPLE)
    blocked = file(tmp_path, "blocked", "a file where a folder is wanted")
    refused(segdsl("run", "age > 1", data, "--out", blocked / "out"), "SG513")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocked", "people.csv"]
