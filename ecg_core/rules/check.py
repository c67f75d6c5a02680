"""The pack linter: all that loading checks, and what a pack needs beyond that to be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ecg_core.errors import Fault, UnknownNameError
from ecg_core.rules.ast import And, Boolean, Compare, Measured, Named, Or
from ecg_core.rules.case_files import LocatedCase, read_cases
from ecg_core.rules.check_bands import misfits
from ecg_core.rules.check_reach import unreachable
from ecg_core.rules.fields import Fields
from ecg_core.rules.links import link_rules
from ecg_core.rules.pack import PackSource, read_pack
from ecg_core.rules.protocol import CaseKind
from ecg_core.rules.rule_files import RuleSource
from ecg_core.rules.strict_yaml import Mapping as YamlMapping
from ecg_core.rules.strict_yaml import Node as YamlNode
from ecg_core.rules.strict_yaml import Scalar
from ecg_core.rules.walk import walk
from ecg_core.vocabulary import LEADS, measurement, statement

_SLOT = re.compile(r"\{([^{}]*)\}|[{}]")
_SLOT_NAME = re.compile(r"(\w+)(?:\[(\w+)\])?\Z")


def lint_pack(folder: Path) -> list[Fault]:
    """Return every fault of a pack, sorted by place.

    Beyond what `load_protocol` refuses: literal numbers that should be cited thresholds, engineering choices without a
    note, explanations that name what the rule does not use, missing cases, and conditions on sex or age that leave a
    statement unknown where a table would decide it.

    Args:
        folder: the pack's folder.
    """
    source = read_pack(folder)
    cases, faults = read_cases(folder, source.declared, source.bases)
    source.faults += faults
    for rule in source.rules:
        fields = Fields(rule.file, source.faults)
        _check_literals(rule, fields)
        _check_notes(rule, fields)
        _check_explanation(rule, fields)
        _check_demographics(rule, fields)
        _check_levels(rule, fields)
    _check_threshold_notes(source)
    _check_unused_thresholds(source)
    _check_cases(source, cases)
    linked, _ = link_rules(source.rules, None)
    by_statement = {rule.statement: rule for rule in linked}
    source.faults += unreachable(source.rules, by_statement)
    source.faults += misfits(source.rules, by_statement)
    return sorted(set(source.faults))


# ---- rules


def _check_literals(rule: RuleSource, fields: Fields) -> None:
    for name, expression in rule.expressions.items():
        node = _criterion_value(rule, name, "if")
        for literal in expression.literals:
            if literal.value == 0 or (literal.value in (1, 2) and not literal.unit):
                continue
            line, column = node.place(literal.offset)
            message = f"{literal.value:g} {literal.unit}".strip() + ": make it a named threshold with a source"
            fields.faults.append(Fault(rule.file, line, column, message))


def _check_notes(rule: RuleSource, fields: Fields) -> None:
    for name, criterion in rule.rule.criteria.items():
        parts = _values(_criterion(rule, name))
        if criterion.provenance == "operational" and "note" not in parts:
            fields.fault(parts["provenance"], "an operational criterion needs a 'note' that says why it was chosen so")


def _check_explanation(rule: RuleSource, fields: Fields) -> None:
    node = rule.nodes["explain"]
    named = {name for expression in rule.expressions.values() for name in expression.thresholds}
    assert isinstance(node, Scalar)
    for match in _SLOT.finditer(node.raw):
        problem = _slot_problem(match[1], named)
        if problem:
            line, column = node.place(match.start())
            fields.faults.append(Fault(rule.file, line, column, problem))


def _slot_problem(slot: str | None, named: set[str]) -> str | None:
    match = _SLOT_NAME.match(slot or "")
    if match is None:
        return "a slot is {name} or {name[lead]}"
    name, lead = match[1], match[2]
    if name == "leads" or name in named:
        return None if lead is None else f"{name} has no leads"
    try:
        definition = measurement(name)
    except UnknownNameError:
        return f"{{{slot}}} names neither a measurement nor a threshold of this rule"
    if definition.kind in ("text", "series"):
        return f"{definition.name} is a {definition.kind}: a sentence cannot show it"
    if definition.scope == "lead" and lead is None:
        return f"{name} is measured per lead: write {{{name}[V2]}}, or name the leads by {{leads}}"
    if lead is not None and (definition.scope != "lead" or lead not in LEADS):
        return f"{name} has no lead {lead!r}"
    return None


def _check_demographics(rule: RuleSource, fields: Fields) -> None:
    """Find ``(sex == male and x > a) or (sex == female and x > b)``: unknown sex makes it unknown, a table need not."""
    for name, expression in rule.expressions.items():
        for node in walk(expression.body):
            if not isinstance(node, Or):
                continue
            arms = [item for item in node.items if isinstance(item, And) and any(map(_asks_demographics, item.items))]
            if len(arms) > 1:
                fields.fault(
                    _criterion_value(rule, name, "if"),
                    "limits by sex or age are alternatives here: make them one threshold with a table, which still"
                    " decides where sex or age is unknown",
                )
                break


def _asks_demographics(node: Boolean) -> bool:
    return isinstance(node, Compare) and isinstance(node.left, Measured) and node.left.name in ("sex", "age")


def _check_levels(rule: RuleSource, fields: Fields) -> None:
    definition = statement(rule.rule.statement)
    for level in ("severity", "urgency"):
        if level in rule.nodes and getattr(rule.rule, level) == getattr(definition, level):
            fields.fault(rule.nodes[level], f"{level} is what the vocabulary says already: leave it out")
    for step in rule.rule.escalations:
        if step.severity == rule.rule.severity and step.urgency in (None, rule.rule.urgency):
            fields.fault(rule.nodes["escalate"], "this escalation raises nothing")


# ---- thresholds


def _check_threshold_notes(source: PackSource) -> None:
    for file, key, node in _threshold_nodes(source):
        parts = _values(node)
        provenance = parts.get("provenance")
        if isinstance(provenance, Scalar) and provenance.raw == "operational" and "note" not in parts:
            message = f"threshold {key.raw!r} is operational: it needs a 'note' that says why it was chosen so"
            source.faults.append(Fault(file, key.line, key.column, message))


def _check_unused_thresholds(source: PackSource) -> None:
    if source.protocol is None:
        return
    used = {name for rule in source.rules for expression in rule.expressions.values() for name in expression.thresholds}
    for file, key, _ in _threshold_nodes(source):
        if key.raw not in used:
            source.faults.append(Fault(file, key.line, key.column, f"threshold {key.raw!r} is never used"))


def _threshold_nodes(source: PackSource) -> Iterator[tuple[str, Scalar, YamlNode]]:
    for file, root in source.documents.items():
        if Path(file).parent.name == "thresholds" and isinstance(root, YamlMapping):
            for key, node in root.pairs:
                yield file, key, node


# ---- cases


def _check_cases(source: PackSource, cases: list[LocatedCase]) -> None:
    kinds: dict[str, set[CaseKind]] = {}
    for located in cases:
        kinds.setdefault(located.case.rule, set()).add(located.case.kind)
        source.faults += _contradictions(located)
    restated = {name for base in source.bases for name in base.restated}
    suppressed = {target for rule in source.rules for target, _ in rule.suppresses}
    for rule in source.rules:
        # What the base pack's own cases leave out is a fault of that pack.
        if not Path(rule.file).is_relative_to(source.folder) and rule.rule.id not in restated:
            continue
        blocked = bool(rule.rule.blockers) or rule.rule.statement in suppressed
        have = kinds.get(rule.rule.id, set())
        missing = [kind for kind in _needed_kinds(rule, blocked) if kind not in have]
        if missing:
            source.faults.append(_missing_cases(source, rule, ", ".join(missing)))


def _missing_cases(source: PackSource, rule: RuleSource, kinds: str) -> Fault:
    name = rule.rule.id
    if Path(rule.file).is_relative_to(source.folder):
        node = rule.nodes["id"]
        return Fault(rule.file, node.line, node.column, f"rule {name!r} has no case of kind {kinds}")
    message = (
        f"rule {name!r} of the pack below is no longer as its cases there say: state them anew in "
        f"cases/{rule.rule.group}/{name}.yaml; missing is {kinds}"
    )
    return Fault((source.folder / "protocol.yaml").as_posix(), 1, 1, message)


def _needed_kinds(rule: RuleSource, blocked: bool) -> list[CaseKind]:
    kinds: list[CaseKind] = ["fires", "does_not_fire", "not_measurable"]
    if any(_has_limit(expression.body) for expression in rule.expressions.values()):
        kinds.insert(2, "at_threshold")
    return [*kinds, "suppressed"] if blocked else kinds


def _has_limit(body: Boolean) -> bool:
    """Whether a number is compared with a limit, so that there is a threshold to be exactly at."""
    return any(isinstance(node, Named) for node in walk(body))


def _contradictions(located: LocatedCase) -> Iterator[Fault]:
    case = located.case
    wanted = {"fires": "true", "does_not_fire": "false", "suppressed": "true"}.get(case.kind)
    place = (located.file, located.line, located.column)
    if wanted is not None and case.expect != wanted:
        yield Fault(*place, f"a case of kind {case.kind} expects {wanted}")
    if case.kind == "suppressed" and case.final is not False:
        yield Fault(*place, "a case of kind suppressed states 'final: false'")


# ---- walking


def _criterion(rule: RuleSource, name: str) -> YamlNode:
    return _values(rule.nodes["criteria"])[name]


def _criterion_value(rule: RuleSource, name: str, key: str) -> Scalar:
    node = _values(_criterion(rule, name))[key]
    assert isinstance(node, Scalar)
    return node


def _values(node: YamlNode) -> Mapping[str, YamlNode]:
    return {key.raw: value for key, value in node.pairs} if isinstance(node, YamlMapping) else {}
