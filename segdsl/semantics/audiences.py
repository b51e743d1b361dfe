"""From declarations to audiences and traits: the Plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from segdsl.catalog.types import TEXT
from segdsl.diagnostics import Sink, catalog_errors, name_errors, type_errors
from segdsl.functions.scalars import from_text
from segdsl.plan import nodes as n
from segdsl.plan.plan import Audience, Clause, Plan, TraitPlan
from segdsl.semantics import habits
from segdsl.semantics.conditions import condition
from segdsl.semantics.context import Context, NamedList, Record, Schema, Typed
from segdsl.semantics.forms import nobody
from segdsl.semantics.kinds import kind_of, members_of
from segdsl.semantics.names import resolve
from segdsl.semantics.population import bucket_range
from segdsl.semantics.project import Project, in_order_of_need, named_after
from segdsl.semantics.values import literal, value
from segdsl.source import Span
from segdsl.syntax import parse_literal, tree


def check(project: Project, schema: Schema, params: Mapping[str, str], sink: Sink) -> Plan:
    """Return the plan of a project under a schema; complaints and findings go to the sink.

    `params` holds values from outside, as text, by name.
    """
    context = settled(project, schema, params, sink)
    found = audiences(project, context)
    record = context.record
    if not sink.errors:
        _note(project, context)
    mentioned = {node.name: node for node in record.intern if isinstance(node, n.Field)}
    properties = (node for node in record.intern if isinstance(node, n.Property))
    return Plan(
        found,
        _traits(project, context),
        tuple(record.literals),
        tuple(record.negations),
        tuple(mentioned[name] for name in sorted(mentioned)),
        tuple(sorted(properties, key=lambda node: (node.event, node.name))),
        tuple(sorted(record.events)),
    )


def settled(project: Project, schema: Schema, params: Mapping[str, str], sink: Sink) -> Context:
    """Return the surroundings in which it is known what every name of a project means."""
    context = Context(schema, project.declarations, Record(sink), project.broken)
    _check_names(project, context)
    given = _params(project, params, context)
    order, cyclic = in_order_of_need(project.declarations, schema.fields, sink)
    context = context.without(cyclic)
    for name in order:
        _check_declaration(name, project, given, context)
    return context


def _check_names(project: Project, context: Context) -> None:
    for item in project.main.declarations:
        if isinstance(item, tree.RuleTest):
            context.report(catalog_errors.unsupported_rule(item.span, item.words))
    for name, declaration in project.declarations.items():
        what = kind_of(declaration)
        _check_name(name, declaration.name.span, what, None, context)
        for member, span in members_of(declaration):
            _check_name(member, span, "tier" if what == "tiers" else "part", what, context)
    _check_members(project, context)


def _check_members(project: Project, context: Context) -> None:
    """Complain of a dotted name in backticks that is that of a tier or a part too."""
    taken: dict[str, Span] = {}
    for name, declaration in project.declarations.items():
        own = {name: declaration.name.span}
        for member, span in members_of(declaration):
            own.setdefault(member, span)  # one that comes twice is complained of elsewhere
        for full, span in own.items():
            if full in taken:
                context.report(name_errors.duplicate_name(span, full, taken[full]))
        for full, span in own.items():
            taken.setdefault(full, span)


def _check_name(name: str, span: Span, what: str, whole: str | None, context: Context) -> None:
    """Complain of a name that is a field's or an event's too; `whole` is what it is a member of."""
    schema = context.schema
    if name in (schema.fields or ()) or name in schema.unread:
        context.report(name_errors.name_is_field(span, name, what, whole=whole))
    elif name in (schema.events or ()):
        context.report(name_errors.name_is_field(span, name, what, is_a="event"))


def _params(project: Project, params: Mapping[str, str], context: Context) -> dict[str, Typed]:
    """Return the values from outside, each of the type of its param's default."""
    declared = {
        name: item for name, item in project.declarations.items() if isinstance(item, tree.Param)
    }
    given: dict[str, Typed] = {}
    for name, text in params.items():
        if name not in declared:
            context.report(name_errors.unknown_param(name, tuple(declared)))
            continue
        default = literal(declared[name].default, context)
        found = _given(name, text, default, context)
        if found is not None:
            given[name] = found
    return given


def _given(name: str, text: str, default: Typed, context: Context) -> Typed | None:
    if default.type == TEXT:
        plain = from_text(text, TEXT.kind, context.schema.zone)
        return Typed(context.record.intern(n.Literal(plain, TEXT)), default.span)
    written, problems = parse_literal(text, f"--param {name}")
    if written is None or problems:
        wanted = "percentage" if default.is_percent else str(default.type)
        context.report(type_errors.bad_param(name, f"`{text}` is not a {wanted}"))
        return None
    found = literal(written, context)
    if found.type != default.type or found.is_percent != default.is_percent:
        wanted = "percentage" if default.is_percent else str(default.type)
        reason = f"its default is a {wanted}, and `{text}` is not"
        context.report(type_errors.bad_param(name, reason))
        return None
    return found


def _check_declaration(
    name: str, project: Project, given: Mapping[str, Typed], context: Context
) -> None:
    """Find out what a declaration means; with parameters it is checked at each use instead."""
    meanings = context.record.meanings
    declaration = project.declarations[name]
    match declaration:
        case tree.Param():
            meanings[name] = given.get(name) or literal(declaration.default, context)
        case tree.InlineList():
            members = tuple(literal(member, context) for member in declaration.members)
            meanings[name] = NamedList(name, members, (), False, declaration.name.span)
        case tree.FileList():
            cells = project.cells[name]
            meanings[name] = NamedList(name, (), cells, True, declaration.name.span)
        case tree.Define() | tree.Trait() if declaration.parameters:
            pass
        case tree.Trait():
            meanings[name] = value(declaration.body, context)
        case tree.Define() | tree.Segment():
            meanings[name] = condition(declaration.body, context)
        case tree.Tiers():
            meanings[name] = _tiers(declaration, context)
        case tree.Split():
            meanings[name] = _split(declaration, context)


def _tiers(tiers: tree.Tiers, context: Context) -> Mapping[str, Clause]:
    """Return each tier: the first match wins, `otherwise` takes the rest."""
    members: dict[str, Clause] = {}
    earlier: list[tuple[str, n.Predicate]] = []
    for reference in tiers.members:
        found = resolve(reference, context, "segment")
        if not isinstance(found, Clause):
            if found is not None and not (isinstance(found, Typed) and found.type.is_error):
                is_a = str(found.type) if isinstance(found, Typed) else "list"
                context.report(
                    name_errors.wrong_kind(reference.span, reference.text, is_a, "segment")
                )
            found = Clause(nobody(context).node, reference.span)
        if reference.text in members:
            first = members[reference.text].span or reference.span
            context.report(name_errors.duplicate_name(reference.span, reference.text, first))
        name = f"{tiers.name.text}.{reference.text}"
        members[reference.text] = _tier(name, reference, found, earlier, context)
        earlier.append((name, found.node))
    if tiers.otherwise is not None:
        rest = _none_of(earlier, "in none of the tiers before", context)
        if tiers.otherwise.text in members:
            first = members[tiers.otherwise.text].span or tiers.span
            context.report(
                name_errors.duplicate_name(tiers.otherwise.span, tiers.otherwise.text, first)
            )
        words = f"{tiers.name.text}.{tiers.otherwise.text}"
        members[tiers.otherwise.text] = Clause(
            rest.node, tiers.otherwise.span, items=(rest,), words=words
        )
    return members


def _tier(
    name: str,
    reference: tree.Reference,
    found: Clause,
    earlier: Sequence[tuple[str, n.Predicate]],
    context: Context,
) -> Clause:
    """Return one tier: its segment, and that no tier before it takes the customer."""
    if not earlier:
        return Clause(found.node, reference.span, items=(found,), name=reference.text, words=name)
    own = Clause(found.node, reference.span, items=(found,), name=reference.text)
    rest = _none_of(earlier, "not in an earlier tier", context)
    node = context.record.intern(n.All((found.node, rest.node)))
    return Clause(node, reference.span, items=(own, rest), name=reference.text, words=name)


def _none_of(earlier: Sequence[tuple[str, n.Predicate]], words: str, context: Context) -> Clause:
    intern = context.record.intern
    either = intern(n.Any(tuple(node for _, node in earlier)))
    return Clause(intern(n.Not(either)), None, words=words, earlier=tuple(earlier))


def _split(split: tree.Split, context: Context) -> Mapping[str, Clause]:
    """Return each part: the range of buckets is cut in the written order."""
    intern = context.record.intern
    of = resolve(split.of, context, "segment") if split.of else None
    if split.of is not None and not isinstance(of, Clause):
        if of is not None and not (isinstance(of, Typed) and of.type.is_error):
            is_a = str(of.type) if isinstance(of, Typed) else "list"
            context.report(name_errors.wrong_kind(split.of.span, split.of.text, is_a, "segment"))
        of = None
    parts = [Decimal(share.part.value) for share in split.shares]
    for share, part in zip(split.shares, parts, strict=True):
        if not 0 < part <= 1:
            context.report(type_errors.bad_share(share.span, share.span.text))
    if sum(parts) != 1:
        total = _percent(sum(parts, Decimal(0)))
        spans = split.shares[0].span.to(split.shares[-1].span)
        context.report(type_errors.bad_shares(spans, total))
        parts = [Decimal(0)] * len(parts)
    members: dict[str, Clause] = {}
    start = Decimal(0)
    for share, part in zip(split.shares, parts, strict=True):
        name = share.name
        drawn = Clause(
            bucket_range(split.seed.value, start, start + part, context),
            share.span,
            words=f"{name.text} takes {_percent(start)} to {_percent(start + part)}",
        )
        if name.text in members:
            first = members[name.text].span or name.span
            context.report(name_errors.duplicate_name(name.span, name.text, first))
        members[name.text] = drawn
        if split.of is not None and isinstance(of, Clause):
            whole = Clause(of.node, split.of.span, items=(of,), name=split.of.text)
            members[name.text] = Clause(
                intern(n.All((of.node, drawn.node))),
                share.span,
                items=(whole, drawn),
                words=f"{split.name.text}.{name.text}",
            )
        start += part
    return members


def _percent(part: Decimal) -> str:
    return f"{(part * 100).normalize():f}%"


def audiences(project: Project, context: Context) -> tuple[Audience, ...]:
    """Return the results of the main file, in its order; used files bring names only."""
    if project.main.condition is not None:
        found = condition(project.main.condition, context)
        source = project.main.source
        name = named_after(source) if source.path else "segment"
        return (Audience(name, None, (), found, project.main.condition.span),)
    listed: list[Audience] = []
    meanings = context.record.meanings
    for item in project.main.declarations:
        if not isinstance(item, tree.Segment | tree.Tiers | tree.Split):
            continue
        if project.declarations.get(item.name.text) is not item:
            continue  # a duplicate, complained of
        found_meaning = meanings.get(item.name.text)
        title = item.title.value if item.title else None
        annotations = _annotations(item, context)
        span = item.name.span
        if isinstance(found_meaning, Clause):
            listed.append(Audience(item.name.text, title, annotations, found_meaning, span))
        elif isinstance(found_meaning, Mapping):
            for member, clause in found_meaning.items():
                name = f"{item.name.text}.{member}"
                listed.append(Audience(name, title, annotations, clause, clause.span or span))
    return tuple(listed)


def _annotations(
    item: tree.Segment | tree.Tiers | tree.Split, context: Context
) -> tuple[tuple[str, n.Scalar], ...]:
    found: dict[str, n.Scalar] = {}
    first: dict[str, tree.Annotation] = {}
    for annotation in item.annotations:
        name = annotation.name.text
        if name in first:
            context.report(
                name_errors.duplicate_name(annotation.name.span, name, first[name].name.span)
            )
        first[name] = annotation
        constant = literal(annotation.value, context).constant
        if constant is None:
            context.report(type_errors.needs_constant(annotation.value.span, "an annotation"))
        else:
            found[name] = constant
    return tuple(found.items())


def _traits(project: Project, context: Context) -> tuple[TraitPlan, ...]:
    traits: list[TraitPlan] = []
    for item in project.main.declarations:
        if isinstance(item, tree.Trait):
            found = context.record.meanings.get(item.name.text)
            if isinstance(found, Typed):
                title = item.title.value if item.title else None
                traits.append(TraitPlan(item.name.text, title, found.node, item.name.span))
    return tuple(traits)


def _note(project: Project, context: Context) -> None:
    own = project.main.declarations
    habits.note_unused(own, context)
    habits.note_seeds((item for item in own if isinstance(item, tree.Split)), context)
    habits.note_periods(context.record.periods, context)
