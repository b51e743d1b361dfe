"""One audience of a ruleset, as a value and as a Polars expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segdsl.catalog import Catalog
from segdsl.diagnostics import catalog_errors
from segdsl.errors import UnsupportedError
from segdsl.optimise.passes import optimised
from segdsl.plan import nodes as n
from segdsl.plan.plan import Audience
from segdsl.settings import AsOf, calendar_of

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One audience of a ruleset: a segment, a tier or a part of a split."""

    audience: Audience
    catalog: Catalog = field(repr=False)

    @property
    def name(self) -> str:
        """The name, `loyalty.gold` for a tier."""
        return self.audience.name

    @property
    def title(self) -> str | None:
        """The title for people."""
        return self.audience.title

    @property
    def annotations(self) -> dict[str, n.Scalar]:
        """What stands in brackets after the title."""
        return dict(self.audience.annotations)

    def polars(
        self, *, as_of: AsOf | None = None, schema: Mapping[str, pl.DataType] | None = None
    ) -> pl.Expr:
        """Return the audience as one Polars expression over columns named as the fields.

        The columns are to be canonical (texts in NFC, instants in UTC microseconds, floats finite);
        numbers are read as 64-bit floats unless `schema` names the column's own type. Raises
        UnsupportedError for a condition on the whole population, and where no catalog tells the
        fields' types.
        """
        from segdsl.backends.polars.column import dtype_of
        from segdsl.backends.polars.lower import polars_expression

        customers = self.catalog.customers
        if not customers.fields:
            what = "an expression needs a catalog that gives the fields their types"
            raise UnsupportedError((catalog_errors.unsupported(what),))
        usual = {name: dtype_of(item.value_type) for name, item in customers.fields.items()}
        calendar = calendar_of(self.catalog, as_of)
        root = optimised({self.name: self.audience.root}, n.Interner())[self.name]
        return polars_expression(root, calendar, {**usual, **(schema or {})}, customers.key)
