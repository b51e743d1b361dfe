"""Who is in which audience: the result of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from segdsl.diagnostics import Diagnostic
from segdsl.engine.outputs import Layout, Output, destination
from segdsl.matching.thresholds import Threshold, Thresholds

if TYPE_CHECKING:
    import polars as pl

    from segdsl.engine.layouts import Pieces
    from segdsl.engine.origin import Origin
    from segdsl.engine.overlaps import Measure
    from segdsl.engine.packed import Customers, Masks
    from segdsl.engine.rolls import Changes

Reread = Callable[[Sequence[str]], "pl.DataFrame"]
"""Reads the key and further columns of the same customers."""


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
    masks: Masks = field(repr=False)
    titles: Mapping[str, str | None] = field(repr=False)
    traits: Mapping[str, pl.Series] = field(default_factory=dict, repr=False)
    population: Mapping[str, Threshold] = field(default_factory=dict, repr=False)
    notices: tuple[Diagnostic, ...] = ()
    reread: Reread | None = field(default=None, repr=False)
    originals: frozenset[Path] = field(default=frozenset(), repr=False)
    since: Changes | None = field(default=None, repr=False)
    origin: Origin | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: all but the data, which may be large and elsewhere."""
        return {**self.__dict__, "reread": None, "origin": None}

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
        return dict(self.masks.sizes)

    def __iter__(self) -> Iterator[str]:
        return iter(self.masks)

    def __getitem__(self, segment: str) -> Customers:
        """Return the customers of an audience as a set: `m["a"] & ~m["b"]`.

        Raises KeyError for an unknown name.
        """
        from segdsl.engine.packed import Customers

        return Customers(self._keys, self.masks.words(segment))

    @cached_property
    def _keys(self) -> pl.Series:
        """The keys, in the order of the data. Raises LookupError if customers were only counted."""
        self.masks.demand_kept()
        return self.customers[self.key]

    @overload
    def overlap(self, *, measure: Measure = "customers") -> pl.DataFrame: ...

    @overload
    def overlap(
        self, one: str, other: str, *, measure: Literal["customers"] = "customers"
    ) -> int: ...

    @overload
    def overlap(
        self, one: str, other: str, *, measure: Literal["share", "jaccard", "lift"]
    ) -> float | None: ...

    def overlap(
        self, one: str | None = None, other: str | None = None, *, measure: Measure = "customers"
    ) -> pl.DataFrame | float | None:
        """Return how many customers each two audiences have in common, one row an audience.

        The first column, `segment`, names it; of itself an audience has its size. Of two
        audiences that are named, that number alone; `one` is the row. Instead of customers the
        `measure` can be `share` (which part of the row's audience is in the column's), `jaccard`
        (which part of those in one of the two is in both) or `lift` (how often as many are in
        both as would be by chance); it is missing where that is divided by nobody. Raises
        KeyError for an unknown name, ValueError for an unknown measure.
        """
        from segdsl.engine.overlaps import demand_measure, overlap_of, overlap_table

        demand_measure(measure)
        if one is not None and other is not None:
            both, sizes = self.masks.in_both(one, other), self.masks.sizes
            return overlap_of(both, sizes[one], sizes[other], self.base, measure)
        if one is not None or other is not None:
            raise TypeError("overlap takes two audiences, or none for all pairs")
        _demand_free(("segment",), self.segments)
        return overlap_table(self.segments, self.masks.overlaps(), self.base, measure)

    def unique_reach(self) -> dict[str, int]:
        """Return for each audience the number of customers who are in no other."""
        return self.masks.of_one_only()

    def summary(self) -> dict[str, object]:
        """Return sizes, shares of the base and notices as plain data, ready for `json.dumps`.

        Where there is an earlier evaluation, also how many entered and left each audience.
        """
        from segdsl.diagnostics.render import render_json

        changed = self.since.counts() if self.since else {}
        return {
            "as_of": self.as_of.isoformat(),
            "base": self.base,
            "segments": [
                {
                    "name": name,
                    "title": self.titles[name],
                    "customers": size,
                    "share": self.share(size),
                    **(asdict(changed[name]) if name in changed else {}),
                }
                for name, size in self.counts().items()
            ],
            "notices": [render_json(notice) for notice in self.notices],
        }

    def changes(self) -> Changes:
        """Return who entered and who left each audience since the evaluation before.

        That is the one given to `Ruleset.evaluate` as `previous`, or brought up to date by
        `Ruleset.update`. Raises ValueError where there is none.
        """
        if self.since is None:
            raise ValueError("there is no earlier evaluation: evaluate(…, previous=…) names one")
        return self.since

    def thresholds(self) -> Thresholds:
        """Return what decided the conditions on the whole population, for `Ruleset.matcher`.

        A small immutable object that `to_json` writes and `Thresholds.from_json` reads.
        """
        return Thresholds(dict(self.population), self.key)

    def share(self, customers: int) -> float:
        """Return which part of the base so many customers are, 0 to 1."""
        return customers / self.base if self.base else 0.0

    def keys(self, segment: str) -> list[int] | list[str]:
        """Return the keys of an audience's customers, in key order.

        Raises KeyError for an unknown name.
        """
        return self[segment].keys()

    @cached_property
    def order(self) -> pl.Series | None:
        """The numbers of the customers' rows, in key order; None where that is the data's."""
        from segdsl.engine.keys import order_of

        return order_of(self._keys)

    def ordered_mask(self, segment: str) -> pl.Series:
        """Return the yes/no column of an audience, in key order. Raises KeyError."""
        mask = self.masks[segment]
        return mask if self.order is None else mask.gather(self.order)

    def people(self, columns: Sequence[str] | None = None, *, traits: bool = False) -> pl.DataFrame:
        """Return the key, the extra columns and, if asked for, the traits of all customers.

        In key order. `columns` are those carried along if not said; others are read from the
        data. Traits that are instants are in the catalog's time zone. Raises DataError for a column
        that the data do not have, KeyError where they cannot be read any more, ValueError for a
        column that has the name of a trait asked for.
        """
        self.masks.demand_kept()
        people = self._with(columns)
        if traits:
            _demand_free(people.columns, self.traits)
            people = people.with_columns(values.alias(name) for name, values in self.traits.items())
        return people if self.order is None else people[self.order]

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
        from segdsl.engine.layouts import long, wide

        if layout not in ("wide", "long"):
            raise ValueError(f"layout is 'wide' or 'long', not {layout!r}")
        people = self._people_beside(layout, columns, traits=traits)
        masks = {name: self.ordered_mask(name) for name in self.segments}
        return wide(people, masks) if layout == "wide" else long(people, masks)

    def pieces(
        self, layout: Layout, *, columns: Sequence[str] | None = None, traits: bool = False
    ) -> Pieces:
        """Return what `frame` is made of, some customers at a time. Raises as `frame` does."""
        from segdsl.engine.layouts import Pieces

        people = self._people_beside(layout, columns, traits=traits)
        return Pieces.of(people, self.masks, self.order)

    def _people_beside(
        self, layout: Layout, columns: Sequence[str] | None, *, traits: bool
    ) -> pl.DataFrame:
        people = self.people(columns, traits=traits)
        _demand_free(people.columns, self.masks if layout == "wide" else ("segment",))
        return people

    def audience(
        self, segment: str, *, columns: Sequence[str] | None = None, traits: bool = False
    ) -> pl.DataFrame:
        """Return the key, the extra columns and, if asked for, the traits of one audience.

        In key order. Raises KeyError for an unknown name.
        """
        mask = self.ordered_mask(segment)
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


def _demand_free(columns: Collection[str], names: Iterable[str]) -> None:
    """Raise ValueError if a column has one of the names already."""
    for name in names:
        if name in columns:
            raise ValueError(f"two columns would be named `{name}`")
