"""Why a rule decided as it did: its formula as a tree of verdicts, and the comparisons that carry the verdict.

Margins are intervals in units of uncertainty. They combine as the truths do: least for "and", largest for "or", negated
for "not". What has no margin (a category, a count, another finding that did not fire) is decided beyond doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf, isinf

from ecg_core.findings import Citation, Evidence, RuleTrace, Verdict
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
from ecg_core.rules.network import Network, any_symbol, criterion_symbol, raw_symbol
from ecg_core.rules.protocol import Rule

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Carrier:
    """A comparison that carries a verdict.

    Attributes:
        evidence: the comparison, written so that its verdict is the one it carries: under a "not", `x > 5` found false
            for a true whole is given as `x <= 5`, true.
        negated: whether it was turned round.
    """

    evidence: Evidence
    negated: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What a formula can refer to, already judged.

    Attributes:
        rule: id of the rule.
        criterion: gives the trace of a criterion of the rule by name.
        network: the pack's equations.
        verdicts: verdict of every symbol of the network.
        rules: traces of the rules judged so far, by statement.
    """

    rule: str
    criterion: Callable[[str], RuleTrace]
    network: Network
    verdicts: Mapping[str, Verdict]
    rules: Mapping[str, RuleTrace]


def margin_bounds(trace: RuleTrace) -> tuple[float, float]:
    """Return a trace's margin with infinities for its unbounded ends.

    An end without a number lies beyond doubt on the side of the verdict: +inf for true, -inf for false.
    """
    low, high = trace.margin
    return (
        (inf if trace.verdict is Verdict.TRUE else -inf) if low is None else low,
        (-inf if trace.verdict is Verdict.FALSE else inf) if high is None else high,
    )


def criterion_trace(rule: Rule, name: str, judged: RuleTrace) -> RuleTrace:
    """Put a criterion's name, words and source on top of its judged expression."""
    criterion = rule.criteria[name]
    return RuleTrace(
        kind="criterion",
        text=name,
        verdict=judged.verdict,
        margin=judged.margin,
        children=(judged,),
        note=criterion.text,
        source=criterion.source,
    )


def formula_trace(formula: Formula, judged: Judged) -> RuleTrace:
    """Judge a formula of a rule and keep the tree."""
    match formula:
        case CriterionRef(name):
            return judged.criterion(name)
        case FindingRef(statement, stage):
            return _reference("finding" if stage == "raw" else "final", statement, _verdict_of(formula, judged), judged)
        case Fired(reference):
            sure = Verdict.TRUE if _verdict_of(reference, judged) is Verdict.TRUE else Verdict.FALSE
            return _reference("fired", reference.statement, sure, judged)
        case AnyFinding(severity, urgency):
            symbol = any_symbol(formula)
            return RuleTrace("any_finding", f">= {severity or urgency}", judged.verdicts[symbol])
        case Negation(item):
            child = formula_trace(item, judged)
            low, high = margin_bounds(child)
            return RuleTrace("not", "not", ~child.verdict, _margin(0.0 - high, 0.0 - low), children=(child,))
        case AllOf(items):
            return _combined("and", [formula_trace(item, judged) for item in items], Verdict.FALSE)
        case AnyOf(items):
            return _combined("or", [formula_trace(item, judged) for item in items], Verdict.TRUE)


def carriers(
    trace: RuleTrace, rules: Mapping[str, RuleTrace], *, negated: bool = False, source: Citation | None = None
) -> Iterator[Carrier]:
    """Yield the comparisons that carry a trace's verdict, in the order of the rule.

    Args:
        trace: the tree.
        rules: traces by statement; a finding that rests on another one has that one's evidence too.
        negated: whether the tree stands under a "not".
        source: citation for comparisons whose limit has none of its own.
    """
    source = trace.source or source
    if trace.evidence is not None:
        evidence = replace(trace.evidence, source=trace.evidence.source or source)
        yield Carrier(_turned(evidence) if negated else evidence, negated)
    elif trace.kind == "not":
        yield from carriers(trace.children[0], rules, negated=not negated, source=source)
    elif trace.kind in ("finding", "final", "fired"):
        if trace.verdict is Verdict.TRUE and not negated and trace.text in rules:
            yield from carriers(rules[trace.text], rules)
    else:
        for child in trace.children:
            if child.verdict is trace.verdict:
                yield from carriers(child, rules, negated=negated, source=source)


def unknown_parts(trace: RuleTrace) -> Iterator[RuleTrace]:
    """Yield the leaves that keep a trace unknown: comparisons, and findings that are themselves unknown."""
    if trace.verdict is not Verdict.UNKNOWN:
        return
    if not trace.children:
        yield trace
    for child in trace.children:
        yield from unknown_parts(child)


def unknown_leaves(formula: Formula, judged: Judged) -> tuple[Verdict, list[CriterionRef | FindingRef]]:
    """Return the verdict of a formula, and the criteria and findings that keep it unknown.

    They are what `unknown_parts` finds in its trace, which need not be made for it.
    """
    match formula:
        case CriterionRef(name):
            verdict = judged.verdicts[criterion_symbol(judged.rule, name)]
        case FindingRef():
            verdict = _verdict_of(formula, judged)
        case Fired(reference):
            return Verdict.TRUE if _verdict_of(reference, judged) is Verdict.TRUE else Verdict.FALSE, []
        case AnyFinding():
            return judged.verdicts[any_symbol(formula)], []
        case Negation(item):
            verdict, leaves = unknown_leaves(item, judged)
            return ~verdict, leaves
        case AllOf(items) | AnyOf(items):
            decisive = Verdict.FALSE if isinstance(formula, AllOf) else Verdict.TRUE
            parts = [unknown_leaves(item, judged) for item in items]
            verdict = _joint((verdict for verdict, _ in parts), decisive)
            return verdict, [leaf for each, leaves in parts if verdict is Verdict.UNKNOWN for leaf in leaves]
    return verdict, [formula] if verdict is Verdict.UNKNOWN else []


def _verdict_of(reference: FindingRef, judged: Judged) -> Verdict:
    if reference.stage == "raw":
        return judged.verdicts[raw_symbol(reference.statement)]
    return judged.verdicts[judged.network.final[reference.statement]]


def _reference(kind: str, statement: str, verdict: Verdict, judged: Judged) -> RuleTrace:
    # What rests on a doubtful finding is as doubtful; what rests on the absence of one is not, or every rule would take
    # over the doubts of all the rules that it merely excludes.
    margin = judged.rules[statement].margin if verdict is Verdict.TRUE and statement in judged.rules else (None, None)
    return RuleTrace(kind, statement, verdict, margin)


def _combined(kind: str, children: list[RuleTrace], decisive: Verdict) -> RuleTrace:
    """Combine traces by "and" (false decides) or "or" (true decides)."""
    verdict = _joint((child.verdict for child in children), decisive)
    pick, empty = (min, inf) if decisive is Verdict.FALSE else (max, -inf)
    bounds = [margin_bounds(child) for child in children]
    margin = _margin(pick((low for low, _ in bounds), default=empty), pick((high for _, high in bounds), default=empty))
    return RuleTrace(kind, kind, verdict, margin, children=tuple(children))


def _joint(verdicts: Iterable[Verdict], decisive: Verdict) -> Verdict:
    """Return the verdict of "and" (false decides) or "or" (true decides)."""
    found = set(verdicts)
    return decisive if decisive in found else Verdict.UNKNOWN if Verdict.UNKNOWN in found else ~decisive


def _margin(low: float, high: float) -> tuple[float | None, float | None]:
    return (None if isinf(low) else low, None if isinf(high) else high)


def _turned(evidence: Evidence) -> Evidence:
    """Write the opposite of a comparison."""
    return replace(
        evidence,
        operator=_OPPOSITE[evidence.operator],
        verdict=~evidence.verdict,
        margin=None if evidence.margin is None else 0.0 - evidence.margin,
        probability=None if evidence.probability is None else 1.0 - evidence.probability,
    )
