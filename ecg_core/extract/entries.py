"""Entries of our engines: a value in its plausible range, or the reason why there is none."""

from __future__ import annotations

import numpy as np

from ecg_core.measurements import Measurement, Quality, Value
from ecg_core.vocabulary import measurement

_DECIMALS = {"y": 2, "s": 3, "ms": 1, "mV": 3, "deg": 1, "1/min": 1, "Hz": 2, "mV/s": 3, "mV*ms": 2, "": 3}
"""Digits kept per unit: the last one is well below what any method resolves (engineering default)."""


def measured(
    name: str,
    value: Value,
    *,
    lead: str | None = None,
    u: float | None = None,
    span: tuple[int, int] | None = None,
    quality: Quality = "good",
) -> Measurement:
    """Return a measurement, rounded to its unit; a number outside the plausible range is withheld.

    Args:
        name: vocabulary name.
        value: the value in the vocabulary's unit.
        lead: lead name for per-lead measurements.
        u: standard uncertainty in the same unit.
        span: first and last sample it was taken from.
        quality: how far the signal supports it.
    """
    definition = measurement(name)
    if isinstance(value, np.generic):  # JSON knows Python's own numbers only
        value = value.item()
    if isinstance(value, float | int) and not isinstance(value, bool):
        low, high = definition.low, definition.high
        if (low is not None and value < low) or (high is not None and value > high):
            return absent(name, f"implausible: {value:.4g} {definition.unit}".rstrip(), lead=lead)
        value = int(value) if definition.kind == "count" else round(float(value), _DECIMALS[definition.unit])
    return Measurement(
        name=name,
        value=value,
        unit=definition.unit,
        lead=lead,
        u=None if u is None else round(float(u), _DECIMALS[definition.unit] + 2),
        quality=quality,
        span=None if span is None else (int(span[0]), int(span[1])),
    )


def absent(name: str, reason: str, *, lead: str | None = None) -> Measurement:
    """Return a measurement without a value.

    Args:
        name: vocabulary name.
        reason: why there is none, in plain words ("no P wave found").
        lead: lead name for per-lead measurements.
    """
    return Measurement(name=name, value=None, unit=measurement(name).unit, lead=lead, reason=reason)
