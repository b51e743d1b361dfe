"""How files are read and split into declarations."""

from __future__ import annotations

from pathlib import Path

import pytest
from parsing import complaint, complaints, condition, declarations, module, where

from segdsl.syntax import parse, read_source


@pytest.mark.parametrize(
    "word",
    ["use", "param", "list", "define", "trait", "segment", "tiers", "split", "test", "check"],
)
def test_a_declaration_word_is_a_field_where_no_name_follows(word: str) -> None:
    for rest in ("= 1", "in (1, 2)", "is known", 'contains "x"', "not in (1)", "between 1 and 2"):
        assert condition(f"x and\n{word} {rest}").items[0].text == "x"
        assert condition(f"{word} {rest}").span.text == f"{word} {rest}"
    assert condition(word).text == word
    assert declarations(f"segment s: x and\n  {word} > 3 and\n{word}")[0].name.text == "s"


def test_a_declaration_begins_at_the_start_of_a_line_alone() -> None:
    found = complaints("segment a: x segment b: y")
    assert [(one.code.id, where(one)) for one in found] == [("SG001", "segment")]


def test_a_declaration_may_be_indented() -> None:
    assert [one.name.text for one in declarations("  segment a: x\n\tsegment b:\n y")] == ["a", "b"]


def test_one_broken_declaration_does_not_hide_the_next() -> None:
    text = "segment a: x >\nsegment b: x\nsegment c: y = = 2\nparam d = $\nsegment e: z"
    assert [one.name.text for one in module(text).declarations] == ["b", "e"]  # type: ignore[union-attr]
    found = [(one.code.id, one.primary and one.primary.span.start) for one in complaints(text)]
    assert [code for code, _ in found] == ["SG001", "SG001", "SG005"]
    assert found == sorted(found, key=lambda pair: pair[1] or 0)


def test_a_condition_with_an_error_is_no_condition() -> None:
    assert module("x = 2026-02-30").condition is None
    assert module("x = 2026-02-28").condition is not None


@pytest.mark.parametrize(
    ("text", "condition_words"),
    [
        ("age > 3\nsegment a: x", "age > 3"),
        ("age\nuse 'x.seg'\nparam p = 1", "age"),
        ("param p = 1\nage > 3", "age"),
        ("list l = (1)\nnot age", "not"),
        ("use 'a.seg'\n(age > 3)", "("),
    ],
)
def test_a_bare_condition_and_declarations_do_not_mix(text: str, condition_words: str) -> None:
    found = complaint(text)
    assert (found.code.id, where(found)) == ("SG013", condition_words)
    assert module(text).condition is None


@pytest.mark.parametrize("text", ["", "  \n", "# nothing\n  # here", "\ufeff"])
def test_an_empty_text_is_said_to_be_empty(text: str) -> None:
    assert complaint(text).code.id == "SG003"


def test_comments_and_layout_are_free() -> None:
    same = condition("age > 3 and city = 'x'")
    assert condition("age#1\n>\r\n3 # and\n\n and\u00a0city\t= 'x'#") == same


def read(path: Path, data: bytes) -> tuple[str | None, tuple[str, ...]]:
    path.write_bytes(data)
    source, diagnostics = read_source(path)
    assert all(one.code.id == "SG002" for one in diagnostics)
    words = tuple(f"{one.message} | {' '.join(one.help)}" for one in diagnostics)
    return source.text if source else None, words


def test_files_are_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.seg"
    assert read(path, "yaş > 3\r\n".encode()) == ("yaş > 3\n", ())
    assert read(path, "yaş > 3".encode("utf-8-sig")) == ("yaş > 3", ())
    assert read(path, "e\u0301 > 3".encode()) == ("é > 3", ())
    source, _ = read_source(path)
    assert source is not None
    assert (source.path, source.name) == (path, str(path))
    assert parse(source)[0].condition is not None


def test_a_file_in_another_encoding_is_refused_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "a.seg"
    text, (words,) = read(path, "x = 1\nyaş > 3".encode("cp1254"))
    assert text is None
    assert "byte 9 on line 2" in words
    assert "Windows-1254" in words
    assert "UTF-16" in read(path, "x = 1".encode("utf-16"))[1][0]
    assert "UTF-32" in read(path, "x = 1".encode("utf-32"))[1][0]
    assert "byte 2 is zero" in read(path, b"\x7f\x00\x01ELF")[1][0]


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "a folder"), (tmp_path / "no.seg", "no such file")):
        source, (found,) = read_source(path)
        assert source is None
        assert found.code.id == "SG002"
        assert words in found.message
        assert found.help
    assert read_source(Path("a\0b.seg"))[0] is None
