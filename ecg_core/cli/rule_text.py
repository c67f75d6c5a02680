"""A rule in words, for ``ecg-core protocol show PACK RULE``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from ecg_core.findings import Citation
from ecg_core.rules.ast import Named, Number
from ecg_core.rules.backends.text import to_text
from ecg_core.rules.formula import (
    AllOf,
    AnyFinding,
    AnyOf,
    CriterionRef,
    FindingRef,
    Fired,
    Formula,
    Negation,
)
from ecg_core.rules.protocol import Case, Protocol, Rule, Threshold
from ecg_core.rules.units import from_canonical
from ecg_core.vocabulary import statement
from ecg_core.wording import quantity


def rule_text(protocol: Protocol, rule: Rule, cases: list[Case]) -> str:
    """Return everything that a reviewer of the rule needs to see, one fact per line."""
    sections = (
        _head(rule),
        _criteria(protocol, rule),
        _logic(rule),
        _mimics(rule),
        _cases(cases),
    )
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in map(list, sections) if lines)


def formula_text(formula: Formula) -> str:
    """Write a formula in the language of ``when``."""
    match formula:
        case CriterionRef(name):
            return name
        case FindingRef(code, stage):
            return code if stage == "raw" else f"final({code})"
        case Fired(item):
            return f"fired({formula_text(item)})"
        case AnyFinding(severity, urgency):
            return f"any_finding(severity >= {severity})" if severity else f"any_finding(urgency >= {urgency})"
        case Negation(item):
            return f"not {_operand(item)}"
        case AllOf(()):
            return "true"
        case AllOf(items):
            return " and ".join(map(_operand, items))
        case AnyOf(items):
            return " or ".join(map(_operand, items))


def _operand(formula: Formula) -> str:
    text = formula_text(formula)
    return f"({text})" if isinstance(formula, AllOf | AnyOf) and len(formula.items) > 1 else text


def _head(rule: Rule) -> Iterator[str]:
    yield f"{rule.id}: {rule.statement} {statement(rule.statement).name}"
    yield f"group {rule.group}, phase {rule.phase}, {rule.severity}, {rule.urgency}, status {rule.status}"
    marks = {
        "a near miss is reported as borderline": rule.costly_miss,
        "urgency is never lowered": rule.never_lowered,
        "applies at all ages": rule.all_ages,
    }
    yield from (mark for mark, holds in marks.items() if holds)


def _criteria(protocol: Protocol, rule: Rule) -> Iterator[str]:
    yield "criteria"
    for criterion in rule.criteria.values():
        yield f"  {criterion.name}: {criterion.expression}"
        yield f"    {criterion.text}"
        yield f"    {criterion.provenance}: {_citation(criterion.source)}"
    used = {name for criterion in rule.criteria.values() for name in _thresholds(criterion.body)}
    if used:
        yield "thresholds"
        for name in protocol.thresholds:
            if name in used:
                yield from _threshold(protocol.thresholds[name])


def _threshold(threshold: Threshold) -> Iterator[str]:
    body = threshold.body
    value = (
        quantity(from_canonical(body.value, threshold.unit), threshold.unit)
        if isinstance(body, Number)
        else to_text(body)
    )
    yield f"  {threshold.id}: {value}"
    yield f"    {threshold.text}"
    yield f"    {threshold.provenance}: {_citation(threshold.source)}"


def _logic(rule: Rule) -> Iterator[str]:
    yield f"when {formula_text(rule.when)}"
    for blocker in rule.blockers:
        condition = f" if {formula_text(blocker.condition)}" if blocker.condition else ""
        yield f"unless {blocker.statement} ({blocker.stage}){condition}"
    for escalation in rule.escalations:
        raised = " ".join(level for level in (escalation.severity, escalation.urgency) if level)
        yield f"raised to {raised} if {formula_text(escalation.condition)}"
    yield f'explained as "{rule.explain}"'


def _mimics(rule: Rule) -> Iterator[str]:
    if rule.mimics:
        yield "mimics"
    for mimic in rule.mimics:
        name = statement(mimic.statement).name
        yield f"  {mimic.statement} {name}: against it {formula_text(mimic.against)} ({mimic.text})"


def _cases(cases: list[Case]) -> Iterator[str]:
    if cases:
        yield "cases"
    width = max((len(case.kind) for case in cases), default=0)
    for case in cases:
        yield f"  {case.kind:<{width}}  {case.expect:<7}  {case.name}"


def _citation(source: Citation) -> str:
    return f"{source.ref}, {source.where}; {source.text}"


def _thresholds(node: object) -> Iterator[str]:
    """Yield the ids of the thresholds that an expression names."""
    if isinstance(node, Named):
        yield node.id
    elif isinstance(node, tuple):
        for item in node:
            yield from _thresholds(item)
    elif is_dataclass(node):
        for part in fields(node):
            yield from _thresholds(getattr(node, part.name))
