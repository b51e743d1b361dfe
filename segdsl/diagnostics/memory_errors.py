"""Diagnostics about a budget of memory (SG531, SG532)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.toml import toml_text


class Part(StrEnum):
    """What takes memory, in words."""

    PROGRAM = "the program itself"
    KEYS = "the keys of all customers"
    COLUMNS = "columns that are read whole"
    STEPS = "ranks, traits and samples of all customers"
    EVENTS = "the events"
    GROUP = "the largest row group of the file"
    BATCHES = "batches of customers with their masks"


_REMEDIES: Mapping[Part, str] = MappingProxyType(
    {
        Part.KEYS: "who is in an audience is told by keys; `segdsl count` keeps none where rules"
        " need none",
        Part.COLUMNS: "columns of Parquet and Arrow files are read in batches unless ranks, events,"
        " traits, samples or `--columns` need them whole, or cells do not fit their types",
        Part.STEPS: "what is ranked, drawn or made of events is a column of all customers: the"
        " other audiences can be run by themselves",
        Part.EVENTS: "events are read whole: those that no window of the rules reaches can be left"
        " out of the file",
        Part.GROUP: "a row group is the least that is read of a Parquet file: write it in groups of"
        " some 100,000 rows",
        Part.BATCHES: "fewer audiences at a time take less",
    }
)
_NOTABLE = 0.05  # of all


class Taken(NamedTuple):
    """What a part takes: bytes, and these in words."""

    part: Part
    size: int
    words: str


def over_budget(
    memory: str,
    needed: str,
    parts: Sequence[Taken],
    columns: Sequence[str],
    carried: Sequence[str],
    place: str,
) -> Diagnostic:
    """SG531: what is in memory at once takes more than was allowed.

    `parts` are what takes memory, `columns` are those that are read whole, of which some
    are only `carried` along.
    """
    whole = f"{_named(columns)} read whole"
    told = [
        f"{one.words} for {whole if one.part is Part.COLUMNS else one.part}"
        for one in parts
        if one.size
    ]
    total = sum(one.size for one in parts)
    notable = [one.part for one in parts if one.size > _NOTABLE * total]
    left = (
        f"{_named(carried)} of `--columns` can be left out, and joined to the result by the key",
    )
    return Diagnostic(
        codes.OVER_BUDGET,
        f"{memory} of memory are not enough for these rules and data, which take about {needed}",
        help=(
            f"`--memory {needed}` (or `memory={toml_text(needed)}`) is the least that allows it",
            f"it is {', '.join(told)}",
            *(left if carried and Part.COLUMNS in notable else ()),
            *(_REMEDIES[part] for part in notable if part in _REMEDIES),
        ),
        place=place,
    )


def read_whole(columns: Sequence[str], is_events: bool, needed: str, place: str) -> Diagnostic:
    """SG532: `columns`, or events, are in memory as a whole, although memory is bounded."""
    what = [_named(columns)] if columns else []
    what += ["events"] if is_events else []
    is_one = len(columns) == 1 and not is_events
    return Diagnostic(
        codes.READ_WHOLE,
        f"{' and '.join(what)} {'is' if is_one else 'are'} read whole, which takes about {needed}"
        " of the memory",
        help=(
            "columns of Parquet and Arrow files are read in batches unless ranks, events, traits,"
            " samples or `--columns` need them whole",
        ),
        place=place,
    )


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns[:5]) + (" …" if len(columns) > 5 else "")
