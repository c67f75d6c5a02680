"""A protocol pack in memory: rules, thresholds, sources; frozen, checked, ready for any back end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ecg_core.findings import Citation, Severity, Urgency
from ecg_core.measurements import Value
from ecg_core.rules.ast import Boolean, Numeric
from ecg_core.rules.formula import Formula

PACK_SCHEMA = 1
"""Version of the pack layout that this program reads."""

PHASES = ("technical", "rhythm", "conduction", "structure", "ischaemia", "synthesis")
"""The six reading steps, in order."""

Phase = Literal["technical", "rhythm", "conduction", "structure", "ischaemia", "synthesis"]
Status = Literal["draft", "test", "stable"]
CaseKind = Literal["fires", "does_not_fire", "at_threshold", "not_measurable", "suppressed"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number, or a table by sex and age, with its source; `note` says why it was chosen so."""

    id: str
    body: Numeric
    unit: str
    text: str
    source: Citation
    provenance: Literal["published", "operational"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A named condition on measurements, with its source; `note` says why it was chosen so."""

    name: str
    expression: str
    body: Boolean
    text: str
    source: Citation
    provenance: Literal["published", "operational"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A statement that silences the rule's own, unless `condition` (if any) is not met.

    Attributes:
        statement: the statement that blocks.
        stage: whether its raw or its final truth counts; raw breaks a cycle of two that block each other.
        condition: formula over this rule's criteria that must be true for the block to act, or None.
    """

    statement: str
    stage: Literal["raw", "final"] = "final"
    condition: Formula | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """Severity or urgency that a formula over the rule's criteria raises."""

    condition: Formula
    severity: Severity | None
    urgency: Urgency | None


@dataclass(frozen=True, slots=True)
class Mimic:
    """A differential diagnosis, and the formula over the rule's criteria that speaks against it when true."""

    statement: str
    against: Formula
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How one statement is decided.

    Attributes:
        id: id within the pack (the file's stem).
        statement: code of the vocabulary.
        group: folder the rule stands in.
        phase: reading step.
        status: draft, test or stable.
        severity: severity of the finding before escalation.
        urgency: urgency of the finding before escalation.
        criteria: by name, in file order.
        when: formula that makes the statement true.
        blockers: what silences it, from its own ``unless`` and from other rules' ``suppresses``.
        escalations: what raises severity or urgency.
        mimics: differentials with the evidence that separates them.
        explain: sentence with ``{measurement}``, ``{measurement[lead]}`` and ``{threshold}`` slots.
        costly_miss: report as borderline when it misses its limit by less than half an uncertainty.
        never_lowered: a critical statement whose urgency no certainty lowers.
        all_ages: applies below the pack's minimal age too.
        leads_from: criterion whose leads are listed with the finding, or None for all of them.
        codes: system -> codes that the finding carries instead of the statement's.
    """

    id: str
    statement: str
    group: str
    phase: Phase
    status: Status
    severity: Severity
    urgency: Urgency
    criteria: Mapping[str, Criterion]
    when: Formula
    explain: str
    blockers: tuple[Blocker, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    mimics: tuple[Mimic, ...] = ()
    costly_miss: bool = False
    never_lowered: bool = False
    all_ages: bool = False
    leads_from: str | None = None
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A recorded example of a rule: measurements given, verdict expected.

    Attributes:
        rule: id of the rule.
        name: what the case shows.
        kind: which of the required kinds it is.
        given: ``(name, lead) -> value`` in vocabulary units; what is not given is not measurable.
        assume: statements whose raw truth is set, not derived.
        expect: expected raw verdict, "true", "false" or "unknown".
        final: expected truth after suppression, or None if not checked.
    """

    rule: str
    name: str
    kind: CaseKind
    given: Mapping[tuple[str, str | None], Value]
    expect: Literal["true", "false", "unknown"]
    assume: Mapping[str, Literal["true", "false", "unknown"]] = field(default_factory=dict)
    final: bool | None = None


@dataclass(frozen=True, slots=True)
class BasePack:
    """A pack that another one extends.

    Attributes:
        id: its id.
        version: its version.
        sha256: hash of its canonical JSON.
        folder: where it was read from.
        restated: ids of its rules that the extending pack switches off, replaces, or judges by other thresholds; what
            its cases say of them does not hold there.
    """

    id: str
    version: str
    sha256: str
    folder: Path
    restated: frozenset[str]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole pack.

    Attributes:
        id: id of the pack.
        version: its version.
        title: what it is, in words.
        edition: edition of the monograph or guideline it encodes.
        folder: where it was read from.
        rules: by rule id, in protocol order; at most one per statement.
        thresholds: by id.
        sources: ref -> citation text.
        min_age: youngest age in years that it speaks for.
        sha256: hash of the pack's canonical JSON, without the packs that it extends.
        bases: the packs that it extends, the nearest first.
    """

    id: str
    version: str
    title: str
    edition: str
    folder: Path
    rules: Mapping[str, Rule]
    thresholds: Mapping[str, Threshold]
    sources: Mapping[str, str]
    min_age: float
    sha256: str
    bases: tuple[BasePack, ...] = ()
