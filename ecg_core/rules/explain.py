"""Sentences about a finding, with the measured values in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import cast

from ecg_core.findings import Evidence, Verdict
from ecg_core.measurements import Measurements
from ecg_core.rules.ast import Choice, Named, Number, Numeric
from ecg_core.rules.backends.reference import judge
from ecg_core.rules.backends.truths import UnknownPart
from ecg_core.rules.certainty import DEMOGRAPHIC
from ecg_core.rules.protocol import Threshold
from ecg_core.rules.units import from_canonical
from ecg_core.vocabulary import LEADS
from ecg_core.vocabulary import measurements as vocabulary
from ecg_core.wording import OPERATORS, label, lead_list, lost_leads, numbers, quantity, told_apart

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
    slots = [(match[1], match[2]) for match in _SLOT.finditer(template)]
    limits = {name: _limits_of(thresholds[name], measurements) for name, _ in slots if name in thresholds}
    # The linter lets no series into a template.
    measured = {
        (name, lead): cast("float | bool | str | None", measurements.value(name, lead=lead))
        for name, lead in slots
        if name != "leads" and name not in thresholds
    }

    def text(match: re.Match[str]) -> str:
        name, lead = match[1], match[2]
        if name == "leads":
            return lead_list(leads) or "none"
        if name in thresholds:
            unit = thresholds[name].unit
            values = (value for (other, _), value in measured.items() if vocabulary()[other].unit == unit)
            return _alternatives(limits[name], unit, numbers(*values))
        value, unit = measured[name, lead], vocabulary()[name].unit
        if value is None and name in DEMOGRAPHIC:
            return "not stated"
        return quantity(
            value, unit, beside=[each for other in limits if thresholds[other].unit == unit for each in limits[other]]
        )

    return _SLOT.sub(text, template)


def limit_text(threshold: Threshold, measurements: Measurements) -> str:
    """Write the limit that holds for this patient; all that may hold, if age or sex is unknown."""
    return _alternatives(_limits_of(threshold, measurements), threshold.unit, ())


def _limits_of(threshold: Threshold, measurements: Measurements) -> list[float]:
    """Return the limits that may hold for this patient, in the threshold's unit."""
    limits = dict.fromkeys(_limits(threshold.body, measurements))
    return [from_canonical(limit, threshold.unit) for limit in limits]


def _alternatives(limits: Iterable[float], unit: str, beside: Collection[float]) -> str:
    return " or ".join(quantity(limit, unit, beside=beside) for limit in limits)


def near_miss_text(evidence: Iterable[Evidence]) -> str:
    """Say by how little a costly statement was missed: "Just short of the limit: QTc 458 ms (> 460 ms needed)"."""
    short = dict.fromkeys(
        f"{label(item.measurement, item.lead)} {value} ({OPERATORS.get(item.operator, item.operator)} {limit} needed)"
        for item, (value, limit) in ((item, told_apart(item)) for item in evidence if item.margin is not None)
    )
    return f"Just short of the limit: {', '.join(short)}."


def sorted_leads(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the leads of some comparisons, once each, in standard order."""
    return tuple(sorted({item.lead for item in evidence if item.lead is not None}, key=LEADS.index))


def unknown_reasons(parts: Iterable[UnknownPart | str]) -> tuple[str, ...]:
    """Say why a rule is unknown: each reason once, leads with the same reason together.

    Args:
        parts: what keeps it unknown: comparisons, and phrases of statements.
    """
    grouped: dict[tuple[str, str], dict[str, None]] = {}
    for part in parts:
        found = ((part, None, "not assessed"),) if isinstance(part, str) else _reasons(*part)
        for what, lead, why in found:
            leads = grouped.setdefault((what, why), {})
            if lead is not None:
                leads[lead] = None
    return tuple(_reason(what, tuple(leads), why) for (what, why), leads in grouped.items())


def _reason(what: str, leads: tuple[str, ...], why: str) -> str:
    if what == _LOST:
        return lost_leads(leads, why)
    if not what:
        return why
    return f"{what} in {lead_list(leads)}: {why}" if leads else f"{what}: {why}"


# The same comparisons are unknown in many rules and, where an extractor does not measure something, in all recordings.
@lru_cache(maxsize=4096)
def _reasons(measured: str, lead: str | None, reason: str) -> tuple[tuple[str, str | None, str], ...]:
    """Return what of a comparison is unknown, in which lead, and why, as a reader is told it."""
    known = measured in vocabulary()
    own = f"{measured} in {lead}: " if lead else f"{measured}: "
    found: list[tuple[str, str | None, str]] = []
    # An expression is unknown for as many reasons as it has unknown parts.
    for each in reason.split("; "):
        why = _NAMESAKE.sub("", each.removeprefix(own) if known else each)
        if lost := _LOST_LEAD.fullmatch(why):
            # It says it all, for every measurement in that lead.
            found.append((_LOST, lost["lead"], lost["what"]))
            continue
        worded = _NAME.sub(lambda match: label(match[0]), why)
        says_it_all = why.startswith(f"{measured} is ") or (lead is not None and lead in why.split())
        if not known or says_it_all:
            found.append(("", None, worded))
        else:
            found.append((label(measured), lead, worded))
    return tuple(found)


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
