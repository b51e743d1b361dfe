"""Plans and programs printed whole, one line a node, for people and bug reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segdsl.plan import nodes as n
from segdsl.plan.program import Coded, Program
from segdsl.plan.words import LONGEST, clipped, in_words


def dump_nodes(roots: Mapping[str, n.Node]) -> str:
    """Return all nodes of some roots, numbered, children first, then the roots."""
    numbers = {node: i for i, node in enumerate(n.ordered(*roots.values(), below=n.parts))}
    lines = [f"{i:>5}  {in_words(node, _names(node, numbers))}" for node, i in numbers.items()]
    lines += [f"{name} = #{numbers[root]}" for name, root in roots.items()]
    return "\n".join(lines)


def _names(node: n.Node, numbers: Mapping[n.Node, int]) -> dict[n.Node, str]:
    """Return short names for a node's children: leaves in full, others by number."""
    leaves = (n.Field, n.Property, n.Literal, n.Now, n.Today)
    return {
        child: in_words(child, {}) if isinstance(child, leaves) else f"#{numbers[child]}"
        for child in n.parts(node)
    }


def dump_program(program: Program) -> str:
    """Return the strata of a program: what is computed once, and what is made of it."""
    steps = [
        node
        for level in program.levels
        for node in (*level.events, *level.values, *level.atoms, *level.connectives)
    ]
    roots = {**program.segments, **program.traits}
    numbers = {node: i for i, node in enumerate(dict.fromkeys((*steps, *roots.values())))}
    lines = [f"fields: {', '.join(field.name for field in program.fields)}"]
    for i, level in enumerate(program.levels):
        lines.append(f"level {i}")
        for stratum, nodes in (
            ("events", level.events),
            ("values", level.values),
            ("atoms", level.atoms),
            ("segments", level.connectives),
        ):
            if nodes:
                lines.append(f"  {stratum} ({len(nodes)})")
                lines += [f"    #{numbers[node]}  {_step(node, numbers)}" for node in nodes]
        late = {node: own for node, own in level.coded_as_read.items() if node not in level.coded}
        lines += _from_codes("from codes", level.coded, numbers)
        lines += _from_codes("from codes as files are read", late, numbers)
    lines += [f"{name} = #{numbers[root]}" for name, root in roots.items()]
    if program.query is not None:
        lines.append("sizes alone by a query of files")
        lines += _from_codes("from distinct texts", program.query.searched, numbers)
    return "\n".join(lines)


def _from_codes(title: str, coded: Coded, numbers: Mapping[n.Node, int]) -> Iterator[str]:
    """Yield lines about values that become codes, and the atoms that are sets of these."""
    if coded:
        yield f"  {title} ({sum(map(len, coded.values()))})"
    for value, atoms in coded.items():
        yield f"    {_step(value, numbers)}: {', '.join(f'#{numbers[atom]}' for atom in atoms)}"


def _step(node: n.Node, numbers: Mapping[n.Node, int]) -> str:
    words: dict[n.Node, str] = {}
    for child in n.ordered(node, below=n.parts):
        is_step = child is not node and child in numbers
        text = f"#{numbers[child]}" if is_step else in_words(child, words)
        words[child] = text if child is node else clipped(text, LONGEST)
    return words[node]
