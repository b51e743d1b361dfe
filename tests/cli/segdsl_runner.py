"""Runs the command line in this process, and small data for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from segdsl.cli import main

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "rules_examples" / "quickstart"

CUSTOMERS = """id,age,city,email
3,30,Bursa,c@example.org
1,20,İstanbul,a@example.org
2,,İstanbul,=cmd()
10,40,,
"""
RULES = """param limit = 25
define big: city = "İstanbul"
segment adults "All grown up": age >= limit
segment young_big: age < limit and big
tiers kind: young_big, adults otherwise others
"""
CATALOG = """timezone = "Europe/Istanbul"
as_of = 2026-01-31
[customers]
source = "customers.csv"
key = "id"
[customers.fields]
id = "number"
age = "number"
city = "text"
"""


def segdsl(*arguments: object, input: str | None = None) -> Result:
    """Return what a command does; an exception that gets out is a failure of the test."""
    result = CliRunner().invoke(main, [str(item) for item in arguments], input=input)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def answer(*arguments: object, input: str | None = None) -> Any:
    """Return what a command prints as JSON."""
    result = segdsl(*arguments, "--format", "json", input=input)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def project(folder: Path) -> Path:
    """Return a folder with rules, catalog and customers."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.seg").write_text(RULES, encoding="utf-8")
    (folder / "catalog.toml").write_text(CATALOG, encoding="utf-8")
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    return folder
