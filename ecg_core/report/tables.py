"""Measurement tables of the text report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ecg_core.measurements import Measurement
from ecg_core.vocabulary import STANDARD_LEADS
from ecg_core.wording import label, quantity

GLOBAL = (
    "heart_rate",
    "p_duration",
    "pr_interval",
    "qrs_duration",
    "qt_interval",
    "qtc_bazett",
    "qtc_fridericia",
    "p_axis",
    "qrs_axis",
    "t_axis",
)
"""Global measurements that the report shows; the JSON report holds all of them."""

PER_LEAD = (
    ("P", "p_amplitude"),
    ("Q", "q_amplitude"),
    ("Q ms", "q_duration"),
    ("R", "r_amplitude"),
    ("S", "s_amplitude"),
    ("R'", "r_prime_amplitude"),
    ("ST J", "st_j"),
    ("ST 80", "st_80"),
    ("T", "t_amplitude"),
)
"""Column title and measurement of the per-lead table; amplitudes in mV."""


def global_table(measurements: Iterable[Measurement], reported: Mapping[str, float]) -> list[str]:
    """Print the global measurements, with their uncertainty and, where stated, the recording machine's own value."""
    known = {item.name: item for item in measurements if item.lead is None}
    lines = []
    for name in GLOBAL:
        item = known.get(name)
        if item is None:
            continue
        lines.append(f"  {label(name):<20} {_value(item):<22}{_cart(reported.get(name), item.unit)}".rstrip())
    return lines


def lead_table(measurements: Iterable[Measurement]) -> list[str]:
    """Print the per-lead amplitudes in mV and Q durations in ms; ``-`` where there is nothing to measure."""
    known = {(item.lead, item.name): item for item in measurements if item.lead is not None}
    header = "  lead" + "".join(f"{title:>8}" for title, _ in PER_LEAD)
    rows = [
        f"  {lead:<4}" + "".join(f"{_cell(known.get((lead, name))):>8}" for _, name in PER_LEAD)
        for lead in STANDARD_LEADS
        if any((lead, name) in known and known[lead, name].value is not None for _, name in PER_LEAD)
    ]
    return ["  Amplitudes in mV relative to the level at QRS onset:", header, *rows] if rows else []


def _value(item: Measurement) -> str:
    if not isinstance(item.value, int | float | bool | str):
        return f"- ({item.reason})"
    text = quantity(item.value, item.unit)
    if item.u is None:
        return text
    if item.u < 0.1:
        return f"{text} \N{PLUS-MINUS SIGN} <0.1"
    return f"{text} \N{PLUS-MINUS SIGN} {item.u:.{1 if item.u < 1 else 0}f}"


def _cart(value: float | None, unit: str) -> str:
    return "" if value is None else f"  machine: {quantity(value, unit)}"


def _cell(item: Measurement | None) -> str:
    if item is None or not isinstance(item.value, int | float):
        return "-"
    return quantity(item.value, item.unit).removesuffix(f" {item.unit}")
