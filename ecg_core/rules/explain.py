"""Sentences about a finding, with the measured values in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ecg_core.findings import Evidence, RuleTrace, Verdict
from ecg_core.measurements import Measurements
from ecg_core.rules.ast import Choice, Named, Number, Numeric
from ecg_core.rules.backends.reference import judge
from ecg_core.rules.protocol import Threshold
from ecg_core.rules.units import from_canonical
from ecg_core.vocabulary import LEADS
from ecg_core.vocabulary import measurements as vocabulary
from ecg_core.wording import label, lead_list, quantity

_SLOT = re.compile(r"\{(\w+)(?:\[(\w+)\])?\}")
_NAME = re.compile(r"\b[a-z]\w*\b(?=(?: in \w+)?:)")


def fill(template: str, measurements: Measurements, thresholds: Mapping[str, Threshold], leads: tuple[str, ...]) -> str:
    """Fill the slots of a rule's ``explain``.

    ``{pr_interval}`` and ``{st_j[V2]}`` become measured values, ``{pr_upper}`` the limit that holds for this patient,
    ``{leads}`` the leads of the finding. What was not measured reads "not measured".

    Args:
        template: the sentence.
        measurements: of this recording.
        thresholds: of the pack, by id.
        leads: leads in which the finding's criteria hold.
    """

    def value(match: re.Match[str]) -> str:
        name, lead = match[1], match[2]
        if name == "leads":
            return lead_list(leads)
        if name in thresholds:
            return limit_text(thresholds[name], measurements)
        measured = measurements.value(name, lead=lead)
        # The linter lets no series into a template.
        return quantity(None if isinstance(measured, tuple) else measured, vocabulary()[name].unit)

    return _SLOT.sub(value, template)


def limit_text(threshold: Threshold, measurements: Measurements) -> str:
    """Write the limit that holds for this patient; all that may hold, if age or sex is unknown."""
    limits = dict.fromkeys(_limits(threshold.body, measurements))
    return " or ".join(quantity(from_canonical(limit, threshold.unit), threshold.unit) for limit in limits)


def near_miss_text(evidence: Iterable[Evidence]) -> str:
    """Say by how little a costly statement was missed: "Just short of the limit: QTc 458 ms (> 460 ms needed)"."""
    short = [
        f"{label(item.measurement, item.lead)} {quantity(item.value, item.unit)} "
        f"({item.operator} {quantity(item.limit, item.unit)} needed)"
        for item in evidence
        if item.margin is not None
    ]
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
    return tuple(
        f"{what}{f' in {lead_list(tuple(leads))}' if leads else ''}: {why}" if what else why
        for (what, why), leads in grouped.items()
    )


def _reasons(part: RuleTrace, names: Mapping[str, str]) -> Iterator[tuple[str, str | None, str]]:
    """Yield what is unknown, in which lead, and why."""
    item = part.evidence
    if item is None:
        yield names[part.text], None, "not assessed"
    elif item.reason is None or item.measurement not in vocabulary():
        yield "", None, _NAME.sub(lambda match: label(match[0]), item.reason or "unknown")
    else:
        own = f"{item.measurement} in {item.lead}: " if item.lead else f"{item.measurement}: "
        why = item.reason.removeprefix(own)
        if item.lead is not None and item.lead in why.split():
            # "lead V3 is missing" says it all, for every measurement in that lead.
            yield "", None, why
        else:
            yield label(item.measurement), item.lead, _NAME.sub(lambda match: label(match[0]), why)


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
