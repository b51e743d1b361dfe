"""What rules cost before the first customer is read: parsing, checking, optimising."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mix import TYPES, Dials, mix
from population import segments
from pytest_benchmark.fixture import BenchmarkFixture

import segdsl

FIELDS = {name: {"type": type} for name, type in TYPES.items()}
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "customer_id", "fields": FIELDS}})


@pytest.mark.parametrize("count", [100, 1_000, 10_000])
def test_compile(benchmark: BenchmarkFixture, count: int) -> None:
    """Time the way from text to all that is done before data are read: it is linear."""
    benchmark.group = "compile"
    text = mix(Dials(rows=1, segments=count)).rules
    benchmark.extra_info["characters"] = len(text)
    program = benchmark.pedantic(
        lambda: segdsl.compile(text, catalog=CATALOG).program,
        rounds=3,
        warmup_rounds=count < 10_000,
    )
    assert len(program.segments) == count


def test_check_from_a_cold_start(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Time `segdsl check` on a thousand segments as a process of its own."""
    benchmark.group = "check, cold"
    rules = tmp_path / "rules.seg"
    rules.write_text("\n".join(pair.rule for pair in segments(1_000)), "utf-8")
    command = [sys.executable, "-m", "segdsl", "check", str(rules)]
    done = benchmark.pedantic(
        lambda: subprocess.run(command, check=True, capture_output=True, text=True), rounds=3
    )
    assert "0 errors" in done.stdout
