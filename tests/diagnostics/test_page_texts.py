"""Every code has a page, and every page has the same form."""

from __future__ import annotations

import re

import pytest
from pages_in_markdown import read_page

from segdsl.diagnostics import CODES, Code
from segdsl.diagnostics.pages import page, page_names

PAGES = {code: read_page(page(code.id) or "") for code in CODES.values()}
WITHOUT_EXAMPLE = {
    "SG008",
    "SG402",
    "SG510",
    "SG513",
    "SG516",
    "SG543",
    "SG544",
    "SG545",
    "SG546",
    "SG901",
}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert set(page_names()) == set(CODES)


@pytest.mark.parametrize("code", CODES.values(), ids=str)
def test_form(code: Code) -> None:
    """A title, a few lines of prose that end with full stops, an example and what to write."""
    one = PAGES[code]
    assert one.title == f"# {code}"
    prose = one.prose.replace(f"example: none ({one.why_no_example})", "")
    paragraphs = [part for part in prose.split("\n\n")[1:] if part.strip()]
    assert 2 <= len(paragraphs) <= 4
    assert all(part.strip().endswith((".", ":")) for part in paragraphs)
    assert not re.search(r"\b(TODO|please|simply)\b", prose)
    assert bool(one.example) == bool(one.instead) != bool(one.why_no_example)


def test_few_pages_have_no_example() -> None:
    assert {code.id for code, one in PAGES.items() if not one.example} == WITHOUT_EXAMPLE


@pytest.mark.parametrize("wanted", ["SG101", "sg101", " unknown-field ", "Unknown-Field"])
def test_a_page_is_found_by_code_or_slug(wanted: str) -> None:
    assert (page(wanted) or "").startswith("# SG101 unknown-field\n")


@pytest.mark.parametrize("wanted", ["", "SG999", "field", "../codes", "SG1"])
def test_what_is_no_code_has_no_page(wanted: str) -> None:
    assert page(wanted) is None
