"""How sure a finding is, from the uncertainty of what was measured, and what that does to its severity and urgency.

Source: clinical convention of this project, sections 0.4 (certainty words after AHA/ACCF/HRS 2007 part II, statements
301, 312 and 315) and 0.5 (severity and urgency). The distance from the limit is counted in standard uncertainties.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import erf, sqrt

from ecg_core.findings import SEVERITIES, URGENCIES, Certainty, RuleTrace, Severity, Urgency, Verdict
from ecg_core.rules.ast import Measured
from ecg_core.rules.formula import CriterionRef
from ecg_core.rules.network import OVERALL, formula_parts
from ecg_core.rules.protocol import Escalation, Rule
from ecg_core.rules.trace import margin_bounds
from ecg_core.rules.walk import walk

DEFINITE_MARGIN = 1.0
"""From one standard uncertainty beyond the limit on, a finding is definite (convention 0.4)."""

NEAR_MISS_MARGIN = -0.5
"""Down to half a standard uncertainty short of the limit, a costly miss is reported as borderline (convention 0.4)."""

DEMOGRAPHIC = ("age", "sex")
"""What a limit may depend on; while it is unknown, such a limit supports no more than "probable"."""


def certainty_of(rule: Rule, trace: RuleTrace, *, capped: bool) -> Certainty | None:
    """Return the certainty of a finding, or None if there is nothing to report.

    Args:
        rule: the rule.
        trace: its trace.
        capped: whether something unknown about the patient keeps it from being definite.
    """
    low, _ = margin_bounds(trace)
    if trace.verdict is Verdict.TRUE:
        plain = low >= DEFINITE_MARGIN and not capped
        # "Probably abnormal ECG" is no statement: AHA/ACCF/HRS 2007 part II bars 312 and 315 from the summaries 1-3.
        return "definite" if plain or rule.group == OVERALL else "probable"
    near = rule.costly_miss and trace.verdict is Verdict.FALSE and is_narrow(low)
    return "borderline" if near else None


def probability_of(trace: RuleTrace) -> float:
    """Return the probability that a rule's criteria hold, given the uncertainty of what was measured.

    The normal distribution function of the margin. It may be taken of the whole: margins combine by least, largest and
    n-th largest, and a rising function keeps these. The margin's lower end is taken: what is unknown counts against.
    """
    low, _ = margin_bounds(trace)
    return 0.5 * (1.0 + erf(low / sqrt(2.0)))


def is_narrow(margin: float | None) -> bool:
    """Say whether a limit that was missed was missed by less than half an uncertainty."""
    return margin is not None and margin >= NEAR_MISS_MARGIN


def raised(rule: Rule, escalations: Iterable[Escalation]) -> tuple[Severity, Urgency]:
    """Return severity and urgency of a rule after the escalations whose conditions are true."""
    severity, urgency = rule.severity, rule.urgency
    for item in escalations:
        if item.severity is not None:
            severity = max(severity, item.severity, key=SEVERITIES.index)
        if item.urgency is not None:
            urgency = max(urgency, item.urgency, key=URGENCIES.index)
    return severity, urgency


def shown_urgency(urgency: Urgency, certainty: Certainty, *, never_lowered: bool) -> Urgency:
    """Return the urgency at which a finding is shown.

    A U3 statement that is only possible or borderline is shown as U2, unless it is on the list of those that no
    certainty lowers (convention 0.5).
    """
    doubtful = certainty in ("possible", "borderline")
    return "U2" if urgency == "U3" and doubtful and not never_lowered else urgency


def demographic_needs(rule: Rule) -> frozenset[str]:
    """Return what of "age" and "sex" the limits in a rule's ``when`` depend on.

    `known(age)` does not count: whether the age is known is never in doubt.
    """
    used = {part.name for part in formula_parts(rule.when) if isinstance(part, CriterionRef)}
    return frozenset(
        node.name
        for name in used
        for node in walk(rule.criteria[name].body)
        if isinstance(node, Measured) and node.name in DEMOGRAPHIC
    )
