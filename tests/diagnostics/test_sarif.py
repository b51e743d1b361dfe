"""The SARIF log holds what code hosts read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from segdsl.diagnostics import Diagnostic, Label, codes, findings
from segdsl.diagnostics.name_errors import duplicate_name
from segdsl.diagnostics.sarif import render_sarif
from segdsl.source import Source

SOURCE = Source.of("segment a: x between 9 and 3\n", "my rules/a.seg")


def run_of(*diagnostics: Diagnostic) -> Any:  # a JSON value
    log = json.loads(json.dumps(render_sarif(diagnostics, "1.2.3")))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def test_rules_are_the_codes_that_occur_with_their_pages() -> None:
    span = SOURCE.span(8, 9)
    run = run_of(
        findings.never_true(span, "why"),
        duplicate_name(span, "a", span),
        findings.never_true(SOURCE.span(11, 12), "why"),
    )
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in rules] == ["SG103", "SG601"]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error", "warning"]
    assert rules[0]["help"]["markdown"].startswith("# SG103 duplicate-name")
    assert [result["ruleIndex"] for result in run["results"]] == [1, 0, 1]
    assert [rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"]] == [True] * 3


def test_regions_are_one_based_and_fixes_say_what_to_delete_and_insert() -> None:
    low, high = SOURCE.span(21, 22), SOURCE.span(27, 28)
    finding = findings.reversed_bounds(SOURCE.span(11, 28), "9", "3", low, high)
    run = run_of(finding)
    (result,) = run["results"]
    location = result["locations"][0]["physicalLocation"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert location["artifactLocation"]["uri"] == "my%20rules/a.seg"
    assert location["region"] == {
        "startLine": 1,
        "startColumn": 12,
        "endLine": 1,
        "endColumn": 29,
    }
    (change,) = result["fixes"][0]["artifactChanges"]
    assert [
        (one["deletedRegion"]["startColumn"], one["insertedContent"]["text"])
        for one in change["replacements"]
    ] == [(22, "3"), (28, "9")]


def test_secondary_labels_are_related_locations() -> None:
    other = Source.of("x", "b.seg", Path("/rules/b.seg"))
    (result,) = run_of(duplicate_name(SOURCE.span(8, 9), "a", other.span(0, 1)))["results"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "file:///rules/b.seg"
    assert related["message"]["text"] == "declared here first"


def test_a_complaint_without_a_span_names_its_place() -> None:
    notice = Diagnostic(codes.INFERRED_CATALOG, "fact", place="customers.csv")
    bare = Diagnostic(codes.INTERNAL, "fact")
    spanned = Diagnostic(codes.INTERNAL, "fact", Label(SOURCE.span(0, 1)))
    first, second, third = run_of(notice, bare, spanned)["results"]
    assert first["locations"] == [{"logicalLocations": [{"name": "customers.csv"}]}]
    assert first["level"] == "note"
    assert second["locations"] == []
    assert "message" not in third["locations"][0]
