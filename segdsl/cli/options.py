"""The options that commands share, and the inputs that they add up to."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from segdsl.cli.inputs import Inputs
from segdsl.cli.report import Report

Function = TypeVar("Function", bound=Callable[..., Any])  # what click decorates


def examples(*lines: str) -> str:
    """Return the epilog of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _as_of(ctx: click.Context, param: click.Parameter, value: str | None) -> date | datetime | None:
    from segdsl.catalog.entries import AS_OF_YEARS

    if value is None:
        return None
    try:
        is_date = len(value) <= len("2026-01-31")
        moment = date.fromisoformat(value) if is_date else datetime.fromisoformat(value)
    except ValueError:
        forms = "2026-01-31 or 2026-01-31T18:30"
        raise click.BadParameter(f"`{value}` is no date or instant ({forms})", ctx, param) from None
    if moment.year not in AS_OF_YEARS:
        years = f"the years {AS_OF_YEARS[0]} to {AS_OF_YEARS[-1]}"
        raise click.BadParameter(f"`{value}` lies outside {years}", ctx, param)
    return moment


def _encoding(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return codecs.lookup(value).name
    except LookupError:
        raise click.BadParameter(f"`{value}` is no encoding", ctx, param) from None


def _delimiter(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from segdsl.catalog.entries import is_delimiter

    mark = {"\\t": "\t", "tab": "\t"}.get(value or "", value)
    if mark is not None and not is_delimiter(mark):
        raise click.BadParameter("one ASCII character but quotes, or `tab`", ctx, param)
    return mark


def _params(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    return _assigned(ctx, param, values, "name=value")


def _events(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    return _assigned(ctx, param, values, "name=file")


def _assigned(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...], form: str
) -> dict[str, str]:
    """Return what stands behind the first `=` by the name that stands before it."""
    given = {}
    for value in values:
        name, sign, text = value.partition("=")
        if not sign or not name.strip() or (not text and form == "name=file"):
            raise click.BadParameter(f"`{value}` is not of the form {form}", ctx, param)
        given[unicodedata.normalize("NFC", name.strip())] = text
    return given


_RULES = (
    click.argument("rules", metavar="RULES"),
    click.option("--param", "params", metavar="NAME=VALUE", multiple=True, callback=_params,
                 help="Set a param of the rules; may be repeated."),
    click.option("--catalog", type=click.Path(path_type=Path), metavar="FILE",
                 help="The catalog; catalog.toml beside the rules if not said."),
)  # fmt: skip
_AS_OF = click.option(
    "--as-of", callback=_as_of, metavar="DATE",
    help="The instant that rules look from; the catalog's, else now. A date means its end.",
)  # fmt: skip
_KEY = click.option("--key", metavar="COLUMN", help="The column that identifies a customer.")
_READING = (
    click.option("--encoding", callback=_encoding, metavar="NAME",
                 help="The encoding of text files, such as cp1254; UTF-8 if not said."),
    click.option("--delimiter", callback=_delimiter, metavar="MARK",
                 help="What stands between the cells of a CSV file."),
    click.option("--sheet", metavar="NAME", help="The sheet of an Excel file, if not the first."),
    _KEY,
)  # fmt: skip
_EVENTS = click.option(
    "--events", metavar="NAME=FILE", multiple=True, callback=_events,
    help="A file, folder or pattern with the events of one name; may be repeated. The others come"
    " from the catalog's sources.",
)  # fmt: skip
_OWN_EVENTS = click.option(
    "--events", metavar="NAME=JSON", multiple=True, callback=_events,
    help="A JSON file with the customer's events of one name, a list or one a line; may be"
    " repeated. Without it events stand in the profile, as a list under their name.",
)  # fmt: skip
_STRICT = click.option(
    "--strict", is_flag=True, help="Cells that do not fit their declared type are an error."
)


def _memory(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    from segdsl.engine.memory import memory_of

    try:
        return memory_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def with_memory(function: Function) -> Function:
    """Add the option that bounds the memory of a run."""
    option = click.option(
        "--memory", callback=_memory, metavar="AMOUNT",
        help="The memory that the run may take, such as 500MB, 2GB or 1.5GiB, of which the program"
        " itself needs 350MB; masks beyond it go to a temporary file.",
    )  # fmt: skip
    return _stacked(function, (option,))  # type: ignore[no-any-return]


def _stacked(function: Function, decorators: tuple[Callable[[Any], Any], ...]) -> Any:
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def with_inputs(*, strict: bool = True) -> Callable[[Function], Function]:
    """Return a decorator that adds RULES, DATA and how they are read, and passes on `inputs`."""
    data = click.argument("data", required=False, metavar="[DATA]")
    further = (_STRICT,) if strict else ()
    return _collecting((_RULES[0], data, *_RULES[1:], _AS_OF, _EVENTS, *_READING, *further))


def with_rules(argument: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Return a decorator that adds RULES, an argument and how rules are read; passes on `inputs`.

    The events are of one customer alone.
    """
    return _collecting((_RULES[0], argument, *_RULES[1:], _AS_OF, _OWN_EVENTS, _KEY))


def _collecting(decorators: tuple[Callable[[Any], Any], ...]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        @wraps(function)
        def collected(**given: Any) -> Any:
            names = {f.name for f in fields(Inputs)}
            chosen = {name: given.pop(name) for name in names & given.keys()}
            return function(Inputs(**chosen), **given)

        return _stacked(collected, decorators)  # type: ignore[no-any-return]  # what click got

    return decorate


def with_reading(function: Function) -> Function:
    """Add the options on how a file of data is read."""
    return _stacked(function, _READING)  # type: ignore[no-any-return]


def with_events(function: Function) -> Function:
    """Add the option that names the data of events."""
    return _stacked(function, (_EVENTS,))  # type: ignore[no-any-return]


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return a callback that leaves a value where failures can see it."""

    def remember(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
        ctx.meta[key] = value == "json" if key == "segdsl.json" else value
        return value

    return remember


def with_report(*further: str) -> Callable[[Function], Function]:
    """Return a decorator that adds --format, --quiet and --debug, and passes on `report`.

    `further` are formats besides text and JSON; the one that is chosen is `report.format`.
    """

    def decorate(function: Function) -> Function:
        @wraps(function)
        def collected(*args: Any, format: str, quiet: bool, **given: Any) -> Any:
            return function(*args, report=Report.of(format, is_quiet=quiet), **given)

        return _stacked(  # type: ignore[no-any-return]
            collected,
            (
                click.option(
                    "--format",
                    type=click.Choice(("text", "json", *further)),
                    default="text",
                    is_eager=True,
                    callback=_remember("segdsl.json"),
                    help="How the result is printed; text if not said.",
                ),
                click.option("--quiet", "-q", is_flag=True, help="No notices and no progress bar."),
                click.option(
                    "--debug",
                    is_flag=True,
                    is_eager=True,
                    expose_value=False,
                    callback=_remember("segdsl.debug"),
                    help="Show the traceback of a failure.",
                ),
            ),
        )

    return decorate
