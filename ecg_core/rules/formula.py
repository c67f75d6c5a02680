"""What joins criteria into findings: a formula over names, without numbers.

A rule's ``when`` and the conditions of its ``unless``, ``escalate`` and ``mimics`` are formulas. They are what the
forward chainers work on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ecg_core.findings import Severity, Urgency


@dataclass(frozen=True, slots=True)
class CriterionRef:
    """A named criterion of the same rule."""

    name: str


@dataclass(frozen=True, slots=True)
class FindingRef:
    """Another statement: `raw` (its criteria alone) or `final` (after suppression)."""

    statement: str
    stage: Literal["raw", "final"] = "raw"


@dataclass(frozen=True, slots=True)
class Fired:
    """True where the statement is definitely true, false otherwise: unknown counts as not fired."""

    item: FindingRef


@dataclass(frozen=True, slots=True)
class AnyFinding:
    """Whether any final statement (the overall group left out) has at least this severity or urgency."""

    severity: Severity | None = None
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Kleene conjunction; true if empty."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Kleene disjunction; false if empty."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """Kleene negation."""

    item: Formula


Formula = CriterionRef | FindingRef | Fired | AnyFinding | AllOf | AnyOf | Negation
