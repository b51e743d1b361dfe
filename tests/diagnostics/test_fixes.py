"""Fixes are applied wholly or not at all, and never one over another."""

from __future__ import annotations

from segdsl.diagnostics import Edit, Fix
from segdsl.diagnostics.fixes import apply_fixes
from segdsl.source import Source

SOURCE = Source.of("one two three")


def fix(*edits: tuple[int, int, str]) -> Fix:
    return Fix("mend", tuple(Edit(SOURCE.span(a, b), new) for a, b, new in edits))


def test_fixes_of_different_places_are_all_applied() -> None:
    fixes = [fix((8, 13, "3")), fix((0, 3, "1")), fix((4, 7, "2"))]
    assert apply_fixes(SOURCE.text, fixes) == "1 2 3"


def test_edits_of_one_fix_are_applied_together() -> None:
    assert apply_fixes(SOURCE.text, [fix((0, 3, "two"), (4, 7, "one"))]) == "two one three"


def test_the_first_of_overlapping_fixes_wins() -> None:
    assert apply_fixes(SOURCE.text, [fix((0, 7, "2")), fix((4, 13, "x"))]) == "2 three"
    assert apply_fixes(SOURCE.text, [fix((0, 3, "1")), fix((0, 3, "1"))]) == "1 two three"


def test_a_fix_that_is_partly_in_the_way_is_left_out_wholly() -> None:
    fixes = [fix((0, 3, "1")), fix((0, 3, "x"), (8, 13, "3"))]
    assert apply_fixes(SOURCE.text, fixes) == "1 two three"


def test_insertions_and_removals() -> None:
    assert apply_fixes(SOURCE.text, [fix((3, 3, "!")), fix((7, 13, ""))]) == "one! two"


def test_a_fix_of_another_text_is_left_out() -> None:
    other = Fix("mend", (Edit(Source.of("one").span(0, 3), "1"),))
    assert apply_fixes(SOURCE.text, [other]) == SOURCE.text
