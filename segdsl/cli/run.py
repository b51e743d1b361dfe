"""`segdsl run`: write who is in which audience."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from segdsl.cli.inputs import Inputs
from segdsl.cli.options import examples, with_inputs, with_memory, with_report
from segdsl.cli.progress import waiting
from segdsl.cli.report import Report
from segdsl.cli.sizes import base_line, show_sizes
from segdsl.engine.originals import MANIFEST, listed_before
from segdsl.engine.outputs import (
    LAYOUTS,
    Destination,
    Layout,
    Output,
    destination,
    folder_names,
)
from segdsl.evaluating import evaluated

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.engine.membership import Membership


def _columns(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    names = (name.strip() for value in values for name in value.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


@click.command(
    "run",
    epilog=examples(
        "segdsl run rules.seg --out out",
        "segdsl run rules.seg customers.parquet --out out --output-format parquet",
        "segdsl run rules.seg --out audiences.xlsx --columns email,city",
        "segdsl run rules.seg --out long.csv --layout long --as-of 2026-11-01",
        "segdsl run rules.seg --out out --thresholds thresholds.json",
        "segdsl run rules.seg --out today.parquet --since yesterday.parquet --changes changes.csv",
        "segdsl run rules.seg people.csv --events purchase=sales.parquet --traits --out out.csv",
    ),
)
@with_inputs()
@click.option(
    "--out", "-o", metavar="PATH",
    help="A file (.csv .tsv .parquet .jsonl .xlsx .arrow) or a folder, which gets a file for each"
    " audience and segdsl-run.json, the record of the run.",
)  # fmt: skip
@click.option(
    "--output-format",
    type=click.Choice([output.value for output in Output]),
    help="The format of the files; that of the extension, else csv.",
)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    help="wide: a row for each customer and a yes/no column for each audience; long: a row for"
    " each customer and audience that go together; files: one file for each audience.",
)
@click.option(
    "--columns", metavar="NAMES", multiple=True, callback=_columns,
    help="Columns of the data to carry along: email,city.",
)  # fmt: skip
@click.option(
    "--traits", is_flag=True,
    help="Write the values of the rules' traits, too, but for those with parameters, which have no"
    " value by themselves.",
)  # fmt: skip
@click.option(
    "--since", metavar="PREVIOUS", type=click.Path(path_type=Path),
    help="What an earlier run wrote, a file or a folder with segdsl-run.json: show who entered and"
    " left since.",
)  # fmt: skip
@click.option(
    "--changes", metavar="FILE",
    help="With --since: write who entered and left, a row for each customer and audience (.csv .tsv"
    " .parquet .jsonl .xlsx .arrow).",
)  # fmt: skip
@click.option(
    "--thresholds", type=click.Path(path_type=Path), metavar="FILE",
    help="Write what decided the conditions on the whole population, for `segdsl match`.",
)  # fmt: skip
@with_memory
@with_report()
def command(
    inputs: Inputs,
    report: Report,
    out: str | None,
    output_format: str | None,
    layout: Layout | None,
    columns: tuple[str, ...],
    traits: bool,
    since: Path | None,
    changes: str | None,
    thresholds: Path | None,
    memory: int | None,
) -> None:
    """Write who is in which audience, in key order, and show the sizes.

    DATA is a file, a folder or a pattern of files; the catalog's own source if it is not given.
    A run that fails or is killed leaves no half file. Files of an earlier run in the same folder
    that are no longer made are removed; all other files stay: one in the way is an error, and so
    is an output that would replace the data, the rules or the catalog of the run. Cells are
    written as they are, also texts that begin with = + - or @, which a spreadsheet may take for a
    formula when it opens a CSV file. For a spreadsheet write .xlsx: which delimiter, decimal sign
    and encoding it expects of a CSV file depends on the country it is set to.
    """
    where = _destination(out, layout, output_format)
    told = _of_changes(changes, since, where, thresholds)
    _stop_cleanly()
    rules = inputs.load()
    if told is not None and where is not None and where.is_folder:
        _demand_apart(told, where, rules.segments)
    with waiting("evaluating", report):
        membership = evaluated(
            rules,
            inputs.data,
            events=inputs.events,
            as_of=inputs.as_of,
            columns=columns,
            strict=inputs.strict,
            memory=memory,
            previous=since,
            is_last=True,
        )
    if told is not None:  # first: what is written to --out may take the place of PREVIOUS
        from segdsl.engine.writers import write_changes

        with _wishes():
            write_changes(membership.changes(), told)
    files: tuple[Path, ...] = ()
    if where is not None:
        from segdsl.engine.writers import write_membership

        with waiting("writing", report) as on_step, _wishes():
            files = write_membership(membership, where, traits=traits, on_step=on_step)
    if thresholds is not None:
        from segdsl.engine.thresholds import write_thresholds

        manifest = (where.path / MANIFEST,) if where is not None and where.is_folder else ()
        write_thresholds(membership, thresholds, (*files, *manifest))
    if report.is_json:
        further = {"since": since, "changes": changes, "thresholds": thresholds}
        _print_record(membership, where, files, report, further)
    else:
        _show(membership, rules, where, files, report)
        if told is not None:
            report.text(f"the changes are in {told.path}")
        if thresholds is not None:
            report.text(f"the thresholds are in {thresholds}")


def _destination(
    out: str | None, layout: Layout | None, output_format: str | None
) -> Destination | None:
    if out is None:
        return None
    with _wishes():
        return destination(out, layout, Output(output_format) if output_format else None)


def _of_changes(
    changes: str | None, since: Path | None, where: Destination | None, thresholds: Path | None
) -> Destination | None:
    """Return where the changes go. Raises UsageError for wishes that contradict each other."""
    if changes is None:
        return None
    if since is None:
        raise click.UsageError("--changes needs --since, which says what has changed")
    with _wishes():
        found = destination(changes)
    if found.is_folder:
        raise click.UsageError(f"`{changes}` is no file; changes are one, such as changes.csv")
    if where is not None and _is_same(found.path, where.path):
        raise click.UsageError(f"--out and --changes would both write `{changes}`")
    if thresholds is not None and _is_same(found.path, thresholds):
        raise click.UsageError(f"--changes and --thresholds would both write `{changes}`")
    return found


def _demand_apart(changes: Destination, where: Destination, segments: Iterable[str]) -> None:
    """Raise UsageError for changes in a file that --out writes to its folder, or removes there."""
    earlier = listed_before(where.path) or ()
    names = (MANIFEST, *folder_names(where, segments), *earlier)
    if any(_is_same(changes.path, where.path / name) for name in names):
        text = f"`{changes.path}` is a file of --out; --changes needs another name"
        raise click.UsageError(text)


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


@contextmanager
def _wishes() -> Iterator[None]:
    """Make errors of usage of wishes that contradict each other."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _stop_cleanly() -> None:
    """Let a plain `kill` clean up like an interrupt does; signals belong to the main thread."""
    if threading.current_thread() is threading.main_thread():

        def stop(number: int, _: FrameType | None) -> None:
            raise SystemExit(128 + number)

        signal.signal(signal.SIGTERM, stop)


def _print_record(
    membership: Membership,
    where: Destination | None,
    files: tuple[Path, ...],
    report: Report,
    further: Mapping[str, Path | str | None],
) -> None:
    from segdsl.engine.versions import versions

    report.result(
        {
            **membership.summary(),
            "layout": where.layout if where else None,
            "files": [str(file) for file in files],
            **{name: str(one) for name, one in further.items() if one is not None},
            "versions": versions(),
        }
    )


def _show(
    membership: Membership,
    rules: Ruleset,
    where: Destination | None,
    files: tuple[Path, ...],
    report: Report,
) -> None:
    report.notices(membership.notices)
    show_sizes(membership, report)
    report.text(base_line(membership, rules.catalog))
    if where is None:
        report.words("no audience is written; `--out out` writes a file for each audience")
    elif where.is_folder:
        noun = "file" if len(files) == 1 else "files"
        report.text(f"{len(files):,} {noun} in {where.path}")
    else:
        report.text(f"written to {where.path}")
