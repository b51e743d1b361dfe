"""A session answers as an evaluation does, and computes only what no earlier question did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import segdsl
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.words import packed, width
from segdsl.engine.session_data import Effort

ROWS = 1_000
FIELDS = {
    "id": "number",
    "age": "number",
    "spend": "number",
    "city": "text",
    "mail": "text",
    "born": "date",
    "seen": "instant",
    "optin": "yes/no",
}
RULES = """
param floor = 30
list big = ("city 1", "city 2")
define metro: city in big
define above(x): age > x
trait decade: age / 10
segment young: age < floor
segment both: young and metro
tiers level: young, metro otherwise rest
split trial seed "s": left 50%, right 50%
"""
MANY = [f'age > {i} and city contains "{i}" or born before 19{50 + i}-03-05' for i in range(30)]


def people(rows: int = ROWS) -> pl.DataFrame:
    """Return customers, every seventh cell of whom is missing."""
    frame = pl.DataFrame(
        {
            "age": [i * 7 % 90 for i in range(rows)],
            "spend": [i * 1.25 for i in range(rows)],
            "city": [f"city {i % 40}" for i in range(rows)],
            "mail": [f"person{i}@example.org" for i in range(rows)],
            "born": [date(1950, 1, 1) + timedelta(i * 11) for i in range(rows)],
            "seen": [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=i) for i in range(rows)],
            "optin": [i % 3 == 0 for i in range(rows)],
        }
    )
    gaps = [
        pl.when((pl.int_range(pl.len()) + at) % 7 != 0).then(pl.col(name)).alias(name)
        for at, name in enumerate(frame.columns)
    ]
    return frame.select(pl.int_range(pl.len()).alias("id"), *gaps)


def catalog() -> segdsl.Catalog:
    """Return the customers' catalog."""
    fields = {name: {"type": type} for name, type in FIELDS.items()}
    return segdsl.Catalog.model_validate(
        {"timezone": "Europe/Istanbul", "customers": {"key": "id", "fields": fields}}
    )


AS_OF = "2025-02-01"
QUESTIONS = (
    "age between 20 and 40",
    'city = "city 3" and not (age > 50)',
    "spend > 500 or spend is missing",
    "mail contains \"9\" and mail ends with '.org'",
    "born before 1960-01-01",
    "seen in last 10 days",
    "seen in last 2 full weeks or seen in this month",
    "seen in last 36 hours",
    "hour(seen) < 9 and weekday(seen) in (mon, tue)",
    "optin",
    "optin = false",
    "spend / age > 3",
    "domain(mail) = 'example.org'",
    "city = 'CITY 7' ignoring case",
    "top 10% by spend per city",
    "bottom 5 by age within young",
    "city among 3 most common",
    "decile of spend = 3",
    "sample 20% seed 'a'",
    "at least 2 of { age > 30; optin; metro }",
    "metro",
    "above(50) and not above(60)",
    "decade > 3 and age < floor",
    "level.metro",
    "trial.left and young",
    "id < 100",
    "today after 2020-01-01",
    "today before 2020-01-01",
    "1 = 1 or age > 3",
)


@pytest.fixture(scope="module")
def session() -> segdsl.Session:
    """Return a session that all tests here share."""
    return segdsl.compile(RULES, catalog=catalog()).session(people(), as_of=AS_OF)


def evaluated(condition: str, data: object = None) -> set[int]:
    """Return who meets a condition, by an evaluation of all."""
    rules = segdsl.compile(f"{RULES}\nsegment asked: {condition}", catalog=catalog())
    found = rules.evaluate(people() if data is None else data, as_of=AS_OF)
    return set(found.keys("asked"))


@pytest.mark.parametrize("condition", QUESTIONS)
def test_a_question_is_answered_as_by_an_evaluation(
    session: segdsl.Session, condition: str
) -> None:
    expected = evaluated(condition)
    assert session.size(condition) == len(expected)
    assert set(session.select(condition).keys()) == expected


def test_the_rules_own_audiences(session: segdsl.Session) -> None:
    found = segdsl.compile(RULES, catalog=catalog()).evaluate(people(), as_of=AS_OF)
    assert session.sizes() == found.counts()
    assert list(session) == list(found.segments)
    assert session["both"].keys() == found.keys("both")
    assert session.base == ROWS
    assert session.as_of == found.as_of
    with pytest.raises(KeyError):
        session["nobody"]


def test_sets_of_customers_join(session: segdsl.Session) -> None:
    young, metro = session["young"], session.select("metro")
    assert (young & metro).keys() == session["both"].keys()
    assert len(young & ~metro) == session.size("young and not metro")


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, 127])
def test_any_number_of_customers(rows: int) -> None:
    data = people(rows)
    session = segdsl.compile(RULES, catalog=catalog()).session(data, as_of=AS_OF)
    for condition in QUESTIONS:
        assert session.size(condition) == len(evaluated(condition, data))
        assert len(~session.select(condition)) == rows - session.size(condition)


def test_columns_without_a_value() -> None:
    data = people().with_columns(pl.when(False).then(pl.exclude("id")))
    session = segdsl.compile(RULES, catalog=catalog()).session(data, as_of=AS_OF)
    for condition in QUESTIONS:
        assert session.size(condition) == len(evaluated(condition, data))


# ---- what is computed


def begun(text: str = RULES, **options: int) -> segdsl.Session:
    """Return a session of its own."""
    return segdsl.compile(text, catalog=catalog()).session(people(), as_of=AS_OF, **options)


def test_each_column_and_condition_is_computed_once() -> None:
    session = begun()
    assert session.effort == Effort(columns=0, conditions=0)
    session.size("age > 30 and city = 'city 3'")
    assert session.effort == Effort(columns=2, conditions=2)
    session.size("city = 'city 3' or not (age > 30)")  # another text, the same conditions
    session.select("age > 30")
    assert session.effort == Effort(columns=2, conditions=2)
    session.size("city = 'city 3' and age > 31")
    assert session.effort == Effort(columns=2, conditions=3)
    session.size("spend > 3 and age > 31")
    assert session.effort == Effort(columns=3, conditions=4)


def test_only_columns_that_are_asked_for_are_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    people().with_columns(pl.lit("x").alias("age")).write_csv(path)
    session = segdsl.compile(RULES, catalog=catalog()).session(path, as_of=AS_OF)
    before = session.notices
    session.size("city = 'city 3'")
    assert session.notices == before
    session.size("age > 3")
    assert "`age`" in session.notices[-1].message
    with pytest.raises(segdsl.DataError, match="age"):
        segdsl.compile(RULES, catalog=catalog()).session(path, strict=True).size("age > 3")


def test_periods_share_the_local_date() -> None:
    session = begun()
    session.size("seen in last 10 days")
    before = session.effort
    session.size("seen in last 11 days")
    assert session.effort == Effort(before.columns, before.conditions + 1)


def test_what_the_engine_computes_is_a_column() -> None:
    session = begun()
    for seed in ("a", "b"):
        assert session.size(f"sample 20% seed '{seed}'") != session.size(
            f"sample 30% seed '{seed}'"
        )
    assert session.effort == Effort(columns=2, conditions=4)


def test_many_conditions_at_once_are_kept_if_there_is_room() -> None:
    text = "\n".join(f"segment s{i}: {one}" for i, one in enumerate(MANY))
    expected = segdsl.compile(text, catalog=catalog()).evaluate(people(), as_of=AS_OF).counts()
    roomy, tight = begun(text), begun(text, memory=8 * width(ROWS) * 9)
    for session in (roomy, tight):
        assert session.sizes() == expected
        before = session.effort.conditions
        session.size(f"{MANY[3]} and {MANY[4]}")
        assert (session.effort.conditions == before) == (session is roomy)
    assert len(roomy["s3"]) == len(tight["s3"]) == expected["s3"]


def test_what_a_condition_names_is_kept_as_atoms_are() -> None:
    definition = "define some: " + " or ".join(f"({one})" for one in MANY)
    session, mask = begun(definition), 8 * width(ROWS)
    expected = session.size("some or age > 80")
    data, asked = session._data, session._asked("some")
    assert data.masks.get(asked.digests[asked.roots[0]]) is not None
    assert begun(definition, memory=8 * mask).size("some or age > 80") == expected


def test_sessions_on_the_same_data_note_each_thing_once() -> None:
    session = segdsl.compile("segment a: age > 30").session(people(), as_of=AS_OF)
    other = session.with_rules(segdsl.compile("segment a: spend > 3"))
    columns = session._data.columns
    assert session.notices == other.notices == columns.notices != ()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(columns.note, [other.notices] * 100))
    assert session.notices == tuple(dict.fromkeys(session.notices))


def test_memory_bounds_the_masks() -> None:
    mask = 8 * width(ROWS)
    session = begun(memory=3 * mask)
    session.size("age > 1")
    columns = session.memory - mask
    for i in range(8):
        session.size(f"age > {i}")
    assert session.memory == columns + 3 * mask
    before = session.effort.conditions
    session.select("age > 7 and age > 6")
    assert session.effort.conditions == before
    session.select("age > 2 and optin")
    assert session.effort.conditions == before + 2


# ---- edited rules


def test_an_edited_text_costs_what_is_new() -> None:
    session = begun("segment a: age > 30 and city = 'city 3'\nsegment b: age > 30")
    sizes = session.sizes()
    assert sizes == session.rules.evaluate(people()).counts()
    before = session.effort
    edited = session.update("segment a: age > 30 and city = 'city 4'\nsegment b: age > 30")
    assert edited.sizes()["b"] == sizes["b"]
    assert edited.effort == Effort(before.columns, before.conditions + 1)
    assert edited.size("a") == edited.sizes()["a"]
    assert session.size("a") == sizes["a"]
    with pytest.raises(segdsl.CompileError):
        session.update("segment a: age >")
    with pytest.raises(ValueError, match="another catalog"):
        session.with_rules(segdsl.compile("segment a: age > 3"))


# ---- mistakes


@pytest.mark.parametrize(
    ("condition", "slug", "text"),
    [
        ("agee > 3", "unknown-field", "agee"),
        ("age > 'x'", "type-mismatch", "age > 'x'"),
        ("segment a: age > 3", "unexpected-token", "a"),
        ("", "empty-source", ""),
        ("age > 3 and", "unexpected-token", ""),
    ],
)
def test_mistakes_have_their_place_in_the_condition(
    session: segdsl.Session, condition: str, slug: str, text: str
) -> None:
    with pytest.raises(segdsl.CompileError) as caught:
        session.size(condition)
    first = caught.value.diagnostics[0]
    assert first.primary is not None
    assert first.primary.span.source.text == condition
    assert (first.code.slug, first.primary.span.text) == (slug, text)


def test_a_mistake_in_a_definition_is_told_each_time(session: segdsl.Session) -> None:
    for _ in range(2):
        with pytest.raises(segdsl.CompileError):
            session.size("above('x')")


# ---- without a catalog


def test_columns_that_no_rule_names_are_found_out() -> None:
    rules = segdsl.compile("segment young: age < 30")
    session = rules.session(people(), as_of=AS_OF)
    for condition in ("young", "spend > 500 and city = 'city 3'", "seen in last 10 days", "id < 9"):
        whole = f"segment young: age < 30\nsegment asked: {condition}"
        expected = segdsl.compile(whole).evaluate(people(), as_of=AS_OF).keys("asked")
        for _ in range(2):
            assert session.select(condition).keys() == expected
    with pytest.raises(segdsl.CompileError, match="nothing"):
        session.size("nothing > 3")
    assert session.sizes() == rules.evaluate(people(), as_of=AS_OF).counts()


def test_a_bare_condition_is_the_segment() -> None:
    session = segdsl.compile("age < 30").session(people())
    assert session.sizes() == {"segment": session.size("age < 30")}
    assert session.size("spend > 500") == people().filter(pl.col("spend") > 500).height


def test_a_column_without_values_is_what_each_condition_takes_it_for() -> None:
    data = people().with_columns(pl.lit(None, pl.String).alias("note"))
    session = segdsl.compile("segment young: age < 30").session(data)
    assert session.size("note = 'x'") == session.size("note > 3") == 0
    assert session.size("note is missing") == session.size("not (note > 3)") == ROWS


# ---- events


def purchases() -> pl.DataFrame:
    """Return purchases of every third customer."""
    rows = range(0, 3 * ROWS, 2)
    return pl.DataFrame(
        {
            "id": [i * 3 % ROWS for i in rows],
            "time": [datetime(2025, 1, 1) + timedelta(hours=i % 700) for i in rows],
            "amount": [i % 97 for i in rows],
        }
    )


@pytest.mark.parametrize("is_declared", [True, False])
def test_events(tmp_path: Path, is_declared: bool) -> None:
    purchases().write_parquet(tmp_path / "purchase.parquet")
    settings = catalog().model_dump(mode="json", exclude_defaults=True)
    fields = {"fields": {"time": {"type": "instant"}, "amount": {"type": "number"}}}
    source = {"source": str(tmp_path / "purchase.parquet"), "key": "id", "time": "time"}
    settings["events"] = {"purchase": {**source, **(fields if is_declared else {})}}
    known = segdsl.Catalog.model_validate(settings)
    session = segdsl.compile("segment young: age < 30", catalog=known).session(
        people(), as_of=AS_OF
    )
    for condition in (
        "did purchase in last 20 days and young",
        "sum of purchase.amount > 900",
        "sum of purchase.amount > 1000",
        "did not purchase",
        "did purchase where (amount > 90)",
        "last of purchase.time in last 5 days",
        "did purchase then purchase within 3 days",
    ):
        text = f"segment young: age < 30\nsegment asked: {condition}"
        found = segdsl.compile(text, catalog=known).evaluate(people(), as_of=AS_OF)
        assert session.select(condition).keys() == found.keys("asked")
        assert session.size(condition) == len(found["asked"])
    before = session.effort
    assert session.size("sum of purchase.amount > 1100") < session.size("did purchase")
    assert session.effort == Effort(before.columns, before.conditions + 1)


# ---- surroundings


def test_data_that_change_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    people().write_csv(path)
    session = segdsl.compile(RULES, catalog=catalog()).session(path)
    assert session.size("age > 3") > 0
    people(50).write_csv(path)
    with pytest.raises(segdsl.DataError, match="rows have come or gone"):
        session.size("spend > 3")


def test_several_rows_of_a_customer() -> None:
    twice = pl.concat([people(), people().with_columns(spend=pl.lit(0.0))])
    settings = catalog().with_customers(duplicates="latest by spend")
    session = segdsl.compile("segment young: age < 30", catalog=settings).session(twice)
    found = segdsl.compile("spend > 3 and age > 9", catalog=settings).evaluate(twice)
    assert session.base == ROWS
    assert session.select("spend > 3 and age > 9").keys() == found.keys("segment")


def test_several_threads(session: segdsl.Session) -> None:
    asked = [f"age > {i % 20} and seen in last {i % 15 + 1} days" for i in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(begun().size, asked))
    assert found == [session.size(one) for one in asked]


@pytest.mark.parametrize("machine", [Plain(), Fast()])
@pytest.mark.parametrize("rows", [0, 1, 64, 65, 200_003])
@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_looking_up(machine: Plain | Fast, rows: int, dtype: type) -> None:
    draw = np.random.default_rng(rows)
    codes = draw.integers(0, 500, rows).astype(dtype)
    answers = draw.integers(0, 2, 500).astype(np.uint8)
    words = np.full(width(rows), 2**64 - 1, np.uint64)
    machine.look_up(codes, answers, words)
    assert (words == packed(pl.Series(answers[codes] == 1, dtype=pl.Boolean))).all()
