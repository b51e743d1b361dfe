"""Every case of the executable specification, on every way of evaluating rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import Case, Expectation, read_cases
from ways import WAYS, compiled, memberships

from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.codes import CODES, Severity

HERE = Path(__file__).parent
FILES = sorted(path for path in HERE.glob("*.md") if path.name != "README.md")
CASES = tuple(case for path in FILES for case in read_cases(path))

# What language.md defines and some case must name in a `covers:` line.
PREDICATES = """
=, !=, <, <=, >, >=, is, is not, between, not between, in, not in, contains, not contains,
starts with, not starts with, ends with, not ends with, like, not like, matches, not matches,
contains any of, contains all of, starts with any of, ends with any of, like any of,
matches any of, contains only, ignoring case, ignoring accents, ignoring case and accents,
exactly, compare, is missing, is known, is empty, is not empty, yes/no field, list contains,
size of, in network, not in network, within km, within m, within miles, before, after,
on or before, on or after, on, in period, anniversary in, anniversary on, top, bottom, top per,
top within, among, among per, sample, sample to, segment name, definition name, tiers member,
split member, and, or, not, any of, all of, none of, at least, at most, exactly of
"""
VALUES = """
+, -, *, /, days since, weeks since, months since, quarters since, years since, hours since,
minutes since, days from, months from, years from, length of, round, abs, year(), month(), day(),
hour(), weekday(), domain(), or else, quartile of, quintile of, decile of, percentile of
"""
PERIODS = """
last days, next days, last hours, next hours, last months, next months, last weeks, last quarters,
last years, last full weeks, last month, next month, this week, this month, this quarter, this year
"""
LITERALS = """
text, typographic quotes, number, percent, date, instant, today, now, yesterday, tomorrow,
ago, today +, name in any script, backticks, keyword as name, dotted name, comment,
bare condition
"""
BEHAVIOUR = """
did, did not, where, where customer, times at least, times exactly, times at most, times between,
on days, then, then not, with same, window in, window since, window before, window after,
window between, window within after, window within before, count of, count of property,
count of distinct, sum of, average of, min of, max of, first of, last of, most common of,
measure of one event, over in, over since, over all time, trait arguments
"""
DECLARATIONS = "param, list, define, define arguments, trait, segment, tiers, split, annotations"
REQUIRED = [
    tag.strip()
    for listed in (PREDICATES, VALUES, PERIODS, LITERALS, BEHAVIOUR, DECLARATIONS)
    for tag in listed.replace("\n", " ").split(",")
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_diagnostics(case: Case) -> None:
    """The rules give the errors that they announce, where they announce them, and no others."""
    complaints = [*_lacking(case), *_unannounced(case)]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", [case for case in CASES if case.table], ids=str)
def test_table(case: Case, way: str) -> None:
    """Each segment selects exactly the customers that the table says."""
    assert case.table is not None
    found = memberships(way, case)
    complaints: list[str] = []
    for segment in case.table.segments:
        name = _segment_name(segment, tuple(found))
        if name not in found:
            complaints.append(f"no segment `{segment}` among {', '.join(found)}")
            continue
        complaints.extend(_differences(case, segment, set(found[name])))
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("tag", REQUIRED)
def test_covered(tag: str) -> None:
    """Each predicate, function, period and declaration of the language has a case."""
    assert any(tag in case.covers for case in CASES)


def test_slugs_exist() -> None:
    """Announced slugs are those of codes.py, errors as errors and findings as warnings."""
    severities = {code.slug: code.severity for code in CODES.values()}
    for case in CASES:
        for expected in case.expectations:
            is_error = severities.get(expected.slug) is Severity.ERROR
            assert expected.slug in severities, f"{case}: no slug {expected.slug}"
            assert is_error == expected.is_error, f"{case}: {expected.slug}"


def test_tags_are_required_ones() -> None:
    """A misspelt `covers:` tag does not go unseen."""
    unknown = {tag for case in CASES for tag in case.covers} - set(REQUIRED)
    assert not unknown


def _segment_name(column: str, found: tuple[str, ...]) -> str:
    """A bare condition is named after its file; tables call it `condition`."""
    return found[0] if column == "condition" and len(found) == 1 else column


def _differences(case: Case, segment: str, found: set[int | str]) -> list[str]:
    expected = case.expected(segment)
    assert case.table is not None
    lines = {row.key: row.line for row in case.table.rows}
    return [
        f"{case.file}:{lines.get(key, case.line)}: `{segment}` of customer {key!r}:"
        f" {'yes' if key in expected else 'no'} expected, {'yes' if key in found else 'no'} found"
        for key in lines.keys() | found
        if (key in expected) != (key in found)
    ]


def _lacking(case: Case) -> list[str]:
    given = compiled(case).diagnostics
    return [
        f"{case.file}:{case.rules_line + expected.line - 1}: no [{expected.slug}] {expected.words}"
        for expected in case.expectations
        if not any(_meets(expected, diagnostic) for diagnostic in given)
    ]


def _unannounced(case: Case) -> list[str]:
    """Errors no line announces; in a case on findings also those on lines that announce none."""
    has_findings = any(not expected.is_error for expected in case.expectations)
    finding_lines = {expected.line for expected in case.expectations if not expected.is_error}
    return [
        f"not announced: {diagnostic}"
        for diagnostic in compiled(case).diagnostics
        if (
            not any(_meets(expected, diagnostic) for expected in case.expectations)
            if diagnostic.is_error
            else has_findings and _line(diagnostic) not in finding_lines
        )
    ]


def _meets(expected: Expectation, diagnostic: Diagnostic) -> bool:
    return (
        diagnostic.code.slug == expected.slug
        and _line(diagnostic) == expected.line
        and expected.words in diagnostic.message
    )


def _line(diagnostic: Diagnostic) -> int | None:
    if diagnostic.primary is None:
        return None
    span = diagnostic.primary.span
    return span.source.position(span.start).line
