"""The command line as a process: pipes, terminals, signals, start-up."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from segdsl_runner import QUICKSTART, ROOT, project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and terminals of POSIX")
SEGDSL = (sys.executable, "-m", "segdsl")


def environment(**further: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "100", **further}


def piped(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*SEGDSL, *arguments),
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def loaded(*arguments: str) -> set[str]:
    """Return the heavy packages that a command imports."""
    code = (
        "import sys\nfrom segdsl.cli import main\n"
        f"main({list(arguments)!r}, standalone_mode=False)\n"
        "heavy = {'polars', 'pydantic', 'lark', 'rich', 'rapidfuzz'}\n"
        "print(*(heavy & set(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run(
        (sys.executable, "-c", code),
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return set(result.stderr.split())


def test_help_and_check_load_no_engine() -> None:
    code = "import sys, segdsl.cli; print(*sys.modules)"
    result = subprocess.run(
        (sys.executable, "-c", code), env=environment(), capture_output=True, text=True, check=True
    )
    assert not {"polars", "pydantic", "lark", "rich"} & set(result.stdout.split())
    assert not loaded("check", str(QUICKSTART)) & {"polars", "lark"}


def test_a_pipe_gets_plain_text() -> None:
    result = piped("count", str(QUICKSTART))
    assert result.returncode == 0
    assert result.stdout.startswith("segment ")
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    failed = piped("count", "age >")
    assert failed.returncode == 1
    assert "\x1b" not in failed.stderr


def on_terminal(*arguments: str, **further: str) -> tuple[str, int]:
    """Return what a command shows on a terminal, and its exit code."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        (*SEGDSL, *arguments), env=environment(**further), stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            read = os.read(ours, 65536)
        except OSError:
            break
        if not read:
            break
        shown += read
    os.close(ours)
    return shown.decode("utf-8"), process.wait()


def test_a_terminal_gets_a_table_and_a_progress_bar(tmp_path: Path) -> None:
    shown, code = on_terminal("run", str(QUICKSTART), "--out", str(tmp_path / "out"))
    assert code == 0
    assert "─" * 20 in shown
    assert "Young people in İstanbul" in shown
    assert "evaluating" in shown
    assert "writing" in shown
    quiet, _ = on_terminal("run", str(QUICKSTART), "--quiet")
    assert "evaluating" not in quiet


def test_colours_of_diagnostics_and_no_color() -> None:
    shown, code = on_terminal("count", "age >")
    assert code == 1
    assert "\x1b[1;31merror[SG001]" in shown
    plain, _ = on_terminal("count", "age >", NO_COLOR="1")
    assert "error[SG001]" in plain
    assert "\x1b[1;31m" not in plain


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    process = subprocess.Popen(
        (*SEGDSL, "explain"), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.wait()
    assert errors == b""


def long_run(folder: Path) -> subprocess.Popen[bytes]:
    """Return a run that is writing several Excel files, which takes seconds."""
    project(folder)
    count = 60_000
    pl.DataFrame({"id": range(count), "age": [30] * count, "city": ["x"] * count}).write_csv(
        folder / "customers.csv"
    )
    process = subprocess.Popen(
        (*SEGDSL, "run", str(folder), "--out", str(folder / "out"), "--output-format", "xlsx"),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    limit = time.monotonic() + 60
    while not list(folder.glob(".segdsl-*/files/*")):
        assert process.poll() is None, "the run ended before it was killed"
        assert time.monotonic() < limit
        time.sleep(0.005)
    return process


def test_a_killed_run_leaves_nothing_under_the_final_names(tmp_path: Path) -> None:
    process = long_run(tmp_path)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    aside = next(tmp_path.glob(".segdsl-*"))
    old = time.time() - 200_000
    os.utime(aside, (old, old))
    assert piped("run", str(tmp_path), "--out", str(tmp_path / "out")).returncode == 0
    assert not list(tmp_path.glob(".segdsl-*"))
    assert len(list((tmp_path / "out").iterdir())) == 6


def test_a_run_that_is_told_to_stop_cleans_up(tmp_path: Path) -> None:
    process = long_run(tmp_path)
    process.terminate()
    assert process.wait() == 128 + signal.SIGTERM
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "catalog.toml",
        "customers.csv",
        "rules.seg",
    ]
