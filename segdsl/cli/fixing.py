"""Applies fixes to the files that they are for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segdsl.diagnostics.fixes import apply_fixes
from segdsl.engine.publish import publish_text

if TYPE_CHECKING:
    from segdsl.cli.report import Report
    from segdsl.diagnostics import Diagnostic, Fix
    from segdsl.source import Source


def fix_files(diagnostics: Iterable[Diagnostic], report: Report) -> bool:
    """Return whether files were changed, after saying how.

    A fix is taken where it is the only one that its diagnostic offers: of two ways to mend
    something a person has to choose. Raises DataError.
    """
    changed = False
    for source, fixes in _by_source(diagnostics).items():
        assert source.path is not None  # `_by_source` leaves out those without a file
        text = apply_fixes(source.text, [fix for _, fix in fixes])
        if text == source.text:
            continue
        for diagnostic, fix in fixes:
            position = source.position(fix.edits[0].span.start)
            line = f"{source.name}:{position.line}:{position.column}: {fix.message}"
            click.echo(f"fixed {line} ({diagnostic.code.id})", err=report.format != "text")
        publish_text(source.path, _as_before(source.path, text))
        changed = True
    return changed


def _by_source(
    diagnostics: Iterable[Diagnostic],
) -> dict[Source, list[tuple[Diagnostic, Fix]]]:
    found: dict[Source, list[tuple[Diagnostic, Fix]]] = {}
    for diagnostic in diagnostics:
        if len(diagnostic.fixes) != 1 or not diagnostic.fixes[0].edits:
            continue
        source = diagnostic.fixes[0].edits[0].span.source
        if source.path is not None:
            found.setdefault(source, []).append((diagnostic, diagnostic.fixes[0]))
    return found


def _as_before(path: Path, text: str) -> str:
    """Return the text with the line ends and the byte-order mark of the file."""
    data = path.read_bytes()
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    is_windows = data.count(b"\r\n") * 2 > data.count(b"\n")
    return mark + (text.replace("\n", "\r\n") if is_windows else text)
