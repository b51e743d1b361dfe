"""`segdsl check`: what is wrong or doubtful in rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from segdsl import __version__
from segdsl.cli.inputs import Inputs
from segdsl.cli.options import examples, with_inputs, with_report
from segdsl.cli.report import Report
from segdsl.errors import SegdslError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.diagnostics import Diagnostic

_FEW = 5  # names that are said
_ROUNDS = 10  # of fixing: one fix may bring another to light


@click.command(
    "check",
    epilog=examples(
        "segdsl check rules.seg",
        "segdsl check rules.seg customers.csv",
        "segdsl check loyal.seg lost.seg local.seg",
        "segdsl check rules.seg --fix",
        "segdsl check rules.seg --format sarif > segdsl.sarif",
    ),
)
@with_inputs(strict=False)
@click.argument("further", nargs=-1, metavar="[RULES]...")
@click.option(
    "--with-data", is_flag=True, help="Hold the rules against the catalog's own sources, too."
)
@click.option("--fix", is_flag=True, help="Mend the files where there is one way to do so.")
@click.option("--deny-warnings", is_flag=True, help="Warnings make the exit code 1, too.")
@with_report("sarif")
def command(
    inputs: Inputs,
    report: Report,
    further: tuple[str, ...],
    with_data: bool,
    fix: bool,
    deny_warnings: bool,
) -> None:
    """Say what is wrong or doubtful in rules, and with DATA what the data say about them.

    Several rule files may stand in place of RULES and DATA.
    The exit code is 1 when there are errors, 0 when there are warnings alone.
    """
    files = _files(inputs, further)
    found, unheld = _all_diagnostics(files, with_data)
    if fix:
        from segdsl.cli.fixing import fix_files

        for _ in range(_ROUNDS):
            if not fix_files(found, report):
                break
            found, unheld = _all_diagnostics(files, with_data)
    counts = Counter(diagnostic.severity.value for diagnostic in found)
    errors, warnings = counts["error"], counts["warning"]
    match report.format:
        case "json":
            from segdsl.diagnostics import render_json

            listed = [render_json(diagnostic) for diagnostic in found]
            report.result({"diagnostics": listed, "errors": errors, "warnings": warnings})
        case "sarif":
            from segdsl.diagnostics.sarif import render_sarif

            report.result(render_sarif(found, __version__))
        case _:
            shown = [d for d in found if not report.is_quiet or d.severity.value != "notice"]
            report.diagnostics(shown, is_result=True)
            report.text(f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}")
            if unheld:
                report.words(_unchecked(unheld))
    if errors or (deny_warnings and warnings):
        raise click.exceptions.Exit(1)


def _files(inputs: Inputs, further: tuple[str, ...]) -> tuple[Inputs, ...]:
    """Return the inputs of each rule file; what stands second is data unless it is rules."""
    if inputs.data is None or not inputs.data.endswith(".seg"):
        if further:
            raise click.UsageError("what stands here is RULES and DATA, or several rule files")
        return (inputs,)
    return tuple(
        replace(inputs, rules=one, data=None) for one in (inputs.rules, inputs.data, *further)
    )


def _all_diagnostics(
    files: Sequence[Inputs], with_data: bool
) -> tuple[Sequence[Diagnostic], Sequence[str]]:
    """Return all that can be said, and the names that were held against nothing."""
    found = [_diagnostics(inputs, with_data) for inputs in files]
    names = dict.fromkeys(name for _, unheld in found for name in unheld)
    return [one for diagnostics, _ in found for one in diagnostics], tuple(names)


def _diagnostics(inputs: Inputs, with_data: bool) -> tuple[Sequence[Diagnostic], Sequence[str]]:
    """Return all that can be said, and the names of which only data would tell more.

    Data are read only where they are asked for.
    """
    from segdsl.single import open_names

    known: tuple[Diagnostic, ...] = ()
    try:
        rules = inputs.load()
        known = rules.findings
        if inputs.data is None and not inputs.events and not with_data:
            return known, open_names(rules)
        return rules.check(inputs.data, events=inputs.events, as_of=inputs.as_of), ()
    except SegdslError as error:
        return (*known, *error.diagnostics), ()


def _unchecked(names: Sequence[str]) -> str:
    """Return what was not checked, and what would tell."""
    from segdsl.diagnostics.wording import listed, quoted

    more = len(names) - _FEW
    told = listed(names, "and")
    if more > 0:
        told = f"{', '.join(map(quoted, names[:_FEW]))} and {more:,} more"
    return (
        f"neither data nor a catalog told of {told}, whose names and types were not checked: DATA"
        " after the rules does so, or a catalog that declares them (`--catalog FILE`)"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
