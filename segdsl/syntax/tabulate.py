"""Builds the parse table of the grammar as plain data, with Lark and nothing else of segdsl."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

FORMAT = "3"
"""Changes when the shape of the data does."""

STARTS = ("declaration", "condition", "constant", "reserved")


def fingerprint(grammar: str) -> str:
    """Return what tells the table of this grammar from that of any other."""
    return sha256(f"{FORMAT}\n{grammar}".encode()).hexdigest()


def tabulate(grammar: str) -> dict[str, Any]:  # Any: JSON
    """Return the table of `grammar` as JSON data.

    `words` maps each terminal that is spelt out to its spellings. A rule is the name of what it
    makes, its length, the name of its builder (None: it hands on its only child, or is a list) and
    the children it keeps: an index, `[index]` where a list is spread, None for an absent part. A
    state maps terminals to the next state or, negative, to `~rule`; `gotos` does so for names of
    what was made. Equal rows of reductions are stored once.

    Raises `lark.exceptions.GrammarError` where the grammar is wrong or has a conflict.
    """
    import lark
    from lark.common import ParserConf
    from lark.load_grammar import load_grammar
    from lark.parsers.lalr_analysis import LALR_Analyzer, Shift

    load: Any = load_grammar  # Any: Lark leaves it untyped
    loaded, _ = load(grammar, "segdsl.lark", [], False)
    terminals, rules, _ = loaded.compile(list(STARTS), set())
    analyzer: Any = LALR_Analyzer(ParserConf(rules, {}, list(STARTS)), strict=True)
    analyzer.compute_lalr()
    table = analyzer.parse_table
    index = {rule: number for number, rule in enumerate(rules)}
    names = {symbol.name for rule in rules for symbol in rule.expansion if symbol.is_term}
    actions: list[list[Any]] = []  # Any: JSON
    gotos: list[dict[str, int]] = []
    reductions: dict[tuple[tuple[str, int], ...], int] = {}
    for state in range(len(table.states)):
        shifts: dict[str, int] = {}
        reduces: dict[str, int] = {}
        next_states: dict[str, int] = {}
        for symbol, (action, argument) in table.states[state].items():
            if action is not Shift:
                reduces[symbol] = ~index[argument]
            elif symbol in names:
                shifts[symbol] = argument
            else:
                next_states[symbol] = argument
        row = tuple(sorted(reduces.items()))
        actions.append([shifts, reductions.setdefault(row, len(reductions))])
        gotos.append(next_states)
    return {
        "fingerprint": fingerprint(grammar),
        "lark": lark.__version__,
        "words": {terminal.name: _spellings(terminal.pattern) for terminal in terminals},
        "reserved": sorted(r.expansion[0].name for r in rules if r.origin.name == "reserved"),
        "rules": [_rule(rule) for rule in rules],
        "starts": {start: table.start_states[start] for start in STARTS},
        "ends": {start: table.end_states[start] for start in STARTS},
        "actions": actions,
        "gotos": gotos,
        "reductions": [dict(row) for row in reductions],
    }


def _spellings(pattern: Any) -> list[str]:  # Any: Lark's patterns are not exported
    """Return the words or signs of a terminal that is a choice of such."""
    if pattern.type == "str":
        return [pattern.value]
    choices = pattern.value.removeprefix("(?:").removesuffix(")")
    return [re.sub(r"\\(.)", r"\1", choice) for choice in choices.split("|")]


def _rule(rule: Any) -> list[Any]:  # Any: Lark's Rule is not exported
    """Return a rule's result, length, builder and kept children."""
    origin = str(rule.origin.name)
    keep = _kept(rule)
    is_list = origin.startswith("_")
    hands_on = rule.options.expand1 and not rule.alias and len(keep) == 1
    builder = None if is_list or hands_on else str(rule.alias or origin)
    return [origin, len(rule.expansion), builder, keep]


def _kept(rule: Any) -> list[int | list[int] | None]:  # Any: as above
    """Return which children a rule keeps, in order."""
    absent = iter(rule.options.empty_indices or (False,) * len(rule.expansion))
    keep: list[int | list[int] | None] = []
    position = 0
    for is_absent in absent:
        if is_absent:
            keep.append(None)
            continue
        symbol = rule.expansion[position]
        if not symbol.is_term:
            keep.append([position] if symbol.name.startswith("_") else position)
        elif not symbol.filter_out:
            keep.append(position)
        position += 1
    return keep
