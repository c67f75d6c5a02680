"""A rule in words, for ``ecg-core protocol show PACK RULE``."""

from __future__ import annotations

from collections.abc import Iterator

from ecg_core.findings import Citation
from ecg_core.rules.plain_text import formula_text, thresholds_of, value_text
from ecg_core.rules.protocol import Case, Protocol, Rule, Threshold
from ecg_core.vocabulary import statement


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
        if criterion.note:
            yield f"    note: {criterion.note}"
    used = thresholds_of(rule)
    if used:
        yield "thresholds"
        for name in protocol.thresholds:
            if name in used:
                yield from _threshold(protocol.thresholds[name])


def _threshold(threshold: Threshold) -> Iterator[str]:
    yield f"  {threshold.id}: {value_text(threshold)}"
    yield f"    {threshold.text}"
    yield f"    {threshold.provenance}: {_citation(threshold.source)}"
    if threshold.note:
        yield f"    note: {threshold.note}"


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
