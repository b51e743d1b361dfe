"""Predicates that look into texts and lists, and network addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from segdsl.catalog.types import TEXT, Folding
from segdsl.diagnostics import findings, type_errors
from segdsl.functions.networks import NetworkProblem, parse_network
from segdsl.functions.patterns import PatternProblem, parse_like, parse_pattern
from segdsl.plan import nodes as n
from segdsl.semantics.comparisons import has, list_members
from segdsl.semantics.context import Context, Typed
from segdsl.semantics.forms import (
    Judged,
    all_of,
    any_of,
    folded,
    folding_of,
    is_list,
    judged,
    nobody,
    note_sought,
)
from segdsl.semantics.names import resolve
from segdsl.semantics.values import value
from segdsl.syntax import tree

_HOW = {operator: n.How(operator.value) for operator in tree.TextOperator}
_EVERYWHERE = ("0.0.0.0/0", "::/0")


def text_test(expression: tree.TextTest, context: Context) -> Judged:
    """Return `x contains "s"` and its kin, over a text or a list."""
    subject = value(expression.subject, context)
    operands = _operands(expression, subject, context)
    if operands is None or subject.type.is_error:
        return nobody(context)
    folding = folding_of(expression.folding, (subject, *operands), expression.span, context)
    if is_list(subject) and expression.operator is tree.TextOperator.CONTAINS:
        nodes = [has(subject, operand, folding, context) for operand in operands]
    elif subject.type != TEXT:
        wanted = "text or list" if expression.operator is tree.TextOperator.CONTAINS else "text"
        context.report(
            type_errors.wrong_operand(
                subject.span, f"`{expression.operator}`", wanted, str(subject.type)
            )
        )
        return nobody(context)
    else:
        nodes = [_match(expression, subject, operand, folding, context) for operand in operands]
    found = [node for node in nodes if node is not None]
    if len(found) < len(nodes):
        return nobody(context)
    note_sought(subject, operands, _HOW[expression.operator], folding, context)
    joined = all_of if expression.quantifier is tree.Quantifier.ALL else any_of
    node = joined(found, context)
    return judged(node, (subject, *operands), context, is_negated=expression.is_negated)


def _operands(
    expression: tree.TextTest | tree.ContainsOnly, subject: Typed, context: Context
) -> Sequence[Typed] | None:
    """Return the values to look for: written out, or those of a declared list."""
    wanted = subject.type.element if is_list(subject) else subject.type
    written = expression.operands if isinstance(expression, tree.TextTest) else expression.members
    if isinstance(written, tree.Reference):
        return list_members(written, resolve(written, context, "list"), wanted, context)
    return [value(operand, context) for operand in written]


def _match(
    expression: tree.TextTest,
    subject: Typed,
    operand: Typed,
    folding: Folding,
    context: Context,
) -> n.Predicate | None:
    if operand.type.is_error:
        return None
    operation = str(expression.operator)
    if operand.type != TEXT:
        context.report(
            type_errors.wrong_operand(operand.span, f"`{operation}`", "text", str(operand.type))
        )
        return None
    how = _HOW[expression.operator]
    checked = _PATTERNS.get(how)
    pattern = operand if checked else folded(operand, folding, context)
    if pattern.constant == "":
        context.report(type_errors.empty_text(operand.span, operation))
        return None
    if checked:
        effective = checked(expression, operand, folding, context)
        if effective is None:
            return None
        folding = effective
    text = folded(subject, folding, context)
    kept = folding if checked else Folding.EXACT
    return context.record.intern(n.Match(how, text.node, pattern.node, kept))


def _checked_regex(
    expression: tree.TextTest, operand: Typed, folding: Folding, context: Context
) -> Folding | None:
    """Return the folding for `matches`, which leaves accents alone; None after a complaint."""
    if folding in (Folding.ACCENTS, Folding.BOTH):
        if expression.folding is not None:
            context.report(
                type_errors.wrong_operand(
                    expression.span, "`matches`", "exactly or ignoring case", str(folding)
                )
            )
            return None
        folding = Folding.CASE if folding is Folding.BOTH else Folding.EXACT
    return _checked(parse_pattern, operand, folding, context)


def _checked_like(
    _: tree.TextTest, operand: Typed, folding: Folding, context: Context
) -> Folding | None:
    text = operand.constant
    if isinstance(text, str) and "%" in text and "*" not in text:
        context.report(findings.sql_wildcard(operand.span, text))
    return _checked(parse_like, operand, folding, context)


def _checked(
    parse: Callable[[str], object], operand: Typed, folding: Folding, context: Context
) -> Folding | None:
    """Return the folding if the operand is a constant that parses; None after a complaint."""
    if not isinstance(operand.constant, str):
        context.report(type_errors.needs_constant(operand.span, "a pattern"))
        return None
    problem = parse(operand.constant)
    if isinstance(problem, PatternProblem):
        context.report(type_errors.bad_pattern(operand.span, problem.message, problem.help))
        return None
    return folding


_PATTERNS = {n.How.MATCHES: _checked_regex, n.How.LIKE: _checked_like}


def contains_only(expression: tree.ContainsOnly, context: Context) -> Judged:
    """Return `tags contains only ("a", "b")`: at least one element, and no other."""
    subject = value(expression.subject, context)
    members = _operands(expression, subject, context)
    if members is None or subject.type.is_error:
        return nobody(context)
    if not is_list(subject):
        context.report(
            type_errors.wrong_operand(subject.span, "`contains only`", "list", str(subject.type))
        )
        return nobody(context)
    folding = folding_of(expression.folding, (subject, *members), expression.span, context)
    scalars: list[n.Scalar] = []
    for member in members:
        if has(subject, member, folding, context) is None:
            return nobody(context)
        scalar = folded(member, folding, context).constant
        if scalar is None:
            context.report(type_errors.needs_constant(member.span, "a member"))
            return nobody(context)
        scalars.append(scalar)
    note_sought(subject, members, n.How.CONTAINS, folding, context)
    items = folded(subject, folding, context)
    node = context.record.intern(n.HasOnly(items.node, tuple(dict.fromkeys(scalars))))
    return judged(node, (subject,), context, is_negated=expression.is_negated)


def in_network(expression: tree.InNetwork, context: Context) -> Judged:
    """Return `ip in network "203.0.113.0/24"`; the negative form needs a known address."""
    subject = value(expression.subject, context)
    networks: list[str] = []
    is_sound = not subject.type.is_error
    for text in expression.networks:
        parsed = parse_network(text.value)
        if isinstance(parsed, NetworkProblem):
            context.report(type_errors.bad_network(text.span, text.value, parsed.remedy))
            is_sound = False
        else:
            networks.append(parsed)
    if is_sound and subject.type != TEXT:
        context.report(
            type_errors.wrong_operand(subject.span, "`in network`", "text", str(subject.type))
        )
        is_sound = False
    if not is_sound:
        return nobody(context)
    intern = context.record.intern
    node: n.Predicate = intern(n.InNetwork(subject.node, tuple(dict.fromkeys(networks))))
    if expression.is_negated:
        is_address = intern(n.InNetwork(subject.node, _EVERYWHERE))
        node = all_of((is_address, intern(n.Not(node))), context)
    return judged(node, (subject,), context)
