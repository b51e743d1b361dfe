"""What decided population predicates in an evaluation: enough to match one more profile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeAlias

from segdsl.plan import nodes as n
from segdsl.plan.words import describe

Scalar: TypeAlias = n.Scalar
Mark: TypeAlias = "tuple[Scalar, int | str]"
"""A value and the key of the customer who has it."""

POPULATION = (n.Ranked, n.Common, n.Ntile)
_LONGEST = 200  # characters


@dataclass(frozen=True, slots=True)
class Last:
    """Of a ranking: in each group the last that was taken; without groups under None."""

    marks: Mapping[Scalar | None, Mark]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Of rank groups: the last of each, the lowest first."""

    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Usual:
    """Of the most common values: those of each group; without groups under None."""

    values: Mapping[Scalar | None, tuple[Scalar, ...]]


Threshold: TypeAlias = "Last | Cuts | Usual"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of an evaluation, by what the population predicates are in words.

    `key` is the column that identified its customers, by which profiles are read where no catalog
    names one. Immutable; `to_json` and `from_json` keep them beside rules.
    """

    by_name: Mapping[str, Threshold]
    key: str | None = None

    def to_json(self) -> str:
        """Return the thresholds as JSON that `from_json` reads."""
        named = {name: _written(found) for name, found in self.by_name.items()}
        document: dict[str, object] = {"version": 1, "thresholds": named}
        if self.key is not None:
            document["key"] = self.key
        return json.dumps(document, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Thresholds:
        """Return what `to_json` wrote. Raises ValueError for anything else."""
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"thresholds are JSON that `to_json` wrote, and this is none: {error}"
            ) from None
        if not isinstance(document, dict) or document.get("version") != 1:
            raise ValueError("this is no file of thresholds, or one of another version")
        try:
            named = {name: _read(item) for name, item in document["thresholds"].items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError("the thresholds in this file cannot be read") from None
        key = document.get("key")
        if not isinstance(key, str | None):
            raise ValueError("the thresholds in this file have a key that is no name")
        return Thresholds(named, key)


def population_names(roots: Iterable[n.Node]) -> dict[str, n.Node]:
    """Return the population nodes that roots stand on, by a name that any compilation gives them.

    The name says what a node is in words and, so that it is no other's, a digest of all its parts.
    """
    nodes = n.ordered(*roots)
    ranked = [node for node in nodes if isinstance(node, POPULATION)]
    digests = _digests(ranked)
    return {f"{describe(node, _LONGEST)} #{digests[node]}": node for node in ranked}


def words_of(name: str) -> str:
    """Return the words of a name that `population_names` gives, without the digest."""
    return name.rpartition(" #")[0]


def _digests(roots: Sequence[n.Node]) -> dict[n.Node, str]:
    """Return a digest of every node that the roots stand on: equal for equal nodes alone."""
    found: dict[n.Node, str] = {}

    def told(value: object) -> str:
        if isinstance(value, n.Node):
            return found[value]
        if isinstance(value, tuple):
            return f"({','.join(map(told, value))})"
        return f"{type(value).__name__} {value!r}"

    for node in n.ordered(*roots, below=n.parts):
        held = [type(node).__name__, *(told(getattr(node, name)) for name in n.attributes(node))]
        found[node] = sha256("\n".join(held).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return found


def key_type(thresholds: Iterable[Threshold]) -> type | None:
    """Return the type of the customers' keys; None where thresholds name none."""
    for found in thresholds:
        match found:
            case Last(marks) if marks:
                return type(next(iter(marks.values()))[1])
            case Cuts(((_, key), *_)):
                return type(key)
            case _:
                pass
    return None


# ---- JSON


_KINDS: tuple[tuple[str, type, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    ("instant", datetime, datetime.isoformat, datetime.fromisoformat),
    ("date", date, date.isoformat, date.fromisoformat),
    ("decimal", Decimal, str, Decimal),
)


def _to_json(value: Scalar | None) -> object:
    for name, kind, write, _ in _KINDS:
        if isinstance(value, kind):
            return {name: write(value)}
    return value


def _of_json(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return next(read for name, _, _, read in _KINDS if name == kind)(text)


def _written(found: Threshold) -> object:
    match found:
        case Last(marks):
            rows = [[_to_json(group), _to_json(v), key] for group, (v, key) in marks.items()]
            return {"last": rows}
        case Cuts(cuts):
            return {"cuts": [[_to_json(value), key] for value, key in cuts]}
        case Usual(values):
            groups = [[_to_json(g), [_to_json(v) for v in own]] for g, own in values.items()]
            return {"usual": groups}


def _read(item: Mapping[str, Any]) -> Threshold:
    ((kind, rows),) = item.items()
    match kind:
        case "last":
            return Last({_of_json(group): (_of_json(v), key) for group, v, key in rows})
        case "cuts":
            return Cuts(tuple((_of_json(value), key) for value, key in rows))
        case "usual":
            return Usual({_of_json(g): tuple(map(_of_json, own)) for g, own in rows})
        case _:
            raise ValueError(kind)
