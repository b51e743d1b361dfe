"""What the conditions that a session lacks stand on, and how each is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from segdsl.engine.session_columns import (
    COLUMNAR,
    CodedColumn,
    Columnar,
    Stand,
    below_sources,
    stand_of,
)
from segdsl.optimise.share import share
from segdsl.plan import nodes as n


@dataclass(frozen=True, slots=True)
class Answered:
    """Atoms on a column of codes, and their answers for each code."""

    source: Columnar
    codes: CodedColumn
    atoms: tuple[n.Node, ...]
    answers: Sequence[pl.Series]


@dataclass(frozen=True, slots=True)
class Work:
    """What atoms stand on; `whole` are those that are computed over all customers."""

    stands: Mapping[n.Node, Stand]
    digests: Mapping[n.Node, bytes]

    @staticmethod
    def of(atoms: Sequence[n.Node], known: Mapping[n.Node, bytes]) -> Work:
        """Return what atoms stand on."""
        return Work({atom: stand_of(atom) for atom in atoms}, known)

    @property
    def whole(self) -> list[n.Node]:
        """The atoms that need all customers."""
        return [atom for atom, stand in self.stands.items() if stand.needs_all]

    @property
    def sources(self) -> list[Columnar]:
        """All columns, each once."""
        return list(dict.fromkeys(one for s in self.stands.values() for one in s.sources))

    @property
    def computed(self) -> list[n.Node]:
        """The columns that the engine computes."""
        below = [one.arguments[0] if isinstance(one, n.Apply) else one for one in self.sources]
        return [one for one in dict.fromkeys(below) if not isinstance(one, n.Field)]

    @property
    def alone(self) -> dict[Columnar, list[n.Node]]:
        """The atoms that stand on one column, by it."""
        found: dict[Columnar, list[n.Node]] = {}
        for atom, stand in self.stands.items():
            if len(stand.sources) == 1:
                found.setdefault(stand.sources[0], []).append(atom)
        return found


def steps_of(atoms: Sequence[n.Node]) -> tuple[n.Node, ...]:
    """Return the values that atoms read as columns, those beneath kept columns left out."""
    program = share({str(i): atom for i, atom in enumerate(atoms)}, {})
    inside = set(n.ordered(*atoms, below=below_sources))
    values = (value for level in program.levels for value in level.values)
    return tuple(one for one in values if one in inside and not isinstance(one, COLUMNAR))
