"""The Program: the shared steps of all segments, in strata, in the order in which they run.

A level is as high as the highest population value that it stands on: level 0 reads customers'
fields alone, level 1 may read ranks that were computed from level 0, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from segdsl.plan import nodes as n

Coded = Mapping[n.Node, tuple[n.Node, ...]]
"""Values that are worth turning into small codes, and the atoms that read nothing else."""


@dataclass(frozen=True, slots=True)
class Level:
    """The strata of one level; each tuple is in an order in which children come first."""

    events: tuple[n.OverEvents, ...]  # aggregates and sequences, before anything else of the level
    values: tuple[n.Node, ...]  # derived columns: folded texts, local dates, rank groups
    atoms: tuple[n.Node, ...]  # one yes/no mask each
    connectives: tuple[n.Node, ...]  # boolean algebra on masks alone
    coded: Coded = field(default_factory=dict)  # atoms that come from codes, if the data allow it
    coded_as_read: Coded = field(default_factory=dict)  # the same of columns read batch by batch


@dataclass(frozen=True, slots=True)
class Query:
    """How one query over files finds sizes.

    `texts` are text fields with the atoms that read nothing else. Those that are `searched` are
    tried by their distinct values; so are the others while it is not known what cells they hold.
    """

    texts: Coded
    searched: Coded


@dataclass(frozen=True, slots=True)
class Program:
    """What a backend runs: levels, then one root mask a segment and one value a trait.

    Sizes alone come from a query over files, if there is one.
    """

    levels: tuple[Level, ...]
    segments: Mapping[str, n.Node]
    traits: Mapping[str, n.Node]
    fields: tuple[n.Field, ...]
    query: Query | None = None

    @property
    def atoms(self) -> int:
        """The number of distinct atoms: each is computed once, however many segments read it."""
        return sum(len(level.atoms) for level in self.levels)


def without_codes(program: Program) -> Program:
    """Return the program with atoms that all come from columns as they are."""
    levels = (replace(level, coded={}, coded_as_read={}) for level in program.levels)
    return replace(program, levels=tuple(levels))
