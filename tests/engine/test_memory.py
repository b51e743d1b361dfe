"""Evaluations within a budget: the same answers, masks on the disk, and what is said instead."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import segdsl
from segdsl.backends.masks.rows import Row, in_groups, tables
from segdsl.backends.masks.spill import Spill
from segdsl.engine import thrift
from segdsl.engine.memory import LEAST, PROGRAM, Pace, memory_of
from segdsl.engine.readers.windows import row_groups
from segdsl.engine.thrift import I64, LIST, STRUCT, Items, Value

ROWS = 300_001
FIELDS = {
    "id": {"type": "number"},
    "n": {"type": "number"},
    "city": {"type": "text"},
    "day": {"type": "date"},
}
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": FIELDS}})
RULES = """
segment low: n < 1000
segment paris: city = "Paris" and n is known
segment late: day >= 2020-02-01 or n in (1, 2, 3)
segment nobody: n < 0
segment other: not (city in ("Paris", "Lyon"))
"""
LITTLE = PROGRAM + 110 * 10**6


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return customers in a Parquet file of small row groups."""
    numbers = pl.int_range(ROWS, eager=True)
    frame = pl.DataFrame({"id": numbers}).with_columns(
        n=pl.when(pl.col("id") % 11 > 0).then(pl.col("id") % 5003),
        city=pl.Series(["Paris", "Lyon", None, "Oslo"])[numbers % 4],
        day=pl.date(2020, 1, 1) + pl.duration(days=pl.col("id") % 60),
    )
    path = tmp_path_factory.mktemp("data") / "customers.parquet"
    frame.write_parquet(path, row_group_size=70_000)
    return path


@pytest.fixture(scope="module")
def rules() -> segdsl.Ruleset:
    return segdsl.compile(RULES, catalog=CATALOG)


@pytest.mark.parametrize(
    ("amount", "found"),
    [("2GB", 2 * 10**9), ("500 mb", 5 * 10**8), ("1.5GiB", 3 * 2**29), (77, 77), (None, None)],
)
def test_amounts(amount: str | int | None, found: int | None) -> None:
    assert memory_of(amount) == found


@pytest.mark.parametrize("amount", ["2", "GB", "2 XB", "-1GB", "0GB", "", 0, True, "1e3MB"])
def test_what_is_no_amount_is_refused(amount: str | int) -> None:
    with pytest.raises(ValueError, match="memory"):
        memory_of(amount)


def test_a_budget_bounds_batches_and_threads() -> None:
    def taken(pace: Pace) -> int:
        return (pace.threads + 2) * pace.rows * 500 + (pace.masks or 0)

    for memory in (6 * 10**8, 10**9, 4 * 10**9, 10**12):
        pace = Pace.of(memory, 10**6, 64, 500, 80)
        assert pace is not None
        assert pace.rows >= LEAST
        assert taken(pace) + 80 * min(pace.read or 0, ROWS) <= memory - PROGRAM
    assert Pace.of(PROGRAM, 0, 2, 500, 80) is None


def test_a_budget_changes_no_answer(rules: segdsl.Ruleset, data: Path) -> None:
    free = rules.evaluate(data)
    bound = rules.evaluate(data, memory=LITTLE)
    assert bound.counts() == free.counts() == rules.count(data, memory="1GB")
    assert_frame_equal(bound.frame(), free.frame())
    assert bound.overlap().equals(free.overlap())


def test_masks_beyond_the_budget_are_in_a_file(
    rules: segdsl.Ruleset, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    free = rules.evaluate(data)
    pace = Pace(2, LEAST, LEAST, 0)
    monkeypatch.setattr(Pace, "of", staticmethod(lambda *_: pace))
    found = rules.evaluate(data, memory="1GB")
    (kept,) = {id(one.tables): one.tables for one in found.masks.kept.values()}.values()
    assert isinstance(kept, Spill)
    assert_frame_equal(found.frame(), free.frame())
    assert found.unique_reach() == free.unique_reach()
    assert found.overlap("low", "late") == free.overlap("low", "late")
    found.write(tmp_path / "out.parquet")
    assert_frame_equal(pl.read_parquet(tmp_path / "out.parquet"), free.frame())
    again = pickle.loads(pickle.dumps(found))
    assert_frame_equal(again.frame(), free.frame())


def test_a_full_disk_is_said(
    rules: segdsl.Ruleset, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = Pace(2, LEAST, LEAST, 0)
    monkeypatch.setattr(Pace, "of", staticmethod(lambda *_: pace))
    monkeypatch.setattr("tempfile.tempdir", "/dev/null/nowhere")
    with pytest.raises(segdsl.DataError, match="SG513") as caught:
        rules.evaluate(data, memory="1GB")
    assert "`TMPDIR`" in caught.value.diagnostics[0].help[0]


def test_tables_of_a_spill_are_what_was_kept() -> None:
    random, spill, expected = np.random.default_rng(1), Spill(), []
    for blocks in (3, 1, 0, 7):
        table = tables(5, blocks * 4096)
        table[:] = random.integers(0, 2**63, table.shape, dtype=np.uint64)
        spill.append(table)
        expected.append(table.copy())
    assert len(spill) == 4
    assert all(np.array_equal(one, other) for one, other in zip(spill, expected, strict=True))
    rows = 11 * 4096 - 5
    groups = list(in_groups([Row(spill, 4, rows), Row(spill, 1, rows)], 2))
    assert sum(group.rows for group in groups) == rows
    whole = np.concatenate(expected)
    words = np.concatenate([group.table[:, group.numbers[0]] for group in groups])
    assert np.array_equal(words, whole[:, 4])


@pytest.mark.parametrize("shuffled", [False, True])
def test_keys_are_not_kept_where_customers_are_counted(
    rules: segdsl.Ruleset, data: Path, tmp_path: Path, shuffled: bool
) -> None:
    path = data
    if shuffled:
        path = tmp_path / "shuffled.parquet"
        pl.read_parquet(data).sample(fraction=1.0, shuffle=True, seed=1).write_parquet(path)
    found = rules.evaluate(path, memory="1GB", keep=False)
    assert found.customers.width == 0
    assert found.base == ROWS
    assert found.counts() == rules.evaluate(path).counts()
    for ask in (found.people, found.overlap, found.unique_reach, found.frame):
        with pytest.raises(LookupError, match="only counted"):
            ask()
    with pytest.raises(LookupError, match="only counted"):
        found.keys("low")


@pytest.mark.parametrize("key", [7, None])
def test_keys_that_are_wrong_are_said_as_ever(
    rules: segdsl.Ruleset, data: Path, tmp_path: Path, key: int | None
) -> None:
    path = tmp_path / "twice.parquet"
    last = pl.col("id") == ROWS - 1
    changed = pl.when(last).then(pl.lit(key, pl.Int64)).otherwise("id").alias("id")
    pl.read_parquet(data).with_columns(changed).write_parquet(path)
    with pytest.raises(segdsl.DataError) as free:
        rules.count(path)
    with pytest.raises(segdsl.DataError) as bound:
        rules.count(path, memory="1GB")
    assert free.value.diagnostics == bound.value.diagnostics


def test_what_is_read_whole_is_said(data: Path) -> None:
    rules = segdsl.compile("segment best: top 10 by n\nsegment low: n < 7", catalog=CATALOG)
    found = rules.evaluate(data, memory="1GB")
    assert [one.code.id for one in found.notices] == ["SG532"]
    assert "`n`" in found.notices[0].message
    assert found.counts() == rules.count(data)


def test_too_little_memory_is_said_with_what_is_enough(data: Path) -> None:
    rules = segdsl.compile("segment best: top 10 by n", catalog=CATALOG)
    with pytest.raises(segdsl.DataError) as caught:
        rules.evaluate(data, memory="351MB")
    (complaint,) = caught.value.diagnostics
    assert complaint.code.id == "SG531"
    enough = complaint.help[0].split("`")[1].removeprefix("--memory ")
    assert rules.evaluate(data, memory=enough).counts() == {"best": 10}


def test_what_takes_the_memory_is_said_with_remedies(data: Path, tmp_path: Path) -> None:
    def said(rule: str, file: Path, columns: tuple[str, ...] = ()) -> tuple[str, ...]:
        rules = segdsl.compile(rule, catalog=CATALOG)
        with pytest.raises(segdsl.DataError) as caught:
            rules.evaluate(file, columns=columns, memory="10MB")
        (complaint,) = caught.value.diagnostics
        assert complaint.code.id == "SG531"
        return complaint.help

    least, parts, *remedies = said("n < 7", data)
    assert "350MB for the program itself" in parts
    assert "for the keys of all customers" in parts
    assert not remedies  # nearly all is the program itself
    amounts = [int(one) for one in re.findall(r"(\d+)MB for", parts)]
    total = int(least.split("`")[1].removeprefix("--memory ").removesuffix("MB"))
    assert total <= sum(amounts) <= total + len(amounts)  # each is rounded up

    wide = tmp_path / "wide.parquet"
    pl.read_parquet(data).with_columns(city=pl.lit("x" * 200)).write_parquet(wide)
    _, parts, *remedies = said("n < 7", wide, ("city",))
    assert "for `city` read whole" in parts
    assert (
        remedies[0] == "`city` of `--columns` can be left out, and joined to the result by the key"
    )
    _, parts, *remedies = said("n < 7 and city = 'x'", wide)  # in one row group
    assert "for the largest row group of the file" in parts
    assert any("in groups of some 100,000 rows" in one for one in remedies)
    _, parts, *remedies = said("sample 10% seed 'a' and top 10 by n", data)
    assert "for ranks, traits and samples of all customers" in parts
    assert any("can be run by themselves" in one for one in remedies)


def test_row_groups_of_a_file(data: Path, tmp_path: Path) -> None:
    assert row_groups(data) == [70_000, 70_000, 70_000, 70_000, 20_001]
    (tmp_path / "broken.parquet").write_bytes(b"PAR1\xff\xff\x01\x00\x00\x00PAR1")
    assert row_groups(tmp_path / "broken.parquet") is None
    assert row_groups(tmp_path / "none.parquet") is None


@pytest.mark.parametrize("group", [(STRUCT, {2: (I64, 70)}), (I64, 70)])
def test_row_groups_of_unknown_height(group: tuple[int, Value], tmp_path: Path) -> None:
    kind, value = group
    known: Value = {3: (I64, 70)} if kind == STRUCT else 70
    footer = thrift.struct({4: (LIST, Items(kind, [known, value, known]))})
    path = tmp_path / "customers.parquet"
    path.write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    assert row_groups(path) is None
