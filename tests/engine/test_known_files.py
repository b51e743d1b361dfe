"""What is remembered of files: what was found of the same ones under the same settings."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import segdsl
from segdsl.api import calendar_of
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.machine import Machine
from segdsl.backends.masks.plain import Plain
from segdsl.diagnostics import Diagnostic
from segdsl.engine.known_files import FileState, KnownFiles, known_files
from segdsl.engine.looks import Look
from segdsl.engine.memory import Pace
from segdsl.engine.processors import processors
from segdsl.engine.query import sizes_by_query
from segdsl.engine.readers.opening import open_data
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.streams import stream_of
from segdsl.engine.run import evaluate
from segdsl.errors import DataError

ROWS = 9_000
STREAMED = Pace(processors(), rows=4096, streamed=0, least=4096)
AS_OF = date(2026, 6, 15)
OLD = 10**9  # long before any test


def catalog_of(*, missing: Iterable[str] = (), **fields: Any) -> segdsl.Catalog:
    """Return a catalog with these fields."""
    customers = {"key": "id", "fields": {"id": "number", **fields}, "missing": list(missing)}
    return segdsl.Catalog.model_validate({"customers": customers})


def written(path: Path, *, at: int = OLD, ids: object = None, **columns: object) -> Path:
    """Return a Parquet file with the key and these columns, written at a moment."""
    keys = pl.int_range(ROWS, eager=True) if ids is None else ids
    pl.DataFrame({"id": keys, **columns}).write_parquet(path)
    os.utime(path, (at, at))
    return path


def repeated(*values: object) -> list[object]:
    """Return values again and again, as many as there are customers."""
    return [values[i % len(values)] for i in range(ROWS)]


def sizes(
    text: str, catalog: segdsl.Catalog, data: object, machine: Machine | None = None
) -> dict[str, int]:
    """Return the sizes of segments, with fields read batch by batch."""
    rules = segdsl.compile(text, catalog=catalog)
    notices: tuple[Diagnostic, ...] = ()
    opened = data
    if not isinstance(data, Opened):
        rules, opened, notices = rules.on(data)
    calendar = calendar_of(rules.catalog, AS_OF)
    found = evaluate(
        rules.plan,
        rules.program,
        rules.known_catalog,
        calendar,
        opened,
        notices=notices,
        keep=False,
        pace=STREAMED,
        machine=machine,
    )
    return found.counts()


def by_query(text: str, catalog: segdsl.Catalog, data: object) -> dict[str, int] | None:
    """Return the sizes that a query of cells as they stand finds, None where none may be asked."""
    rules, opened, _ = segdsl.compile(text, catalog=catalog).on(data)
    look = Look.at(rules.known_catalog, opened.customers)
    assert look is not None
    known, names = look.known, frozenset(field.name for field in rules.program.fields)
    if known is None or not (look.has_sound_keys(known) and look.reads_as_is(names, known)):
        return None
    calendar, height = calendar_of(rules.catalog, AS_OF), known.height
    stream = stream_of(look.catalog, look.table, names, height)
    return sizes_by_query(rules.program, calendar, look, stream, height, known=known)


CASES = {
    "texts": ("text", repeated("a", "b", None, "é"), 'x = "a" or x = "é"'),
    "few texts": ("text", repeated("a", "b", None, "é"), 'x in ("a", "é", "z")'),
    "numbers": ("number", repeated(1, 2, None, 40), "x between 1 and 2 or x * 2 > 70"),
    "floats": ("number", repeated(1.5, -0.0, None, 1e308), "x = 0 or x > 1"),
    "yes or no": ("yes/no", repeated(True, False, None), "x"),
    "dates": ("date", repeated(date(2026, 6, 1), None), "x in last 30 days"),
    "instants": ("instant", repeated(datetime(2026, 6, 1, tzinfo=UTC), None), "x < now - 1 day"),
    "missing": ("number", repeated(1, None), "x is missing or x != 1"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_query_follows_what_was_learnt(case: str, tmp_path: Path) -> None:
    kind, cells, rule = CASES[case]
    catalog, file = catalog_of(x=kind), written(tmp_path / "c.parquet", x=cells)
    text = f"segment one: {rule}\nsegment other: not one and x is known"
    assert by_query(text, catalog, file) is None
    expected = segdsl.compile(text, catalog=catalog).evaluate(file, as_of=AS_OF).counts()
    assert 0 < expected["one"] < ROWS
    assert sizes(text, catalog, file) == expected
    assert by_query(text, catalog, file) == expected
    assert sizes(text, catalog, file) == expected


WIDTHS = (pl.Int8(), pl.Int32(), pl.UInt16(), pl.UInt32(), pl.Float32(), pl.Float64(), pl.Int64())


@pytest.mark.parametrize("dtype", WIDTHS, ids=str)
def test_numbers_of_every_width(dtype: pl.DataType, tmp_path: Path) -> None:
    catalog = catalog_of(x="number")
    cells = pl.Series(repeated(0, 1, 100, None, 7), dtype=dtype)
    file = written(tmp_path / "c.parquet", x=cells)
    text = "segment a: x * 2 > 150\nsegment b: x between 1 and 99\nsegment c: x in (0, 7, 300)"
    expected = sizes(text, catalog, file)
    assert by_query(text, catalog, file) == expected
    assert expected == {"a": 1800, "b": 3600, "c": 3600}


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_instants_of_every_unit(unit: Any, tmp_path: Path) -> None:
    moments = pl.Series(repeated(*(datetime(2026, 6, 15, 12, 0, s) for s in range(4))))
    zoned = moments.dt.replace_time_zone("Europe/Istanbul").dt.cast_time_unit(unit)
    catalog, file = catalog_of(x="instant"), written(tmp_path / "c.parquet", x=zoned)
    text = "segment a: x > 2026-06-15T09:00:01Z"
    assert sizes(text, catalog, file) == by_query(text, catalog, file) == {"a": ROWS // 2}


ODD = {
    "a text in another form": ("text", repeated("e\u0301", "b"), 'x = "é"'),
    "a text that is missing": ("text", repeated("none", "b"), 'x != "b"'),
    "no number": ("number", repeated(float("nan"), 1.0), "x > 0"),
    "an infinite number": ("number", repeated(float("-inf"), 1.0), "x < 3"),
    "a number that is missing": ("number", repeated(-1, 1), "x < 3"),
    "a local time": ("instant", repeated(datetime(2026, 6, 1), None), "x < now"),
}


@pytest.mark.parametrize("case", ODD)
def test_cells_that_conditions_read_otherwise_are_read_each_time(case: str, tmp_path: Path) -> None:
    kind, cells, rule = ODD[case]
    catalog = catalog_of(x=kind, missing=["none", "-1"])
    file = written(tmp_path / "c.parquet", x=cells)
    expected = segdsl.compile(rule, catalog=catalog).evaluate(file, as_of=AS_OF).counts()
    for _ in range(2):
        assert sizes(rule, catalog, file) == expected
        assert by_query(rule, catalog, file) is None


def test_facts_hold_under_the_settings_that_they_were_found_under(tmp_path: Path) -> None:
    file = written(tmp_path / "c.parquet", x=repeated(-1, 1, 2), y=repeated(1, 2))
    plain, other = catalog_of(x="number"), catalog_of(x="number", missing=["-1"])
    renamed = catalog_of(x={"type": "number", "column": "y"})
    rule = "x < 2"
    assert sizes(rule, plain, file) == by_query(rule, plain, file) == {"segment": 6000}
    assert by_query(rule, other, file) is None
    assert sizes(rule, other, file) == {"segment": 3000}
    assert by_query(rule, renamed, file) is None
    assert sizes(rule, renamed, file) == by_query(rule, renamed, file) == {"segment": 4500}


def test_sixteen_conditions_on_one_text(tmp_path: Path) -> None:
    catalog, letters = catalog_of(x="text"), [*"abcdefghijklmnop", None]
    file = written(tmp_path / "c.parquet", x=repeated(*letters))
    text = "\n".join(f'segment s{i}: x contains "{one}"' for i, one in enumerate(letters[:-1]))
    expected = {f"s{i}": repeated(*letters).count(one) for i, one in enumerate(letters[:-1])}
    assert segdsl.compile(text, catalog=catalog).program.query is not None
    for machine in (Plain(), Fast(), Fast()):
        assert sizes(text, catalog, file, machine) == expected


def test_another_rule_profits(tmp_path: Path) -> None:
    catalog = catalog_of(x="number", y="number")
    file = written(tmp_path / "c.parquet", x=repeated(1, 2), y=repeated(3, 4))
    sizes("x = 1", catalog, file)
    assert by_query("x > 1", catalog, file) == {"segment": ROWS // 2}
    assert by_query("y = 3", catalog, file) is None
    sizes("y = 3", catalog, file)
    assert by_query("x = 1 and y = 3", catalog, file) == {"segment": ROWS // 2}


def test_who_is_where_teaches_as_well(tmp_path: Path) -> None:
    catalog, file = catalog_of(x="number"), written(tmp_path / "c.parquet", x=repeated(1, 2))
    rules, opened, _ = segdsl.compile("x = 1", catalog=catalog).on(file)
    calendar = calendar_of(catalog, AS_OF)
    known = rules.known_catalog
    found = evaluate(rules.plan, rules.program, known, calendar, opened, pace=STREAMED)
    assert by_query("x = 1", catalog, file) == found.counts()


# ---- files that change


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path) -> None:
    catalog, file = catalog_of(x="number"), tmp_path / "c.parquet"
    pl.DataFrame({"id": range(ROWS), "x": repeated(1, 2)}).write_parquet(file)
    assert FileState.of(file) is None
    sizes("x = 1", catalog, file)
    assert Look.at(catalog, open_data(catalog, file)) is None


def test_a_file_of_the_future_is_not_remembered(tmp_path: Path) -> None:
    assert FileState.of(written(tmp_path / "c.parquet", at=2**32 - 1)) is None


def test_folders_and_absent_files_are_not_remembered(tmp_path: Path) -> None:
    os.utime(tmp_path, (OLD, OLD))
    assert FileState.of(tmp_path) is None
    assert FileState.of(tmp_path / "absent") is None


@pytest.mark.parametrize("at", [OLD, OLD + 1])
def test_another_file_in_its_place_is_looked_at_anew(at: int, tmp_path: Path) -> None:
    catalog, file = catalog_of(x="number"), written(tmp_path / "c.parquet", x=repeated(1, 2))
    sizes("x = 1", catalog, file)
    assert by_query("x = 1", catalog, file) == {"segment": ROWS // 2}
    written(file, at=at, x=repeated(1, 1, 2))
    assert by_query("x = 1", catalog, file) is None
    assert sizes("x = 1", catalog, file) == {"segment": 6000}


def test_a_file_that_changes_after_it_was_opened_is_read_as_it_is(tmp_path: Path) -> None:
    catalog, file = catalog_of(x="number"), written(tmp_path / "c.parquet", x=repeated(1, 2))
    sizes("x = 1", catalog, file)
    opened = segdsl.compile("x = 1", catalog=catalog).on(file)[1]
    look = Look.at(catalog, opened.customers)
    assert look is not None
    assert look.is_same()
    written(file, at=OLD + 1, ids=[0, *range(ROWS - 1)], x=repeated(1, 2))
    assert not look.is_same()
    with pytest.raises(DataError):  # what was known of its keys holds no more
        sizes("x = 1", catalog, opened)


def test_doubtful_keys_are_found_each_time(tmp_path: Path) -> None:
    catalog, cells = catalog_of(x="number"), repeated(1, 2)
    twice = [0, *range(ROWS - 1)]
    missing = [*range(ROWS - 1), None]
    for ids, code in ((twice, "SG504"), (missing, "SG505")):
        file = written(tmp_path / f"{code}.parquet", ids=ids, x=cells)
        for _ in range(2):
            with pytest.raises(DataError) as caught:
                sizes("x = 1", catalog, file)
            assert [one.code.id for one in caught.value.diagnostics] == [code]
            assert by_query("x = 1", catalog, file) is None


def test_keys_of_which_the_latest_counts_are_not_remembered(tmp_path: Path) -> None:
    file = written(tmp_path / "c.parquet", ids=[0, *range(ROWS - 1)], x=range(ROWS))
    customers = {"key": "id", "duplicates": "latest by x", "fields": {"x": "number"}}
    catalog = segdsl.Catalog.model_validate({"customers": customers})
    assert Look.at(catalog, open_data(catalog, file)) is None
    assert [sizes("x >= 0", catalog, file) for _ in range(2)] == [{"segment": ROWS - 1}] * 2


def test_what_is_wrong_with_keys_is_said_first(tmp_path: Path) -> None:
    """Keys are looked at while customers are counted: an error there does not hide theirs."""
    file = written(tmp_path / "c.parquet", ids=[0, *range(ROWS - 1)], x=repeated("a"))
    with pytest.raises(DataError) as caught:
        sizes('x contains "a"', catalog_of(x="text"), file)
    assert [one.code.id for one in caught.value.diagnostics] == ["SG504"]


def test_several_files_are_known_together(tmp_path: Path) -> None:
    catalog = catalog_of(x="number")
    for part in range(3):
        ids = range(part * ROWS, (part + 1) * ROWS)
        written(tmp_path / f"{part}.parquet", ids=list(ids), x=repeated(part, None))
    assert sizes("x = 1", catalog, tmp_path) == {"segment": ROWS // 2}
    assert by_query("x >= 1", catalog, tmp_path) == {"segment": ROWS}
    written(tmp_path / "2.parquet", at=OLD + 1, ids=[*range(ROWS)], x=repeated(2))
    assert by_query("x >= 1", catalog, tmp_path) is None
    with pytest.raises(DataError):
        sizes("x >= 1", catalog, tmp_path)


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("x = 1 and id < 100", 50),
        ("round(x, 1) = 1 and id < 100", 50),
        ("x = 1 and id in (2, 4)", 2),
        ("x = 1 and id * 2 = 8", 1),
    ],
)
def test_rules_that_read_the_key_read_it(rule: str, count: int, tmp_path: Path) -> None:
    file = written(tmp_path / "c.parquet", x=repeated(1, 2))
    for _ in range(2):  # new, and known
        assert sizes(rule, catalog_of(x="number"), file) == {"segment": count}


def test_keys_that_are_texts_are_read_as_texts(tmp_path: Path) -> None:
    ids = pl.int_range(ROWS, eager=True).cast(pl.String)
    file = written(tmp_path / "c.parquet", ids=ids, x=repeated(1, 2))
    catalog = catalog_of(x="number", id="text")
    rules = 'segment one: x = 1 and id = "4"\nsegment some: x = 2 and id starts with "4"'
    assert sizes(rules, catalog, file) == {"one": 1, "some": 555}


def test_files_of_a_folder_with_columns_in_another_order(tmp_path: Path) -> None:
    keys, texts = pl.int_range(ROWS, eager=True), repeated("a", "b")
    days = [date(2026, 1, 1)] * ROWS
    pl.DataFrame({"t": texts, "u": days, "id": keys}).write_parquet(tmp_path / "1.parquet")
    other = pl.DataFrame({"id": keys + ROWS, "u": days, "t": texts})
    other.write_parquet(tmp_path / "2.parquet")
    catalog = catalog_of(t="text", u="date")
    for _ in range(10):
        assert sizes('u is known and t = "a"', catalog, tmp_path) == {"segment": ROWS}


def test_what_another_thread_learns_meanwhile_is_not_taken(tmp_path: Path) -> None:
    """Files are compared in the end only where something was known of them at the beginning."""
    catalog, rule = catalog_of(x="text"), 'x = "\xe9"'
    file = written(tmp_path / "c.parquet", x=repeated("e\u0301", "b"))
    rules, opened, _ = segdsl.compile(rule, catalog=catalog).on(file)
    look = Look.at(rules.known_catalog, opened.customers)
    assert look is not None
    states = look.files
    sound = written(tmp_path / "sound.parquet", x=repeated("\xe9", "b"))
    assert sizes(rule, catalog, sound) == {"segment": ROWS // 2}
    facts = known_files().of(tuple(FileState.of(sound) for _ in states))
    assert facts is not None
    known_files().learn(states, ROWS, facts.facts)  # as if another had found another file there
    stream = stream_of(look.catalog, look.table, frozenset({"x"}), ROWS)
    calendar = calendar_of(rules.catalog, AS_OF)
    found = sizes_by_query(rules.program, calendar, look, stream, ROWS, known=None)
    assert found in (None, {"segment": ROWS // 2})  # by codes, or read
    assert sizes_by_query(rules.program, calendar, look, stream, ROWS, known=facts) != found


def test_arrow_files_are_known_as_well(tmp_path: Path) -> None:
    catalog, file = catalog_of(x="text"), tmp_path / "c.arrow"
    pl.DataFrame({"id": range(ROWS), "x": repeated("a", None)}).write_ipc(file)
    os.utime(file, (OLD, OLD))
    assert sizes('x = "a"', catalog, file) == by_query('x = "a"', catalog, file)


def test_rows_of_a_file_are_not_the_file(tmp_path: Path) -> None:
    catalog, file = catalog_of(x="number"), written(tmp_path / "c.parquet", x=repeated(1, 2))
    table = open_data(catalog, file)
    assert Look.at(catalog, table) is not None
    assert Look.at(catalog, table.only(pl.Series([1, 2]))) is None


# ---- the memory itself


def states(count: int) -> tuple[FileState, ...]:
    """Return the states of so many files."""
    return tuple(FileState(Path(str(i)), 0, i, 0, 0, 0) for i in range(count))


def test_few_files_are_remembered() -> None:
    memory = KnownFiles()
    for state in states(300):
        memory.learn((state,), 1, ["a"])
        memory.of(states(1))  # used again and again
    assert [memory.of((state,)) is not None for state in states(300)].count(True) == 256
    assert memory.of(states(1)) is not None
    memory.learn(states(257), 1, ["a"])
    assert memory.of(states(257)) is None


def test_facts_come_together_for_files_of_one_height() -> None:
    memory, files = KnownFiles(), states(1)
    memory.learn(files, 5, ["a"])
    memory.learn(files, 5, ["b"])
    found = memory.of(files)
    assert found is not None
    assert found.facts == {"a", "b"}
    memory.learn(files, 5, map(str, range(5_000)))
    found = memory.of(files)
    assert found is not None
    assert len(found.facts) == 5_000
    memory.forget()
    assert memory.of(files) is None


def test_one_process_has_one_memory() -> None:
    assert known_files() is known_files()
