"""How much work many audiences take: counts, and one small ratio of processor times."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from dials import KEY, Dials, Mix, Segment
from mix import customers, mix, parquet
from peers import by_polars_sums, compiled

import segdsl
from segdsl.api import calendar_of
from segdsl.backends.masks.answers import Codes
from segdsl.backends.masks.circuit import Circuit
from segdsl.backends.masks.cuts import Numbers
from segdsl.backends.masks.machine import Board, Compared, Connect, Painted, Words
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.rows import Tables
from segdsl.catalog.types import Kind
from segdsl.engine.evaluate import run
from segdsl.plan.typing import type_of

IO = Path("/proc/self/io")
ROWS = 20_000  # in one batch, and many for each distinct text


@dataclass(frozen=True)
class Counting(Plain):
    """The plain machine, and how often it is asked for what."""

    texts_numbered: list[int] = field(default_factory=list)
    intervals_found: list[int] = field(default_factory=list)
    columns_painted: list[int] = field(default_factory=list)
    gates: list[int] = field(default_factory=list)

    def texts(self, column: pl.Series, most: int, codes: Codes) -> pl.Series | None:
        self.texts_numbered.append(len(column))
        return super().texts(column, most, codes)

    def reached(self, values: Numbers, bounds: Numbers, codes: Codes) -> None:
        self.intervals_found.append(len(values))
        super().reached(values, bounds, codes)

    def board(self, inputs: int, connect: Connect) -> Board:
        circuit = Circuit()
        roots = connect(circuit, [circuit.leaf() for _ in range(inputs)])
        self.gates.append(len(circuit.schedule(roots).steps))
        return _CountingBoard(super().board(inputs, connect), self.columns_painted)


@dataclass(frozen=True, slots=True)
class _CountingBoard:
    board: Board
    columns_painted: list[int]

    def run(
        self,
        rows: int,
        codes: npt.NDArray[np.uint16],
        painted: Sequence[Painted],
        compared: Sequence[Compared],
        given: Mapping[int, Words],
        found: Tables,
    ) -> npt.NDArray[np.int64]:
        self.columns_painted.append(len(painted))
        return self.board.run(rows, codes, painted, compared, given, found)


def evaluated(some: Mix, rows: int = ROWS) -> Counting:
    """Return what evaluating segments asked of the machine."""
    rules, machine = compiled(some), Counting()
    frame = customers(Dials(rows=rows))
    calendar = calendar_of(rules.catalog, None)
    found = run(rules.program, frame, KEY, calendar, keep=False, machine=machine)
    assert len(found.masks.sizes) == len(some.segments)
    return machine


def segments(count: int) -> Mix:
    return mix(Dials(segments=count))


@pytest.mark.parametrize("count", [100, 400])
def test_a_condition_is_computed_once_however_often_it_is_written(count: int) -> None:
    some = segments(count)
    by_itself = (
        Segment(f"s{i}", f.rule, f.polars, f.sql, f.polars, f.sql) for i, f in enumerate(some.forms)
    )
    distinct = compiled(replace(some, segments=tuple(by_itself))).program.atoms
    atoms = compiled(some).program.atoms
    assert atoms < distinct * 1.01  # a set that is shared is no part of another
    written = 5 * count
    assert atoms * 3 < written


def test_a_column_becomes_codes_once_however_many_conditions_read_it() -> None:
    some = segments(400)
    (level,) = compiled(some).program.levels
    texts = [node for node in level.coded if type_of(node).kind is Kind.TEXT]
    assert (len(level.coded), len(texts)) == (9, 3)  # few read the tenth column
    assert sum(map(len, level.coded.values())) > 0.98 * len(level.atoms)
    found = evaluated(some)
    assert found.columns_painted == [len(level.coded)]
    assert found.texts_numbered == [ROWS] * len(texts)
    assert found.intervals_found == [ROWS] * 3  # in the other columns each value has its code


def test_gates_and_planes_grow_with_the_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plane is packed once for each block of rows, and there is one block."""
    pack, planes = np.packbits, 0

    def packbits(*given: Any, **named: Any) -> npt.NDArray[np.uint8]:
        nonlocal planes
        planes += 1
        return pack(*given, **named)

    monkeypatch.setattr(np, "packbits", packbits)
    gates: list[float] = []
    for count in (100, 400, 1_600):
        some, planes = segments(count), 0
        found = evaluated(some)
        assert 0 < planes < 1.5 * compiled(some).program.atoms  # a range has two ends
        gates.append(sum(found.gates) / count)
    assert gates[2] < gates[0] * 1.1
    assert max(gates) < 6  # a segment joins five conditions by four gates, and has complements


@pytest.mark.skipif(not IO.exists(), reason="needs Linux")
def test_a_file_is_read_once(tmp_path: Path) -> None:
    """All columns but one are read by some condition."""
    dials = Dials(rows=300_000, segments=200)
    path, rules = parquet(tmp_path, dials), compiled(mix(dials))

    def read() -> int:
        before = _bytes_read()
        rules.count(path)
        return _bytes_read() - before

    read()  # and what is loaded on first use
    assert 0.8 * path.stat().st_size < read() < 1.05 * path.stat().st_size


def _bytes_read() -> int:
    (line,) = (line for line in IO.read_text("ascii").splitlines() if line.startswith("rchar:"))
    return int(line.split()[1])


def test_many_segments_take_less_of_the_processor_than_a_select_of_sums(tmp_path: Path) -> None:
    dials = Dials(rows=200_000, segments=100)
    path, some = parquet(tmp_path, dials), mix(dials)
    rules: segdsl.Ruleset = compiled(some)
    by_hand = by_polars_sums(some, "streaming")
    assert rules.count(path) == by_hand(path)
    ours, theirs = (_seconds(work) for work in (lambda: rules.count(path), lambda: by_hand(path)))
    assert theirs > 1.5 * ours


def _seconds(work: Callable[[], object]) -> float:
    """Return the least time of the processor that three runs take."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)
