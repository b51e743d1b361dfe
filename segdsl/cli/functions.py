"""`segdsl functions`: the catalogue of predicates and functions."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import click

from segdsl.cli.options import examples, with_report
from segdsl.cli.report import Column, Report

_TITLES = MappingProxyType(
    {"predicate": "predicates", "behaviour": "what customers did", "function": "functions"}
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One thing that the language can say."""

    kind: str
    name: str
    form: str
    doc: str
    example: str

    def to_dict(self) -> dict[str, str]:
        return {
            "kind": self.kind,
            "name": self.name,
            "form": self.form,
            "doc": self.doc,
            "example": self.example,
        }


@click.command(
    "functions",
    epilog=examples("segdsl functions", "segdsl functions round", "segdsl functions did"),
)
@click.argument("name", required=False, metavar="[NAME]")
@with_report()
def command(name: str | None, report: Report) -> None:
    """List the predicates and functions of the language, or show one with its example."""
    entries = _entries()
    found = entries if name is None else _named(name, entries)
    if report.is_json:
        report.result([entry.to_dict() for entry in found])
        return
    if name is None:
        for kind, title in _TITLES.items():
            rows = [(entry.form, entry.doc) for entry in entries if entry.kind == kind]
            report.table((Column(title), Column("meaning")), rows)
            report.text()
        report.words("`segdsl functions NAME` shows one with an example")
        return
    for entry in found:
        report.text(f"{entry.form}\n\n  {entry.doc}\n\n  {entry.example}\n")


def _entries() -> tuple[_Entry, ...]:
    from segdsl.functions.habits import BEHAVIOUR
    from segdsl.functions.predicates import PREDICATES
    from segdsl.functions.table import FUNCTIONS

    return (
        *(_Entry("predicate", p.name, p.form, p.doc, p.example) for p in PREDICATES),
        *(_Entry("behaviour", p.name, p.form, p.doc, p.example) for p in BEHAVIOUR),
        *(_Entry("function", f.name, f.form, f.doc, f.example) for f in FUNCTIONS.values()),
    )


def _named(name: str, entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    """Return the entries of that name, else those that have the word in name or form."""
    from segdsl.diagnostics.near import near_names

    wanted = name.strip().lower()
    same = tuple(entry for entry in entries if wanted in _names(entry))
    word = tuple(e for e in entries if f" {wanted} " in f" {_words(e.name)} {_words(e.form)} ")
    if same or word:
        return same or word
    near = near_names(wanted, {known for entry in entries for known in _names(entry)})
    hint = f"; `{near[0]}` is near it" if near else "; `segdsl functions` lists all"
    raise click.BadParameter(f"there is no function `{name}`{hint}", param_hint="NAME")


def _names(entry: _Entry) -> tuple[str, ...]:
    return (entry.name, *entry.name.split(", "))


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() or c in "/_" else " " for c in text).split())
