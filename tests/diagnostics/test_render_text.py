"""How diagnostics look on a terminal, and that their places are right."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import segdsl
from segdsl.diagnostics import Diagnostic, Edit, Fix, Label, codes, render_json, render_text
from segdsl.diagnostics.snippet import columns
from segdsl.source import Source, Span

RULES = 'segment vip:\n    age >= 18\n    # big spenders\n    and contry in ("DE", "FR")\n'


def span_of(source: Source, text: str) -> Span:
    start = source.text.index(text)
    return source.span(start, start + len(text))


def complaint(span: Span | None, message: str = "", **rest: object) -> Diagnostic:
    primary = Label(span, message) if span else None
    return Diagnostic(codes.UNKNOWN_FIELD, "unknown field `contry`", primary, **rest)  # type: ignore[arg-type]  # keywords of Diagnostic


def underlined(diagnostic: Diagnostic, width: int = 100) -> tuple[str, str]:
    """The source line and the line under it, from the gutter on."""
    source_line, under = render_text(diagnostic, width=width).split("\n")[3:5]
    return source_line.partition("| ")[2], under.partition("| ")[2]


def test_the_form_of_the_architecture_page() -> None:
    source = Source.of(RULES, "vip.seg")
    diagnostic = complaint(
        span_of(source, "contry"),
        "not a field of `customers`",
        help=("a field with a similar name exists: `country`",),
    )
    assert render_text(diagnostic) == (
        "error[SG101]: unknown field `contry`\n"
        "  --> vip.seg:4:9\n"
        "   |\n"
        ' 4 |     and contry in ("DE", "FR")\n'
        "   |         ^^^^^^ not a field of `customers`\n"
        "   = help: a field with a similar name exists: `country`"
    )


def test_secondary_labels_follow_in_order_of_lines_and_files() -> None:
    source, other = Source.of("a\nb\nc\nd\n", "one.seg"), Source.of("x\n", "two.seg")
    diagnostic = complaint(
        source.span(6, 7),
        "here",
        secondary=(Label(other.span(0, 1), "there"), Label(source.span(0, 1), "first")),
    )
    assert render_text(diagnostic).split("\n")[1:] == [
        "  --> one.seg:4:1",
        "   |",
        " 1 | a",
        "   | - first",
        "...",
        " 4 | d",
        "   | ^ here",
        "  ::: two.seg:1:1",
        "   |",
        " 1 | x",
        "   | - there",
    ]


def test_the_gutter_is_as_wide_as_the_last_line_number() -> None:
    source = Source.of("a\n" * 120, "long.seg")
    diagnostic = complaint(source.span(222, 223), secondary=(Label(source.span(0, 1)),))
    assert render_text(diagnostic).split("\n")[1:4] == [
        "    --> long.seg:112:1",
        "     |",
        "   1 | a",
    ]


@pytest.mark.parametrize(
    ("text", "word", "line", "marks"),
    [
        ("\tage = x", "x", "    age = x", "          ^"),
        ('"東京" and x', "x", '"東京" and x', "           ^"),
        ("x = 東京", "東京", "x = 東京", "    ^^^^"),
        ("उम्र = x", "x", "उम्र = x", "      ^"),
        ("سن = x", "x", "سن = x", "     ^"),
        ("a\x07b = x", "x", "a\\u{7}b = x", "          ^"),
        ("a\u202eb = x", "x", "a\\u{202e}b = x", "             ^"),
        ("a\ud800 = x", "x", "a\\u{d800} = x", "            ^"),
    ],
)
def test_carets_stand_under_the_span_whatever_the_script(
    text: str, word: str, line: str, marks: str
) -> None:
    source = Source("a.seg", text)
    shown_line, under = underlined(complaint(span_of(source, word)))
    assert shown_line == line
    assert under == marks


def test_a_combining_mark_takes_no_column() -> None:
    source = Source("a.seg", "e\u0301a = x")
    assert underlined(complaint(span_of(source, "x")))[1] == "     ^"


def test_an_empty_span_and_an_empty_file_have_one_caret() -> None:
    text = render_text(complaint(Source.of("").span(0, 0), "nothing here"))
    assert text.endswith(" 1 |\n   | ^ nothing here")
    source = Source.of("age >\n")
    assert underlined(complaint(source.span(5, 5)))[1] == "     ^"
    assert render_text(complaint(source.span(6, 6))).endswith(" 2 |\n   | ^")


def test_a_span_of_several_lines_shows_the_first_and_counts_the_others() -> None:
    source = Source.of(RULES, "vip.seg")
    assert underlined(complaint(source.span(8, 11 + 15), "here")) == (
        "segment vip:",
        "        ^^^^ here (and 1 further line)",
    )
    assert underlined(complaint(source.span(8, len(source.text))))[1].endswith(
        "^^^^ (and 3 further lines)"
    )
    whole_line = source.text.index("    # big")
    assert underlined(complaint(source.span(0, 13), "here"))[1] == "^^^^^^^^^^^^ here"
    assert "further" not in render_text(complaint(source.span(whole_line, whole_line + 19)))


@pytest.mark.parametrize("width", [40, 100, 200])
@pytest.mark.parametrize("at", [0, 30, 5_000_000, 9_999_990])
def test_a_very_long_line_is_cut_around_the_span(width: int, at: int) -> None:
    text = "x" * 10_000_000
    source = Source("big.seg", text[:at] + "HERE" + text[at:])
    source.position(0)
    tracemalloc.start()
    rendered = render_text(complaint(source.span(at, at + 4), "this"), width=width)
    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most_bytes < 200_000  # the line itself has ten million characters
    line, under = underlined(complaint(source.span(at, at + 4)), width)
    assert all(len(part) <= width for part in rendered.split("\n")[2:4])
    assert line[under.index("^") :].startswith("HERE")
    assert line.endswith("…") == (at < 9_999_990)
    assert line.startswith("…") == (at > 30 or (at, width) == (30, 40))


def test_a_long_span_on_a_long_line_ends_with_the_window() -> None:
    source = Source("big.seg", "x" * 1_000_000)
    assert len(render_text(complaint(source.span(10, 900_000)), width=80)) < 400


def test_labels_far_apart_on_one_line_have_windows_of_their_own() -> None:
    source = Source("big.seg", "AAA" + "x" * 1000 + "BBB")
    diagnostic = complaint(source.span(1003, 1006), "b", secondary=(Label(source.span(0, 3), "a"),))
    lines = render_text(diagnostic).split("\n")
    assert [line.strip(" |") for line in lines if line.endswith((" a", " b"))] == ["^^^ b", "--- a"]
    assert lines[-2].startswith(" 1 | AAAxxx")


def test_a_complaint_without_a_span_shows_its_place() -> None:
    diagnostic = complaint(None, place="customers.csv, column `age`", help=("one\ntwo",))
    assert render_text(diagnostic) == (
        "error[SG101]: unknown field `contry`\n"
        "  --> customers.csv, column `age`\n"
        "   = help: one\n"
        "           two"
    )
    assert render_text(complaint(None)) == "error[SG101]: unknown field `contry`"


def test_a_complaint_with_a_span_may_have_the_place_of_data() -> None:
    source = Source.of("age > 2", "x.seg")
    assert render_text(complaint(source.span(0, 3), place="b.jsonl:2")) == (
        "error[SG101]: unknown field `contry`\n"
        "  --> b.jsonl:2\n"
        "  ::: x.seg:1:1\n"
        "   |\n"
        " 1 | age > 2\n"
        "   | ^^^"
    )


def test_fixes_say_what_is_replaced() -> None:
    source = Source.of("a b", "x.seg")
    a, b, end = source.span(0, 1), source.span(2, 3), source.span(3, 3)
    fixes = (
        Fix("swap", (Edit(a, "b"), Edit(b, "a"))),
        Fix("rename", (Edit(a, "c"),)),
        Fix("drop", (Edit(a, ""),)),
        Fix("add", (Edit(end, " c"),)),
    )
    assert render_text(complaint(a, fixes=fixes)).split("\n")[5:] == [
        "   = fix: swap: replace `a` by `b`, replace `b` by `a`",
        "   = fix: rename: replace by `c`",
        "   = fix: drop: remove `a`",
        "   = fix: add: insert ` c`",
    ]


def test_names_from_data_cannot_command_the_terminal() -> None:
    diagnostic = Diagnostic(codes.UNKNOWN_FIELD, "a \x1b[2J b", place="\x1b]0;x\x07")
    assert "\x1b" not in render_text(diagnostic)
    assert "\x07" not in render_text(diagnostic)


@pytest.mark.parametrize(
    ("code", "colour"),
    [(codes.UNKNOWN_FIELD, 31), (codes.NEVER_TRUE, 33), (codes.INFERRED_CATALOG, 36)],
)
def test_colours(code: codes.Code, colour: int) -> None:
    source = Source.of(RULES)
    diagnostic = Diagnostic(code, "fact", Label(span_of(source, "contry"), "here"))
    coloured = render_text(diagnostic, color=True)
    assert coloured.startswith(f"\x1b[1;{colour}m{code.severity}[{code.id}]\x1b[0m")
    assert f"\x1b[1;{colour}m^^^^^^ here\x1b[0m" in coloured
    for number in (0, 1, 31, 33, 34, 36):
        coloured = coloured.replace(f"\x1b[{number}m", "").replace(f"\x1b[1;{number}m", "")
    assert coloured == render_text(diagnostic)


@given(st.text(), st.integers(0, 50), st.integers(0, 50), st.integers(0, 120))
def test_any_span_of_any_text_can_be_shown(text: str, start: int, length: int, width: int) -> None:
    source = Source.of(text)
    start = min(start, len(source.text))
    end = min(start + length, len(source.text))
    diagnostic = complaint(source.span(start, end), "here")
    rendered = render_text(diagnostic, width=width)
    line, under = underlined(diagnostic, width)
    assert not any(ord(character) < 32 for character in rendered if character != "\n")
    assert "^" in under
    assert under.index("^") <= columns(line)


def test_json_has_every_key_and_zero_based_offsets_with_one_based_columns() -> None:
    source = Source.of(RULES, "vip.seg")
    span = span_of(source, "contry")
    fix = Fix("rename", (Edit(span, "country"),))
    place = {
        "file": "vip.seg",
        "line": 4,
        "column": 9,
        "end_line": 4,
        "end_column": 15,
        "start": span.start,
        "end": span.end,
    }
    assert render_json(complaint(span, "here", help=("note",), fixes=(fix,))) == {
        "code": "SG101",
        "slug": "unknown-field",
        "severity": "error",
        "message": "unknown field `contry`",
        "place": None,
        "location": place,
        "labels": [{**place, "message": "here", "primary": True}],
        "help": ["note"],
        "fixes": [{"message": "rename", "edits": [{**place, "replacement": "country"}]}],
    }
    assert render_json(complaint(None, place="x.csv"))["location"] is None


def test_importing_diagnostics_loads_nothing_heavy() -> None:
    """The package by itself: `segdsl` also brings in the catalog, which needs pydantic."""
    folder = str(Path(segdsl.__file__).parent)
    code = (
        "import sys, types\n"
        "sys.modules['segdsl'] = package = types.ModuleType('segdsl')\n"
        f"package.__path__ = [{folder!r}]\n"
        "import segdsl.diagnostics.sarif, segdsl.diagnostics.name_errors\n"
        "heavy = 'rich', 'pydantic', 'rapidfuzz', 'polars', 'lark', 'importlib.resources'\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
