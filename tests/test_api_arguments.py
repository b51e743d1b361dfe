"""What the methods of rules and memberships say of arguments that are wrong."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import segdsl
from segdsl.catalog import Catalog
from segdsl.cli import main
from segdsl.matching.matcher import matcher
from segdsl.settings import calendar_of

CUSTOMERS = pl.DataFrame({"id": [1, 2, 3, 4], "age": [20, 30, 40, 50]})
BOUGHT = pl.DataFrame({"id": [1, 1, 2], "time": ["2026-01-01"] * 3}).with_columns(
    pl.col("time").str.to_date()
)
DECLARED = Catalog.model_validate(
    {
        "customers": {"key": "id", "fields": {"id": {"type": "number"}}},
        "events": {
            "purchase": {
                "source": "none.csv",
                "key": "id",
                "time": "time",
                "fields": {"time": {"type": "date"}},
            },
            "visit": {
                "source": "none.csv",
                "key": "id",
                "time": "time",
                "fields": {"time": {"type": "date"}},
            },
        },
    }
)

OPEN = DECLARED.with_customers(fields={})

WAYS: dict[str, Callable[..., Any]] = {
    "evaluate": lambda rules, events: rules.evaluate(CUSTOMERS, events=events).counts(),
    "count": lambda rules, events: rules.count(CUSTOMERS, events=events),
    "session": lambda rules, events: rules.session(CUSTOMERS, events=events).sizes(),
    "check": lambda rules, events: rules.check(CUSTOMERS, events=events),
}


@pytest.mark.parametrize("way", WAYS)
def test_events_under_a_mistyped_name_are_an_error(way: str) -> None:
    rules = segdsl.compile("did purchase", catalog=DECLARED)
    with pytest.raises(segdsl.DataError) as caught:
        WAYS[way](rules, {"purch": BOUGHT})
    (complaint,) = caught.value.diagnostics
    assert complaint.code.id == "SG316"
    assert "`purch`" in complaint.message
    assert "an event with a similar name exists: `purchase`" in complaint.help


@pytest.mark.parametrize("way", WAYS)
def test_events_that_a_catalog_declares_may_be_given_though_no_rule_reads_them(way: str) -> None:
    rules = segdsl.compile("did purchase", catalog=DECLARED)
    alone = WAYS[way](rules, {"purchase": BOUGHT})
    assert WAYS[way](rules, {"purchase": BOUGHT, "visit": BOUGHT}) == alone


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["purchase", "login"])
def test_files_of_events_are_there_though_no_rule_reads_them(
    way: str, name: str, tmp_path: Path
) -> None:
    rules = segdsl.compile("age > 20", catalog=OPEN)
    for place in (tmp_path / "nothere.parquet", str(tmp_path / "*.parquet")):
        with pytest.raises(segdsl.DataError, match=r"no such file|no file fits") as caught:
            WAYS[way](rules, {name: place})
        assert caught.value.diagnostics[0].code.id == "SG501"
    (tmp_path / "there.parquet").write_bytes(b"not read")
    WAYS[way](rules, {name: tmp_path / "there.parquet"})


def test_events_that_nothing_speaks_of_are_said() -> None:
    rules = segdsl.compile("did purchase", catalog=OPEN)
    found = rules.evaluate(CUSTOMERS, events={"purchase": BOUGHT, "login": BOUGHT, "walk": BOUGHT})
    (notice,) = [one for one in found.notices if one.code.id == "SG317"]
    assert "the events `login`, `walk` are not read" in notice.message
    assert "`purchase`" in notice.help[0]
    for events in ({"purchase": BOUGHT}, {"visit": BOUGHT}, {}):
        quiet = segdsl.compile("age > 20", catalog=OPEN).evaluate(CUSTOMERS, events=events)
        assert all(one.code.id != "SG317" for one in quiet.notices)
    alone = segdsl.compile("age > 20").check(CUSTOMERS, events={"login": BOUGHT})
    assert [one.help for one in alone if one.code.id == "SG317"] == [("they speak of no event",)]


def test_conditions_of_a_session_may_speak_of_events_that_no_rule_speaks_of() -> None:
    session = segdsl.compile("age > 20").session(CUSTOMERS, events={"purchase": BOUGHT})
    assert session.size("did purchase") == 2


@pytest.mark.parametrize("form", ["code", "index"])
def test_a_matcher_refuses_events_under_mistyped_names(form: Any) -> None:
    for text in ("did purchase", "id > 1 and did purchase"):
        rules = segdsl.compile(text, catalog=DECLARED)
        calendar = calendar_of(None, None)
        match = matcher(rules.plan.segments, calendar, catalog=DECLARED, form=form).match
        with pytest.raises(segdsl.DataError, match="SG316"):
            match({"id": 2}, events={"purch": []})
        match({"id": 2}, events={"visit": []})
    with pytest.raises(segdsl.DataError, match="similar name exists: `purchase`"):
        segdsl.compile("did purchase").match({"id": 1}, events={"purch": []})


def test_the_command_line_refuses_events_under_mistyped_names(tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text(json.dumps({"id": 1}))
    (tmp_path / "events.json").write_text(json.dumps([{"time": "2026-01-01"}]))
    events = f"purchas={tmp_path / 'events.json'}"
    profile = str(tmp_path / "profile.json")
    found = CliRunner().invoke(main, ["match", "did purchase", profile, "--events", events])
    assert found.exit_code == 1
    assert "SG316" in found.output


AUDIENCES = """
segment young: age < 35
segment gold: age between 25 and 45
segment nobody: age > 100
"""


@pytest.fixture(scope="module")
def found() -> segdsl.Membership:
    """Return a membership of three audiences."""
    return segdsl.compile(AUDIENCES).evaluate(CUSTOMERS)


@pytest.mark.parametrize("measure", ["customers", "share", "jaccard", "lift"])
def test_the_overlap_of_two_audiences_is_that_of_the_table(
    found: segdsl.Membership, measure: Any
) -> None:
    table = found.overlap(measure=measure)
    for i, one in enumerate(found):
        for other in found:
            assert found.overlap(one, other, measure=measure) == table[other][i]


def test_the_overlap_of_two_audiences_in_a_measure(found: segdsl.Membership) -> None:
    assert found.overlap("gold", "young") == 1
    assert found.overlap("gold", "young", measure="share") == 0.5
    assert found.overlap("nobody", "young", measure="share") is None
    with pytest.raises(ValueError, match="'part'"):
        found.overlap("gold", "young", measure="part")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="'part'"):
        found.overlap(measure="part")  # type: ignore[call-overload]


def test_sets_of_customers_are_compared_and_shown(found: segdsl.Membership) -> None:
    gold, young = found["gold"], found["young"]
    assert gold == found["gold"]
    assert gold != young
    assert gold == ~~gold
    assert gold != 3
    assert repr(gold) == "<2 of 4 customers>"
    again = segdsl.compile(AUDIENCES).evaluate(CUSTOMERS.clone())
    assert again["gold"] == gold
    fewer = segdsl.compile(AUDIENCES).evaluate(CUSTOMERS.with_columns(id=pl.col("id") + 1))
    assert fewer["gold"] != gold
    with pytest.raises(TypeError, match="unhashable"):
        hash(gold)


@pytest.mark.parametrize("join", ["and_", "or_", "xor", "sub"])
def test_sets_of_customers_are_joined_with_no_others(found: segdsl.Membership, join: str) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        getattr(operator, join)(found["gold"], 3)


def test_unknown_audiences_are_named_with_those_near(found: segdsl.Membership) -> None:
    rules = segdsl.compile(AUDIENCES)
    session = rules.session(CUSTOMERS)
    asked: list[Callable[[str], object]] = [
        lambda name: found[name],
        found.keys,
        found.audience,
        lambda name: found.overlap("young", name),
        lambda name: found.overlap(name, "young", measure="lift"),
        lambda name: session[name],
        lambda name: rules[name],
    ]
    for ask in asked:
        with pytest.raises(KeyError, match="unknown audience `golld`; did you mean `gold`"):
            ask("golld")
        with pytest.raises(KeyError, match="unknown audience `x`"):
            ask("x")


@pytest.mark.parametrize("memory", ["2GB", 2_000_000_000, None])
def test_a_session_takes_an_amount_of_memory_as_an_evaluation_does(memory: Any) -> None:
    session = segdsl.compile(AUDIENCES).session(CUSTOMERS, memory=memory)
    assert session.sizes() == segdsl.compile(AUDIENCES).count(CUSTOMERS, memory=memory)


@pytest.mark.parametrize("memory", ["lots", 0, -1, "0GB", True])
def test_a_session_refuses_what_is_no_amount_of_memory_at_once(memory: Any) -> None:
    with pytest.raises(ValueError, match="memory"):
        segdsl.compile(AUDIENCES).session("no-such-file.csv", memory=memory)


@pytest.mark.parametrize("condition", [5, None, b"age > 1"])
def test_a_session_is_asked_texts_alone(condition: Any) -> None:
    session = segdsl.compile(AUDIENCES).session(CUSTOMERS)
    for ask in (session.size, session.select):
        with pytest.raises(TypeError, match="a condition is a text"):
            ask(condition)


@pytest.mark.parametrize("target", ["x.parquet", "folder"])
def test_audiences_are_written_in_no_other_layout(
    found: segdsl.Membership, tmp_path: Path, target: str
) -> None:
    with pytest.raises(ValueError, match="one of 'wide', 'long', 'files', not 'tall'"):
        found.write(tmp_path / target, layout="tall")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["x", "", "[" * 100_000])
def test_thresholds_are_read_from_json_alone(text: str) -> None:
    with pytest.raises(ValueError, match="thresholds are JSON that `to_json` wrote"):
        segdsl.Thresholds.from_json(text)


def test_events_that_came_since_under_a_mistyped_name_are_an_error() -> None:
    rules = segdsl.compile("did purchase")
    before = rules.evaluate(CUSTOMERS, events={"purchase": BOUGHT})
    with pytest.raises(segdsl.DataError, match="similar name exists: `purchase`"):
        rules.update(before, changed_events={"purchas": BOUGHT})
