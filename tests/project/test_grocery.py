"""The audiences of `rules_examples/grocery/` hold the households that SQL by hand selects.

The SQL stands in `grocery.sql`, reads the tables as the package ships them, and shares nothing with
segdsl; so a prepared table, a reading, a rule or an engine that is wrong shows here.
"""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from documents import Document

import segdsl

if TYPE_CHECKING:
    from segdsl import Membership

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLE = ROOT / "rules_examples" / "grocery"
BLOCK = re.compile(r"(?ms)^-- ([\w.]+)\n(.*?)(?=^-- [\w.]+\n|\Z)")
SQL = {name: text.strip() for name, text in BLOCK.findall((HERE / "grocery.sql").read_text())}
TABLES = SQL.pop("tables")
LAPSING = f"({SQL['lapsing']})"

SCRIPT = runpy.run_path(str(EXAMPLE / "data.py"))


@pytest.fixture(scope="module")
def tills() -> duckdb.DuckDBPyConnection:
    """Return a database with the package's own files."""
    database = duckdb.connect()
    database.execute(f"set file_search_path = '{SCRIPT['package']()}'")
    database.execute(TABLES)
    return database


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the example and the data as `data.py` prepares them."""
    made = tmp_path_factory.mktemp("grocery")
    for name in ("catalog.toml", "rules.seg"):
        shutil.copy(EXAMPLE / name, made / name)
    SCRIPT["write"](made / "data")
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> Membership:
    return segdsl.load(folder / "rules.seg").evaluate()


def households(tills: duckdb.DuckDBPyConnection, name: str) -> list[int]:
    query = SQL[name].replace(":lapsing:", LAPSING)
    return sorted(key for (key,) in tills.execute(query).fetchall())


@pytest.mark.parametrize("name", SQL)
def test_an_audience_holds_the_households_of_the_sql(
    name: str, found: Membership, tills: duckdb.DuckDBPyConnection
) -> None:
    by_hand = households(tills, name)
    assert found.counts()[name] == len(by_hand)
    assert found.keys(name) == by_hand


def test_there_is_sql_for_every_audience(found: Membership) -> None:
    assert set(found.counts()) == set(SQL)
    assert found.base == 801


def test_every_audience_holds_some_households_and_not_all(found: Membership) -> None:
    assert {name: n for name, n in found.counts().items() if not 0 < n < found.base} == {}


def test_traits_are_the_values_of_the_sql(
    found: Membership, tills: duckdb.DuckDBPyConnection
) -> None:
    traits = found.frame(traits=True).select("household_id", "recency", "trips", "spend", "saved")
    by_hand = tills.execute("select id, recency, trips, spend, saved from year order by id")
    assert traits.rows() == by_hand.fetchall()


LEFT_OUT = (
    "from 'transactions.parquet' anti join household on id = household_id",
    "from 'campaigns.parquet' anti join household on id = household_id",
    "from 'coupon_redemptions.parquet' anti join household on id = household_id",
    "from purchase anti join 'products.parquet' using (product_id)",
)


def test_what_was_left_out_is_said(found: Membership, tills: duckdb.DuckDBPyConnection) -> None:
    said = " ".join(notice.message for notice in found.notices)
    for rows in LEFT_OUT:
        ((number,),) = tills.execute(f"select count(*) {rows}").fetchall()
        assert f"{number:,} of " in said


# ---- the README's section on behaviour


def test_rules_of_the_readme_select_so_many(folder: Path) -> None:
    readme = Document(ROOT / "README.md")
    rules = "".join(block.text for block in readme.blocks if block.file == "grocery.seg")
    told = re.findall(r"(?m)^segment (\w+).*?# ([\d,]+) households$", rules)
    assert told
    counts = segdsl.compile(rules, catalog=folder / "catalog.toml").evaluate().counts()
    assert {name: f"{counts[name]:,}" for name in counts} == dict(told)
