"""Bringing an evaluation up to date: who is evaluated, what is read, said and refused."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import segdsl
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.overlays import Layer, Overlay, Patched
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.rows import Row, abreast, laid
from segdsl.backends.masks.words import packed
from segdsl.engine import run as running
from segdsl.engine import update as updating
from segdsl.engine.people import KeyIndex, People
from segdsl.engine.rolls import Change

ROWS = 20_000
RULES = """segment young: age < 30
segment izmir: city = "Izmir" and age >= 30
segment lately: seen in last 30 days
segment both: young and lately
"""
AS_OF = "2026-06-15"


def customers(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    days = pl.Series(random.integers(0, 400, rows)).cast(pl.Duration("ms")) * 86_400_000
    return pl.DataFrame(
        {
            "id": np.arange(rows) * 3,
            "age": random.integers(0, 90, rows),
            "city": random.choice(["Izmir", "Bursa", "Ankara"], rows),
            "seen": pl.Series([None] * rows, dtype=pl.Date).fill_null(pl.date(2025, 7, 1)) + days
            if rows
            else pl.Series([], dtype=pl.Date),
        }
    )


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many customers each evaluation of some looks at."""
    found: list[int] = []
    run = updating.run

    def counting(program: Any, frame: pl.DataFrame, *further: Any, **options: Any) -> Any:
        found.append(frame.height)
        return run(program, frame, *further, **options)

    monkeypatch.setattr(updating, "run", counting)
    return found


def changed(base: pl.DataFrame, step: int, seed: int) -> pl.DataFrame:
    """Return every so manieth customer with other values."""
    other = customers(base.height, seed).with_columns(base["id"])
    return other.gather_every(step).reverse()


def demand_same(now: segdsl.Membership, expected: segdsl.Membership) -> None:
    assert now.counts() == expected.counts()
    for name in expected:
        assert now.keys(name) == expected.keys(name)
    assert now.overlap().equals(expected.overlap())


def test_only_those_who_changed_are_evaluated_and_no_mask_is_copied(evaluated: list[int]) -> None:
    rules, base = segdsl.compile(RULES), customers()
    m = rules.evaluate(base, as_of=AS_OF)
    rows = changed(base, 100, 1)
    now = rules.update(m, rows)
    assert evaluated == [200]
    found = [one for one in now.masks.kept.values() if isinstance(one, Patched)]
    assert [one.overlay.below[one.number] for one in found] == list(m.masks.kept.values())
    demand_same(now, rules.evaluate(base.update(rows, on="id"), as_of=AS_OF))
    assert m.counts() == rules.count(base, as_of=AS_OF)
    assert now.as_of == m.as_of


def test_many_updates_one_after_the_other(evaluated: list[int]) -> None:
    rules, base = segdsl.compile(RULES), customers()
    m = rules.evaluate(base, as_of=AS_OF)
    for i in range(20):
        rows = changed(base, 50 + i, i + 1)
        base = base.update(rows, on="id")
        m = rules.update(m, rows)
    demand_same(m, rules.evaluate(base, as_of=AS_OF))
    overlay = next(one.overlay for one in m.masks.kept.values() if isinstance(one, Patched))
    assert len(overlay.layers) < 10
    assert max(evaluated) <= 400


def test_customers_come_and_go_and_come_back() -> None:
    rules, base = segdsl.compile(RULES), customers(1000)
    m = rules.evaluate(base, as_of=AS_OF)
    new = customers(70, 5).with_columns(pl.col("id") + 1)
    m = rules.update(m, new, gone=[0, 3, 2997, 10**6], as_of=AS_OF)
    assert m.base == 1067
    base = pl.concat([base.filter(~pl.col("id").is_in([0, 3, 2997])), new])
    demand_same(m, rules.evaluate(base, as_of=AS_OF))
    again = customers(1000, 6).head(2)
    m = rules.update(m, again, gone=[4, 300])
    base = pl.concat([base.filter(~pl.col("id").is_in([4, 300])), again])
    demand_same(m, rules.evaluate(base, as_of=AS_OF))
    assert m.customers["id"].to_list() == base["id"].to_list()
    assert m.frame().equals(rules.evaluate(base, as_of=AS_OF).frame())
    assert len(~m["young"]) == m.base - m.counts()["young"]


def test_changes_say_who_entered_and_left() -> None:
    rules = segdsl.compile("age < 30")
    m = rules.evaluate({"id": [1, 2, 3, 4], "age": [20, 20, 40, 50]})
    now = rules.update(m, {"id": [3, 2, 9], "age": [20, 60, 10]}, gone=[1])
    assert now.changes().counts() == {"segment": Change(2, 2)}
    assert now.changes().frame().rows() == [
        (1, "segment", "left"),
        (2, "segment", "left"),
        (3, "segment", "entered"),
        (9, "segment", "entered"),
    ]


@pytest.mark.parametrize("key", ["texts", "shuffled", "rising"])
@pytest.mark.parametrize("name", ["c.parquet", "c.arrow", "c.csv"])
def test_the_data_may_be_files(tmp_path: Path, name: str, key: str, evaluated: list[int]) -> None:
    rules, base = segdsl.compile(RULES), customers(3000)
    if key == "texts":
        base = base.with_columns("c" + pl.col("id").cast(pl.String))
    if key != "rising":
        base = base.sample(fraction=1, shuffle=True, seed=4)
    path = tmp_path / name
    {"parquet": base.write_parquet, "arrow": base.write_ipc, "csv": base.write_csv}[
        path.suffix[1:]
    ](path)
    m = rules.evaluate(path, as_of=AS_OF)
    rows = changed(base, 100, 3)
    now = rules.update(m, rows)
    base = base.update(rows, on="id")
    demand_same(now, rules.evaluate(base, as_of=AS_OF))
    later = rules.update(now, as_of="2026-06-17")
    demand_same(later, rules.evaluate(base, as_of="2026-06-17"))
    assert evaluated[0] == 30
    assert 0 < evaluated[1] < 100


def test_where_as_of_moves_only_few_are_evaluated(evaluated: list[int]) -> None:
    rules, base = segdsl.compile(RULES), customers()
    m = rules.evaluate(base, as_of=AS_OF)
    for day in ("2026-06-16", "2026-06-13"):
        m = rules.update(m, as_of=day)
        demand_same(m, rules.evaluate(base, as_of=day))
    assert evaluated
    assert max(evaluated) < ROWS // 40
    assert m.notices == ()
    far = rules.update(m, as_of="2025-09-01")
    demand_same(far, rules.evaluate(base, as_of="2025-09-01"))


def test_where_as_of_moves_far_data_as_they_were_are_evaluated_anew(evaluated: list[int]) -> None:
    rules, base = segdsl.compile(RULES), customers()
    m = rules.evaluate(base, as_of=AS_OF, columns=["city"])
    now = rules.update(m, as_of="2026-07-20")
    expected = rules.evaluate(base, as_of="2026-07-20", columns=["city"], previous=m)
    demand_same(now, expected)
    assert now.changes().counts() == expected.changes().counts()
    assert now.customers.equals(expected.customers)
    assert [one.code.id for one in now.notices] == ["SG545"]
    assert evaluated == []  # as the first time, not from columns that were read before


def test_a_third_may_be_others_where_customers_have_changed_before(evaluated: list[int]) -> None:
    rules, base = segdsl.compile(RULES), customers()
    rows = changed(base, 100, 1)
    m = rules.update(rules.evaluate(base, as_of=AS_OF), rows)
    now = rules.update(m, as_of="2026-07-20")
    demand_same(now, rules.evaluate(base.update(rows, on="id"), as_of="2026-07-20"))
    assert ROWS / 8 < evaluated[-1] < ROWS / 3
    assert now.notices == ()


def test_an_update_keeps_to_the_memory_of_the_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    budgets: list[int] = []
    pace_for = running.pace_for

    def noting(memory: int, *further: Any, **options: Any) -> Any:
        budgets.append(memory)
        return pace_for(memory, *further, **options)

    monkeypatch.setattr(running, "pace_for", noting)
    rules, base = segdsl.compile(RULES), customers()
    m = rules.evaluate(base, as_of=AS_OF, memory="1GB")
    for day in ("2026-07-20", "2026-05-01"):
        m = rules.update(m, as_of=day)
        demand_same(m, segdsl.compile(RULES).evaluate(base, as_of=day))
        assert [one.code.id for one in m.notices] == ["SG545"]
    assert budgets == [10**9] * 3


def test_customers_who_are_gone_stay_gone_when_as_of_moves_far() -> None:
    rules, base = segdsl.compile(RULES), customers()
    m = rules.update(rules.evaluate(base, as_of=AS_OF), gone=[0, 3])
    for as_of in ("2026-07-20", "2026-08-20", "2026-06-20", AS_OF):
        m = rules.update(m, as_of=as_of)
        demand_same(m, rules.evaluate(base.slice(2), as_of=as_of))


def test_carried_columns_and_traits_are_those_of_now() -> None:
    rules = segdsl.compile('trait double: age * 2\nsegment old: age > 30 and city = "B"')
    data = {"id": [1, 2, 3], "age": [20, 40, 50], "city": ["A", "B", "B"], "email": ["x", "y", "z"]}
    m = rules.evaluate(data, columns=["email"])
    row = {"id": [2, 7], "age": [90, 33], "city": ["B", "B"], "email": ["new", "seven"]}
    now = rules.update(m, row, gone=[1])
    assert now.frame(traits=True).rows() == [
        (2, "new", 180, True),
        (3, "z", 100, True),
        (7, "seven", 66, True),
    ]


def test_a_population_makes_all_be_evaluated(evaluated: list[int]) -> None:
    rules, base = (
        segdsl.compile("segment best: top 10% by age\nsegment grown: age > 0"),
        customers(500),
    )
    m = rules.evaluate(base)
    rows = changed(base, 50, 8)
    now = rules.update(m, rows)
    (notice,) = now.notices
    assert notice.code.slug == "all-evaluated"
    assert "the whole population" in notice.message
    assert evaluated == [500]
    demand_same(now, rules.evaluate(base.update(rows, on="id")))
    assert (
        now.thresholds().to_json()
        == rules.evaluate(base.update(rows, on="id")).thresholds().to_json()
    )


def test_a_trait_that_reads_the_clock_makes_all_be_evaluated() -> None:
    rules = segdsl.compile("trait idle_days: days since seen\nsegment old: age > 60")
    base = customers(500)
    m = rules.evaluate(base, as_of=AS_OF)
    assert rules.update(m, changed(base, 100, 2)).notices == ()
    now = rules.update(m, as_of="2026-06-16")
    assert "`idle_days`" in now.notices[0].message
    assert now.traits["idle_days"].equals(
        rules.evaluate(base, as_of="2026-06-16").traits["idle_days"]
    )


EVENTS = """segment buyers: did purchase at least 2 times in last 30 days
segment spenders: sum of purchase.amount > 100
segment lapsed: did purchase and did not purchase in last 90 days
"""


def purchases(rows: int, seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    days = pl.Series(random.integers(0, 200, rows)).cast(pl.Duration("ms")) * 86_400_000
    return pl.DataFrame(
        {
            "id": random.integers(0, 500, rows) * 3,
            "amount": random.integers(0, 50, rows),
            "time": pl.Series([None] * rows, dtype=pl.Datetime("us", "UTC")).fill_null(
                pl.datetime(2025, 12, 1, time_zone="UTC")
            )
            + days,
        }
    )


def test_events_that_came_later(evaluated: list[int]) -> None:
    rules, base, events = segdsl.compile(EVENTS), customers(500), purchases(2000, 1)
    m = rules.evaluate(base, events={"purchase": events}, as_of=AS_OF)
    more = purchases(20, 2)
    now = rules.update(m, changed_events={"purchase": more})
    both = pl.concat([events, more])
    demand_same(now, rules.evaluate(base, events={"purchase": both}, as_of=AS_OF))
    assert evaluated == [more["id"].n_unique()]
    later = rules.update(now, as_of="2026-06-16")
    demand_same(later, rules.evaluate(base, events={"purchase": both}, as_of="2026-06-16"))
    assert 0 < evaluated[1] < 100
    strangers = purchases(5, 3).with_columns(pl.col("id") + 1)
    found = rules.update(later, changed_events={"purchase": strangers})
    assert [one.code.slug for one in found.notices] == ["no-event-fits"]


def test_files_that_were_replaced_are_refused_where_they_are_read_again(tmp_path: Path) -> None:
    rules, base = segdsl.compile(RULES), customers(2000)
    path = tmp_path / "customers.parquet"
    base.write_parquet(path)
    m = rules.evaluate(path, as_of=AS_OF)
    base.head(1999).write_parquet(path)
    rows = changed(base, 100, 1)
    demand_same(rules.update(m, rows), rules.evaluate(base.update(rows, on="id"), as_of=AS_OF))
    with pytest.raises(segdsl.DataError, match="no longer those") as error:
        rules.update(m, as_of="2026-06-17")
    assert error.value.diagnostics[0].place == str(path)
    assert error.value.diagnostics[0].help


def test_what_cannot_be_brought_up_to_date_is_said() -> None:
    rules = segdsl.compile("age < 30")
    m = rules.evaluate({"id": [1, 2], "age": [20, 40]})
    with pytest.raises(ValueError, match="other rules"):
        segdsl.compile("age < 31").update(m)
    assert segdsl.compile("age < 30").update(m).counts() == m.counts()
    with pytest.raises(ValueError, match="pickled"):
        rules.update(pickle.loads(pickle.dumps(m)))


BAD = {
    "texts for numbers": ({"id": ["x"], "age": [1]}, (), "`id` is declared number"),
    "changed and gone": ({"id": [1], "age": [1]}, (1,), "has changed and is gone"),
    "gone of two types": (None, (1, "x"), "of several types"),
    "gone of another type": (None, ("x",), "the key `id` is texts there"),
    "twice": ({"id": [1, 1], "age": [1, 2]}, (), "more than once"),
    "a column lacks": ({"id": [1]}, (), "`age`"),
}


@pytest.mark.parametrize("name", BAD)
def test_changes_that_do_not_go_with_the_data(name: str) -> None:
    rows, gone, message = BAD[name]
    rules = segdsl.compile("age < 30")
    m = rules.evaluate({"id": [1, 2], "age": [20, 40]})
    with pytest.raises(segdsl.DataError, match=message) as error:
        rules.update(m, rows, gone=gone)
    assert error.value.diagnostics[0].place or error.value.diagnostics[0].help


def test_what_is_gone_are_several_keys() -> None:
    rules = segdsl.compile("age < 30")
    texts = rules.evaluate({"id": ["2", "23", "3"], "age": [20, 20, 20]})
    with pytest.raises(TypeError, match=r"several keys, such as \['23'\]"):
        rules.update(texts, gone="23")
    assert rules.update(texts, gone=["23"]).keys("segment") == ["2", "3"]
    numbers = rules.evaluate({"id": [5, 6], "age": [20, 20]})
    for bad in (5, b"5", None):
        with pytest.raises(TypeError, match="gone are several keys"):
            rules.update(numbers, gone=bad)  # type: ignore[arg-type]
    for good in ({5}, np.array([5]), pl.Series([5]), (one for one in [5])):
        assert rules.update(numbers, gone=good).keys("segment") == [6]


def test_keys_gone_that_no_customer_has_are_counted() -> None:
    rules = segdsl.compile("age < 30")
    m = rules.evaluate({"id": [1, 2], "age": [20, 20]})
    now = rules.update(m, gone=[7, 2, 7, 1_000])
    (notice,) = now.notices
    assert notice.code.id == "SG546"
    assert notice.message.startswith("2 customers who are said to be gone were not there")
    assert "`7`" in notice.message
    assert now.keys("segment") == [1]
    (again,) = rules.update(now, gone=[2]).notices
    assert again.message.startswith("1 customer who is said to be gone was not there")
    assert not rules.update(m, gone=[2]).notices


def test_other_arguments_than_wanted_are_said() -> None:
    rules = segdsl.compile("age < 30")
    data = {"id": [1, 2], "age": [20, 20]}
    for none in (None, data):
        with pytest.raises(TypeError, match="is a membership, not"):
            rules.update(none, data)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="events are given by name"):
        rules.update(rules.evaluate(data), None, pl.DataFrame(data))  # type: ignore[arg-type]


def test_keys_beyond_64_bits_come_to_those_of_fewer() -> None:
    rules = segdsl.compile("age < 30")
    m = rules.evaluate({"id": [1, 2], "age": [20, 40]})
    now = rules.update(m, {"id": [2**70, 2], "age": [10, 10]})
    assert now.keys("segment") == [1, 2, 2**70]
    assert rules.update(now, gone=[2**70]).keys("segment") == [1, 2]
    later = rules.update(now, {"id": [1], "age": [50]})
    assert later.changes().frame().rows() == [(1, "segment", "left")]
    for one in (now, later):
        assert one.changes().frame()["id"].dtype == pl.Int128


# ---- keys and masks


def test_keys_are_found_in_any_order() -> None:
    for keys in ([5, 1, 9], [1, 5, 9]):
        index = KeyIndex(pl.Series("id", keys))
        asked = pl.Series("id", [9, 2, 1, 10, 0])
        assert index.rows(pl.Series("id", keys)).tolist() == [0, 1, 2]
        assert "_sorted" not in vars(index)  # equal keys are not searched for
        assert index.rows(asked).tolist() == [keys.index(9), -1, keys.index(1), -1, -1]
    words = ["b", "é", "z", "\U0001f600", ""]
    assert KeyIndex(pl.Series(words)).rows(pl.Series(["é", "", "q"])).tolist() == [1, 4, -1]
    assert KeyIndex(pl.Series([], dtype=pl.Int64)).rows(pl.Series([1])).tolist() == [-1]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.Int16, pl.Int128, pl.String])
@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 20_000])
def test_keys_are_found_among_many(dtype: pl.DataType, size: int) -> None:
    random = np.random.default_rng(size)
    low = 0 if dtype == pl.UInt64 else -30_000
    high = {pl.UInt64: 2**64 - 1, pl.Int16: 2**15 - 1}.get(dtype, 10**12)
    numbers = np.unique(random.integers(low, min(high, 2**62), 3 * size))
    known = np.sort(random.choice(numbers, min(size, len(numbers)), replace=False))
    keys = pl.Series(known).cast(dtype)
    if dtype == pl.UInt64:
        keys = keys.append(pl.Series([2**64 - 1], dtype=dtype))
    asked = pl.concat([keys, pl.Series(numbers).cast(dtype)]).sample(fraction=1, shuffle=True)
    asked = asked.append(pl.Series([None, keys[-1], keys[0]], dtype=dtype))
    rows = {key: row for row, key in enumerate(keys.to_list())}
    expected = [rows.get(key, -1) for key in asked.to_list()]
    assert KeyIndex(keys).rows(asked).tolist() == expected
    shuffled = keys.sample(fraction=1, shuffle=True, seed=1)
    rows = {key: row for row, key in enumerate(shuffled.to_list())}
    expected = [rows.get(key, -1) for key in asked.to_list()]
    assert KeyIndex(shuffled).rows(asked).tolist() == expected


def test_places_and_rows_of_people() -> None:
    people = People.of(pl.Series("id", [1, 2, 3, 4]))
    people = people.then(pl.Series("id", [9]), np.array([1]))
    assert people.keys.to_list() == [1, 3, 4, 9]
    assert people.places(pl.Series([9, 2, 3])).tolist() == [4, -1, 2]
    assert people.rows(np.array([0, 2, 4])).tolist() == [0, 1, 3]
    assert people.places_of(np.array([0, 1, 3])).tolist() == [0, 2, 4]


@pytest.mark.parametrize("machine", [Plain(), Fast()], ids=["plain", "fast"])
@pytest.mark.parametrize("rows", [0, 1, 63, 64, 4095, 4097, 20_000])
def test_layers_hold_what_was_written(machine: Any, rows: int) -> None:
    random = np.random.default_rng(rows)
    truth = random.random((3, rows)) < 0.4
    tables = [np.concatenate([laid(packed(pl.Series(one))) for one in truth], axis=1)]
    two = Row(tables, 0, rows), Row(tables, 2, rows)
    masks = (*two, Row.of(packed(pl.Series(truth[1])), rows))
    truth = truth[[0, 2, 1]]
    overlay, gone = Overlay.of(masks, rows), np.zeros(0, np.int64)
    for size in (1, 7, 70, 300, 5000) * 3:
        stored = truth.shape[1] + size // 3
        places = np.sort(random.choice(stored, min(stored, size), replace=False))
        places = np.union1d(places, np.arange(truth.shape[1], stored))
        left = random.choice(stored, min(3, stored), replace=False)
        places, gone = np.union1d(places, left), np.union1d(gone, left)
        truth = np.concatenate([truth, np.zeros((3, stored - truth.shape[1]), np.bool_)], axis=1)
        truth[:, places] = random.random((3, len(places))) < 0.5
        truth[:, gone] = False
        own = [laid(packed(pl.Series(one))) for one in truth[:, places]]
        layer = Layer(places, np.concatenate(own, axis=1))
        overlay = overlay.over(layer, stored, gone, machine)
    asked = np.sort(random.choice(truth.shape[1], 500, replace=False))
    answers = overlay.answers(asked, machine)
    wide = Overlay.of([*masks] * 1000, rows) if rows == 20_000 else overlay
    parts = wide.answers(asked, machine, 3)
    assert (parts == wide.answers(asked, machine)).all()
    left = np.delete(truth, gone, axis=1)
    over = [overlay.mask(number) for number in range(len(overlay.below))]
    blocks = [block for table in abreast(over) for block in table]
    for number, mask in enumerate(over):
        bits = np.unpackbits(answers[:, number].copy().view(np.uint8).ravel(), bitorder="little")
        assert (bits[: len(asked)] == truth[number][asked]).all()
        assert not bits[len(asked) :].any()
        assert mask.rows == left.shape[1]
        expected = packed(pl.Series(left[number]))
        assert (mask.words == expected).all()
        joined = np.concatenate([block[number] for block in blocks])
        assert (joined[: len(expected)] == expected).all()
        assert not joined[len(expected) :].any()
    assert len(overlay.layers) < 10
