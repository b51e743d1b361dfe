"""The sizes of audiences, as tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from segdsl.cli.report import Column, Report, clipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from segdsl.catalog import Catalog
    from segdsl.engine.funnel import Step
    from segdsl.engine.membership import Membership


def percent(share: float) -> str:
    """Return a share in percent with one decimal."""
    return f"{share:.1%}"


def show_sizes(membership: Membership, report: Report) -> None:
    """Print a row for each audience, with who entered and left where that is known."""
    sizes = membership.counts()
    has_titles = any(membership.titles[name] for name in sizes)
    columns = [Column("segment"), Column("title"), Column("customers", True), Column("share", True)]
    rows = [
        [name, membership.titles[name] or "", f"{size:,}", percent(membership.share(size))]
        for name, size in sizes.items()
    ]
    if not has_titles:
        columns.pop(1)
        for row in rows:
            row.pop(1)
    if membership.since is not None:
        columns += [Column("entered", True), Column("left", True)]
        changed = membership.since.counts().values()
        for row, one in zip(rows, changed, strict=True):
            row += [f"{one.entered:,}", f"{one.left:,}"]
    report.table(columns, rows)


def show_funnel(membership: Membership, steps: dict[str, Sequence[Step]], report: Report) -> None:
    """Print a table for each audience: what is left after each of its clauses."""
    columns = [
        Column("clause"),
        Column("customers", True),
        Column("share", True),
        Column("lost", True),
    ]
    for name, found in steps.items():
        title = membership.titles[name]
        report.text(f"{name}  {title}" if title else name)
        rows = [["all customers", f"{membership.base:,}", percent(1.0), ""]]
        rows += [
            [
                clipped(step.text),
                f"{step.customers:,}",
                percent(membership.share(step.customers)),
                f"{step.lost:,}",
            ]
            for step in found
        ]
        report.table(columns, rows)
        report.text()


def base_line(membership: Membership, catalog: Catalog | None) -> str:
    """Return how many customers were looked at, and as of when."""
    zone = catalog.timezone if catalog else "UTC"
    one = "customer" if membership.base == 1 else "customers"
    return f"{membership.base:,} {one}, as of {moment(membership.as_of, zone)}"


def moment(instant: datetime, zone: str) -> str:
    """Return an instant in a time zone, to the minute."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
