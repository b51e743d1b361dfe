"""What the benchmarks have in common: where files are kept, and what a way takes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from timing import Timed

_LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where generated files are kept: `DATA_FOLDER`, if the environment has it."""
    given = os.environ.get("DATA_FOLDER")
    return Path(given) if given else tmp_path_factory.mktemp("data")


@pytest.fixture
def timed(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Timed:
    """Return what times work for so many rounds and returns its result.

    The time of the processor and the load of the machine are reported after all tests.
    """

    def run(
        group: str, work: Callable[..., Any], *given: object, rounds: int, warm: int = 0
    ) -> Any:
        benchmark.group = group
        spent: list[float] = []

        def watched() -> Any:
            start = time.process_time()
            found = work(*given)
            spent.append(time.process_time() - start)
            return found

        found = benchmark.pedantic(watched, rounds=rounds, warmup_rounds=warm)
        del spent[:warm]
        wall = benchmark.stats.stats
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
        benchmark.extra_info.update(processor=min(spent), load=load)
        request.config.stash.setdefault(_LINES, []).append(
            f"{group}: {request.node.name}: {wall.min:.3f} to {wall.max:.3f} s,"
            f" of the processor {min(spent):.3f} s, load {load:.1f}"
        )
        return found

    return run


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print a line for each benchmark."""
    for line in config.stash.get(_LINES, []):
        terminalreporter.write_line(line)
