"""Diagnostics as SARIF 2.1.0, for code hosts and editors that show findings in place."""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from segdsl.diagnostics.codes import Code, Severity
from segdsl.diagnostics.pages import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segdsl.diagnostics.diagnostic import Diagnostic, Fix, Label
    from segdsl.source import Source, Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = MappingProxyType(
    {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
)


def render_sarif(diagnostics: Iterable[Diagnostic], tool_version: str) -> dict[str, object]:
    """Return a SARIF log with one run, a value for `json.dumps`.

    Rules are the codes that occur, each with its page; columns count code points.
    """
    found = tuple(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in found}, key=lambda code: code.id)
    driver = {
        "name": "segdsl",
        "version": tool_version,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: Code) -> dict[str, object]:
    rule: dict[str, object] = {
        "id": code.id,
        "name": code.slug,
        "shortDescription": {"text": code.slug.replace("-", " ")},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }
    text = page(code.id)
    return rule | ({"help": {"text": text, "markdown": text}} if text else {})


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": diagnostic.code.id,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": "\n".join((diagnostic.message, *diagnostic.help))},
        "locations": _locations(diagnostic),
    }
    if diagnostic.secondary:
        result["relatedLocations"] = [
            {"id": number, **_location(label)}
            for number, label in enumerate(diagnostic.secondary, start=1)
        ]
    if diagnostic.fixes:
        result["fixes"] = [_fix(fix) for fix in diagnostic.fixes]
    return result


def _locations(diagnostic: Diagnostic) -> list[dict[str, object]]:
    if diagnostic.primary:
        return [_location(diagnostic.primary)]
    return [{"logicalLocations": [{"name": diagnostic.place}]}] if diagnostic.place else []


def _location(label: Label) -> dict[str, object]:
    location: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": _artifact(label.span.source),
            "region": _region(label.span),
        }
    }
    return location | ({"message": {"text": label.message}} if label.message else {})


def _artifact(source: Source) -> dict[str, object]:
    if source.path is not None and source.path.is_absolute():
        return {"uri": source.path.as_uri()}
    return {"uri": quote(source.name.replace("\\", "/"))}


def _region(span: Span) -> dict[str, object]:
    start, end = span.source.position(span.start), span.source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _fix(fix: Fix) -> dict[str, object]:
    edits = sorted(fix.edits, key=lambda edit: edit.span.source.name)
    changes: Sequence[dict[str, object]] = [
        {
            "artifactLocation": _artifact(same[0].span.source),
            "replacements": [
                {
                    "deletedRegion": _region(edit.span),
                    "insertedContent": {"text": edit.replacement},
                }
                for edit in same
            ],
        }
        for same in (list(group) for _, group in groupby(edits, lambda e: e.span.source.name))
    ]
    return {"description": {"text": fix.message}, "artifactChanges": changes}
