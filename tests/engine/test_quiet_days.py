"""Tables without rows and columns without values: they fit whatever rules ask of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import segdsl
from segdsl.catalog import Catalog
from segdsl.errors import CompileError, DataError

PEOPLE = {"id": [1, 2]}
DECLARED = Catalog.model_validate(
    {"events": {"buy": {"source": "nowhere", "key": "id", "time": "t"}}}
)
HEADER = "id,t,amount,unit,name,paid,day,tags\n"
RULES = {
    "did buy": 0,
    "did buy in last 3 days": 0,
    "not did buy where (amount > 3 and amount < 5)": 2,
    "sum of buy.amount < 3": 2,
    "sum of (buy.amount * buy.unit) > 3": 0,
    "average of buy.amount is missing": 2,
    'did buy where (name contains "x")': 0,
    "did buy where (paid) in last 9 days": 0,
    "count of buy where (day after 2026-01-01) = 0": 2,
    "last of buy.day >= 2026-01-01": 0,
    "did buy where (day in last 3 days)": 0,
    'did buy where (tags contains "vip")': 0,
    'did buy where ("vip" in tags)': 0,
    "count of distinct buy.name = 0": 2,
    'did buy where (amount * unit > 2 and day before 2026-01-01 and name = "a" and paid)': 0,
}


def count(rule: str, catalog: Catalog | None = None, data: object = None, **events: object) -> int:
    rules = segdsl.compile(rule, catalog=catalog)
    found = rules.evaluate(data if data is not None else PEOPLE, events=events)
    return found.counts()["segment"]


def header(folder: Path) -> Path:
    (folder / "buy.csv").write_text(HEADER)
    return folder / "buy.csv"


def no_line(folder: Path) -> Path:
    (folder / "buy.jsonl").write_bytes(b"")
    return folder / "buy.jsonl"


def blank_lines(folder: Path) -> Path:
    (folder / "buy.jsonl").write_bytes(b"\xef\xbb\xbf\n\n")
    return folder / "buy.jsonl"


def no_frame(_: Path) -> object:
    return pl.DataFrame()


def pandas_frame(_: Path) -> object:
    return pd.DataFrame({name: [] for name in HEADER.strip().split(",")})


def texts(_: Path) -> object:
    return pl.DataFrame(schema=dict.fromkeys(HEADER.strip().split(","), pl.String))


def one_without_values(_: Path) -> object:
    return {"id": [1], **{name: [None] for name in HEADER.strip().split(",")[1:]}}


EMPTY = [header, no_line, blank_lines, no_frame, pandas_frame, texts, one_without_values]


@pytest.mark.parametrize("catalog", [None, DECLARED], ids=["inferred", "declared"])
@pytest.mark.parametrize("make", EMPTY, ids=lambda make: make.__name__)
def test_no_events_fit_every_rule(make: Any, catalog: Catalog | None, tmp_path: Path) -> None:
    data = make(tmp_path)
    for rule, expected in RULES.items():
        assert count(rule, catalog, buy=data) == expected, rule


def test_rules_that_fit_no_type_are_complained_of_once(tmp_path: Path) -> None:
    rule = 'sum of buy.unit > 3 and did buy where (amount > 3 and amount contains "x")'
    with pytest.raises(CompileError) as raised:
        count(rule, buy=header(tmp_path))
    (error,) = (one for one in raised.value.diagnostics if one.is_error)
    assert error.primary is not None
    assert "amount" in error.primary.span.text


def test_a_declared_type_stays(tmp_path: Path) -> None:
    event = {"source": "x", "key": "id", "time": "t", "fields": {"t": "date", "name": "text"}}
    catalog = Catalog.model_validate({"events": {"buy": event}})
    assert count('did buy where (name = "x") in last 3 days', catalog, buy=header(tmp_path)) == 0
    with pytest.raises(CompileError):
        count("did buy where (name > 3)", catalog, buy=header(tmp_path))


@pytest.mark.parametrize("columns", ["id,moment", "id,shop,moment,amount"])
def test_a_table_without_rows_needs_no_column_that_is_named_like_a_time(
    columns: str, tmp_path: Path
) -> None:
    (tmp_path / "buy.csv").write_text(f"{columns}\n")
    rules = segdsl.compile("did buy in last 3 days or did buy where (amount > 3)")
    if "amount" not in columns:
        rules = segdsl.compile("did buy in last 3 days")
    found = rules.evaluate(PEOPLE, events={"buy": tmp_path / "buy.csv"})
    assert found.counts() == {"segment": 0}
    said = next(one for one in found.notices if one.code.id == "SG312")
    assert said.message.endswith("belong to customers by `id`, and there are none of them")


def test_customers_without_a_value_fit_every_rule(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,age,born,tags\n1,,,\n2,,,\n")
    rule = 'age > 3 or born before 2000-01-01 or tags contains "x" or age * 2 < 9'
    assert count(rule, data=tmp_path / "c.csv") == 0
    assert count("age > 3", data={"id": [1], "age": [None]}) == 0
    (tmp_path / "c.csv").write_text("id,age\n")
    assert count("age > 3", data=tmp_path / "c.csv") == 0
    data = {"id": [1], "at": [date(2026, 1, 1)]}
    assert count("did buy", data=tmp_path / "c.csv", buy=data) == 0


def test_lookups_without_rows_are_missing(tmp_path: Path) -> None:
    (tmp_path / "item.csv").write_text("item_id,price\n")
    (tmp_path / "shop.jsonl").write_text("\n")
    tables = {
        "item": {"source": "item.csv", "key": "item_id"},
        "shop": {"source": "shop.jsonl", "key": "shop_id"},
    }
    events = DECLARED.model_dump(exclude_unset=True)["events"]
    catalog = Catalog.model_validate({"events": events, "lookups": tables}).in_folder(tmp_path)
    data = {"id": [1], "t": [date(2026, 1, 1)], "item_id": [7], "shop_id": [8]}
    assert count("did buy where (item.price > 3 or shop.size > 3)", catalog, buy=data) == 0
    assert count("did buy where (shop.size is missing)", catalog, buy=data) == 1
    rules = 'did buy where (shop.size > 3) or did call where (shop.name = "x" or shop.size = 1)'
    catalog = catalog.model_copy(
        update={"events": {**catalog.events, "call": catalog.events["buy"]}}
    )
    assert count(rules, catalog, buy=data, call=data) == 0
    blank = tmp_path / "shop.jsonl"
    assert count('did buy where (item.price > 3 and shop.name = "x")', catalog, buy=blank) == 0


def test_a_file_without_a_line_among_others_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("")
    (tmp_path / "b.jsonl").write_text('{"id": 1, "t": "2026-01-01T10:00", "amount": 4}\n')
    assert count("did buy where (amount > 3)", buy=tmp_path) == 1


def test_a_file_that_needs_a_header_is_not_said_to_be_the_customers(tmp_path: Path) -> None:
    (tmp_path / "buy.csv").write_text("")
    with pytest.raises(DataError) as raised:
        count("did buy", buy=tmp_path / "buy.csv")
    (error,) = raised.value.diagnostics
    assert error.code.id == "SG508"
    assert error.help == ("data need at least a header with the names of the columns",)
    (tmp_path / "c.jsonl").write_text("")
    with pytest.raises(DataError) as raised:
        count("age > 3", data=tmp_path / "c.jsonl")
    (error,) = raised.value.diagnostics
    assert error.help == ("data need at least one object, whose names are the columns",)
