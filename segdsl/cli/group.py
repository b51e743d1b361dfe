"""The command `segdsl` itself: finds its commands, and turns every failure into an exit code."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from segdsl import __version__
from segdsl.errors import InternalError, SegdslError

# Modules are imported when their command is asked for: `--help` pays for none of them.
_COMMANDS = (
    ("run", "Write who is in which audience, and show the sizes."),
    ("count", "Show how many customers are in each audience."),
    ("check", "Say what is wrong or doubtful in rules, and mend it."),
    ("why", "Explain why a customer is in an audience or not."),
    ("match", "Show which audiences a profile is in, without a table of customers."),
    ("infer", "Propose a catalog for a file of customers."),
    ("functions", "List the predicates and functions of the language."),
    ("explain", "Show the page of a diagnostic, such as SG101."),
    ("compile", "Print what rules become on their way to the engine."),
)

_EPILOG = """\b
RULES is a rule file, a folder with one, - for standard input, or a condition.
Examples:
  segdsl run rules.seg --out out
  segdsl count 'age between 25 and 34 and city = "İstanbul"' customers.csv
  segdsl check rules.seg

\b
Exit codes: 0 fine; 1 the rules or the data are wrong; 2 wrong use of a
command; 3 a bug in segdsl; 130 interrupted. Diagnostics go to standard
error; with --format json also to standard output: {"diagnostics": [...]}.
NO_COLOR turns colours off.
"""


class Commands(click.Group):
    """A group whose commands are modules, imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, the usual ones first."""
        return [name for name, _ in _COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of a name."""
        if cmd_name not in dict(_COMMANDS):
            return None
        command: click.Command = import_module(f"segdsl.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is asked for; a name near a wrong one is offered."""
        if args and not args[0].startswith("-") and args[0] not in dict(_COMMANDS):
            from segdsl.diagnostics.near import near_names

            near = near_names(args[0], dict(_COMMANDS))
            hint = f" Is `{near[0]}` meant?" if near else ""
            ctx.fail(f"There is no command `{args[0]}`.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl(_COMMANDS)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what fails ends as diagnostics and an exit code, not as a traceback."""
        _settle_streams()
        # Rules become many small objects that live to the end: to look through them over and
        # over for garbage is half of the time that large rule files take.
        gc.set_threshold(200_000, 20, 50)
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except BrokenPipeError:
            _close_quietly()
            ctx.exit(141)  # as a program that SIGPIPE ends
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)
        except SegdslError as error:
            if ctx.meta.get("segdsl.debug"):
                raise
            _complain(ctx, error.diagnostics)
            ctx.exit(3 if isinstance(error, InternalError) else 1)
        except BaseException as error:  # a panic of Polars is no Exception
            if ctx.meta.get("segdsl.debug"):
                raise
            _complain_of_bug(ctx, error)
            ctx.exit(3)
        return result


def _settle_streams() -> None:
    """Let no character stop the output: pipes on Windows are in an old encoding by default."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            encoding = "utf-8" if os.name == "nt" and not stream.isatty() else None
            reconfigure(encoding=encoding, errors="backslashreplace")


def _complain(ctx: click.Context, diagnostics: Any) -> None:
    from segdsl.cli.report import Report

    Report(is_json=bool(ctx.meta.get("segdsl.json"))).failure(diagnostics)


def _complain_of_bug(ctx: click.Context, error: BaseException) -> None:
    from segdsl.diagnostics.internal import internal_error

    first = str(error).strip().partition("\n")[0]
    what = f"{type(error).__name__}: {first}" if first else type(error).__name__
    _complain(ctx, (internal_error(what, "`--debug` shows where"),))


def _close_quietly() -> None:
    """Send what is still to be written nowhere, so that closing does not fail again."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", prog_name="segdsl", message="%(prog)s %(version)s")
def main() -> None:
    """Find audiences among customers by rules that people can read."""
