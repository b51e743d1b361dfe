"""Findings about texts in rules that the data lack, or have in other spellings as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.catalog.types import Folding, Kind
from segdsl.diagnostics import Diagnostic, findings
from segdsl.diagnostics.near import near_names
from segdsl.functions.folding import fold, fold_many
from segdsl.functions.spaces import WHITE_SPACE
from segdsl.plan import nodes as n
from segdsl.plan.plan import LiteralUse, LiteralUses

if TYPE_CHECKING:
    import polars as pl

_MOST_VALUES = 200_000  # beyond so many different texts only the text itself is looked for
_SHOWN = 3  # values with white space around that are named

_WIDER: Mapping[Folding, tuple[Folding, ...]] = MappingProxyType(
    {
        Folding.EXACT: (Folding.CASE, Folding.ACCENTS, Folding.BOTH),
        Folding.CASE: (Folding.BOTH,),
        Folding.ACCENTS: (Folding.BOTH,),
        Folding.BOTH: (),
    }
)
_FOUND: Mapping[n.How, Callable[[str, str], bool]] = MappingProxyType(
    {
        n.How.CONTAINS: lambda text, wanted: wanted in text,
        n.How.STARTS: lambda text, wanted: text.startswith(wanted),
        n.How.ENDS: lambda text, wanted: text.endswith(wanted),
    }
)


class Values:
    """The different texts of a field, or of the elements of a list, the most frequent first.

    `noun` says what has them: customers, or events.
    """

    def __init__(self, column: pl.Series, noun: str = "customer") -> None:
        self.noun = noun
        if column.dtype.is_nested():
            column = column.list.unique().explode()
        table = column.drop_nulls().alias("text").value_counts(name="count")
        table = table.sort(["count", "text"], descending=[True, False])
        pairs = zip(table["text"].to_list(), table["count"].to_list(), strict=True)
        self.counts: Mapping[str, int] = dict(pairs)
        self._spellings: dict[Folding, Mapping[str, list[str]]] = {}
        self._padded: dict[str, list[str]] | None = None

    def owners(self, texts: Iterable[str]) -> int:
        """Return how many have one of the texts."""
        return sum(self.counts[text] for text in texts)

    def like(self, text: str, folding: Folding) -> list[str]:
        """Return the values that equal a text under a folding."""
        if folding is Folding.EXACT:
            return [text] if text in self.counts else []
        if folding not in self._spellings:
            self._spellings[folding] = _grouped(self.counts, fold_many(self.counts, folding))
        return self._spellings[folding].get(fold(text, folding), [])

    def padded(self, text: str) -> list[str]:
        """Return the values that equal a text but for case, accents, and white space around."""
        if self._padded is None:
            found = [value for value in self.counts if value != value.strip(WHITE_SPACE)]
            bare = fold_many((value.strip(WHITE_SPACE) for value in found), Folding.BOTH)
            self._padded = _grouped(found, bare)
        return self._padded.get(fold(text.strip(WHITE_SPACE), Folding.BOTH), [])

    def first(self, text: str, folding: Folding, how: n.How) -> str | None:
        """Return the most frequent value in which a text is found under a folding."""
        wanted, is_found = fold(text, folding), _FOUND[how]
        return next((v for v in self.counts if is_found(fold(v, folding), wanted)), None)

    def counted(self, texts: Iterable[str]) -> list[tuple[str, int]]:
        """Return each text with the number of those that have it."""
        return [(text, self.counts[text]) for text in texts]


def _grouped(texts: Iterable[str], forms: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text, form in zip(texts, forms, strict=True):
        found.setdefault(form, []).append(text)
    return found


def literals(
    uses: Iterable[LiteralUses], customers: pl.DataFrame, events: Mapping[str, pl.DataFrame]
) -> Iterator[Diagnostic]:
    """Yield a finding for each text that customers, or events, do not have as it is written."""
    by_field: dict[n.Field | n.Property, list[LiteralUse]] = {}
    for use in dict.fromkeys(chain.from_iterable(uses)):
        by_field.setdefault(use.field, []).append(use)
    for field, listed in by_field.items():
        if isinstance(field, n.Property):
            values = Values(events[field.event][field.name], "event")
        else:
            values = Values(customers[field.name])
        written = frozenset(use.literal for use in listed if use.how is None)
        for use in listed:
            if use.how is not None:
                yield from _unfound(use, use.how, values)
            elif not values.like(use.literal, use.folding):
                yield _never_occurs(use, values)
            elif use.field.type.kind is Kind.TEXT and len(values.counts) <= _MOST_VALUES:
                yield from _spelled_otherwise(use, values, written)


def _written(field: n.Field | n.Property) -> str:
    return f"{field.event}.{field.name}" if isinstance(field, n.Property) else field.name


def _unfound(use: LiteralUse, how: n.How, values: Values) -> Iterator[Diagnostic]:
    """Yield a finding if a text is found in no value, but would be under another folding."""
    if values.first(use.literal, use.folding, how) or len(values.counts) > _MOST_VALUES:
        return
    for folding in _WIDER[use.folding]:
        same = values.first(use.literal, folding, how)
        if same is not None:
            written = _written(use.field)
            yield findings.text_never_found(
                use.span, use.literal, written, str(how), same, str(folding), noun=values.noun
            )
            return


def _never_occurs(use: LiteralUse, values: Values) -> Diagnostic:
    alike = ((values.like(use.literal, folding), folding) for folding in _WIDER[use.folding])
    same, folding = next(((v[0], f) for v, f in alike if v), (None, Folding.CASE))
    is_small = len(values.counts) <= _MOST_VALUES
    padded = values.padded(use.literal)[:_SHOWN] if is_small else []
    near = near_names(use.literal, values.counts) if is_small else []
    return findings.literal_never_occurs(
        use.span,
        use.literal,
        _written(use.field),
        same,
        values.counted(text for text in near if text not in padded),
        folding=str(folding),
        padded=values.counted(padded),
        noun=values.noun,
    )


def _spelled_otherwise(
    use: LiteralUse, values: Values, written: frozenset[str]
) -> Iterator[Diagnostic]:
    """Yield a finding if at least as many customers have a text in other spellings.

    Spellings that the rules name themselves are known to their author.
    """
    matched = values.like(use.literal, use.folding)
    known = {*matched, *written}
    padded = [text for text in values.padded(use.literal) if text not in known]
    others = {text for text in values.like(use.literal, Folding.BOTH) if text not in known}
    more = values.owners(others.union(padded))
    own = {text for text in values.like(use.literal, Folding.BOTH) if text in known}
    if not more or more < values.owners(own):
        return
    gains: dict[str, int] = {}
    for folding in _WIDER[use.folding]:
        gain = values.owners(t for t in values.like(use.literal, folding) if t not in known)
        if gain > max(gains.values(), default=0):
            gains[str(folding)] = gain
    yield findings.literal_differs_in_case(
        use.span,
        use.literal,
        _written(use.field),
        values.owners(matched),
        more,
        tuple(gains.items()),
        values.counted(padded[:_SHOWN]),
        noun=values.noun,
    )
