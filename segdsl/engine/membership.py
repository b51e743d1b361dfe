"""Who is in which audience: the result of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segdsl.diagnostics import Diagnostic
from segdsl.engine.outputs import Layout, Output, destination

if TYPE_CHECKING:
    import polars as pl

Reread = Callable[[Sequence[str]], "pl.DataFrame"]
"""Reads the key and further columns of the same customers."""


_ORDER = "\x00order"  # a name that no column of the data has


def column_names(columns: Iterable[str]) -> tuple[str, ...]:
    """Return each name once. Raises TypeError for one text instead of several."""
    if isinstance(columns, str):
        raise TypeError(f"columns are a list of names, such as [{columns!r}], not one text")
    return tuple(dict.fromkeys(columns))


@dataclass(frozen=True)
class Membership:
    """The audiences of one evaluation, as one mask an audience over all customers.

    `customers` holds the key column first and the other columns that were asked for, a row a
    customer, in the order of the data; masks are in that order too. All that comes out of the
    methods is in key order. Pickled it holds what was evaluated, but no way to read more columns.
    `originals` are the files that it was made from, which `write` never replaces.
    """

    as_of: datetime
    key: str
    customers: pl.DataFrame = field(repr=False)
    masks: Mapping[str, pl.Series] = field(repr=False)
    titles: Mapping[str, str | None] = field(repr=False)
    traits: Mapping[str, pl.Series] = field(default_factory=dict, repr=False)
    notices: tuple[Diagnostic, ...] = ()
    reread: Reread | None = field(default=None, repr=False)
    originals: frozenset[Path] = field(default=frozenset(), repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: all but the data, which may be large and elsewhere."""
        return {**self.__dict__, "reread": None}

    @property
    def base(self) -> int:
        """The number of customers evaluated."""
        return self.customers.height

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of the audiences, in the order of the rules."""
        return tuple(self.masks)

    def counts(self) -> dict[str, int]:
        """Return the number of customers in each audience."""
        return {name: int(mask.sum()) for name, mask in self.masks.items()}

    def summary(self) -> dict[str, object]:
        """Return sizes, shares of the base and notices as plain data, ready for `json.dumps`."""
        from segdsl.diagnostics.render import render_json

        return {
            "as_of": self.as_of.isoformat(),
            "base": self.base,
            "segments": [
                {
                    "name": name,
                    "title": self.titles[name],
                    "customers": size,
                    "share": self.share(size),
                }
                for name, size in self.counts().items()
            ],
            "notices": [render_json(notice) for notice in self.notices],
        }

    def share(self, customers: int) -> float:
        """Return which part of the base so many customers are, 0 to 1."""
        return customers / self.base if self.base else 0.0

    def keys(self, segment: str) -> list[int] | list[str]:
        """Return the keys of an audience's customers, in key order.

        Raises KeyError for an unknown name.
        """
        chosen = self.customers[self.key].filter(self.masks[segment])
        return chosen.sort().to_list()

    @cached_property
    def order(self) -> pl.Series:
        """The numbers of the customers' rows, in key order."""
        return self.customers[self.key].arg_sort()

    def people(self, columns: Sequence[str] | None = None, *, traits: bool = False) -> pl.DataFrame:
        """Return the key, the extra columns and, if asked for, the traits of all customers.

        In key order. `columns` are those carried along if not said; others are read from the
        data. Traits that are instants are in the catalog's time zone. Raises DataError for a column
        that the data do not have, KeyError where they cannot be read any more, ValueError for a
        column that has the name of a trait asked for.
        """
        people = self._with(columns)
        if traits:
            _demand_free(people, self.traits)
            people = people.with_columns(values.alias(name) for name, values in self.traits.items())
        return people[self.order]

    def _with(self, columns: Sequence[str] | None) -> pl.DataFrame:
        """Return the customers with the named columns, in the order of the data."""
        if columns is None:
            return self.customers
        wanted = [name for name in column_names(columns) if name != self.key]
        lacking = [name for name in wanted if name not in self.customers.columns]
        people = self.customers
        if lacking:
            if self.reread is None:
                raise KeyError(
                    f"`{lacking[0]}` was not carried along, and the data cannot be read any more"
                )
            further = self.reread(lacking)
            people = people.join(further, on=self.key, how="left", maintain_order="left")
        return people.select(self.key, *wanted)

    def frame(
        self,
        layout: Layout = "wide",
        *,
        columns: Sequence[str] | None = None,
        traits: bool = False,
    ) -> pl.DataFrame:
        """Return the audiences as a Polars frame, in key order.

        `wide`: the key, the extra columns, the traits if asked for, and a yes/no column an
        audience. `long`: a row for each customer and audience that go together, with the
        columns key, extra columns, traits and `segment`. Raises ValueError for another layout,
        and for a column that has the name of an audience or trait; DataError as `people` does.
        """
        import polars as pl

        people = self.people(columns, traits=traits)
        _demand_free(people, self.masks if layout == "wide" else ("segment",))
        if layout == "wide":
            masks = (mask.gather(self.order).alias(name) for name, mask in self.masks.items())
            return people.with_columns(masks)
        if layout != "long":
            raise ValueError(f"layout is 'wide' or 'long', not {layout!r}")
        parts = [
            people.filter(mask.gather(self.order)).with_columns(
                pl.lit(name).alias("segment"), pl.lit(i).alias(_ORDER)
            )
            for i, (name, mask) in enumerate(self.masks.items())
        ]
        if not parts:
            return people.head(0).with_columns(pl.lit("").alias("segment"))
        return pl.concat(parts).sort(self.key, _ORDER).drop(_ORDER)

    def audience(
        self, segment: str, *, columns: Sequence[str] | None = None, traits: bool = False
    ) -> pl.DataFrame:
        """Return the key, the extra columns and, if asked for, the traits of one audience.

        In key order. Raises KeyError for an unknown name.
        """
        mask = self.masks[segment].gather(self.order)
        return self.people(columns, traits=traits).filter(mask)

    def write(
        self,
        target: str | Path,
        layout: Layout | None = None,
        *,
        output: Output | str | None = None,
        columns: Sequence[str] | None = None,
        traits: bool = False,
        on_step: Callable[[int, int], None] | None = None,
    ) -> tuple[Path, ...]:
        """Return the files written: all of them whole, or none.

        `target` is a file, whose extension tells the format, or a folder, which gets one file
        per audience in the format `output` (CSV if not said) and `segdsl-run.json`, which says
        what was written. `layout` is `wide`, `long` (see `frame`) or `files`; `columns` are as
        in `people`. `on_step` is told how many of how many files are ready. Raises DataError
        for what cannot be written (files that the audiences were made from, and in a folder
        those that no earlier run wrote, are not replaced), ValueError for wishes that contradict
        each other.

        >>> m.write("out", layout="files", columns=["email"])  # doctest: +SKIP
        """
        from segdsl.engine.writers import write_membership

        where = destination(target, layout, Output(output) if output is not None else None)
        return write_membership(self, where, columns=columns, traits=traits, on_step=on_step)


def _demand_free(people: pl.DataFrame, names: Iterable[str]) -> None:
    """Raise ValueError if a column has one of the names already."""
    for name in names:
        if name in people.columns:
            raise ValueError(f"two columns would be named `{name}`")
