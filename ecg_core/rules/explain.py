"""Sentences about a finding, with the measured values in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ecg_core.findings import Evidence, RuleTrace, Verdict
from ecg_core.measurements import Measurements
from ecg_core.rules.ast import Choice, Named, Number, Numeric
from ecg_core.rules.backends.reference import judge
from ecg_core.rules.certainty import DEMOGRAPHIC
from ecg_core.rules.protocol import Threshold
from ecg_core.rules.units import from_canonical
from ecg_core.vocabulary import LEADS
from ecg_core.vocabulary import measurements as vocabulary
from ecg_core.wording import OPERATORS, label, lead_list, lost_leads, quantity

_SLOT = re.compile(r"\{(\w+)(?:\[(\w+)\])?\}")
_LOST = "lead"
"""Stands for the measurement where a whole lead is lost."""
_LOST_LEAD = re.compile(r"(?:.*: )?lead (?P<lead>\w+) is (?P<what>.+)")
_NAMESAKE = re.compile(r"(\w+): (?=\1 is )")
"""The name in front of "age: age is not known"."""
_NAME = re.compile(r"\b[a-z]\w*\b(?=(?: in \w+)?:)")


def fill(template: str, measurements: Measurements, thresholds: Mapping[str, Threshold], leads: tuple[str, ...]) -> str:
    """Fill the slots of a rule's ``explain``.

    ``{pr_interval}`` and ``{st_j[V2]}`` become measured values, ``{pr_upper}`` the limit that holds for this patient,
    ``{leads}`` the leads of the finding or "none". What was not measured reads "not measured"; age and sex are never
    measured and read "not stated".

    Args:
        template: the sentence.
        measurements: of this recording.
        thresholds: of the pack, by id.
        leads: leads in which the finding's criteria hold.
    """

    def value(match: re.Match[str]) -> str:
        name, lead = match[1], match[2]
        if name == "leads":
            return lead_list(leads) or "none"
        if name in thresholds:
            return limit_text(thresholds[name], measurements)
        measured = measurements.value(name, lead=lead)
        if measured is None and name in DEMOGRAPHIC:
            return "not stated"
        # The linter lets no series into a template.
        return quantity(None if isinstance(measured, tuple) else measured, vocabulary()[name].unit)

    return _SLOT.sub(value, template)


def limit_text(threshold: Threshold, measurements: Measurements) -> str:
    """Write the limit that holds for this patient; all that may hold, if age or sex is unknown."""
    limits = dict.fromkeys(_limits(threshold.body, measurements))
    return " or ".join(quantity(from_canonical(limit, threshold.unit), threshold.unit) for limit in limits)


def near_miss_text(evidence: Iterable[Evidence]) -> str:
    """Say by how little a costly statement was missed: "Just short of the limit: QTc 458 ms (> 460 ms needed)"."""
    short = dict.fromkeys(
        f"{label(item.measurement, item.lead)} {quantity(item.value, item.unit)} "
        f"({OPERATORS.get(item.operator, item.operator)} {quantity(item.limit, item.unit)} needed)"
        for item in evidence
        if item.margin is not None
    )
    return f"Just short of the limit: {', '.join(short)}."


def sorted_leads(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the leads of some comparisons, once each, in standard order."""
    return tuple(sorted({item.lead for item in evidence if item.lead is not None}, key=LEADS.index))


def unknown_reasons(parts: Iterable[RuleTrace], names: Mapping[str, str]) -> tuple[str, ...]:
    """Say why a rule is unknown: each reason once, leads with the same reason together.

    Args:
        parts: the leaves that keep it unknown.
        names: phrase of each statement.
    """
    grouped: dict[tuple[str, str], set[str]] = {}
    for what, lead, why in (reason for part in parts for reason in _reasons(part, names)):
        grouped.setdefault((what, why), set()).update([lead] if lead else [])
    return tuple(_reason(what, tuple(leads), why) for (what, why), leads in grouped.items())


def _reason(what: str, leads: tuple[str, ...], why: str) -> str:
    if what == _LOST:
        return lost_leads(leads, why)
    if not what:
        return why
    return f"{what} in {lead_list(leads)}: {why}" if leads else f"{what}: {why}"


def _reasons(part: RuleTrace, names: Mapping[str, str]) -> Iterator[tuple[str, str | None, str]]:
    """Yield what is unknown, in which lead, and why."""
    item = part.evidence
    if item is None:
        yield names[part.text], None, "not assessed"
        return
    known = item.measurement in vocabulary()
    own = f"{item.measurement} in {item.lead}: " if item.lead else f"{item.measurement}: "
    # An expression is unknown for as many reasons as it has unknown parts.
    for reason in (item.reason or "unknown").split("; "):
        why = _NAMESAKE.sub("", reason.removeprefix(own) if known else reason)
        if lost := _LOST_LEAD.fullmatch(why):
            # It says it all, for every measurement in that lead.
            yield _LOST, lost["lead"], lost["what"]
            continue
        worded = _NAME.sub(lambda match: label(match[0]), why)
        says_it_all = why.startswith(f"{item.measurement} is ") or (item.lead is not None and item.lead in why.split())
        if not known or item.reason is None or says_it_all:
            yield "", None, worded
        else:
            yield label(item.measurement), item.lead, worded


def _limits(body: Numeric, measurements: Measurements) -> list[float]:
    match body:
        case Number(value):
            return [value]
        case Named(_, inner, _):
            return _limits(inner, measurements)
        case Choice(condition, then, otherwise):
            verdict = judge(condition, measurements).verdict
            return [
                *([] if verdict is Verdict.FALSE else _limits(then, measurements)),
                *([] if verdict is Verdict.TRUE else _limits(otherwise, measurements)),
            ]
        case _:
            raise TypeError(f"a threshold is a number or a table, not {type(body).__name__}")
