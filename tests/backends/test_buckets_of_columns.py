"""The buckets of a column of keys by machine code are those of MD5."""

from __future__ import annotations

import subprocess
import sys
from hashlib import md5
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.backends.polars.buckets import by_machine_code, drawn

SIZES = (0, 1, 53, 54, 55, 56, 57, 62, 63, 64, 65, 119, 120, 121, 127, 128, 129, 200, 5000)
SEEDS = ("", "x", "spring", "ğüş" * 7, *("s" * size for size in (53, 54, 55, 62, 63, 64, 127, 200)))
WIDTHS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)
seeds = st.text(max_size=130)
texts = st.text(max_size=70) | st.text(st.sampled_from("aşक😀"), max_size=150)


def expected(seed: str, keys: pl.Series) -> list[int]:
    """Return the buckets by their definition."""
    texts = (f"{seed}:{key}".encode() for key in keys.to_list())
    return [int(md5(text).hexdigest()[:8], 16) for text in texts]


def by_code(seed: str, keys: pl.Series) -> list[int]:
    """Return the buckets by machine code."""
    found = by_machine_code(seed, keys)
    assert found is not None
    assert found.dtype == pl.Int64
    return found.to_list()


@pytest.mark.parametrize("seed", SEEDS)
def test_texts_of_every_length(seed: str) -> None:
    keys = pl.Series([letter * size for size in SIZES for letter in "aş"])
    assert by_code(seed, keys) == expected(seed, keys)
    short = keys.filter(keys.str.len_bytes() < 256)
    assert by_code(seed, short) == expected(seed, short)


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_of_every_length(seed: str) -> None:
    tens = [10**i + j for i in range(19) for j in (-1, 0, 1)]
    ends = [-(2**63), -(2**63) + 1, 2**63 - 1, 2**53, 2**32]
    keys = pl.Series([*tens, *(-ten for ten in tens), *ends], dtype=pl.Int64)
    assert by_code(seed, keys) == expected(seed, keys)


@pytest.mark.parametrize("dtype", WIDTHS)
def test_numbers_of_every_width(dtype: type[pl.DataType]) -> None:
    keys = pl.select(pl.concat_list(dtype.min(), dtype.max(), pl.lit(7, dtype)).explode())
    assert by_code("spring", keys.to_series()) == expected("spring", keys.to_series())


@given(seeds, st.lists(st.integers(-(2**63), 2**63 - 1), max_size=600))
def test_numbers(seed: str, many: list[int]) -> None:
    keys = pl.Series(many, dtype=pl.Int64)
    assert by_code(seed, keys) == expected(seed, keys)


@given(seeds, st.lists(texts, max_size=40))
def test_texts(seed: str, many: list[str]) -> None:
    keys = pl.Series(many, dtype=pl.String)
    assert by_code(seed, keys) == expected(seed, keys)


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 300_001])
@pytest.mark.parametrize("dtype", [pl.Int64, pl.String])
def test_columns_of_every_height(rows: int, dtype: type[pl.DataType]) -> None:
    numbers = pl.int_range(rows, eager=True) * 7_919 - 1_000_000
    keys = numbers.cast(dtype)
    assert by_code("spring", keys) == expected("spring", keys)
    pieces = pl.concat([keys.slice(3), keys.slice(1, 100), keys.slice(rows)], rechunk=False)
    assert by_code("spring", pieces) == expected("spring", pieces)


@pytest.mark.parametrize(
    "keys",
    [
        pl.Series([2**63, 0, 2**64 - 1], dtype=pl.UInt64),
        pl.Series([2**100, -(2**100)], dtype=pl.Int128),
        pl.Series(["a", None]),
        pl.Series(["a", "b"], dtype=pl.Categorical),
    ],
)
def test_other_keys_are_drawn_one_by_one(keys: pl.Series) -> None:
    assert by_machine_code("spring", keys) is None
    found = drawn("spring", keys)
    assert found.dtype == pl.Int64
    assert found.to_list() == expected("spring", keys)


def said(program: str) -> list[str]:
    """Return the words that a program prints in a process of its own."""
    call = [sys.executable, "-c", program]
    return subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()


def test_many_keys_without_machine_code() -> None:
    """Where Numba is missing, many keys are drawn one by one, as few are where it is there."""
    program = """
import sys
sys.modules["numba"] = None
import polars as pl
from segdsl.backends.polars.buckets import by_machine_code, drawn
keys = pl.int_range(1 << 20, eager=True)
assert by_machine_code("spring", keys) is None
print(drawn("spring", keys)[42], len(drawn("spring", keys.head(5))))
"""
    assert said(program) == ["2257472402", "5"]


def test_few_keys_load_machine_code_only_as_a_part_of_many() -> None:
    program = """
import sys
import polars as pl
from segdsl.backends.polars.buckets import drawn
few = drawn("spring", pl.int_range(1000, eager=True))
print("numba" in sys.modules)
again = drawn("spring", pl.int_range(1000, eager=True), 1 << 20)
print("numba" in sys.modules, again.equals(few))
"""
    assert said(program) == ["False", "True", "True"]


@pytest.mark.parametrize("columns", [["id"], ["id", "n"]])
def test_a_file_in_parts_is_drawn_by_machine_code(tmp_path: Path, columns: list[str]) -> None:
    """Neither rows of a file read in groups nor streamed batches hide how many customers are."""
    rows = 1 << 20
    ids = pl.int_range(rows, eager=True)
    frame = pl.DataFrame({"id": ids, "n": ids % 100})
    frame.select(columns).write_parquet(tmp_path / "customers.parquet", row_group_size=100_000)
    rule = 'sample 10% seed "spring"' if columns == ["id"] else "(bucketed or n > 200)"
    program = f"""
import sys
import segdsl
rules = segdsl.compile('define bucketed: sample 10% seed "spring"\\nsegment a: {rule}')
sizes = rules.count({str(tmp_path / "customers.parquet")!r})
print(sizes["a"], "segdsl.backends.polars.compiled_buckets" in sys.modules)
"""
    size = sum(found < 429_496_730 for found in by_code("spring", frame["id"]))
    assert said(program) == [str(size), "True"]
