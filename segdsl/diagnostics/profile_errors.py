"""Complaints about single profiles, and what is kept to match them (SG5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.toml import declared, toml_key, toml_text
from segdsl.diagnostics.wording import listed, near_help, quoted

_OF_EVERY = (codes.NEEDS_POPULATION, codes.UNKNOWN_EVENT_DATA)
_FEW = 3  # conditions that are named


def unreadable_profile(reason: str, place: str, *, help: Sequence[str] = ()) -> Diagnostic:
    """SG518: a profile, or an event of it, is no JSON object whose values fit their fields."""
    return Diagnostic(codes.UNREADABLE_PROFILE, reason, help=tuple(help), place=place)


def of_profile(diagnostic: Diagnostic, place: str) -> Diagnostic:
    """Return a complaint with the place of the profile at which it came up.

    What is wrong with the rules' thresholds, or with the names that events are given under, comes
    up at any profile and has nothing to do with it.
    """
    if diagnostic.place is not None or diagnostic.code in _OF_EVERY:
        return diagnostic
    return replace(diagnostic, place=place)


def keyless(what: str, key: str | None, fields: Sequence[str]) -> Diagnostic:
    """SG401: `what` goes by the customer's key, and a profile does not tell it.

    `key` is its name, None where nothing says it; `fields` are those of the profile that are named
    like one.
    """
    fact = f"{what} by the customer's key, which the profile does not hold"
    if key is not None:
        help = (f"the key is {quoted(key)}: give its value with the others",)
    else:
        name = fields[0] if fields else "FIELD"
        may = f"{listed(fields, 'or')} may be it: " if fields else ""
        help = (
            f"{may}`--key {name}` names it, or a catalog: `[customers]` with"
            f" `key = {toml_text(name)}`, in Python `customers.key`",
        )
    return Diagnostic(codes.UNSUPPORTED, fact, help=help)


def no_threshold(what: str, words: str, given: Collection[str] | None) -> Diagnostic:
    """SG402: one profile does not tell `what`, and the thresholds `given` are not those of it.

    They are known by their words, under which there may be one of another version of the rules.
    """
    fact = f"{what} is decided among all customers, not from one profile"
    if given is None:
        return Diagnostic(
            codes.NEEDS_POPULATION,
            fact,
            help=(
                "the thresholds of an evaluation decide it: `thresholds=membership.thresholds()`",
                "`segdsl run` writes those of the same rules with `--thresholds FILE`",
            ),
        )
    if words in given:
        why = "the thresholds given for it come from another version of the rules or the catalog"
        told = "the words are the same; a type, a param, a list or what a name stands for is not"
    elif given:
        why = "the thresholds given come from other rules, or another version of these"
        told = f"they decide {listed(sorted(given)[:_FEW], 'and')}"
        told += f" and {len(given) - _FEW} more" if len(given) > _FEW else ""
    else:
        why = "the thresholds given come from rules without such a condition"
        told = "they decide nothing"
    return Diagnostic(
        codes.NEEDS_POPULATION,
        f"{fact}, and {why}",
        help=(
            told,
            "evaluate the rules as they are now, and keep those: `segdsl run --thresholds FILE`, in"
            " Python `rules.evaluate(…).thresholds()`",
        ),
    )


def untyped_events(
    event: str,
    lacking: Sequence[str],
    given: Collection[str],
    declared_too: Collection[str] | None,
    *,
    time: str,
    are_there: bool,
) -> Diagnostic:
    """SG520: neither a catalog nor a profile tells the types of properties that rules read.

    Events of this name either `are_there` with values of the properties `given`, or are not, and
    `given` are the names under which the profile has others. `declared_too` are the properties that
    a catalog declares, after which it goes alone if there are any; None where it does not have the
    event. The time is lacking under its name in the catalog, `time`.
    """
    near: list[str] = []
    if declared_too:
        fact = f"the catalog declares properties of the event {quoted(event)}, and not the"
        fact += f" type of {listed(lacking, 'and')}"
    elif are_there:
        fact = f"no event {quoted(event)} of the profile has a value of {listed(lacking)}, and no"
        fact += " catalog declares the types"
        near = [note for name in lacking for note in near_help(name, given, "property")]
    else:
        fact = f"the profile has no events {quoted(event)}, and no catalog declares what they have"
        near = [*near_help(event, given, "event")]
    lines = [declared(name, "instant") if name == time else toml_key(name) for name in lacking]
    table = f"events.{toml_key(event)}"
    where = f"the types in the catalog: `[{table}.fields]`"
    if declared_too is None:
        where = f"the types in a catalog: `[{table}]` with `source` and `key`, `[{table}.fields]`"
    return Diagnostic(
        codes.UNTYPED_EVENTS,
        fact,
        help=(
            *dict.fromkeys(near),
            f"declare {where} with {listed(lines, 'and')}; then a profile without them has an"
            " answer, too",
        ),
    )


def unreadable_thresholds(reason: str, place: str) -> Diagnostic:
    """SG519: a file of thresholds is not there, damaged, or of another version."""
    return Diagnostic(
        codes.UNREADABLE_THRESHOLDS,
        f"the thresholds cannot be read: {reason}",
        help=("`segdsl run` writes them with `--thresholds FILE`",),
        place=place,
    )
