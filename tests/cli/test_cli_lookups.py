"""`segdsl infer`, `explain`, `functions` and `compile`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from segdsl_runner import QUICKSTART, answer, project, segdsl

import segdsl as package
from segdsl import Catalog
from segdsl.diagnostics import CODES
from segdsl.functions.habits import BEHAVIOUR
from segdsl.functions.predicates import PREDICATES
from segdsl.functions.table import FUNCTIONS

NUMBERS = ("age", "balance", "basket", "id", "orders", "refunds", "spend")
VISITS = ("visits_store", "visits_web")
TEXTS = ("city", "country", "email", "first_name", "ip", "job_title", "nickname", "postcode")
FIELDS = {
    **dict.fromkeys((*NUMBERS, *VISITS), "number"),
    **dict.fromkeys(TEXTS, "text"),
    "newsletter": "yes/no",
    "tags": {"type": "list", "of": "text"},
    "place": {"type": "place", "latitude": "lat", "longitude": "lon"},
    "signup_date": "date",
    "birth_date": "date",
    "last_visit": "instant",
}
PROPERTIES = {"time": "instant", "channel": "text", "amount": "number", "quantity": "number"}
EVENTS = {
    name: {"source": f"{name}.csv", "key": "id", "time": "time", "fields": PROPERTIES}
    for name in ("purchase", "visit")
}


# ---- infer


def test_infer_prints_a_catalog_with_reasons(tmp_path: Path) -> None:
    result = segdsl("infer", project(tmp_path) / "customers.csv")
    assert result.exit_code == 0
    found = tomllib.loads(result.stdout)
    assert found["customers"]["key"] == "id"
    assert found["customers"]["fields"]["age"] == "number"
    assert "# every cell is a plain number" in result.stdout


def test_infer_writes_a_catalog_that_rules_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(tmp_path / "rules")
    counts = answer("count", folder)["segments"]
    (folder / "customers.csv").rename(tmp_path / "customers.csv")
    monkeypatch.chdir(tmp_path)
    out = folder / "catalog.toml"
    refused = segdsl("infer", "customers.csv", "--out", out)
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert segdsl("infer", "customers.csv", "--out", out, "--force").exit_code == 0
    assert 'source = "../customers.csv"' in out.read_text(encoding="utf-8")
    assert answer("count", folder)["segments"] == counts


def test_infer_as_json(tmp_path: Path) -> None:
    found = answer("infer", project(tmp_path) / "customers.csv")
    assert set(found) == {"catalog", "reasons", "notices"}
    assert found["reasons"]["city"]


def test_infer_without_a_key_leaves_it_open(tmp_path: Path) -> None:
    data = tmp_path / "c.csv"
    data.write_text("member,age\nA,30\n")
    result = segdsl("infer", data)
    assert result.exit_code == 1
    assert '\n[customers]\n# key = "…"' in result.stdout
    assert tomllib.loads(result.stdout)["customers"]["fields"]["age"] == "number"
    assert "SG303" in result.stderr
    assert "--key COLUMN" in result.stderr
    assert segdsl("infer", data, "--key", "member").exit_code == 0
    out = tmp_path / "catalog.toml"
    assert segdsl("infer", data, "--out", out).exit_code == 1
    assert '# key = "…"' in out.read_text(encoding="utf-8")
    failed = segdsl("infer", data, "--format", "json")
    assert json.loads(failed.stdout)["diagnostics"][0]["code"] == "SG303"


# ---- explain


def test_every_code_has_its_page() -> None:
    for code in CODES.values():
        assert segdsl("explain", code.id).stdout.startswith(f"# {code.id} {code.slug}\n")
    assert segdsl("explain", "unknown-field").stdout == segdsl("explain", "sg101").stdout


def test_without_a_code_all_are_listed() -> None:
    lines = segdsl("explain").stdout.splitlines()
    assert len(lines) == len(CODES) + 1
    assert {entry["code"] for entry in answer("explain")} == set(CODES)
    assert answer("explain", "SG101")["slug"] == "unknown-field"


def test_an_unknown_code_offers_those_near_it() -> None:
    result = segdsl("explain", "unknown-feild")
    assert result.exit_code == 2
    assert "`SG101 unknown-field`" in result.stderr


# ---- functions


@pytest.mark.parametrize(
    "example", [row.example for row in (*PREDICATES, *BEHAVIOUR, *FUNCTIONS.values())], ids=str
)
def test_every_example_of_the_catalogue_compiles(example: str) -> None:
    catalog = Catalog.model_validate(
        {"customers": {"key": "id", "fields": FIELDS}, "events": EVENTS}
    )
    rules = package.compile(example, catalog=catalog)
    assert rules.segments == ("segment",)
    assert rules.findings == ()


def test_the_catalogue_lists_every_row() -> None:
    text = segdsl("functions").stdout
    listed = {entry["name"] for entry in answer("functions")}
    rows = (*PREDICATES, *BEHAVIOUR)
    assert listed == {row.name for row in rows} | set(FUNCTIONS)
    assert all(row.form in text for row in (*rows, *FUNCTIONS.values()))


def test_one_function() -> None:
    text = segdsl("functions", "round").stdout
    assert "round(x), round(x, 2)" in text
    assert "round(spend / orders, 2) = 19.99" in text
    assert "most common" in segdsl("functions", "among").stdout
    near = segdsl("functions", "ruond")
    assert near.exit_code == 2
    assert "`round`" in near.stderr


# ---- compile


def test_every_stage_is_printed() -> None:
    def stage(emit: str) -> str:
        result = segdsl("compile", QUICKSTART, "--emit", emit)
        assert result.exit_code == 0
        return result.stdout

    assert "Segment\n  name: Name text='young_istanbul'" in stage("tree")
    assert "gold = #" in stage("plan")
    assert "level 0" in stage("program")
    assert 'gold = [(col("spend").strict_cast(Float64))' in stage("polars")
    document = stage("json")
    assert package.from_json(document).segments == package.load(QUICKSTART / "rules.seg").segments
    found = json.loads(segdsl("compile", QUICKSTART, "--format", "json").stdout)
    assert found["emit"] == "plan"


def test_a_plan_without_types_says_so() -> None:
    for rules in ("count of p > 3", "age > 3"):
        found = segdsl("compile", rules)
        assert "no one" in found.stdout
        assert "has no type yet" in found.stderr
        assert "no type" not in segdsl("compile", rules, "--emit", "json").stderr
    assert "no type" not in segdsl("compile", QUICKSTART).stderr


def test_a_tree_needs_no_sound_names_but_sound_syntax() -> None:
    assert "Comparison" in segdsl("compile", "nonsense > 3", "--emit", "tree").stdout
    result = segdsl("compile", "age >", "--emit", "tree")
    assert result.exit_code == 1
    assert "SG001" in result.stderr


def test_data_complete_what_is_compiled(tmp_path: Path) -> None:
    data = project(tmp_path) / "customers.csv"
    assert 'col("age")' in segdsl("compile", "age > 3", data, "--emit", "polars").stdout
    result = segdsl("compile", "age > 3", "--emit", "polars")
    assert result.exit_code == 1
    assert "SG401" in result.stderr


@pytest.mark.parametrize("option", [("--key", ""), ("--encoding", "base64"), ("--delimiter", "§")])
def test_settings_that_cannot_be_are_wrong_use(option: tuple[str, str], tmp_path: Path) -> None:
    result = segdsl("infer", project(tmp_path) / "customers.csv", *option)
    assert result.exit_code == 2
    assert option[0] in result.stderr
