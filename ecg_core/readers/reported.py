"""What a cart states itself, by vocabulary name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ecg_core.vocabulary import measurement


def is_plausible(name: str, value: float) -> bool:
    """Say whether a value lies in the vocabulary's range; carts write 0 ms or 29999 ms for "not measured"."""
    definition = measurement(name)
    low, high = definition.low, definition.high
    return (low is None or value >= low) and (high is None or value <= high)


def keep_plausible(stated: Mapping[str, float | None]) -> Mapping[str, float]:
    """Return the plausible ones of a cart's values, with the heart rate from the mean RR interval if it is not stated.

    Args:
        stated: vocabulary name -> value in the vocabulary's unit, or None where the file states none.
    """
    values = {name: value for name, value in stated.items() if value is not None and is_plausible(name, value)}
    if "rr_mean" in values:
        values.setdefault("heart_rate", 60000.0 / values["rr_mean"])
    return MappingProxyType(values)
