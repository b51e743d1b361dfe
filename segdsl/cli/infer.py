"""`segdsl infer`: propose a catalog for a file of customers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segdsl.cli.inputs import with_settings
from segdsl.cli.options import examples, with_events, with_reading, with_report
from segdsl.cli.report import Report

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic


@click.command(
    "infer",
    epilog=examples(
        "segdsl infer customers.csv",
        "segdsl infer customers.csv --out catalog.toml",
        "segdsl infer customers.csv --encoding cp1254 --delimiter ';'",
        "segdsl infer customers.csv --events purchase=purchases.parquet --out catalog.toml",
    ),
)
@click.argument("file", metavar="FILE")
@with_events
@with_reading
@click.option(
    "--out", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH",
    help="Write the catalog to this file.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@with_report()
def command(
    file: str,
    report: Report,
    events: dict[str, str],
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
    key: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Propose a catalog for a file of customers, with the reasons as comments.

    The whole file is read: one cell that does not fit makes a column text. The proposal is what
    rules without a catalog go by; lines that may be meant instead stand in it as comments. Where
    no column can be the key, the proposal leaves it open, and the exit code is 1.
    """
    from segdsl.catalog import Catalog
    from segdsl.engine.infer import infer_toml, propose_catalog
    from segdsl.engine.infer_events import infer_events
    from segdsl.errors import DataError

    if out is not None and not force and os.path.lexists(out):
        raise click.UsageError(f"`{out}` exists; --force writes over it")
    given = {"encoding": encoding, "delimiter": delimiter, "sheet": sheet, "key": key}
    base = with_settings(Catalog(), given)
    found = propose_catalog(file, base=base)
    happened = infer_events(found.catalog, events)
    catalog = happened.catalog.model_copy(
        update={
            "events": {
                name: one.model_copy(update={"source": _source(events[name], out)})
                for name, one in happened.catalog.events.items()
            }
        }
    )
    text = infer_toml(found, _source(file, out), catalog, happened.reasons, happened.lines)
    notices = (*found.notices, *happened.notices)
    if out is not None:
        from segdsl.engine.publish import publish_text

        publish_text(out, text)
    if found.error is not None:
        if not report.is_json:
            _show(notices, text, out, report)
        raise DataError((found.error,))
    if report.is_json:
        from segdsl.diagnostics import render_json

        report.result(
            {
                "catalog": catalog.model_dump(mode="json", exclude_defaults=True),
                "reasons": dict(found.reasons) | dict(happened.reasons),
                "notices": [render_json(notice) for notice in notices],
            }
        )
        return
    _show(notices, text, out, report)


def _show(notices: Iterable[Diagnostic], text: str, out: Path | None, report: Report) -> None:
    report.notices(notices)
    report.text(f"written to {out}" if out is not None else text.rstrip("\n"))


def _source(file: str, out: Path | None) -> str:
    """Return the file as the catalog is to name it: relative to the catalog's folder."""
    if out is None or Path(file).is_absolute():
        return Path(file).as_posix()
    return Path(os.path.relpath(file, out.parent)).as_posix()
