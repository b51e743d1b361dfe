"""Files of more customers than are written at a time hold what the frame holds."""

from __future__ import annotations

import errno
import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow.parquet
import pytest
from polars.testing import assert_frame_equal

import segdsl
from segdsl.engine.layouts import PIECE, wide
from segdsl.engine.outputs import Layout
from segdsl.engine.parquet import ParquetWriter

if TYPE_CHECKING:
    from typing_extensions import Buffer

ROWS = PIECE + 4_097
RULES = """
trait half: n / 2
segment few: n < 7
segment third: three = 0
segment gone: n < 0 or three = 5
segment whole: n >= 0
segment also_few: n < 7
"""
FIELDS = {"n": {"type": "number"}, "three": {"type": "number"}}
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "id", "fields": FIELDS}})


@pytest.fixture(scope="module", params=["rising", "falling"])
def found(request: pytest.FixtureRequest) -> segdsl.Membership:
    """Return memberships of customers in key order, and in the opposite one."""
    numbers = pl.int_range(ROWS, eager=True)
    keys = numbers if request.param == "rising" else numbers.reverse()
    data = pl.DataFrame({"id": keys, "n": numbers, "three": numbers % 3}).with_columns(
        name=pl.format("Şule {}", pl.col("n") % 1000),
        price=(pl.col("n") / 100).cast(pl.Decimal(20, 2)),
        items=pl.concat_list(pl.col("n"), pl.col("three")),
        odd=pl.when(pl.col("three") > 0).then(pl.col("n")),
    )
    return segdsl.compile(RULES, catalog=CATALOG).evaluate(
        data, columns=["name", "price", "items", "odd"]
    )


def read(path: Path) -> pl.DataFrame:
    """Return a file of any format."""
    match path.suffix:
        case ".parquet":
            return pl.read_parquet(path)
        case ".arrow":
            return pl.read_ipc(path)
        case ".jsonl":
            return pl.read_ndjson(path)
        case _:
            return pl.read_csv(path, separator="\t" if path.suffix == ".tsv" else ",")


@pytest.mark.parametrize("layout", ["wide", "long"])
@pytest.mark.parametrize("extension", ["parquet", "arrow", "jsonl", "csv", "tsv"])
def test_written_is_what_the_frame_holds(
    found: segdsl.Membership, tmp_path: Path, layout: Layout, extension: str
) -> None:
    target = tmp_path / f"out.{extension}"
    assert found.write(target, layout, traits=True) == (target,)
    expected = found.frame(layout, traits=True)
    if extension in ("csv", "tsv"):
        expected = expected.with_columns(
            pl.col("items").cast(pl.List(pl.String)).list.join(";"),
            pl.col("price").cast(pl.Float64),
        )
    if extension == "jsonl":
        expected = expected.with_columns(pl.col("price").cast(pl.Float64))
    written = read(target)
    if extension in ("parquet", "arrow"):
        assert written.schema == expected.schema
    assert_frame_equal(written, expected, check_dtypes=False)


def test_parquet_is_read_alike_by_others(found: segdsl.Membership, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    found.write(target)
    other = pl.from_arrow(pyarrow.parquet.read_table(target))
    assert isinstance(other, pl.DataFrame)
    assert_frame_equal(other, found.frame(), check_dtypes=False)
    chosen = pl.scan_parquet(target).filter("few").select("id").collect()["id"]
    assert chosen.to_list() == found.keys("few")


def test_rows_of_parquet_lie_together(found: segdsl.Membership, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    found.write(target, columns=[])
    said = pyarrow.parquet.read_metadata(target)
    assert [said.row_group(i).num_rows for i in range(said.num_row_groups)] == [PIECE, ROWS - PIECE]
    column = said.row_group(0).column(1)
    assert column.path_in_schema == "few"
    assert column.statistics.null_count == 0
    assert column.compression == "GZIP"
    assert said.row_group(0).column(2).compression == "UNCOMPRESSED"


def test_columns_that_a_format_cannot_hold_leave_no_file(tmp_path: Path) -> None:
    numbers = pl.int_range(ROWS, eager=True)
    texts = pl.DataFrame({"id": numbers, "n": numbers, "three": numbers}).with_columns(
        tags=pl.concat_list(pl.lit("a;b"))
    )
    found = segdsl.compile(RULES, catalog=CATALOG).evaluate(texts, columns=["tags"])
    with pytest.raises(segdsl.DataError, match="`;`"):
        found.write(tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("layout", ["wide", "long"])
@pytest.mark.parametrize("extension", ["parquet", "arrow", "jsonl", "csv"])
def test_traits_without_audiences(tmp_path: Path, layout: Layout, extension: str) -> None:
    numbers = pl.int_range(ROWS, eager=True)
    data = pl.DataFrame({"id": numbers, "n": numbers, "three": numbers % 3})
    found = segdsl.compile("trait half: n / 2", catalog=CATALOG).evaluate(data)
    target = tmp_path / f"out.{extension}"
    found.write(target, layout, traits=True)
    if layout == "wide":
        expected = pl.DataFrame({"id": numbers, "half": numbers / 2})
        assert_frame_equal(read(target), expected, check_dtypes=False)
    elif extension != "jsonl":  # without rows it says nothing of columns
        assert read(target).is_empty()
        assert read(target).columns == ["id", "half", "segment"]


def test_sizes_of_row_groups_are_those_before_compression(
    found: segdsl.Membership, tmp_path: Path
) -> None:
    target = tmp_path / "out.parquet"
    found.write(target)
    said = pyarrow.parquet.read_metadata(target)
    for group in map(said.row_group, range(said.num_row_groups)):
        columns = [group.column(i) for i in range(group.num_columns)]
        unpacked = sum(column.total_uncompressed_size for column in columns)
        assert group.total_byte_size == unpacked
        assert unpacked > sum(column.total_compressed_size for column in columns)


class Reluctant(BytesIO):
    """A file without a buffer that takes few bytes at a time."""

    def write(self, data: Buffer, /) -> int:
        return super().write(memoryview(data)[:10_007])


def test_a_file_that_takes_some_bytes_at_a_time_gets_all(found: segdsl.Membership) -> None:
    pieces = found.pieces("wide", columns=["name"])
    file = Reluctant()
    writer = ParquetWriter(file, wide(*pieces.nobody), pieces.names)
    writer.write(pieces.groups(), 1, 2)
    assert_frame_equal(pl.read_parquet(BytesIO(file.getvalue())), found.frame(columns=["name"]))


class Full(BytesIO):
    """A file that takes some bytes and then none."""

    def write(self, data: Buffer, /) -> int:
        return super().write(memoryview(data)[: 10_007 - self.tell()])


def test_a_file_that_takes_no_more_leaves_none(
    found: segdsl.Membership, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", lambda *_, **__: Full())
    with pytest.raises(segdsl.DataError, match=os.strerror(errno.EIO).lower()):
        found.write(tmp_path / "out.parquet")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
