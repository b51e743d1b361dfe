"""Rules and data to a membership: what `Ruleset.evaluate` and `segdsl run` do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from segdsl.settings import AsOf, calendar_of

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.engine.membership import Membership


def evaluated(
    rules: Ruleset,
    data: object,
    *,
    events: Mapping[str, object] | None,
    as_of: AsOf | None,
    strict: bool,
    memory: str | int | None,
    columns: Sequence[str] = (),
    previous: Membership | str | Path | None = None,
    keep: bool = True,
    is_last: bool = False,
) -> Membership:
    """Return who is in which audience, as `Ruleset.evaluate` says, and raise as it does.

    One that is the last keeps nothing by which it would be brought up to date.
    """
    from segdsl.engine.memory import memory_of
    from segdsl.engine.originals import originals
    from segdsl.engine.run import evaluate

    allowed = memory_of(memory)
    bound, opened, notices = rules.on(data, events)
    return evaluate(
        bound.plan,
        bound.program,
        bound.known_catalog,
        calendar_of(bound.catalog, as_of),
        opened,
        columns=columns,
        strict=strict,
        notices=(*bound.findings, *notices),
        originals=originals(rules.project, rules.known_catalog, data, (events or {}).values()),
        keep=keep,
        memory=allowed,
        previous=previous,
        rules=None if is_last else rules,
    )
