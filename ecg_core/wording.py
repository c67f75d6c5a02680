"""Numbers and evidence in words: the one place that decides how a value is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ecg_core.findings import Evidence, Verdict
from ecg_core.vocabulary import LEADS, measurements

_DECIMALS = {"ms": 0, "mV": 2, "deg": 0, "1/min": 0, "Hz": 1, "y": 0, "mV*ms": 1, "mV/s": 1, "s": 1}
_MOST = 12
"""Most decimals: numbers that are equal that far differ by rounding alone."""
_SIGNS = {"deg": "\N{DEGREE SIGN}", "1/min": "/min", "y": " y"}
OPERATORS = {
    "<=": "\N{LESS-THAN OR EQUAL TO}",
    ">=": "\N{GREATER-THAN OR EQUAL TO}",
    "==": "=",
    "!=": "\N{NOT EQUAL TO}",
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SYMBOLS = {" * ": " \N{MULTIPLICATION SIGN} ", " - ": " \N{MINUS SIGN} "}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def quantity(value: float | bool | str | None, unit: str = "", *, beside: Iterable[float] = ()) -> str:
    """Print a value with its unit: ``214 ms``, ``0.25 mV``, ``-35°``, ``72/min``, ``yes``, ``not measured``.

    Args:
        value: the value.
        unit: its unit.
        beside: numbers in the same unit that it is compared with: it gets as many decimals as tell it from each of them
            that it differs from, so that 59.7 is not said to be below 60 as "60/min".
    """
    if value is None:
        return "not measured"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", "-")
    usual = _DECIMALS.get(unit, 2) if unit or not float(value).is_integer() else 0
    others = [other for other in beside if other != value]
    decimals = next(
        (count for count in range(usual, _MOST) if all(round(other, count) != round(value, count) for other in others)),
        _MOST,
    )
    text = f"{value:.{decimals}f}"
    while decimals > usual and text[-1] == "0":
        text, decimals = text[:-1], decimals - 1
    text = text.removesuffix(".")
    if float(text) == 0:
        text = text.removeprefix("-")
    return text + _SIGNS.get(unit, f" {unit}" if unit else "")


def label(name: str, lead: str | None = None) -> str:
    """Print a measurement, or an expression over several, as a reader would: ``PR interval``, ``ST at J in V2``."""
    known = measurements()
    if name.startswith("score("):
        # Written out, a score fills a paragraph; the source cited beside it, and the trace, say which one it is.
        return "point score"
    if lead is not None:
        name = name.replace(f"[{lead}]", "")
    for written, symbol in _SYMBOLS.items():
        name = name.replace(written, symbol)
    text = _NAME.sub(lambda match: known[match[0]].label if match[0] in known else match[0], name)
    return text if lead is None else f"{text} in {lead}"


def evidence_text(evidence: Evidence) -> str:
    """Print a comparison as it turned out: ``PR interval 214 ms > 200 ms``.

    A comparison that is false is printed with the opposite operator, so that the line is always a true statement.
    """
    name = label(evidence.measurement, evidence.lead)
    if evidence.verdict is Verdict.UNKNOWN:
        return f"{name} not assessed: {evidence.reason or 'unknown'}"
    if isinstance(evidence.value, bool):
        return f"{name}: {quantity(evidence.value)}"
    operator = evidence.operator if evidence.verdict is Verdict.TRUE else _OPPOSITE[evidence.operator]
    if isinstance(evidence.value, str):
        return f"{name}: {quantity(evidence.value)}"
    value, limit = told_apart(evidence)
    return f"{name} {value} {OPERATORS.get(operator, operator)} {limit}"


def plain_first(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Put comparisons of one measurement before those of an expression, which take longer to read."""
    return sorted(evidence, key=lambda item: item.measurement not in measurements())


def lost_leads(leads: tuple[str, ...], what: str) -> str:
    """Print what is wrong with whole leads: ``lead V3 is flat``, ``leads V1-V3 are missing``."""
    one = len(leads) == 1
    return f"lead{'' if one else 's'} {lead_list(leads)} {'is' if one else 'are'} {what}"


def lead_list(leads: tuple[str, ...]) -> str:
    """Print leads in standard order with runs of chest leads joined: ``II, III, aVF, V2-V4``."""
    ordered = [lead for lead in LEADS if lead in leads]
    parts: list[list[str]] = []
    for lead in ordered:
        if parts and parts[-1][-1] in _NEXT and _NEXT[parts[-1][-1]] == lead:
            parts[-1].append(lead)
        else:
            parts.append([lead])
    return ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 2 else ", ".join(part) for part in parts)


_NEXT = {f"V{number}": f"V{number + 1}" for number in range(1, 6)}


def told_apart(evidence: Evidence) -> tuple[str, str]:
    """Print the value and the limit of a comparison so that they look different where they are."""
    value, limit = evidence.value, evidence.limit
    return quantity(value, evidence.unit, beside=numbers(limit)), quantity(limit, evidence.unit, beside=numbers(value))


def numbers(*values: object) -> list[float]:
    """Return those values that are numbers."""
    return [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
