"""From verdicts to words: findings with evidence and certainty, exclusions, and what could not be assessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ecg_core.findings import (
    SEVERITIES,
    URGENCIES,
    Certainty,
    Evidence,
    Exclusion,
    Finding,
    NotAssessed,
    RuleTrace,
    Severity,
    Urgency,
    Verdict,
)
from ecg_core.measurements import Measurements
from ecg_core.rules.backends.reference import Judging
from ecg_core.rules.backends.truths import UnknownPart
from ecg_core.rules.certainty import (
    DEMOGRAPHIC,
    certainty_of,
    is_narrow,
    probability_of,
    raised,
    shown_urgency,
)
from ecg_core.rules.explain import fill, near_miss_text, sorted_leads, unknown_reasons
from ecg_core.rules.formula import FindingRef
from ecg_core.rules.lazy import Lazy
from ecg_core.rules.network import (
    Network,
    against_symbol,
    blocker_symbol,
    escalation_symbol,
    raw_symbol,
    unless_symbol,
)
from ecg_core.rules.protocol import Protocol, Rule
from ecg_core.rules.trace import Judged, carriers, criterion_trace, formula_trace, unknown_leaves
from ecg_core.vocabulary import statement
from ecg_core.vocabulary import statements as vocabulary
from ecg_core.wording import evidence_text, plain_first

Engine = Literal["durable", "python"]

MAX_SHOWN = 3
"""Comparisons that the text of an exclusion spells out; its `evidence` holds all of them (engineering default)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one pack says of one recording.

    Attributes:
        findings: in protocol order; suppressed ones have ``final=False``.
        excluded: differentials considered and not supported.
        not_assessed: statements that could not be judged, the most urgent first.
        critical: codes of final findings with urgency U3.
        traces: rule id -> trace, for every rule; made when asked for.
        notes: what was withheld and why.
        engine: the chainer that was used.
    """

    findings: tuple[Finding, ...]
    excluded: tuple[Exclusion, ...]
    not_assessed: tuple[NotAssessed, ...]
    critical: tuple[str, ...]
    traces: Mapping[str, RuleTrace]
    notes: tuple[str, ...]
    engine: Engine


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack with what is compiled from it once.

    Attributes:
        protocol: the pack.
        rules: its rules by statement, in protocol order.
        network: its formulas as equations.
        needs: rule id -> what of age and sex its limits depend on.
    """

    protocol: Protocol
    rules: Mapping[str, Rule]
    network: Network
    needs: Mapping[str, frozenset[str]]


def word_judgement(
    pack: Pack,
    measurements: Measurements,
    judging: Judging,
    verdicts: Mapping[str, Verdict],
    withheld: frozenset[str],
    engine: Engine,
) -> Judgement:
    """Put verdicts into words.

    Args:
        pack: the pack.
        measurements: of the recording.
        judging: judges the recording's criteria.
        verdicts: verdict of every symbol of the pack's network.
        withheld: ids of rules that were not judged because of the patient's age.
        engine: the chainer that was used.
    """
    wording = _Wording(pack, measurements, judging, verdicts, withheld)
    findings = tuple(wording.findings())
    return Judgement(
        findings=findings,
        excluded=tuple(wording.exclusions()),
        not_assessed=tuple(wording.not_assessed()),
        critical=tuple(item.statement for item in findings if item.final and item.urgency == "U3"),
        traces=Lazy(pack.protocol.rules, lambda rule: wording.traces[pack.protocol.rules[rule].statement]),
        notes=wording.notes(),
        engine=engine,
    )


class _Wording:
    def __init__(
        self,
        pack: Pack,
        measurements: Measurements,
        judging: Judging,
        verdicts: Mapping[str, Verdict],
        withheld: frozenset[str],
    ) -> None:
        self.pack = pack
        self.measurements = measurements
        self.judging = judging
        self.verdicts = verdicts
        self.withheld = withheld
        self.names = {code: definition.name for code, definition in vocabulary().items()}
        # A statement's rule refers to others only in a way that ends: the network has no cycle.
        self.traces = Lazy(pack.rules, lambda code: self._rule_trace(pack.rules[code]))

    def findings(self) -> Iterator[Finding]:
        for code, rule in self.pack.rules.items():
            raw = self._raw(code)
            if raw is Verdict.UNKNOWN or (raw is Verdict.FALSE and not rule.costly_miss):
                continue
            unknown = [name for name in DEMOGRAPHIC if self._misses(rule, name)]
            certainty = certainty_of(rule, self.traces[code], capped=bool(unknown))
            if certainty is None:
                continue
            if raw is Verdict.TRUE:
                yield self._finding(rule, certainty, unknown)
            elif not self._blockers(rule):
                yield self._near_miss(rule, certainty)

    def exclusions(self) -> Iterator[Exclusion]:
        """Yield the differentials of standing findings that measured evidence speaks against."""
        for code, rule in self.pack.rules.items():
            if self._final(code) is not Verdict.TRUE:
                continue
            for index, mimic in enumerate(rule.mimics):
                stands = mimic.statement in self.pack.rules and self._final(mimic.statement) is Verdict.TRUE
                if stands or self.verdicts[against_symbol(code, index)] is not Verdict.TRUE:
                    continue
                trace = formula_trace(mimic.against, self._judged(rule))
                evidence = tuple(carrier.evidence for carrier in carriers(trace, self.traces))
                shown = dict.fromkeys(map(evidence_text, plain_first(evidence)))
                measured = f" ({'; '.join(list(shown)[:MAX_SHOWN])})" if shown else ""
                yield Exclusion(
                    statement=mimic.statement,
                    name=self.names[mimic.statement],
                    considered_for=code,
                    text=f"{mimic.text}{measured}",
                    evidence=evidence,
                )

    def not_assessed(self) -> list[NotAssessed]:
        """Return the statements that stayed unknown and that nothing would have silenced anyway."""
        unknown = [
            NotAssessed(
                statement=code,
                name=self.names[code],
                reasons=unknown_reasons(self._unknown(rule)),
                urgency=rule.urgency,
            )
            for code, rule in self.pack.rules.items()
            if self._final(code) is Verdict.UNKNOWN and rule.id not in self.withheld
        ]
        return sorted(unknown, key=lambda item: -URGENCIES.index(item.urgency))

    def notes(self) -> tuple[str, ...]:
        if not self.withheld:
            return ()
        protocol, age = self.pack.protocol, self.measurements.value("age")
        return (
            f"{protocol.title}: rules for patients of {protocol.min_age:g} years and older withheld, "
            f"patient is {age:g} years old",
            "rhythm and intervals only",
        )

    def _finding(self, rule: Rule, certainty: Certainty, unknown: list[str]) -> Finding:
        code, trace = rule.statement, self.traces[rule.statement]
        escalations = (
            item
            for index, item in enumerate(rule.escalations)
            if self.verdicts[escalation_symbol(code, index)] is Verdict.TRUE
        )
        severity, urgency = raised(rule, escalations)
        carried = list(carriers(trace, self.traces))
        where = trace if rule.leads_from is None else self._criterion_trace(rule, rule.leads_from)
        leads = sorted_leads(
            carrier.evidence
            for carrier in carriers(where, self.traces)
            if not carrier.negated and carrier.evidence.verdict is Verdict.TRUE
        )
        blockers = self._blockers(rule)
        return self._worded(
            rule,
            certainty=certainty,
            severity=severity,
            urgency=shown_urgency(urgency, certainty, never_lowered=rule.never_lowered),
            leads=leads,
            evidence=tuple(carrier.evidence for carrier in carried),
            explanation=fill(rule.explain, self.measurements, self.pack.protocol.thresholds, leads),
            final=not blockers,
            suppressed_by=blockers,
            caveats=tuple(f"{name} unknown, and a limit depends on it" for name in unknown),
            probability=probability_of(trace),
        )

    def _near_miss(self, rule: Rule, certainty: Certainty) -> Finding:
        """Report a costly statement that misses its limit by less than its uncertainty; it counts for nothing else."""
        trace = self.traces[rule.statement]
        evidence = tuple(item.evidence for item in carriers(trace, self.traces) if is_narrow(item.evidence.margin))
        return self._worded(
            rule,
            certainty=certainty,
            severity=min(rule.severity, "borderline", key=SEVERITIES.index),
            urgency=min(rule.urgency, "U1", key=URGENCIES.index),
            leads=sorted_leads(evidence),
            evidence=evidence,
            explanation=near_miss_text(evidence),
            raw=False,
            probability=probability_of(trace),
        )

    def _worded(
        self,
        rule: Rule,
        *,
        certainty: Certainty,
        severity: Severity,
        urgency: Urgency,
        leads: tuple[str, ...],
        evidence: tuple[Evidence, ...],
        explanation: str,
        probability: float | None,
        raw: bool = True,
        final: bool = True,
        suppressed_by: tuple[str, ...] = (),
        caveats: tuple[str, ...] = (),
    ) -> Finding:
        definition = statement(rule.statement)
        return Finding(
            statement=rule.statement,
            name=definition.name,
            group=definition.group,
            phase=rule.phase,
            certainty=certainty,
            severity=severity,
            urgency=urgency,
            leads=leads,
            evidence=evidence,
            explanation=explanation,
            rule=rule.id,
            pack=self.pack.protocol.id,
            pack_version=self.pack.protocol.version,
            raw=raw,
            final=final,
            suppressed_by=suppressed_by,
            codes={**definition.codes, **rule.codes},
            caveats=caveats,
            probability=probability,
        )

    def _unknown(self, rule: Rule) -> Iterator[UnknownPart | str]:
        """Yield what keeps a rule unknown: comparisons, and phrases of statements that are themselves unknown."""
        _, leaves = unknown_leaves(rule.when, self._judged(rule))
        for leaf in leaves:
            if isinstance(leaf, FindingRef):
                yield self.names[leaf.statement]
            else:
                yield from self.judging.unknown(rule.criteria[leaf.name].body)

    def _criterion_trace(self, rule: Rule, name: str) -> RuleTrace:
        return criterion_trace(rule, name, self.judging.trace(rule.criteria[name].body))

    def _rule_trace(self, rule: Rule) -> RuleTrace:
        if rule.id in self.withheld:
            return RuleTrace("rule", rule.id, Verdict.UNKNOWN, note="withheld because of the patient's age")
        when = formula_trace(rule.when, self._judged(rule))
        return RuleTrace("rule", rule.id, when.verdict, when.margin, children=(when,), note=self.names[rule.statement])

    def _judged(self, rule: Rule) -> Judged:
        return Judged(rule.id, partial(self._criterion_trace, rule), self.pack.network, self.verdicts, self.traces)

    def _misses(self, rule: Rule, name: str) -> bool:
        """Say whether a limit of the rule depends on something that is not known of the patient."""
        return name in self.pack.needs[rule.id] and self.measurements.value(name) is None

    def _blockers(self, rule: Rule) -> tuple[str, ...]:
        """Return the statements that surely silence a rule's own."""
        return tuple(
            dict.fromkeys(
                blocker.statement
                for index, blocker in enumerate(rule.blockers)
                if self.verdicts[blocker_symbol(blocker, self.pack.rules)] is Verdict.TRUE
                and (blocker.condition is None or self.verdicts[unless_symbol(rule.statement, index)] is Verdict.TRUE)
            )
        )

    def _raw(self, code: str) -> Verdict:
        return self.verdicts[raw_symbol(code)]

    def _final(self, code: str) -> Verdict:
        return self.verdicts[self.pack.network.final[code]]
