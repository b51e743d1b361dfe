"""The parts of the README that are made from the code.

python tests/project/generated.py    # writes them anew
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import click

from segdsl.backends.support import markdown, support
from segdsl.cli import main

README = Path(__file__).resolve().parents[2] / "README.md"
SHARED = 3  # an option of so many commands is described once for all of them

_SECTION = re.compile(r"(?s)(<!-- begin: (?P<name>[a-z ]+) -->\n).*?(<!-- end: (?P=name) -->)")


def commands() -> dict[str, click.Command]:
    """Return every command by name."""
    with click.Context(main) as context:
        found = {name: main.get_command(context, name) for name in main.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def options_of(command: click.Command) -> list[click.Option]:
    """Return the options of a command in the order of its help."""
    return [one for one in command.params if isinstance(one, click.Option) and not one.hidden]


def spelling(option: click.Option) -> str:
    """Return an option as the README writes it: its long name and what follows."""
    long = next(name for name in option.opts if name.startswith("--"))
    if option.is_flag:
        return f"`{long}`"
    value = option.metavar
    if value is None and isinstance(option.type, click.Choice):
        value = "/".join(option.type.choices)
    return f"`{long} {value or option.type.name.upper()}`"


def command_line() -> str:
    """Return the tables of commands and of the options that many of them share."""
    known = commands()
    used = Counter(option.name for one in known.values() for option in options_of(one))
    shared: dict[str, str] = {}
    for option in (option for one in known.values() for option in options_of(one)):
        if used[option.name] >= SHARED:
            shared.setdefault(option.opts[-1], f"| {spelling(option)} | {option.help} |")
    lines = ["| command | what it does | options of its own |", "| --- | --- | --- |"]
    for name, command in known.items():
        own = [
            spelling(option)
            for option in options_of(command)
            if not shared.get(option.opts[-1], "").startswith(f"| {spelling(option)} |")
        ]
        arguments = [one.make_metavar(click.Context(command)) for one in _arguments(command)]
        usage = " ".join(("segdsl", name, *arguments))
        what = (command.help or "").partition("\n\n")[0].replace("\n", " ")
        lines.append(f"| `{usage}` | {what} | {', '.join(own)} |")
    lines += ["", "| shared option | what it does |", "| --- | --- |", *shared.values()]
    return "\n".join(lines)


def _arguments(command: click.Command) -> list[click.Argument]:
    return [one for one in command.params if isinstance(one, click.Argument)]


def refreshed(text: str) -> str:
    """Return a document with its generated parts as they ought to be."""
    made = {"command line": command_line, "support": lambda: markdown(support())}
    return _SECTION.sub(lambda m: f"{m[1]}\n{made[m['name']]()}\n\n{m[3]}", text)


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
