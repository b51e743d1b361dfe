"""Applies the fixes that diagnostics offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segdsl.diagnostics.diagnostic import Edit, Fix


def apply_fixes(source_text: str, fixes: Iterable[Fix]) -> str:
    """Return the text with the fixes applied, in order of preference.

    A fix is applied wholly or not at all: one that overlaps an earlier one (a second way to mend
    the same thing), or that edits another text, is left out.
    """
    taken: list[Edit] = []
    for fix in fixes:
        edits = set(fix.edits)
        if all(_is_free(edit, source_text, taken) for edit in edits):
            taken += edits
    for edit in sorted(taken, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        before, after = source_text[: edit.span.start], source_text[edit.span.end :]
        source_text = before + edit.replacement + after
    return source_text


def _is_free(edit: Edit, source_text: str, taken: Iterable[Edit]) -> bool:
    if edit.span.source.text != source_text:
        return False
    return not any(_overlap(edit, other) for other in taken)


def _overlap(left: Edit, right: Edit) -> bool:
    if left.span.start == right.span.start:
        return True
    return left.span.start < right.span.end and right.span.start < left.span.end
