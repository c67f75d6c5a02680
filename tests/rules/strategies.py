"""Random packs, and their truth worked out straight from the definitions: what every chainer must agree with."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

from ecg_core.findings import SEVERITIES, URGENCIES, Citation, Verdict
from ecg_core.rules.ast import Compare, Measured, Number
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
from ecg_core.rules.network import criterion_symbol
from ecg_core.rules.protocol import Blocker, Criterion, Escalation, Mimic, Protocol, Rule
from ecg_core.vocabulary import statements

T, F, U = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN
SOURCE = Citation("TEST", "nowhere", "made up for a test")


def make_criterion(name: str, body: Compare | None = None) -> Criterion:
    body = body or Compare(">", Measured("pr_interval", None), Number(200.0, "ms"))
    return Criterion(name, name, body, f"{name} holds", SOURCE, "operational")


def make_rule(code: str, when: Formula, criteria: Mapping[str, Criterion] | tuple[str, ...] = (), **more) -> Rule:
    definition = statements()[code]
    named = criteria if isinstance(criteria, Mapping) else {name: make_criterion(name) for name in criteria}
    fixed = {
        "id": code.lower(),
        "statement": code,
        "group": definition.group,
        "phase": "synthesis",
        "status": "test",
        "severity": definition.severity,
        "urgency": definition.urgency,
        "criteria": dict(named),
        "when": when,
        "explain": f"{code}.",
    }
    return Rule(**{**fixed, **more})


def make_protocol(*rules: Rule, thresholds=None, min_age: float = 0.0) -> Protocol:
    return Protocol(
        id="made",
        version="1",
        title="Made for a test",
        edition="1",
        folder=Path("made"),
        rules={rule.id: rule for rule in rules},
        thresholds=thresholds or {},
        sources={"TEST": "made up for a test"},
        min_age=min_age,
        sha256="0" * 64,
    )


def random_protocol(rng: random.Random, count: int) -> Protocol:
    """Return a pack of `count` rules and two overall ones, without cycles."""
    codes = rng.sample([code for code, item in statements().items() if item.group != "overall"], count)
    names = tuple(f"c{index}" for index in range(rng.randint(1, 5)))
    # A rule refers to raw truths of earlier rules; final blockers follow an order of their own.
    block_order = rng.sample(codes, count)
    rules = []
    for index, code in enumerate(codes):
        own = [CriterionRef(name) for name in names]
        earlier = [FindingRef(other) for other in codes[:index]]
        before = block_order[: block_order.index(code)]
        blockers = [
            Blocker(other, "final", _maybe(rng, own))
            for other in rng.sample(before, min(len(before), rng.randint(0, 3)))
        ]
        blockers += [Blocker(rng.choice(codes), "raw", _maybe(rng, own)) for _ in range(rng.randint(0, 1))]
        rules.append(
            make_rule(
                code,
                _formula(rng, own + earlier, 3, wide=rng.random() < 0.1),
                names,
                severity=rng.choice(SEVERITIES),
                urgency=rng.choice(URGENCIES),
                blockers=tuple(blockers),
                escalations=tuple(
                    Escalation(_formula(rng, own, 1), rng.choice(SEVERITIES), rng.choice(URGENCIES))
                    for _ in range(rng.randint(0, 2))
                ),
                mimics=tuple(Mimic(rng.choice(codes), _formula(rng, own, 2), "text") for _ in range(rng.randint(0, 2))),
            )
        )
    finals = [FindingRef(code, "final") for code in codes]
    levels = [AnyFinding(severity="borderline"), AnyFinding(urgency="U3"), AnyFinding("abnormal", "U2")]
    rules.append(make_rule("OVR_ABNORMAL", _formula(rng, finals + levels, 2)))
    rules.append(make_rule("OVR_NORMAL", AllOf((Negation(levels[0]), Negation(FindingRef("OVR_ABNORMAL"))))))
    return make_protocol(*rules)


def random_inputs(rng: random.Random, symbols: tuple[str, ...]) -> dict[str, Verdict]:
    weights = rng.choice([(1, 1, 1), (5, 4, 1), (1, 8, 1), (8, 1, 1)])
    return dict(zip(symbols, rng.choices((T, F, U), weights, k=len(symbols)), strict=True))


class DirectTruth:
    """Raw and final truth by recursion over the definitions of the pack format; shares nothing with a chainer."""

    def __init__(self, protocol: Protocol, inputs: Mapping[str, Verdict], assume: Mapping[str, Verdict]) -> None:
        self.rules = {rule.statement: rule for rule in protocol.rules.values()}
        self.inputs, self.assume = inputs, assume
        self.known: dict[tuple[str, str], Verdict] = {}

    def raw(self, code: str) -> Verdict:
        if code in self.assume:
            return self.assume[code]
        if ("raw", code) not in self.known:
            self.known["raw", code] = self.formula(self.rules[code].when, self.rules[code])
        return self.known["raw", code]

    def final(self, code: str) -> Verdict:
        if ("final", code) not in self.known:
            rule = self.rules[code]
            blocked = any(
                (self.raw(item.statement) if item.stage == "raw" else self.final(item.statement)) is T
                and (item.condition is None or self.formula(item.condition, rule) is T)
                for item in rule.blockers
            )
            self.known["final", code] = F if blocked else self.raw(code)
        return self.known["final", code]

    def formula(self, formula: Formula, rule: Rule) -> Verdict:
        if isinstance(formula, CriterionRef):
            return self.inputs[criterion_symbol(rule.id, formula.name)]
        if isinstance(formula, FindingRef):
            return self.raw(formula.statement) if formula.stage == "raw" else self.final(formula.statement)
        if isinstance(formula, Fired):
            return T if self.formula(formula.item, rule) is T else F
        if isinstance(formula, Negation):
            return ~self.formula(formula.item, rule)
        if isinstance(formula, AnyFinding):
            others = [other for other in self.rules.values() if other.group != "overall"]
            return T if any(self._reaches(formula, other) for other in others) else F
        values = [self.formula(item, rule) for item in formula.items]
        if isinstance(formula, AllOf):
            return F if F in values else U if U in values else T
        return T if T in values else U if U in values else F

    def _reaches(self, level: AnyFinding, rule: Rule) -> bool:
        if self.final(rule.statement) is not T:
            return False
        acting = [item for item in rule.escalations if self.formula(item.condition, rule) is T]
        severities = [rule.severity, *(item.severity for item in acting)]
        urgencies = [rule.urgency, *(item.urgency for item in acting)]
        return (
            level.severity is None or max(map(SEVERITIES.index, severities)) >= SEVERITIES.index(level.severity)
        ) and (level.urgency is None or max(map(URGENCIES.index, urgencies)) >= URGENCIES.index(level.urgency))


def _maybe(rng: random.Random, leaves: list) -> Formula | None:
    return _formula(rng, leaves, 1) if rng.random() < 0.4 else None


def _formula(rng: random.Random, leaves: list, depth: int, *, wide: bool = False) -> Formula:
    if wide:
        items = tuple(_formula(rng, leaves, 1) for _ in range(rng.randint(17, 40)))
        return rng.choice([AllOf, AnyOf])(items)
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        leaf = rng.choice(leaves)
        return Fired(leaf) if isinstance(leaf, FindingRef) and rng.random() < 0.5 else leaf
    if kind < 0.45:
        return Negation(_formula(rng, leaves, depth - 1))
    items = tuple(_formula(rng, leaves, depth - 1) for _ in range(rng.randint(0 if kind > 0.97 else 2, 4)))
    return AllOf(items) if kind < 0.72 else AnyOf(items)
