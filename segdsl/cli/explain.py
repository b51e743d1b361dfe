"""`segdsl explain`: the page of a diagnostic."""

from __future__ import annotations

import os
import sys

import click

from segdsl.cli.options import examples, with_report
from segdsl.cli.report import Column, Report, is_terminal


@click.command("explain", epilog=examples("segdsl explain SG101", "segdsl explain unknown-field"))
@click.argument("code", required=False, metavar="[CODE]")
@with_report()
def command(code: str | None, report: Report) -> None:
    """Show the page of a diagnostic: what it says, why, and what to write instead.

    CODE is a code or its name; without one, all codes are listed.
    """
    from segdsl.diagnostics.codes import CODES, Code
    from segdsl.diagnostics.pages import page

    if code is None:
        _list(tuple(CODES.values()), report)
        return
    wanted = code.strip().lower()
    found = next((c for c in CODES.values() if wanted in (c.id.lower(), c.slug)), None)
    if not isinstance(found, Code):
        raise click.BadParameter(f"there is no code `{code}`{_near(wanted)}", param_hint="CODE")
    text = page(found.id) or f"# {found}\n"
    if report.is_json:
        severity = found.severity.value
        report.result({"code": found.id, "slug": found.slug, "severity": severity, "page": text})
    elif is_terminal(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console(no_color=bool(os.environ.get("NO_COLOR"))).print(Markdown(text))
    else:
        report.text(text.rstrip("\n"))


def _list(codes: tuple[object, ...], report: Report) -> None:
    from segdsl.diagnostics.codes import Code

    known = [code for code in codes if isinstance(code, Code)]
    if report.is_json:
        report.result([{"code": c.id, "slug": c.slug, "severity": c.severity.value} for c in known])
        return
    rows = [(code.id, code.slug, code.severity.value) for code in known]
    report.table((Column("code"), Column("name"), Column("severity")), rows)


def _near(wanted: str) -> str:
    from segdsl.diagnostics.codes import CODES
    from segdsl.diagnostics.near import near_names

    known = {name.lower(): code for code in CODES.values() for name in (code.id, code.slug)}
    near = dict.fromkeys(known[name] for name in near_names(wanted, known))
    listed = " or ".join(f"`{code}`" for code in near)
    return f"; {listed} is near it" if listed else "; `segdsl explain` lists all codes"
