"""`segdsl match`: which audiences a profile is in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segdsl.cli.happened import Happened
from segdsl.cli.inputs import Inputs
from segdsl.cli.options import examples, with_report, with_rules
from segdsl.cli.profiles import Placed, open_profiles
from segdsl.cli.report import Report
from segdsl.errors import CompileError, DataError, SegdslError

if TYPE_CHECKING:
    from segdsl.matching.thresholds import Thresholds

_Match = Callable[[Any], tuple[str, ...]]


@click.command(
    "match",
    epilog=examples(
        "segdsl match rules.seg profile.json",
        "segdsl match rules.seg profiles.jsonl --as-of 2026-11-01 --format json",
        "echo '{\"age\": 30}' | segdsl match 'age between 25 and 34' -",
        "segdsl match rules.seg profile.json --events purchase=purchases.json",
        "segdsl match rules.seg profile.json --thresholds thresholds.json",
    ),
)
@with_rules(click.argument("profile", metavar="PROFILE"))
@click.option(
    "--thresholds", "kept", type=click.Path(path_type=Path), metavar="FILE",
    help="What decided conditions on the whole population, as `segdsl run --thresholds` wrote it.",
)  # fmt: skip
@with_report()
def command(inputs: Inputs, report: Report, profile: str, kept: Path | None) -> None:
    """Show which audiences a profile is in, in the order of the rules.

    PROFILE is a JSON file with an object of values by field, or - for standard input: the names
    are printed one a line. Of JSON Lines each line gives a line: the names, separated by commas,
    and nothing for an empty line or for a profile in no audience. With --format json, it is an
    object for each profile, and nothing for an empty line. What no catalog declares has the type
    of its value. Events without their time are counted for nothing, which is said.
    """
    from segdsl.diagnostics import render_json
    from segdsl.settings import calendar_of

    rules = inputs.load()
    thresholds = None if kept is None else _thresholds(kept)
    calendar = calendar_of(rules.catalog, inputs.as_of)
    happened = Happened.of(inputs.events)
    events = happened.given()
    match = partial(rules.match, events=events, as_of=calendar.as_of, thresholds=thresholds)
    with open_profiles(profile) as profiles:
        if profiles.are_lines and events is not None:
            raise click.UsageError("--events are of one profile, and there are several")
        for placed in profiles.each:
            if placed is None:
                report.text("")  # so that lines of names and of profiles go together
                continue
            names = _names(placed, match, happened)
            found: dict[str, Any] = {"as_of": calendar.as_of.isoformat(), "segments": list(names)}
            of_profile = happened.left_out(rules, placed.value, placed.place)
            notices = (*happened.unread(rules), *of_profile)
            if notices:
                found["notices"] = [render_json(notice) for notice in notices]
            report.notices(notices)
            if not report.is_json:
                for line in (", ".join(names),) if profiles.are_lines else names:
                    report.text(line)
            elif profiles.are_lines:
                report.text(json.dumps(found, ensure_ascii=False))
            else:
                report.result(found)
            if not names and not profiles.are_lines:
                report.words("the profile is in no audience")


def _names(placed: Placed, match: _Match, happened: Happened) -> tuple[str, ...]:
    """Return the audiences of a profile. Raises SegdslError for one that does not fit."""
    from segdsl.diagnostics.profile_errors import of_profile, unreadable_profile
    from segdsl.matching.reading import ProfileError

    try:
        if not isinstance(placed.value, dict):
            raise ProfileError("a profile is an object with values by field")
        return match(placed.value)
    except (ProfileError, ValueError) as error:
        place = happened.place_of(error, placed)
        raise DataError((unreadable_profile(str(error), place),)) from None
    except CompileError as error:
        place = happened.places(placed)
        raise CompileError([of_profile(one, place) for one in error.diagnostics]) from None
    except SegdslError as error:
        raise type(error)([of_profile(one, placed.place) for one in error.diagnostics]) from None


def _thresholds(path: Path) -> Thresholds:
    from segdsl.diagnostics.profile_errors import unreadable_thresholds
    from segdsl.matching.thresholds import Thresholds

    try:
        return Thresholds.from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    except ValueError as error:  # also what is not UTF-8, and a path that cannot be
        reason = str(error)
    raise DataError((unreadable_thresholds(reason, str(path)),))
