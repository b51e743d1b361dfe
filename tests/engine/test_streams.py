"""Fields read batch by batch: the same as columns read whole, whatever files hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import active_count
from typing import Any
from uuid import UUID

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import segdsl
from segdsl.api import calendar_of
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.machine import Machine
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.words import constant
from segdsl.engine.batches import Batch
from segdsl.engine.coding import CodedAtoms
from segdsl.engine.membership import Membership
from segdsl.engine.memory import Pace
from segdsl.engine.passes import Pass
from segdsl.engine.processors import processors
from segdsl.engine.readers import streams
from segdsl.engine.readers.opening import open_data
from segdsl.engine.run import evaluate
from segdsl.errors import DataError
from segdsl.optimise.share import share
from segdsl.plan import nodes as n

ROWS = 2 * 4096 + 777
STREAMED = Pace(processors(), rows=4096, streamed=0, least=4096)
WHOLE = Pace(processors(), streamed=10**12)
AS_OF = date(2026, 6, 15)
FEW = 10**9  # atoms that make codes worth while: never so many


def catalog_of(**fields: dict[str, Any]) -> segdsl.Catalog:
    """Return a catalog with these fields."""
    customers = {"key": "id", "fields": fields}
    return segdsl.Catalog.model_validate({"timezone": "Europe/Istanbul", "customers": customers})


def found_of(
    text: str,
    catalog: segdsl.Catalog,
    data: object,
    pace: Pace,
    *,
    enough: int | None = None,
    machine: Machine | None = None,
    keep: bool = True,
    strict: bool = False,
) -> Membership:
    """Return what an evaluation finds in its own way."""
    ruleset, opened, notices = segdsl.compile(text, catalog=catalog).on(data)
    program = share(ruleset.program.segments, ruleset.program.traits, enough=enough)
    return evaluate(
        ruleset.plan,
        program,
        ruleset.known_catalog,
        calendar_of(ruleset.catalog, AS_OF),
        opened,
        strict=strict,
        notices=notices,
        keep=keep,
        machine=machine,
        pace=pace,
    )


def demand_same(text: str, catalog: segdsl.Catalog, data: object) -> dict[str, int]:
    """Return sizes of segments; demand that streams give the masks of columns read whole."""
    expected = found_of(text, catalog, data, WHOLE, enough=FEW)
    for machine in (Plain(), Fast()):
        for enough in (None, 1):
            found, counted = (
                found_of(text, catalog, data, STREAMED, enough=enough, machine=machine, keep=keep)
                for keep in (True, False)
            )
            assert all(found.masks[name].equals(expected.masks[name]) for name in expected)
            assert found.counts() == counted.counts() == expected.counts()
            assert found.notices == counted.notices == expected.notices
    return expected.counts()


def complaints(text: str, catalog: segdsl.Catalog, data: object, pace: Pace) -> list[str]:
    """Return what an evaluation that fails says."""
    with pytest.raises(DataError) as caught:
        found_of(text, catalog, data, pace)
    return [str(one) for one in caught.value.diagnostics]


def is_streamed(catalog: segdsl.Catalog, file: Path) -> bool:
    """Return whether all fields of a catalog come in a stream."""
    names = catalog.customers.fields.keys() - {"id"}
    return streams.streamed_fields(catalog, open_data(catalog, file), names) == names


def written(folder: Path, **columns: pl.Series | Iterable[Any]) -> Path:
    """Return a Parquet file of many row groups with the key and these columns."""
    file = folder / "customers.parquet"
    ids = pl.int_range(ROWS, eager=True)
    pl.DataFrame({"id": ids, **columns}).write_parquet(file, row_group_size=700)
    return file


def repeated(values: list[Any], dtype: pl.DataType | None = None) -> pl.Series:
    """Return values again and again, as many as there are customers."""
    return pl.Series([values[i % len(values)] for i in range(ROWS)], dtype=dtype, strict=False)


# ---- columns of every type

NUMBERS = """
segment above: x > 3
segment below: x < 0
segment seven: x = 7
segment missing_x: x is missing
segment outside: not (x between -2 and 100)
segment doubled: x * 2 > 10
segment listed: x in (1, 2, 250)
"""
WIDTHS = [
    pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64(), pl.Int128(), pl.UInt8(), pl.UInt16(),
    pl.UInt32(), pl.UInt64(), pl.Float32(), pl.Float64(), pl.Decimal(12, 2),
]  # fmt: skip


@pytest.mark.parametrize("dtype", WIDTHS, ids=str)
@pytest.mark.parametrize("missing", [[], ["7", "3"]], ids=["", "spelt"])
def test_numbers_of_every_width(dtype: pl.DataType, missing: list[str], tmp_path: Path) -> None:
    negative = [-1, -90] if not str(dtype).startswith("U") else [5]
    values = repeated([0, 1, 3, 7, 100, 120, None, 2, *negative]).cast(dtype)
    catalog = catalog_of(x={"type": "number", "missing": missing})
    file = written(tmp_path, x=values)
    assert is_streamed(catalog, file) == (
        not dtype.is_decimal() and dtype not in (pl.UInt64, pl.Int128)
    )
    sizes = demand_same(NUMBERS, catalog, file)
    assert sizes["missing_x"] == sum(one is None or str(int(one)) in missing for one in values)


@pytest.mark.parametrize("dtype", [pl.Float32(), pl.Float64()], ids=str)
def test_floats_that_are_no_numbers_are_missing(dtype: pl.DataType, tmp_path: Path) -> None:
    odd = [float("nan"), float("inf"), -float("inf"), None]
    values = repeated([0.0, -0.0, 5e-324, 1e308, -1e308, 1.5, *odd], pl.Float64()).cast(dtype)
    rules = (
        "segment zero: x = 0\nsegment some: x > 0\nsegment less: x < 1.5\nsegment no: x is missing"
    )
    sizes = demand_same(rules, catalog_of(x={"type": "number"}), written(tmp_path, x=values))
    assert sizes["no"] == sum(one is None or one - one != 0 for one in values)


LEAST, GREATEST = "(-922337203685477580 * 10 - 8)", "(922337203685477580 * 10 + 7)"


@pytest.mark.parametrize("head", [[2**63 - 1], [-(2**63)], [0, 5], [None]], ids=str)
def test_ranges_that_widen_from_batch_to_batch(head: list[int | None], tmp_path: Path) -> None:
    ends = [2**63 - 1, -(2**63), 2**63 - 2, 1 - 2**63, 0, None]
    rules = f"segment high: x >= {GREATEST}\nsegment low: x <= {LEAST}\nsegment half: x > -1\n"
    catalog = catalog_of(x={"type": "number"})
    start = [head[i % len(head)] for i in range(4096)]
    for rest in (repeated(ends), pl.int_range(ROWS, eager=True) * 20):
        values = pl.Series([*start, *rest[4096:]], dtype=pl.Int64)
        demand_same(rules + NUMBERS, catalog, written(tmp_path, x=values))


TEXTS = ["ali", "e\u0301x", "éx", "n/a", "", "ÉX", "a text with more than twelve bytes", None]
ON_TEXTS = """
segment exact: x = "éx"
segment folded: x = "ÉX" ignoring case
segment bare: x = "ex" ignoring case and accents
segment some: x contains "text"
segment missing_x: x is missing
segment blank: x is empty
segment other: not (x starts with "a")
segment listed: x in ("ali", "ÉX")
"""


@pytest.mark.parametrize("dtype", [pl.String(), pl.Categorical(), pl.Enum(TEXTS[:-1])], ids=str)
def test_texts_as_files_spell_them(dtype: pl.DataType, tmp_path: Path) -> None:
    catalog = catalog_of(x={"type": "text", "missing": ["n/a"]})
    file = written(tmp_path, x=repeated(TEXTS, dtype))
    assert is_streamed(catalog, file) == (dtype == pl.String)
    sizes = demand_same(ON_TEXTS, catalog, file)
    assert sizes["exact"] == sum(one in ("e\u0301x", "éx") for one in repeated(TEXTS))


def test_batches_of_few_texts_and_of_many(tmp_path: Path) -> None:
    catalog = catalog_of(x={"type": "text"})
    many = [f"{i}é" for i in range(ROWS)]
    texts = repeated(TEXTS).to_list()
    for values in (texts[:4096] + many[4096:], many[:4096] + texts[4096:]):
        demand_same(ON_TEXTS, catalog, written(tmp_path, x=values))


DAYS = [date(1, 1, 1), date(9999, 12, 31), date(2026, 6, 15), date(2024, 2, 29), None]
ON_DAYS = """
segment recent: x in last 30 days
segment old: x < 2000-01-01
segment far: x > 9999-01-01
segment on_day: x = today
segment years_ago: years since x > 10
segment current: x in this year
segment missing_x: x is missing
"""


@pytest.mark.parametrize("missing", [[], ["9999-12-31"]], ids=["", "spelt"])
def test_dates_from_the_first_year_to_the_last(missing: list[str], tmp_path: Path) -> None:
    file = written(tmp_path, x=repeated(DAYS))
    catalog = catalog_of(x={"type": "date", "missing": missing})
    assert is_streamed(catalog, file)
    demand_same(ON_DAYS, catalog, file)
    assert not is_streamed(catalog_of(x={"type": "instant"}), file)
    demand_same(ON_DAYS.replace("= today", "on today"), catalog_of(x={"type": "instant"}), file)


MOMENTS = [
    datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999), datetime(2026, 6, 15, 1),
    datetime(2026, 6, 14, 23, 30), datetime(2026, 3, 29, 3, 30), datetime(2015, 11, 8, 3, 30), None,
]  # fmt: skip


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_instants_of_every_unit_and_zone(unit: Any, zone: str | None, tmp_path: Path) -> None:
    held = [
        one if unit != "ns" or one is None or one.year in range(1700, 2200) else None
        for one in MOMENTS
    ]
    values = repeated(held, pl.Datetime("us")).cast(pl.Datetime(unit))
    if zone is not None:
        values = values.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    file = written(tmp_path, x=values)
    rules = ON_DAYS.replace("= today", "in last 3 hours") + "segment at_three: hour(x) = 3\n"
    for missing in ([], ["2026-06-15", "2026-03-29 03:30"]):
        catalog = catalog_of(x={"type": "instant", "missing": missing})
        assert is_streamed(catalog, file)
        demand_same(rules, catalog, file)
    demand_same(ON_DAYS, catalog_of(x={"type": "date"}), file)


def test_other_columns(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        flag=repeated([True, False, None]),
        number_flag=repeated([1, 0, 2]),
        tags=repeated([["a"], [], None, ["b", "a"]]),
        nested=repeated([{"b": 1, "c": {"d": "t"}}, {"b": 9, "c": None}, None]),
        nothing=repeated([None]),
    )
    catalog = catalog_of(
        flag={"type": "yes/no", "missing": ["false"]},
        number_flag={"type": "yes/no"},
        tags={"type": "list"},
        **{"nested.b": {"type": "number"}, "nested.c.d": {"type": "text"}},
        nothing={"type": "text"},
    )
    rules = """
    segment yes: flag
    segment no: not (flag)
    segment unknown: flag is missing
    segment one: number_flag
    segment tagged: tags contains "a"
    segment deep: nested.c.d = "t" and nested.b < 5
    segment shallow: nested.b is missing
    segment never: nothing = "a"
    segment always: not (nothing = "a")
    """
    sizes = demand_same(rules, catalog, file)
    assert (sizes["no"], sizes["always"], sizes["never"]) == (ROWS - sizes["yes"], ROWS, 0)


def test_uuids_are_texts(tmp_path: Path) -> None:
    file = tmp_path / "customers.parquet"
    cells = pa.array([UUID(int=i).bytes for i in range(ROWS)], pa.binary(16))
    pq.write_table(pa.table({"id": pa.array(range(ROWS)), "x": cells}), file)
    catalog = catalog_of(x={"type": "text"})
    assert is_streamed(catalog, file)
    assert demand_same(f'segment one: x = "{UUID(int=5000)}"', catalog, file) == {"one": 1}


# ---- where columns stand


def test_fields_under_other_names_and_the_key_as_a_field(tmp_path: Path) -> None:
    file = written(tmp_path, x=repeated(["ali", "zz", None]))
    catalog = catalog_of(
        id={"type": "number"},
        name={"type": "text", "column": "x"},
        other={"type": "text", "column": "x", "missing": ["zz"]},
    )
    rules = 'segment a: name = "zz" and id > 100\nsegment b: other is missing\nsegment c: id < 9'
    sizes = demand_same(rules, catalog, file)
    assert sizes["b"] == sum(one != "ali" for one in repeated(["ali", "zz", None]))


def test_columns_carried_along_and_traits(tmp_path: Path) -> None:
    file = written(tmp_path, x=repeated(TEXTS), y=repeated([1, 2]), z=repeated([3, 4, 5]))
    catalog = catalog_of(x={"type": "text"}, y={"type": "number"}, z={"type": "number"})
    rules = 'trait twice: y * 2\nsegment a: x = "ali" and y = 1 and twice < 3\nsegment b: z > 3'
    ruleset, opened, _ = segdsl.compile(rules, catalog=catalog).on(file)
    calendar = calendar_of(ruleset.catalog, AS_OF)
    frames = [
        evaluate(
            ruleset.plan, ruleset.program, catalog, calendar, opened, columns=["z"], pace=pace
        ).frame(columns=["z", "x"], traits=True)
        for pace in (STREAMED, WHOLE)
    ]
    assert frames[0].equals(frames[1])


def test_files_of_one_folder(tmp_path: Path) -> None:
    kinds = [(5000, pl.Int8(), 999), (1, pl.Int64(), 1), (0, pl.Int16(), 1), (3200, pl.Int32(), 64)]
    first = 0
    for i, (rows, dtype, group) in enumerate(kinds):
        numbers = pl.int_range(first, first + rows, eager=True)
        frame = pl.DataFrame(
            {
                "id": numbers,
                "x": (numbers % 11 - 3).cast(dtype),
                "t": "t" + (numbers % 3).cast(pl.String),
            }
        )
        names = ["t", "id", "x"] if i % 2 else ["id", "x", "t"]
        frame.select(names).write_parquet(tmp_path / f"{i}.parquet", row_group_size=group)
        first += rows
    catalog = catalog_of(x={"type": "number"}, t={"type": "text"})
    assert is_streamed(catalog, tmp_path)
    demand_same(NUMBERS + 'segment both: t = "t1" and x > 2', catalog, tmp_path)


@pytest.mark.parametrize(
    "dtypes",
    [(pl.Int64(), pl.Float64()), (pl.Date(), pl.Datetime("ms"), pl.Datetime("ns"))],
    ids=str,
)
def test_files_whose_columns_are_of_several_types(
    dtypes: tuple[pl.DataType, ...], tmp_path: Path
) -> None:
    for i, dtype in enumerate(dtypes):
        rows = pl.int_range(3000 * i, 3000 * (i + 1), eager=True)
        days = (rows % 30).cast(pl.Int64)
        values = (
            (20_600 + days).cast(pl.Date).cast(dtype) if dtype.is_temporal() else days.cast(dtype)
        )
        pl.DataFrame({"id": rows, "x": values}).write_parquet(tmp_path / f"{i}.parquet")
    if dtypes[0].is_temporal():
        demand_same(
            ON_DAYS.replace("= today", "on today"), catalog_of(x={"type": "instant"}), tmp_path
        )
    else:
        demand_same(NUMBERS, catalog_of(x={"type": "number"}), tmp_path)


def test_formats_that_are_no_streams(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": pl.int_range(ROWS, eager=True), "x": repeated(TEXTS)})
    frame.write_csv(tmp_path / "customers.csv")
    frame.write_ipc(tmp_path / "customers.arrow")
    catalog = catalog_of(x={"type": "text", "missing": ["n/a"]})
    assert not is_streamed(catalog, tmp_path / "customers.csv")
    assert is_streamed(catalog, tmp_path / "customers.arrow")
    for data in (tmp_path / "customers.csv", tmp_path / "customers.arrow", frame):
        demand_same(ON_TEXTS, catalog, data)


def test_no_customers_at_all(tmp_path: Path) -> None:
    file = written(tmp_path, x=repeated(TEXTS))
    pl.read_parquet(file).clear().write_parquet(file)
    sizes = demand_same(ON_TEXTS, catalog_of(x={"type": "text"}), file)
    assert set(sizes.values()) == {0}


# ---- levels


def test_programs_of_several_levels(tmp_path: Path) -> None:
    numbers = pl.int_range(ROWS, eager=True)
    file = written(
        tmp_path, x=repeated(TEXTS), y=numbers * 7919 % 10_007, z=numbers % 50, w=numbers % 9
    )
    rules = """
    segment a: x = "ali" and z < 40
    segment t: top 10% by y
    segment u: top 100 by y within a
    segment q: quartile of y = 2
    segment v: decile of y > 3 and x starts with "a"
    segment per_x: top 3 by y per x
    segment of_k: bottom 20 by y within k
    segment k: z = 3 or z = 7
    segment drawn: sample 10% seed "q"
    segment rare: w among 2 most common within a
    segment neither: not (a) and not (t) and z > 10
    segment always: x is known or x is missing
    segment never: x is known and x is missing
    segment again: x = "ali" and z < 40
    segment some: at least 2 of { a; t; k; w = 1 }
    tiers level: t, k otherwise basic
    """
    catalog = catalog_of(
        x={"type": "text"}, y={"type": "number"}, z={"type": "number"}, w={"type": "number"}
    )
    sizes = demand_same(rules, catalog, file)
    assert (sizes["always"], sizes["never"], sizes["u"]) == (ROWS, 0, 100)
    assert sum(sizes[name] for name in sizes if name.startswith("level.")) == ROWS


def test_what_customers_did_beside_a_stream(tmp_path: Path) -> None:
    file = written(tmp_path, x=repeated(TEXTS), y=repeated([1, 2, 3]))
    began = datetime(2026, 6, 1, tzinfo=UTC)
    events = pl.DataFrame({"id": [i * 3 % ROWS for i in range(9000)], "amount": range(9000)})
    events = events.with_columns(time=began + pl.duration(minutes="amount"))
    settings = {
        "source": "none",
        "key": "id",
        "time": "time",
        "fields": {"amount": {"type": "number"}},
    }
    fields = {"x": {"type": "text"}, "y": {"type": "number"}}
    catalog = segdsl.Catalog.model_validate(
        {"customers": {"key": "id", "fields": fields}, "events": {"buy": settings}}
    )
    rules = segdsl.compile(
        """
        segment a: did buy where (amount > 4000) and x = "ali"
        segment b: did buy then buy within 7 days and y = 1
        segment c: count of buy > 1 or x contains "text"
        segment d: top 10 by sum of buy.amount within a
        """,
        catalog=catalog,
    )
    expected, *found = (
        _with_events(rules, file, events, pace, keep=keep)
        for pace, keep in ((WHOLE, True), (STREAMED, True), (STREAMED, False))
    )
    assert [one.counts() for one in found] == [expected.counts()] * 2
    assert min(expected.counts().values()) > 0
    assert all(found[0].masks[name].equals(expected.masks[name]) for name in expected)


def _with_events(
    rules: segdsl.Ruleset, file: Path, events: pl.DataFrame, pace: Pace, *, keep: bool
) -> Membership:
    ruleset, opened, _ = rules.on(file, {"buy": events})
    calendar = calendar_of(ruleset.catalog, AS_OF)
    return evaluate(
        ruleset.plan,
        ruleset.program,
        ruleset.known_catalog,
        calendar,
        opened,
        keep=keep,
        pace=pace,
    )


# ---- what goes wrong


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('segment a: x = "ali" and y > 3 and z > 2', {"y": "number", "z": "number"}),
        ('segment a: x = "ali" and d > 2026-01-01 and b = "b"', {"d": "date", "b": "text"}),
        ('segment a: x = "ali" and clock > 2026-01-01', {"clock": "date"}),
    ],
)
def test_fields_that_the_data_lack_are_named_as_ever(
    text: str, fields: dict[str, str], tmp_path: Path
) -> None:
    clock = repeated([time(1, 2)])
    file = written(tmp_path, x=repeated(TEXTS), b=repeated([b"b"]), d=repeated([1]), clock=clock)
    catalog = catalog_of(
        x={"type": "text"}, **{name: {"type": one} for name, one in fields.items()}
    )
    assert complaints(text, catalog, file, STREAMED) == complaints(text, catalog, file, WHOLE)


def test_keys_that_occur_twice_or_not_at_all(tmp_path: Path) -> None:
    day = repeated([date(2025, 1, 1), date(2025, 1, 2), date(2024, 1, 1)])
    file = written(tmp_path, x=repeated(TEXTS), updated=day)
    twice, none = tmp_path / "twice.parquet", tmp_path / "none.parquet"
    frame = pl.read_parquet(file)
    frame.with_columns(pl.col("id") // 2).write_parquet(twice)
    frame.with_columns(pl.when(pl.col("id") != 5000).then("id")).write_parquet(none)
    catalog = catalog_of(x={"type": "text"}, updated={"type": "date"})
    for data in (twice, none):
        assert complaints(ON_TEXTS, catalog, data, STREAMED) == complaints(
            ON_TEXTS, catalog, data, WHOLE
        )
    latest = catalog.customers.model_copy(update={"duplicates": "latest by updated"})
    lenient = catalog.model_copy(update={"customers": latest})
    demand_same(ON_TEXTS + "segment new: updated > 2025-01-01\n", lenient, twice)
    demand_same(ON_TEXTS, lenient, file)


def _smaller(file: Path) -> None:
    pl.read_parquet(file).head(77).write_parquet(file)


def _gone(file: Path) -> None:
    file.unlink()


def _longer(file: Path) -> None:
    frame = pl.read_parquet(file)
    later = frame.with_columns(pl.col("id") + ROWS)
    pl.concat([frame, later]).write_parquet(file, row_group_size=700)


def _broken(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 3000] = b"\xff" * 3000
    file.write_bytes(whole)


@pytest.mark.parametrize("change", [_smaller, _gone, _longer, _broken])
def test_files_that_change_while_they_are_read(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    file = written(tmp_path, x=repeated(TEXTS))
    catalog = catalog_of(x={"type": "text"})
    table = open_data(catalog, file)
    stream = streams.stream_of(catalog, table, frozenset({"x"}), ROWS)
    change(file)
    with pytest.raises(DataError) as caught:
        list(stream.frames(4096))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    (found,) = caught.value.diagnostics
    assert found.code.id == "SG501"
    assert str(file) in str(found)


def test_a_stream_with_fewer_rows_says_how_many(tmp_path: Path) -> None:
    file = written(tmp_path, x=repeated(TEXTS))
    catalog = catalog_of(x={"type": "text"})
    for height in (ROWS - 1, ROWS + 1):
        table = open_data(catalog, file)
        frames = streams.stream_of(catalog, table, frozenset({"x"}), height).frames(4096)
        with pytest.raises(DataError, match=f"they had {height:,} rows, then {ROWS:,}"):
            sum(frame.height for frame in frames)


@pytest.mark.parametrize("at", [0, 1, 3, 9])
def test_an_error_in_a_thread_is_raised_and_ends_the_pass(at: int) -> None:
    begun: list[int] = []
    problem = DataError(())

    def column(number: int) -> Callable[[object], pl.Series]:
        def values(_: object) -> pl.Series:
            begun.append(number)
            if number == at:
                raise problem from None
            return pl.Series([None] * 64)

        return values

    class Refusing:
        """A coder that refuses every column."""

        def code(self, column: pl.Series, codes: object) -> None:
            """Return nothing."""

        def compared(self, column: pl.Series, inputs: object) -> None:
            """Return nothing."""

    atom = n.Constant(True)
    before = active_count()
    whole = Pass([CodedAtoms(atom, Refusing(), (atom,))], (), (), [atom], Plain())
    batches = (
        Batch(64 * i, 64, column(i), {}, lambda nodes: dict.fromkeys(nodes, constant(True, 64)))
        for i in range(1000)
    )
    with pytest.raises(DataError) as caught:
        whole.run(batches, 1, Pace(2), 64_000)
    assert caught.value is problem
    assert len(begun) < 100
    assert active_count() == before
