"""Why a pack missed a label, or found what no label says: the comparisons that decided, with their measurements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ecg_core.evaluate.classes import LabelClass
from ecg_core.findings import Evidence, Verdict
from ecg_core.measurements import Measurements
from ecg_core.rules.engine import evaluate
from ecg_core.rules.protocol import Protocol
from ecg_core.rules.trace import carriers
from ecg_core.vocabulary import statement
from ecg_core.wording import evidence_text, plain_first

Cause = Literal["no rule", "silenced", "not measurable", "criteria not met"]

MOST_SHOWN = 4
"""Comparisons that are spelled out (engineering default)."""


def why_missed(
    protocol: Protocol, measurements: Measurements, label_class: LabelClass
) -> tuple[Cause, tuple[str, ...]]:
    """Say why none of a class's statements stands.

    Looked at is a statement whose criteria are met but which another one silenced, else the first that the pack
    decides.

    Returns:
        The kind of cause, and the details in words.
    """
    judgement = evaluate(protocol, measurements, engine="python")
    for finding in judgement.findings:
        if finding.raw and not finding.final and finding.statement in label_class.statements:
            others = ", ".join(statement(code).name for code in finding.suppressed_by)
            return "silenced", (f"{finding.name} is silenced by {others}: {finding.explanation}",)
    rules = {rule.statement: rule.id for rule in protocol.rules.values()}
    decided = [code for code in label_class.statements if code in rules]
    if not decided:
        return "no rule", ()
    traces = {code: judgement.traces[rule] for code, rule in rules.items()}
    trace = traces[decided[0]]
    if trace.verdict is Verdict.UNKNOWN:
        reasons = [item.reasons for item in judgement.not_assessed if item.statement == decided[0]]
        return "not measurable", tuple(reason for each in reasons for reason in each)[:MOST_SHOWN]
    return "criteria not met", tuple(_shown(carrier.evidence for carrier in carriers(trace, traces)))


def why_found(protocol: Protocol, measurements: Measurements, answers: frozenset[str]) -> tuple[str, ...]:
    """Say what made a pack state any of `answers`: its own explanations, each after the statement's name."""
    judgement = evaluate(protocol, measurements, engine="python")
    return tuple(
        f"{finding.name}: {finding.explanation}"
        for finding in judgement.findings
        if finding.raw and finding.final and finding.statement in answers
    )


def _shown(evidence: Iterable[Evidence]) -> list[str]:
    """Write the first comparisons; a rule that hangs on another finding alone has none."""
    return list(dict.fromkeys(evidence_text(item) for item in plain_first(evidence)))[:MOST_SHOWN]
