"""`segdsl infer`: propose a catalog for a file of customers."""

from __future__ import annotations

import os
from pathlib import Path

import click

from segdsl.cli.options import examples, with_reading, with_report
from segdsl.cli.report import Report


@click.command(
    "infer",
    epilog=examples(
        "segdsl infer customers.csv",
        "segdsl infer customers.csv --out catalog.toml",
        "segdsl infer customers.csv --encoding cp1254 --delimiter ';'",
    ),
)
@click.argument("file", metavar="FILE")
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
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
    key: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Propose a catalog for a file of customers, with the reasons as comments.

    The whole file is read: one cell that does not fit makes a column text. The proposal is what
    rules without a catalog go by.
    """
    from segdsl.catalog import Catalog
    from segdsl.engine.infer import infer_catalog, infer_toml

    if out is not None and out.exists() and not force:
        raise click.UsageError(f"`{out}` exists; --force writes over it")
    base = Catalog().with_customers(encoding=encoding, delimiter=delimiter, sheet=sheet, key=key)
    found = infer_catalog(file, base=base)
    text = infer_toml(found, _source(file, out))
    if out is not None:
        from segdsl.engine.publish import publish_text

        publish_text(out, text)
    if report.is_json:
        from segdsl.diagnostics import render_json

        report.result(
            {
                "catalog": found.catalog.model_dump(mode="json", exclude_defaults=True),
                "reasons": dict(found.reasons),
                "notices": [render_json(notice) for notice in found.notices],
            }
        )
        return
    report.notices(found.notices)
    report.text(f"written to {out}" if out is not None else text.rstrip("\n"))


def _source(file: str, out: Path | None) -> str:
    """Return the file as the catalog is to name it: relative to the catalog's folder."""
    if out is None or Path(file).is_absolute():
        return Path(file).as_posix()
    return Path(os.path.relpath(file, out.parent)).as_posix()
