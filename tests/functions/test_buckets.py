"""Buckets of samples and splits."""

from __future__ import annotations

import doctest
import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.functions import buckets as module
from segdsl.functions.buckets import BUCKETS, bucket, bucket_bound, buckets

keys = st.integers() | st.text(max_size=20)


@pytest.mark.parametrize(
    ("seed", "key", "expected"),
    [
        # what md5sum says of `spring:42` and `:`
        ("spring", 42, 0x868E4B92),
        ("spring", "42", 0x868E4B92),
        ("", "", 0x853AE90F),
    ],
)
def test_known_buckets(seed: str, key: int | str, expected: int) -> None:
    assert bucket(seed, key) == expected


def test_leading_zeros_tell_keys_apart() -> None:
    assert bucket("spring", "0042") != bucket("spring", 42)


@given(st.text(max_size=20), st.lists(keys, max_size=5))
def test_is_the_start_of_md5(seed: str, many: list[int | str]) -> None:
    digests = [hashlib.md5(f"{seed}:{key}".encode()).hexdigest() for key in many]
    assert buckets(seed, many) == [int(digest[:8], 16) for digest in digests]


@pytest.mark.parametrize(
    ("part", "bound"),
    [
        ("0", 0),
        ("1", BUCKETS),
        ("0.5", BUCKETS // 2),
        ("0.1", 429496730),  # 429496729.6
        ("0.000000000000000001", 1),
        ("0.999999999999999999", BUCKETS),
    ],
)
def test_bounds(part: str, bound: int) -> None:
    assert bucket_bound(Decimal(part)) == bound


def test_a_sample_has_its_size() -> None:
    bound = bucket_bound(Decimal("0.3"))
    assert abs(sum(b < bound for b in buckets("spring", range(20_000))) - 6_000) < 300


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(module) == (0, 1)
