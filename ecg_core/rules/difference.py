"""How two packs differ: statements that one of them alone decides, and rules of one statement that say other things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ecg_core.rules.plain_text import formula_text, thresholds_of, value_text
from ecg_core.rules.protocol import Blocker, Protocol, Rule
from ecg_core.vocabulary import statement


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a rule says in two packs.

    Attributes:
        what: which part of the rule, e.g. "threshold qt_upper".
        before: what the first pack says; empty if it says nothing.
        after: what the second pack says; empty if it says nothing.
    """

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """A statement that two packs do not decide alike.

    Attributes:
        statement: its code.
        name: its name.
        kind: whether the second pack adds, removes or changes the rule.
        changes: what differs, for a changed rule.
    """

    statement: str
    name: str
    kind: Literal["added", "removed", "changed"]
    changes: tuple[Change, ...] = ()


def compare_packs(first: Protocol, second: Protocol) -> list[RuleDifference]:
    """Compare two packs statement by statement.

    Rules that decide the same statement belong together, whatever their ids. Words (explanations, texts, notes) are not
    compared: two rules are equal if they decide alike and cite alike.

    Args:
        first: the pack that is looked at from.
        second: the pack that is compared with it.

    Returns:
        The differences: changed and removed rules in the order of the first pack, then what the second adds.
    """
    rules, others = (_by_statement(pack) for pack in (first, second))
    found: list[RuleDifference] = []
    for code, rule in rules.items():
        name = statement(code).name
        other = others.get(code)
        if other is None:
            found.append(RuleDifference(code, name, "removed"))
            continue
        changes = _changes(_facts(first, rule), _facts(second, other))
        if changes:
            found.append(RuleDifference(code, name, "changed", changes))
    added = (code for code in others if code not in rules)
    return [*found, *(RuleDifference(code, statement(code).name, "added") for code in added)]


def _by_statement(pack: Protocol) -> dict[str, Rule]:
    return {rule.statement: rule for rule in pack.rules.values()}


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(what, before.get(what, ""), after.get(what, ""))
        for what in dict.fromkeys([*before, *after])
        if before.get(what, "") != after.get(what, "")
    )


def _facts(pack: Protocol, rule: Rule) -> dict[str, str]:
    """Return what a rule says, part by part."""
    facts: dict[str, str] = {"severity": rule.severity, "urgency": rule.urgency}
    for criterion in rule.criteria.values():
        source = f"{criterion.source.ref}, {criterion.source.where}"
        facts[f"criterion {criterion.name}"] = f"{criterion.expression} ({criterion.provenance}: {source})"
    for name in sorted(thresholds_of(rule)):
        threshold = pack.thresholds[name]
        source = f"{threshold.source.ref}, {threshold.source.where}"
        facts[f"threshold {name}"] = f"{value_text(threshold)} ({threshold.provenance}: {source})"
    facts["when"] = formula_text(rule.when)
    facts["unless"] = ", ".join(sorted(map(_blocker_text, rule.blockers)))
    facts["escalation"] = ", ".join(
        f"{' '.join(level for level in (step.severity, step.urgency) if level)} if {formula_text(step.condition)}"
        for step in rule.escalations
    )
    facts["mimics"] = ", ".join(f"{mimic.statement} unless {formula_text(mimic.against)}" for mimic in rule.mimics)
    marks = {
        "near misses reported": rule.costly_miss,
        "urgency never lowered": rule.never_lowered,
        "all ages": rule.all_ages,
    }
    facts["marks"] = ", ".join(mark for mark, holds in marks.items() if holds)
    facts["codes"] = ", ".join(f"{system} {' '.join(listed)}" for system, listed in rule.codes.items())
    return facts


def _blocker_text(blocker: Blocker) -> str:
    condition = f" if {formula_text(blocker.condition)}" if blocker.condition else ""
    return f"{blocker.statement} ({blocker.stage}){condition}"
