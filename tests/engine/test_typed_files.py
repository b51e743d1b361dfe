"""Parquet and Arrow files: uuids, names that are the same in NFC, numbers as texts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from segdsl.catalog import Catalog
from segdsl.catalog.types import NUMBER, TEXT, YESNO, Kind, Type, list_of
from segdsl.engine import thrift
from segdsl.engine.cells.written import written
from segdsl.engine.conversion import Manner, convert
from segdsl.engine.infer import infer_catalog
from segdsl.engine.readers import open_data, read_customers
from segdsl.engine.readers.footers import uuid_columns
from segdsl.engine.readers.formats import Format
from segdsl.engine.thrift import Items, Struct
from segdsl.errors import DataError

UUIDS = [UUID(int=i * 0xABCDEF0123456789) for i in (3, 1, 2)]
BYTES = [one.bytes for one in UUIDS]


def table() -> pa.Table:
    fixed = pa.array(BYTES, pa.binary(16))
    return pa.table(
        {
            "n": pa.array([[1], None, [2, 3]], pa.list_(pa.int64())),
            "user_id": pa.array(BYTES, pa.uuid()),
            "fixed": fixed,
            "other": pa.array([b"12345678"] * 3, pa.binary(8)),
            "free": pa.array(BYTES, pa.binary()),
            "inner": pa.array([{"a": 1, "k": one} for one in BYTES], pa.struct(
                [("a", pa.int8()), ("k", pa.binary(16))])),
        }
    )  # fmt: skip


def parquet(path: Path) -> Path:
    pa.parquet.write_table(table(), path / "c.parquet")
    return path / "c.parquet"


def bare_parquet(path: Path) -> Path:
    pa.parquet.write_table(table(), path / "c.parquet", store_schema=False, compression="zstd")
    return path / "c.parquet"


def arrow(path: Path) -> Path:
    pa.feather.write_feather(table(), str(path / "c.arrow"), compression="lz4")
    return path / "c.arrow"


def stream(path: Path) -> Path:
    data = table()
    with pa.ipc.new_stream(path / "c.arrows", data.schema) as writer:
        writer.write_table(data)
    return path / "c.arrows"


@pytest.mark.parametrize("write", [parquet, bare_parquet, arrow, stream])
def test_uuids_are_their_36_characters(write: Callable[[Path], Path], tmp_path: Path) -> None:
    inference = infer_catalog(write(tmp_path))
    assert set(inference.catalog.customers.fields) == {
        "n",
        "user_id",
        "fixed",
        "inner.a",
        "inner.k",
    }
    names = ["fixed", "inner.k"]
    frame = read_customers(inference.catalog, inference.table, names).frame
    assert frame.rows() == [(str(one),) * 3 for one in UUIDS]
    left = [notice.message for notice in inference.notices if notice.code.id == "SG309"]
    assert [message.split("`")[1] for message in left] == ["other", "free"]


def test_uuids_of_tables_in_memory() -> None:
    data = table().select(["user_id", "fixed"])
    frame = read_customers(Catalog().with_customers(key="user_id"), data, columns=["fixed"]).frame
    assert frame.rows() == [(str(one),) * 2 for one in UUIDS]


def test_a_broken_footer_says_nothing_of_uuids(tmp_path: Path) -> None:
    path = tmp_path / "c"
    for head in (b"", b"PAR1", b"\xff" * 40, b"PAR1" + bytes(40) + b"PAR1", BYTES[0] * 9):
        path.write_bytes(head)
        for kind in (Format.PARQUET, Format.IPC, Format.IPC_STREAM):
            assert uuid_columns(path, kind) == frozenset()


def test_a_schema_with_fewer_columns_than_it_says_names_no_uuids(tmp_path: Path) -> None:
    whole: Struct = {4: (thrift.BINARY, b"schema"), 5: (thrift.I32, 1 << 30)}
    footer = thrift.struct({2: (thrift.LIST, Items(thrift.STRUCT, [whole]))})
    path = tmp_path / "c.parquet"
    path.write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    assert uuid_columns(path, Format.PARQUET) == frozenset()


@pytest.mark.parametrize("name", ["c.parquet", "c.arrow"])
def test_names_that_are_one_in_nfc(name: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [1], "\u00e9": [1], "e\u0301": [2], "x": [3]})
    path = tmp_path / name
    (frame.write_parquet if name == "c.parquet" else frame.write_ipc)(path)
    assert open_data(Catalog(), path).columns == ("id", "\u00e9", "x")
    catalog = Catalog().with_customers(key="id")
    assert read_customers(catalog, path, columns=["x"]).frame.row(0) == (1, 3)
    with pytest.raises(DataError, match="several columns are named `\u00e9`"):
        read_customers(catalog, path, columns=["\u00e9"])


def test_a_nested_field_and_a_column_of_its_name_are_repeated() -> None:
    frame = pl.DataFrame({"id": [1], "a": [{"b": 1}], "a.b": [2]})
    assert open_data(Catalog(), frame).repeated == {"a.b"}


def test_a_whole_float_is_written_without_a_point() -> None:
    floats = pl.Series([5.0, 0.5, -0.0, 2.0**60, 1e20, 1e300, -7.25, None])
    texts = ["5", "0.5", "0", "1152921504606846976", "100000000000000000000", "1e+300", "-7.25"]
    assert written(floats).to_list() == [*texts, None]
    for lists in ([[1.0, None], [2.5]], [[1.0, None], [2.0]]):
        found = convert(pl.Series(lists), list_of(Kind.TEXT), Manner())
        assert found is not None
        assert found.values.to_list()[0] == ["1", None]


@pytest.mark.parametrize(
    ("cells", "kind", "spellings", "expected"),
    [
        (pl.Series([-1, 1]), NUMBER, ("-1",), [None, 1]),
        (pl.Series([-1, 1]), NUMBER, ("-1.0", "-01", "NA", ""), [-1, 1]),
        (pl.Series([-1.0, 0.5, 2.0]), NUMBER, ("-1", "0.5", "2.0"), [None, None, 2.0]),
        (pl.Series([Decimal("-1.00"), Decimal("2.50")]), NUMBER, ("-1",), [None, Decimal("2.50")]),
        (pl.Series([-1.0, 5.0]), TEXT, ("-1",), [None, "5"]),
        (pl.Series([1, 2], dtype=pl.UInt8), NUMBER, ("-1", "2", "9" * 18), [1, None]),
        (pl.Series([True, False, None]), YESNO, ("false",), [True, None, None]),
        (pl.Series([[-1, 5], [-1]]), list_of(Kind.NUMBER), ("-1",), [[None, 5], [None]]),
    ],
)
def test_spellings_of_missing_hold_for_typed_cells(
    cells: pl.Series, kind: Type, spellings: tuple[str, ...], expected: list[object]
) -> None:
    found = convert(cells, kind, Manner(missing=spellings))
    assert found is not None
    assert found.values.to_list() == expected
    assert found.lost is None


def test_spellings_of_missing_hold_for_keys_without_a_type() -> None:
    catalog = Catalog.model_validate({"missing": ["-1"], "customers": {"key": "id"}})
    with pytest.raises(DataError, match="1 row has no key `id`: row 2"):
        read_customers(catalog, {"id": [1, -1]})


@pytest.mark.parametrize("make", [pa.ipc.new_file, pa.ipc.new_stream])
def test_arrow_files_with_two_columns_of_one_name(
    make: Callable[..., pa.RecordBatchWriter], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    columns = [pa.array([1]), pa.array(["x"]), pa.array([2])]
    twice = pa.table(columns, names=["id", "n", "n"])
    path = tmp_path / "c.arrow"
    with make(str(path), twice.schema) as writer:
        writer.write(twice)
    with pytest.raises(DataError) as caught:
        read_customers(Catalog().with_customers(key="id"), path)
    (found,) = caught.value.diagnostics
    assert found.code.id == "SG501"
    assert found.message == "several columns of the file are named `n`"
    assert capfd.readouterr().err == ""


def test_a_list_that_does_not_fit_is_shown_as_a_rule_writes_it() -> None:
    fields = {"id": "number", "x": {"type": "list", "of": "number"}}
    catalog = Catalog.model_validate({"customers": {"key": "id", "fields": fields}})
    cells = [["1", "2"], ["1", "x"], ['"', None]]
    reading = read_customers(catalog, pl.DataFrame({"id": [1, 2, 3], "x": cells}), ["x"])
    message, help = reading.notices[0].message, reading.notices[0].help
    assert r'`("1", "x")` (row 2), `("\"", missing)` (row 3)' in message
    assert help == (
        r'spellings of a missing cell can be declared in the catalog: `missing = ["x", "\""]`',
    )
