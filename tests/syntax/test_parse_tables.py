"""The parse table: what is in it, and how it is stored."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lark.exceptions import GrammarError

from segdsl.source import Source
from segdsl.syntax import parse, parse_table
from segdsl.syntax.build import BUILDERS
from segdsl.syntax.parse_table import grammar_file
from segdsl.syntax.tabulate import STARTS, tabulate

TINY = """
?declaration: "a" "b"? -> one
condition: declaration
constant: declaration
reserved: "a"
"""


def test_every_builder_is_in_the_grammar_and_every_rule_has_its_builder() -> None:
    used = {rule.builder for rule in parse_table.parse_table().rules if rule.builder}
    assert used == set(BUILDERS)


def test_no_rule_is_empty() -> None:
    assert all(rule.length for rule in parse_table.parse_table().rules)


def test_a_grammar_with_a_conflict_is_refused() -> None:
    with pytest.raises(GrammarError):
        tabulate(TINY.replace('"b"?', 'declaration? "b"?'))
    assert tabulate(TINY)["words"] == {"A": ["a"], "B": ["b"]}


def test_the_table_is_plain_data() -> None:
    data = tabulate(grammar_file().read_text(encoding="utf-8"))
    assert json.loads(json.dumps(data)) == data
    assert set(data["starts"]) == set(STARTS)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two places for tables of a tiny grammar, instead of those of the package and the user."""
    found = [tmp_path / "package" / "table.json", tmp_path / "user" / "table.json"]
    grammar = tmp_path / "tiny.lark"
    grammar.write_text(TINY, encoding="utf-8")
    monkeypatch.setattr(parse_table, "grammar_file", lambda: grammar)
    monkeypatch.setattr(parse_table, "_places", lambda: iter(found))
    return found


def load() -> parse_table.ParseTable:
    return parse_table.parse_table.__wrapped__()


def test_a_table_that_is_absent_is_built_and_stored(places: list[Path]) -> None:
    built = load()
    assert places[0].is_file()
    assert not places[1].exists()
    assert [path.name for path in places[0].parent.iterdir()] == ["table.json"]
    assert load().rows == built.rows


@pytest.mark.parametrize("stale", [b"[]", b'{"fingerprint": "old"}', b"\xff\x00"])
def test_a_table_that_is_stale_or_broken_is_built_anew(places: list[Path], stale: bytes) -> None:
    places[0].parent.mkdir()
    places[0].write_bytes(stale)
    assert load().rules
    assert json.loads(places[0].read_bytes())["rules"]


def test_a_place_that_cannot_be_written_is_passed_over(places: list[Path]) -> None:
    places[0].parent.write_text("a file where the folder should be")
    assert load().rules
    assert places[1].is_file()
    places[1].unlink()
    places[1].parent.rmdir()
    places[1].parent.write_text("here too")
    assert load().rules


def test_parsing_needs_lark_only_to_build_the_table() -> None:
    program = (
        "import sys; from segdsl.source import Source; from segdsl.syntax import parse;"
        "parse(Source.of('x')); sys.exit('lark' in sys.modules)"
    )
    parse(Source.of("x"))  # the table is stored by now
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_many_threads_share_the_table() -> None:
    rules = [f"segment s{n}: x = {n} and (y or not z)\n" * 20 for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: parse(Source.of(text))[0].declarations, rules))
    for n, declarations in enumerate(found):
        assert [one.name.text for one in declarations] == [f"s{n}"] * 20  # type: ignore[union-attr]
