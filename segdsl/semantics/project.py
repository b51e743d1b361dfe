"""A rule file with the files that it uses: every declaration by name, in the order of need."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeAlias
from unicodedata import normalize

from segdsl.diagnostics import Diagnostic, Sink, name_errors
from segdsl.plan.nodes import Scalar
from segdsl.semantics.kinds import is_constant
from segdsl.source import Source
from segdsl.syntax import parse, tree

Named: TypeAlias = (
    "tree.Param | tree.InlineList | tree.FileList | tree.Define | tree.Trait"
    " | tree.Segment | tree.Tiers | tree.Split"
)
Cells: TypeAlias = "tuple[tuple[Scalar, ...], str | None]"


_NAMELESS = (  # what the tree holds most of, and what is a word or nothing
    *(tree.Text, tree.Number, tree.DateLiteral, tree.InstantLiteral, tree.Truth, str, bool),
    type(None),
)
_NOT_READ = frozenset({"span", "name"})  # of a node of the tree


class Files(Protocol):
    """Where used rule files and list files are read from."""

    def read_source(self, path: Path) -> tuple[Source | None, tuple[Diagnostic, ...]]:
        """Return a rule file, or what is wrong with it."""

    def read_list(self, path: Path, column: str | None) -> Cells:
        """Return the cells of a list file's column, or a reason why they cannot be read."""


@dataclass(frozen=True, slots=True)
class Project:
    """The main module and all declarations that it can name."""

    main: tree.Module
    declarations: Mapping[str, Named]
    broken: frozenset[str]  # names whose declarations have been complained of
    cells: Mapping[str, tuple[Scalar, ...]]  # of list files, by the list's name
    sources: tuple[Source, ...]  # every rule text in the order of reading, the main one first

    @property
    def lists(self) -> dict[tuple[str, str | None], tuple[Scalar, ...]]:
        """The cells of list files, by path and column."""
        found: dict[tuple[str, str | None], tuple[Scalar, ...]] = {}
        for name, cells in self.cells.items():
            declaration = self.declarations[name]
            assert isinstance(declaration, tree.FileList)  # what `cells` is keyed by
            column = declaration.column.value if declaration.column else None
            path = beside(declaration.path.span.source, declaration.path.value)
            found[path.as_posix(), column] = cells
        return found


def collect(main: tree.Module, files: Files, sink: Sink) -> Project:
    """Return the project of a module: used files read, duplicate names complained of."""
    modules = tuple(_modules(main, files, sink))
    declared: dict[str, Named] = {}
    cells: dict[str, tuple[Scalar, ...]] = {}
    for declaration in (d for module in modules for d in module.declarations):
        if isinstance(declaration, tree.Use | tree.RuleTest):
            continue
        name = declaration.name
        if name.text in declared:
            first = declared[name.text].name.span
            sink.report(name_errors.duplicate_name(name.span, name.text, first))
            continue
        declared[name.text] = declaration
        if isinstance(declaration, tree.FileList):
            cells[name.text] = _cells(declaration, files, sink)
    broken = frozenset[str]().union(*(module.broken for module in modules))
    sources = tuple(module.source for module in modules)
    return Project(main, declared, broken - set(declared), cells, sources)


def _modules(main: tree.Module, files: Files, sink: Sink) -> Iterator[tree.Module]:
    """Yield the main module, then those of the files that it uses, once each."""
    yield main
    seen = {main.source.path.resolve()} if main.source.path else set()
    waiting = [d for d in main.declarations if isinstance(d, tree.Use)]
    while waiting:
        use = waiting.pop(0)
        path = beside(use.path.span.source, use.path.value)
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        source, complaints = files.read_source(path)
        if source is None:
            is_there = _is_there(path)
            near = [] if is_there else _beside(path)
            reason = complaints[0].message if is_there else "there is no such file"
            sink.report(
                name_errors.missing_file(use.path.span, use.path.value, "rule file", reason, near)
            )
            continue
        module, problems = parse(source)
        sink.extend(problems)
        yield _as_segment(module, use)
        waiting.extend(d for d in module.declarations if isinstance(d, tree.Use))


def _beside(path: Path) -> list[str]:
    """Return the rule files in the folder of a path."""
    try:
        return [p.name for p in path.parent.iterdir() if p.suffix == ".seg"]
    except OSError:
        return []


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # what cannot even be looked at: why, reading has told
        return True


def _as_segment(module: tree.Module, use: tree.Use) -> tree.Module:
    """Return a used module with its bare condition, if it is one, as a segment."""
    if module.condition is None:
        return module
    name = tree.Name(named_after(module.source), use.path.span)
    segment = tree.Segment(name, None, (), module.condition, module.condition.span)
    return replace(module, declarations=(segment,), condition=None)


def named_after(source: Source) -> str:
    """Return the name of the segment that a file with a bare condition is."""
    return normalize("NFC", (source.path or Path(source.name)).stem)


def beside(source: Source, path: str) -> Path:
    """Return a path that is written in a source: relative to the folder of its file."""
    folder = source.path.parent if source.path else Path()
    return folder / path


def _cells(declaration: tree.FileList, files: Files, sink: Sink) -> tuple[Scalar, ...]:
    path = beside(declaration.path.span.source, declaration.path.value)
    column = declaration.column.value if declaration.column else None
    cells, reason = files.read_list(path, column)
    if reason is not None:
        written = declaration.path
        sink.report(name_errors.missing_file(written.span, written.value, "list file", reason))
    return cells


def in_order_of_need(
    declarations: Mapping[str, Named], fields: Collection[str] | None, sink: Sink
) -> tuple[list[str], frozenset[str]]:
    """Return the names so that each comes after those it needs, and the names that form cycles.

    A cycle is complained of. A name that is also one of the customers' `fields` (None: not known
    yet) means the field.
    """
    needs = {name: _needs(item, declarations, fields or ()) for name, item in declarations.items()}
    order: list[str] = []
    cyclic: set[str] = set()
    done: set[str] = set()
    for start in sorted(declarations, key=lambda name: not is_constant(declarations[name])):
        path: list[str] = []
        stack = [(start, False)]
        while stack:
            name, is_left = stack.pop()
            if is_left:
                path.pop()
                done.add(name)
                order.append(name)
            elif name in path:
                circle = path[path.index(name) :]
                cyclic.update(circle)
                _complain_of_cycle(circle, declarations, sink, may_be_column=fields is None)
            elif name not in done:
                path.append(name)
                stack.append((name, True))
                stack.extend((need, False) for need in sorted(needs[name], reverse=True))
    return [name for name in order if name not in cyclic], frozenset(cyclic)


def _complain_of_cycle(
    names: list[str], declarations: Mapping[str, Named], sink: Sink, *, may_be_column: bool
) -> None:
    first = min(range(len(names)), key=lambda i: declarations[names[i]].span.start)
    turned = [*names[first:], *names[:first]]
    spans = [declarations[name].name.span for name in turned]
    circle = [*turned, turned[0]]
    sink.report(name_errors.cycle(spans[0], circle, spans, may_be_column=may_be_column))


def _needs(
    declaration: Named, declarations: Mapping[str, Named], customers: Collection[str]
) -> set[str]:
    """Return the declared names that a declaration mentions.

    Its own parameters and the `customers`' fields are none, unless they are called. What is asked
    of one event is left out: there names are properties, or params and lists, which need nothing.
    """
    hidden = set(customers)
    if isinstance(declaration, tree.Define | tree.Trait):
        hidden.update(parameter.text for parameter in declaration.parameters)
    mentioned: set[str] = set()
    called: set[str] = set()
    stack: list[object] = [declaration]
    while stack:
        item = stack.pop()
        match item:
            case tree.Reference():
                head = item.parts[0].text
                if len(item.parts) == 1 or _has_member(declarations.get(head), item, customers):
                    mentioned.add(head)
            case tree.Call():
                called.add(item.function.text)
                stack.extend(item.arguments)
            case tree.Did():
                stack += (item.often, item.window)
            case tree.DidInOrder():
                stack += (*(step.count for step in item.steps), item.window)
            case tree.Aggregate():
                stack.append(item.window)
            case tuple():
                stack.extend(part for part in item if not isinstance(part, _NAMELESS))
            case _:
                names = getattr(item, "__dataclass_fields__", ())  # none: a number
                parts = (getattr(item, name) for name in names if name not in _NOT_READ)
                stack.extend(part for part in parts if not isinstance(part, _NAMELESS))
    return {name for name in mentioned - hidden | called if name in declarations}


def _has_member(
    declaration: Named | None, reference: tree.Reference, customers: Collection[str]
) -> bool:
    """Return whether a dotted name is that of a member, and not of a field."""
    is_whole = isinstance(declaration, tree.Tiers | tree.Split)
    return is_whole and reference.text not in customers
